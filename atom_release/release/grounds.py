"""What a decision rests on, for those who tell people of it: manifest, evidence, lines of the code.

Where the judged tree has what is told of a refused service is looked up by its text alone: the
first line of its source, tests left out, on which a path stands in quotes (or the handler that it
names there), the call that decodes tokens, the tests that passed without the code. It says where to
look and decides nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from atom_release.gate.documents.described_requests import JWT_DECODE
from atom_release.gate.documents.description import Grounds
from atom_release.gate.facts.suite import SuiteFacts
from atom_release.gate.vocabulary import Outcome
from atom_release.source.objects import MissingBlob
from atom_release.source.text import is_test

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from atom_release.gate.decision.decision import Decision
    from atom_release.gate.facts.evidence import Evidence
    from atom_release.gate.manifest import Manifest, Service
    from atom_release.source.commit import JudgedTree

_NAMED = re.compile(r"\s*,\s*(?:[\w.]+\.)?(\w+)\s*[,)]")
_LARGEST = 1 << 20  # bytes of a file of code that is looked through


def grounds_of(
    decision: Decision, manifest: Manifest, evidence: Mapping[str, Evidence], tree: JudgedTree
) -> Grounds:
    """Return what the descriptions of a decision are made from; of a GREEN no code is read."""
    refused = {
        leg.subject
        for result in decision.criteria
        if not result.accepted
        for leg in result.legs
        if leg.outcome not in {None, Outcome.PASS}
    }
    lines = {
        (service.id, text): line
        for service in manifest.services
        if service.id in refused
        for text, line in _lines_of(tree, service, _tests(service, evidence)).items()
    }
    return Grounds(manifest, evidence, lines)


def _lines_of(tree: JudgedTree, service: Service, tests: Collection[str]) -> dict[str, str]:
    """Return the first line of a service's source that has each text which is told of it."""
    wanted = {path: re.compile(rf"""["'`]{re.escape(path)}["'`]""") for path in _paths(service)}
    if service.token_audit:
        wanted[JWT_DECODE] = re.compile(re.escape(JWT_DECODE))
    lines: dict[str, str] = {}
    for name in _sources(tree, service.source) if wanted else ():
        lines = {**_found(tree, name, wanted), **lines}
    own = {name: re.compile(rf"\bdef {re.escape(name.partition('[')[0])}\b") for name in tests}
    for name in _sources(tree, service.suite.paths, tests=True) if own and service.suite else ():
        lines = {**_found(tree, name, own), **lines}
    return lines


def _found(tree: JudgedTree, name: str, wanted: Mapping[str, re.Pattern[str]]) -> dict[str, str]:
    """Return where a file has each text; of a path that is only routed, where its handler is."""
    rows = _text(tree, name).splitlines()
    lines: dict[str, str] = {}
    for number, row in enumerate(rows, start=1):
        for text, pattern in wanted.items():
            if text not in lines and (met := pattern.search(row)):
                lines[text] = f"{name}:{_handler(rows, row[met.end() :]) or number}"
    return lines


def _handler(rows: Sequence[str], rest: str) -> int:
    """Return the line that defines what a route names behind its path; 0 where it names nothing."""
    named = _NAMED.match(rest)
    if named is None:
        return 0
    pattern = re.compile(rf"\s*(async\s+)?(def|function)\s+{re.escape(named[1])}\b")
    return next((number for number, row in enumerate(rows, start=1) if pattern.match(row)), 0)


def _tests(service: Service, evidence: Mapping[str, Evidence]) -> list[str]:
    """Return the tests of a service that passed without its code."""
    facts = (
        SuiteFacts.read(piece.facts)
        for piece in evidence.values()
        if piece.leg == ("suite", service.id)
    )
    return [
        name.rpartition("::")[2]
        for read in facts
        if read and read.control
        for name in read.control.still_passing
    ]


def _paths(service: Service) -> set[str]:
    requests = [
        *service.endpoints,
        *((service.token_audit.request,) if service.token_audit else ()),
        *((service.approval.act, *service.approval.prepare) if service.approval else ()),
        *((service.privacy.plant + service.privacy.surfaces) if service.privacy else ()),
    ]
    served = {request.path.partition("?")[0] for request in requests}
    return {path for path in (*served, service.health, service.metrics) if path and path != "/"}


def _sources(tree: JudgedTree, source: Collection[str], *, tests: bool = False) -> Iterator[str]:
    for name, entry in sorted(tree.entries.items()):
        inside = any(name == path or name.startswith(f"{path}/") for path in source)
        if inside and entry.kind == "blob" and is_test(name) is tests:
            yield name


def _text(tree: JudgedTree, name: str) -> str:
    try:
        content = tree.read(name)
    except MissingBlob:
        return ""
    return "" if len(content) > _LARGEST or b"\0" in content else content.decode("utf-8", "replace")
