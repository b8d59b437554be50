"""Migrations put to a real server: what applies, what does not, and on which line."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from atom_release.lab.migrations.apply import Applied, apply_file, ended_after
from atom_release.lab.migrations.plan import make_plan
from atom_release.lab.rehearsal import OWNER, Postgres, apply_migrations, postgres
from atom_release.lab.rehearsal.deployment import copy_database, let_make_tables, migrate
from atom_release.lab.rehearsal.launcher import Launcher
from atom_release.lab.sandbox import Sandbox

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    folder = tmp_path_factory.mktemp("server")
    (folder / "data").mkdir()
    launcher = Launcher(Sandbox(hidden=()), folder)
    try:
        yield postgres.start(launcher, folder / "data")
    finally:
        launcher.close()


@pytest.fixture
def dsn(server: Postgres) -> Iterator[str]:
    server.create("scratch")
    yield server.dsn("scratch", OWNER)
    with server.admin() as connection:
        connection.execute("DROP DATABASE scratch WITH (FORCE)")


def tables(dsn: str) -> list[str]:
    with psycopg.connect(dsn) as connection:
        return [
            name
            for (name,) in connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
            ).fetchall()
        ]


def test_files_apply_in_the_given_order(dsn: str) -> None:
    """A later file may build on an earlier one."""
    assert apply_migrations(
        dsn, [("1.sql", b"CREATE TABLE a (x int);"), ("2.sql", b"ALTER TABLE a ADD y int;")]
    ) == [Applied("1.sql"), Applied("2.sql")]
    assert [
        applied.ok
        for applied in apply_migrations(
            dsn, [("3.sql", b"ALTER TABLE b ADD y int;"), ("4.sql", b"CREATE TABLE b (x int);")]
        )
    ] == [False, True]


def test_file_that_fails_leaves_nothing_and_says_where(dsn: str) -> None:
    """The line of the word that PostgreSQL points at, in a statement that begins earlier."""
    applied = apply_file(
        dsn,
        "x.sql",
        b"CREATE TABLE a (x int);\n-- now;\nALTER TABLE a\n  ADD y int,\n  ADD z"
        b" no_such_type;\nCREATE TABLE c (x int);\n",
    )
    assert (applied.line, applied.sqlstate, applied.error) == (
        5,
        "42704",
        'type "no_such_type" does not exist',
    )
    assert tables(dsn) == []


def test_error_without_a_position_has_the_line_of_its_statement(dsn: str) -> None:
    """The server gives no position for a missing role.

    The statement's first line stands for it, also behind a function's body.
    """
    body = (
        b"CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$\nBEGIN\n  RETURN 1; -- ';\nEND"
        b" $$;\n\nGRANT EXECUTE ON FUNCTION f() TO nobody_here;\n"
    )
    assert (apply_file(dsn, "x.sql", body).line, apply_file(dsn, "x.sql", body).sqlstate) == (
        6,
        "42704",
    )


def test_own_transactions_are_kept(dsn: str) -> None:
    """What a file commits itself stays, what it begins and does not commit is an error."""
    assert apply_file(
        dsn,
        "own.sql",
        b"BEGIN;\nCREATE TABLE a (x int);\nCOMMIT;\nBEGIN;\nCREATE TABLE b (x int);\nCOMMIT;\n",
    ).ok
    applied = apply_file(
        dsn,
        "half.sql",
        b"BEGIN;\nCREATE TABLE c (x int);\nCOMMIT;\nBEGIN;\nCREATE TABLE d (x int);\nCREATE TABLE a"
        b" (x int);\nCOMMIT;",
    )
    assert (applied.line, applied.sqlstate) == (6, "42P07")
    assert tables(dsn) == ["a", "b", "c"]
    assert (
        "does not commit" in apply_file(dsn, "open.sql", b"BEGIN;\nCREATE TABLE e (x int);\n").error
    )
    assert "e" not in tables(dsn)


def test_what_needs_no_transaction_gets_none(dsn: str) -> None:
    """`CREATE INDEX CONCURRENTLY` refuses to run in one, and that is not the file's fault."""
    assert apply_file(
        dsn, "x.sql", b"CREATE TABLE a (x int);\nCREATE INDEX CONCURRENTLY i ON a (x);\n"
    ).ok
    assert tables(dsn) == ["a"]


def test_deferred_constraint_speaks_at_the_commit(dsn: str) -> None:
    """A violation that shows only at the end is a failure of the file."""
    sql = (
        b"CREATE TABLE a (x int PRIMARY KEY, y int REFERENCES a DEFERRABLE INITIALLY"
        b" DEFERRED);\nINSERT INTO a VALUES (1, 2);\n"
    )
    assert apply_file(dsn, "x.sql", sql).sqlstate == "23503"
    assert tables(dsn) == []


def test_message_quotes_no_row(dsn: str) -> None:
    """PostgreSQL's detail holds the values of the row, its message does not."""
    sql = (
        b"CREATE TABLE a (mail text UNIQUE);\nINSERT INTO a VALUES ('ada@example.org'),"
        b" ('ada@example.org');\n"
    )
    applied = apply_file(dsn, "x.sql", sql)
    assert applied.sqlstate == "23505"
    assert "ada" not in applied.error


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"SELECT 1;\n\xff\xfe;", 2),
        (b"SELECT 1;\n\nSELECT '\0';", 3),
        (b"SELECT 1;\n\\i other.sql\n", 2),
        (b"COPY nix FROM stdin;\n1\n", None),
    ],
)
def test_what_no_server_understands_is_unreadable_or_fails(
    dsn: str, content: bytes, line: int | None
) -> None:
    """Bytes that are no text and psql's own commands were never put to the server."""
    applied = apply_file(dsn, "x.sql", content)
    assert not applied.ok
    if line is not None:
        assert (applied.unreadable, applied.line) == (True, line)


def test_harmless_commands_of_psql_are_passed_over(dsn: str) -> None:
    """They keep their lines, so that others keep their numbers."""
    assert apply_file(
        dsn, "x.sql", b"\\set ON_ERROR_STOP on\n\\echo hello\nCREATE TABLE a (x int);\n"
    ).ok
    assert apply_file(dsn, "y.sql", b"\\set ON_ERROR_STOP on\nSELECT nix;\n").line == 2


def test_missing_extension_is_named(dsn: str) -> None:
    """What the server does not have is told apart from what the file gets wrong."""
    assert (
        apply_file(
            dsn, "x.sql", b'CREATE EXTENSION IF NOT EXISTS "no_such_thing";'
        ).missing_extension
        == "no_such_thing"
    )
    assert apply_file(dsn, "x.sql", b"SELECT nix;").missing_extension is None


def test_nothing_of_a_file_reaches_the_next(dsn: str) -> None:
    """Settings and roles end with their file."""
    results = apply_migrations(
        dsn,
        [
            ("1.sql", b"SET search_path = nowhere; SET statement_timeout = '1ms';"),
            ("2.sql", b"SELECT pg_sleep(0.01); CREATE TABLE a ();"),
        ],
    )
    assert [result.ok for result in results] == [True, True]
    assert tables(dsn) == ["a"]


def test_statement_that_never_ends_is_ended(dsn: str) -> None:
    """Even when it lifted its own timeout."""
    with (
        psycopg.connect(dsn, autocommit=True) as connection,
        ended_after(connection, 0.2),
        pytest.raises(psycopg.errors.QueryCanceled),
    ):
        connection.execute("SET statement_timeout = 0; SELECT pg_sleep(60)")


def test_role_is_made_by_migrations_or_by_the_deployment(server: Postgres) -> None:
    """Never twice.

    It may log in, and has an ordinary application's rights where the migrations give none.
    """
    files = [
        (
            "1.sql",
            (
                b"DO $$ BEGIN CREATE ROLE own_app NOLOGIN; END $$; CREATE TABLE a (x int); GRANT"
                b" SELECT ON a TO own_app;"
            ),
        )
    ]
    assert [
        applied.error for applied in migrate(server, "made", make_plan(files), "own_app").applied
    ] == [""]
    assert [
        applied.error
        for applied in migrate(
            server, "given", make_plan([("1.sql", b"CREATE TABLE a (x int);")]), "given_app"
        ).applied
    ] == [""]
    with psycopg.connect(server.dsn("made", "own_app")) as connection:
        connection.execute("SELECT * FROM a")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("INSERT INTO a VALUES (1)")
    with psycopg.connect(server.dsn("given", "given_app")) as connection:
        connection.execute("INSERT INTO a VALUES (1)")


def test_a_role_makes_tables_where_nothing_migrates_and_not_elsewhere(server: Postgres) -> None:
    migrate(server, "empty", make_plan([]), "making_app")
    makes = "CREATE TABLE notes (id serial PRIMARY KEY)"
    with psycopg.connect(server.dsn("empty", "making_app")) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(makes)
        connection.rollback()
        let_make_tables(server, "empty", "making_app")
        connection.execute(makes)
        connection.execute("INSERT INTO notes DEFAULT VALUES")


def test_copy_keeps_rights_and_settings(server: Postgres) -> None:
    """A template hands on neither; a database that is reset must have both."""
    migrate(server, "first", make_plan([("1.sql", b"CREATE TABLE a (x int);")]), "app_three")
    with server.admin() as admin:
        admin.execute("ALTER DATABASE first SET app.kept = 'yes'")
        admin.execute("REVOKE TEMPORARY ON DATABASE first FROM PUBLIC")
    copy_database(server, "first", "second")
    with psycopg.connect(server.dsn("second", "app_three")) as connection:
        assert connection.execute("SHOW app.kept").fetchone() == ("yes",)
        assert connection.execute(
            "SELECT has_database_privilege(current_user, 'second', 'TEMPORARY')"
        ).fetchone() == (False,)
