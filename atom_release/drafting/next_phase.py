"""The manifest of the next phase, from the text of a released one.

Names move on where they name the phase, the version or a service's id; comments, order and all that
is said of the services stay as they are. What is in the repository is asked by `exists` alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import yaml

from atom_release.drafting.moved_names import Names, moved_names
from atom_release.drafting.text_edits import (
    Edit,
    applied,
    entry_of,
    is_flow,
    pairs,
    set_entry,
    without_entry,
    yaml_text,
)
from atom_release.gate.manifest import Manifest, Service

_PLACEHOLDER = re.compile(r"((?:\{\w+|^[\"']?service):)([^{}/:\s\"']+)(?=[}/:\"']|$)")


@dataclass(frozen=True)
class NextPhase:
    """The text of the next manifest, its names, and what it leaves out until it is there.

    `absent` are reports and documents that no file of the repository is yet; `left_out` is what the
    release does not ask for that, with its reasons.
    """

    text: str
    names: Names
    absent: tuple[str, ...]
    left_out: Mapping[str, str]


def move_on(
    text: str,
    manifest: Manifest,
    phase: str,
    stated: Mapping[str, str],
    exists: Callable[[str], bool],
) -> NextPhase:
    """Return the manifest of the next phase.

    Args:
        text: the released manifest.
        manifest: the same, as it was read.
        phase: the next phase, e.g. `D`.
        stated: name, version, tag, branch or base in place of what is concluded.
        exists: whether a glob matches any file of the repository.

    Raises:
        Misuse: version or tag cannot be concluded and are not stated.
    """
    names = moved_names(manifest, phase, stated)
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    assert isinstance(root, yaml.MappingNode)  # noqa: S101 - it was read as a manifest
    absent = tuple(_absent(manifest, names, exists))
    left_out = _left_out(manifest, names, absent)
    edits = [
        *_release_edits(text, root, names),
        *_service_edits(text, root, names, absent),
        *_document_edits(text, root, names, absent),
        *_id_edits(text, root, names),
        *_left_out_edits(text, root, left_out),
    ]
    return NextPhase(applied(text, edits), names, absent, left_out)


def _absent(manifest: Manifest, names: Names, exists: Callable[[str], bool]) -> Iterator[str]:
    """Yield the reports and documents of the next phase that match no file."""
    reports = (service.report for service in manifest.services if service.report)
    for pattern in (*reports, *manifest.documents):
        moved = names.path(pattern)
        if not exists(moved):
            yield moved


def _left_out(manifest: Manifest, names: Names, absent: tuple[str, ...]) -> dict[str, str]:
    """Return what cannot be asked before the reports are written, each with its reason."""

    def unwritten(service: Service) -> bool:
        return bool(service.report) and names.path(service.report or "") in absent

    reasons = {
        names.ids[service.id]: "its report is not written yet, and it names no suite"
        for service in manifest.services
        if unwritten(service) and service.suite is None and service.accuracy is None
    }
    named = [service for service in manifest.services if service.report]
    if named and all(map(unwritten, named)):
        reasons["AC1"] = f"no report of phase {names.phase} is written yet"
    moved = {names.ids.get(criterion, criterion) for criterion in manifest.left_out}
    return {criterion: reason for criterion, reason in reasons.items() if criterion not in moved}


def _release_edits(text: str, root: yaml.MappingNode, names: Names) -> Iterator[Edit]:
    release = entry_of(root, "release")
    assert isinstance(release, yaml.MappingNode)  # noqa: S101 - the manifest's own form
    for field, value in names.fields.items():
        edit = set_entry(text, release, field, value, after="tag")
        if edit is not None:
            yield edit


def _services(root: yaml.MappingNode) -> Iterator[yaml.MappingNode]:
    services = entry_of(root, "services")
    if isinstance(services, yaml.SequenceNode):
        yield from (node for node in services.value if isinstance(node, yaml.MappingNode))


def _service_edits(
    text: str, root: yaml.MappingNode, names: Names, absent: tuple[str, ...]
) -> Iterator[Edit]:
    """Yield the edits of the reports: moved on, and out of the way where none is written yet."""
    for service in _services(root):
        report = entry_of(service, "report")
        if not isinstance(report, yaml.ScalarNode):
            continue
        moved = names.path(report.value)
        if moved in absent:
            yield without_entry(text, service, "report", f"report: {moved}  (not written yet)")
        else:
            yield Edit.of(report, _scalar(moved))


def _document_edits(
    text: str, root: yaml.MappingNode, names: Names, absent: tuple[str, ...]
) -> Iterator[Edit]:
    documents = entry_of(root, "documents")
    if not isinstance(documents, yaml.SequenceNode):
        return
    moved = [names.path(node.value) for node in documents.value]
    if set(moved) <= set(absent):
        yield without_entry(
            text, root, "documents", f"documents: [{', '.join(moved)}]  (not written yet)"
        )
    else:
        yield from (
            Edit.of(node, _scalar(path)) for node, path in zip(documents.value, moved, strict=True)
        )


def _id_edits(text: str, root: yaml.MappingNode, names: Names) -> Iterator[Edit]:
    """Yield the edits of ids wherever they stand alone, or in a placeholder such as `{url:C.1}`."""
    elsewhere = {"release", "documents"}
    for key, value in pairs(root):
        if key.value in elsewhere:
            continue
        for node in {leaf.start_mark.index: leaf for leaf in _leaves(value)}.values():
            written = text[node.start_mark.index : node.end_mark.index]
            moved = names.ids.get(node.value)
            fresh = (
                written.replace(node.value, moved)
                if moved
                else _PLACEHOLDER.sub(
                    lambda match: match[1] + names.ids.get(match[2], match[2]), written
                )
            )
            if fresh != written:
                yield Edit.of(node, fresh)


def _leaves(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    """Yield the scalars of a node but for reports, which move on as paths do."""
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _leaves(item)
    elif isinstance(node, yaml.MappingNode):
        for key, value in pairs(node):
            yield from _leaves(key)
            if key.value != "report":
                yield from _leaves(value)


def _left_out_edits(
    text: str, root: yaml.MappingNode, reasons: Mapping[str, str]
) -> Iterator[Edit]:
    """Yield the edit that adds what is left out, to what is left out already or at the end."""
    if not reasons:
        return
    entries = [f"{criterion}: {yaml_text(reason)}" for criterion, reason in reasons.items()]
    present = entry_of(root, "left_out")
    if not isinstance(present, yaml.MappingNode):
        added = "\n".join(("", "left_out:", *(f"  {entry}" for entry in entries), ""))
        yield Edit(len(text), len(text), added if text.endswith("\n") else f"\n{added}")
    elif is_flow(present):
        before = ", " if present.value else ""
        end = present.end_mark.index - 1
        yield Edit(end, end, before + ", ".join(entries))
    else:
        column = " " * present.value[0][0].start_mark.column
        end = present.value[-1][1].end_mark.index
        yield Edit(end, end, "".join(f"\n{column}{entry}" for entry in entries))


def _scalar(value: str) -> str:
    """Return a path as YAML takes it: plain, or in quotes where it begins as something else."""
    return value if re.match(r"[\w./]", value) and ": " not in value else f'"{value}"'
