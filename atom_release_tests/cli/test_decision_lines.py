"""A decision on a screen of 80 columns: why it refuses, where, and the one next command."""

from __future__ import annotations

from collections.abc import Iterable

from atom_release.cli.decision_lines import lines, verdict
from atom_release.cli.explanation_lines import contradictions, explanation
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
    leg = _leg("suite", name, Outcome.FAIL, f"{LONG} of {name}", remedy)
    return _result(name, leg, outcome=Outcome.FAIL)


def _passing(name: str) -> CriterionResult:
    leg = _leg("suite", name, Outcome.PASS, "all pass")
    return _result(name, leg, outcome=Outcome.PASS, reason="1 of 1 legs pass")


def test_twelve_failures_fit_80_lines_of_80_columns() -> None:
    failing = [_failing(f"C.{number}") for number in range(1, 13)]
    passing = map(_passing, ("P-1", "P-2", "P-3", "AC1"))
    shown = texts(lines(_decision(*failing, *passing), WIDTH))
    assert max(map(len, shown)) <= WIDTH
    assert len(shown) <= 75  # a run prints up to five lines below
    for number in range(1, 13):
        start = shown.index(f"{number}  FAIL  C.{number} Title of C.{number}")
        block = shown[start + 1 : start + 6]
        assert block[0].startswith("  wrong    tests/test_orders.py")
        assert f"  where    suite of C.{number}" in block
        assert "  next     Mend it, and commit." in block
    assert "PASS  4 of 16 criteria: P-1, P-2, P-3, AC1" in shown


def test_the_verdict_comes_first_with_how_many_things_stop_it_and_what_passed_last() -> None:
    shown = texts(lines(_decision(_passing("AC1"), _failing("P-2"), _passing("P-1")), WIDTH))
    assert shown[:2] == [
        "RED  A Orders v1.2.0, commit cccccccccccc",
        "  1 thing stops this release (1 of its 3 criteria fails)",
    ]
    assert shown[3] == "1  FAIL  P-2 Title of P-2"
    assert shown[-1] == "PASS  2 of 3 criteria: AC1, P-1"


def test_nothing_of_a_green_is_said_of_a_refusal() -> None:
    decision = _decision(_failing("P-2")).model_copy(
        update={"reason": "1 of 1 do not hold; no baseline: no tag; the gate's own key alone"}
    )
    text = " ".join(texts(lines(decision, WIDTH)))
    assert "baseline" not in text
    assert "key alone" not in text
    assert "roll-ups" not in text
    green = decision.model_copy(
        update={
            "criteria": (_passing("P-2"),),
            "verdict": Verdict.GREEN,
            "reason": "all hold; no baseline: no tag",
        }
    )
    assert texts(lines(green, WIDTH))[:3] == [
        "GREEN  A Orders v1.2.0, commit cccccccccccc",
        "  all hold",
        "  no baseline: no tag",
    ]


def test_criteria_that_fall_for_one_finding_share_its_block() -> None:
    slow = _leg("latency", "C.2", Outcome.FAIL, "p95 is 900 ms", "Make it faster.")
    wrong = _leg("accuracy", "C.1", Outcome.FAIL, "accuracy is 40 %", "Learn more.")
    budget = _result("P-6", slow, outcome=Outcome.FAIL)
    same = texts(lines(_decision(budget, _result("T5", slow, outcome=Outcome.FAIL)), WIDTH))
    assert sum("900 ms" in line for line in same) == 1
    assert "1  FAIL  P-6 Title of P-6, T5 Title of T5" in same
    more = texts(lines(_decision(budget, _result("T5", slow, wrong, outcome=Outcome.FAIL)), WIDTH))
    assert more[1].startswith("  2 things stop this release (2 of its 2 criteria fail)")
    assert more[(start := more.index("2  FAIL  T5 Title of T5")) : start + 4] == [
        "2  FAIL  T5 Title of T5",
        "  wrong    accuracy is 40 %",
        "  where    accuracy of C.1",
        "  next     Learn more.",
    ]


def test_one_cause_at_several_places_is_told_once_with_all_of_them() -> None:
    legs = [
        _leg(question, "C.2", Outcome.FAIL, "C.2 did not start", "Let it start.")
        for question in ("health", "metrics")
    ]
    shown = texts(lines(_decision(_result("P-4", *legs, outcome=Outcome.FAIL)), WIDTH))
    assert "  where    health of C.2; metrics of C.2" in shown
    assert sum("did not start" in line for line in shown) == 1


def test_a_test_that_may_see_a_fault_of_the_service_stands_beneath_it() -> None:
    """Only where the gate found one fault; of two, nobody could say which it sees."""
    taken = _leg("tokens", "C.4", Outcome.FAIL, "it takes any token", "Refuse it.")
    crossing = _leg("integration", "all", Outcome.FAIL, "assert 200 == 401", "Mend a service.")
    policy = _result("P-5", taken, outcome=Outcome.FAIL)
    tests = _result("AC2", crossing, outcome=Outcome.FAIL)
    shown = texts(lines(_decision(tests, policy), WIDTH))
    assert "1 thing stops" in shown[1]
    assert "  likely   the same cause: AC2 Title of AC2 (integration of all)" in shown
    ill = _leg("health", "C.1", Outcome.FAIL, "answers 500", "Answer 200.")
    other = _result("P-4", ill, outcome=Outcome.FAIL)
    apart = texts(lines(_decision(tests, policy, other), WIDTH))
    assert "3 things stop" in apart[1]
    assert "3  FAIL  AC2 Title of AC2" in apart
    assert not any("likely" in line for line in apart)


def test_a_report_that_counts_failing_tests_as_passed_is_no_problem_of_its_own() -> None:
    failed = _leg("suite", "C.1", Outcome.FAIL, "test_x failed", "Correct it.")
    counted = _leg("claims", "C.1", Outcome.FAIL, "r.md:3 says 5 passed: it has 4", "Correct it.")
    shown = texts(lines(_decision(_result("C.1", failed, counted, outcome=Outcome.FAIL)), WIDTH))
    assert "1 thing stops" in shown[1]
    assert not any("says 5 passed" in line for line in shown)
    alone = texts(lines(_decision(_result("C.1", counted, outcome=Outcome.FAIL)), WIDTH))
    assert any("says 5 passed" in line for line in alone)


def test_tables_that_no_migration_made_are_no_problem_of_their_own() -> None:
    broken = _leg("migrations", "postgres", Outcome.FAIL, "it does not apply", "Correct it.")
    unasked = _leg("isolation", "postgres", Outcome.INCONCLUSIVE, "not asked", "Ask again.")
    shown = texts(lines(_decision(_result("P-5", broken, unasked, outcome=Outcome.FAIL)), WIDTH))
    assert "1 thing stops" in shown[1]


def test_what_passed_is_told_in_whole_words_or_not() -> None:
    leg = _leg("tag", "repository", Outcome.PASS, "free")
    reason = "v1.4.0 is free here and on the remote, " + "and much more is told of it " * 4
    long = _result("AC5", leg, outcome=Outcome.PASS, reason=reason)
    endless = _result("AC6", leg, outcome=Outcome.PASS, reason="on and on and " * 12)
    shown = texts(lines(_decision(long, endless), WIDTH))
    assert "PASS  AC5 Title of AC5  v1.4.0 is free here and on the remote" in shown
    assert "PASS  AC6 Title of AC6" in shown


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
    assert "PASS  AC1 Title of AC1  1 of 1 legs pass, rehearsed" in shown
    words = " ".join(" ".join(shown).split())
    assert long.strip() in words
    assert endless.strip() in words


def test_a_roll_up_says_for_want_of_which_members_it_is_not_asked() -> None:
    others = criteria.ROLL_UPS["AC3"][1:]
    left_out = tuple(
        LeftOut(criterion=name, title="a title", reason="no need") for name in ("P-1", "T5")
    )
    decision = _decision(*(_passing(name) for name in others), left_out=left_out).model_copy(
        update={"verdict": Verdict.GREEN}
    )
    shown = " ".join(texts(lines(decision, WIDTH)))
    assert "not asked for want of P-1" in " ".join(shown.split())
    assert "AC4" not in shown  # none of it was asked, which its member's own line says


def test_criteria_that_nothing_was_asked_of_are_not_the_same_for_that() -> None:
    def unasked(name: str, question: str) -> CriterionResult:
        leg = Leg(question=question, subject="-", outcome=None, reason="none is named")
        return _result(name, leg, outcome=Outcome.INCONCLUSIVE, reason=f"no {question} was asked")

    shown = texts(lines(_decision(unasked("P-3", "approval"), unasked("P-4", "metrics")), WIDTH))
    assert "  wrong    no approval was asked" in shown
    assert "  wrong    no metrics was asked" in shown


def test_a_command_stays_on_one_line_to_be_copied() -> None:
    command = "git filter-repo --invert-paths --path " + "services/orders/keys/" * 5
    shown = texts(lines(_decision(_failing("P-2", command)), WIDTH))
    assert f"  next     {command}" in shown


def test_sql_is_told_to_be_a_migration() -> None:
    sql = 'ALTER TABLE "public"."feedback" FORCE ROW LEVEL SECURITY;'
    shown = texts(lines(_decision(_failing("P-5", sql)), WIDTH))
    at = shown.index("  next     commit a new migration that says")
    assert shown[at + 1].strip() == sql
    assert "migration" not in "".join(texts(lines(_decision(_failing("P-5", "git log")), WIDTH)))


def test_what_was_not_asked_and_what_lets_pass_is_one_line_each() -> None:
    absent = _leg("forge", "forge", Outcome.BLOCKED, "no forge was asked")
    noted = _result("AC6", absent, outcome=Outcome.BLOCKED).model_copy(update={"noted": True})
    left = LeftOut(criterion="P-5", title="Multi-tenancy", reason="one tenant only")
    decision = _decision(_failing("P-2"), noted, left_out=(left,))
    shown = texts(lines(decision, WIDTH))
    assert "not asked  P-5: one tenant only" in shown
    assert "not checked, stops nothing  AC6 Title of AC6 (no forge was asked)" in shown
    held = _decision(_passing("P-2"), noted, left_out=(left,))
    reason = f"all hold; {told_left_out(held.left_out)}; no baseline"
    green = held.model_copy(update={"verdict": Verdict.GREEN, "reason": reason})
    assert texts(verdict(green, WIDTH))[1:] == ["  all hold", "  no baseline"]


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
