"""The ratchet.

A manifest that asks less than the one before is found out, one that asks more or otherwise the same
is not.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from atom_release.gate.consents.signed import Signature
from atom_release.gate.consents.waivers import Presented, Waiver
from atom_release.gate.decision.decide import decide
from atom_release.gate.manifest import Manifest
from atom_release.gate.rules.ratchet import Baseline, loosenings
from atom_release.gate.vocabulary import Outcome, Verdict
from atom_release_tests.fixtures.asking import left_out
from atom_release_tests.fixtures.cases import COMMIT, MANIFEST, NOW, all_good, case_of

RELEASE: dict[str, Any] = yaml.safe_load(
    (files("atom_release.reference") / "tree" / "release.yaml").read_bytes()
)
Change = Callable[[dict[str, Any]], object]


def service(document: dict[str, Any], service_id: str) -> dict[str, Any]:
    return next(entry for entry in document["services"] if entry["id"] == service_id)


def with_(key: str, **fields: object) -> Change:
    return lambda document: document.setdefault("criteria", {}).setdefault(key, {}).update(fields)


def of(change: Change) -> Manifest:
    document = deepcopy(RELEASE)
    change(document)
    return Manifest.model_validate(document)


def budget(**fields: object) -> Change:
    def change(document: dict[str, Any]) -> None:
        entry = service(document, "C.1")
        entry["budget"] = {**entry["budget"], **fields}

    return change


def without(service_id: str, *names: str) -> Change:
    def change(document: dict[str, Any]) -> None:
        for name in names:
            del service(document, service_id)[name]

    return change


def in_service(service_id: str, name: str, **fields: object) -> Change:
    return lambda document: service(document, service_id)[name].update(fields)


def leaving_out(*criteria: str) -> Change:
    return lambda document: document.update(left_out=dict.fromkeys(criteria, "another time"))


def drop_service(document: dict[str, Any]) -> None:
    document["services"] = [entry for entry in document["services"] if entry["id"] != "C.2"]


def drop_endpoint(document: dict[str, Any]) -> None:
    del service(document, "C.1")["endpoints"][1]


def wider_expect(document: dict[str, Any]) -> None:
    service(document, "C.1")["endpoints"][1]["expect"] = [200, 500]


def other_path(document: dict[str, Any]) -> None:
    service(document, "C.1")["endpoints"][1]["path"] = "/health"


def weak_integration(document: dict[str, Any]) -> None:
    document["integration"][0]["control"] = "weak"


AUDITED = next(entry["id"] for entry in RELEASE["services"] if "token_audit" in entry)
APPROVED = next(entry["id"] for entry in RELEASE["services"] if "approval" in entry)
PLANTED = next(entry["id"] for entry in RELEASE["services"] if "privacy" in entry)

# name -> (before, now, criteria that are loosened)
AS_IT_IS: Change = lambda _: None  # noqa: E731 - one of a table
LOOSER: dict[str, tuple[Change, Change, set[str]]] = {
    "a higher p95 budget": (AS_IT_IS, budget(p95="900ms"), {"P-6", "T5"}),
    "a higher error rate": (AS_IT_IS, budget(error_rate=0.01), {"P-6", "T5"}),
    "fewer requests": (AS_IT_IS, budget(requests=100), {"P-6", "T5"}),
    "a regression is only warned of": (budget(regression={"then": "fail"}), AS_IT_IS, {"T5"}),
    "a regression may be larger": (AS_IT_IS, budget(regression={"allowed": 0.5}), {"T5"}),
    "a lower rate": (AS_IT_IS, budget(rate=1), {"P-6", "T5"}),
    "a rate that is not named any more": (AS_IT_IS, budget(rate=None), {"P-6", "T5"}),
    "a criterion that is left out now": (AS_IT_IS, leaving_out("P-5"), {"P-5"}),
    "fewer of the named criteria": (leaving_out("T5"), leaving_out("T5", "C.3"), {"C.3"}),
    "the tag does not wait for the merge any more": (
        lambda document: document.update(tag="after-merge"),
        AS_IT_IS,
        {"AC5"},
    ),
    "refuse became noted": (with_("P-4", blocked="refuse"), AS_IT_IS, {"P-4"}),
    "a longer freshness of one": (
        with_("P-4", freshness="1h"),
        with_("P-4", freshness="2h"),
        {"P-4"},
    ),
    "the freshness of one left out": (with_("P-4", freshness="1h"), AS_IT_IS, {"P-4"}),
    "lower assurance": (with_("P-4", assurance="live"), AS_IT_IS, {"P-4"}),
    "fewer approvals": (with_("AC6", approvals=2), with_("AC6", approvals=1), {"AC6"}),
    "fewer repeats": (AS_IT_IS, in_service("C.1", "suite", repeats=2), {"C.1"}),
    "a weak control": (AS_IT_IS, in_service("C.1", "suite", control="weak"), {"C.1"}),
    "tests left out by an argument": (
        AS_IT_IS,
        in_service("C.1", "suite", arguments=["-k", "not slow"]),
        {"C.1"},
    ),
    "a command in place of pytest": (
        AS_IT_IS,
        in_service("C.1", "suite", command=["sh", "run", "{junit}"]),
        {"C.1"},
    ),
    "another command": (
        in_service("C.1", "suite", command=["sh", "run", "{junit}"]),
        in_service("C.1", "suite", command=["echo", "{junit}"]),
        {"C.1"},
    ),
    "less is emptied": (
        in_service("C.1", "suite", command=["sh", "run", "{junit}"], ablate=["services", "data"]),
        in_service("C.1", "suite", command=["sh", "run", "{junit}"], ablate=["data"]),
        {"C.1"},
    ),
    "only some of the sources is emptied": (
        in_service("C.1", "suite", command=["sh", "run", "{junit}"]),
        in_service("C.1", "suite", command=["sh", "run", "{junit}"], ablate=["data"]),
        {"C.1"},
    ),
    "no suite": (AS_IT_IS, without("C.1", "suite"), {"C.1"}),
    "less source": (
        AS_IT_IS,
        lambda document: service(document, "C.1").update(source=["services/platform"]),
        {"C.1"},
    ),
    "an endpoint is gone": (AS_IT_IS, drop_endpoint, {"P-6", "T5"}),
    "an endpoint takes an error for an answer": (AS_IT_IS, wider_expect, {"P-6", "T5"}),
    "an endpoint asks something easier": (AS_IT_IS, other_path, {"P-6", "T5"}),
    "a lower accuracy": (AS_IT_IS, in_service("C.1", "accuracy", minimum=0.5), {"T5"}),
    "no accuracy": (AS_IT_IS, without("C.1", "accuracy"), {"T5"}),
    "no metrics": (AS_IT_IS, without("C.1", "metrics"), {"P-4"}),
    "no health": (AS_IT_IS, without("C.1", "health"), {"P-4"}),
    "no token audit": (AS_IT_IS, without(AUDITED, "token_audit"), {"P-5"}),
    "no approval of the dangerous action": (AS_IT_IS, without(APPROVED, "approval"), {"P-3"}),
    "no privacy": (AS_IT_IS, without(PLANTED, "privacy"), {"P-1"}),
    "nobody asks whether the secret is used": (AS_IT_IS, without("C.1", "secret_use"), {"P-2"}),
    "another request shows that the secret is used": (
        AS_IT_IS,
        in_service("C.1", "secret_use", request={"path": "/health"}),
        {"P-2"},
    ),
    "an artifact that is not signed any more": (
        AS_IT_IS,
        lambda document: document["signed"].pop(),
        {"P-2"},
    ),
    "fewer signed artifacts": (
        AS_IT_IS,
        lambda document: document["signed"][0].update(paths=["*.txt"]),
        {"P-2"},
    ),
    "nobody has to refuse a tampered artifact": (
        AS_IT_IS,
        lambda document: document["signed"][1].pop("consumer"),
        {"P-2"},
    ),
    "success is a refusal": (
        AS_IT_IS,
        lambda document: document["signed"][1]["consumer"].update(refused=[202, 503]),
        {"P-2"},
    ),
    "no tenancy": (AS_IT_IS, lambda document: document.pop("tenancy"), {"P-5"}),
    "a weak integration control": (AS_IT_IS, weak_integration, {"AC2"}),
    "no integration tests": (AS_IT_IS, lambda document: document.update(integration=[]), {"AC2"}),
    "no Prometheus": (
        AS_IT_IS,
        lambda document: document["infrastructure"].pop("prometheus"),
        {"P-4"},
    ),
}
TIGHTER: dict[str, tuple[Change, Change]] = {
    "a rate that was not named": (budget(rate=None), AS_IT_IS),
    "nothing": (AS_IT_IS, AS_IT_IS),
    "a lower p95 budget": (AS_IT_IS, budget(p95="700ms")),
    "more requests": (AS_IT_IS, budget(requests=200)),
    "noted became refuse": (AS_IT_IS, with_("P-4", blocked="refuse")),
    "a shorter freshness": (AS_IT_IS, lambda document: document.update(freshness="1h")),
    "higher assurance": (AS_IT_IS, with_("P-4", assurance="live")),
    "a regression fails": (AS_IT_IS, budget(regression={"then": "fail"})),
    "more repeats": (AS_IT_IS, in_service("C.1", "suite", repeats=9)),
    "a strict control again": (in_service("C.1", "suite", control="weak"), AS_IT_IS),
    "a higher accuracy": (AS_IT_IS, in_service("C.1", "accuracy", minimum=0.9)),
    "one more criterion": (leaving_out("T5"), AS_IT_IS),
    "less of what was never asked": (
        leaving_out("T5"),
        lambda document: (
            leaving_out("T5")(document),
            in_service("C.1", "accuracy", minimum=0.1)(document),
        ),
    ),
    "the tag waits for the merge": (AS_IT_IS, lambda document: document.update(tag="after-merge")),
    "an approval": (AS_IT_IS, with_("AC6", approvals=1)),
    "another version": (
        AS_IT_IS,
        lambda document: document["release"].update(version="v3.1.0", tag="v3.1.0", timebox="48h"),
    ),
}


@pytest.mark.parametrize("change", LOOSER)
def test_a_loosening_is_named_with_what_it_loosens(change: str) -> None:
    """Each is found, under the criterion that asks less now."""
    before, now, loosened = LOOSER[change]
    assert {loosening.criterion for loosening in loosenings(of(before), of(now))} == loosened


@pytest.mark.parametrize("change", TIGHTER)
def test_a_tightening_says_nothing(change: str) -> None:
    """Asking more, or the same, is no loosening."""
    before, now = TIGHTER[change]
    assert loosenings(of(before), of(now)) == ()


def test_a_longer_freshness_of_the_release_loosens_all_that_have_none_of_their_own() -> None:
    """The default is asked of every criterion that does not say its own."""
    kept = with_("P-1", freshness="1h")

    def longer(document: dict[str, Any]) -> None:
        kept(document)
        document.update(freshness="48h")

    loosened = {loosening.criterion for loosening in loosenings(of(kept), of(longer))}
    assert (len(loosened), "P-1" in loosened) == (15, False)


def test_a_service_that_is_gone_takes_all_its_legs_with_it() -> None:
    """Its own criterion, and every criterion that had asked it."""
    loosened = {loosening.criterion for loosening in loosenings(of(AS_IT_IS), of(drop_service))}
    assert {"C.2", "AC1", "P-4"} <= loosened


budgets = st.fixed_dictionaries(
    {
        "p95": st.integers(1, 2000).map(lambda ms: timedelta(milliseconds=ms)),
        "requests": st.integers(100, 1000),
        "error_rate": st.floats(0, 0.5, allow_nan=False),
        "rate": st.floats(1, 500, allow_nan=False),
    }
)


@given(budgets, budgets)
def test_of_two_budgets_one_way_is_looser_unless_they_are_equal(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    """No change of a budget escapes both ways, and an equal one is found neither way."""
    first_manifest, other = of(budget(**first)), of(budget(**second))
    both = (bool(loosenings(first_manifest, other)), bool(loosenings(other, first_manifest)))
    assert any(both) == (first != second)
    assert loosenings(first_manifest, first_manifest) == ()


def test_a_dropped_criterion_stays_listed_and_refuses_until_waived() -> None:
    """The decision is held to what the release before was held to."""
    now = MANIFEST.model_copy(update={"left_out": left_out("AC5", "AC6", "P-2")})
    case = replace(case_of(all_good(), now), baseline=Baseline(MANIFEST, "the manifest of v0"))
    decision = decide(case)
    dropped = decision.criterion("P-4")
    assert (decision.verdict, dropped.outcome, decision.baseline) == (
        Verdict.RED,
        Outcome.FAIL,
        "the manifest of v0: 1 loosened",
    )
    waiver = Waiver(
        criterion="P-4",
        commit=COMMIT,
        fingerprint=dropped.failure,
        reason="the service goes",
        approver="Ada",
        ticket="REL-2",
        not_before=NOW,
        expires=NOW + timedelta(days=1),
    )
    waived = decide(
        replace(
            case,
            waivers=(
                Presented(
                    digest="d" * 64, waiver=waiver, signature=Signature.TRUSTED, signer="ada"
                ),
            ),
        )
    )
    assert (waived.verdict, waived.criterion("P-4").outcome) == (Verdict.GREEN, Outcome.WAIVED)


def test_a_loosened_criterion_fails_though_all_its_evidence_is_good() -> None:
    """The leg names what was loosened, and the way out."""
    before = MANIFEST.model_copy(update={"freshness": timedelta(hours=1)})
    decision = decide(replace(case_of(all_good()), baseline=Baseline(before, "the manifest of v0")))
    (leg,) = [leg for leg in decision.criterion("P-4").legs if leg.question == "ratchet"]
    assert (
        decision.verdict,
        leg.outcome,
        "freshness" in leg.reason,
        "waive --criterion P-4" in leg.remedy,
    ) == (Verdict.RED, Outcome.FAIL, True, True)


def test_the_first_release_says_that_there_is_no_baseline() -> None:
    """Nothing is compared, and that is said."""
    decision = decide(case_of(all_good()))
    assert (decision.verdict, decision.baseline) == (
        Verdict.GREEN,
        "no baseline: there is no release before this one",
    )


def test_a_baseline_that_cannot_be_read_is_not_none() -> None:
    """Whether this release is looser is not known then, and that refuses, once."""
    decision = decide(
        replace(case_of(all_good()), baseline=Baseline(None, "cannot be read", unreadable=True))
    )
    assert (
        decision.verdict,
        [result.outcome for result in decision.criteria].count(Outcome.INCONCLUSIVE),
    ) == (Verdict.RED, 1)
