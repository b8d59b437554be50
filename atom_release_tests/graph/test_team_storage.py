"""Dagster's database goes away for a moment, or for longer: with a real server, behind a wire."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy

from atom_release.graph import team_storage
from atom_release_tests.fixtures import deployed
from atom_release_tests.fixtures.shared_state import Wire

pytestmark = pytest.mark.live


@dataclass(frozen=True)
class Site:
    """A server behind a wire, and the folder of an instance that reaches it through that."""

    wire: Wire
    folder: Path
    home: Path

    @contextlib.contextmanager
    def process(self) -> Iterator[dg.DagsterInstance]:
        """Give the instance as a process has it that never reached the server before."""
        team_storage._awaited.clear()
        with dg.DagsterInstance.from_config(str(self.folder)) as instance:
            yield instance

    def notes(self) -> list[Path]:
        """Return what is still to be told."""
        return [*(self.home / "lost-database").glob("*")]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    with deployed.database(tmp_path / "database") as server:
        wire = Wire(server.port)
        wire.mend()
        for name, value in deployed.write_instance(tmp_path / "dagster", wire.port).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("ATOM_RELEASE_HOME", str(tmp_path / "home"))
        yield Site(wire, tmp_path / "dagster", tmp_path / "home")
        wire.cut()


def begin(instance: dg.DagsterInstance) -> dg.DagsterRun:
    """Have a run of which things can be told."""

    @dg.op
    def nothing() -> None:
        return

    @dg.job
    def job() -> None:
        nothing()

    run = instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED)
    instance.report_engine_event("begun", run)
    return run


def messages(instance: dg.DagsterInstance, run: dg.DagsterRun) -> list[str]:
    return [entry.message for entry in instance.all_logs(run.run_id)]


def test_a_database_that_is_back_soon_costs_the_run_nothing_and_is_named_in_it(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(team_storage, "_WORTH_TELLING", 0.5)
    with site.process() as instance:
        run = begin(instance)
        site.wire.cut()
        back = threading.Timer(3.0, site.wire.mend)
        back.start()
        instance.report_engine_event("gone on", run)
        back.join()
        told_of_it = [line for line in messages(instance, run) if "did not answer for" in line]
        assert "gone on" in " ".join(messages(instance, run))
    (line,) = told_of_it
    assert f"(127.0.0.1:{site.wire.port})" in line
    assert "refused" in line
    assert site.notes() == []


def test_a_database_that_is_away_for_too_long_is_named_in_the_run_by_who_comes_next(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(team_storage, "PATIENCE", 0.5)
    with site.process() as instance:
        lost = begin(instance)
        site.wire.cut()
        with pytest.raises(Exception, match=r"refused|too many retries"):
            instance.report_engine_event("never written", lost)
        (note,) = site.notes()
        assert json.loads(note.read_text())["run"] == lost.run_id
        site.wire.mend()
    with site.process() as instance:
        begin(instance)
        lines = messages(instance, lost)
    assert "never written" not in " ".join(lines)
    (line,) = [line for line in lines if "was away for too long" in line]
    assert f"port {site.wire.port} failed: Connection refused" in line
    assert site.notes() == []


def test_a_process_that_never_reached_the_database_does_not_wait(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong address is told, and not waited for: an hour, here."""
    monkeypatch.setattr(team_storage, "PATIENCE", 3600.0)
    site.wire.cut()
    with pytest.raises(Exception, match="too many retries"), site.process():
        pass
    site.wire.mend()


def test_other_databases_are_left_to_those_who_use_them(site: Site) -> None:
    with site.process(), sqlalchemy.create_engine("sqlite://").connect() as connection:
        assert connection.execute(sqlalchemy.text("select 1")).scalar() == 1
