"""What there is to tell of a run: its refusal, nothing of a GREEN, and that it never decided."""

from __future__ import annotations

from pathlib import Path

import pytest

from atom_release.gate.vocabulary import Answer
from atom_release.release.refusals import find_refusal
from atom_release_tests.fixtures import attempts


@pytest.mark.slow
def test_a_run_is_told_by_what_it_decided(tmp_path: Path) -> None:
    release = attempts.make(tmp_path / "release")
    attempts.judge(release, "good")
    subject = release.subject()
    assert find_refusal(subject, attempts.run_id(release, "good")) is None
    attempts.judge(release, "bad", spoilt="AC1", answer=Answer.NO)
    refusal = find_refusal(subject, attempts.run_id(release, "bad"))
    assert refusal is not None
    assert (refusal.verdict, refusal.commit) == ("RED", subject.commit)
    assert "AC1" in {entry.id for entry in refusal.criteria}
    assert refusal.subject in refusal.text


def test_a_run_that_ended_before_it_decided_is_told_as_such(tmp_path: Path) -> None:
    release = attempts.make(tmp_path / "release")
    attempts.judge(release, "cut", until="infra_simulation")
    refusal = find_refusal(release.subject(), attempts.run_id(release, "cut"))
    assert refusal is not None
    assert (refusal.verdict, refusal.criteria) == ("NONE", ())
    assert "no decision" in refusal.subject
