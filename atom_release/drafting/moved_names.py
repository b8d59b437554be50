"""What the next phase calls things: version, tag, branch, ids, paths."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from atom_release.errors import Misuse
from atom_release.gate.manifest import Manifest
from atom_release.gate.manifest.release import Release

_VERSION = re.compile(r"(v?)(\d{1,9})\.(\d{1,9})((?:\.\d{1,9})?)(.*)", re.DOTALL)


@dataclass(frozen=True)
class Names:
    """The names of the next phase: fields of `release`, ids by their former ones, and paths."""

    former: str
    phase: str
    fields: Mapping[str, str]
    ids: Mapping[str, str]

    def path(self, pattern: str) -> str:
        """Return a glob of the next phase: ids and the phase's own name in it move on."""
        for former, moved in self.ids.items():
            pattern = re.sub(rf"(?<![A-Za-z]){re.escape(former)}(?!\d)", moved, pattern)
        return _rename_phase(pattern, self.former, self.phase)


def moved_names(manifest: Manifest, phase: str, stated: Mapping[str, str]) -> Names:
    """Return the names of the next phase; what is stated takes the place of what is concluded.

    Raises:
        Misuse: the next version or tag cannot be concluded.
    """
    release = manifest.release
    former = release.phase
    version = stated.get("version") or _next_version(release, phase)

    def moved(text: str) -> str:
        return _rename_phase(text.replace(release.version, version), former, phase)

    tag = stated.get("tag") or moved(release.tag)
    if tag == release.tag:
        raise Misuse(
            f"The tag after {release.tag} cannot be concluded: it names neither version nor phase.",
            "State it: a file with `tag: ...`, given as --answers.",
        )
    fields = {
        "phase": phase,
        **({"key": moved(release.key)} if release.key else {}),
        **({"name": stated["name"]} if "name" in stated else {}),
        "version": version,
        "tag": tag,
        "branch": stated.get("branch") or moved(release.branch),
        **({"base": stated["base"]} if "base" in stated else {}),
        "previous": release.tag,
    }
    return Names(former, phase, fields, _ids(manifest, phase))


def _ids(manifest: Manifest, phase: str) -> dict[str, str]:
    """Return the ids of the services by their former ones; one without the phase in it stays."""
    former = manifest.release.phase
    return {
        service.id: re.sub(rf"^{re.escape(former)}(?=\.?\d)", phase, service.id)
        for service in manifest.services
    }


def _next_version(release: Release, phase: str) -> str:
    """Return the version after the released one.

    Where the first number counts the phases (C is the third: v3.0.0) it goes on counting them,
    else the second number grows.
    """
    match = _VERSION.fullmatch(release.version)
    if match is None:
        raise Misuse(
            f"The version after {release.version} cannot be concluded.",
            "State it: a file with `version: ...`, given as --answers.",
        )
    prefix, major, minor, patch, rest = match.groups()
    suffix = _rename_phase(rest, release.phase, phase)
    place = _place(phase)
    if _place(release.phase) == int(major) and place is not None:
        return f"{prefix}{place}.0{'.0' if patch else ''}{suffix}"
    return f"{prefix}{major}.{int(minor) + 1}{'.0' if patch else ''}{suffix}"


def _place(phase: str) -> int | None:
    """Return which phase in order one is, by its number or letter; None where it has neither."""
    if phase.isdecimal():
        return int(phase)
    return ord(phase.upper()) - ord("A") + 1 if re.fullmatch("[A-Za-z]", phase) else None


def _rename_phase(text: str, former: str, phase: str) -> str:
    """Return a text in which `phase_x`, `Phase-X` or `phaseX` names the next phase."""

    def renamed(match: re.Match[str]) -> str:
        return match[1] + (phase.lower() if match[2].islower() else phase)

    return re.sub(rf"((?i:phase)[-_ ]?)((?i:{re.escape(former)}))(?![A-Za-z0-9])", renamed, text)
