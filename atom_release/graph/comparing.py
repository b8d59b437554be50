"""Puts this run's measurements beside the previous release's: finds that release, and hands its performance summary to the probe that compares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from atom_release.errors import ProbeFault
from atom_release.gate.manifest import Service
from atom_release.graph import consenting, previous
from atom_release.graph.boundary import Question
from atom_release.publish import canonical

if TYPE_CHECKING:
    from atom_release.evidence.regression import Baseline
    from atom_release.gate.evidence import Evidence
    from atom_release.graph.step import Step

_SUMMARY = "PerfSummary.json"


def regressions(step: Step, measured: Sequence[Evidence]) -> list[Evidence]:
    """Compare each service that was measured with the previous release."""
    services = [service for service in step.manifest.services if service.endpoints]
    legs = tuple(("regression", service.id) for service in services)
    return step.boundary.ask(Question(legs, lambda: _compared(step, services, measured)))


def _compared(step: Step, services: Sequence[Service], measured: Sequence[Evidence]) -> list[Evidence]:
    found = consenting.release_before(step.subject)
    if found.disputed:
        raise ProbeFault(f"{found.disputed}.", "Correct release.previous, or leave it out; fetch the tags (git fetch --tags).")
    baseline, why = baseline_of(found)
    return step.boundary.ask(*(Question((("regression", one.id),), _comparison(step, one, measured, baseline, why)) for one in services))


def _comparison(step: Step, service: Service, measured: Sequence[Evidence], baseline: Baseline | None, why: str) -> Callable[[], Evidence]:
    from atom_release.evidence.regression import compare  # noqa: PLC0415 - probes are imported where they are asked

    return lambda: compare(step.look, service, measured, baseline, why)


def baseline_of(found: previous.Lookup) -> tuple[Baseline | None, str]:
    """Give the summary of a release that was found, or why there is none."""
    from atom_release.evidence.regression import Baseline  # noqa: PLC0415 - the same

    release = found.release
    if release is None:
        return None, found.reason
    summary = release.artifact(_SUMMARY)
    if summary is None:
        return None, f"{release.tag} holds no {_SUMMARY}"
    name, content = summary
    return Baseline(release.tag, release.commit, release.judged, release.decision_digest, name, canonical.digest(content), content, release.manifest), ""
