"""Which files are steps forward, and which comes after which, as their names say.

Names are read as the tools that wrote them read them: Flyway's letters and versions (`flyway`),
`.up` and `.down` and a folder for each (`ways_back`), Sqitch's plan. Numbers are compared as
numbers. What stands inside the files is read in `markers`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import PurePosixPath

from atom_release.lab.migrations.flyway import (
    doubt_twins,
    flyway_key,
    is_versioned,
    run_by_flyway,
)
from atom_release.lab.migrations.step_names import Names, natural
from atom_release.lab.migrations.ways_back import way_back

_SIGNS = re.compile(r"[._\-\s]+")
_POSTGRES = {"postgres", "postgresql", "pg", "pgsql", "psql"}
_OTHER_SERVERS = {
    *("mysql", "mariadb", "sqlite", "sqlite3", "mssql", "sqlserver", "oracle", "h2", "hsqldb"),
    *("derby", "db2", "clickhouse", "cassandra", "snowflake", "tidb", "firebird"),
}


def read_names(paths: Iterable[str], sqitch_plan: Callable[[str], str | None]) -> Names:
    """Return the steps forward among these paths, in the order in which they are applied.

    `sqitch_plan` returns the text of a `sqitch.plan` at a path, None where there is none.
    """
    names = Names()
    every = _for_postgres(sorted(set(paths)), names)
    flyway = any(is_versioned(path) for path in every)
    forward = []
    for path in every:
        reason, certain = way_back(path, every, flyway=flyway)
        if not reason:
            forward.append(path)
            continue
        names.left_out[path] = reason
        if not certain:
            names.doubts[path] = reason
    if flyway:
        forward = run_by_flyway(forward, names)
        doubt_twins(forward, names)
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


def _ordered(
    paths: list[str], names: Names, sqitch_plan: Callable[[str], str | None], *, flyway: bool
) -> list[str]:
    if flyway:
        names.ordered_by = "Flyway's version"
        return sorted(paths, key=flyway_key)
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
