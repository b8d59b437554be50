"""The ratchet of one service: what is asked less of it than before.

Of its suite, its addresses, its budgets and its behaviour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from atom_release.gate.manifest import Service
from atom_release.gate.rules.loosening import (
    Loosening,
    changed,
    fewer,
    larger,
    request_changed,
    smaller,
    wider,
)

_PERFORMANCE = ("P-6", "T5")


def _suite(old: Service, new: Service) -> Iterator[Loosening]:
    yield from fewer(old.id, "source", old.source, new.source)
    if old.suite is None:
        return
    if new.suite is None:
        yield Loosening(old.id, "the suite is gone")
        return
    yield from fewer(old.id, "suite paths", old.suite.paths, new.suite.paths)
    yield from smaller(old.id, "suite repeats", old.suite.least_repeats, new.suite.least_repeats)
    for name in ("arguments", "command"):
        yield from changed(
            old.id, f"suite {name}", getattr(old.suite, name), getattr(new.suite, name)
        )
    if new.suite.command:
        yield from fewer(
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
    yield from smaller("T5", "accuracy minimum", old.accuracy.minimum, new.accuracy.minimum)
    for name in ("data", "label", "cutoff", "positive", "answer"):
        yield from changed(
            "T5", f"accuracy {name}", getattr(old.accuracy, name), getattr(new.accuracy, name)
        )


def _budget(criterion: str, old: Service, new: Service) -> Iterator[Loosening]:
    yield from larger(criterion, "budget p95", old.budget.p95, new.budget.p95)
    yield from larger(criterion, "budget error_rate", old.budget.error_rate, new.budget.error_rate)
    yield from smaller(criterion, "budget requests", old.budget.requests, new.budget.requests)
    yield from _rate(criterion, old.budget.rate, new.budget.rate)
    if criterion == "T5":
        yield from larger(
            criterion,
            "regression allowed",
            old.budget.regression.allowed,
            new.budget.regression.allowed,
        )
        yield from larger(
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
        yield from smaller(criterion, "budget rate", old, new)


def _endpoints(criterion: str, old: Service, new: Service) -> Iterator[Loosening]:
    left = {endpoint.name: endpoint for endpoint in new.endpoints}
    for endpoint in old.endpoints:
        if endpoint.name not in left:
            yield Loosening(criterion, f"endpoint {endpoint.name} is gone")
        else:
            yield from request_changed(
                criterion, f"endpoint {endpoint.name}", endpoint, left[endpoint.name]
            )


def _approved_by_program(old: Service, new: Service) -> Iterator[Loosening]:
    before, now = old.approval_by_program, new.approval_by_program
    if before and not now:
        yield Loosening("P-3", "approval by programs is not asked any more")
    if before and now:
        yield from fewer("P-3", "approval names", before.names, now.names)


def _behaved(old: Service, new: Service) -> Iterator[Loosening]:
    if old.approval and not new.approval:
        yield Loosening("P-3", "approval is not asked any more")
    if old.approval and new.approval:
        yield from request_changed(
            "P-3", "the dangerous action", old.approval.act, new.approval.act
        )
        yield from wider("P-3", "approval refused", old.approval.refused, new.approval.refused)
        yield from fewer("P-3", "approval names", old.approval.names, new.approval.names)
    yield from _approved_by_program(old, new)
    if old.token_audit and not new.token_audit:
        yield Loosening("P-5", "tokens are not audited any more")
    if old.token_audit and new.token_audit:
        yield from request_changed(
            "P-5", "the token audit", old.token_audit.request, new.token_audit.request
        )
        yield from wider("P-5", "token refused", old.token_audit.refused, new.token_audit.refused)
    if old.secret_use and not new.secret_use:
        yield Loosening("P-2", "the use of its secret is not asked any more")
    if old.secret_use and new.secret_use:
        yield from request_changed(
            "P-2", "the use of its secret", old.secret_use.request, new.secret_use.request
        )
        yield from wider("P-2", "secret refused", old.secret_use.refused, new.secret_use.refused)
    if old.privacy and not new.privacy:
        yield Loosening("P-1", "privacy is not asked any more")
    if old.privacy and new.privacy:
        for name in ("plant", "surfaces"):
            paths = [[entry.path for entry in getattr(which.privacy, name)] for which in (old, new)]
            yield from fewer("P-1", f"privacy {name}", *paths)


_OF_SERVICE: tuple[Callable[[Service, Service], Iterator[Loosening]], ...] = (
    _suite,
    _observed,
    _measured,
    _behaved,
)
