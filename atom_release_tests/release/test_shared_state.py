"""Two machines of one team: homes and clones of their own, one state, one store, one release."""

from __future__ import annotations

import logging
import shutil
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import psycopg
import pytest

from atom_release.acts.journal import Entry
from atom_release.errors import ActFailed, Misuse
from atom_release.gate.operator import Operator
from atom_release.graph.begin_run import beginning
from atom_release.graph.blueprint import Blueprint
from atom_release.records import signing_keys
from atom_release.records.team_key import named_key
from atom_release.release import attempts, gate_key, released, shared_state, tag_release
from atom_release.release.release_objects import ReleaseObjects
from atom_release.release.subject import manifest_for_loading, open_subject
from atom_release.release.work import Work
from atom_release.settings import Settings
from atom_release_tests.fixtures import killed, tiny
from atom_release_tests.fixtures import shared_state as fixture
from atom_release_tests.fixtures.shared_state import Team
from atom_release_tests.fixtures.tiny import Tiny

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Machines:
    """One release, and what each of two machines has of it; the folder is the world of one test."""

    folder: Path
    release: Tiny
    here: Settings
    there: Settings


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    with fixture.started(tmp_path_factory.mktemp("team")) as team:
        yield team


@pytest.fixture(scope="module")
def judged(team: Team, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Settings, Path]:
    """Return the world after an audit on one machine came to GREEN, and a dump of the state."""
    base = tmp_path_factory.mktemp("world")
    release = tiny.make(base / "world")
    settings = replace(release.settings, state=team.url)
    signing_keys.ensure_key(settings.key_path)
    with dg.DagsterInstance.ephemeral() as instance:
        job = replace(release, settings=settings).definitions().resolve_job_def("phase_x_audit")
        assert job.execute_in_process(instance=instance, raise_on_error=False).success
    dump = base / "state.copy"
    with team.owner() as owner, owner.cursor().copy("COPY line TO STDOUT (FORMAT binary)") as rows:
        dump.write_bytes(b"".join(bytes(part) for part in rows))
    return base / "world", settings, dump


@pytest.fixture
def machines(team: Team, judged: tuple[Path, Settings, Path], tmp_path: Path) -> Machines:
    """Return the machine that judged, and another with the team's key and a clone of its own."""
    world, settings, dump = judged
    team.empty()
    with team.owner() as owner, owner.cursor().copy("COPY line FROM STDIN (FORMAT binary)") as rows:
        rows.write(dump.read_bytes())
    here = killed.copy(settings, world, tmp_path / "world")
    release = Tiny(tmp_path / "world" / "repository", tmp_path / "world" / "origin.git", here)
    clone = tmp_path / "clone"
    release.git("clone", "-q", str(release.origin), str(clone), at=tmp_path)
    there = replace(here, repository=clone, home=tmp_path / "other-home")
    (there.home / "keys").mkdir(parents=True)
    shutil.copy(here.key_path, there.key_path)
    return Machines(tmp_path, release, here, there)


def tags_at_origin(machines: Machines) -> list[str]:
    listed = machines.release.git(
        "for-each-ref", "--format=%(objectname)", "refs/tags", at=machines.release.origin
    )
    return listed.splitlines()


def test_what_one_machine_judged_another_tags_and_the_first_finds_it_done(
    machines: Machines,
) -> None:
    status, _, output = killed.run(machines.there, "there", machines.folder)
    assert status == 0, output
    before = tags_at_origin(machines)
    assert len(before) == 1
    status, _, output = killed.run(machines.here, "here", machines.folder)
    assert (status, tags_at_origin(machines)) == (0, before), output
    subject = open_subject(machines.here, create=True)
    entry = released.journal_of(subject).read(subject.commit, "v1")
    assert entry is not None
    assert (entry.left, entry.tagged) == ((), before[0])


@pytest.mark.parametrize("moment", ["before git push 1", "after git push 1"])
def test_a_machine_that_died_between_act_and_journal_is_finished_by_the_other(
    moment: str, machines: Machines
) -> None:
    """Release commit and tag object lie in the dead one's clone alone, or at the remote."""
    status, _, output = killed.run(machines.here, "dies", machines.folder, moment)
    assert status == -signal.SIGKILL, output
    with_lease_run_out(machines)
    status, _, output = killed.run(machines.there, "finishes", machines.folder)
    assert (status, len(tags_at_origin(machines))) == (0, 1), output
    subject = open_subject(machines.there, create=True)
    entry = released.journal_of(subject).read(subject.commit, "v1")
    assert entry is not None
    assert (entry.left, entry.tagged) == ((), tags_at_origin(machines)[0])


@pytest.mark.parametrize("pushed", [True, False], ids=["from-the-remote", "from-the-store"])
def test_a_step_elsewhere_judges_the_commit_of_the_run_which_its_clone_lacks(
    pushed: bool,  # noqa: FBT001 - where the commit is to be had
    machines: Machines,
) -> None:
    """The clone's own branch is behind, and stays where it is."""
    behind = machines.release.git("rev-parse", "HEAD", at=machines.there.repository)
    ahead = machines.release.commit("src/two.py", "TWO = 2\n")
    if pushed:
        machines.release.git("push", "-q", "origin", "main")
    first, second = (
        Work(settings, "aggregated", "run-1", datetime.now(UTC)).subject
        for settings in (machines.here, machines.there)
    )
    assert (first.commit, second.commit) == (ahead, ahead)
    assert second.tree.read("src/two.py") == b"TWO = 2\n"
    assert machines.release.git("rev-parse", "HEAD", at=machines.there.repository) == behind
    packs = list(Path(machines.here.out).glob("commits/*.pack"))
    assert len(packs) == (0 if pushed else 1)


def test_the_commit_is_that_of_whoever_starts_the_run_and_not_of_the_first_worker(
    machines: Machines,
) -> None:
    """The first step is taken by a machine whose clone is behind."""
    behind = machines.release.git("rev-parse", "HEAD", at=machines.there.repository)
    ahead = machines.release.commit("src/two.py", "TWO = 2\n")
    begin = beginning([Blueprint(manifest_for_loading(machines.here))], machines.here)
    begin("run-1", {}, ["phase_x__aggregated"])
    begin("run-2", {}, ["phase_y__aggregated"])
    judged = [
        Work(machines.there, "aggregated", run, datetime.now(UTC)).subject.commit
        for run in ("run-1", "run-2")
    ]
    assert judged == [ahead, behind]


def test_a_commit_that_is_nowhere_to_be_had_is_named(machines: Machines) -> None:
    ahead = machines.release.commit("src/two.py", "TWO = 2\n")
    work = Work(machines.here, "aggregated", "run-1", datetime.now(UTC))
    assert work.subject.commit == ahead
    (pack,) = Path(machines.here.out).glob("commits/*.pack")
    pack.unlink()
    with pytest.raises(Misuse, match=f"lacks the commit {ahead[:12]}"):
        _ = Work(machines.there, "aggregated", "run-1", datetime.now(UTC)).subject


def with_lease_run_out(machines: Machines) -> None:
    """Let what a dead machine held run out now, and not in a minute."""
    assert machines.here.state is not None
    with psycopg.connect(machines.here.state, options="-c search_path=atom_release") as connection:
        connection.execute("UPDATE lease SET until = now()")


def test_two_machines_that_act_at_once_make_one_tag(machines: Machines) -> None:
    ends: dict[str, tuple[int, str]] = {}

    def act(name: str, settings: Settings) -> None:
        status, _, output = killed.run(settings, name, machines.folder)
        ends[name] = (status, output)

    acting = [
        threading.Thread(target=act, args=(name, settings))
        for name, settings in (("here", machines.here), ("there", machines.there))
    ]
    for thread in acting:
        thread.start()
    for thread in acting:
        thread.join()
    assert {status for status, _ in ends.values()} == {0}, ends
    assert len(tags_at_origin(machines)) == 1


def test_a_database_that_is_away_lets_nothing_be_tagged_and_the_next_run_completes(
    team: Team, machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Work(machines.here, "release_tag", "here", datetime.now(UTC), logging.getLogger("acts"))
    made = ReleaseObjects.tag

    def cut_off(objects: ReleaseObjects, entry: Entry) -> Entry:
        tagged = made(objects, entry)
        team.wire.cut()
        return tagged

    monkeypatch.setattr(ReleaseObjects, "tag", cut_off)
    try:
        with pytest.raises(ActFailed, match="may still act is not known: The shared state"):
            tag_release.tag(work)
    finally:
        team.wire.mend()
    assert tags_at_origin(machines) == []
    with_lease_run_out(machines)
    status, _, output = killed.run(machines.there, "there", machines.folder)
    assert (status, len(tags_at_origin(machines))) == (0, 1), output


def test_a_history_whose_end_was_cut_off_lets_nobody_act(team: Team, machines: Machines) -> None:
    """The decision stands at the end: without it no machine acts, whatever it saw before."""
    with team.owner() as owner:
        owner.execute("DELETE FROM line WHERE number = (SELECT max(number) FROM line)")
    for name, settings in (("here", machines.here), ("there", machines.there)):
        status, _, output = killed.run(settings, name, machines.folder)
        assert (status, tags_at_origin(machines)) == (1, [])
        assert "Refused" in output


def test_a_machine_with_a_key_of_its_own_is_told_both_keys_and_where_to_put_the_team_s(
    machines: Machines,
) -> None:
    team_key = open_subject(machines.here, create=True).key.public.keyid
    machines.there.key_path.unlink()
    own = signing_keys.ensure_key(machines.there.key_path).public.keyid
    with pytest.raises(Misuse, match=f"signed by key {team_key[:12]}.* is {own[:12]}") as caught:
        open_subject(machines.there, create=True)
    assert str(machines.there.key_path) in caught.value.remedy


def test_no_key_is_made_where_a_release_may_be_tagged_with_it(machines: Machines) -> None:
    machines.there.key_path.unlink()
    with pytest.raises(Misuse, match="has no key of the team") as caught:
        open_subject(machines.there, create=True)
    assert "keygen" in caught.value.remedy
    assert not machines.there.key_path.exists()


def test_a_key_is_made_where_acts_are_off_or_for_the_reference_release(
    team: Team, tmp_path: Path
) -> None:
    team.empty()
    settings = Settings(home=tmp_path / "home", state=team.url, repository=tmp_path)
    made = gate_key.open_key(settings, Operator(), may_act=False, make=True)
    assert (settings.key_path.is_file(), made.public.keyid) == (True, named(team))
    team.empty()
    example = replace(settings, repository=None, home=tmp_path / "example")
    made = gate_key.open_key(example, Operator(), may_act=True, make=True)
    assert (example.key_path.is_file(), made.public.keyid) == (True, named(team))


def named(team: Team) -> str | None:
    """Return the key that the shared state says it is signed with."""
    key = named_key(team.database())
    return key.keyid if key else None


def test_a_team_s_key_is_changed_by_name_and_the_former_one_stays_believed(
    machines: Machines, tmp_path: Path
) -> None:
    """Rotation as docs/operate.md has it: new key, --replace, the former among `gates`."""
    former = open_subject(machines.here, create=True).key.public
    new = replace(machines.there, key=tmp_path / "new.pem")
    public = gate_key.make_key(new, replace=True)
    with pytest.raises(Misuse, match=f"signed by key {public.keyid[:12]}"):
        open_subject(machines.here, create=True)
    operator = tmp_path / "operator.yaml"
    operator.write_text(
        (machines.there.operator or operator).read_text()
        + f"gates:\n  - {tmp_path / 'former.pub'!s}\n"
    )
    (tmp_path / "former.pub").write_bytes(former.pem)
    subject = open_subject(replace(new, operator=operator), create=True)
    verdicts = [line["verdict"] for line in attempts.history_of(subject).decisions(subject.commit)]
    assert verdicts == ["GREEN"]
    assert shared_state.describe(new)["signed by"] == public.keyid
