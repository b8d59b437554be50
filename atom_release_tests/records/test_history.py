"""No retry until green.

What failed on a commit stays failed for that commit, manifest and environment, and nobody can
rewrite that.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from atom_release.errors import StoreError
from atom_release.gate.decision.decide import decide
from atom_release.gate.decision.decision import CriterionResult
from atom_release.gate.facts.suite import RunFacts, SuiteFacts
from atom_release.gate.manifest import Suite
from atom_release.gate.vocabulary import Answer, Outcome, Verdict
from atom_release.records.history import History
from atom_release.records.history_entries import Occasion
from atom_release.release.attempts import sticking
from atom_release_tests.fixtures.cases import (
    COMMIT,
    LEGS,
    MANIFEST,
    NOW,
    all_good,
    case_of,
    evidence_for,
)
from atom_release_tests.fixtures.failures import OCCASION, failed, history, path_of


def test_a_failure_sticks_to_its_occasion(tmp_path: Path) -> None:
    """The same evidence that would pass is a failure called flaky.

    On another commit, manifest or environment it passes.
    """
    kept = history(tmp_path)
    kept.add(decide(case_of(failed("health"))), OCCASION, "first", NOW)  # type: ignore[arg-type]
    before = kept.failures(OCCASION)
    assert set(before) == {"P-4"}
    again = decide(replace(case_of(all_good()), history=before))
    assert (again.verdict, again.criterion("P-4").outcome) == (Verdict.RED, Outcome.FAIL)
    assert again.criterion("P-4").reason.startswith("flaky: ")
    for other in (
        replace(OCCASION, commit="c" * 40, tree="d" * 40),
        replace(OCCASION, manifest="m"),
        replace(OCCASION, environment="e"),
    ):
        assert kept.failures(other) == {}


def test_what_the_commit_does_not_determine_does_not_stick(tmp_path: Path) -> None:
    """A taken tag name can be freed; absence and doubt are no failures."""
    kept = history(tmp_path)
    kept.add(decide(case_of(failed("tag"))), OCCASION, "first", NOW)  # type: ignore[arg-type]
    assert (
        decide(replace(case_of(all_good()), history=kept.failures(OCCASION))).verdict
        is Verdict.GREEN
    )
    doubt = [
        evidence_for(leg, Answer.UNKNOWN if leg[0] == "health" else Answer.YES) for leg in LEGS
    ]
    kept.add(decide(case_of(doubt)), OCCASION, "second", NOW)
    assert "P-4" not in kept.failures(OCCASION)


def test_a_flaky_failure_keeps_the_first_reason(tmp_path: Path) -> None:
    """The reason that is kept is that of the real failure, not of its echo."""
    kept = history(tmp_path)
    kept.add(decide(case_of(failed("health"))), OCCASION, "first", NOW)  # type: ignore[arg-type]
    before = kept.failures(OCCASION)
    kept.add(decide(replace(case_of(all_good()), history=before)), OCCASION, "second", NOW)
    assert kept.failures(OCCASION) == before
    assert [decision["run"] for decision in kept.decisions(COMMIT)] == ["first", "second"]


SUITE = ("suite", "X.1")
TESTED = MANIFEST.model_copy(
    update={
        "services": (
            MANIFEST.services[0].model_copy(
                update={"suite": Suite(paths=("tests",)), "report": None}
            ),
        ),
        "left_out": {name: why for name, why in MANIFEST.left_out.items() if name != "X.1"},
    }
)


def ended_itself(kept: History, run: str, occasion: Occasion = OCCASION) -> None:
    """Keep a decision on a suite that was gone before it had written its results."""
    run_facts = RunFacts(status=-9, problem="no JUnit file was written", ended=True)
    facts = SuiteFacts(runs=[run_facts], collected=1).to_json()
    suite = evidence_for(SUITE, Answer.UNKNOWN, reason="the run ended", facts=facts)
    case = case_of([*all_good(), suite], TESTED)
    decision = decide(case)
    assert decision.criterion("X.1").outcome is Outcome.INCONCLUSIVE
    kept.add(decision, occasion, run, NOW, sticking=sticking(case, decision.criteria))


def suite_passes(kept: History) -> CriterionResult:
    """Return what a suite that passes now is after what the history knows."""
    case = case_of([*all_good(), evidence_for(SUITE)], TESTED)
    return decide(replace(case, history=kept.failures(OCCASION))).criterion("X.1")


def test_a_suite_that_ends_its_own_runner_until_it_is_lucky_stays_in_doubt(tmp_path: Path) -> None:
    """It has a defect, and kills its process in place of failing; the seventh time it passed."""
    kept = history(tmp_path)
    ended_itself(kept, "first")
    ended_itself(kept, "second", replace(OCCASION, commit="c" * 40))
    service = suite_passes(kept)
    assert (service.outcome, service.flaky) == (Outcome.INCONCLUSIVE, True), service.reason
    assert "ended its own runner in 2 earlier runs on the same tree" in service.reason
    assert service.failure


def test_a_suite_whose_runner_was_ended_once_may_pass(tmp_path: Path) -> None:
    """The honest twin: the machine may have ended it; another tree owes it nothing either."""
    kept = history(tmp_path)
    ended_itself(kept, "first")
    ended_itself(kept, "second", replace(OCCASION, tree="d" * 40))
    assert not suite_passes(kept).flaky


@pytest.mark.parametrize(
    "change", [lambda line: line.replace(b"RED", b"GRE"), lambda line: line[:-9], lambda _: b"{}\n"]
)
def test_an_edited_history_is_refused(change: object, tmp_path: Path) -> None:
    """A line that the gate's key did not sign is an error with a remedy, never a clean slate."""
    kept = history(tmp_path)
    kept.add(decide(case_of(failed("health"))), OCCASION, "first", NOW)  # type: ignore[arg-type]
    path_of(kept).write_bytes(change(path_of(kept).read_bytes().replace(b"eyJ", b"eyK", 1)))  # type: ignore[operator]
    with pytest.raises(StoreError, match="not signed by the gate's key"):
        kept.failures(OCCASION)


def test_without_history_nothing_sticks(tmp_path: Path) -> None:
    """A repository that was never judged here has none."""
    assert history(tmp_path).failures(OCCASION) == {}


@pytest.mark.parametrize("line", [0, 1])
def test_a_line_that_is_changed_after_it_was_checked_is_noticed(tmp_path: Path, line: int) -> None:
    """What was checked before is trusted for its very bytes, not for its place."""
    kept = history(tmp_path)
    for run in ("first", "second", "third"):
        kept.add(decide(case_of(all_good())), OCCASION, run, NOW)
    assert len(kept.decisions(OCCASION.commit)) == 3
    path = path_of(kept)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:line] + lines[line + 1 :]))
    with pytest.raises(StoreError, match="does not follow"):
        kept.decisions(OCCASION.commit)


def test_what_an_older_gate_refused_a_newer_one_judges_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By its version, or by rules that were raised within one; the same gate has the same words."""
    here = Occasion.here(COMMIT, "tree", b"manifest")
    assert Occasion.here(COMMIT, "tree", b"manifest") == here
    for name, value in {"__version__": "99.0.0", "RULES": 99}.items():
        with monkeypatch.context() as changed:
            changed.setattr(f"atom_release.records.history_entries.{name}", value)
            assert Occasion.here(COMMIT, "tree", b"manifest") != here
