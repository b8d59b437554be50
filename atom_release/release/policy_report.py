"""What the policy check writes from its evidence.

The outcomes as a matrix, as Markdown, and as SARIF for editors and code scanning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import yaml

from atom_release import __version__
from atom_release.gate.catalogue import criteria
from atom_release.gate.decision.decide import judge
from atom_release.gate.decision.decision import CriterionResult
from atom_release.gate.documents import markdown, matrix, sarif
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.rules.case import Case
from atom_release.records import canonical, names
from atom_release.release.work import Work, evidence_document
from atom_release.source.manifest_file import MANIFEST_PATH

_OF_DOCUMENTS = {"AC1": {"documents"}, "AC5": {"order"}}
"""Criteria of other reports, and the legs of theirs whose findings stand at lines of the tree."""


def write(work: Work, collected: Sequence[Evidence]) -> Mapping[str, bytes]:
    """Judge the policies by this evidence and what was stored before, and give the artifacts."""
    name, release = work.names.artifact(names.POLICY_CHECK), work.manifest.release
    case = work.case(
        {
            **work.inputs(work.names.evidence_artifacts),
            name: canonical.artifact(evidence_document(collected)),
        }
    )
    results = [
        judge(criterion, case)
        for criterion in criteria.expected(work.manifest)
        if criterion.asset == work.name
    ]
    cells = matrix.cells(work.manifest, results)
    title = f"{release.prefix} {release.version}"
    origin = sarif.Origin(
        repository_uri(work), work.subject.commit, title, __version__, places(work)
    )
    return {
        name: canonical.artifact(
            evidence_document(collected, matrix=[cell.model_dump(mode="json") for cell in cells])
        ),
        work.names.artifact(names.POLICY_CHECK_TEXT): (
            markdown.policy_check(title, results, cells).encode()
        ),
        work.names.artifact(names.POLICY_CHECK_SARIF): canonical.artifact(
            sarif.document(origin, [*results, *_beside(work, case)], case.evidence)
        ),
    }


def _beside(work: Work, case: Case) -> Iterator[CriterionResult]:
    """Yield what other criteria show of documents and their history, and nothing else of them."""
    for criterion in criteria.expected(work.manifest):
        if criterion.id not in _OF_DOCUMENTS:
            continue
        result = judge(criterion, case)
        legs = [leg for leg in result.legs if leg.question in _OF_DOCUMENTS[criterion.id]]
        if legs:
            yield result.model_copy(update={"legs": tuple(legs), "flaky": False})


def repository_uri(work: Work) -> str:
    """Return the remote's address without credentials.

    Where the remote is a folder or there is none, the root commit names the repository.
    """
    from atom_release.git import Git, GitError, remote

    try:
        address = remote.push_address(
            Git(work.subject.tree.repository), work.manifest.infrastructure.remote
        )
    except GitError:
        address = None
    return public_uri(address or "") or f"urn:git:{work.subject.tree.root}"


def public_uri(address: str) -> str:
    """Return an address as a URI that anybody may read.

    Nothing where it is a folder of this machine.
    """
    web = re.fullmatch(
        r"(?P<scheme>https?|ssh|git)://(?:[^/@]*@)*(?P<rest>[A-Za-z0-9.:_\[\]-]+/[A-Za-z0-9._~/%+-]*)(?:[?#].*)?",
        address,
    )
    if web:
        return f"{web['scheme']}://{web['rest']}"
    short = re.fullmatch(
        r"(?:[^/@:]+@)?(?P<host>[A-Za-z0-9.-]{2,}):(?!//)(?P<path>[A-Za-z0-9._~/%+-]+)", address
    )
    return f"ssh://{short['host']}/{short['path'].lstrip('/')}" if short else ""


def places(work: Work) -> dict[str, tuple[str, int]]:
    """Return where the manifest speaks of each subject, if it is part of the judged commit."""
    if work.subject.external or work.subject.tree.entries.get(MANIFEST_PATH) is None:
        return {}
    return {subject: (MANIFEST_PATH, line) for subject, line in _lines(work.subject.manifest_bytes)}


def _lines(manifest: bytes) -> Iterator[tuple[str, int]]:
    yield "", 1
    document = yaml.compose(manifest, Loader=yaml.SafeLoader)
    sections = (
        {key.value: (key, value) for key, value in document.value}
        if isinstance(document, yaml.MappingNode)
        else {}
    )
    for subject, section in (
        ("postgres", "tenancy"),
        ("vault", "infrastructure"),
        ("prometheus", "infrastructure"),
        ("key", "signing_key"),
    ):
        if section in sections:
            yield subject, sections[section][0].start_mark.line + 1
    services = sections["services"][1].value if "services" in sections else []
    for service in services:
        for key, value in service.value if isinstance(service, yaml.MappingNode) else []:
            if key.value == "id":
                yield str(value.value), value.start_mark.line + 1
