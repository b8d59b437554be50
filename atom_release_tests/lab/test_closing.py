"""What a gate holds is given back at the end of its process, whoever started that."""

from __future__ import annotations

import multiprocessing
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from atom_release.lab import closing
from atom_release.lab.closing import _undisturbed, at_process_end


def _end(place: Path, *, called_off: bool) -> None:
    cancel = at_process_end(lambda: place.write_text("closed"))
    if called_off:
        cancel()


@pytest.mark.parametrize("called_off", [False, True])
def test_a_process_of_multiprocessing_closes_too(tmp_path: Path, called_off: bool) -> None:  # noqa: FBT001
    """As Dagster's runs and steps are, which run no `atexit` functions."""
    place = tmp_path / "closed"
    process = multiprocessing.get_context("fork").Process(
        target=_end, args=(place,), kwargs={"called_off": called_off}
    )
    process.start()
    process.join(30)
    assert place.exists() is not called_off


_SLOW = """
import sys, time
from pathlib import Path
from atom_release.lab.closing import at_process_end

def close():
    Path(sys.argv[1], "begun").touch()
    time.sleep(2)
    Path(sys.argv[1], "ended").touch()

at_process_end(close)
"""


@pytest.mark.parametrize("word", [signal.SIGINT, signal.SIGTERM])
def test_a_word_to_end_does_not_cut_the_end_off(tmp_path: Path, word: signal.Signals) -> None:
    process = subprocess.Popen([sys.executable, "-c", _SLOW, str(tmp_path)])
    while not (tmp_path / "begun").exists():
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(word)
    assert process.wait(60) == 0
    assert (tmp_path / "ended").exists()


def test_words_to_end_are_heard_again_afterwards() -> None:
    before = signal.getsignal(signal.SIGTERM)
    at_process_end(lambda: None)()
    with _undisturbed():
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    assert signal.getsignal(signal.SIGTERM) is before


def test_what_a_process_closes_at_its_end_can_be_closed_before() -> None:
    """Once, the latest first; what was called off is left alone."""
    closed: list[str] = []
    at_process_end(lambda: closed.append("first"))
    at_process_end(lambda: closed.append("called off"))()
    at_process_end(lambda: closed.append("last"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(closing, "_at_end", closing._at_end[-2:])
        closing.close_all()
        closing.close_all()
    assert closed == ["last", "first"]
