"""The question `report`: is a service's report there, once, and does it state that it passed?

What it asserts beside its status is `claims`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atom_release.gate.claims.ledger import disagreements
from atom_release.gate.claims.record import ClaimKind, ClaimRecord, ReportStatus
from atom_release.gate.facts.claims import ReportFacts, State
from atom_release.gate.facts.evidence import Evidence, NegativeControl
from atom_release.gate.manifest import Service
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.look import Look
from atom_release.reader.report import read_report
from atom_release.source.objects import MissingBlob

if TYPE_CHECKING:
    from atom_release.source.commit import JudgedTree

REPORT = "report"
SHOWN = 5
"""How many paths of reports a fact holds at most."""


def report_paths(look: Look, service: Service) -> list[str]:
    """Return the paths of the judged commit that the manifest's pattern for the report matches."""
    return look.tree.glob(service.report) if service.report is not None else []


def find_disagreements(look: Look, service: Service, paths: list[str]) -> list[str]:
    """Return where several reports of this service's task state another status or other counts."""
    readable = (
        [path for path in paths if look.tree.entries[path].kind == "blob"] if len(paths) > 1 else []
    )
    records = [
        read_report(path, look.tree.read(path), limit=look.manifest.report_limit)
        for path in readable
    ]
    return list(
        disagreements(
            record.model_copy(update={"task_id": service.id})
            for record in records
            if not record.unread
        )
    )


def absent_path_control(look: Look) -> NegativeControl:
    """Ask for a report that cannot be there."""
    path = f"no-such-folder-{look.tree.commit}/report.md"
    paths = look.tree.glob(path)
    return NegativeControl(
        state=ControlState.DEAD if paths else ControlState.ALIVE,
        changed=f"asked for {path}",
        found=", ".join(paths) or "no file of the judged commit",
    )


def ask_report(look: Look, service: Service, record: ClaimRecord) -> Evidence:
    """Return the evidence on a report that is there and was read."""
    twins = _twins(look, service)
    answer, state, reason = _standing(look, service, record, twins)
    return look.found(
        REPORT,
        service.id,
        answer,
        reason,
        remedy=_remedy(record, answer),
        control=absent_path_control(look),
        facts=ReportFacts(
            state=state,
            paths=(record.path,),
            status=record.status.value,
            status_raw=record.status_raw,
            task_id=record.task_id,
            disagreements=tuple(find_disagreements(look, service, [record.path, *twins])),
        ).to_json(),
        sources={record.path: look.tree.digest(record.path)},
    )


def _standing(
    look: Look, service: Service, record: ClaimRecord, twins: list[str]
) -> tuple[Answer, State, str]:
    """Return the answer, the state of the report in the tree, and the reason."""
    if twins:
        return (
            Answer.NO,
            "twice",
            f"claimed twice: {service.id} is also named by {', '.join(twins)}",
        )
    others = {other.id for other in look.manifest.services} - {service.id}
    if record.task_id in others:
        return (
            Answer.NO,
            "absent",
            f"{record.path} is the report of {record.task_id}, not of {service.id}",
        )
    refused = next(
        (
            claim
            for claim in record.claims
            if claim.kind is ClaimKind.STATUS and claim.value != ReportStatus.PASS
        ),
        None,
    )
    if refused is not None:
        return Answer.NO, "one", f"{record.place(refused)} says {refused.value}"
    if not record.status.understood:
        return Answer.UNKNOWN, "one", _not_understood(record)
    return Answer.YES, "one", f"{record.path} is there once and says {record.status_raw}"


def _not_understood(record: ClaimRecord) -> str:
    """Return why a report's status was not taken for one."""
    if record.status is ReportStatus.MISSING:
        return f"{record.path} states no status"
    if record.doubt:
        return (
            f"{record.path} states {record.status_raw!r}, and what a reader meets there speaks"
            f" against it: {record.doubt}"
        )
    return f"{record.path} states the status {record.status_raw!r}, which is not understood"


def _remedy(record: ClaimRecord, answer: Answer) -> str:
    """Return what the report's writer can do, which is to say it once, for machines."""
    if answer is Answer.YES:
        return ""
    if record.doubt:
        return (
            f"Correct in {record.path} the place that is named, or the status. What is past goes"
            " under a heading such as `Before`, what is known and apart from this release says so."
        )
    if record.status.understood:
        return f"Correct what {record.path} says of itself, or what it reports on."
    return (
        f"State the status in {record.path} as PASS, FAIL, BLOCKED, PARTIAL or SIMULATED, in a"
        f" claims block, which `atom-release claims --draft {record.path}` writes."
    )


def _twins(look: Look, service: Service) -> list[str]:
    """Return the other services' reports that name this service's task."""
    return [path for other, path in _named_tasks(look).get(service.id, []) if other != service.id]


def _named_tasks(look: Look) -> dict[str | None, list[tuple[str, str]]]:
    """Return for each task that a report names the services that have the report, with its path."""
    services = tuple((service.id, service.report) for service in look.manifest.services)
    return look.tree.once(("tasks", look.manifest.report_limit, services), lambda: _tasks(look))


def _tasks(look: Look) -> dict[str | None, list[tuple[str, str]]]:
    tasks: dict[str | None, list[tuple[str, str]]] = {}
    for service in look.manifest.services:
        for path in report_paths(look, service):
            tasks.setdefault(_task(look.tree, path, look), []).append((service.id, path))
    return tasks


def _task(tree: JudgedTree, path: str, look: Look) -> str | None:
    try:
        return read_once(look, path, tree.read(path)).task_id
    except MissingBlob:
        return None


def read_once(look: Look, path: str, raw: bytes, beside: bytes | None = None) -> ClaimRecord:
    """Read a report of the judged commit, `beside` the claims file of its folder.

    Once for the service that it is of and for those that look whether it is theirs.
    """
    limit = look.manifest.report_limit
    return look.tree.once(
        ("record", path, raw, limit, beside),
        lambda: read_report(path, raw, limit=limit, beside=beside),
    )
