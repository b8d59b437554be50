"""Profiles of an endpoint: how long it takes to answer, and how often it does not."""

import math
import time


def percentile(samples, share):
    """Give the smallest sample that at least this share of the samples does not exceed.

    Raises:
        ValueError: there are no samples.
    """
    if not samples:
        raise ValueError("no samples")
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def profile(ask, requests):
    """Ask a number of times, one after another, and give seconds of the answers and the count of errors."""
    seconds, errors = [], 0
    for _ in range(requests):
        began = time.perf_counter()
        if ask():
            seconds.append(time.perf_counter() - began)
        else:
            errors += 1
    return seconds, errors


def summarize(seconds, errors, budget):
    """Give p50, p95 and worst in milliseconds, and whether p95 is below the budget (milliseconds) without an error."""
    if not seconds:
        return {"requests": errors, "errors": errors, "within_budget": False}
    p95 = percentile(seconds, 0.95) * 1000
    return {
        "requests": len(seconds) + errors,
        "errors": errors,
        "p50_ms": round(percentile(seconds, 0.5) * 1000, 3),
        "p95_ms": round(p95, 3),
        "max_ms": round(max(seconds) * 1000, 3),
        "within_budget": p95 < budget and not errors,
    }
