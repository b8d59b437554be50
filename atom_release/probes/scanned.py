"""From a scan of the judged tree to evidence: what decides, what only warns, and what was not read.

Shared by the questions that scan (`secrets`, `default-secrets`, `personal-data`, `safety-mode`);
the scan itself is `source.scan`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from atom_release.gate.facts.evidence import Evidence, NegativeControl
from atom_release.gate.facts.tree_scan import FindingCounts, ScanFacts
from atom_release.gate.first_few import first_few
from atom_release.gate.vocabulary import Answer
from atom_release.lab.look import Look
from atom_release.source.scan import Scan

_SHOWN = 200


def conclude(  # noqa: PLR0913 - what one evidence is made of
    look: Look,
    question: str,
    result: Scan,
    checked: NegativeControl,
    *,
    thing: str,
    facts: Callable[..., ScanFacts],
    trouble: str = "",
    remedy: str = "",
    **rest: Any,  # noqa: ANN401 - as for Look.found
) -> Evidence:
    """Return the evidence.

    NO with anything that decides, UNKNOWN if not all was read or a part of the scan failed
    (`trouble` says why), YES otherwise; `facts` is the question's model, given what is its own;
    `remedy` is for what was found, and says nothing where the scan or its control failed; `rest`
    as for `Look.found`.
    """
    scanned = facts(
        files=result.files,
        bytes=result.bytes,
        blobs_in_tree=result.expected,
        unread=dict(result.unread),
        submodules=result.submodules[:_SHOWN],
        lfs_pointers=result.pointers[:_SHOWN],
        findings=[finding.as_fact() for finding in result.deciding[:_SHOWN]],
        warnings=[warning.as_fact() for warning in result.warnings[:_SHOWN]],
        counts=FindingCounts(findings=len(result.deciding), warnings=len(result.warnings)),
        by_rule=dict(sorted(Counter(finding.rule for finding in result.findings).items())),
    )
    answer, reason = _answer(result, thing, trouble)
    return look.found(
        question,
        "tree",
        answer,
        reason,
        control=checked,
        facts=scanned.to_json(),
        remedy=remedy if answer is Answer.NO else "",
        **rest,
    )


def _answer(result: Scan, thing: str, trouble: str = "") -> tuple[Answer, str]:
    read = (
        f"{result.files} of {result.expected} files, {result.bytes} bytes read{_elsewhere(result)}"
    )
    deciding = result.deciding
    if deciding:
        shown = first_few([f"{finding.place} ({finding.description})" for finding in deciding])
        return Answer.NO, f"{thing}: {shown}; {read}"
    if not result.whole:
        named = ", ".join(sorted(result.unread)[:3]) or "the tree is empty"
        return Answer.UNKNOWN, f"not everything could be read ({named}); {read}"
    if trouble:
        return Answer.UNKNOWN, f"{trouble} {read}"
    warned = f", {len(result.warnings)} warnings" if result.warnings else ""
    return Answer.YES, f"none found{warned}; {read}"


def _elsewhere(result: Scan) -> str:
    """Return what the tree only points to, as it stands beside the files read."""
    notes = ""
    if result.submodules:
        notes += f"; not read: {_counted(result.submodules, 'submodule')}"
    if result.pointers:
        notes += f"; read as a pointer only: {_counted(result.pointers, 'file', ' in Git LFS')}"
    if result.closed:
        notes += f"; not opened: {_counted(result.closed, 'archive')}"
    return notes


def _counted(paths: list[str], thing: str, of: str = "") -> str:
    named = ", ".join(paths[:3]) + (", ..." if len(paths) > 3 else "")  # noqa: PLR2004 - as many as are shown
    return f"{len(paths)} {thing}{'s' if len(paths) > 1 else ''}{of} ({named})"
