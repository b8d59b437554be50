"""Migrations that do not apply are told apart.

Broken, lacking an extension, following from another, unreadable, endless.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.migrations import replay, scratch
from atom_release.lab.rehearsal import postgres
from atom_release_tests.fixtures.tenancy_release import ask_tenancy, faults

if TYPE_CHECKING:
    from pathlib import Path

    from atom_release.gate.facts.evidence import Evidence

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("tenancy")]

_ISOLATED = """
CREATE TABLE notes (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), tenant_id uuid NOT NULL);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE notes FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON notes USING (tenant_id::text = current_setting('app.tenant_id', true));
GRANT SELECT, INSERT ON notes TO app;
"""
_STRICT = """
CREATE TABLE notes (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), tenant_id uuid NOT NULL, body text);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE notes FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON notes USING (tenant_id = current_setting('app.tenant_id')::uuid);
GRANT SELECT, INSERT ON notes TO app;
"""
_LEAKING = (
    "CREATE TABLE open_notes (id serial PRIMARY KEY, tenant_id uuid NOT NULL);\nGRANT SELECT ON"
    " open_notes TO app;"
)


def not_applied(migrations: Evidence) -> list[tuple[object, object, object]]:
    listed = migrations.facts["not_applied"]
    assert isinstance(listed, list)
    return [
        (entry["path"], entry["line"], entry["kind"]) for entry in listed if isinstance(entry, dict)
    ]


def test_broken_file_is_named_with_its_line_and_does_not_hide_the_rest(
    server: postgres.Postgres, tmp_path: Path
) -> None:
    """MySQL's words on line 3 of the first file; the leak of the third is found nevertheless."""
    broken = "-- an index\nCREATE TABLE a (\n    id int AUTO_INCREMENT PRIMARY KEY\n);"
    migrations, isolation = ask_tenancy(server, tmp_path, a=broken, b=_ISOLATED, c=_LEAKING)
    assert migrations.answer is Answer.NO
    assert (
        migrations.reason
        == 'migrations/a.sql:3 does not apply: syntax error at or near "AUTO_INCREMENT" (42601)'
    )
    assert not_applied(migrations) == [("migrations/a.sql", 3, "failed")]
    assert (isolation.answer, faults(isolation)) == (Answer.NO, {"rls-missing"})


def test_isolation_is_unknown_where_a_file_did_not_apply(
    server: postgres.Postgres, tmp_path: Path
) -> None:
    """What the broken file would have made was not asked: no table left is no proof."""
    migrations, isolation = ask_tenancy(
        server, tmp_path, a=_ISOLATED, b="ALTER TABLE missing ADD COLUMN x int;"
    )
    assert (migrations.answer, isolation.answer) == (Answer.NO, Answer.UNKNOWN)
    assert "1 migration(s) did not apply" in isolation.reason


def test_role_that_nothing_makes_is_the_releases_own_fault(
    server: postgres.Postgres, tmp_path: Path
) -> None:
    """The application's role is named by the manifest and is there.

    Any other must be made by a migration.
    """
    migrations, _ = ask_tenancy(
        server, tmp_path, a=_ISOLATED, b="GRANT SELECT ON notes TO somebody_else;"
    )
    assert migrations.answer is Answer.NO
    assert 'role "somebody_else" does not exist' in migrations.reason


def test_missing_extension_is_absent_by_name(server: postgres.Postgres, tmp_path: Path) -> None:
    """Infrastructure that lacks.

    What does not need it is asked nevertheless, and what needs it follows from it.
    """
    migrations, isolation = ask_tenancy(
        server, tmp_path, a='CREATE EXTENSION IF NOT EXISTS "uuid-ossp";\n' + _ISOLATED
    )
    assert (migrations.answer, isolation.answer) == (Answer.ABSENT, Answer.YES), isolation.reason
    assert "extension uuid-ossp (asked for by migrations/a.sql)" in migrations.reason
    (tmp_path / "needed").mkdir()
    needs = (
        "CREATE TABLE more (id uuid PRIMARY KEY DEFAULT uuid_generate_v4(), tenant_id uuid NOT"
        " NULL);"
    )
    migrations, isolation = ask_tenancy(
        server, tmp_path / "needed", a='CREATE EXTENSION "uuid-ossp";', b=_ISOLATED, c=needs
    )
    assert (migrations.answer, isolation.answer) == (Answer.ABSENT, Answer.ABSENT)
    assert not_applied(migrations) == [
        ("migrations/c.sql", 1, "follows from what the server lacks")
    ]
    assert "uuid-ossp" in isolation.reason


def test_missing_extension_does_not_excuse_a_syntax_error(
    server: postgres.Postgres, tmp_path: Path
) -> None:
    """A missing extension explains a missing function, never a wrong word."""
    migrations, _ = ask_tenancy(
        server, tmp_path, a="CREATE EXTENSION hstore;", b="CREATE TABEL x (id int);"
    )
    assert (migrations.answer, not_applied(migrations)) == (
        Answer.NO,
        [("migrations/b.sql", 1, "failed")],
    )


def test_extension_that_only_a_superuser_creates_is_no_fault_of_the_release(
    server: postgres.Postgres, tmp_path: Path
) -> None:
    """The server has it: its administrator installs it, and the migrations go on."""
    migrations, _ = ask_tenancy(
        server, tmp_path, a="CREATE EXTENSION vector;\nCREATE TABLE e (v vector(3));", b=_ISOLATED
    )
    assert migrations.answer is Answer.YES, migrations.reason
    assert "superuser" in str(migrations.facts["notes"])


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE ROLE support_staff NOLOGIN BYPASSRLS;",
        "SET session_replication_role = replica;",
        "ALTER SYSTEM SET work_mem = '8MB';",
        "CREATE TABLE latest AS SELECT * FROM notes;",
        "COPY notes (body) FROM '/var/lib/import/notes.csv';",
        "ALTER TABLE notes OWNER TO app;",
    ],
    ids=[
        "bypassing role",
        "replication role",
        "system",
        "rows behind a policy",
        "server's file",
        "another owner",
    ],
)
def test_what_a_superuser_would_have_applied_is_no_fault_of_the_release(
    server: postgres.Postgres, tmp_path: Path, statement: str
) -> None:
    """Whose role applies the migrations is not in the files."""
    migrations, _ = ask_tenancy(
        server, tmp_path, a=_STRICT, b=statement, c="CREATE TABLE later (id int);"
    )
    assert migrations.answer is Answer.UNKNOWN, migrations.reason
    assert "migrations/b.sql:1 applies to a superuser at most" in migrations.reason
    assert not_applied(migrations) == [
        ("migrations/b.sql", 1, "wants rights that the gate does not give")
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABEL x (id int);",
        "ALTER TABLE notes ADD COLUMN kind no_such_type;",
        "ALTER TABLE notes OWNER TO nobody_made;",
        "SET ROLE app; CREATE TABLE mine (id int);",
    ],
    ids=[
        "a wrong word",
        "a type that is not there",
        "an owner who is not there",
        "a role without the right",
    ],
)
def test_what_no_role_could_apply_is_the_releases_own(
    server: postgres.Postgres, tmp_path: Path, statement: str
) -> None:
    migrations, _ = ask_tenancy(server, tmp_path, a=_STRICT, b=statement)
    assert migrations.answer is Answer.NO, migrations.reason


def test_applied_in_the_order_of_names_without_those_that_undo(
    server: postgres.Postgres, tmp_path: Path
) -> None:
    """`*.down.sql`, and what follows a file's own mark, lead back and are left out."""
    files = {
        "1_a.up": "CREATE TABLE a (x int);",
        "1_a.down": "DROP TABLE a;",
        "2_b": "ALTER TABLE a ADD y int;\n-- migrate:down\nDROP TABLE a;",
        "3_c": "SELECT y FROM a;",
    }
    migrations, isolation = ask_tenancy(server, tmp_path, **files)
    assert (migrations.answer, migrations.facts["files"]) == (Answer.YES, 3), migrations.reason
    assert set(migrations.sources) == {
        "migrations/1_a.up.sql",
        "migrations/2_b.sql",
        "migrations/3_c.sql",
    }
    assert (isolation.answer, isolation.reason) == (
        Answer.UNKNOWN,
        "nothing to isolate: no table has the column tenant_id",
    )


def test_files_own_transaction_and_what_runs_only_outside_one(
    server: postgres.Postgres, tmp_path: Path
) -> None:
    """As psql would: BEGIN and COMMIT inside the file, and an index made concurrently."""
    own = "BEGIN;\nCREATE TABLE a (x int);\nCOMMIT;\nCREATE INDEX CONCURRENTLY i ON a (x);"
    migrations, _ = ask_tenancy(server, tmp_path, a=own, b="BEGIN;\nCREATE TABLE b (x int);\n")
    assert (migrations.answer, [path for path, _, _ in not_applied(migrations)]) == (
        Answer.NO,
        ["migrations/b.sql"],
    )


def test_what_is_no_sql_is_unknown(server: postgres.Postgres, tmp_path: Path) -> None:
    """A file that no server reads was not tried: that is doubt, not a failure."""
    migrations, _ = ask_tenancy(server, tmp_path, a=b"\xff\xfeC\x00", b=_ISOLATED)
    assert (migrations.answer, [kind for _, _, kind in not_applied(migrations)]) == (
        Answer.UNKNOWN,
        ["unreadable"],
    )


def test_no_migration_is_unknown(server: postgres.Postgres, tmp_path: Path) -> None:
    """The manifest names a place where S has nothing."""
    migrations, isolation = ask_tenancy(server, tmp_path)
    assert (migrations.answer, isolation.answer) == (Answer.UNKNOWN, Answer.UNKNOWN)


def test_migration_that_never_ends_is_ended(
    server: postgres.Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It lifts its own timeout and catches the cancel.

    The next file applies all the same, and nothing is left running.
    """
    monkeypatch.setattr(scratch, "LONGEST", 2.0)
    endless = (
        "SET statement_timeout = 0;\nDO $$ BEGIN LOOP BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN"
        " query_canceled THEN NULL; END; END LOOP; END $$;"
    )
    migrations, isolation = ask_tenancy(server, tmp_path, a=endless, b=_LEAKING)
    assert (migrations.answer, [path for path, _, _ in not_applied(migrations)]) == (
        Answer.NO,
        ["migrations/a.sql"],
    )
    assert faults(isolation) == {"rls-missing"}
    with psycopg.connect(server.admin_dsn()) as connection:
        assert connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND pid <>"
            " pg_backend_pid()"
        ).fetchone() == (0,)


def test_trigger_that_never_ends_makes_isolation_unknown(
    server: postgres.Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The session in which the release's own code hangs is ended, and the evidence says so."""
    monkeypatch.setattr(scratch, "LONGEST", 2.0)
    endless = """
    CREATE FUNCTION endless() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN LOOP BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP; END $$;
    CREATE TRIGGER endless BEFORE INSERT ON notes FOR EACH ROW EXECUTE FUNCTION endless();
    """
    migrations, isolation = ask_tenancy(server, tmp_path, a=_ISOLATED + endless)
    assert (migrations.answer, isolation.answer) == (Answer.YES, Answer.UNKNOWN)
    assert "a session was ended" in isolation.reason


def test_control_lives_and_is_dead_where_the_replay_sees_no_error(
    server: postgres.Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A planted file must fail on its second line; a replay that finds every file right is dead."""
    migrations, _ = ask_tenancy(server, tmp_path, a=_ISOLATED)
    assert migrations.control is not None
    assert (migrations.control.state, migrations.control.found) == (
        ControlState.ALIVE,
        'line 2: relation "gate_no_such_table" does not exist',
    )
    monkeypatch.setattr(replay, "_PLANTED", b"SELECT 1;")
    (tmp_path / "blind").mkdir()
    migrations, _ = ask_tenancy(server, tmp_path / "blind", a=_ISOLATED)
    assert migrations.control is not None
    assert migrations.control.state is ControlState.DEAD


@pytest.mark.parametrize(
    ("names", "answer"),
    [(("grants", "tables"), Answer.UNKNOWN), (("1_grants", "2_tables"), Answer.NO)],
)
def test_files_without_numbers_that_need_each_other_are_in_doubt_and_not_broken(
    server: postgres.Postgres, tmp_path: Path, names: tuple[str, str], answer: Answer
) -> None:
    """The grants need the tables, and only numbers would say which of them is applied first."""
    grants = "GRANT SELECT, INSERT ON notes TO app;\n"
    files = dict(zip(names, (grants, _ISOLATED.replace(grants, "")), strict=True))
    migrations, _ = ask_tenancy(server, tmp_path, **files)
    assert migrations.answer is answer, migrations.reason
    assert ("no number" in migrations.reason) == (answer is Answer.UNKNOWN)
    assert f"migrations/{names[0]}.sql" in migrations.reason
