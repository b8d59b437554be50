"""Who runs tests takes one place of this machine, who measures takes all, however they end."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from atom_release.errors import ProbeFault
from atom_release.lab import places

_HOLD = """
import sys
from atom_release.errors import ProbeFault
from atom_release.lab import places
with getattr(places, sys.argv[1])():
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test a machine of its own, of two processors."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(places, "number", lambda: 2)


def _begin(pool: ThreadPoolExecutor, take: str, began: list[str]) -> None:
    entered = threading.Event()

    def hold() -> None:
        entered.set()
        with getattr(places, take)():
            began.append(take)

    pool.submit(hold)
    assert entered.wait(30)


def test_as_many_as_there_are_run_at_once_and_no_more() -> None:
    began: list[str] = []
    with ThreadPoolExecutor() as pool:
        with places.take_one(), places.take_one():
            _begin(pool, "take_one", began)
            assert not _comes(began, within=0.4)
        assert _comes(began)


def test_nobody_runs_tests_beside_what_is_measured() -> None:
    began: list[str] = []
    with ThreadPoolExecutor() as pool:
        with places.take_all():
            _begin(pool, "take_one", began)
            assert not _comes(began, within=0.4)
        assert _comes(began)


def test_what_is_measured_waits_for_tests_and_lets_no_more_before_it() -> None:
    """One place is free all the time: nobody takes it while the measurement waits."""
    began: list[str] = []
    with ThreadPoolExecutor() as pool, ExitStack() as first:
        first.enter_context(places.take_one())
        _begin(pool, "take_all", began)
        assert not _comes(began, within=0.4)
        _begin(pool, "take_one", began)
        first.close()
        assert _comes(began, 2)
    assert began == ["take_all", "take_one"]


def test_a_killed_gate_gives_its_places_back() -> None:
    began: list[str] = []
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, "take_all"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with ThreadPoolExecutor() as pool:
            _begin(pool, "take_one", began)
            assert not _comes(began, within=0.4)
            other.kill()
            assert _comes(began)


def test_what_runs_ahead_leaves_a_place_to_what_is_waited_for() -> None:
    """Tests that hang hold up nobody's but their own, until somebody waits for them too."""
    hanging = places.Ahead()
    began: list[str] = []
    with ThreadPoolExecutor() as pool, places.take_one(hanging):
        pool.submit(_note, hanging, began)
        assert not _comes(began, within=0.4)
        with places.take_one():
            pass
        hanging.wanted = True
        assert _comes(began)


def _note(ended: places.Ahead, began: list[str]) -> None:
    with places.take_one(ended):
        began.append("ahead")


def test_tests_that_hang_hold_up_those_of_others_for_a_while_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever waited long enough runs without a place, beside as many others as do."""
    monkeypatch.setattr(places, "_TESTS_WAIT", 0.5)
    with places.take_one(), places.take_one(), places.take_one(), places.take_one():
        pass


def test_who_runs_without_a_place_keeps_a_measurement_waiting_and_waits_for_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(places, "_TESTS_WAIT", 0.0)
    began: list[str] = []
    with ThreadPoolExecutor() as pool, ExitStack() as first, ExitStack() as crowd:
        first.enter_context(places.take_one())
        first.enter_context(places.take_one())
        crowd.enter_context(places.take_one())
        first.close()
        _begin(pool, "take_all", began)
        assert not _comes(began, within=0.4)
        crowd.close()
        assert _comes(began)
        with places.take_all():
            _begin(pool, "take_one", began)
            assert not _comes(began, 2, within=0.4)
        assert _comes(began, 2)


def test_a_measurement_waits_for_tests_that_hang_for_a_while_and_for_another_as_long_as_it_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(places, "_MEASUREMENT_WAITS", 0.5)
    began: list[str] = []
    with ThreadPoolExecutor() as pool, places.take_one():
        with places.take_all():
            _begin(pool, "take_all", began)
            assert not _comes(began, within=1.5)
        assert _comes(began)


def test_a_wait_ends_with_its_run() -> None:
    ended = threading.Event()
    ended.set()
    with places.take_all(), places.take_one(ended):
        pass


def test_a_folder_of_somebody_else_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / f"atom-release-places-{os.geteuid()}").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ProbeFault, match="not this user's own"), places.take_one():
        pass


def _comes(began: list[str], many: int = 1, within: float = 30) -> bool:
    """Return whether so many began, waiting no longer than that."""
    pause = threading.Event()
    for _ in range(int(within / 0.05)):
        if len(began) >= many:
            return True
        pause.wait(0.05)
    return len(began) >= many
