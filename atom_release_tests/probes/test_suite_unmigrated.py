"""A table that nothing before the tests made is missing through the surroundings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from atom_release.gate.manifest import Manifest
from atom_release.lab import junit
from atom_release.probes.suite.run import Run
from atom_release.probes.suite.unmigrated import with_unmigrated
from atom_release_tests.fixtures.stage import look_at, service_of

MISSING = 'QueryFailedError: relation "users" does not exist'
SPOILED = "AssertionError: expected 400 to equal 200"
MIGRATIONS = {"commands": [["knex", "migrate:latest"]]}


def run_of(*messages: str) -> Run:
    """Return a run with one test that passed and one that failed with each of these messages."""
    cases = "".join(
        f"<testcase classname='t' name='t{number}'><failure message='{text}'>x</failure></testcase>"
        for number, text in enumerate(text.replace('"', "&quot;") for text in messages)
    )
    xml = f"<testsuite><testcase classname='t' name='good'/>{cases}</testsuite>"
    return Run(1, 1, junit.read(xml.encode()), "", {}, None, "")


def excused(
    folder: Path, *messages: str, migrations: dict[str, Any] | None = None, **suite: object
) -> int:
    """Return how many of the failures do not count."""
    stated = {"paths": ["tests"], **suite}
    service = service_of(suite=stated)
    look = look_at(folder, service)
    manifest = {**look.manifest.model_dump(mode="json", exclude_defaults=True)}
    if migrations:
        manifest["migrations"] = migrations
    object.__setattr__(look, "manifest", Manifest.model_validate(manifest))
    suite_of = look.manifest.services[0].suite
    assert suite_of is not None
    return len(with_unmigrated(look, suite_of, lambda _runs: {})([run_of(*messages)]))


@pytest.mark.parametrize(
    ("suite", "migrations", "messages", "count"),
    [
        ({"needs": ["postgres"]}, MIGRATIONS, (MISSING, SPOILED), 2),
        ({"needs": ["postgres"]}, MIGRATIONS, (SPOILED,), 0),
        ({"needs": ["postgres"]}, None, (MISSING, SPOILED), 0),
        ({"needs": ["postgres"], "prepare": [["knex", "x"]]}, MIGRATIONS, (MISSING,), 0),
        ({}, MIGRATIONS, (MISSING,), 0),
    ],
)
def test_failures_for_want_of_a_table_that_nobody_was_to_make(
    tmp_path: Path,
    suite: dict[str, Any],
    migrations: dict[str, Any] | None,
    messages: tuple[str, ...],
    count: int,
) -> None:
    """Where a step makes them, or the release has no migrations, it is the code's own affair."""
    assert excused(tmp_path, *messages, migrations=migrations, **suite) == count
