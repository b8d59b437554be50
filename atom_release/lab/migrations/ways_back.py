"""Whether a file's name says that it is a way back, and whether that is certain."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from atom_release.lab.migrations.flyway import FLYWAY, letter, version

_WAY_BACK = ("down", "undo", "revert", "rollback", "downgrade", "backward", "backwards")
_WAY_BACK_BESIDE = {*_WAY_BACK, "reverse", "teardown", "unapply", "uninstall"}
"""Words of a way back; the last ones only beside their way forward, since titles have them too."""
_WAY_FORWARD = (
    *("up", "do", "deploy", "migration", "migrate", "forward", "forwards", "apply", "upgrade"),
    *("setup", "install"),
)
_DOTTED = re.compile(rf"\.(?:{'|'.join(_WAY_BACK)})\.sql$", re.IGNORECASE)
_JOINED = re.compile(rf"(?P<stem>.+)[-_](?:{'|'.join(_WAY_BACK)})\.sql$", re.IGNORECASE)
_ALONE = re.compile(rf"(?:{'|'.join(_WAY_BACK)})\.sql$", re.IGNORECASE)
_FOLDERS_BACK = re.compile(rf"(?:{'|'.join(sorted(_WAY_BACK_BESIDE))})s?$", re.IGNORECASE)
_FOLDERS_FORWARD = {*_WAY_FORWARD, "ups", "migrations", "migrates"}
_SIGNS = re.compile(r"[._\-\s]+")


def way_back(path: str, every: Sequence[str], *, flyway: bool) -> tuple[str, bool]:
    """Return why a file is no step forward and whether that is certain; "" where it is one."""
    name = PurePosixPath(path).name
    if flyway and (match := FLYWAY.fullmatch(name)) and match["kind"] == "U":
        undoes = any(letter(other) == "V" and version(other) == version(path) for other in every)
        return "Flyway's undo file" + ("" if undoes else ", of a version that is not there"), undoes
    if _turns(path, every):
        return "its name says that it is a way back", True
    if _DOTTED.search(name):
        return "its name says that it is a way back", True
    if _JOINED.match(name) or _ALONE.match(name):
        paired = bool(set(_counterparts(path)) & set(every))
        return "its name says that it is a way back", paired
    return _in_folder_back(path, every)


def _turns(path: str, every: Sequence[str]) -> bool:
    """Return whether a file beside it says the same forward, wherever in the name it says so.

    `001_down_users` beside `001_up_users` or `001_users`; `001.undo.x` beside `001.do.y`, since
    what stands before the word is the same.
    """
    place = PurePosixPath(path)
    words = _SIGNS.split(place.stem.casefold())
    if not _WAY_BACK_BESIDE.intersection(words):
        return False
    beside = [
        _SIGNS.split(PurePosixPath(other).stem.casefold())
        for other in every
        if other != path and PurePosixPath(other).parent == place.parent
    ]
    for at, word in enumerate(words):
        if word not in _WAY_BACK_BESIDE:
            continue
        head, tail = words[:at], words[at + 1 :]
        for other in beside:
            forward = len(other) > at and other[at] in _WAY_FORWARD
            if (forward and other[:at] == head and (head or other[at + 1 :] == tail)) or (
                other == [*head, *tail]
            ):
                return True
    return False


def _counterparts(path: str) -> list[str]:
    """Return the names under which the way forward of a way back may lie beside it."""
    place = PurePosixPath(path)
    match = _JOINED.match(place.name)
    if match is None:
        return [str(place.with_name(f"{word}.sql")) for word in _WAY_FORWARD]
    joined = [f"{match['stem']}{sign}{word}.sql" for word in _WAY_FORWARD for sign in "-_."]
    return [str(place.with_name(name)) for name in (*joined, f"{match['stem']}.sql")]


def _in_folder_back(path: str, every: Sequence[str]) -> tuple[str, bool]:
    """Look for a folder of ways back among the path's folders, and for its counterpart."""
    parts = PurePosixPath(path).parts
    for index, part in enumerate(parts[:-1]):
        beside = {
            PurePosixPath(other).parts[index].lower()
            for other in every
            if PurePosixPath(other).parts[:index] == parts[:index]
            and len(PurePosixPath(other).parts) > index + 1
        }
        verifies = part.lower() == "verify" and {"deploy", "revert"} & beside
        if verifies or _FOLDERS_BACK.match(part):
            without = str(PurePosixPath(*parts[:index], *parts[index + 1 :]))
            return f"its folder {part} holds no way forward", bool(
                verifies
                or beside & _FOLDERS_FORWARD
                or without in every
                or parts[index + 1 :] in _tails(every, index)
            )
    return "", True


def _tails(every: Sequence[str], index: int) -> set[tuple[str, ...]]:
    """Return what follows the folder at that depth, for folders that hold no ways back."""
    split = [PurePosixPath(path).parts for path in every]
    return {
        parts[index + 1 :]
        for parts in split
        if len(parts) > index + 1 and not _FOLDERS_BACK.match(parts[index])
    }
