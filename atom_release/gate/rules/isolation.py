"""Whether the subject's code was kept apart well enough for its PASS to count.

What the isolation must hold is asked of the names in the evidence, which the processes themselves
found. A level below that counts only where the operator accepts it by name. Evidence without any
name is of a question that ran no code of the release.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

NONE = "none"
FILES, PROCESSES, NETWORK = "files:host", "processes:host", "network:host"
_HOLDS = {
    FILES: {"allow-list"},
    PROCESSES: {"own-proc"},
    NETWORK: {"network:none", "network:own"},
}
_MEANS = {
    FILES: "it could read this machine's files",
    PROCESSES: "it could see this machine's processes",
    NETWORK: "it could reach this machine's network",
}


def common_isolation(each: Iterable[Collection[str]]) -> tuple[str, ...]:
    """Return the isolation that held in every one of several runs: `none` where nothing did."""
    first, *others = [*each] or [()]
    return tuple(name for name in first if all(name in other for other in others)) or (NONE,)


def levels_missed(isolation: Collection[str]) -> tuple[str, ...]:
    """Return the levels that the subject's code was left at, by name; none where all held."""
    if not isolation:
        return ()
    return tuple(level for level, names in _HOLDS.items() if not names & set(isolation))


def doubt(isolation: Collection[str], accepted: Collection[str]) -> str:
    """Return why a PASS of code so isolated does not count, or nothing.

    Accepting `none` accepts every level.
    """
    if NONE in accepted:
        return ""
    missed = [level for level in levels_missed(isolation) if level not in accepted]
    if not missed:
        return ""
    why = ", ".join(_MEANS[level] for level in missed)
    return (
        f"not isolated while the release's code ran: {why}; the"
        f" operator's file accepts this as `isolation: [{', '.join(missed)}]`"
    )
