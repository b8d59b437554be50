"""No retry until green.

What failed on a commit stays failed for that commit, manifest and environment, and nobody can
rewrite that.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from atom_release.errors import StoreError
from atom_release.gate.decision.decision import decide
from atom_release.gate.vocabulary import Answer, Outcome, Verdict
from atom_release.records.history import History, Occasion
from atom_release.records.history_lines import FileLines
from atom_release.records.signing_keys import ensure_key
from atom_release_tests.fixtures.cases import COMMIT, LEGS, NOW, all_good, case_of, evidence_for

OCCASION = Occasion.here(COMMIT, b"manifest")


def history(folder: Path) -> History:
    lines = FileLines(folder / "history" / f"{OCCASION.name}.jsonl")
    return History(lines, ensure_key(folder / "keys" / "gate.pem"))


def path_of(kept: History) -> Path:
    return Path(kept.kept.place)


def failed(question: str) -> list[object]:
    return [evidence_for(leg, Answer.NO if leg[0] == question else Answer.YES) for leg in LEGS]


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
        replace(OCCASION, commit="c" * 40),
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
