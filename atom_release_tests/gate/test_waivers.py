"""Waivers: one failure, one commit, one criterion, until a moment, signed.

Everything else is refused, each with its own reason.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from atom_release.gate.consents.signed import Signature
from atom_release.gate.consents.waivers import Presented, Waiver
from atom_release.gate.decision.decide import decide
from atom_release.gate.facts.evidence import Evidence, NegativeControl
from atom_release.gate.rules.case import Case
from atom_release.gate.vocabulary import Answer, ControlState, Outcome, Verdict
from atom_release_tests.fixtures.arbitrary import BADNESS, bodies
from atom_release_tests.fixtures.asking import left_out
from atom_release_tests.fixtures.cases import (
    COMMIT,
    LEGS,
    MANIFEST,
    NOW,
    all_good,
    case_of,
    evidence_for,
)

HEALTH = ("health", "X.1")


def failing(leg: tuple[str, str] = HEALTH, **rest: Any) -> list[Evidence]:  # noqa: ANN401 - fields of a model
    return [evidence for evidence in all_good() if evidence.leg != leg] + [
        evidence_for(leg, Answer.NO, **rest)
    ]


def waiver(
    case: Case,
    criterion: str = "P-4",
    signature: Signature = Signature.TRUSTED,
    **rest: Any,  # noqa: ANN401 - fields of a model
) -> Presented:
    """Return a waiver that covers what fails in this case, but for what is changed."""
    fields = {
        "criterion": criterion,
        "commit": COMMIT,
        "magnitudes": next(
            (result.magnitudes for result in decide(case).criteria if result.id == criterion), {}
        ),
        "fingerprint": (
            next((result.failure for result in decide(case).criteria if result.id == criterion), "")
            or "0" * 64
        ),
        "reason": "known, mended next week",
        "approver": "Ada",
        "ticket": "REL-1",
        "not_before": NOW - timedelta(hours=1),
        "expires": NOW + timedelta(hours=1),
    }
    return Presented(
        digest="d" * 64,
        waiver=Waiver.model_validate({**fields, **rest}),
        signature=signature,
        signer="ada@example.org",
    )


def test_a_waived_failure_is_green_and_always_visible() -> None:
    """The outcome before stays beside the one after, in the criterion.

    In the reason and in the verdict's own sentence.
    """
    case = case_of(failing())
    assert decide(case).verdict is Verdict.RED
    decision = decide(replace(case, waivers=(waiver(case),)))
    result = decision.criterion("P-4")
    assert (decision.verdict, result.outcome, result.before) == (
        Verdict.GREEN,
        Outcome.WAIVED,
        Outcome.FAIL,
    )
    assert "WAIVED: P-4 (was FAIL)" in decision.reason
    assert all(
        word in result.reason
        for word in ("was FAIL", "Ada", "REL-1", "known, mended next week", "ada@example.org")
    )
    assert [use.counts for use in decision.waivers] == [True]


def test_the_producers_own_waiver_is_recorded_as_solo() -> None:
    """Nobody else looked: that is said wherever the waiver is."""
    case = case_of(failing())
    decision = decide(replace(case, waivers=(waiver(case, signature=Signature.SOLO),)))
    assert (decision.verdict, "solo" in decision.criterion("P-4").reason) == (Verdict.GREEN, True)


REFUSED: dict[str, tuple[dict[str, Any], Signature, str]] = {
    "expired by a second": ({"expires": NOW - timedelta(seconds=1)}, Signature.TRUSTED, "expired"),
    "expires now": ({"expires": NOW}, Signature.TRUSTED, "expired"),
    "not yet": (
        {"not_before": NOW + timedelta(seconds=1)},
        Signature.TRUSTED,
        "does not count before",
    ),
    "another commit": ({"commit": "c" * 40}, Signature.TRUSTED, "another commit"),
    "another failure": ({"fingerprint": "0" * 64}, Signature.TRUSTED, "the failure is another now"),
    "another criterion": ({"criterion": "P-2"}, Signature.TRUSTED, "nothing to waive: P-2 is PASS"),
    "a criterion that is not expected": (
        {"criterion": "P-6"},
        Signature.TRUSTED,
        "does not expect P-6",
    ),
    "an unknown key": ({}, Signature.UNKNOWN_KEY, "not one that is trusted"),
    "a bad signature": ({}, Signature.BAD, "signature does not fit"),
}


@pytest.mark.parametrize("how", REFUSED)
def test_each_refusal_has_its_own_reason(how: str) -> None:
    """What does not cover the failure changes nothing, and says why."""
    change, signature, why = REFUSED[how]
    case = case_of(failing())
    decision = decide(replace(case, waivers=(waiver(case, signature=signature, **change),)))
    assert decision.verdict is Verdict.RED
    (use,) = decision.waivers
    assert (use.counts, why in use.why) == (False, True)


def test_refusals_differ() -> None:
    """The table above would be no use if one sentence served for all."""
    assert (
        len({why for _, _, why in REFUSED.values()}) == len(REFUSED) - 1
    )  # the two expiries share theirs


def test_it_begins_at_its_first_moment() -> None:
    """Half open: the first moment counts, the last does not (above)."""
    case = case_of(failing())
    assert decide(replace(case, waivers=(waiver(case, not_before=NOW),))).verdict is Verdict.GREEN
    assert (
        decide(replace(case, waivers=(waiver(case, expires=NOW + timedelta(seconds=1)),))).verdict
        is Verdict.GREEN
    )


def test_an_unreadable_waiver_is_told() -> None:
    """What cannot be read does not vanish."""
    broken = Presented(digest="e" * 64, waiver=None, signature=Signature.UNREADABLE)
    decision = decide(replace(case_of(all_good()), waivers=(broken,)))
    assert [(use.counts, use.why) for use in decision.waivers] == [
        (False, "it cannot be read as a signed waiver")
    ]


VACUOUS = NegativeControl(state=ControlState.VACUOUS, changed="x", found="nothing needed the code")
UNWAIVABLE = {
    "a bad signature": (failing(("signing", "key")), "P-2"),
    "a vacuous suite": (
        [evidence for evidence in all_good() if evidence.leg != HEALTH]
        + [evidence_for(HEALTH, control=VACUOUS)],
        "P-4",
    ),
    "a tag in the way": (failing(("tag", "repository")), "AC5"),
}


@pytest.mark.parametrize("case_name", UNWAIVABLE)
def test_what_nobody_can_waive(case_name: str) -> None:
    """Even a trusted waiver of exactly this failure is refused."""
    evidence, criterion = UNWAIVABLE[case_name]
    case = case_of(evidence)
    decision = decide(replace(case, waivers=(waiver(case, criterion),)))
    assert (decision.verdict, decision.criterion(criterion).outcome) == (Verdict.RED, Outcome.FAIL)
    assert "cannot be waived" in decision.waivers[0].why


def test_a_contradicted_claim_cannot_be_waived() -> None:
    """A report that says what is not so stays refused.

    The same criterion's failing suite can be waived.
    """
    manifest = MANIFEST.model_copy(update={"left_out": left_out("X.1")})
    report = evidence_for(("report", "X.1"), facts={"state": "one"})
    contradicted = case_of([report, evidence_for(("claims", "X.1"), Answer.NO)], manifest)
    decision = decide(replace(contradicted, waivers=(waiver(contradicted, "X.1"),)))
    assert (decision.verdict, "contradicted claim" in decision.waivers[0].why) == (
        Verdict.RED,
        True,
    )
    other = case_of(
        [
            evidence_for(("report", "X.1"), Answer.UNKNOWN),
            evidence_for(("claims", "X.1"), Answer.UNKNOWN),
        ],
        manifest,
    )
    assert decide(replace(other, waivers=(waiver(other, "X.1"),))).verdict is Verdict.GREEN


def test_the_fingerprint_is_that_of_the_failure_and_not_of_the_run() -> None:
    """Another time, another figure and other measurements: the same failure.

    Another finding, subject or answer: another.
    """

    def of(**rest: Any) -> str:  # noqa: ANN401 - fields of a model
        return decide(case_of(failing(**rest))).criterion("P-4").failure

    first = of(
        reason="503 after 12.5 ms",
        facts={"findings": [{"path": "a", "line": 3, "fingerprint": "abc1234"}]},
    )
    assert first == of(
        reason="503 after 900 ms",
        observed_at=NOW,
        facts={"findings": [{"path": "a", "line": 9, "fingerprint": "abc1234"}], "p95": 3},
        tools={"x": "2"},
    )
    assert first != of(
        reason="503 after 12.5 ms",
        facts={"findings": [{"path": "b", "line": 3, "fingerprint": "abc1234"}]},
    )
    assert first != of(
        reason="refused", facts={"findings": [{"path": "a", "line": 3, "fingerprint": "abc1234"}]}
    )
    assert first != decide(case_of(failing(("metrics", "X.1")))).criterion("P-4").failure


@pytest.mark.parametrize(
    "moment",
    ["2026-01-31T18:00:00", "2026-01-31", "31.1.2026", 1_700_000_000, "2026-01-31T18:00:00+0100"],
)
def test_a_moment_is_rfc_3339_with_its_zone(moment: object) -> None:
    """Without a zone nobody knows when it ends."""
    case = case_of(failing())
    with pytest.raises(ValidationError, match=r"RFC 3339|not a number"):
        waiver(case, expires=moment)


@pytest.mark.parametrize("field", ["reason", "approver", "ticket"])
def test_who_and_why_have_to_be_said(field: str) -> None:
    """An empty reason is none."""
    fields: dict[str, Any] = {field: "  "}
    with pytest.raises(ValidationError, match="must say something"):
        waiver(case_of(failing()), **fields)


def test_a_zone_is_taken_into_account() -> None:
    """The same moment in two zones is the same."""
    case = case_of(failing())
    assert datetime(2026, 11, 20, 12, tzinfo=UTC) == NOW
    assert (
        decide(replace(case, waivers=(waiver(case, expires="2026-11-20T13:00:00+01:00"),))).verdict
        is Verdict.RED
    )
    assert (
        decide(replace(case, waivers=(waiver(case, expires="2026-11-20T13:00:01+01:00"),))).verdict
        is Verdict.GREEN
    )


CRITERIA = ("AC5", "AC6", "P-2", "P-4")
some_waivers = st.lists(
    st.tuples(
        st.sampled_from(CRITERIA),
        st.sampled_from(Signature),
        st.sampled_from(["right", "wrong", "late", "early", "other"]),
    ),
    max_size=6,
)


def drawn(case: Case, chosen: list[tuple[str, Signature, str]]) -> tuple[Presented, ...]:
    changes: dict[str, dict[str, Any]] = {
        "right": {},
        "wrong": {"fingerprint": "1" * 64},
        "late": {"expires": NOW},
        "early": {"not_before": NOW + timedelta(seconds=1)},
        "other": {"commit": "c" * 40},
    }
    return tuple(
        waiver(case, criterion, signature, **changes[how]).model_copy(
            update={"digest": f"{index:064x}"}
        )
        for index, (criterion, signature, how) in enumerate(chosen)
    )


@given(bodies, some_waivers, st.randoms())
def test_waivers_only_turn_what_they_name(
    evidence: list[Evidence], chosen: list[tuple[str, Signature, str]], random: object
) -> None:
    """Waivers never make worse, touch only refusing criteria that a valid one names.

    Never what nobody can waive; and they are a set.
    """
    case = case_of(all_good() + evidence)
    presented = drawn(case, chosen)
    before, after = decide(case), decide(replace(case, waivers=presented))
    assert BADNESS[after.verdict] <= BADNESS[before.verdict]
    assert len(after.waivers) == len(presented)
    for old, new in zip(before.criteria, after.criteria, strict=True):
        valid = [
            waiver_item
            for waiver_item, how in zip(presented, chosen, strict=True)
            if how[0] == old.id and how[2] == "right" and how[1] in {"trusted", "solo"}
        ]
        waived = bool(valid) and not old.accepted and not old.unwaivable
        assert (new.outcome is Outcome.WAIVED) == waived
        assert (new.before or new.outcome) == old.outcome
    shuffled = list(presented)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert decide(replace(case, waivers=tuple(shuffled))) == after


@given(bodies, some_waivers, bodies)
def test_before_waivers_evidence_stays_monotone(
    evidence: list[Evidence], chosen: list[tuple[str, Signature, str]], more: list[Evidence]
) -> None:
    """Whatever was waived, more evidence never betters an outcome as it stood before."""
    case = case_of(all_good() + evidence)
    presented = drawn(case, chosen)
    fewer, all_of_it = (
        decide(replace(case, waivers=presented)),
        decide(replace(case_of(all_good() + evidence + more), waivers=presented)),
    )
    for old, new in zip(fewer.criteria, all_of_it.criteria, strict=True):
        assert (new.before or new.outcome).badness >= (old.before or old.outcome).badness


def test_what_failed_otherwise_is_not_covered() -> None:
    """A second failing leg is another failure: the waiver was for one."""
    case = case_of(failing())
    given_before = waiver(case)
    worse = case_of(
        [evidence for evidence in failing() if evidence.leg != ("metrics", "X.1")]
        + [evidence_for(("metrics", "X.1"), Answer.NO)]
    )
    assert decide(replace(worse, waivers=(given_before,))).verdict is Verdict.RED
    assert len(LEGS) > 1


@pytest.mark.parametrize(("now", "why"), [(200, ""), (201, "findings, count is 201, and 200")])
def test_a_failure_that_grew_is_another_failure(now: int, why: str) -> None:
    """The fingerprint is the same.

    How large a failure was accepted stands beside it, with its own reason for a refusal.
    """
    before, case = case_of(_secrets(200)), case_of(_secrets(now))
    accepted = waiver(before, "P-2")
    assert decide(case).criterion("P-2").failure == decide(before).criterion("P-2").failure
    decision = decide(replace(case, waivers=(accepted,)))
    assert decision.verdict is (Verdict.RED if why else Verdict.GREEN)
    assert why in decision.waivers[0].why


def _secrets(count: int) -> list[Evidence]:
    return failing(("secrets", "tree"), facts={"counts": {"findings": count}})


@pytest.mark.parametrize("size", [float("nan"), float("inf")])
def test_a_waiver_of_any_size_cannot_be_written(size: float) -> None:
    """Whatever is measured compares with NaN as not larger."""
    with pytest.raises(ValidationError, match="finite"):
        waiver(case_of(failing()), magnitudes={"health/X.1 p95": size})
