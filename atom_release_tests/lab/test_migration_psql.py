"""Files that speak psql, put through the real psql of the server that they are for."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import psycopg
import pytest

from atom_release.lab.migrations.plan import make_plan
from atom_release.lab.migrations.psql import apply_by_psql, commands, speaks_psql
from atom_release.lab.migrations.replay import Replay, replay
from atom_release.lab.migrations.target import Target, read_extensions
from atom_release.lab.rehearsal import OWNER, Postgres, postgres
from atom_release.lab.rehearsal.launcher import Launcher
from atom_release.lab.sandbox import Sandbox
from atom_release.lab.sandbox.order import APART

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    folder = tmp_path_factory.mktemp("a-folder-whose-path-is-longer-than-a-socket-may-have" * 2)
    (folder / "data").mkdir()
    launcher = Launcher(Sandbox(hidden=(), accounts=APART), folder)
    embedded = [server for server in postgres.servers() if server.origin == "embedded"]
    try:
        yield postgres.start(launcher, folder / "data", server=embedded[0], apart=True)
    finally:
        launcher.close()


def applied(server: Postgres, beside: dict[str, bytes] | None = None, **files: str) -> Replay:
    server.create("scratch")
    with server.admin("scratch") as admin:
        extensions = read_extensions(admin)
    target = Target(
        OWNER,
        server.dsn("scratch", OWNER),
        partial(server.admin, "scratch"),
        extensions,
        psql=partial(apply_by_psql, server, "scratch", OWNER),
    )
    given = [(f"db/{name}.sql", text.encode()) for name, text in files.items()]
    return replay(target, make_plan(given, (beside or {}).get))


def ask(server: Postgres, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(server.dsn("scratch", OWNER)) as connection:
        return connection.execute(query.encode()).fetchall()


def test_what_psql_alone_understands_applies(server: Postgres) -> None:
    """Variables, commands made by a query, conditions, data behind COPY, files it includes."""
    speaking = r"""
\set grantee pg_monitor
CREATE TABLE a (x int);
GRANT SELECT ON a TO :"grantee";
SELECT 'CREATE SCHEMA archive' WHERE NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'archive')\gexec
\if false
SELECT broken;
\endif
COPY a FROM stdin;
1
2
\.
\ir more/b.sql
\i db/more/c.sql
"""
    beside = {
        "db/more/b.sql": b"\\ir d.sql\n",
        "db/more/c.sql": b"CREATE TABLE c ();",
        "db/more/d.sql": b"CREATE TABLE d ();",
    }
    result = applied(server, beside, a=speaking)
    assert [file.error for file in result.applied] == [""]
    assert ask(server, "SELECT x FROM a ORDER BY 1") == [(1,), (2,)]
    query = "SELECT relname FROM pg_class WHERE relname IN ('c', 'd') ORDER BY 1"
    assert ask(server, query) == [("c",), ("d",)]
    assert ask(server, "SELECT count(*) FROM pg_namespace WHERE nspname = 'archive'") == [(1,)]


def test_an_error_has_its_line_and_is_the_releases_own(server: Postgres) -> None:
    """Psql says it with the server's own words, and no row with them."""
    result = applied(
        server,
        a="\\set t a\nCREATE TABLE a (m text UNIQUE);\nINSERT INTO :t VALUES ('x'), ('x');\n",
    )
    failed = result.failed
    assert [(failure.line, failure.sqlstate) for failure in failed] == [(3, "23505")]
    assert "(x)" not in failed[0].error


@pytest.mark.parametrize(
    "line",
    [
        "\\! touch /tmp/x",
        "\\set x `id`\nSELECT :x;",
        "\\copy a FROM PROGRAM 'id'",
        "\\o | cat",
        "SELECT 1 \\g |cat",
        "\\connect postgres",
        "\\w f",
    ],
)
def test_what_could_run_a_program_is_not_run_and_is_named(server: Postgres, line: str) -> None:
    """Neither accused nor passed over: the file is in doubt at that line."""
    result = applied(server, a=f"CREATE TABLE a (x int);\n{line}\n")
    assert [(doubt.path, doubt.line) for doubt in result.plan.doubts] == [("db/a.sql", 2)]
    assert result.failed == []


def test_a_file_that_includes_what_is_not_there_is_not_judged(server: Postgres) -> None:
    result = applied(server, a="\\i somewhere/else.sql\n")
    assert [(file.unreadable, file.line) for file in result.applied] == [(True, 1)]


def test_psql_sees_neither_the_servers_files_nor_the_network(server: Postgres) -> None:
    """It is run on text of the release, so it gets no more than that needs."""
    data = server.folder / "data" / "PG_VERSION"
    result = applied(server, a=f"\\i {data}\n", b="\\i /etc/hostname\n")
    assert [file.unreadable for file in result.applied] == [True, True], result.applied


def test_an_extension_lands_in_its_schema(server: Postgres) -> None:
    """Whether psql is needed or not; the superuser creates it, the file names its place."""
    make = "CREATE SCHEMA ext;\nCREATE EXTENSION vector WITH SCHEMA ext;\nCREATE TABLE e (v ext.vector(3));\n"
    for text in (
        make,
        make.replace("CREATE SCHEMA ext;", "\\set x 1").replace(
            "EXTENSION", "EXTENSION IF NOT EXISTS"
        )
        + "SELECT :x;\n",
    ):
        result = applied(server, a=text)
        assert [file.error for file in result.applied] == [""]
        assert "superuser" in str(result.notes)
        assert ask(server, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == [
            (False,)
        ]


@pytest.mark.parametrize(
    ("text", "speaks"),
    [
        ("SELECT 1;", False),
        ("\\echo hello\nSELECT 1;", False),
        ("\\set ON_ERROR_STOP on\nSELECT 'a'::text;", False),
        ("\\set x 1\nSELECT :x;", True),
        ("SELECT 'a\\gexec';", False),
        ("SELECT $$ \\i x $$;", False),
        ("-- \\i x\nSELECT 1;", False),
        ("SELECT 'SELECT 1'\\gexec", True),
        ("COPY a FROM stdin;\n1\n\\.\n", True),
    ],
)
def test_what_speaks_psql_is_told_apart(text: str, speaks: bool) -> None:  # noqa: FBT001 - the expectation
    assert speaks_psql(text) is speaks


def test_a_command_has_the_rest_of_its_line() -> None:
    """Quotes in it are no string of the SQL behind it."""
    parsed = [
        (command.line, command.name, command.argument)
        for command in commands("\\echo it's\nSELECT 1;\n\\q\n")
    ]
    assert parsed == [(1, "echo", "it's"), (3, "q", "")]
