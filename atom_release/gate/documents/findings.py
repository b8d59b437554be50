"""The findings that stand in the facts of a leg's evidence.

What was found, where, by which rule, and whether it decides.

Facts are read by their shape, so that a probe that scans the tree in the same way as the others is
read like them. A failing leg without such facts is one finding itself. A finding's identity holds
no line number: what moves down a file stays the same finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.rules.legs import Leg
from atom_release.gate.vocabulary import Outcome


@dataclass(frozen=True)
class Found:
    """One finding of one leg; `path` is empty where it is not at a place in the tree."""

    rule: str
    summary: str
    decides: bool
    path: str = ""
    line: int = 0
    remedy: str = ""
    identity: tuple[str, ...] = ()


def findings(leg: Leg, evidence: Mapping[str, Evidence]) -> list[Found]:
    """Return the findings of a leg.

    Where it does not fail, as when a manifest lets secrets of the history warn, none of them
    decides.
    """
    entries = [
        entry
        for digest in leg.evidence
        if digest in evidence
        for entry in _in_facts(evidence[digest].facts)
    ]
    failing = leg.outcome is Outcome.FAIL
    kept = [entry if failing else replace(entry, decides=False) for entry in entries]
    if failing and not any(entry.decides for entry in kept):
        kept.append(
            Found(
                leg.question, leg.reason, decides=True, remedy=leg.remedy, identity=(leg.subject,)
            )
        )
    return kept


def withheld(leg: Leg, evidence: Mapping[str, Evidence]) -> int:
    """Return how many findings the evidence counts beyond those that it lists."""
    missing = 0
    for facts in (evidence[digest].facts for digest in leg.evidence if digest in evidence):
        counts = facts.get("counts")
        for name in ("findings", "warnings"):
            listed, counted = (
                facts.get(name),
                counts.get(name) if isinstance(counts, dict) else None,
            )
            missing += (
                max(0, counted - len(listed))
                if isinstance(listed, list) and isinstance(counted, int)
                else 0
            )
    return missing


def _in_facts(facts: Mapping[str, Any]) -> Iterator[Found]:
    for name, read in _READ.items():
        listed = facts.get(name)
        entries: Iterable[Any] = (
            listed.items()
            if isinstance(listed, dict)
            else listed
            if isinstance(listed, list)
            else ()
        )
        for entry in entries:
            finding = read(entry)
            if finding is not None:
                yield finding


def _scanned(entry: Any, *, decides: bool) -> Found | None:  # noqa: ANN401 - any JSON
    """Read what a scan of the tree found; a warning may be a sentence only."""
    if isinstance(entry, str):
        return Found("warning", entry, decides=False, identity=(entry,))
    if not isinstance(entry, dict) or "rule" not in entry:
        return None
    summary, path = str(entry.get("what", "")), str(entry.get("path", ""))
    line, identity = _number(entry.get("line")), (path, str(entry.get("fingerprint") or summary))
    if entry.get("commit"):  # of another commit: that line is not in the judged tree
        where = f" ({path}:{line} in commit {str(entry['commit'])[:12]})" if path else ""
        return Found(str(entry["rule"]), summary + where, decides=decides, identity=identity)
    return Found(
        str(entry["rule"]), summary, decides=decides, path=path, line=line, identity=identity
    )


def _leak(entry: Any) -> Found | None:  # noqa: ANN401 - any JSON
    """Read a way from one tenant to another."""
    if not isinstance(entry, dict) or "fault" not in entry:
        return None
    where, fault = str(entry.get("where", "")), str(entry["fault"])
    path, line, remedy = (
        str(entry.get("path") or ""),
        _number(entry.get("line")),
        str(entry.get("remedy", "")),
    )
    return Found(
        fault,
        f"{where}: {entry.get('what', '')}",
        decides=True,
        path=path,
        line=line,
        remedy=remedy,
        identity=(where,),
    )


def _unapplied(entry: Any) -> Found | None:  # noqa: ANN401 - any JSON
    """Read a migration that does not apply for a reason of its own."""
    if not isinstance(entry, dict) or entry.get("kind") != "failed":
        return None
    path, state, line = (
        str(entry.get("path", "")),
        str(entry.get("sqlstate") or ""),
        _number(entry.get("line")),
    )
    summary = f"does not apply: {entry.get('error', '')}" + (f" ({state})" if state else "")
    return Found(
        "not-applied",
        summary,
        decides=True,
        path=path,
        line=line,
        remedy=f"mend {path}:{line}" if line else f"mend {path}",
        identity=(path, summary),
    )


def _token(entry: Any) -> Found | None:  # noqa: ANN401 - any JSON
    """Read a token that was accepted and must not be."""
    if (
        not isinstance(entry, tuple)
        or not str(entry[1]).startswith("accepted")
        or entry[0] == "good token"
    ):
        return None
    name = str(entry[0])
    return Found(
        name.replace("=", " ").replace(" ", "-"),
        f"a token is accepted that must be refused: {name} ({entry[1]})",
        decides=True,
        identity=(name,),
    )


_READ: dict[str, Callable[[Any], Found | None]] = {
    "findings": lambda entry: _scanned(entry, decides=True),
    "warnings": lambda entry: _scanned(entry, decides=False),
    "leaks": _leak,
    "not_applied": _unapplied,
    "cases": _token,
}


def _number(value: Any) -> int:  # noqa: ANN401 - any JSON
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
