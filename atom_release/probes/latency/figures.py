"""The figures of an endpoint, of the no-op beside it and of its capacity, from their samples.

How the samples are taken is `measuring`.
"""

from __future__ import annotations

from collections import Counter

from pydantic import JsonValue

from atom_release.gate.facts.latency import (
    CapacityStage,
    EndpointFacts,
    Measured,
    NoopFacts,
)
from atom_release.gate.manifest import Budget
from atom_release.gate.rules.performance import (
    ALPHA,
    QUANTILE,
)
from atom_release.gate.statistics import (
    quantile,
    quantile_interval,
    wilson,
)
from atom_release.probes.latency.sampler import (
    Series,
)

_USERS, _STAGE_REQUESTS, _STAGE_SECONDS, _GROWS = (1, 4, 16), 100, 0.15, 1.1


def summary(name: str, series: Series, budget: Budget) -> dict[str, JsonValue]:
    """Return the figures of one series.

    Exact quantiles in milliseconds, their interval for p95, and the share of errors with its own.
    """
    latencies, errors, doubts = series.latencies(), series.errors(), series.doubts()
    requests, alpha = len(latencies) + len(errors), ALPHA / budget.looks
    interval = quantile_interval(latencies, QUANTILE, alpha)
    low, high = wilson(len(errors), requests, ALPHA)
    return Measured.model_validate(
        {
            "name": name,
            "requests": requests,
            "errors": len(errors),
            "timeouts": errors.count("timeout"),
            "doubtful": len(doubts),
            "doubt": Counter(doubts).most_common(1)[0][0] if doubts else "",
            "error_kinds": dict(sorted(Counter(errors).items())),
            "error_rate": len(errors) / requests if requests else None,
            "error_low": low,
            "error_high": high,
            **{
                f"p{round(q * 100)}": quantile(latencies, q) if latencies else None
                for q in (0.5, 0.9, 0.95, 0.99)
            },
            "low": interval.low,
            "high": interval.high,
            "alpha": alpha,
            "looks": series.looks,
        }
    ).to_json()


def describe_noop(series: Series, budget: Budget) -> NoopFacts:
    """Return the facts of the no-op."""
    return NoopFacts.model_validate(summary("no-op", series, budget))


def describe_endpoint(
    name: str, series: Series, budget: Budget, **method_and_path: str
) -> EndpointFacts:
    """Return the facts of one endpoint; `method_and_path` are its method and path."""
    return EndpointFacts.model_validate(
        {
            **summary(name, series, budget),
            **method_and_path,
            "stopped_early": series.stopped,
            "behind_ms": series.behind_ms,
            "capacity": [stage for users in _USERS if (stage := _stage(series, users)) is not None],
        }
    )


def _stage(series: Series, users: int) -> CapacityStage | None:
    model = f"{users} users"
    latencies, errors = series.latencies(model), series.errors(model)
    if not latencies and not errors:
        return None
    return CapacityStage(
        users=users,
        requests=len(latencies) + len(errors),
        errors=len(errors),
        per_second=series.per_second(model),
        p95=quantile(latencies, QUANTILE) if latencies else None,
    )
