"""Migrations of a database's schema, by the tool whose files they are.

What the files say is counted, none is run; which plain SQL is a step and which a way back, the
rehearsal knows better (`lab.migrations`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePosixPath

from atom_release.drafting.files import Files, folder_of, joined
from atom_release.drafting.findings import Migrations, Place, Seen
from atom_release.drafting.migration_commands import with_command
from atom_release.source.text import is_test

_DJANGO = r"(?:.*/)?migrations/\d{4}_\w+\.py"
_OF_POSTGRES = re.compile(r"^provider\s*=\s*\"(?:postgresql|cockroachdb)\"", re.MULTILINE)
_BACK = re.compile(r"(?:^|[._-])(?:down|undo|revert|rollback)\.sql$", re.IGNORECASE)
_STAMPED = re.compile(r"^(?:\d{3,}|V\d)", re.IGNORECASE)


def find(files: Files) -> Iterator[Seen[Migrations]]:
    """Yield every set of migrations, one for each tool and folder."""
    for look in _LOOKS:
        yield from look(files)


def _alembic(files: Files) -> Iterator[Seen[Migrations]]:
    folders = {
        folder_of(path)
        for path in files.matching(r"(?:.*/)?versions/[^/]+\.py")
        if not is_test(path)
    }
    for versions in sorted(folders):
        folder = folder_of(versions)
        if joined(folder, "env.py") not in files:
            continue
        steps = [
            path for path in _directly(files, versions, ".py") if not path.endswith("__init__.py")
        ]
        yield Seen(Migrations("alembic", folder, len(steps)), Place(_read_by(files, folder)))


def _read_by(files: Files, folder: str) -> str:
    """Return the nearest alembic.ini above a folder of migrations; else its env.py.

    One that lies in the folder itself is that of Flask's extension, which is called otherwise.
    """
    outer = folder
    while outer:
        outer = folder_of(outer)
        if (settings := joined(outer, "alembic.ini")) in files:
            return settings
    return joined(folder, "env.py")


def _django(files: Files) -> Iterator[Seen[Migrations]]:
    steps = [path for path in files.matching(_DJANGO) if not is_test(path)]
    for manage in files.named("manage.py"):
        folder = folder_of(manage)
        own = [path for path in steps if path.startswith(f"{folder}/" if folder else "")]
        if own:
            yield Seen(Migrations("Django", folder or ".", len(own)), Place(manage))


def _prisma(files: Files) -> Iterator[Seen[Migrations]]:
    steps = files.matching(r"(?:.*/)?migrations/[^/]+/migration\.sql")
    for folder, count in sorted(Counter(folder_of(folder_of(path)) for path in steps).items()):
        lock = files.text(joined(folder, "migration_lock.toml"))
        of_postgres = bool(_OF_POSTGRES.search(lock))
        pattern = f"{folder}/*/migration.sql" if of_postgres else ""
        yield Seen(Migrations("Prisma", folder, count, pattern), Place(folder))


def _drizzle(files: Files) -> Iterator[Seen[Migrations]]:
    for journal in files.matching(r"(?:.*/)?meta/_journal\.json"):
        folder = folder_of(folder_of(journal))
        steps = _directly(files, folder, ".sql")
        if steps:
            yield Seen(Migrations("Drizzle", folder, len(steps), f"{folder}/*.sql"), Place(journal))


def _by_content(
    tool: str, suffixes: tuple[str, ...], expression: str, folder_named: str
) -> Callable[[Files], Iterator[Seen[Migrations]]]:
    """Return a look for programs that are steps by what they call."""
    speaks = re.compile(expression)

    def look(files: Files) -> Iterator[Seen[Migrations]]:
        steps = [
            path
            for path in files.paths
            if path.endswith(suffixes)
            and folder_named in folder_of(path).lower()
            and not is_test(path)
            and speaks.search(files.text(path))
        ]
        for folder, count in sorted(Counter(map(folder_of, steps)).items()):
            first = next(path for path in steps if folder_of(path) == folder)
            yield Seen(with_command(files, Migrations(tool, folder, count)), Place(first))

    return look


def _sql(files: Files) -> Iterator[Seen[Migrations]]:
    """Find folders of plain SQL steps, and tell their tool by names and markers."""
    by_folder: dict[str, list[str]] = {}
    for path in files.paths:
        name = PurePosixPath(path).name
        if path.endswith(".sql") and name != "migration.sql" and not is_test(path):
            by_folder.setdefault(folder_of(path), []).append(path)
    diesel = [folder for folder, paths in by_folder.items() if joined(folder, "up.sql") in paths]
    for above in sorted({folder_of(folder) for folder in diesel}):
        count = sum(folder_of(folder) == above for folder in diesel)
        yield Seen(Migrations("Diesel", above, count, f"{above}/*/up.sql"), Place(above))
    for folder, paths in sorted(by_folder.items()):
        if folder in diesel or not _is_of_steps(folder, paths):
            continue
        tool, pattern = _tool(files, folder, paths)
        steps = [path for path in paths if not _BACK.search(PurePosixPath(path).name)]
        yield Seen(Migrations(tool, folder, len(steps), f"{folder}/{pattern}"), Place(paths[0]))


def _is_of_steps(folder: str, paths: Sequence[str]) -> bool:
    if "meta/_journal.json" in folder:
        return False
    stamped = sum(bool(_STAMPED.match(PurePosixPath(path).name)) for path in paths)
    named = re.search(r"migrations?|migrate|flyway|changelog", folder, re.IGNORECASE)
    return stamped == len(paths) if named is None and len(paths) > 1 else bool(named and stamped)


def _tool(files: Files, folder: str, paths: Sequence[str]) -> tuple[str, str]:
    names = [PurePosixPath(path).name for path in paths]
    text = files.text(paths[0])
    if any(re.match(r"V\d[\d._]*__", name) for name in names):
        return "Flyway", "V*__*.sql"
    if any(name.endswith(".up.sql") for name in names):
        return "golang-migrate", "*.up.sql"
    if "-- +goose" in text:
        return "goose", "*.sql"
    if "-- migrate:up" in text:
        return "dbmate", "*.sql"
    if "supabase/" in f"{folder}/":
        return "Supabase", "*.sql"
    return "plain SQL", "*.sql"


def _directly(files: Files, folder: str, suffix: str) -> list[str]:
    return [
        path for path in files.below(folder) if folder_of(path) == folder and path.endswith(suffix)
    ]


_SCRIPTS = (".js", ".ts", ".cjs", ".mjs")
_LOOKS: tuple[Callable[[Files], Iterator[Seen[Migrations]]], ...] = (
    _alembic,
    _django,
    _prisma,
    _drizzle,
    _by_content("TypeORM", _SCRIPTS, r"\bMigrationInterface\b", "migration"),
    _by_content("Knex", _SCRIPTS, r"\bknex\b[\s\S]*\bschema\b", "migration"),
    _by_content("Sequelize", _SCRIPTS, r"\bqueryInterface\.", "migration"),
    _by_content("Rails", (".rb",), r"ActiveRecord::Migration", "migrate"),
    _sql,
)
