"""The one reading of migrations: what is a step, in what order, and what leads back."""

from __future__ import annotations

import pytest

from atom_release.lab.migrations.plan import Plan, make_plan
from atom_release.lab.migrations.platforms import missing_from_platform


def plan(*paths: str, **contents: str) -> Plan:
    """Return the plan of empty files at these paths and of files `<key>.sql` with a content."""
    files = [(path, b"SELECT 1;\n") for path in paths]
    return make_plan([*files, *((f"{name}.sql", text.encode()) for name, text in contents.items())])


def steps(*paths: str) -> list[str]:
    return [step.path for step in plan(*paths).steps]


def forward(text: str) -> str:
    """Return what is applied of one file, without the empty lines that stand for the rest."""
    content = plan(a=text).steps[0].content.decode()
    return "\n".join(line.strip() for line in content.splitlines() if line.strip())


@pytest.mark.parametrize(
    "ordered",
    [
        ["db/1.sql", "db/2.sql", "db/10.sql"],
        ["db/0001_a.sql", "db/0002_b.sql", "db/0010_c.sql"],
        ["db/V1__a.sql", "db/V2__b.sql", "db/V10__c.sql"],
        ["db/V1.9__a.sql", "db/V1.10__b.sql", "db/V2__c.sql"],
        ["db/V1_9__a.sql", "db/V1_10__b.sql"],
        ["db/b/V1__a.sql", "db/a/V2__b.sql"],
        ["db/V1__a.sql", "db/V2__b.sql", "db/R__a_view.sql", "db/R__b_view.sql"],
        ["db/beforeMigrate.sql", "db/V1__a.sql", "db/R__z.sql", "db/afterMigrate.sql"],
        ["db/1_a/up.sql", "db/2_b/up.sql", "db/10_c/up.sql"],
        ["db/20240101000000_a/migration.sql", "db/20240201000000_b/migration.sql"],
        ["db/V20231231__a.sql", "db/V20240101120000__b.sql"],
        ["db/v1__a.sql", "db/v2__b.sql", "db/v10__c.sql"],
        ["db/00000000000000_setup/up.sql", "db/2024-01-01-000000_a/up.sql"],
        ["db/committed/000001.sql", "db/committed/000002.sql", "db/current.sql"],
        ["db/0000_fast_hulk.sql", "db/0001_slow_thor.sql"],
    ],
    ids=lambda ordered: ordered[-1],
)
def test_steps_come_in_the_order_of_their_numbers(ordered: list[str]) -> None:
    """V10 after V2, repeatable ones last, whatever order the files are listed in."""
    assert steps(*reversed(ordered)) == ordered


@pytest.mark.parametrize(
    ("step", "back"),
    [
        ("db/1_a.up.sql", "db/1_a.down.sql"),
        ("db/1_a_up.sql", "db/1_a_down.sql"),
        ("db/1-a-up.sql", "db/1-a-down.sql"),
        ("db/001.do.sql", "db/001.undo.sql"),
        ("db/1_a.sql", "db/1_a.rollback.sql"),
        ("db/1_a.sql", "db/1_a_rollback.sql"),
        ("db/1_a/up.sql", "db/1_a/down.sql"),
        ("db/V2__a.sql", "db/U2__a.sql"),
        ("db/deploy/a.sql", "db/revert/a.sql"),
        ("db/up/1.sql", "db/down/1.sql"),
        ("db/migrations/1.sql", "db/rollback/1.sql"),
        ("db/1.sql", "db/rollbacks/1.sql"),
        ("db/1.sql", "db/down/1.sql"),
        ("db/001.do.users.sql", "db/001.undo.users.sql"),
        ("db/001.do.users.sql", "db/001.undo.drop-users.sql"),
        ("db/001_up_users.sql", "db/001_down_users.sql"),
        ("db/up_001.sql", "db/down_001.sql"),
        ("db/001_users.sql", "db/down_001_users.sql"),
        ("db/1_a.upgrade.sql", "db/1_a.downgrade.sql"),
        ("db/1_a.forward.sql", "db/1_a.backward.sql"),
        ("db/1_a.sql", "db/1_a.reverse.sql"),
        ("db/forward/1.sql", "db/reverse/1.sql"),
        ("db/upgrade/1.sql", "db/downgrade/1.sql"),
        ("db/1_A.UP.SQL", "db/1_A.DOWN.SQL"),
    ],
)
def test_a_way_back_is_no_step_forward(step: str, back: str) -> None:
    """Beside the step that it takes back it is left out for certain."""
    read = plan(step, back)
    assert ([step.path for step in read.steps], list(read.left_out)) == ([step], [back])
    certain = step == "db/1.sql" or not read.doubts
    assert certain, read.doubts


@pytest.mark.parametrize("name", ["db/7_market_close_down.sql", "db/down.sql", "db/undo/7.sql"])
def test_what_may_be_a_way_back_and_has_no_way_forward_is_in_doubt(name: str) -> None:
    """The gate does not guess whether `close_down` is a title: it names the file."""
    read = plan("db/1_a.sql", name)
    assert [doubt.path for doubt in read.doubts] == [name]
    assert "tenancy.migrations" in read.doubts[0].remedy
    assert read.certain == []


@pytest.mark.parametrize(
    "name", ["db/7_breakdown.sql", "db/7_undo_log.sql", "db/V7__rollback_table.sql", "db/7_up.sql"]
)
def test_a_title_with_such_a_word_is_a_step(name: str) -> None:
    read = plan("db/V1__a.sql" if "V7" in name else "db/1_a.sql", name)
    assert ([step.path for step in read.steps][-1:], read.doubts) == ([name], [])


def test_a_name_that_flyway_passes_over_is_in_doubt() -> None:
    """The manifest's glob matches it, Flyway would not run it."""
    read = plan("db/V1__a.sql", "db/seed.sql")
    assert [doubt.path for doubt in read.doubts] == ["db/seed.sql"]


def test_a_baseline_stands_for_the_versions_up_to_its_own() -> None:
    """On an empty database Flyway runs the newest baseline and what came after it."""
    assert steps("V1__a.sql", "V2__b.sql", "B2__all.sql", "V3__c.sql") == [
        "B2__all.sql",
        "V3__c.sql",
    ]


@pytest.mark.parametrize(
    ("own", "other"),
    [
        ("db/postgresql/V1__a.sql", "db/mysql/V1__a.sql"),
        ("db/postgres/0001_a.sql", "db/sqlite3/0001_a.sql"),
        ("db/schema-postgresql.sql", "db/schema-h2.sql"),
        ("db/1_a.pgsql.sql", "db/1_a.mysql.sql"),
    ],
)
def test_what_is_for_another_database_is_left_out_beside_its_twin(own: str, other: str) -> None:
    read = plan(own, other)
    assert ([step.path for step in read.steps], list(read.left_out)) == ([own], [other])
    assert not read.doubts
    assert [step.path for step in plan(other).steps] == [other], "alone it is what is named"


def test_a_second_migration_of_one_version_is_in_doubt() -> None:
    """Flyway refuses to run either."""
    read = plan("a/V1__x.sql", "b/V1.0__y.sql", "b/V2__z.sql")
    assert [doubt.path for doubt in read.doubts] == ["b/V1.0__y.sql"]


def test_an_undo_file_of_no_version_may_be_a_step() -> None:
    """Refinery's files of that letter lead forward."""
    assert [doubt.path for doubt in plan("V1__a.sql", "U2__b.sql").doubts] == ["U2__b.sql"]
    assert plan("V1__a.sql", "U1__a.sql").doubts == []


def test_a_checkpoint_of_atlas_stands_for_all_before_it() -> None:
    read = make_plan([("1.sql", b"SELECT 1;"), ("2.sql", b"-- atlas:checkpoint\n\nSELECT 1;")])
    assert [step.path for step in read.steps] == ["2.sql"]
    assert list(read.left_out) == ["1.sql"]
    assert make_plan([]).steps == []


@pytest.mark.parametrize(
    ("names", "unordered"),
    [
        (["db/policies.sql", "db/tables.sql"], True),
        (["db/001_a.sql", "db/tables.sql"], True),
        (["db/schema.sql"], False),
        (["db/001_a.sql", "db/002_b.sql"], False),
        (["docker-entrypoint-initdb.d/a.sql", "docker-entrypoint-initdb.d/b.sql"], False),
    ],
)
def test_names_without_a_number_say_no_order(names: list[str], unordered: bool) -> None:  # noqa: FBT001 - a parameter
    assert plan(*names).unordered is unordered


def test_sqitch_runs_the_earlier_file_of_a_reworked_change() -> None:
    """It is called after the tag that followed it; the plan may lie above, as `top_dir` says."""
    text = "%project=x\n\na 2024 A\nb [a] 2024 A\n@v1 2024 A\na [a@v1] 2024 A\n"
    paths = ["db/deploy/a.sql", "db/deploy/a@v1.sql", "db/deploy/b.sql"]
    for place in ("db/sqitch.plan", "sqitch.plan"):
        read = make_plan([(path, b"SELECT 1;") for path in paths], {place: text.encode()}.get)
        assert [step.path for step in read.steps] == [paths[1], paths[2], paths[0]]


def test_sqitch_says_the_order_itself() -> None:
    """Its plan names the changes; a file beside them is none."""
    text = (
        "%project=shop\n\nusers 2024-01-01T00:00:00Z A <a@example.org>\n@v1 x\nadmins [users] 2\n"
    )
    files = [
        (f"db/{folder}/{name}.sql", b"SELECT 1;")
        for folder in ("deploy", "revert", "verify")
        for name in ("admins", "users", "stray")
    ]
    read = make_plan(files, {"db/sqitch.plan": text.encode()}.get)
    assert [step.path for step in read.steps] == ["db/deploy/users.sql", "db/deploy/admins.sql"]
    assert not read.doubts


_MADE = "CREATE TABLE a (x int);"
_DROPPED = "DROP TABLE a;"


@pytest.mark.parametrize(
    ("up", "down"),
    [
        ("-- migrate:up", "-- migrate:down"),
        ("-- +goose Up", "-- +goose Down"),
        ("-- +migrate Up notransaction", "-- +migrate Down"),
        ("", "---- create above / drop below ----"),
        ("-- Up Migration", "-- Down Migration"),
        ("# --- !Ups", "# --- !Downs"),
        ("-- !Ups", "-- !Downs"),
        ("-- // a first step", "-- //@UNDO"),
        ("-- ==== UP ====", "-- ==== DOWN ===="),
        ("-- rambler up", "-- rambler down"),
    ],
    ids=lambda marker: marker.strip("-=#/ ") or "nothing",
)
def test_the_way_back_below_a_known_marker_is_not_applied(up: str, down: str) -> None:
    """Only what leads forward is sent, on the lines that it has in the file."""
    text = f"{up}\n{_MADE}\n{down}\n{_DROPPED}\n"
    read = plan(a=text)
    assert read.doubts == []
    assert forward(text).splitlines()[-1] == _MADE
    assert read.steps[0].content.decode().splitlines()[1] == _MADE


def test_a_second_way_forward_is_applied_too() -> None:
    """A file may say the way back first, or go forward twice."""
    text = f"-- +goose Down\n{_DROPPED}\n-- +goose Up\n{_MADE}\n"
    assert forward(text) == f"-- +goose Up\n{_MADE}"


def test_a_marker_inside_a_function_is_none() -> None:
    text = f"CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$\n-- migrate:down\nSELECT 1\n$$;\n{_MADE}"
    assert _MADE in forward(text)


@pytest.mark.parametrize(
    "marker",
    [
        "-- down",
        "-- +tool Down",
        "-- tool:down",
        "---- ROLLBACK ----",
        "-- revert migration",
        "-- Undo script",
        "# down",
        "-- DOWNGRADE",
        "-- tear down",
        "/* ---- Rollback ---- */",
        "-- To rollback this migration:",
        "-- Rollback script (manual)",
        "-- 2. DOWN",
        "-- <<< unapply >>>",
        "-- r\u00fcckg\u00e4ngig",
        "-- annuler",
    ],
)
def test_a_marker_of_an_unknown_tool_is_named(marker: str) -> None:
    """What stands below it is not run, and the file is in doubt at that line."""
    text = f"{_MADE}\n{marker}\n{_DROPPED}\n"
    read = plan(a=text)
    assert [(doubt.path, doubt.line) for doubt in read.doubts] == [("a.sql", 2)]
    assert "-- migrate:down" in read.doubts[0].remedy
    assert _DROPPED not in forward(text)


@pytest.mark.parametrize(
    "comment",
    [
        "-- the service was down when this was written",
        "-- rollback is not possible: the column holds data",
        "--rollback DROP TABLE a;",
        "-- count down from ten",
        "/* down payments */",
        "-- undo log table",
        "-- Reverse lookup index",
        "-- downloads",
    ],
)
def test_prose_with_such_a_word_is_no_marker(comment: str) -> None:
    text = f"-- liquibase formatted sql\n{_MADE}\n{comment}\nCREATE TABLE b (y int);\n"
    assert plan(a=text).doubts == []
    assert plan(a=text.partition("\n")[2]).doubts == []


@pytest.mark.parametrize(
    "text",
    [
        f"{_MADE}\n{_DROPPED}",
        f"{_MADE}\nINSERT INTO a VALUES (1);\nGRANT SELECT ON a TO app;\n{_DROPPED}",
        "CREATE VIEW v AS SELECT 1;\nALTER TABLE t NO FORCE ROW LEVEL SECURITY;\nDROP VIEW v;\nALTER TABLE t FORCE ROW LEVEL SECURITY;",
        "ALTER TABLE t ADD COLUMN c text;\nALTER TABLE t DROP COLUMN c;",
        "CREATE POLICY p ON t USING (true);\nDROP POLICY p ON t;",
    ],
)
def test_a_file_that_takes_back_all_that_it_makes_is_named(text: str) -> None:
    """Two halves of which one is a way back, without a word between them."""
    assert [doubt.description for doubt in plan(a=text).doubts] == [
        "the file takes back all that it makes: one part of it may be a way back"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TEMP TABLE tmp (x int);\nINSERT INTO tmp VALUES (1);\nDROP TABLE tmp;",
        "CREATE FUNCTION help() RETURNS void LANGUAGE sql AS 'UPDATE t SET x = 1';\nSELECT help();\nDROP FUNCTION help();",
        "DROP TABLE IF EXISTS a;\nCREATE TABLE a (x int);",
        f"{_MADE}\nCREATE TABLE b (y int);\n{_DROPPED}",
        "DROP POLICY p ON t;\nCREATE POLICY p ON t USING (true);",
        "CREATE TABLE n (x int);\nINSERT INTO n SELECT x FROM o;\nDROP TABLE o;\nALTER TABLE n RENAME TO o;",
        "ALTER TABLE t DISABLE ROW LEVEL SECURITY;\nUPDATE t SET x = 1;\nALTER TABLE t ENABLE ROW LEVEL SECURITY;",
    ],
)
def test_a_file_whose_work_lasts_is_not(text: str) -> None:
    """Temporary things, helpers that did their work, and what is made anew."""
    assert plan(a=text).doubts == []


@pytest.mark.parametrize(
    "line",
    [
        "-- +goose NO TRANSACTION",
        "-- migrate:up transaction:false",
        "-- +migrate Up notransaction",
        "---- tern: disable-tx ----",
        "-- no-transaction",
        "-- atlas:txmode none",
        "-- transactional: false",
        "-- codd: no-txn",
    ],
)
def test_a_file_may_say_that_it_wants_no_transaction(line: str) -> None:
    assert not plan(a=f"{line}\n{_MADE}").steps[0].in_transaction
    assert plan(a=_MADE).steps[0].in_transaction


@pytest.mark.parametrize(
    "name",
    [
        *("${app_role}", "{{ .Role }}", "@ROLE@", "%(role)s", "<%= role %>", "${ROLE:-app}"),
        *(":DATABASE_VISITOR", ':"role"', "$schema$.t"),
    ],
)
def test_a_placeholder_of_a_deployment_is_named(name: str) -> None:
    """In the SQL itself; in a text it may be meant."""
    assert [doubt.line for doubt in plan(a=f"SELECT 1;\nGRANT SELECT ON a TO {name};").doubts] == [
        2
    ]
    assert plan(a=f"COMMENT ON TABLE a IS 'Dear {name}';").doubts == []


def test_casts_slices_and_assignments_are_no_variables() -> None:
    text = "SELECT a::text, b[1:2], '{\"k\": 1}'::jsonb, x[i:j], f(n := 1), ':name' FROM t;"
    assert plan(a=text).doubts == []
    assert plan(a="\\set role app\nGRANT SELECT ON a TO :role;").doubts == []
    assert plan(a="SELECT :'name';").doubts


@pytest.mark.parametrize(
    ("message", "brought"),
    [
        ('publication "supabase_realtime" does not exist', "the publication supabase_realtime"),
        ('schema "supabase_functions" does not exist', "the schema supabase_functions"),
        ('relation "storage.buckets" does not exist', "the schema storage"),
        ('role "neon_superuser" does not exist', "the role neon_superuser"),
        ('publication "orders" does not exist', ""),
        ('role "app" does not exist', ""),
    ],
)
def test_what_a_platform_would_have_brought_is_named(message: str, brought: str) -> None:
    assert missing_from_platform(message).startswith(brought)
    assert bool(missing_from_platform(message)) == bool(brought)
