"""What a run shows while it goes on: in a file, on a terminal, in the log of a GitHub job."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from atom_release.cli import live
from atom_release.release import progress
from atom_release.release.progress import announce, listen, plan, step

_HOSTILE = "\x1b[2J::error::taken ##[command]"


def shown_by(view: type[live.PlainView], *, terminal: bool = False) -> str:
    """Return what a view shows of a run of two steps, of which the second fails."""
    file = io.StringIO()
    running = view(Console(file=file, force_terminal=terminal, width=80))
    stop = listen(running.hear)
    try:
        plan(2, 75.0)
        with step("policy_check") as outcomes:
            announce("policy_check", "isolation C.1")
            announce("policy_check", f"\n{_HOSTILE}", 0.5)
            outcomes += [(f"P-{number}", "INCONCLUSIVE") for number in range(1, 7)]
        with pytest.raises(ValueError, match="broken"), step("snapshot"):
            raise ValueError("broken")
    finally:
        stop()
        running.end()
    return file.getvalue()


def test_a_file_gets_a_line_with_its_time_for_every_step() -> None:
    lines = shown_by(live.PlainView).splitlines()
    assert lines[0] == "  0:00  2 steps (the run before took 1:15)"
    assert re.fullmatch(r"  \d:\d\d    1 of 2  policy_check \.\.\.", lines[1])
    assert lines[2].endswith("P-2 INCONCLUSIVE,")
    assert re.fullmatch(r"  \d:\d\d    2 of 2  snapshot  \d:\d\d  failed", lines[-1])
    assert max(map(len, lines)) <= 80
    assert "P-6 INCONCLUSIVE" in lines[3] + lines[4]
    assert "\x1b" not in "".join(lines)


def test_what_is_measured_is_told_from_time_to_time(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "isolation C.1" not in shown_by(live.PlainView)
    monkeypatch.setattr(live, "_EVERY", -1.0)
    assert "policy_check: isolation C.1" in shown_by(live.PlainView)


def test_a_terminal_keeps_the_steps_that_ended_and_one_line_moves() -> None:
    shown = shown_by(live.MovingView, terminal=True)
    assert "1 of 2" in shown
    assert re.search(r"0:00 .*of about 1:15", shown)
    assert re.search(r"2 of 2  snapshot  \d:\d\d  failed", shown)
    assert "\x1b[2J::error" not in shown


def test_a_github_log_folds_each_step_and_takes_no_command_from_others() -> None:
    lines = shown_by(live.FoldedView).splitlines()
    commands = [line for line in lines if line.lstrip().startswith("::")]
    opened, closed = ["::group::1 of 2 policy_check", "::group::2 of 2 snapshot"], "::endgroup::"
    assert commands == [opened[0], closed, opened[1], closed]
    folded = lines[lines.index(opened[0]) : lines.index(closed)]
    assert any("isolation C.1" in line for line in folded)
    assert any("taken" in line and "##[" not in line for line in folded)
    assert not any("P-1 INCONCLUSIVE" in line for line in folded)


def test_nobody_hears_after_the_end() -> None:
    assert not progress._listeners
    with live.progress(shown=False):
        assert not progress._listeners
    with live.progress(shown=True):
        assert len(progress._listeners) == 1
    assert not progress._listeners
