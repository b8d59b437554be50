"""The question `safety-mode` (P-3): does every workflow package state `manual`?

A package is a YAML or JSON manifest with a `safety: {mode: ...}` mapping, at any depth. Where there
is none the question does not apply.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import PurePosixPath

import yaml

from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.facts.safety_mode import SafetyModeFacts
from atom_release.gate.vocabulary import Answer
from atom_release.lab.look import Look
from atom_release.probes.scanned import conclude
from atom_release.source.scan import Finding, Scanner, control, scan
from atom_release.source.text import is_example, is_test

_SUFFIXES = frozenset({".yaml", ".yml", ".json"})
_SPEAKS = re.compile(rb"""["']?safety["']?\s*:""")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MOST = 4_194_304
_NO_PACKAGE = "the tree holds no workflow package that states a safety mode"
_REMEDY = "Set safety.mode to manual in the package's manifest."


def probe_safety_mode(look: Look) -> list[Evidence]:
    """Ask whether every workflow package waits for a person unless it is told otherwise."""
    modes: dict[str, str] = {}
    unreadable: list[str] = []
    result = scan(look.tree, scanner_of(modes, unreadable))
    canaries = {
        "canary/package.yaml": b"name: x\nsafety:\n  mode: auto\n",
        "canary/package.json": b'{"spec": {"safety": {"mode": "auto"}}}',
    }
    checked = control(scanner_of({}, []), canaries, "a workflow package with safety.mode auto")
    facts = partial(
        SafetyModeFacts,
        packages=len(modes),
        modes=dict(sorted(modes.items())),
        unreadable=sorted(unreadable),
    )
    if not modes and not unreadable:
        facts = partial(facts, not_applicable=_NO_PACKAGE)
    if unreadable and not result.deciding:
        reason = (
            "a manifest that speaks of safety could not be read:"
            f" {', '.join(sorted(unreadable)[:3])}"
        )
        return [
            look.found(
                "safety-mode",
                "tree",
                Answer.UNKNOWN,
                reason,
                control=checked,
                facts=facts().to_json(),
                remedy="Make it valid YAML or JSON.",
            )
        ]
    return [
        conclude(
            look,
            "safety-mode",
            result,
            checked,
            thing="workflow packages that run without approval",
            remedy=_REMEDY,
            facts=facts,
        )
    ]


def scanner_of(modes: dict[str, str], unreadable: list[str]) -> Scanner:
    """Return the scanner.

    What packages state is noted in `modes`, and what could not be read in `unreadable`.
    """

    def scanner(path: str, content: bytes) -> Iterator[Finding]:
        if PurePosixPath(path.lower()).suffix not in _SUFFIXES or not _SPEAKS.search(content):
            return
        stated = _modes(path, content)
        if stated is None:
            if not is_test(path) and not is_example(path):
                unreadable.append(path)
            return
        for mode in stated:
            modes[path] = mode
            if mode.lower() != "manual":
                yield Finding(
                    path,
                    _line_of(content),
                    "safety-mode",
                    f"safety.mode is {mode[:40]}",
                    not is_test(path) and not is_example(path),
                )

    return scanner


def _modes(path: str, content: bytes) -> list[str] | None:
    """Return every mode that the documents of one file state, or None if they cannot be read."""
    if len(content) > _MOST:
        return None
    try:
        documents = (
            [json.loads(content)]
            if path.lower().endswith(".json")
            else list(yaml.load_all(content, Loader=_LOADER))
        )
    except (ValueError, yaml.YAMLError, RecursionError):
        return None
    return [mode for document in documents for mode in _stated(document)]


def _stated(document: object) -> Iterator[str]:
    """Yield the modes in one document.

    Shared parts are visited once, so that aliases cannot multiply the work.
    """
    waiting, seen = [document], set()
    while waiting:
        part = waiting.pop()
        if id(part) in seen or not isinstance(part, dict | list):
            continue
        seen.add(id(part))
        if isinstance(part, dict):
            safety = part.get("safety")
            if (
                isinstance(safety, dict)
                and "mode" in safety
                and not isinstance(safety["mode"], dict | list)
            ):
                yield str(safety["mode"])
        waiting.extend(part.values() if isinstance(part, dict) else part)


def _line_of(content: bytes) -> int:
    match = _SPEAKS.search(content)
    return content.count(b"\n", 0, match.start()) + 1 if match else 1
