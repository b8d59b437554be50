"""Policies that are right where they are looked at, and open somewhere else: told as stories.

Each has an honest twin that reads the same thing and opens nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from atom_release.gate.vocabulary import Answer
from atom_release.lab.rehearsal import postgres
from atom_release.probes.tenancy import probe_tenancy
from atom_release_tests.fixtures.tenancy_release import ask_tenancy, faults, look

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("tenancy")]

_MANY = "(SELECT count(*) FROM pg_class) > 0"
_OWN = "tenant_id::text = current_setting('app.tenant_id', true)"


def notes(rule: str, before: str = "") -> str:
    """Return the migration of a table whose policy is this rule."""
    return f"""
    {before}
    CREATE TABLE notes (id uuid PRIMARY KEY, tenant_id uuid NOT NULL, published timestamptz NOT NULL DEFAULT 'infinity');
    ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
    ALTER TABLE notes FORCE ROW LEVEL SECURITY;
    CREATE POLICY own ON notes USING ({rule}) WITH CHECK ({_OWN});
    GRANT SELECT, INSERT, UPDATE, DELETE ON notes TO app;
    """


_FUNCTION = """CREATE FUNCTION free() RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN RETURN {condition}; END $$;"""


@pytest.mark.parametrize(
    ("condition", "named"),
    [
        ("now() > '2027-06-01'::timestamptz", "the clock"),
        ("CURRENT_DATE < date '2020-01-01'", "the clock"),
        ("current_database() LIKE 'warehouse%'", "the database's name"),
        ("(SELECT count(*) FROM notes) > 100000", "a count of rows"),
        ("inet_client_addr() IS NOT NULL", "the connection"),
    ],
    ids=["later", "earlier", "elsewhere", "with-many-rows", "from-afar"],
)
@pytest.mark.parametrize("hidden", [False, True], ids=["in-the-policy", "in-a-function"])
def test_a_policy_that_opens_in_other_circumstances_leaves_isolation_undecided(
    server: postgres.Postgres, tmp_path: Path, condition: str, named: str, *, hidden: bool
) -> None:
    """Nothing crosses today, on this database, with these few rows: that is no proof."""
    if hidden and "FROM notes" in condition:
        condition = condition.replace("FROM notes", "FROM pg_class")
    before = _FUNCTION.format(condition=condition) if hidden else ""
    rule = f"{_OWN} OR {'free()' if hidden else condition}"
    if "FROM notes" in condition:  # a policy cannot ask its own table
        before, rule = (
            "CREATE TABLE seen (x int);\nGRANT SELECT ON seen TO app;",
            rule.replace("FROM notes", "FROM seen"),
        )
    _, isolation = ask_tenancy(server, tmp_path, a=notes(rule, before))
    assert isolation.answer is Answer.UNKNOWN, isolation.reason
    assert f"isolation depends on {named}" in isolation.reason


@pytest.mark.parametrize(
    "condition",
    [
        "txid_current() > 5000000",
        "current_query() LIKE '%all tenants%'",
        "(SELECT relpages FROM pg_class WHERE relname = 'notes') > 100",
        "EXISTS (SELECT FROM pg_roles WHERE rolname = 'app_of_production')",
        "to_regclass('public.maintenance') IS NOT NULL",
        "current_setting('server_version_num')::int < 150000",
        "current_setting('app.tenant_id', true) = '00000000-0000-0000-0000-000000000001'",
        "NOT (pg_relation_size('notes') < 1000000)",
    ],
)
def test_a_part_that_looks_at_no_row_may_come_out_otherwise_elsewhere(
    server: postgres.Postgres, tmp_path: Path, condition: str
) -> None:
    """Whatever it asks of the server: what would follow is tried, by what the part says."""
    _, isolation = ask_tenancy(server, tmp_path, a=notes(f"{_OWN} OR {condition}"))
    assert isolation.answer is Answer.UNKNOWN, isolation.reason
    assert "isolation depends on (" in isolation.reason


@pytest.mark.parametrize(
    "rule",
    [
        f"{_OWN} AND current_setting('app.tenant_id', true) <> ''",
        f"{_OWN} AND to_regclass('public.maintenance') IS NULL",
        "tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid",
        f"{_OWN} OR current_user = 'migrator'",
        f"{_OWN} OR pg_has_role(current_user, 'pg_monitor', 'member')",
        f"{_OWN} OR EXISTS (SELECT FROM admins WHERE admins.name = current_setting('app.tenant_id', true))",
    ],
    ids=["narrows", "narrows-by-the-server", "cast", "a-role", "a-member", "a-table-of-admins"],
)
def test_a_part_that_opens_nothing_or_is_the_role_s_or_the_release_s_is_right(
    server: postgres.Postgres, tmp_path: Path, rule: str
) -> None:
    """The role is the manifest's, and a table of the release is named beside."""
    before = "CREATE TABLE admins (name text);\nGRANT SELECT ON admins TO app;"
    _, isolation = ask_tenancy(server, tmp_path, a=notes(rule, before if "admins" in rule else ""))
    assert isolation.answer is Answer.YES, isolation.reason


@pytest.mark.parametrize(
    ("rule", "named"),
    [
        (f"{_OWN} OR kind LIKE 'public%'", "(kind ~~ 'public%'::text) is true"),
        (f"{_OWN} OR shared", "shared is true"),
        (f"{_OWN} OR NOT hidden", "(NOT hidden) is true"),
        (f"{_OWN} OR tenant_id::text LIKE '7f%'", "'7f%'::text) is true"),
        (f"CASE WHEN kind <> 'draft' THEN {_OWN} ELSE true END", "'draft'::text) is false"),
        (f"{_OWN} OR kind = current_user", "is true"),
        (f"{_OWN} OR EXISTS (SELECT FROM plans WHERE notes.kind = 'free')", "is true"),
    ],
    ids=[
        "a-pattern",
        "a-flag",
        "no-flag",
        "some-tenants",
        "otherwise",
        "a-role-in-the-row",
        "in-a-sub-select",
    ],
)
def test_rows_of_certain_values_that_every_tenant_sees_leave_isolation_undecided(
    server: postgres.Postgres, tmp_path: Path, rule: str, named: str
) -> None:
    """The rows that the gate makes do not have the values: a row of tomorrow may."""
    before = "CREATE TABLE plans (name text);\nINSERT INTO plans VALUES ('free');\nGRANT SELECT ON plans TO app;"
    table = before if "plans" in rule else ""
    _, isolation = ask_tenancy(server, tmp_path, a=_kinds(rule, table))
    assert isolation.answer is Answer.UNKNOWN, isolation.reason
    assert "a row's own value opens it: where " in isolation.reason
    assert named in isolation.reason


@pytest.mark.parametrize(
    "rule",
    [
        f"{_OWN} AND kind LIKE 'note%'",
        f"{_OWN} AND hidden AND (shared OR kind <> 'draft')",
        f"{_OWN} OR tenant_id IS NULL",
        f"{_OWN} OR EXISTS (SELECT FROM plans p WHERE p.tenant_id = notes.tenant_id AND p.name = 'free' AND p.member::text = current_setting('app.tenant_id', true))",
        f"CASE WHEN kind = 'draft' THEN false ELSE {_OWN} END",
    ],
    ids=["narrows", "narrows-twice", "rows-of-nobody", "another-table-s-value", "narrows-a-case"],
)
def test_a_row_s_value_that_narrows_opens_nothing(
    server: postgres.Postgres, tmp_path: Path, rule: str
) -> None:
    """What a row holds may well hide it, and a row without a tenant is no other tenant's."""
    before = (
        "CREATE TABLE plans (tenant_id uuid, member uuid, name text);\n"
        "ALTER TABLE plans ENABLE ROW LEVEL SECURITY;\nALTER TABLE plans FORCE ROW LEVEL SECURITY;\n"
        f"CREATE POLICY own ON plans USING ({_OWN});\nGRANT SELECT ON plans TO app;"
    )
    _, isolation = ask_tenancy(
        server, tmp_path, a=_kinds(rule, before if "plans" in rule else "", nullable=True)
    )
    assert isolation.answer is Answer.YES, isolation.reason


def _kinds(rule: str, before: str, *, nullable: bool = False) -> str:
    """Return the migration of a table whose rows have kinds and flags."""
    text = notes(rule, before).replace(
        "published timestamptz NOT NULL DEFAULT 'infinity'",
        "kind text NOT NULL DEFAULT 'note', shared boolean NOT NULL DEFAULT false,"
        " hidden boolean NOT NULL DEFAULT true",
    )
    return text.replace("tenant_id uuid NOT NULL", "tenant_id uuid") if nullable else text


@pytest.mark.parametrize(
    "rule",
    [
        "left(tenant_id::text, 8) = left(current_setting('app.tenant_id', true), 8)",
        "right(tenant_id::text, 12) = right(current_setting('app.tenant_id', true), 12)",
    ],
    ids=["beginnings", "ends"],
)
def test_a_policy_that_compares_a_part_of_the_tenant_lets_a_neighbour_in(
    server: postgres.Postgres, tmp_path: Path, rule: str
) -> None:
    """Two tenants that were drawn alone would never begin alike."""
    _, isolation = ask_tenancy(server, tmp_path, a=notes(rule))
    assert isolation.answer is Answer.NO, isolation.reason


@pytest.mark.parametrize(
    "rule",
    [
        f"{_OWN} AND now() > '2020-01-01'::timestamptz",
        f"{_OWN} AND current_database() <> 'template1'",
        f"{_OWN} AND {_MANY}",
    ],
    ids=["the-clock", "the-database's-name", "a-count-of-rows"],
)
def test_the_honest_twin_reads_the_same_and_is_named(
    server: postgres.Postgres, tmp_path: Path, request: pytest.FixtureRequest, rule: str
) -> None:
    """It only narrows what the tenant sees: it passes, and people are told what it reads."""
    named = request.node.callspec.id.replace("-", " ")
    _, isolation = ask_tenancy(server, tmp_path, a=notes(rule))
    assert isolation.answer is Answer.YES, isolation.reason
    assert any(named in str(warning) for warning in isolation.facts["warnings"])  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "rule",
    [
        f"{_OWN} OR current_setting('app.bypass_rls', true) = 'on'",
        f"{_OWN} OR (current_setting('app.role', true) = 'root' AND current_setting('app.scope', true) = 'all')",
        f"{_OWN} OR current_setting('application_name') ~ '^backoffice'",
        f"{_OWN} OR tenant_id::text = current_setting('app.second', true)",
        f"{_OWN} OR free()",
    ],
    ids=["a-switch", "two-switches", "application-name", "second-tenant", "in-a-function"],
)
def test_a_setting_that_the_application_can_make_opens_all_rows(
    server: postgres.Postgres, tmp_path: Path, rule: str
) -> None:
    """Whoever may inject one SET reads every tenant: a leak, until somebody trusted allows it."""
    function = _FUNCTION.format(condition="coalesce(current_setting('x.free', true), '') = 'yes'")
    _, isolation = ask_tenancy(server, tmp_path, a=notes(rule, function))
    assert (isolation.answer, faults(isolation)) == (Answer.NO, {"policy-other-setting"})
    assert "which app may set itself" in isolation.reason


def test_a_setting_that_is_allowed_is_named_and_no_leak(
    server: postgres.Postgres, tmp_path: Path
) -> None:
    """The operator's file names it: a support tool's switch, say."""
    rule = f"{_OWN} OR current_setting('app.bypass_rls', true) = 'on'"
    surroundings = look(tmp_path, {"a.sql": notes(rule)})
    allowed = frozenset({"app.bypass_rls"})
    _, isolation = probe_tenancy(surroundings, server, allowed_settings=allowed)
    assert isolation.answer is Answer.YES, isolation.reason
    assert "the setting app.bypass_rls" in str(isolation.facts["warnings"])


@pytest.mark.parametrize(
    "rule",
    [
        "tenant_id::text = (SELECT current_setting('app.tenant_id', true))",
        "tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::uuid)",
    ],
    ids=["bare", "cast"],
)
def test_a_setting_in_a_sub_select_is_read_as_outside_of_one(
    server: postgres.Postgres, tmp_path: Path, rule: str
) -> None:
    """The catalog writes the column's name behind it: `AS current_setting`."""
    _, isolation = ask_tenancy(server, tmp_path, a=notes(rule))
    assert isolation.answer is Answer.YES, isolation.reason


def test_a_setting_that_narrows_is_named_and_no_leak(
    server: postgres.Postgres, tmp_path: Path
) -> None:
    rule = f"{_OWN} AND coalesce(current_setting('app.role', true), '') <> 'guest'"
    _, isolation = ask_tenancy(server, tmp_path, a=notes(rule))
    assert isolation.answer is Answer.YES, isolation.reason
    assert "the setting app.role" in str(isolation.facts["warnings"])


def test_a_setting_whose_name_is_put_together_is_undecided(
    server: postgres.Postgres, tmp_path: Path
) -> None:
    rule = f"{_OWN} OR current_setting('app.' || tenant_id::text, true) = 'on'"
    _, isolation = ask_tenancy(server, tmp_path, a=notes(rule))
    assert isolation.answer is Answer.UNKNOWN
    assert "whose name it puts together" in isolation.reason


def test_a_policy_that_knows_the_gate_by_the_name_of_its_database(
    server: postgres.Postgres, tmp_path: Path
) -> None:
    """It would close only where it is looked at; the name says nothing, so it is open there too."""
    rule = f"{_OWN} OR current_database() !~ '^(gate|scratch|test|rehearsal|probe)'"
    _, isolation = ask_tenancy(server, tmp_path, a=notes(rule))
    assert (isolation.answer, "policy-select" in faults(isolation)) == (Answer.NO, True)


def test_tables_in_which_no_tenant_was_looked_for_are_named(
    server: postgres.Postgres, tmp_path: Path
) -> None:
    """A tenant in another column by its name; a plain list among the others. Neither is accused."""
    more = """
    CREATE TABLE invoices (id serial PRIMARY KEY, org_id uuid NOT NULL, total numeric);
    CREATE TABLE countries (code text PRIMARY KEY);
    CREATE TABLE internal (x int);
    GRANT SELECT ON invoices, countries TO app;
    """
    _, isolation = ask_tenancy(server, tmp_path, a=notes(_OWN) + more)
    assert isolation.answer is Answer.YES, isolation.reason
    warnings = "\n".join(str(warning) for warning in isolation.facts["warnings"])  # type: ignore[union-attr]
    assert "public.invoices: app reaches it" in warnings
    assert "its column org_id may name the tenant" in warnings
    assert "public.countries" in warnings
    assert "internal" not in warnings


_KNOWN = "CREATE TABLE known (id uuid PRIMARY KEY);\nGRANT SELECT ON known TO app;"


def test_a_policy_that_never_asks_for_the_session_and_showed_no_own_row_is_undecided(
    server: postgres.Postgres, tmp_path: Path
) -> None:
    """Whoever is known is read by everybody; in a database that knows nobody no row crosses."""
    rule = "EXISTS (SELECT 1 FROM known k WHERE k.id = tenant_id)"
    _, isolation = ask_tenancy(server, tmp_path, a=notes(rule, _KNOWN))
    assert isolation.answer is Answer.UNKNOWN, isolation.reason
    assert "no own row was seen, and what opens it for reading is known" in isolation.reason


@pytest.mark.parametrize(
    ("command", "rule"),
    [
        ("FOR SELECT USING", "OR tenant_id IN (SELECT id FROM known)"),
        ("FOR INSERT WITH CHECK", "AND NOT EXISTS (SELECT 1 FROM known)"),
    ],
    ids=["an own row is seen", "nothing opens reading"],
)
def test_a_policy_beside_which_another_table_is_read_stays_right(
    server: postgres.Postgres, tmp_path: Path, command: str, rule: str
) -> None:
    """The tenant's own rows are seen; or the table is only appended to."""
    files = f"""
    {_KNOWN}
    CREATE TABLE notes (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), tenant_id uuid NOT NULL);
    ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
    ALTER TABLE notes FORCE ROW LEVEL SECURITY;
    CREATE POLICY seen ON notes {command} ({_OWN} {rule});
    GRANT SELECT, INSERT ON notes TO app;
    """
    _, isolation = ask_tenancy(server, tmp_path, a=files)
    assert isolation.answer is Answer.YES, isolation.reason
