"""What lies beside the reports: samples as Parquet, pictures of them as SVG, one HTML page.

Every request that was sent is among the samples.

No decision rests on them: the evidence names each file of samples by digest, and what is asked of a
picture or of the page stands in the reports. They stay in the run's folder, and go neither into the
release commit nor into the audit bundle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from atom_release.gate.catalogue.lineage import upstreams
from atom_release.gate.decision.claims_summary import accounts
from atom_release.gate.documents import matrix
from atom_release.gate.facts.latency import LatencyFacts
from atom_release.gate.facts.order import OrderFacts
from atom_release.gate.manifest import Service
from atom_release.pages import charts
from atom_release.pages.course import Course, course_of
from atom_release.pages.html import Observed, Told
from atom_release.pages.html import page as draw_page
from atom_release.records import canonical
from atom_release.records import names as artifact_names
from atom_release.records.record import evidence_in
from atom_release.release import previous_release, trusted_keys
from atom_release.release.grounds import grounds_of

if TYPE_CHECKING:
    from atom_release.gate.decision.decision import Decision
    from atom_release.gate.facts.evidence import Evidence
    from atom_release.gate.rules.case import Case
    from atom_release.release.work import Work

T = TypeVar("T")
_RELEASES = 7  # before this one


def titled(name: str) -> str:
    """Return what a picture shows: `<prefix>_Latency_C_1.svg` is `Latency C 1`."""
    return name.removesuffix(".svg").partition("_")[2].replace("_", " ")


def beside(work: Work, collected: Sequence[Evidence]) -> Iterator[tuple[str, bytes]]:
    """Yield the samples that were kept, and the pictures of them and of the releases before."""
    measured = {
        evidence.subject: facts
        for evidence in collected
        if evidence.question == "latency"
        and not evidence.errored
        and (facts := LatencyFacts.read(evidence.facts))
    }
    kept = [
        (service, content)
        for service in work.manifest.services
        if (content := _samples(work, measured.get(service.id)))
    ]
    yield from ((work.names.beside(service)[0], content) for service, content in kept)
    if not kept:
        return
    if not charts.drawn():
        work.log.warning(
            "No pictures are made: altair and vl-convert-python are not installed (pip install"
            " 'atom-release[pictures]')."
        )
        return
    before = _tried(work, "the releases before", lambda: list(_before(work))) or []
    for service, _ in kept:
        facts = measured[service.id]
        _, latency, trend = work.names.beside(service)
        for name, draw in (
            (latency, partial(_latency, work, service, facts)),
            (trend, partial(_trend, work, service, facts, before)),
        ):
            picture = _tried(work, name, draw)
            if picture is not None:
                yield name, picture


def page(
    work: Work, case: Case, decision: Decision, artifacts: Mapping[str, bytes]
) -> Mapping[str, bytes]:
    """Return the page of a decision, with the pictures that the run has.

    Nothing where it cannot be made.
    """
    made = _tried(work, work.names.page, lambda: _page(work, case, decision, artifacts))
    return {work.names.page: made} if made else {}


def _page(work: Work, case: Case, decision: Decision, artifacts: Mapping[str, bytes]) -> bytes:
    release = work.manifest.release
    drawn = work.inputs(name for name in work.names.measured if name.endswith(".svg"))
    content = Told(
        title=f"{decision.release} {decision.version}",
        tag=release.tag,
        decision=decision,
        accounts=accounts(work.manifest, case.evidence, decision.criteria),
        cells=matrix.cells(
            work.manifest,
            [result for result in decision.criteria if result.asset == "policy_check"],
        ),
        digests={name: canonical.digest(content) for name, content in artifacts.items()},
        names={service.id: service.name for service in work.manifest.services},
        pictures={titled(name): content for name, content in drawn.items()},
        floor=case.operator.floor,
        observed={
            digest: Observed(evidence.question, evidence.subject, evidence.observed_at)
            for digest, evidence in case.evidence.items()
        },
        bundle=work.names.artifact(artifact_names.BUNDLE),
        lineage=upstreams(work.manifest),
        course=_course(case, decision),
        grounds=grounds_of(decision, work.manifest, case.evidence, work.subject.tree),
    )
    return draw_page(content)


def _course(case: Case, decision: Decision) -> Course | None:
    """Return what came when, as the history was asked; None where it was not."""
    for _, piece in case.evidence_of("order", "release"):
        facts = OrderFacts.read(piece.facts)
        if facts is not None:
            return course_of(facts, datetime.fromisoformat(decision.as_of))
    return None


def _tried(work: Work, label: str, make: Callable[[], T]) -> T | None:
    """Make something to be shown, or say why not.

    No decision rests on it, so nothing that goes wrong in it may keep one from being recorded.
    """
    try:
        return make()
    except Exception as error:  # noqa: BLE001 - said, and decides nothing
        work.log.warning(
            "Not shown: %s: %s: %s", label, type(error).__name__, " ".join(str(error).split())[:200]
        )
        return None


def _latency(work: Work, service: Service, facts: LatencyFacts) -> bytes:
    title = f"{service.id} {service.name}"
    return charts.latency(title, _curves(work, facts), _limit(facts, service))


def _trend(
    work: Work,
    service: Service,
    facts: LatencyFacts,
    before: Sequence[tuple[str, Mapping[str, LatencyFacts]]],
) -> bytes | None:
    points = [
        *(
            point
            for release, by_service in before
            if service.id in by_service
            for point in _points(release, by_service[service.id], service)
        ),
        *_points(work.manifest.release.version, facts, service),
    ]
    return (
        charts.trend(f"{service.id} {service.name}", points)
        if len({point.release for point in points}) > 1
        else None
    )


def _samples(work: Work, facts: LatencyFacts | None) -> bytes:
    """Return the file of samples that these facts name, if it is still what was written."""
    if facts is None or facts.samples is None:
        return b""
    path = work.look.scratch / facts.samples.file
    content = path.read_bytes() if path.is_file() else b""
    return content if canonical.digest(content) == facts.samples.sha256 else b""


def _curves(work: Work, facts: LatencyFacts) -> list[charts.Curve]:
    from atom_release.probes.latency import samples

    file = facts.samples.file if facts.samples else ""
    taken = samples.latencies(work.look.scratch / file)
    return [
        charts.Curve(
            endpoint.name,
            sorted(taken.get(endpoint.name, [])),
            endpoint.p95,
            endpoint.low,
            endpoint.high,
            endpoint.errors,
        )
        for endpoint in facts.endpoints
    ]


def _limit(facts: LatencyFacts, service: Service) -> float:
    """Return the p95 that was allowed, in ms: as recorded, else as the manifest says now."""
    if facts.budget is not None:
        return facts.budget.p95
    return service.budget.p95.total_seconds() * 1000


def _before(work: Work) -> Iterator[tuple[str, Mapping[str, LatencyFacts]]]:
    """Yield the tag and the latency facts by service of the verified releases before this one.

    Oldest first; facts of a gate that wrote them otherwise are left out.
    """
    releases = list(
        islice(previous_release.every(work.subject, trusted_keys.gates(work.subject)), _RELEASES)
    )
    for release in reversed(releases):
        summary = release.artifact(artifact_names.PERF_SUMMARY)
        if summary is not None:
            pieces = evidence_in(dict([summary])).values()
            yield (
                release.tag,
                {
                    piece.subject: facts
                    for piece in pieces
                    if piece.question == "latency" and (facts := LatencyFacts.read(piece.facts))
                },
            )


def _points(release: str, facts: LatencyFacts, service: Service) -> Iterable[charts.Point]:
    limit = _limit(facts, service)
    for endpoint in facts.endpoints:
        if endpoint.p95 is not None:
            yield charts.Point(
                release, endpoint.name, endpoint.p95, endpoint.low, endpoint.high, limit
            )
