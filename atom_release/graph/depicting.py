"""What lies beside the reports: every request that was sent, as Parquet, pictures of them, as SVG, and the whole release on one HTML page.

No decision rests on them: the evidence names each file of samples by digest, and what is asked of a picture or of the page stands in the reports.
They stay in the run's folder, and go neither into the release commit nor into the audit bundle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from atom_release.gate import matrix
from atom_release.gate.account import accounts
from atom_release.gate.manifest import Service
from atom_release.graph import consenting, previous
from atom_release.publish import canonical, pictures
from atom_release.publish.page import Told
from atom_release.publish.page import page as draw_page
from atom_release.publish.record import evidence_in

if TYPE_CHECKING:
    from atom_release.gate.decision import Decision
    from atom_release.gate.evidence import Evidence
    from atom_release.gate.legs import Case
    from atom_release.graph.step import Step

T = TypeVar("T")
_SUMMARY = "PerfSummary.json"
_RELEASES = 7  # before this one


def titled(name: str) -> str:
    """Give what a picture shows: `<prefix>_Latency_C_1.svg` is `Latency C 1`."""
    return name.removesuffix(".svg").partition("_")[2].replace("_", " ")


def beside(step: Step, found: Sequence[Evidence]) -> Iterator[tuple[str, bytes]]:
    """Give the samples that were kept, and the pictures of them and of the releases before."""
    measured = {one.subject: one for one in found if one.question == "latency" and not one.errored}
    kept = [(service, content) for service in step.manifest.services if (content := _samples(step, measured.get(service.id)))]
    yield from ((step.blueprint.beside(service)[0], content) for service, content in kept)
    if not kept:
        return
    if not pictures.drawn():
        step.context.log.warning("No pictures are made: altair and vl-convert-python are not installed (pip install 'atom-release[pictures]').")
        return
    before = _tried(step, "the releases before", lambda: list(_before(step))) or []
    for service, _ in kept:
        facts = measured[service.id].facts
        _, latency, trend = step.blueprint.beside(service)
        for name, draw in ((latency, partial(_latency, step, service, facts)), (trend, partial(_trend, step, service, facts, before))):
            picture = _tried(step, name, draw)
            if picture is not None:
                yield name, picture


def page(step: Step, case: Case, decision: Decision, artifacts: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Give the page of a decision, with the pictures that the run has; nothing where it cannot be made."""
    made = _tried(step, step.blueprint.page, lambda: _page(step, case, decision, artifacts))
    return {step.blueprint.page: made} if made else {}


def _page(step: Step, case: Case, decision: Decision, artifacts: Mapping[str, bytes]) -> bytes:
    release = step.manifest.release
    drawn = step.inputs(name for name in step.blueprint.measured if name.endswith(".svg"))
    told = Told(
        title=f"{decision.release} {decision.version}",
        tag=release.tag,
        decision=decision,
        accounts=accounts(step.manifest, case.evidence, decision.criteria),
        cells=matrix.cells(step.manifest, [one for one in decision.criteria if one.asset == "policy_check"]),
        digests={name: canonical.digest(content) for name, content in artifacts.items()},
        names={service.id: service.name for service in step.manifest.services},
        pictures={titled(name): content for name, content in drawn.items()},
    )
    return draw_page(told)


def _tried(step: Step, what: str, make: Callable[[], T]) -> T | None:
    """Make something to be shown, or say why not: no decision rests on it, so nothing that goes wrong in it may keep one from being recorded."""
    try:
        return make()
    except Exception as error:  # noqa: BLE001 - said, and decides nothing
        step.context.log.warning("Not shown: %s: %s: %s", what, type(error).__name__, " ".join(str(error).split())[:200])
        return None


def _latency(step: Step, service: Service, facts: Mapping[str, Any]) -> bytes:
    return pictures.latency(f"{service.id} {service.name}", _curves(step, facts), _budget(facts))


def _trend(step: Step, service: Service, facts: Mapping[str, Any], before: Sequence[tuple[str, Mapping[str, Any]]]) -> bytes | None:
    points = [*(point for release, told in before for point in _points(release, told, service)), *_points(_own(step), facts, service)]
    return pictures.trend(f"{service.id} {service.name}", points) if len({point.release for point in points}) > 1 else None


def _own(step: Step) -> str:
    return step.manifest.release.version


def _samples(step: Step, evidence: Evidence | None) -> bytes:
    """Give the file of samples that this evidence names, if it is still what was written."""
    told = evidence.facts.get("samples") if evidence is not None else None
    if not isinstance(told, dict):
        return b""
    path = step.look.scratch / str(told["file"])
    content = path.read_bytes() if path.is_file() else b""
    return content if canonical.digest(content) == told["sha256"] else b""


def _curves(step: Step, facts: Mapping[str, Any]) -> list[pictures.Curve]:
    from atom_release.evidence.latency import samples  # noqa: PLC0415 - probes' modules are imported where they are used

    taken = samples.latencies(step.look.scratch / facts["samples"]["file"])
    shown = facts["endpoints"]
    return [
        pictures.Curve(one["name"], sorted(taken.get(one["name"], [])), one.get("p95"), one.get("low"), one.get("high"), one.get("errors", 0)) for one in shown
    ]


def _budget(facts: Mapping[str, Any]) -> float:
    return float(facts["budget"]["p95"])


def _before(step: Step) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give the version and the latency facts by service of the verified releases before this one, oldest first."""
    releases = list(islice(previous.every(step.subject, consenting.gates(step.subject)), _RELEASES))
    for release in reversed(releases):
        summary = release.artifact(_SUMMARY)
        if summary is not None:
            found = evidence_in(dict([summary])).values()
            yield release.tag, {one.subject: one.facts for one in found if one.question == "latency"}


def _points(release: str, told: Mapping[str, Any], service: Service) -> Iterable[pictures.Point]:
    facts = told if "endpoints" in told else told.get(service.id, {})
    for one in facts.get("endpoints", ()):
        if isinstance(one, dict) and isinstance(one.get("p95"), int | float):
            budget = facts["budget"].get("p95", service.budget.p95.total_seconds() * 1000)
            yield pictures.Point(release, str(one["name"]), float(one["p95"]), one.get("low"), one.get("high"), float(budget))
