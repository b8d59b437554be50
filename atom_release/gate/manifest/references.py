"""Names of a tag or branch that git, or a person, would take for something else.

Asked of a manifest that is to be judged, before anything is made under such a name. Whether a name
is free at the remote is asked there (AC5, AC6).
"""

from __future__ import annotations

import re

from atom_release.gate.manifest.release import Release

_PSEUDO = re.compile(r"@|(?:[A-Z]+_)?HEAD|AUTO_MERGE|BISECT_[A-Z_]+")
_OBJECT_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_NAMESPACES = ("heads/", "tags/", "remotes/")
_BRANCHES = frozenset({"main", "master"})


def misread(release: Release) -> tuple[str, str] | None:
    """Return the field whose name would be misread and why, or None where all are fit for use."""
    for field in ("tag", "branch", "base"):
        why = _why(getattr(release, field))
        if why:
            return field, why
    if release.branch == release.base:
        return "branch", (
            f"{release.branch!r} is the base as well: the release would be pushed there unreviewed"
        )
    if release.branch.casefold() == release.base.casefold():
        return "branch", (
            f"{release.branch!r} differs from the base {release.base!r} in capitals alone: where"
            " names are kept without regard to them, the release would be pushed there unreviewed"
        )
    if release.tag in _BRANCHES | {release.branch, release.base}:
        return "tag", f"{release.tag!r} is the name of a branch: git would not know which is meant"
    return None


def _why(name: str) -> str:
    if _PSEUDO.fullmatch(name):
        return f"{name!r} means another commit to git"
    if name == "refs" or name.startswith("refs/"):
        return f"{name!r} is a full reference: give the name alone"
    if name.startswith(_NAMESPACES):
        return f"{name!r} begins like a reference: git takes it for {name.partition('/')[2]!r}"
    return f"{name!r} reads like the id of an object" if _OBJECT_ID.fullmatch(name) else ""
