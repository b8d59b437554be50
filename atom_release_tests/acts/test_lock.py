"""One acts, the other waits and says so, or gives up with a sentence.

A killed holder hands its turn on.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from atom_release.acts.lock import turn
from atom_release.errors import ActFailed

ROOT = Path(__file__).parents[2]
_HOLD = """
import sys
from pathlib import Path
from atom_release.acts.lock import turn
with turn(Path(sys.argv[1]), print):
    print("has it", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held(lock: Path) -> Iterator[subprocess.Popen[str]]:
    """Let another process have the turn."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(lock)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "has it\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_free_turn_is_taken_without_a_word_again_and_again(tmp_path: Path) -> None:
    messages: list[str] = []
    for _ in range(2):
        with turn(tmp_path / "deep" / "lock", messages.append):
            pass
    assert messages == []


def test_the_second_waits_says_for_whom_and_has_it_when_the_first_ends(tmp_path: Path) -> None:
    messages: list[str] = []
    with held(tmp_path / "lock") as process:

        def end(sentence: str) -> None:
            messages.append(sentence)
            process.kill()  # SIGKILL: the system itself gives the turn back

        with turn(tmp_path / "lock", end):
            assert process.wait(timeout=20) == -9
    assert [f"process {process.pid}" in sentence for sentence in messages] == [True]


def test_who_has_waited_long_enough_says_so(tmp_path: Path) -> None:
    with (
        held(tmp_path / "lock") as process,
        pytest.raises(ActFailed, match=f"process {process.pid}") as caught,
        turn(tmp_path / "lock", print, longest=0),
    ):
        pass
    assert caught.value.remedy


def test_a_place_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ActFailed, match="turn"), turn(tmp_path / "file" / "lock", print):
        pass
