"""The ratchet.

What a manifest asks less of than the manifest of the release before, each loosening named with the
criterion it loosens.

Two manifests are compared and nothing else: a release can be made easier only in the open, by a
waiver of the criterion that was loosened. What cannot be ordered (a renamed endpoint, another
labelled file) counts as loosened: the old question is no longer asked. Tightening and what neither
loosens nor tightens says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from atom_release.gate.catalogue import criteria
from atom_release.gate.catalogue.criteria import Criterion
from atom_release.gate.manifest import CriterionPolicy, Manifest, Request, Service
from atom_release.gate.vocabulary import BlockedPolicy

_PERFORMANCE = ("P-6", "T5")
_DEFAULT = CriterionPolicy()


@dataclass(frozen=True)
class Loosening:
    """One thing that is asked less of than before."""

    criterion: str
    sentence: str


@dataclass(frozen=True)
class Baseline:
    """The manifest of the release before, or None with the reason; `origin` says which."""

    manifest: Manifest | None
    origin: str
    unreadable: bool = False


def loosenings(before: Manifest, now: Manifest) -> tuple[Loosening, ...]:
    """Return every loosening of `now` against `before`, in the order of the criteria.

    A tightening is none.
    """
    loosened = [
        *_expectations(before, now),
        *_policies(before, now),
        *_services(before, now),
        *_release_wide(before, now),
    ]
    order = {
        criterion.id: place
        for place, criterion in enumerate((*criteria.catalogue(now), *criteria.catalogue(before)))
    }
    expected = {criterion.id for criterion in criteria.expected(before)}
    return tuple(
        sorted(
            {loosening for loosening in loosened if loosening.criterion in expected},
            key=lambda loosening: (order[loosening.criterion], loosening.sentence),
        )
    )


def dropped(before: Manifest, now: Manifest) -> tuple[Criterion, ...]:
    """Return the criteria that the release before was held to and this one is not."""
    still = {criterion.id for criterion in criteria.expected(now)}
    return tuple(criterion for criterion in criteria.expected(before) if criterion.id not in still)


def _expectations(before: Manifest, now: Manifest) -> Iterator[Loosening]:
    for criterion in dropped(before, now):
        yield Loosening(criterion.id, f"{criterion.id} was asked, and is left out now")


def _policies(before: Manifest, now: Manifest) -> Iterator[Loosening]:
    for criterion in criteria.expected(now):
        old, new = (
            before.criteria.get(criterion.id, _DEFAULT),
            now.criteria.get(criterion.id, _DEFAULT),
        )
        if (
            criteria.blocked_policy(before, criterion),
            criteria.blocked_policy(now, criterion),
        ) == (
            BlockedPolicy.REFUSE,
            BlockedPolicy.NOTED,
        ):
            yield Loosening(criterion.id, "blocked: refuse became noted")
        if new.assurance.rank < old.assurance.rank:
            yield Loosening(criterion.id, f"assurance: {old.assurance} became {new.assurance}")
        yield from _more(
            criterion.id,
            "freshness",
            old.freshness or before.freshness,
            new.freshness or now.freshness,
        )
        yield from _less(criterion.id, "approvals", old.approvals, new.approvals)


def _services(before: Manifest, now: Manifest) -> Iterator[Loosening]:
    left = {service.id: service for service in now.services}
    for old in before.services:
        new = left.get(old.id)
        if new is None:
            yield from _without(before, old)
            continue
        for rule in _OF_SERVICE:
            for loosening in rule(old, new):
                yield Loosening(loosening.criterion, f"{old.id}: {loosening.sentence}")


def _without(before: Manifest, service: Service) -> Iterator[Loosening]:
    """Yield what a service that is gone takes with it: its own criterion, and every leg it had."""
    for criterion in criteria.expected(before):
        if criterion.id == service.id or any(
            leg.applies and leg.subject == service.id for leg in criteria.legs(before, criterion.id)
        ):
            yield Loosening(criterion.id, f"service {service.id} is gone")


def _suite(old: Service, new: Service) -> Iterator[Loosening]:
    yield from _fewer(old.id, "source", old.source, new.source)
    if old.suite is None:
        return
    if new.suite is None:
        yield Loosening(old.id, "the suite is gone")
        return
    yield from _fewer(old.id, "suite paths", old.suite.paths, new.suite.paths)
    yield from _less(old.id, "suite repeats", old.suite.repeats, new.suite.repeats)
    for name in ("arguments", "command"):
        yield from _changed(
            old.id, f"suite {name}", getattr(old.suite, name), getattr(new.suite, name)
        )
    if new.suite.command:
        yield from _fewer(
            old.id, "suite ablate", old.suite.ablate or old.source, new.suite.ablate or new.source
        )
    if (old.suite.control, new.suite.control) == ("strict", "weak"):
        yield Loosening(old.id, "suite control: strict became weak")


def _observed(old: Service, new: Service) -> Iterator[Loosening]:
    for name in ("health", "metrics", "address"):
        if getattr(old, name) and not getattr(new, name):
            yield Loosening("P-4", f"{name} is gone")


def _measured(old: Service, new: Service) -> Iterator[Loosening]:
    for criterion in _PERFORMANCE:
        yield from _budget(criterion, old, new)
        yield from _endpoints(criterion, old, new)
    if old.accuracy is None:
        return
    if new.accuracy is None:
        yield Loosening("T5", "accuracy is not asked any more")
        return
    yield from _less("T5", "accuracy minimum", old.accuracy.minimum, new.accuracy.minimum)
    for name in ("data", "label", "cutoff", "positive", "answer"):
        yield from _changed(
            "T5", f"accuracy {name}", getattr(old.accuracy, name), getattr(new.accuracy, name)
        )


def _budget(criterion: str, old: Service, new: Service) -> Iterator[Loosening]:
    yield from _more(criterion, "budget p95", old.budget.p95, new.budget.p95)
    yield from _more(criterion, "budget error_rate", old.budget.error_rate, new.budget.error_rate)
    yield from _less(criterion, "budget requests", old.budget.requests, new.budget.requests)
    yield from _rate(criterion, old.budget.rate, new.budget.rate)
    if criterion == "T5":
        yield from _more(
            criterion,
            "regression allowed",
            old.budget.regression.allowed,
            new.budget.regression.allowed,
        )
        yield from _more(
            criterion, "regression least", old.budget.regression.least, new.budget.regression.least
        )
        if (old.budget.regression.then, new.budget.regression.then) == ("fail", "warn"):
            yield Loosening(criterion, "regression then: fail became warn")
    if old.histogram and not new.histogram:
        yield Loosening(criterion, "the deployed service's histogram is not asked any more")


def _rate(criterion: str, old: float | None, new: float | None) -> Iterator[Loosening]:
    """Yield that fewer arrivals are asked for: none named is the least load there is."""
    if old is not None and new is None:
        yield Loosening(criterion, f"budget rate: {old:g} arrivals a second are not named any more")
    elif old is not None and new is not None:
        yield from _less(criterion, "budget rate", old, new)


def _endpoints(criterion: str, old: Service, new: Service) -> Iterator[Loosening]:
    left = {endpoint.name: endpoint for endpoint in new.endpoints}
    for endpoint in old.endpoints:
        if endpoint.name not in left:
            yield Loosening(criterion, f"endpoint {endpoint.name} is gone")
        else:
            yield from _request(
                criterion, f"endpoint {endpoint.name}", endpoint, left[endpoint.name]
            )


def _behaved(old: Service, new: Service) -> Iterator[Loosening]:
    if old.approval and not new.approval:
        yield Loosening("P-3", "approval is not asked any more")
    if old.approval and new.approval:
        yield from _request("P-3", "the dangerous action", old.approval.act, new.approval.act)
        yield from _wider("P-3", "approval refused", old.approval.refused, new.approval.refused)
        yield from _fewer("P-3", "approval names", old.approval.names, new.approval.names)
    if old.token_audit and not new.token_audit:
        yield Loosening("P-5", "tokens are not audited any more")
    if old.token_audit and new.token_audit:
        yield from _request(
            "P-5", "the token audit", old.token_audit.request, new.token_audit.request
        )
        yield from _wider("P-5", "token refused", old.token_audit.refused, new.token_audit.refused)
    if old.secret_use and not new.secret_use:
        yield Loosening("P-2", "the use of its secret is not asked any more")
    if old.secret_use and new.secret_use:
        yield from _request(
            "P-2", "the use of its secret", old.secret_use.request, new.secret_use.request
        )
        yield from _wider("P-2", "secret refused", old.secret_use.refused, new.secret_use.refused)
    if old.privacy and not new.privacy:
        yield Loosening("P-1", "privacy is not asked any more")
    if old.privacy and new.privacy:
        for name in ("plant", "surfaces"):
            paths = [[entry.path for entry in getattr(which.privacy, name)] for which in (old, new)]
            yield from _fewer("P-1", f"privacy {name}", *paths)


_OF_SERVICE: tuple[Callable[[Service, Service], Iterator[Loosening]], ...] = (
    _suite,
    _observed,
    _measured,
    _behaved,
)


def _release_wide(before: Manifest, now: Manifest) -> Iterator[Loosening]:
    left = {integration.name: integration for integration in now.integration}
    for old in before.integration:
        new = left.get(old.name)
        if new is None:
            yield Loosening("AC2", f"integration {old.name} is gone")
            continue
        yield from _fewer("AC2", f"integration {old.name} paths", old.paths, new.paths)
        if (old.control, new.control) == ("strict", "weak"):
            yield Loosening("AC2", f"integration {old.name} control: strict became weak")
    yield from _signatures(before, now)
    if (before.secrets_in_history, now.secrets_in_history) == ("fail", "warn"):
        yield Loosening("P-2", "secrets_in_history: fail became warn")
    if before.tenancy and not now.tenancy:
        yield Loosening("P-5", "tenancy is not asked any more")
    for name, criterion in (
        ("vault", "P-2"),
        ("prometheus", "P-4"),
        ("postgres", "P-5"),
    ):
        if getattr(before.infrastructure, name) and not getattr(now.infrastructure, name):
            yield Loosening(criterion, f"infrastructure {name} is not named any more")


def _signatures(before: Manifest, now: Manifest) -> Iterator[Loosening]:
    left = {document.name: document for document in now.signed}
    for old in before.signed:
        new = left.get(old.name)
        if new is None:
            yield Loosening("P-2", f"signed {old.name} is not asked any more")
            continue
        yield from _fewer("P-2", f"signed {old.name} paths", old.paths, new.paths)
        if old.consumer and not new.consumer:
            yield Loosening(
                "P-2", f"signed {old.name}: nobody has to refuse a tampered one any more"
            )
        if old.consumer and new.consumer:
            yield from _request(
                "P-2", f"the user of {old.name}", old.consumer.use, new.consumer.use
            )
            yield from _wider(
                "P-2", f"signed {old.name} refused", old.consumer.refused, new.consumer.refused
            )


def _request(criterion: str, name: str, old: Request, new: Request) -> Iterator[Loosening]:
    if (old.method, old.path) != (new.method, new.path):
        yield Loosening(
            criterion, f"{name} asks {new.method} {new.path} instead of {old.method} {old.path}"
        )
    yield from _wider(criterion, f"{name} expect", old.expect, new.expect)


def _more(criterion: str, name: str, old: Any, new: Any) -> Iterator[Loosening]:  # noqa: ANN401 - durations or numbers
    if new > old:
        yield Loosening(criterion, f"{name}: {_written(old)} became {_written(new)}")


def _written(value: timedelta | float) -> str:
    return f"{value.total_seconds():g} s" if isinstance(value, timedelta) else f"{value:g}"


def _less(criterion: str, name: str, old: float, new: float) -> Iterator[Loosening]:
    if new < old:
        yield Loosening(criterion, f"{name}: {old} became {new}")


def _changed(criterion: str, name: str, old: object, new: object) -> Iterator[Loosening]:
    if new != old:
        yield Loosening(criterion, f"{name}: {old} became {new}")


def _fewer(
    criterion: str, name: str, old: Iterable[str], new: Collection[str]
) -> Iterator[Loosening]:
    gone = [entry for entry in old if entry not in new]
    if gone:
        yield Loosening(criterion, f"{name} without {', '.join(gone)}")


def _wider(
    criterion: str, name: str, old: Collection[int], new: Iterable[int]
) -> Iterator[Loosening]:
    more = [str(entry) for entry in new if entry not in old]
    if more:
        yield Loosening(criterion, f"{name} takes {', '.join(more)} too")
