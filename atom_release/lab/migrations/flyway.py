"""Names as Flyway reads them: a letter, a version, a title; and which of them it runs."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from atom_release.lab.migrations.step_names import Names, natural

FLYWAY = re.compile(r"(?P<kind>[VUBR])(?P<version>\d[\d._]*)?__(?P<title>.+)\.sql")
_CALLBACK = re.compile(r"(?P<when>before|after)(?P<what>[A-Z]\w*?)(?:__.*)?\.sql")
_LAST = (1 << 62,)


def is_versioned(path: str) -> bool:
    """Return whether a file is a step of a version."""
    match = FLYWAY.fullmatch(PurePosixPath(path).name)
    return match is not None and match["kind"] == "V" and match["version"] is not None


def run_by_flyway(paths: list[str], names: Names) -> list[str]:
    """Leave out what Flyway does not run on an empty database.

    The newest baseline stands for every version up to its own; callbacks of other commands and
    callbacks around each single step are not run. A file of another name is in doubt: the manifest
    names it, and Flyway passes it over.
    """
    baselines = [path for path in paths if letter(path) == "B"]
    newest = max(baselines, key=version, default=None)
    kept = []
    for path in paths:
        callback = _CALLBACK.fullmatch(PurePosixPath(path).name)
        if newest and path != newest and letter(path) in "VB" and version(path) <= version(newest):
            names.left_out[path] = f"the baseline {newest} stands for it"
        elif callback and callback["what"] != "Migrate":
            names.left_out[path] = "a callback of Flyway"
            if callback["what"] == "EachMigrate":
                names.doubts[path] = "a callback that Flyway runs around each step"
        elif not callback and letter(path) == "-":
            names.left_out[path] = "Flyway runs no file of such a name"
            names.doubts[path] = names.left_out[path]
        else:
            kept.append(path)
    return kept


def doubt_twins(paths: list[str], names: Names) -> None:
    """Doubt a second migration of one version, which Flyway refuses to run."""
    first: dict[tuple[int, ...], str] = {}
    for path in paths:
        if letter(path) == "V" and (twin := first.setdefault(version(path), path)) != path:
            names.doubts[path] = f"Flyway refuses it: {twin} has the same version"


def letter(path: str) -> str:
    """Return the letter of a file: V, U, B or R; "-" where its name is none of Flyway's."""
    match = FLYWAY.fullmatch(PurePosixPath(path).name)
    return match["kind"] if match else "-"


def version(path: str) -> tuple[int, ...]:
    """Return the version of a file as numbers, without zeros at its end."""
    match = FLYWAY.fullmatch(PurePosixPath(path).name)
    digits = re.findall(r"\d+", match["version"] or "") if match else []
    numbers = [int(digit) for digit in digits]
    while numbers and numbers[-1] == 0:  # 1.0 and 1 are the same version
        numbers.pop()
    return tuple(numbers)


def flyway_key(path: str) -> tuple[int, tuple[int, ...], tuple[str | int, ...]]:
    """Return the place of a file: before all, by version, repeatable by title, after all."""
    name = PurePosixPath(path).name
    match, callback = FLYWAY.fullmatch(name), _CALLBACK.fullmatch(name)
    if callback:
        return (0 if callback["when"] == "before" else 3), (), natural(path)
    if match and match["kind"] == "R":
        return 2, (), natural(match["title"])
    return 1, version(path) if match else _LAST, natural(path)
