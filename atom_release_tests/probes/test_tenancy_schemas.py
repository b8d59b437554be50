"""Schemas that are wrong in one way each, and schemas that are right.

On every PostgreSQL that this machine has, the embedded one first.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.rehearsal import postgres
from atom_release_tests.fixtures.tenancy_release import ask_tenancy, faults, started

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.live

_SCHEMAS = Path(__file__).parents[1] / "fixtures" / "tenancy_schemas"
_WRONG = sorted((_SCHEMAS / "wrong").glob("*.sql"))
_RIGHT = sorted((_SCHEMAS / "right").glob("*.sql"))


_SERVERS = list(
    {postgresql.origin: postgresql for postgresql in reversed(postgres.servers())}.values()
)  # the newest of each origin


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(postgresql, id=postgresql.origin, marks=[pytest.mark.slow] if number else [])
        for number, postgresql in enumerate(_SERVERS)
    ],
)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[postgres.Postgres]:
    """The embedded server, and where tests may be slow the machine's own too."""
    with started(tmp_path_factory.mktemp("server"), request.param) as running:
        yield running


def test_there_are_schemas() -> None:
    """An empty folder would make every test here pass."""
    assert (len(_WRONG) >= 10, len(_RIGHT) >= 5, len(_SERVERS) >= 1) == (True, True, True)


@pytest.mark.parametrize("schema", _WRONG, ids=lambda path: path.stem)
def test_wrong_schema_is_found_by_the_name_of_its_fault_and_mended_by_its_remedy(
    server: postgres.Postgres, tmp_path: Path, schema: Path
) -> None:
    """Exactly the faults that its first line names.

    The SQL that the evidence gives, applied as one more migration, leaves none.
    """
    text = schema.read_text()
    migrations, isolation = ask_tenancy(server, tmp_path, schema=text)
    assert migrations.answer is Answer.YES, migrations.reason
    assert isolation.answer is Answer.NO
    assert faults(isolation) == set(text.partition("\n")[0].removeprefix("-- faults: ").split(", "))
    assert isolation.remedy.endswith(";")
    lines = text.splitlines()
    leaks = isolation.facts["leaks"]
    assert isinstance(leaks, list)
    for leak in leaks:
        assert isinstance(leak, dict)
        if leak["where"] != "app":  # the role: the gate makes it, not the migrations
            name = str(leak["where"]).partition("(")[0].rpartition(".")[2].strip('"')
            assert name.lower() in lines[int(str(leak["line"])) - 1].lower()
    if server.origin == _SERVERS[0].origin:
        (tmp_path / "mended").mkdir()
        migrations, mended = ask_tenancy(
            server, tmp_path / "mended", a_schema=text, b_remedy=isolation.remedy
        )
        assert migrations.answer is Answer.YES, migrations.reason
        assert faults(mended) == set(), mended.reason


@pytest.mark.parametrize("schema", _RIGHT, ids=lambda path: path.stem)
def test_right_schema_raises_no_alarm_and_the_control_lives(
    server: postgres.Postgres, tmp_path: Path, schema: Path
) -> None:
    """Nothing is accused, nothing is left unasked.

    And with protection switched off every table leaks.
    """
    migrations, isolation = ask_tenancy(server, tmp_path, schema=schema.read_text())
    assert (migrations.answer, isolation.answer) == (Answer.YES, Answer.YES), (
        migrations.reason,
        isolation.reason,
    )
    assert isolation.facts["leaks"] == []
    counts = isolation.facts["counts"]
    assert isinstance(counts, dict)
    assert isolation.control is not None
    assert isolation.control.state is ControlState.ALIVE
    assert isolation.control.found == f"a leak on {counts['crossed']} of {counts['crossed']}"


def test_nothing_is_left_on_the_server(server: postgres.Postgres, tmp_path: Path) -> None:
    """Neither the scratch database nor a role, those that the migrations made included."""
    ask_tenancy(server, tmp_path, schema=_RIGHT[0].read_text())
    with psycopg.connect(server.admin_dsn()) as connection:
        databases = {name for (name,) in connection.execute("SELECT datname FROM pg_database")}
        roles = {
            name
            for (name,) in connection.execute(
                r"SELECT rolname FROM pg_roles WHERE rolname NOT LIKE 'pg\_%'"
            )
        }
    assert (databases, roles) == (
        {"postgres", "template0", "template1"},
        {"postgres", postgres.OWNER},
    )
