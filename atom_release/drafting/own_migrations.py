"""Migrations of a service that keeps its rows in a file of its own: a step before it starts.

The rehearsal migrates its PostgreSQL once for all services; a file of SQLite lies in the copy of
the tree that each service has, so that its own tool makes the tables there.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

from atom_release.drafting import starts
from atom_release.drafting.files import is_below

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from atom_release.drafting.findings import Migrations, Seen, Service

_MIGRATES = re.compile(r"\b(?:migrate|upgrade|latest|deploy)\b")
_OTHERS = re.compile(r"\{postgres|^(?:mysql|mssql|oracle|mongodb)", re.IGNORECASE)


def add(services: Sequence[Service], migrations: Sequence[Seen[Migrations]]) -> list[Service]:
    """Return the services, each that is migrated by itself with the step for it."""
    return [
        replace(each, before=(*each.before, *_steps(each, services, migrations)))
        for each in services
    ]


def _steps(
    service: Service, services: Sequence[Service], migrations: Sequence[Seen[Migrations]]
) -> Iterator[tuple[str, ...]]:
    if not starts.is_asked(service) or any(
        _MIGRATES.search(" ".join(step)) for step in service.before
    ):
        return
    stated = starts.start_of(service)
    texts = stated.get("environment", {}).values()
    if any(map(_OTHERS.search, texts)):
        return
    for seen in migrations:
        step, folder = starts.step_of(seen, service)
        around = [each.folder for each in services if is_below(folder, each.folder)]
        if step and around and max(around, key=len) == service.folder:
            yield _in_folder(step, folder, stated.get("directory", ""))


def _in_folder(step: Sequence[str], folder: str, directory: str) -> tuple[str, ...]:
    if folder == directory:
        return tuple(step)
    way = posixpath.relpath(folder or ".", directory or ".")
    line = f"cd {shlex.quote(way)} && {shlex.join(step)}".replace("'{python}'", "{python}")
    return ("/bin/sh", "-c", line)
