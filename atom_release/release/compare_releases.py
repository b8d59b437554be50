"""Puts this run's measurements beside the previous release's.

Finds that release, and hands its performance summary to the probe that compares.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from atom_release.errors import ProbeFault
from atom_release.gate.manifest import Service
from atom_release.records import canonical, names
from atom_release.release import previous_release, trusted_keys
from atom_release.release.ask import Question

if TYPE_CHECKING:
    from atom_release.gate.facts.evidence import Evidence
    from atom_release.probes.regression import Baseline
    from atom_release.release.work import Work


def regressions(work: Work, measured: Sequence[Evidence]) -> list[Evidence]:
    """Compare each service that was measured with the previous release."""
    services = [service for service in work.manifest.services if service.endpoints]
    legs = tuple(("regression", service.id) for service in services)
    return work.boundary.ask(Question(legs, lambda: _compared(work, services, measured)))


def _compared(
    work: Work, services: Sequence[Service], measured: Sequence[Evidence]
) -> list[Evidence]:
    lookup = trusted_keys.release_before(work.subject)
    if lookup.disputed:
        raise ProbeFault(
            f"{lookup.disputed}.",
            "Correct release.previous, or leave it out; fetch the tags (git fetch --tags).",
        )
    baseline, why = baseline_of(lookup)
    return work.boundary.ask(
        *(
            Question(
                (("regression", service.id),), _comparison(work, service, measured, baseline, why)
            )
            for service in services
        )
    )


def _comparison(
    work: Work, service: Service, measured: Sequence[Evidence], baseline: Baseline | None, why: str
) -> Callable[[], Evidence]:
    from atom_release.probes.regression import (
        compare,
    )

    return lambda: compare(work.look, service, measured, baseline, why)


def baseline_of(lookup: previous_release.Lookup) -> tuple[Baseline | None, str]:
    """Return the summary of a release that was found, or why there is none."""
    from atom_release.probes.regression import Baseline

    release = lookup.release
    if release is None:
        return None, lookup.reason
    summary = release.artifact(names.PERF_SUMMARY)
    if summary is None:
        return None, f"{release.tag} holds no {names.PERF_SUMMARY}"
    name, content = summary
    return (
        Baseline(
            release.tag,
            release.commit,
            release.judged,
            release.decision_digest,
            name,
            canonical.digest(content),
            content,
            release.manifest,
        ),
        "",
    )
