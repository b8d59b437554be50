"""Migrations in the manifest: by commands or by files of plain SQL, and never by both."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from atom_release.gate.manifest import Manifest

RELEASE = {"phase": "C", "name": "x", "version": "1", "tag": "v1", "branch": "release/x"}
SERVICE = {"id": "C.1", "name": "api", "source": ["src"]}
FILES = {"files": "prisma/migrations/*/migration.sql"}


def manifest(**rest: Any) -> Manifest:  # noqa: ANN401 - fields of a manifest
    return Manifest.model_validate({"release": RELEASE, "services": [SERVICE], **rest})


@pytest.mark.parametrize(
    "migrations", [{}, {**FILES, "commands": [["alembic", "upgrade", "head"]]}]
)
def test_migrations_have_one_way(migrations: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="either commands or files"):
        manifest(migrations=migrations)


def test_plain_sql_is_named_in_one_place() -> None:
    """The attack: other files for the rehearsal than for the question of tenants."""
    with pytest.raises(ValidationError, match="choose between"):
        manifest(migrations=FILES, tenancy={"migrations": "sql/*.sql", "role": "app"})
    assert manifest(migrations=FILES, tenancy={"role": "app"}).sql_migrations == FILES["files"]
    assert manifest(migrations=FILES).sql_migrations == FILES["files"]
    assert manifest(migrations={"commands": [["knex"]]}).sql_migrations is None
