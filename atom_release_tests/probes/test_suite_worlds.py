"""Suites that need systems beside them: a real PostgreSQL, Redis and Vault for each run.

What the release's own commands prepare is there in every run and in every control, what one run
leaves is in no other, and what the superuser of such a database may do ends at its sandbox.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from atom_release.gate.manifest import Suite
from atom_release.gate.operator import Operator
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.rehearsal import redis
from atom_release.lab.rehearsal.postgres import servers
from atom_release.lab.worlds import database
from atom_release_tests.fixtures.suite_site import Site, control, facts, site

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["site"]  # the fixture

_CODE = """
import os
import psycopg

def connect():
    return psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)

def migrate():
    with connect() as connection:
        connection.execute("CREATE TABLE fees (name text PRIMARY KEY, amount integer)")
        connection.execute("INSERT INTO fees VALUES ('flat', 2)")

def add(name, amount):
    with connect() as connection:
        connection.execute("INSERT INTO fees VALUES (%s, %s)", (name, amount))
        return connection.execute("SELECT count(*) FROM fees").fetchone()[0]

def amount(name):
    with connect() as connection:
        return connection.execute("SELECT amount FROM fees WHERE name = %s", (name,)).fetchone()[0]
"""
_TESTS = """
from svc import fees

def test_what_was_prepared_is_there():
    assert fees.amount("flat") == 2

def test_what_another_run_added_is_not():
    assert fees.add("high", 9) == 2
    assert fees.amount("high") == 9
"""


@pytest.fixture
def with_database(site: Site) -> Site:
    """A service that keeps its fees in a database, and migrates it itself."""
    site.files |= {
        "svc/fees.py": _CODE,
        "svc/migrate.py": "from svc.fees import migrate\nmigrate()\n",
        "tests/test_fees.py": _TESTS,
    }
    site.suite |= {
        "needs": ["postgres"],
        "database": {"user": "keeper", "name": "fees", "version": "9"},
        "environment": {"DATABASE_URL": "{postgres}"},
        "prepare": [["{python}", "-m", "svc.migrate"]],
    }
    return site


@pytest.mark.slow
def test_every_run_and_the_control_begin_with_the_database_that_was_prepared(
    with_database: Site,
) -> None:
    evidence = with_database.ask()
    assert (evidence.answer, control(evidence)) == (Answer.YES, ControlState.ALIVE), evidence
    assert evidence.reason == "2 of 2 tests passed in 2 of 2 runs"
    assert facts(evidence, "control")["still_passing"] == []
    world = facts(evidence, "world")
    assert world["systems"].keys() == {"postgres"}
    assert (world["user"], world["database"]) == ("keeper", "fees")
    version = world["systems"]["postgres"]
    assert world["other_version"] == f"the release names PostgreSQL 9, and the tests had {version}"
    assert [step.partition(" ")[2] for step in world["prepared"]] == ["-m svc.migrate"]
    assert "network:own" in evidence.isolation


def test_without_its_database_a_suite_says_what_it_needs(with_database: Site) -> None:
    with_database.suite |= {
        "needs": [],
        "prepare": [],
        "environment": {"DATABASE_URL": "postgresql://keeper@127.0.0.1:5432/fees"},
    }
    evidence = with_database.ask()
    assert evidence.answer is Answer.UNKNOWN
    assert "a connection was refused" in evidence.reason
    assert "`needs: [postgres]`" in evidence.remedy


@pytest.mark.slow
def test_a_step_before_the_tests_fills_the_disk_with_rows(with_database: Site) -> None:
    """The database lies on this machine's disk, and is ended there."""
    with_database.files["svc/fill.py"] = """
        from svc.fees import connect
        with connect() as connection:
            connection.execute("CREATE TABLE filling (words text)")
            while True:
                connection.execute(
                    "INSERT INTO filling SELECT md5(n::text) || repeat('x', 900)"
                    " FROM generate_series(1, 10000) n"
                )
        """
    with_database.suite["prepare"] = [["{python}", "-m", "svc.fill"]]
    evidence = with_database.ask(operator=Operator(disk_mb=300))
    assert evidence.answer is Answer.UNKNOWN
    assert "the step before them" in evidence.reason
    assert "connection" in evidence.reason


@pytest.mark.slow
def test_tests_that_ask_the_database_alone_are_vacuous(with_database: Site) -> None:
    with_database.files["tests/test_fees.py"] = """
        import os, psycopg
        import svc.fees

        def test_rows():
            with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
                assert connection.execute("SELECT amount FROM fees").fetchone() == (2,)
        """
    evidence = with_database.ask()
    assert (evidence.answer, control(evidence)) == (Answer.YES, ControlState.VACUOUS), evidence


@pytest.mark.slow
def test_a_step_that_fails_before_the_tests_is_named_and_accuses_nobody(
    with_database: Site,
) -> None:
    with_database.files["svc/migrate.py"] = "raise SystemExit('no such revision')\n"
    with_database.suite["prepare"] = [["true"], ["{python}", "-m", "svc.migrate"], ["true"]]
    evidence = with_database.ask()
    assert evidence.answer is Answer.UNKNOWN
    assert "-m svc.migrate`, ended with 1: no such revision" in evidence.reason


def test_a_database_that_this_machine_lacks_is_absent(
    with_database: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "servers", list)
    evidence = with_database.ask()
    assert evidence.answer is Answer.ABSENT
    assert "needs a PostgreSQL" in evidence.reason


@pytest.mark.slow
def test_what_the_superuser_runs_sees_no_more_than_its_own_folder(
    with_database: Site, tmp_path: Path
) -> None:
    """A test that lets the database's server read the gate's key, and write beside it."""
    key = tmp_path / "home" / "key"
    key.parent.mkdir()
    key.write_text("the gate's own")
    with_database.files["tests/places.py"] = f"KEY, TOP = {str(key)!r}, {str(tmp_path)!r}\n"
    with_database.files["tests/test_fees.py"] = """
        from places import KEY, TOP
        from svc import fees

        def run(command):
            with fees.connect() as connection:
                connection.execute("CREATE TEMP TABLE said (line text)")
                connection.execute(f"COPY said FROM PROGRAM '{command}'")
                return [line for (line,) in connection.execute("SELECT line FROM said")]

        def test_it_runs_programs():
            assert run("echo here") == ["here"]

        def test_it_reads_no_key():
            assert run(f"cat {KEY} 2>/dev/null || echo none") == ["none"]

        def test_it_writes_nowhere_else():
            assert run(f"touch {TOP}/left 2>/dev/null && echo yes || echo no") == ["no"]

        def test_it_has_no_other_network():
            assert run("cat /proc/net/dev | grep -c : ") == ["1"]

        def test_fees():
            assert fees.amount("flat") == 2
        """
    evidence = with_database.ask(hidden=(tmp_path / "home",))
    assert evidence.answer is Answer.YES, evidence.reason
    assert not (tmp_path / "left").exists()


@pytest.mark.slow
@pytest.mark.skipif(redis.find_program() is None, reason="no Redis and no Valkey here")
def test_a_suite_has_a_redis_and_a_vault_of_its_own(site: Site) -> None:
    site.files |= {
        "svc/fees.py": """
            import os, socket
            import hvac

            def ask(words):
                host, port = os.environ["REDIS_HOST"], int(os.environ["REDIS_PORT"])
                with socket.create_connection((host, port)) as line:
                    line.sendall((" ".join(words) + "\\r\\n").encode())
                    return line.recv(100).decode().strip()

            def is_open():
                return hvac.Client(os.environ["VAULT_ADDR"], os.environ["VAULT_TOKEN"]).is_authenticated()
            """,
        "tests/test_fees.py": """
            from svc import fees

            def test_counts():
                assert fees.ask(["INCR", "fees"]) == ":1"
                assert fees.ask(["INCR", "fees"]) == ":2"

            def test_open():
                assert fees.is_open() is True
            """,
    }
    site.suite |= {
        "needs": ["redis", "vault"],
        "environment": {
            "REDIS_HOST": "{redis_host}",
            "REDIS_PORT": "{redis_port}",
            "VAULT_ADDR": "{vault}",
            "VAULT_TOKEN": "{vault_token}",
        },
    }
    evidence = site.ask()
    assert (evidence.answer, control(evidence)) == (Answer.YES, ControlState.ALIVE), evidence


def test_an_address_of_what_is_not_needed_is_no_manifest() -> None:
    stated = {"paths": ["tests"], "environment": {"DATABASE_URL": "{postgres}"}}
    with pytest.raises(ValueError, match="add it to `needs`"):
        Suite.model_validate(stated)
    assert Suite.model_validate({**stated, "needs": ["postgres"]}).needs == ("postgres",)


def test_of_several_servers_the_one_of_the_named_version_is_taken() -> None:
    here = servers()
    majors = [database.read_version(server).partition(".")[0] for server in here]
    for major in majors:
        server = database.choose_server(major)
        assert server is not None
        assert database.read_version(server).startswith(f"{major}.")
    assert database.choose_server("9") == here[0] == database.choose_server()
