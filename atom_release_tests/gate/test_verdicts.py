"""Scores, policies, latency, dates and branches: what contradicts, and what accuses nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atom_release.gate.claims import printed_numbers
from atom_release.gate.claims.ledger import decide_claims, judge_claims
from atom_release.gate.claims.record import ClaimKind, ClaimRecord
from atom_release.gate.claims.service_facts import (
    Known,
    ScoresKnown,
)
from atom_release.gate.vocabulary import Answer, ClaimVerdict, Outcome
from atom_release_tests.fixtures.known_service import (
    KNOWN,
    make_claim,
    verdict_of,
)

_VERIFIED, _CONTRADICTED, _UNVERIFIED = (
    ClaimVerdict.VERIFIED,
    ClaimVerdict.CONTRADICTED,
    ClaimVerdict.UNVERIFIED,
)


@pytest.mark.parametrize(
    ("score", "text", "verdict"),
    [
        (0.818, "81.8%", _VERIFIED), (0.82, "82%", _VERIFIED), (0.818, "0.818", _VERIFIED), (0.8180, "81.80 %", _VERIFIED),
        (0.8184, "81.84%", _UNVERIFIED), (0.80, "80%", _UNVERIFIED), (0.90, "90%", _CONTRADICTED), (0.7, "0.70", _CONTRADICTED),
        (0.90, "Cross-validation: 90%", _UNVERIFIED), (0.90, "training accuracy 90%", _UNVERIFIED),
    ],
)  # fmt: skip
def test_a_score_is_compared_at_its_own_precision_and_its_interval(
    score: float, text: str, verdict: ClaimVerdict
) -> None:
    assert verdict_of(make_claim(ClaimKind.ACCURACY, score, unit="fraction", text=text)) is verdict


@pytest.mark.parametrize("unchanged", [False, None])
def test_a_score_of_other_code_or_rows_accuses_nobody(
    unchanged: bool | None,  # noqa: FBT001 - a case
) -> None:
    facts = KNOWN.model_copy(
        update={"scores": ScoresKnown(n=500, accuracy=0.6, unchanged_since_report=unchanged)}
    )
    assert verdict_of(make_claim(ClaimKind.ACCURACY, 0.9, text="90%"), facts) is _UNVERIFIED
    assert verdict_of(make_claim(ClaimKind.RECALL, 0.9, text="90%"), facts) is _UNVERIFIED


@pytest.mark.parametrize(
    ("unanswered", "accuracy", "verdict"),
    [
        (0, 0.6, _CONTRADICTED),
        (500, 0.0, _UNVERIFIED),  # nothing was answered: nothing was scored
        (150, 0.6, _UNVERIFIED),  # those, right, would make 0.9
        (20, 0.6, _CONTRADICTED),  # nor would these
    ],
)
def test_rows_without_an_answer_are_held_against_no_claim(
    unanswered: int, accuracy: float, verdict: ClaimVerdict
) -> None:
    scores = ScoresKnown(
        n=500, accuracy=accuracy, recall=0.0, unanswered=unanswered, unchanged_since_report=True
    )
    facts = KNOWN.model_copy(update={"scores": scores})
    assert verdict_of(make_claim(ClaimKind.ACCURACY, 0.9, text="90%"), facts) is verdict
    recall = verdict_of(make_claim(ClaimKind.RECALL, 0.9, text="90%"), facts)
    assert recall is (_UNVERIFIED if unanswered else _CONTRADICTED)


def test_a_share_of_unknown_size_has_the_widest_interval_it_can() -> None:
    """0.25 may be one of four: too little to contradict 0.5; one of two hundred would not be."""
    facts = Known(scores=ScoresKnown(n=500, precision=0.25, unchanged_since_report=True))
    half = make_claim(ClaimKind.PRECISION, 0.5, text="0.5")
    assert verdict_of(half, facts) is _UNVERIFIED
    scores = ScoresKnown(n=500, precision=0.25, answered_positive=200, unchanged_since_report=True)
    assert verdict_of(half, Known(scores=scores)) is _CONTRADICTED


@given(value=st.integers(0, 1000), digits=st.integers(1, 4))
def test_a_printed_number_holds_what_rounds_to_it(value: int, digits: int) -> None:
    share = value / 1000
    text = f"{share * 100:.{digits}f}%"
    stated = round(float(text[:-1]) / 100, 10)
    low, high = printed_numbers.printed_range(stated, f"accuracy {text} of n")
    assert low <= share < high
    assert high - low == pytest.approx(10.0 ** -(digits + 2), rel=1e-6)


@pytest.mark.parametrize(
    ("policy", "verdict"),
    [
        ("P-1 PASS", _VERIFIED),
        ("P-1 FAIL", _CONTRADICTED),
        ("P-5 PASS", _UNVERIFIED),
        ("P-5 FAIL", _UNVERIFIED),
        ("P-6 PASS", _UNVERIFIED),
        ("P-1", _UNVERIFIED),
        ("P-1 PARTIAL", _UNVERIFIED),
    ],
)
def test_a_policy_that_fails_for_the_release_accuses_no_one_service(
    policy: str, verdict: ClaimVerdict
) -> None:
    assert verdict_of(make_claim(ClaimKind.POLICY, policy)) is verdict


def test_a_policy_that_fails_by_the_service_s_own_legs_contradicts_but_does_not_decide() -> None:
    facts = KNOWN.model_copy(update={"own_policies": {"P-5": Outcome.FAIL}})
    rows = judge_claims(
        ClaimRecord(
            path="r.md",
            claims=(
                make_claim(ClaimKind.POLICY, "P-5 PASS"),
                make_claim(ClaimKind.DELIVERABLE, "services/router/app.py"),
            ),
        ),
        facts,
    )
    assert [row.verdict for row in rows] == [_CONTRADICTED, _VERIFIED]
    assert decide_claims(rows)[0] is Answer.YES


@pytest.mark.parametrize("unchanged", [False, None], ids=["changed", "unknown"])
@pytest.mark.parametrize("own", [{"P-1": Outcome.FAIL}, {}], ids=["own legs", "release"])
def test_a_policy_of_other_code_accuses_nobody(
    unchanged: bool | None,  # noqa: FBT001 - a case
    own: dict[str, Outcome],
) -> None:
    facts = KNOWN.model_copy(update={"own_policies": own, "code_unchanged_since_report": unchanged})
    right, wrong = ("P-1 FAIL", "P-1 PASS") if own else ("P-1 PASS", "P-1 FAIL")
    assert [
        verdict_of(make_claim(ClaimKind.POLICY, status), facts) for status in (right, wrong)
    ] == [
        _VERIFIED,
        _UNVERIFIED,
    ]


@pytest.mark.parametrize(
    ("value", "unit", "comparator", "text", "verdict"),
    [
        (50, "ms", "<", "p95 <50ms", _VERIFIED),
        (20, "ms", "<", "p95 <20ms", _UNVERIFIED),
        (1, "s", "<", "p95 under 1 s", _VERIFIED),
        (50, "ms", "<", "<50ms average", _UNVERIFIED),
        (50, "ms", ">", "p95 >50ms", _UNVERIFIED),
        (50, "ticks", "<", "p95 <50 ticks", _UNVERIFIED),
        (50, None, "<", "p95 <50", _UNVERIFIED),
        (1, "us", "<", "p95 <1us", _UNVERIFIED),
        (900_000, "us", "<", "p95 <900000us", _VERIFIED),
    ],
)
def test_latency_elsewhere_is_never_contradicted(
    value: float, unit: str | None, comparator: str, text: str, verdict: ClaimVerdict
) -> None:
    assert (
        verdict_of(
            make_claim(ClaimKind.LATENCY, value, unit=unit, comparator=comparator, text=text)
        )
        is verdict
    )


@pytest.mark.parametrize(
    ("date", "verdict"),
    [("2026-03-01", _VERIFIED), ("2026-02-27", _VERIFIED), ("2026-03-04", _VERIFIED), ("2026-02-20", _CONTRADICTED), ("2026-03-08", _CONTRADICTED), ("2026-03-03T11:59:00+00:00", _VERIFIED),
     ("2026-03-03T12:01:00Z", _CONTRADICTED), ("0001-01-01", _UNVERIFIED), ("soon", _UNVERIFIED)],
)  # fmt: skip
def test_a_date_contradicts_when_two_days_off_in_a_whole_history(
    date: str, verdict: ClaimVerdict
) -> None:
    assert verdict_of(make_claim(ClaimKind.DATE, date)) is verdict
    cut = KNOWN.model_copy(update={"history_complete": False})
    assert verdict_of(make_claim(ClaimKind.DATE, date), cut) is (
        _UNVERIFIED if verdict is _CONTRADICTED else verdict
    )
    assert (
        verdict_of(make_claim(ClaimKind.DATE, date), KNOWN.model_copy(update={"added": None}))
        is _UNVERIFIED
    )


def test_the_zone_of_a_bare_date_is_nobody_s_fault() -> None:
    for hours in range(-73, 72):
        facts = KNOWN.model_copy(
            update={"added": datetime(2026, 3, 1, 12, tzinfo=UTC) + timedelta(hours=hours)}
        )
        assert verdict_of(make_claim(ClaimKind.DATE, "2026-03-01"), facts) is _VERIFIED


@pytest.mark.parametrize("there", [True, False, None])
def test_an_absent_branch_is_unverified(there: bool | None) -> None:  # noqa: FBT001 - a case
    verdict = verdict_of(
        make_claim(ClaimKind.BRANCH, "feat/router"),
        KNOWN.model_copy(update={"branch_exists": there}),
    )
    assert verdict is (_VERIFIED if there else _UNVERIFIED)
