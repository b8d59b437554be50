"""Where a validator's script lets pass a latency that is exactly at the budget."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from atom_release.gate.facts.contradiction import Place
from atom_release.source.objects import MissingBlob

if TYPE_CHECKING:
    from atom_release.lab.look import Look

_ASSIGNED = re.compile(
    r"^\s*(?:export\s+|const\s+|let\s+|var\s+)?(\w+)\s*=\s*(\d+(?:\.\d+)?)\b", re.MULTILINE
)
_PASSES = re.compile(
    r"([\w.\[\]\"']*(?:p95|p_95|latency|percentile|elapsed|duration|_ms)[\w.\[\]\"')]*)\s*(?:<=|-le)\s*\$?\{?(\w+(?:\.\d+)?)",
    re.IGNORECASE,
)
_LONGEST = 160


def find_boundary(look: Look, script: str, limit_ms: float) -> Place | None:
    """Return the first comparison of a latency that passes at the budget; None where none does.

    Args:
        look: the judged commit.
        script: the path of the script; may be empty.
        limit_ms: the budget, in milliseconds.
    """
    if script not in look.tree.entries:
        return None
    try:
        text = look.tree.read(script).decode("utf-8", "replace")
    except MissingBlob:
        return None
    constants = {name: float(value) for name, value in _ASSIGNED.findall(text)}
    for number, line in enumerate(text.splitlines(), 1):
        code = line.partition("#")[0]
        for match in _PASSES.finditer(code):
            bound = constants.get(match[2], _number(match[2]))
            if bound in {limit_ms, limit_ms / 1000}:
                return Place(path=script, line=number, text=line.strip()[:_LONGEST])
    return None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
