"""What the policy check writes from its evidence: the outcomes as a matrix, as Markdown, and as SARIF for editors and code scanning."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import yaml

from atom_release import __version__
from atom_release.gate import criteria, matrix, reports, sarif
from atom_release.gate.decision import judge
from atom_release.gate.evidence import Evidence
from atom_release.graph.step import Step, evidence_document
from atom_release.graph.subject import MANIFEST_PATH
from atom_release.publish import canonical


def write(step: Step, found: Sequence[Evidence]) -> Mapping[str, bytes]:
    """Judge the policies by this evidence and what was stored before, and give the artifacts."""
    name, release = step.blueprint.artifact("PolicyCheck.json"), step.manifest.release
    case = step.case({**step.inputs(step.blueprint.evidence_artifacts), name: canonical.encode(evidence_document(found))})
    results = [judge(one, case) for one in criteria.expected(step.manifest) if one.asset == step.name]
    cells = matrix.cells(step.manifest, results)
    title = f"{release.prefix} {release.version}"
    origin = sarif.Origin(repository_uri(step), step.subject.commit, title, __version__, places(step))
    return {
        name: canonical.encode(evidence_document(found, matrix=[cell.model_dump(mode="json") for cell in cells])),
        step.blueprint.artifact("PolicyCheck.md"): reports.policy_check(title, results, cells).encode(),
        step.blueprint.artifact("PolicyCheck.sarif"): canonical.encode(sarif.document(origin, results, case.evidence)),
    }


def repository_uri(step: Step) -> str:
    """Give the remote's address without credentials; where the remote is a folder or there is none, the root commit names the repository."""
    from atom_release.git import Git, GitError, remote  # noqa: PLC0415 - heavy imports stay inside

    try:
        address = remote.push_address(Git(step.subject.tree.repository), step.manifest.infrastructure.remote)
    except GitError:
        address = None
    return public_uri(address or "") or f"urn:git:{step.subject.tree.root}"


def public_uri(address: str) -> str:
    """Give an address as a URI that anybody may read, nothing where it is a folder of this machine."""
    web = re.fullmatch(r"(?P<scheme>https?|ssh|git)://(?:[^/@]*@)*(?P<rest>[A-Za-z0-9.:_\[\]-]+/[A-Za-z0-9._~/%+-]*)(?:[?#].*)?", address)
    if web:
        return f"{web['scheme']}://{web['rest']}"
    short = re.fullmatch(r"(?:[^/@:]+@)?(?P<host>[A-Za-z0-9.-]{2,}):(?!//)(?P<path>[A-Za-z0-9._~/%+-]+)", address)
    return f"ssh://{short['host']}/{short['path'].lstrip('/')}" if short else ""


def places(step: Step) -> dict[str, tuple[str, int]]:
    """Say where the manifest speaks of each subject, if it is part of the judged commit."""
    if step.subject.external or step.subject.tree.entries.get(MANIFEST_PATH) is None:
        return {}
    return {subject: (MANIFEST_PATH, line) for subject, line in _lines(step.subject.manifest_bytes)}


def _lines(manifest: bytes) -> Iterator[tuple[str, int]]:
    yield "", 1
    document = yaml.compose(manifest, Loader=yaml.SafeLoader)
    sections = {key.value: (key, value) for key, value in document.value} if isinstance(document, yaml.MappingNode) else {}
    for subject, section in (("postgres", "tenancy"), ("vault", "infrastructure"), ("prometheus", "infrastructure"), ("key", "signing_key")):
        if section in sections:
            yield subject, sections[section][0].start_mark.line + 1
    services = sections["services"][1].value if "services" in sections else []
    for service in services:
        for key, value in service.value if isinstance(service, yaml.MappingNode) else []:
            if key.value == "id":
                yield str(value.value), value.start_mark.line + 1
