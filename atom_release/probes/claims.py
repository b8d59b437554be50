"""The question `claims`: what does a service's report assert? Asked with `report`, read once.

What becomes of the assertions is not decided here: the gate judges them (`gate.claims.ledger`)
from these facts and the evidence of the other probes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from atom_release.gate.claims.record import Claim, ClaimKind, ClaimRecord
from atom_release.gate.claims.service_facts import FileSize, Known, LineAge
from atom_release.gate.facts.claims import AddedFact, ClaimsFacts, ReportFacts, UnchangedFact
from atom_release.gate.facts.evidence import Evidence, NegativeControl
from atom_release.gate.manifest import Service
from atom_release.gate.vocabulary import Answer
from atom_release.lab.look import Look
from atom_release.probes.report import (
    REPORT,
    SHOWN,
    absent_path_control,
    ask_report,
    find_disagreements,
    read_once,
    report_paths,
)
from atom_release.reader.claims_block import FILE
from atom_release.reader.control import changed_copy
from atom_release.reader.resolution import Resolver
from atom_release.source.objects import MissingBlob

if TYPE_CHECKING:
    from atom_release.source.commit import JudgedTree

_QUESTION = "claims"


def collect(look: Look, service: Service) -> tuple[Evidence, Evidence]:
    """Return the evidence on the report's presence and status, and on what it asserts."""
    paths = report_paths(look, service)
    if len(paths) != 1:
        return _absent(look, service, paths)
    try:
        raw = look.tree.read(paths[0])
    except MissingBlob as error:
        return _unreadable(look, service, paths[0], error.message, error.remedy)
    beside = _beside(look, paths[0])
    record = read_once(look, paths[0], raw, beside)
    if record.unread:
        return _unreadable(
            look,
            service,
            paths[0],
            record.unread,
            "Write the report as Markdown or JSON text, below the manifest's report_limit, and a"
            " claims block as `atom-release schema --claims` has it.",
        )
    return ask_report(look, service, record), _claims(
        look, service, record, changed_copy(record, raw, beside)
    )


def _beside(look: Look, report: str) -> bytes | None:
    """Return the `release-claims.json` in the report's folder of the judged commit, if any."""
    path = (PurePosixPath(report).parent / FILE).as_posix()
    entry = look.tree.entries.get(path)
    return look.tree.read(path) if entry is not None and entry.kind == "blob" else None


def _absent(look: Look, service: Service, paths: list[str]) -> tuple[Evidence, Evidence]:
    reason = (
        f"claimed twice: {', '.join(paths[:SHOWN])}"
        if paths
        else f"no file of the judged commit matches {service.report}"
    )
    remedy = (
        "Leave one report, or narrow the manifest's pattern."
        if paths
        else f"Commit the report of {service.name} as {service.report}."
    )
    facts = ReportFacts(
        state="twice" if paths else "absent",
        paths=tuple(paths[:SHOWN]),
        disagreements=tuple(find_disagreements(look, service, paths[:SHOWN])),
    ).to_json()
    rest: dict[str, Any] = {"control": absent_path_control(look), "remedy": remedy, "facts": facts}
    return look.found(REPORT, service.id, Answer.NO, reason, **rest), look.found(
        _QUESTION, service.id, Answer.UNKNOWN, f"nothing to read: {reason}", **rest
    )


def _unreadable(
    look: Look, service: Service, path: str, why: str, remedy: str
) -> tuple[Evidence, Evidence]:
    rest: dict[str, Any] = {
        "control": absent_path_control(look),
        "remedy": remedy,
        "facts": ReportFacts(state="unread", paths=(path,), unread=why).to_json(),
    }
    reason = f"{path} could not be read: {why}"
    return look.found(REPORT, service.id, Answer.UNKNOWN, reason, **rest), look.found(
        _QUESTION, service.id, Answer.UNKNOWN, reason, **rest
    )


def _claims(
    look: Look, service: Service, record: ClaimRecord, control: NegativeControl
) -> Evidence:
    added = look.tree.added(record.path)
    since = added.commit if added is not None and added.complete else None
    code, data = _code(service), _data(service)
    facts = ClaimsFacts(
        record=record.model_dump(mode="json"),
        known=_known(look, service, record).model_dump(mode="json"),
        added=(
            AddedFact(
                commit=added.commit,
                when=added.when.astimezone(UTC).isoformat(),
                complete=added.complete,
            )
            if added
            else None
        ),
        unchanged=UnchangedFact(
            code=_unchanged(look.tree, since, code), data=_unchanged(look.tree, since, data)
        ),
    ).to_json()
    return look.found(
        _QUESTION,
        service.id,
        Answer.YES,
        f"{record.path} asserts {len(record.claims)} things; {record.unexamined} of {record.lines}"
        " lines hold nothing that was looked for",
        control=control,
        facts=facts,
        sources={path: look.tree.digest(path) for path in _sources(record)},
        remedy=(
            f"State the report's status and test counts in {record.path} as plain text."
            if not record.claims
            else ""
        ),
    )


def _sources(record: ClaimRecord) -> list[str]:
    """Return the files that the record was read from."""
    return [record.path, *sorted({claim.file for claim in record.claims if claim.file})]


def _code(service: Service) -> tuple[str, ...]:
    """Return what a count of the service's tests speaks of."""
    return (*service.source, *(service.suite.paths if service.suite else ()))


def _data(service: Service) -> tuple[str, ...]:
    """Return what a score of the service speaks of."""
    return (*service.source, *((service.accuracy.data,) if service.accuracy else ()))


def _line_ages(look: Look, service: Service, record: ClaimRecord) -> dict[int, LineAge]:
    """Return, of each line that asserts something, when it was written and what moved since.

    Empty where git does not tell, or counts other lines than the reader: then no line can be held
    against the release.
    """
    # an empty last line is one for the reader alone
    if abs(len(_lines_of_git(look.tree.read(record.path))) - record.lines) > 1:
        return {}
    return _ages(look, service, record.path, [claim for claim in record.claims if not claim.file])


def _ages_beside(look: Look, service: Service, record: ClaimRecord) -> dict[int, LineAge]:
    """Return the same of the lines of the file of claims beside the report."""
    claims = [claim for claim in record.claims if claim.file]
    return _ages(look, service, str(claims[0].file), claims) if claims else {}


def _ages(look: Look, service: Service, path: str, claims: Sequence[Claim]) -> dict[int, LineAge]:
    authors = look.tree.line_authors(path) or {}
    content = look.tree.read(path) if authors else b""
    lines_of_git = _lines_of_git(content) if authors else []
    written_down = lines_of_git[-1] if lines_of_git else 0
    if abs(len(authors) - written_down) > 1:
        return {}
    written = {
        line: author
        for line, of_git in enumerate(lines_of_git, start=1)
        if (author := authors.get(of_git)) is not None
    }
    claim_lines = {claim.line for claim in claims} & written.keys()
    ages = {
        commit: (
            _unchanged(look.tree, commit, _code(service)),
            _unchanged(look.tree, commit, _data(service)),
        )
        for commit in {written[line].commit for line in claim_lines}
    }
    return {
        line: LineAge(
            commit=written[line].commit,
            written=written[line].when,
            code_unchanged=ages[written[line].commit][0],
            data_unchanged=ages[written[line].commit][1],
        )
        for line in sorted(claim_lines)
    }


def _lines_of_git(content: bytes) -> list[int]:
    """Return of each line as the reader counts them the number that git gives it.

    For git a line ends with a line feed alone; a reader ends one at a lone carriage return too.
    """
    numbers = [1]
    for end in re.findall(rb"\r\n|\n|\r", content):
        numbers.append(numbers[-1] + (b"\n" in end))
    return numbers


def _unchanged(tree: JudgedTree, since: str | None, paths: tuple[str, ...]) -> bool | None:
    changed = tree.changed_since(since, paths) if since else None
    return None if changed is None else not changed


def _known(look: Look, service: Service, record: ClaimRecord) -> Known:
    """Return what the tree and its history tell; the gate adds what the other probes found."""
    resolver = Resolver(look.tree.entries, record.path, service.source)
    deliverables = {path: resolver.find(path) for path in record.deliverables}
    added = look.tree.added(record.path)
    return Known(
        report=record.path,
        deliverables=deliverables,
        sizes=_sizes(look.tree, record, deliverables),
        branch_exists=_branch_exists(look.tree, record.branch),
        added=added.when.astimezone(UTC) if added else None,
        history_complete=bool(added and added.complete),
        lines=_line_ages(look, service, record),
        lines_beside=_ages_beside(look, service, record),
        endpoints=_endpoints(service) or None,
    )


def _endpoints(service: Service) -> tuple[str, ...]:
    """Return every endpoint that the manifest names for the service.

    Those for health and metrics included.
    """
    served = [f"{endpoint.method} {endpoint.path}" for endpoint in service.endpoints]
    return tuple(
        dict.fromkeys(
            [*served, *(f"GET {path}" for path in (service.health, service.metrics) if path)]
        )
    )


def _sizes(
    tree: JudgedTree, record: ClaimRecord, deliverables: dict[str, tuple[str, ...] | None]
) -> dict[str, FileSize]:
    if not any(claim.kind is ClaimKind.SIZE for claim in record.claims):
        return {}
    sizes = {}
    for written, paths in deliverables.items():
        if paths and len(paths) == 1 and tree.entries[paths[0]].kind == "blob":
            content = tree.read(paths[0])
            sizes[written] = FileSize(
                bytes=len(content),
                lines=content.count(b"\n") + (not content.endswith(b"\n") and content != b""),
            )
    return sizes


def _branch_exists(tree: JudgedTree, branch: str | None) -> bool | None:
    """Return whether the repository knows that branch, here or as one of a remote's.

    None without a branch or where git does not tell.
    """
    if branch is None:
        return None
    ran = tree.objects.git.call(
        "for-each-ref", "--format=%(refname)", f"refs/heads/{branch}", f"refs/remotes/*/{branch}"
    )
    if ran.status != 0:
        return None
    return any(
        name == f"refs/heads/{branch}" or name.split("/", 3)[3:] == [branch]
        for name in ran.out.decode("utf-8", "replace").split("\n")
    )
