"""Writing a judged tree into a folder.

Plain files first, links last, nothing outside the folder, everything checked.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from atom_release.errors import ProbeFault
from atom_release.git import shown
from atom_release.source.listing import EXECUTABLE, Entry, refused
from atom_release.source.objects import Objects

_MOST_HOPS = 40
_LONGEST_TARGET = 4096


@dataclass(frozen=True)
class Copy:
    """What was written.

    Files (links included), their bytes, the digest of paths, modes and objects, and what was left
    out.
    """

    files: int
    bytes: int
    digest: str
    notes: tuple[str, ...]


def write(
    entries: Mapping[str, Entry],
    objects: Objects,
    directory: Path,
    *,
    without: Collection[str] = (),
) -> Copy:
    """Write the entries, those `without` left out, into an empty or new folder.

    Files and links whose blob the clone lacks are left out too, and noted.

    Raises:
        ProbeFault: the folder is not empty, cannot be written, or does not hold afterwards what was
            written.
    """
    root = os.fsencode(directory)
    wanted = {
        path: entry
        for path, entry in entries.items()
        if not refused(path) and path not in without and entry.oid not in objects.missing
    }
    notes = [f"not written: {shown(path)}" for path in entries.keys() - wanted.keys()]
    try:
        _prepare(root, wanted)
        total = sum(_file(root, entry, objects) for entry in wanted.values() if entry.is_file)
        links, left_out = _links(root, wanted, objects)
        _count(root, sum(entry.is_file for entry in wanted.values()) + links)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ProbeFault(
            f"The judged tree could not be written: {reason}.",
            "Free space, or mend the scratch folder's permissions.",
        ) from error
    written = [
        entry for path, entry in wanted.items() if entry.kind == "blob" and path not in left_out
    ]
    notes += [f"not written: {shown(path)} is a link out of the tree" for path in left_out]
    return Copy(len(written), total, _digest(written), tuple(sorted(notes)))


def _prepare(root: bytes, wanted: Mapping[str, Entry]) -> None:
    os.makedirs(root, exist_ok=True)  # noqa: PTH103 - paths are bytes here: git's are
    if os.listdir(root):  # noqa: PTH208 - the same
        raise ProbeFault("The folder for the judged tree is not empty.", "Give a new folder.")
    for path in sorted(path for path, entry in wanted.items() if entry.kind in {"tree", "commit"}):
        os.mkdir(_at(root, path))  # noqa: PTH102 - the same


def _at(root: bytes, path: str) -> bytes:
    return root + b"/" + path.encode("utf-8", "surrogateescape")


def _file(root: bytes, entry: Entry, objects: Objects) -> int:
    mode = 0o755 if entry.mode == EXECUTABLE else 0o644
    descriptor = os.open(
        _at(root, entry.path),
        os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC,
        mode,
    )
    size = 0
    with (
        os.fdopen(descriptor, "wb") as file,
        contextlib.closing(objects.chunks(entry.oid, shown(entry.path))) as chunks,
    ):
        for chunk in chunks:
            size += file.write(chunk)
        os.fchmod(descriptor, mode)
    return size


def _links(root: bytes, wanted: Mapping[str, Entry], objects: Objects) -> tuple[int, set[str]]:
    """Make those links that stay inside, after all files.

    So that nothing was ever written through one.
    """
    targets = {
        path: objects.read(entry.oid, shown(path))
        for path, entry in wanted.items()
        if entry.is_link
    }
    escaping = {path for path in targets if _leaves(path, targets.get)}
    for path in sorted(targets.keys() - escaping):
        os.symlink(targets[path], _at(root, path))  # noqa: PTH211 - paths are bytes here
    return len(targets) - len(escaping), escaping


def _leaves(path: str, target_of: Callable[[str], bytes | None]) -> bool:
    """Return whether following this path, link after link like the kernel, ever leaves the tree."""
    here: list[str] = []
    ahead = path.split("/")
    hops = 0
    while ahead:
        part = ahead.pop(0)
        if part == ".." and not here:
            return True
        if part == "..":
            here.pop()
        if part in {"", ".", ".."}:
            continue
        target = target_of("/".join([*here, part]))
        if target is None:
            here.append(part)
            continue
        hops += 1
        if (
            not target
            or target.startswith(b"/")
            or b"\0" in target
            or len(target) > _LONGEST_TARGET
        ):
            return True
        if hops > _MOST_HOPS:
            return False  # a loop: nobody gets anywhere by it
        ahead = [*target.decode("utf-8", "surrogateescape").split("/"), *ahead]
    return False


def _count(root: bytes, expected: int) -> None:
    count = 0
    for folder, folders, files in os.walk(root):
        count += len(files) + sum(os.path.islink(folder + b"/" + name) for name in folders)  # noqa: PTH114 - paths are bytes here
    if count != expected:
        raise ProbeFault(
            f"The copy of the judged tree holds {count} files, not {expected}.",
            "Give a folder that nothing else writes to.",
        )


def _digest(written: list[Entry]) -> str:
    digest = hashlib.sha256()
    for entry in sorted(written, key=lambda file: file.path):
        digest.update(
            f"{entry.mode} {entry.oid} ".encode()
            + entry.path.encode("utf-8", "surrogateescape")
            + b"\0"
        )
    return digest.hexdigest()
