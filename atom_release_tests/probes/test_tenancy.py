"""What the isolation probe says where nothing is plainly right or wrong.

The role, what cannot be populated, what cannot be reached.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
import yaml

import atom_release.reference
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.rehearsal import postgres
from atom_release.probes.tenancy import companion, crossing, operations
from atom_release.probes.tenancy.attempt import Came
from atom_release_tests.fixtures.tenancy_release import ask_tenancy, faults

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("tenancy")]


def table(
    name: str,
    columns: str,
    *,
    using: str = "tenant_id::text = current_setting('app.tenant_id', true)",
) -> str:
    """Return the SQL of a table that is isolated as it should be."""
    return f"""
    CREATE TABLE {name} ({columns});
    ALTER TABLE {name} ENABLE ROW LEVEL SECURITY;
    ALTER TABLE {name} FORCE ROW LEVEL SECURITY;
    CREATE POLICY own ON {name} USING ({using});
    GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO app;
    """


_NOTES = table("notes", "id uuid PRIMARY KEY, tenant_id uuid NOT NULL, body text")


@pytest.fixture
def role(server: postgres.Postgres) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """Return a superuser's connection.

    The application's role is on the server already, and is taken away again.
    """
    with psycopg.connect(server.admin_dsn(), autocommit=True) as connection:
        connection.execute("CREATE ROLE app NOLOGIN")
        yield connection
        connection.execute("DROP ROLE app")


@pytest.mark.parametrize(
    ("attribute", "fault"), [("SUPERUSER", "role-superuser"), ("BYPASSRLS", "role-bypassrls")]
)
def test_role_that_no_policy_binds(
    server: postgres.Postgres,
    role: psycopg.Connection[tuple[object, ...]],
    tmp_path: Path,
    attribute: str,
    fault: str,
) -> None:
    """The finest policies are nothing to it; and its rows are read, too."""
    role.execute(f"ALTER ROLE app {attribute}".encode())
    _, isolation = ask_tenancy(server, tmp_path, a=_NOTES)
    assert isolation.answer is Answer.NO
    assert {fault, "policy-select"} <= faults(isolation)


def test_role_that_was_there_before_stays_as_it_was(
    server: postgres.Postgres, role: psycopg.Connection[tuple[object, ...]], tmp_path: Path
) -> None:
    """Its CREATE is passed over, its login is lent, and it is not dropped."""
    migrations, isolation = ask_tenancy(server, tmp_path, a="CREATE ROLE app;\n" + _NOTES)
    assert (migrations.answer, isolation.answer) == (Answer.YES, Answer.YES), isolation.reason
    assert "was on this server already" in str(migrations.facts["notes"])
    assert role.execute("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'app'").fetchone() == (
        False,
    )


def test_role_that_owns_the_table(server: postgres.Postgres, tmp_path: Path) -> None:
    """An owner can switch the policies off, forced or not."""
    _, isolation = ask_tenancy(
        server,
        tmp_path,
        a="CREATE ROLE app;\nGRANT CREATE ON SCHEMA public TO app;"
        + _NOTES
        + "ALTER TABLE notes OWNER TO app;",
    )
    assert "role-owns" in faults(isolation), isolation.reason


def test_role_that_may_become_the_owner(server: postgres.Postgres, tmp_path: Path) -> None:
    """A member of the owning role is one SET ROLE away from it."""
    grant = (
        "CREATE ROLE app;\nCREATE ROLE keeper;\nGRANT keeper TO app;\nGRANT CREATE ON SCHEMA public"
        " TO keeper;"
    )
    _, isolation = ask_tenancy(
        server, tmp_path, a=grant + _NOTES + "ALTER TABLE notes OWNER TO keeper;"
    )
    assert "role-member" in faults(isolation), isolation.reason


def test_no_tenant_column_is_nothing_to_isolate(server: postgres.Postgres, tmp_path: Path) -> None:
    """No table is no proof."""
    _, isolation = ask_tenancy(server, tmp_path, a="CREATE TABLE t (x int);")
    assert (isolation.answer, isolation.control) == (Answer.UNKNOWN, None)
    assert "nothing to isolate" in isolation.reason


def test_what_cannot_be_populated_is_named(server: postgres.Postgres, tmp_path: Path) -> None:
    """Two tables that need each other's rows first: no one can fill them, so no one knows."""
    circle = table("a", "id int PRIMARY KEY, tenant_id int NOT NULL, b_id int NOT NULL") + table(
        "b", "id int PRIMARY KEY, tenant_id int NOT NULL, a_id int NOT NULL REFERENCES a"
    )
    never = table("never", "tenant_id int NOT NULL, x int NOT NULL CHECK (x > 5 AND x < 5)")
    _, isolation = ask_tenancy(
        server,
        tmp_path,
        a=_NOTES,
        b=circle + "ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b;",
        c=never,
    )
    assert isolation.answer is Answer.UNKNOWN
    unpopulated = isolation.facts["unpopulated"]
    assert isinstance(unpopulated, dict)
    assert set(unpopulated) == {"public.a", "public.b", "public.never"}
    assert all(name in isolation.reason for name in unpopulated)


def test_rows_are_made_for_every_kind_of_column(server: postgres.Postgres, tmp_path: Path) -> None:
    """Types, domains, checks, references in a circle that can be broken, references to itself.

    Exclusions, inheritance.
    """
    kinds = """
    CREATE TYPE address AS (street text, number int);
    CREATE DOMAIN share AS numeric(4, 3) CHECK (VALUE > 0 AND VALUE <= 1);
    CREATE DOMAIN small_share AS share CHECK (VALUE < 0.2);
    """
    organisations = table(
        "orgs",
        "tenant_id uuid PRIMARY KEY, head uuid, code text NOT NULL CHECK (code ~"
        " '^[A-Z]{3}-[0-9]{4}$')",
    )
    users = table(
        "users",
        """id uuid PRIMARY KEY, tenant_id uuid NOT NULL REFERENCES orgs, boss uuid REFERENCES users, email text NOT NULL UNIQUE CHECK (email LIKE '%_@_%.__%'),
        born date CHECK (born < '2010-01-01'), net cidr NOT NULL, mac macaddr NOT NULL, score smallint NOT NULL CHECK (score IN (1, 2, 3)),
        during tstzrange NOT NULL, tags text[] NOT NULL CHECK (cardinality(tags) > 0), share small_share NOT NULL, lives address NOT NULL,
        lasts interval NOT NULL, bits bit(5) NOT NULL, at point NOT NULL, low int NOT NULL, high int NOT NULL, CHECK (low < high AND high < 10)""",
    )
    plain = table(
        "plain",
        "tenant_id char(4) NOT NULL CHECK (tenant_id IN ('acme', 'glob')), id smallserial PRIMARY"
        " KEY, up smallint NOT NULL REFERENCES plain",
    )
    shifts = table(
        "shifts",
        "tenant_id bigint NOT NULL, during int4range NOT NULL, EXCLUDE USING gist (during WITH &&)",
    )
    base = table("base", "tenant_id uuid NOT NULL, x int")
    derived = table("derived", "y int NOT NULL").replace(
        "(y int NOT NULL)", "(y int NOT NULL) INHERITS (base)", 1
    )
    _, isolation = ask_tenancy(
        server,
        tmp_path,
        a=kinds
        + organisations
        + users
        + plain
        + shifts
        + base
        + derived
        + "ALTER TABLE orgs ADD FOREIGN KEY (head) REFERENCES users;",
    )
    assert isolation.answer is Answer.YES, isolation.reason
    counts = isolation.facts["counts"]
    assert isinstance(counts, dict)
    assert counts["crossed"] == 6


def test_table_out_of_reach_is_listed_and_no_fault(
    server: postgres.Postgres, tmp_path: Path
) -> None:
    """No privilege, or no way into the schema."""
    hidden = (
        "CREATE SCHEMA back;\nCREATE TABLE back.log (tenant_id uuid NOT NULL);\nGRANT SELECT ON"
        " back.log TO app;\nCREATE TABLE raw (tenant_id uuid NOT NULL);"
    )
    _, isolation = ask_tenancy(server, tmp_path, a=_NOTES, b=hidden)
    assert isolation.answer is Answer.YES, isolation.reason
    assert isolation.facts["not_reachable"] == ["back.log", "public.raw"]
    (tmp_path / "only").mkdir()
    _, isolation = ask_tenancy(server, tmp_path / "only", a=hidden)
    assert (isolation.answer, isolation.reason) == (
        Answer.UNKNOWN,
        "app reaches no table with the column tenant_id",
    )


def test_policies_of_another_setting_were_not_exercised(
    server: postgres.Postgres, tmp_path: Path
) -> None:
    """If no own row appears with the tenant set, the setting is not the one.

    Silence is not isolation.
    """
    other = table(
        "notes",
        "id uuid PRIMARY KEY, tenant_id uuid NOT NULL",
        using="tenant_id::text = current_setting('app.customer', true)",
    )
    _, isolation = ask_tenancy(server, tmp_path, a=other)
    assert isolation.answer is Answer.UNKNOWN
    assert "public.notes" in isolation.reason
    assert "app.tenant_id" in isolation.reason


def test_definer_that_cannot_be_called_and_sets_the_tenant_is_unknown(
    server: postgres.Postgres, tmp_path: Path
) -> None:
    """Nothing to call it with: its text says enough for doubt, not for an accusation."""
    function = """
    CREATE FUNCTION enter(who record) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS
    $$ BEGIN PERFORM set_config('app.tenant_id', who::text, false); END $$;
    """
    _, isolation = ask_tenancy(server, tmp_path, a=_NOTES + function)
    assert isolation.answer is Answer.UNKNOWN
    assert (
        "enter(record) is SECURITY DEFINER, sets the tenant, and could not be called"
        in isolation.reason
    )


def test_evidence_holds_no_row(server: postgres.Postgres, tmp_path: Path) -> None:
    """Rows that a migration brings are read by the probe.

    And none of their content is written down.
    """
    seeded = (
        "CREATE TABLE open_notes (tenant_id uuid NOT NULL, body text);\nINSERT INTO open_notes"
        " VALUES (gen_random_uuid(), 'planted-content');\n"
    )
    seeded += (
        "CREATE VIEW v AS SELECT * FROM open_notes;\nGRANT SELECT, UPDATE ON open_notes, v TO app;"
    )
    _, isolation = ask_tenancy(server, tmp_path, a=seeded)
    assert faults(isolation) == {"rls-missing", "view"}
    assert "planted-content" not in isolation.model_dump_json()


def test_detector_that_sees_nothing_has_a_dead_control(
    server: postgres.Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control asks the same questions.

    Blind them, and with protection switched off it must not say alive.
    """
    for module in (crossing, operations):
        monkeypatch.setattr(module, "counted", lambda *_: Came(0))
        monkeypatch.setattr(module, "written", lambda *_: Came(0))
    _, isolation = ask_tenancy(server, tmp_path, a=_NOTES)
    assert isolation.answer is Answer.UNKNOWN
    assert isolation.control is not None
    assert isolation.control.state is ControlState.DEAD


def test_reference_release_is_isolated(server: postgres.Postgres, tmp_path: Path) -> None:
    """Its migrations apply, and no row crosses."""
    tree = Path(atom_release.reference.__file__).parent / "tree"
    tenancy = yaml.safe_load((tree / "release.yaml").read_text())["tenancy"]
    files = {
        path.stem: path.read_text().replace(tenancy["role"], "app")
        for path in sorted(tree.glob(tenancy["migrations"]))
    }
    migrations, isolation = ask_tenancy(server, tmp_path, **files)
    assert (migrations.answer, isolation.answer) == (Answer.YES, Answer.YES), (
        migrations.reason,
        isolation.reason,
    )


_SPEAKS = """#!/bin/sh
[ "$1" = --version ] && echo "pgrls 0" && exit
[ -z "$(ls)" ] && printf '{"violations": [{"rule_id": "SEC001", "severity": "error", "location": "public.notes", "title": "%s"}]}' "${DATABASE_URL%% *}"
exit 1
"""


@pytest.mark.parametrize(
    ("text", "state"),
    [(_SPEAKS, "asked"), ("#!/bin/sh\necho no\n", "gave no answer: JSONDecodeError")],
    ids=["speaks", "fails"],
)
def test_a_linter_beside_the_probe_is_shown_and_decides_nothing(
    server: postgres.Postgres,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    state: str,
) -> None:
    """It runs in an empty folder, is given the scratch database's address, and whatever it says.

    The rows decide.
    """
    program = tmp_path / "pgrls"
    program.write_text(text)
    program.chmod(0o755)
    monkeypatch.setattr(companion, "program", lambda: str(program))
    _, isolation = ask_tenancy(server, tmp_path, a=_NOTES)
    assert isolation.answer is Answer.YES
    beside = isolation.facts["pgrls"]
    assert isinstance(beside, dict)
    assert beside["state"] == state
    if state == "asked":
        description = beside["findings"][0]["what"]  # type: ignore[index,call-overload]
        assert beside["findings"] == [
            {"rule": "SEC001", "severity": "error", "where": "public.notes", "what": description}
        ]
        assert "_owner" in str(beside["findings"])


@pytest.mark.skipif(
    companion.program() is None, reason="pgrls is not installed: pip install 'atom-release[rls]'"
)
def test_the_real_linter_finds_the_unprotected_table(
    server: postgres.Postgres, tmp_path: Path
) -> None:
    _, isolation = ask_tenancy(
        server,
        tmp_path,
        a=(
            "CREATE TABLE bare (id int PRIMARY KEY, tenant_id uuid NOT NULL);\nGRANT SELECT ON bare"
            " TO app;"
        ),
    )
    beside = isolation.facts["pgrls"]
    assert isinstance(beside, dict)
    assert {
        "rule": "SEC001",
        "severity": "error",
        "where": "public.bare",
        "what": "RLS not enabled on table",
    } in beside["findings"]  # type: ignore[operator]
    assert all("_owner" not in str(finding) for finding in beside["findings"])  # type: ignore[union-attr]


def test_without_a_linter_that_is_said(
    server: postgres.Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(companion, "program", lambda: None)
    _, isolation = ask_tenancy(server, tmp_path, a=_NOTES)
    assert (isolation.answer, isolation.facts["pgrls"]) == (Answer.YES, {"state": "not installed"})
