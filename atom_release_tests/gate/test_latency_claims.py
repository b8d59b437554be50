"""A sentence about latency is verified by the endpoint and the load that it names, or not at all."""

from __future__ import annotations

import pytest

from atom_release.gate.claims import verdicts
from atom_release.gate.claims.latency_claims import read_load
from atom_release.gate.claims.record import Claim, ClaimKind, ClaimRecord
from atom_release.gate.claims.service_facts import Known, MeasuredLatency
from atom_release.gate.facts.latency import Load
from atom_release.gate.vocabulary import ClaimVerdict, Outcome

SINGLE, BUSY = Load(model="single", rate=20), Load(model="open", rate=100)
RECORD = ClaimRecord(path="r.md", service="parcel-router", title="Parcel router")


def measured(load: Load = SINGLE) -> Known:
    """Return what is known of a service with a fast and a slow endpoint."""
    return Known(
        latency=(
            MeasuredLatency(endpoint="route", method="POST", path="/route", p95=20.0, load=load),
            MeasuredLatency(endpoint="export", path="/export.csv?all", p95=400.0, load=load),
        )
    )


def judged(text: str, value: float = 50, load: Load = SINGLE) -> tuple[ClaimVerdict, str]:
    claim = Claim(kind=ClaimKind.LATENCY, value=value, unit="ms", comparator="<", line=1, text=text)
    verdict = verdicts.judge(claim, RECORD, measured(load))
    return verdict.verdict, verdict.reason


@pytest.mark.parametrize(
    "text",
    [
        "p95 of route: 50 ms",
        "p95 latency of `POST /route` is below 50 ms",
        "| /route | p95 < 50ms |",
        "Routing p95: <50ms of route",
        "The 95th percentile of /route was under 50 ms with 1 user",
    ],
)
def test_the_named_endpoint_verifies_it(text: str) -> None:
    assert judged(text)[0] is ClaimVerdict.VERIFIED


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("p95 of export: 50 ms", "not contradicted"),
        ("p95 of /checkout: 50 ms", "/checkout was not measured"),
        ("GET /route: p95 < 50 ms", "/route was not measured"),
        ("Database query p95: 50 ms", "speaks of Database query"),
        ("Checkout p95 < 50 ms", "speaks of Checkout"),
        ("p95 latency < 50 ms", "not contradicted"),
        ("p99 of route: 50 ms", "no p95 was measured"),
        ("p95 of route at 500 rps: 50 ms", "speaks of 500 rps"),
        ("p95 of route with 200 concurrent users: 50 ms", "speaks of 200 concurrent users"),
        ("p95 of route under heavy load: 50 ms", "under heavy load"),
    ],
)
def test_another_endpoint_or_load_verifies_nothing(text: str, why: str) -> None:
    verdict, reason = judged(text)
    assert verdict is ClaimVerdict.UNVERIFIED
    assert why in reason


def test_of_the_whole_service_every_endpoint_must_hold() -> None:
    assert judged("Parcel router: p95 latency < 500 ms", 500)[0] is ClaimVerdict.VERIFIED
    assert judged("All endpoints respond within 50 ms (p95)")[0] is ClaimVerdict.UNVERIFIED


def test_a_heavier_load_of_arrivals_covers_a_lighter_one() -> None:
    assert judged("p95 of route at 80 req/s: 50 ms", load=BUSY)[0] is ClaimVerdict.VERIFIED
    assert judged("p95 of route at 1,000 req/s: 50 ms", load=BUSY)[0] is ClaimVerdict.UNVERIFIED
    assert judged("p95 of route with 1 user: 50 ms", load=BUSY)[0] is ClaimVerdict.UNVERIFIED


def test_a_policy_said_of_another_load_is_not_contradicted() -> None:
    facts = measured(BUSY).model_copy(
        update={"own_policies": {"P-6": Outcome.FAIL}, "code_unchanged_since_report": True}
    )

    def verdict(text: str) -> ClaimVerdict:
        claim = Claim(kind=ClaimKind.POLICY, value="P-6 PASS", line=1, text=text)
        return verdicts.judge(claim, RECORD, facts).verdict

    assert verdict("P-6 Performance: PASS") is ClaimVerdict.CONTRADICTED
    assert verdict("P-6 Performance: PASS (30 ms with 1 user)") is ClaimVerdict.UNVERIFIED


@pytest.mark.parametrize(
    ("text", "rate", "users"),
    [
        ("at 1.5k rps", 1500, None),
        ("100 requests per second", 100, None),
        ("50 vus", None, 50),
        ("concurrency: 8", None, 8),
        ("at peak", None, None),
    ],
)
def test_a_load_is_read(text: str, rate: float | None, users: float | None) -> None:
    stated = read_load(text)
    assert stated is not None
    assert (stated.rate, stated.users) == (rate, users)


def test_no_load_is_none() -> None:
    assert read_load("p95 of route: 50 ms in 3 runs") is None
