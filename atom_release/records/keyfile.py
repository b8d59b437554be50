"""The files of a signing key: a private one that nobody else can read, and a public one beside it.

What is done with a key is `signing`; here is only how its files come to be and when they are
refused.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

from atom_release.errors import StoreError

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def ensure(path: Path, make: Callable[[], bytes]) -> None:
    """Make the private key's file unless it exists.

    Of several makers at once, one wins and all use its key.

    Raises:
        StoreError: the folder cannot be written.
    """
    if path.exists():
        return
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _place_new(path, make())
    except OSError as error:
        raise StoreError(
            f"The signing key {path} cannot be made: {error.strerror}.",
            f"Make {path.parent} writable, or name another key.",
        ) from error


def read_private(path: Path) -> bytes:
    """Read a private key that only its owner can read.

    Raises:
        StoreError: it is missing, not a file, or others can reach it.
    """
    try:
        with path.open(
            "rb"
        ) as file:  # the mode is asked of the open file, so that nobody can swap it in between
            mode = os.fstat(file.fileno()).st_mode
            if not stat.S_ISREG(mode):
                raise StoreError(
                    f"The signing key {path} is not a regular file.", "Name a key file."
                )
            if mode & _OTHERS:
                raise StoreError(
                    f"Others can reach the signing key {path} (mode {stat.S_IMODE(mode):04o}).",
                    f"chmod 600 {path}",
                )
            return file.read()
    except OSError as error:
        raise StoreError(
            f"The signing key {path} cannot be read: {error.strerror}.",
            "Name a readable key, or let one be made.",
        ) from error


def ensure_public(path: Path, pem: bytes) -> None:
    """Write the public half beside the private key, unless it is there.

    Raises:
        StoreError: another key's public half is there.
    """
    beside = public_path(path)
    try:
        if beside.exists():
            if beside.read_bytes() != pem:
                raise StoreError(
                    f"{beside} is not the public half of {path}.",
                    f"Remove {beside} if the key was changed on purpose.",
                )
            return
        temporary = _temporary(beside, pem)
        temporary.chmod(0o644)
        temporary.replace(beside)
    except OSError as error:
        raise StoreError(
            f"{beside} cannot be written: {error.strerror}.", f"Make {path.parent} writable."
        ) from error


def public_path(path: Path) -> Path:
    """Return the place of a key's public half."""
    return path.with_name(path.name + ".pub")


def _place_new(path: Path, content: bytes) -> None:
    """Let the whole file appear at once, and never over another."""
    temporary = _temporary(path, content)
    try:
        os.link(temporary, path)
    except FileExistsError:
        return
    finally:
        temporary.unlink()


def _temporary(path: Path, content: bytes) -> Path:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)
