"""Folders copied by the system's own `cp`, with links, rights and times as they are."""

from __future__ import annotations

import subprocess
from pathlib import Path

from atom_release.errors import ProbeFault

_LONGEST = 200


def copy_folder(
    source: Path, target: Path, thing: str, *options: str, inside: bool = False
) -> None:
    """Copy a folder to another place, or, with `inside`, what is in it into a folder that is there.

    Args:
        source: the folder.
        target: where it goes.
        thing: what it is called where it cannot be copied.
        options: of `cp`, beside `-a`.
        inside: whether its content alone is copied.

    Raises:
        ProbeFault: this machine has no room for it, or it cannot be read.
    """
    place = f"{source}/." if inside else str(source)
    words = ["cp", "-a", *options, "--", place, str(target)]
    try:
        copied = subprocess.run(words, capture_output=True, check=False)
    except OSError as error:
        raise ProbeFault(f"{thing} could not be copied: {error.strerror}") from error
    if copied.returncode:
        lines = copied.stderr.decode("utf-8", "replace").strip().splitlines() or ["cp said nothing"]
        raise ProbeFault(f"{thing} could not be copied: {lines[-1][:_LONGEST]}")


def allow_writing(folder: Path) -> None:
    """Let the owner of all that lies in a folder write it: copies of what is sealed cannot be.

    Links are left as they are.

    Raises:
        ProbeFault: it cannot be changed.
    """
    words = ["chmod", "-R", "u+w", "--", str(folder)]
    done = subprocess.run(words, capture_output=True, check=False)
    if done.returncode:
        raise ProbeFault(f"{folder.name} cannot be made writable")
