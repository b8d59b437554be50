"""The log and the page of a GitHub job: commands are ours alone, and what refuses is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from atom_release import settings
from atom_release.cli import github
from atom_release.gate.decision.decide import decide
from atom_release.gate.decision.decision import Decision
from atom_release.gate.vocabulary import Answer
from atom_release_tests.fixtures.cases import LEGS, all_good, case_of, evidence_for

_HOSTILE = "100% broken\n::set-output name=a::b"


def refused() -> Decision:
    """Return a decision in which one leg came to NO, with a hostile reason."""
    last = evidence_for(LEGS[-1], Answer.NO, reason=_HOSTILE, remedy="Mend <it>.")
    return decide(case_of([*all_good()[:-1], last]))


def test_each_refusal_is_one_annotation_on_one_line() -> None:
    (line,) = github.refusals(refused())
    assert line.startswith("::error title=")
    assert "\n" not in line
    assert "100%25 broken ::set-output" in line
    assert "%0Awhere: " in line
    assert line.endswith("%0Anext: Mend <it>.")
    assert github.refusals(decide(case_of(all_good()))) == []


@pytest.mark.parametrize("line", ["::error::x", "   ::error::x", "\t::x", "a ##[error]x"])
def test_a_line_of_others_is_no_command(line: str) -> None:
    shown = github.inert(line)
    assert not shown.lstrip().startswith("::")
    assert "##[" not in shown
    assert shown.replace(" ", "") == line.replace(" ", "")


def test_the_summary_names_the_verdict_what_refuses_and_the_next_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "summary.md"
    place.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(place))
    github.write_summary(refused())
    text = place.read_text()
    assert text.startswith("before\n## RED: ")
    assert "- **next**: Mend &lt;it>." in text
    assert "\n::" not in text
    assert text.index("**next**: Mend") < text.index("<details>")


def test_elsewhere_there_is_no_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    assert not settings.is_github_job()
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert settings.is_github_job()
