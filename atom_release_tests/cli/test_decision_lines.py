"""A decision on a screen of 80 columns: why it refuses, where, and the one next command."""

from __future__ import annotations

from collections.abc import Iterable

from atom_release.cli.decision_lines import contradictions, explanation, lines, verdict
from atom_release.cli.line_layout import Line, prefix
from atom_release.gate.catalogue import criteria
from atom_release.gate.decision.decide import told_left_out
from atom_release.gate.decision.decision import CriterionResult, Decision, LeftOut
from atom_release.gate.documents.rows import rows_of
from atom_release.gate.facts.contradiction import Contradiction, Place
from atom_release.gate.rules.legs import Leg
from atom_release.gate.vocabulary import Assurance, Outcome, Verdict

WIDTH = 80
LONG = "tests/test_orders.py::test_an_order_is_refused failed: " + "a word and another, " * 30


def texts(shown: Iterable[Line]) -> list[str]:
    """Return lines as they stand on a screen, without colour."""
    return [f"{prefix(line)}{line.text}".rstrip() for line in shown]


def _leg(question: str, subject: str, outcome: Outcome, reason: str, remedy: str = "") -> Leg:
    return Leg(question=question, subject=subject, outcome=outcome, reason=reason, remedy=remedy)


def _result(name: str, *legs: Leg, outcome: Outcome, reason: str = "") -> CriterionResult:
    return CriterionResult(
        id=name,
        title=f"Title of {name}",
        asset="policy_check",
        outcome=outcome,
        assurance=Assurance.REHEARSED,
        reason=reason or "; ".join(f"{leg.question}/{leg.subject}: {leg.reason}" for leg in legs),
        legs=legs,
    )


def _decision(*results: CriterionResult, left_out: tuple[LeftOut, ...] = ()) -> Decision:
    return Decision(
        verdict=Verdict.RED,
        release="A Orders",
        version="v1.2.0",
        commit="c" * 40,
        tree="d" * 40,
        as_of="2026-01-02T03:04:05Z",
        reason="what does not hold: P-2 FAIL; 3 of 4 claims verified",
        criteria=results,
        left_out=left_out,
    )


def _failing(name: str, remedy: str = "Mend it, and commit.") -> CriterionResult:
    return _result(name, _leg("suite", name, Outcome.FAIL, LONG, remedy), outcome=Outcome.FAIL)


def _passing(name: str) -> CriterionResult:
    leg = _leg("suite", name, Outcome.PASS, "all pass")
    return _result(name, leg, outcome=Outcome.PASS, reason="1 of 1 legs pass")


def test_twelve_failures_fit_80_lines_of_80_columns() -> None:
    failing = [_failing(f"C.{number}") for number in range(1, 13)]
    shown = texts(lines(_decision(*failing, *map(_passing, ("P-1", "P-2", "AC1"))), WIDTH))
    assert max(map(len, shown)) <= WIDTH
    assert len(shown) <= 80
    for number in range(1, 13):
        start = shown.index(f"FAIL  C.{number} Title of C.{number}")
        assert shown[start + 1].startswith(f"  found    suite/C.{number}: tests/test_orders.py")
        assert "  next     Mend it, and commit." in shown[start + 2 : start + 6]


def test_what_passed_takes_one_line_and_stands_before_what_did_not() -> None:
    shown = texts(lines(_decision(_failing("P-2"), _passing("AC1"), _passing("P-1")), WIDTH))
    assert shown[:2] == [
        "PASS  AC1 Title of AC1  1 of 1 legs pass, rehearsed",
        "PASS  P-1 Title of P-1  1 of 1 legs pass, rehearsed",
    ]
    verdict = shown.index("RED  A Orders v1.2.0 at cccccccccccc")
    assert shown.index("FAIL  P-2 Title of P-2") < verdict
    assert shown[verdict + 1 :] == ["  what does not hold: P-2 FAIL", "  3 of 4 claims verified"]


def test_nothing_is_told_twice() -> None:
    slow = _leg("latency", "C.2", Outcome.FAIL, "p95 is 900 ms", "Make it faster.")
    wrong = _leg("accuracy", "C.1", Outcome.FAIL, "accuracy is 40 %", "Learn more.")
    budget = _result("P-6", slow, outcome=Outcome.FAIL)
    same = texts(lines(_decision(budget, _result("T5", slow, outcome=Outcome.FAIL)), WIDTH))
    assert sum("900 ms" in line for line in same) == 1
    assert "FAIL  T5 Title of T5: the same as P-6" in same
    more = texts(lines(_decision(budget, _result("T5", slow, wrong, outcome=Outcome.FAIL)), WIDTH))
    assert "  found    accuracy/C.1: accuracy is 40 %" in more
    assert more[(start := more.index("FAIL  T5 Title of T5")) : start + 4] == [
        "FAIL  T5 Title of T5",
        "  found    accuracy/C.1: accuracy is 40 %",
        "  also     the same as P-6",
        "  next     Learn more.",
    ]


def test_a_second_cause_is_told_and_of_many_how_many() -> None:
    legs = [
        _leg("health", f"C.{number}", Outcome.FAIL, f"answers {500 + number}", "Mend it.")
        for number in range(1, 7)
    ]
    few = texts(lines(_decision(_result("P-4", *legs[:2], outcome=Outcome.FAIL)), WIDTH))
    assert "FAIL  P-4 Title of P-4" in few
    assert "  also     health/C.2: answers 502" in few
    many = texts(lines(_decision(_result("P-4", *legs, outcome=Outcome.FAIL)), WIDTH))
    assert "FAIL  P-4 Title of P-4  (4 of 6 causes, all in explain)" in many
    assert "  also     health/C.4: answers 504" in many


def test_one_cause_at_several_places_is_told_once() -> None:
    legs = [
        _leg(question, "C.2", Outcome.FAIL, "C.2 did not start", "Let it start.")
        for question in ("health", "metrics")
    ]
    shown = texts(lines(_decision(_result("P-4", *legs, outcome=Outcome.FAIL)), WIDTH))
    assert "  found    health/C.2, metrics/C.2: C.2 did not start" in shown
    assert not any(line.startswith("  also") for line in shown)


def test_what_passed_is_told_in_whole_words_or_not() -> None:
    leg = _leg("tag", "repository", Outcome.PASS, "free")
    reason = "v1.4.0 is free here and on the remote, " + "and much more is told of it " * 4
    long = _result("AC5", leg, outcome=Outcome.PASS, reason=reason)
    endless = _result("AC6", leg, outcome=Outcome.PASS, reason="on and on and " * 12)
    shown = texts(lines(_decision(long, endless), WIDTH))
    assert shown[0] == "PASS  AC5 Title of AC5  v1.4.0 is free here and on the remote"
    assert shown[1] == "PASS  AC6 Title of AC6"


def test_the_name_of_what_passed_is_whole_however_long() -> None:
    long = "C.3 " + "Customer onboarding and identity checks " * 2
    endless = "C.4 " + "Ledgers and their reconciliation across regions " * 3
    results = [
        _passing("AC1"),
        *(_passing(name.split()[0]).model_copy(update={"title": name[4:]}) for name in (long,)),
        _passing("C.4").model_copy(update={"title": endless[4:]}),
    ]
    shown = texts(lines(_decision(*results), WIDTH))
    assert max(map(len, shown)) <= WIDTH
    assert shown[0] == "PASS  AC1 Title of AC1  1 of 1 legs pass, rehearsed"
    words = " ".join(" ".join(shown).split())
    assert long.strip() in words
    assert endless.strip() in words


def test_a_roll_up_says_for_want_of_which_members_it_is_not_asked() -> None:
    others = criteria.ROLL_UPS["AC3"][1:]
    left_out = tuple(
        LeftOut(criterion=name, title="a title", reason="no need") for name in ("P-1", "T5")
    )
    decision = _decision(*(_passing(name) for name in others), left_out=left_out)
    shown = " ".join(texts(lines(decision, WIDTH)))
    assert "not asked for want of P-1" in " ".join(shown.split())
    assert "AC4" not in shown  # none of it was asked, which its member's own line says


def test_criteria_that_nothing_was_asked_of_are_not_the_same_for_that() -> None:
    def unasked(name: str, question: str) -> CriterionResult:
        leg = Leg(question=question, subject="-", outcome=None, reason="none is named")
        return _result(name, leg, outcome=Outcome.INCONCLUSIVE, reason=f"no {question} was asked")

    shown = texts(lines(_decision(unasked("P-3", "approval"), unasked("P-4", "metrics")), WIDTH))
    assert "  found    approval/-: no approval was asked" in shown
    assert "  found    metrics/-: no metrics was asked" in shown


def test_a_command_stays_on_one_line_to_be_copied() -> None:
    command = "git filter-repo --invert-paths --path " + "services/orders/keys/" * 5
    shown = texts(lines(_decision(_failing("P-2", command)), WIDTH))
    assert f"  next     {command}" in shown


def test_sql_is_told_to_be_a_migration() -> None:
    sql = 'ALTER TABLE "public"."feedback" FORCE ROW LEVEL SECURITY;'
    shown = texts(lines(_decision(_failing("P-5", sql)), WIDTH))
    at = shown.index("  next     commit a migration that says")
    assert shown[at + 1].strip() == sql
    assert "migration" not in "".join(texts(lines(_decision(_failing("P-5", "git log")), WIDTH)))


def test_what_was_not_asked_and_what_lets_pass_is_one_line_each() -> None:
    absent = _leg("forge", "forge", Outcome.BLOCKED, "no forge was asked")
    noted = _result("AC6", absent, outcome=Outcome.BLOCKED).model_copy(update={"noted": True})
    left = LeftOut(criterion="P-5", title="Multi-tenancy", reason="one tenant only")
    decision = _decision(_failing("P-2"), noted, left_out=(left,))
    reason = f"{decision.reason}; {told_left_out(decision.left_out)}; no baseline"
    shown = texts(lines(decision.model_copy(update={"reason": reason}), WIDTH))
    assert shown[-1] == "  no baseline"
    assert "not asked  P-5: one tenant only" in shown
    assert not any("left out" in line for line in shown)
    alone = texts(verdict(decision.model_copy(update={"reason": reason}), WIDTH))
    assert alone[-2:] == ["  left out: P-5", "  no baseline"]
    assert "BLOCKED, noted  AC6 Title of AC6: forge/forge: no forge was asked" in shown


def test_one_reason_for_several_criteria_is_told_once() -> None:
    reasons = {"P-4": "no service runs", "P-5": "one tenant only", "T5": "no service runs"}
    left = tuple(
        LeftOut(criterion=name, title=f"Title of {name}", reason=reason)
        for name, reason in reasons.items()
    )
    shown = texts(lines(_decision(_failing("P-2"), left_out=left), WIDTH))
    assert [line for line in shown if line.startswith("not asked")] == [
        "not asked  P-4, T5: no service runs",
        "not asked  P-5: one tenant only",
    ]


def test_a_text_of_others_cannot_act_on_the_terminal() -> None:
    leg = _leg("suite", "C.1", Outcome.FAIL, "\x1b[2J\x1b]0;owned\x07 failed", "\x1b[31mRun it.")
    result = _result("C.1", leg, outcome=Outcome.FAIL)
    shown = "\n".join(
        [*texts(lines(_decision(result), WIDTH)), *texts(explanation(rows_of([result]), WIDTH))]
    )
    assert "failed" in shown
    assert not {"\x1b", "\x07"} & set(shown)


def test_an_explanation_cuts_nothing_and_says_what_was_expected() -> None:
    shown = texts(explanation(rows_of([_failing("P-2")]), WIDTH))
    text = " ".join(" ".join(line.split()) for line in shown)
    assert " ".join(LONG.split()) in text
    assert criteria.asks_of("P-2") in text
    assert max(map(len, shown)) <= WIDTH


def test_a_criterion_without_legs_names_what_would_ask_it() -> None:
    empty = Leg(question="approval", subject="-", outcome=None, reason="no approval is named")
    result = _result("P-3", empty, outcome=Outcome.INCONCLUSIVE, reason="nothing was asked")
    shown = texts(lines(_decision(result), WIDTH))
    assert any("approval" in line for line in shown if line.startswith("  next"))


def _place(path: str, line: int, text: str) -> Place:
    return Place(path=path, line=line, text=text)


_ROW = _place("docs/final_report.md", 9, "| M.1 | Fees | PASS | 6/6 | `evidence/fees.json` |")
_REPORT = _place("docs/M.1_fees.md", 8, "**Tests:** 4 passed, 0 failed")
_CONTRADICTION = Contradiction(
    id="document-against-report",
    subject="M.1",
    sentence=(
        f"{_ROW.path}:{_ROW.line} gives 6/6 as the tests of M.1 ({_ROW.text!r}), the report of M.1"
        f" gives 4/4 ({_REPORT.path}:{_REPORT.line}, {_REPORT.text!r})"
    ),
    first=_ROW,
    second=_REPORT,
    show="sed -n 9p docs/final_report.md; sed -n 8p docs/M.1_fees.md",
)
_FINDING = Contradiction(
    id="focus-not-shown",
    subject="M.2",
    sentence="M.2 is said to be about 'settlement', and nothing of it shows that",
    first=_place("release.yaml", 0, "settlement"),
    show="git grep -in settlement",
)


def test_what_speaks_against_a_word_is_a_contradiction_with_one_place_too() -> None:
    against_gate = _FINDING.model_copy(update={"id": "document-against-gate"})
    decision = _decision().model_copy(update={"contradictions": (_FINDING, against_gate)})
    notes = [line.note for line in contradictions(decision, WIDTH, most=8) if line.note]
    assert notes == ["contradiction", "finding"]


def test_a_contradiction_names_both_places_on_two_lines() -> None:
    """Their words are `explain`'s, beside how to see them; what has one place comes after it."""
    decision = _decision().model_copy(update={"contradictions": (_FINDING, _CONTRADICTION)})
    short = texts(contradictions(decision, WIDTH, most=8))
    assert all(len(line) <= WIDTH for line in short)
    assert len(short) == 3
    both = " ".join(map(str.strip, short[:2]))
    assert "contradiction" in both
    assert "docs/final_report.md:9" in both
    assert "docs/M.1_fees.md:8" in both
    assert "| M.1 |" not in both
    assert "finding" in short[2]
    whole = " ".join(map(str.strip, texts(contradictions(decision, WIDTH))))
    assert "| M.1 | Fees | PASS | 6/6 |" in whole
    assert _CONTRADICTION.show in whole
    (last,) = texts(contradictions(decision, WIDTH, most=1))[-1:]
    assert last == "1 more, each with how to see it: atom-release explain"
