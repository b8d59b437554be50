"""Turns that machines share: leases that are renewed, and whose loss stops what was to be done."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from atom_release.acts.turns import FolderTurns, LeasedTurns
from atom_release.errors import ActFailed
from atom_release_tests.fixtures import shared_state
from atom_release_tests.fixtures.shared_state import Team

ROOT = Path(__file__).parents[2]
_HOLD = """
import sys
from atom_release.acts.turns import LeasedTurns
from atom_release.records.database import Database
with LeasedTurns(Database(sys.argv[1]), seconds=1).take("shop", print):
    print("has it", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    with shared_state.started(tmp_path_factory.mktemp("team")) as team:
        yield team


@pytest.fixture
def team(started: Team) -> Team:
    started.empty()
    return started


def turns(team: Team, *, seconds: float = 30, longest: float = 20) -> LeasedTurns:
    return LeasedTurns(team.database(patience=0), seconds, longest)


def test_a_free_turn_is_taken_held_and_given_back(team: Team) -> None:
    messages: list[str] = []
    for _ in range(2):
        with turns(team, longest=0).take("shop", messages.append) as turn:
            turn.require_held()
    assert messages == []


def test_turns_of_two_names_do_not_meet(team: Team) -> None:
    with turns(team).take("shop", print), turns(team, longest=0).take("bank", print) as turn:
        turn.require_held()


def test_the_second_waits_says_for_whom_and_has_it_when_the_first_ends(team: Team) -> None:
    messages: list[str] = []
    ended = threading.Event()

    def hold(taken: threading.Event) -> None:
        with turns(team).take("shop", print):
            taken.set()
            ended.wait(20)

    taken = threading.Event()
    holder = threading.Thread(target=hold, args=(taken,))
    holder.start()
    taken.wait(20)
    with (
        pytest.raises(ActFailed, match="did not end") as caught,
        turns(team, longest=0).take("shop", print),
    ):
        pass
    assert "process" in caught.value.message

    def end(sentence: str) -> None:
        messages.append(sentence)
        ended.set()

    with turns(team).take("shop", end) as turn:
        turn.require_held()
    holder.join()
    assert [" on " in sentence for sentence in messages] == [True]


def test_a_lease_is_renewed_while_it_is_held(team: Team) -> None:
    with turns(team, seconds=0.6).take("shop", print) as turn:
        with (
            pytest.raises(ActFailed, match="did not end"),
            turns(team, longest=1.5).take("shop", print),
        ):
            pass
        turn.require_held()


def test_a_killed_holder_s_lease_runs_out(team: Team) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, team.url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "has it\n"
        process.kill()
    with turns(team).take("shop", print) as turn:
        turn.require_held()


def test_who_lost_the_lease_does_not_act(team: Team) -> None:
    """Its machine stood still, or the database did, for longer than the lease holds."""
    with turns(team).take("shop", print) as first:
        with team.owner() as owner:
            owner.execute("UPDATE lease SET until = now()")
        with turns(team, longest=0).take("shop", print) as second:
            second.require_held()
            with pytest.raises(ActFailed, match="lost its turn to act"):
                first.require_held()
            second.require_held()


def test_a_database_that_is_away_stops_the_act_and_a_lease_that_outlived_it_goes_on(
    team: Team,
) -> None:
    with turns(team).take("shop", print) as turn:
        team.wire.cut()
        try:
            with pytest.raises(ActFailed, match="may still act is not known: The shared state"):
                turn.require_held()
        finally:
            team.wire.mend()
        turn.require_held()


def test_no_turn_is_taken_where_the_database_is_away(team: Team) -> None:
    team.wire.cut()
    try:
        with (
            pytest.raises(ActFailed, match="No turn to act can be taken: The shared state"),
            turns(team).take("shop", print),
        ):
            pass
    finally:
        team.wire.mend()


def test_a_folder_s_turn_is_held_until_it_ends(tmp_path: Path) -> None:
    with FolderTurns(tmp_path).take("shop", print) as turn:
        turn.require_held()
    assert [path.name for path in tmp_path.iterdir()] == ["shop.lock"]
