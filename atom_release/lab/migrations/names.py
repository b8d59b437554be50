"""What a file's name says: is it a step forward, and which comes after which.

Names are read as the tools that wrote them read them: Flyway's letters and versions, `.up` and
`.down`, a folder for each step, Sqitch's plan. Numbers are compared as numbers. What stands inside
the files is read in `markers`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

_FLYWAY = re.compile(r"(?P<kind>[VUBR])(?P<version>\d[\d._]*)?__(?P<title>.+)\.sql")
_CALLBACK = re.compile(r"(?P<when>before|after)(?P<what>[A-Z]\w*?)(?:__.*)?\.sql")
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
_LAST = (1 << 62,)
_NUMBERED = re.compile(r"[A-Za-z]{0,12}[ _-]?\d")
_SIGNS = re.compile(r"[._\-\s]+")
_POSTGRES = {"postgres", "postgresql", "pg", "pgsql", "psql"}
_OTHER_SERVERS = {
    *("mysql", "mariadb", "sqlite", "sqlite3", "mssql", "sqlserver", "oracle", "h2", "hsqldb"),
    *("derby", "db2", "clickhouse", "cassandra", "snowflake", "tidb", "firebird"),
}


@dataclass
class Names:
    """The steps forward in order, and what was left out or is in doubt, each with the reason."""

    steps: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    doubts: dict[str, str] = field(default_factory=dict)
    ordered_by: str = "name"

    @property
    def unordered(self) -> bool:
        """Whether nothing in the names says which step is first: they bear no number.

        The image of PostgreSQL runs the files of its own folder by name.
        """
        return (
            self.ordered_by == "name"
            and len(self.steps) > 1
            and not all(_bears_number(path) or "initdb" in path for path in self.steps)
        )


def read_names(paths: Iterable[str], sqitch_plan: Callable[[str], str | None]) -> Names:
    """Return the steps forward among these paths, in the order in which they are applied.

    `sqitch_plan` returns the text of a `sqitch.plan` at a path, None where there is none.
    """
    names = Names()
    every = _for_postgres(sorted(set(paths)), names)
    flyway = any(_is_versioned(path) for path in every)
    forward = []
    for path in every:
        reason, certain = _way_back(path, every, flyway=flyway)
        if not reason:
            forward.append(path)
            continue
        names.left_out[path] = reason
        if not certain:
            names.doubts[path] = reason
    if flyway:
        forward = _without_superseded(forward, names)
        _doubt_twins(forward, names)
    names.steps = _ordered(forward, names, sqitch_plan, flyway=flyway)
    return names


def _for_postgres(paths: list[str], names: Names) -> list[str]:
    """Leave out what lies, for another database, beside the same for PostgreSQL."""
    folders = {folder for path in paths for folder in PurePosixPath(path).parents}
    kept = []
    for path in paths:
        beside = {
            PurePosixPath(*place.parts[:-1], word)
            for place in (PurePosixPath(path), *PurePosixPath(path).parents)
            if place.name and _words(place) & _OTHER_SERVERS
            for word in _for_postgres_instead(place)
        }
        if beside & (folders | {PurePosixPath(other) for other in paths}):
            names.left_out[path] = "it is for another database, beside what is for PostgreSQL"
        else:
            kept.append(path)
    return kept


def _words(place: PurePosixPath) -> set[str]:
    return set(_SIGNS.split(place.name.casefold()))


def _for_postgres_instead(place: PurePosixPath) -> Iterator[str]:
    """Yield what a file or folder of another database would be called for PostgreSQL."""
    for other in _words(place) & _OTHER_SERVERS:
        for own in _POSTGRES:
            yield re.sub(rf"(?i)(?<![^\W_]){other}(?![^\W_])", own, place.name)


def _bears_number(path: str) -> bool:
    """Return whether a step begins with a number, as `001_a`, `V1__a` and `2024_a/up` do."""
    place = PurePosixPath(path)
    return any(_NUMBERED.match(name) for name in (place.name, place.parent.name))


def natural(text: str) -> tuple[str | int, ...]:
    """Return a key under which numbers inside a name are compared as numbers."""
    return tuple(int(part) if part.isdigit() else part for part in re.split(r"([0-9]+)", text))


def _is_versioned(path: str) -> bool:
    match = _FLYWAY.fullmatch(PurePosixPath(path).name)
    return match is not None and match["kind"] == "V" and match["version"] is not None


def _way_back(path: str, every: Sequence[str], *, flyway: bool) -> tuple[str, bool]:
    """Return why a file is no step forward and whether that is certain; "" where it is one."""
    name = PurePosixPath(path).name
    if flyway and (match := _FLYWAY.fullmatch(name)) and match["kind"] == "U":
        undoes = any(_letter(other) == "V" and _version(other) == _version(path) for other in every)
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


def _without_superseded(paths: list[str], names: Names) -> list[str]:
    """Leave out what Flyway does not run on an empty database.

    The newest baseline stands for every version up to its own; callbacks of other commands and
    callbacks around each single step are not run. A file of another name is in doubt: the manifest
    names it, and Flyway passes it over.
    """
    baselines = [path for path in paths if _letter(path) == "B"]
    newest = max(baselines, key=_version, default=None)
    kept = []
    for path in paths:
        callback = _CALLBACK.fullmatch(PurePosixPath(path).name)
        if (
            newest
            and path != newest
            and _letter(path) in "VB"
            and _version(path) <= _version(newest)
        ):
            names.left_out[path] = f"the baseline {newest} stands for it"
        elif callback and callback["what"] != "Migrate":
            names.left_out[path] = "a callback of Flyway"
            if callback["what"] == "EachMigrate":
                names.doubts[path] = "a callback that Flyway runs around each step"
        elif not callback and _letter(path) == "-":
            names.left_out[path] = "Flyway runs no file of such a name"
            names.doubts[path] = names.left_out[path]
        else:
            kept.append(path)
    return kept


def _doubt_twins(paths: list[str], names: Names) -> None:
    """Doubt a second migration of one version, which Flyway refuses to run."""
    first: dict[tuple[int, ...], str] = {}
    for path in paths:
        if _letter(path) == "V" and (twin := first.setdefault(_version(path), path)) != path:
            names.doubts[path] = f"Flyway refuses it: {twin} has the same version"


def _letter(path: str) -> str:
    match = _FLYWAY.fullmatch(PurePosixPath(path).name)
    return match["kind"] if match else "-"


def _version(path: str) -> tuple[int, ...]:
    match = _FLYWAY.fullmatch(PurePosixPath(path).name)
    digits = re.findall(r"\d+", match["version"] or "") if match else []
    numbers = [int(digit) for digit in digits]
    while numbers and numbers[-1] == 0:  # 1.0 and 1 are the same version
        numbers.pop()
    return tuple(numbers)


def _ordered(
    paths: list[str], names: Names, sqitch_plan: Callable[[str], str | None], *, flyway: bool
) -> list[str]:
    if flyway:
        names.ordered_by = "Flyway's version"
        return sorted(paths, key=_flyway_key)
    planned = _planned(paths, sqitch_plan)
    if planned:
        names.ordered_by = "Sqitch's plan"
        for path in paths:
            if path not in planned:
                names.left_out[path] = "Sqitch's plan does not name it"
        return sorted((path for path in paths if path in planned), key=planned.__getitem__)
    ordered = sorted(paths, key=natural)
    if ordered != sorted(paths):
        names.ordered_by = "number"
    return ordered


def _flyway_key(path: str) -> tuple[int, tuple[int, ...], tuple[str | int, ...]]:
    """Return the place of a file: before all, by version, repeatable by title, after all."""
    name = PurePosixPath(path).name
    match, callback = _FLYWAY.fullmatch(name), _CALLBACK.fullmatch(name)
    if callback:
        return (0 if callback["when"] == "before" else 3), (), natural(path)
    if match and match["kind"] == "R":
        return 2, (), natural(match["title"])
    return 1, _version(path) if match else _LAST, natural(path)


def _planned(paths: Sequence[str], sqitch_plan: Callable[[str], str | None]) -> dict[str, int]:
    """Return the place in Sqitch's plan of each file in a `deploy` folder below one."""
    places: dict[str, int] = {}
    for folder in {str(PurePosixPath(path).parent) for path in paths}:
        if PurePosixPath(folder).name != "deploy":
            continue
        for place, change in enumerate(_changes(_plan_above(folder, sqitch_plan))):
            if (path := f"{folder}/{change}.sql") in paths:
                places[path] = place
    return places


def _plan_above(folder: str, sqitch_plan: Callable[[str], str | None]) -> str:
    """Return the nearest plan: beside the folder, or above it where `top_dir` says so."""
    plans = (sqitch_plan(str(above / "sqitch.plan")) for above in PurePosixPath(folder).parents)
    return next((text for text in plans if text), "")


def _changes(plan: str) -> list[str]:
    """Return the names of the files that a plan runs, in order.

    A change that is named again was reworked: its earlier file is called after the tag that
    followed it.
    """
    lines = [line.split()[0] for line in plan.splitlines() if line.strip()]
    words = [word for word in lines if word[0] not in "%#"]
    changes = []
    for at, word in enumerate(words):
        if word.startswith("@"):
            continue
        again = word in words[at + 1 :]
        tag = next((later for later in words[at:] if later.startswith("@")), "")
        changes.append(f"{word}{tag}" if again else word)
    return changes
