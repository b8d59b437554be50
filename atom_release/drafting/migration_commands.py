"""How a package of Node.js migrates its database: by a script of its own, else by its tool.

A script is taken that calls the tool to migrate forward, and nothing else; of several the one whose
name says the least beside that. What fills its tables with examples is no step of a schema.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace

from atom_release.drafting.files import Files, folder_of, joined
from atom_release.drafting.findings import Migrations

_SCRIPTS = {
    "Knex": re.compile(r"\bknex\b[^&|;]*\bmigrate:latest\b"),
    "Sequelize": re.compile(r"\bsequelize(?:-cli)?\b[^&|;]*\bdb:migrate(?![:\w-])"),
    "TypeORM": re.compile(r"\btypeorm\b[^&|;]*\bmigration:run\b"),
}
_PROGRAMS = {
    "Knex": ("knex", ("knex", "migrate:latest")),
    "Sequelize": ("sequelize-cli", ("sequelize-cli", "db:migrate")),
}
_SETTINGS = {"Knex": "knexfile.", "Sequelize": ".sequelizerc"}
_CONFIGS = tuple(
    f"{folder}config/{name}" for folder in ("", "src/") for name in ("config.js", "database.js")
)
_SETTINGS_OF = re.compile(r"\b(\w+)\s*:\s*\{[^{}]*\bdialect\s*:")
_ELSEWHERE = re.compile(r"\bdocker\b|[&|;]|:(?:revert|undo|rollback|drop|create)\b|localhost")
_NOT_THIS = re.compile(r"seed|prod|stag|test|docker|revert|undo|rollback", re.IGNORECASE)


def with_command(files: Files, migrations: Migrations) -> Migrations:
    """Return migrations with what carries them out and its folder, where one is told."""
    speaks = _SCRIPTS.get(migrations.tool)
    if speaks is None:
        return migrations
    packages = [folder for folder in _outwards(migrations.folder) if _is_package(files, folder)]
    for folder in packages:
        scripts = files.json(joined(folder, "package.json")).get("scripts")
        named = [
            name
            for name, line in (scripts.items() if isinstance(scripts, dict) else ())
            if isinstance(line, str)
            and speaks.search(line)
            and not _ELSEWHERE.search(line)
            and not _NOT_THIS.search(f"{name} {line}")
        ]
        if named:
            name = min(named, key=lambda each: (len(each), each))
            return replace(migrations, command=("npm", "run", name), directory=folder)
    return _by_program(files, migrations, packages)


def _by_program(files: Files, migrations: Migrations, packages: list[str]) -> Migrations:
    package, command = _PROGRAMS.get(migrations.tool, ("", ()))
    if not any(package in _asked(files, folder) for folder in packages):
        return migrations
    settings = _SETTINGS[migrations.tool]
    place = next(
        (
            folder
            for folder in _outwards(migrations.folder)
            if any(posixpath.basename(path).startswith(settings) for path in files.within(folder))
        ),
        packages[0] if migrations.tool != "Knex" else folder_of(migrations.folder),
    )
    named = _named_settings(files, place) if migrations.tool == "Sequelize" else ""
    more = ("--env", named) if named else ()
    return replace(migrations, command=(*command, *more), directory=place)


def _named_settings(files: Files, folder: str) -> str:
    """Return the name of the only settings of a database that a package has, if it is not usual."""
    for path in _CONFIGS:
        text = files.text(joined(folder, path))
        names = dict.fromkeys(_SETTINGS_OF.findall(text))
        if names:
            return next(iter(names)) if len(names) == 1 and "development" not in names else ""
    return ""


def _asked(files: Files, folder: str) -> set[str]:
    package = files.json(joined(folder, "package.json"))
    fields = (package.get("dependencies"), package.get("devDependencies"))
    return {str(name) for stated in fields if isinstance(stated, dict) for name in stated}


def _is_package(files: Files, folder: str) -> bool:
    return joined(folder, "package.json") in files


def _outwards(folder: str) -> Iterator[str]:
    while folder:
        yield folder
        folder = folder_of(folder)
    yield ""
