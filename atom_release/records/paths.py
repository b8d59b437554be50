"""Names and files below the store's root, wherever that is.

A folder of this machine, or an object store behind a URL.

A file appears whole or not at all: here by a rename, in an object store because a put is atomic.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from upath import UPath

from atom_release.errors import Misuse, StoreError
from atom_release.records import object_store

_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_DEEPEST = 2
_BEFORE = 5.0
RESERVED = "index"


def root_of(root: str | UPath | Path) -> UPath:
    """Return the root as a path; `file://` is the folder it names.

    Raises:
        Misuse: the library that speaks with such a store is not installed.
    """
    path = object_store.open_url(root)
    return UPath(path.path) if path.protocol == "file" else path


def checked_name(name: str) -> str:
    """Return an artifact's name back if it stays in its folder: `name` or `folder/name`.

    Raises:
        StoreError: it could leave the folder, hide a file, or stand for an index.
    """
    parts = name.split("/")
    if (
        len(parts) > _DEEPEST
        or not all(_PART.fullmatch(part) for part in parts)
        or (len(parts) > 1 and parts[0] == RESERVED)
    ):
        raise StoreError(
            f"{name[:200]!r} is not a name for an artifact.",
            "Use letters, digits, '.', '_' and '-', and at most one folder.",
        )
    return name


def checked_part(name: str, kind: str) -> str:
    """Return the name of a run or step back if it is one plain path part.

    Raises:
        StoreError: it is not.
    """
    if not _PART.fullmatch(name):
        raise StoreError(
            f"{name[:200]!r} is not a name for a {kind}.", "Use letters, digits, '.', '_' and '-'."
        )
    return name


def checked_commit(commit: str) -> str:
    """Return the commit's id back if it is a full one.

    Raises:
        StoreError: it is not.
    """
    if not _COMMIT.fullmatch(commit):
        raise StoreError(
            f"{commit[:80]!r} is not the full id of a commit.", "Give all hexadecimal digits."
        )
    return commit


def place(path: UPath, content: bytes) -> None:
    """Let the file appear whole, with all folders above it.

    Raises:
        OSError: it cannot be written there.
        StoreError: the object store does not answer, or refuses.
    """
    if not isinstance(path, Path):
        object_store.write(path, content)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.parent / f".writing.{secrets.token_hex(8)}"
    # with the rights that the gate's umask leaves, which a named temporary file has not
    descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o644)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()
        raise


def read(path: UPath) -> bytes:
    """Return what a file holds.

    Raises:
        OSError: there is none, or it cannot be read.
        StoreError: the object store does not answer, or refuses.
    """
    return path.read_bytes() if isinstance(path, Path) else object_store.read(path)


def children(folder: UPath) -> list[str]:
    """Return the plain names in a folder, sorted; none if there is no such folder.

    What this store cannot have written is not listed.

    Raises:
        StoreError: the object store does not answer, or refuses.
    """
    if not isinstance(folder, Path):
        return [name for name in object_store.listed(folder) if _PART.fullmatch(name)]
    try:
        # a path for each of thousands costs more than both
        return sorted(name for name in os.listdir(folder) if _PART.fullmatch(name))  # noqa: PTH208
    except (FileNotFoundError, NotADirectoryError):
        return []


def looks_of(
    folder: UPath, believed: Mapping[str, tuple[object, ...]] | None = None
) -> dict[str, tuple[object, ...]] | None:
    """Return by name what tells whether a file in a folder was written anew.

    Inode, time and size, since `place` gives a file a new inode each time; of an object its tag.
    A file that is `believed` to look as it did is only listed; with objects that saves nothing.
    None where the store says nothing of the kind.

    Raises:
        StoreError: the object store does not answer, or refuses.
    """
    if not isinstance(folder, Path):
        listed = object_store.listed(folder)
        looks = {name: look for name, look in listed.items() if look and _PART.fullmatch(name)}
        return looks if len(looks) == len(listed) else None
    try:
        names = set(os.listdir(folder))  # noqa: PTH208 - a path for each of thousands costs more
    except (FileNotFoundError, NotADirectoryError):
        return {}
    expected = {} if believed is None else believed
    looks = {name: expected[name] for name in names & expected.keys()}
    for name in names - expected.keys():
        if _PART.fullmatch(name):
            with contextlib.suppress(FileNotFoundError):  # it was removed since
                looks[name] = look_at(f"{folder}/{name}")
    return looks


def look_at(file: str) -> tuple[int, ...]:
    """Return what tells whether a file was written anew.

    Raises:
        OSError: there is none.
    """
    look = os.stat(file)  # noqa: PTH116 - a path for each of thousands costs more
    return (look.st_ino, look.st_mtime_ns, look.st_size)


def require_writable(root: UPath) -> None:
    """Show that files can be made and removed below a folder, before anything is half written.

    An object is written whole or not at all, and is not asked for that.

    Raises:
        Misuse: they cannot.
    """
    if not isinstance(root, Path):
        return
    probe = root / f".writable-{os.getpid()}-{os.urandom(4).hex()}"
    try:
        place(probe, b"")
        probe.unlink()
    except OSError as error:
        raise Misuse(
            f"Nothing can be written to {root}: {error.strerror or type(error).__name__}.",
            "Name a folder that you can write to with --out.",
        ) from error


def require_usable(root: UPath) -> None:
    """Show that the store can be written, before a run begins.

    Of an object store that takes one object, written over each time, so that nobody has to be let
    remove any.

    Raises:
        Misuse: it cannot.
    """
    if isinstance(root, Path):
        require_writable(root)
        return
    try:
        object_store.write(root / ".writable", b"", patience=_BEFORE)
    except (OSError, StoreError) as error:
        why = error.message if isinstance(error, StoreError) else str(error)
        raise Misuse(
            f"Nothing can be written to {root}: {why}",
            "Mend the store or its credentials, or name another with --out; nothing was judged.",
        ) from error
