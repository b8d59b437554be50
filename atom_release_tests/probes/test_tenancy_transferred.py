"""A schema that a program made on one server, looked at on another that the program never reached."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import psycopg
import pytest

from atom_release.errors import ProbeFault
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.migrations.transfer import Dump, dump_schema, restore_schema
from atom_release.lab.rehearsal import OWNER, Postgres, postgres
from atom_release.probes.tenancy.transferred import probe_transferred
from atom_release_tests.fixtures.tenancy_release import faults, look, started

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.live

_MADE = """
CREATE ROLE app NOLOGIN;
CREATE ROLE keeper NOLOGIN;
GRANT keeper TO app;
ALTER ROLE app SET statement_timeout = '7s';
CREATE SCHEMA shop;
ALTER DATABASE made SET search_path = shop, public;
CREATE FUNCTION shop.tenant() RETURNS text LANGUAGE sql STABLE AS $$ SELECT current_setting('app.tenant_id', true) $$;
CREATE TABLE shop.notes (id serial PRIMARY KEY, tenant_id text NOT NULL);
INSERT INTO shop.notes (tenant_id) VALUES ('planted-row');
ALTER TABLE shop.notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE shop.notes FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON shop.notes USING ({rule});
GRANT USAGE ON SCHEMA shop TO app;
GRANT SELECT, INSERT ON shop.notes TO app;
"""
_OWN = "tenant_id = shop.tenant()"


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Postgres, Postgres]]:
    embedded = [server for server in postgres.servers() if server.origin == "embedded"]
    with (
        started(tmp_path_factory.mktemp("one"), embedded[0]) as running,
        started(tmp_path_factory.mktemp("other"), embedded[0]) as other,
    ):
        yield running, other


def made(server: Postgres, rule: str) -> Dump:
    """Return the dump of what a program made, and take it away again."""
    server.create("made")
    with psycopg.connect(server.dsn("made", OWNER), autocommit=True) as owner:
        owner.execute(_MADE.format(rule=rule).encode())
    try:
        return dump_schema(server, "made")
    finally:
        with server.admin() as admin:
            admin.execute("DROP DATABASE made WITH (FORCE)")
            admin.execute("DROP ROLE app, keeper")


@pytest.mark.parametrize(
    ("rule", "answer", "fault"),
    [(_OWN, Answer.YES, set()), ("true", Answer.NO, {"policy-select"})],
    ids=["right", "leaking"],
)
def test_isolation_is_asked_where_the_program_never_was(
    servers: tuple[Postgres, Postgres],
    tmp_path: Path,
    rule: str,
    answer: Answer,
    fault: set[str],
) -> None:
    server, other = servers
    isolation = probe_transferred(look(tmp_path, {}), other, made(server, rule))
    assert isolation.answer is answer, isolation.reason
    assert fault <= faults(isolation)
    assert isolation.control is not None
    assert isolation.control.state is ControlState.ALIVE


def test_roles_memberships_owners_and_settings_go_over_and_no_row(
    servers: tuple[Postgres, Postgres],
) -> None:
    server, other = servers
    dump = made(server, _OWN)
    assert b"planted-row" not in dump.archive
    other.create("taken")
    try:
        restore_schema(other, "taken", dump)
        with psycopg.connect(other.admin_dsn("taken")) as admin:
            owner = admin.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'notes'")
            assert owner.fetchall() == [(OWNER,)]
            assert admin.execute("SELECT pg_has_role('app', 'keeper', 'MEMBER')").fetchone() == (
                True,
            )
            assert admin.execute("SELECT count(*) FROM shop.notes").fetchone() == (0,)
            assert admin.execute("SHOW search_path").fetchone() == ("shop, public",)
            assert admin.execute(
                "SELECT rolconfig FROM pg_roles WHERE rolname = 'app'"
            ).fetchone() == (["statement_timeout=7s"],)
    finally:
        with other.admin() as admin:
            admin.execute("DROP DATABASE taken WITH (FORCE)")
            admin.execute("DROP ROLE app, keeper")


def test_a_dump_that_does_not_restore_leaves_isolation_unknown(
    servers: tuple[Postgres, Postgres], tmp_path: Path
) -> None:
    """By the restoring program's own words; nothing is held against the release."""
    server, other = servers
    torn = made(server, _OWN)
    torn = replace(torn, archive=torn.archive[: len(torn.archive) // 2])
    isolation = probe_transferred(look(tmp_path, {}), other, torn)
    assert isolation.answer is Answer.UNKNOWN
    assert "pg_restore: error:" in isolation.reason


def test_a_database_that_is_not_there_is_a_fault_of_the_probe(
    servers: tuple[Postgres, Postgres],
) -> None:
    with pytest.raises((ProbeFault, psycopg.OperationalError), match="does not exist"):
        dump_schema(servers[0], "no_such_database")
