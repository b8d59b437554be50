"""The manifest of the next phase, in the place of the released one.

What a tag carries is the released manifest; the work tree's is replaced only where it is the same,
so that nothing is lost that no commit has.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from upath import UPath

from atom_release.drafting.next_phase import NextPhase, move_on
from atom_release.errors import Misuse, ProbeFault
from atom_release.records.paths import place
from atom_release.release.released import decision_name, folder
from atom_release.source.commit import open_tree
from atom_release.source.manifest_file import MANIFEST_PATH, manifest_at, parse_manifest

if TYPE_CHECKING:
    from atom_release.gate.manifest import Manifest


def draft_next(repository: Path, phase: str, answers: Mapping[str, Any]) -> tuple[Path, NextPhase]:
    """Write the manifest of the next phase over the released one of the work tree.

    Raises:
        Misuse: the manifest of HEAD is not released, is of that phase already, or the work tree's
            is another; or a name of the next phase cannot be concluded or is not allowed.
    """
    tree = open_tree(repository, "HEAD")
    current, _ = manifest_at(tree, None)
    manifest = parse_manifest(current, MANIFEST_PATH)
    if manifest.release.phase == phase:
        raise Misuse(f"{MANIFEST_PATH} is of phase {phase} already.", "Name the phase after it.")
    content = _released(repository, manifest)
    target = repository / MANIFEST_PATH
    if target.is_symlink() or not target.is_file() or target.read_bytes() != content:
        raise Misuse(
            f"{target} is not the file that {manifest.release.tag} released.",
            f"Bring it back: git checkout {manifest.release.tag} -- {MANIFEST_PATH}",
        )
    stated = {name: str(value) for name, value in answers.items()}
    moved = move_on(
        content.decode(),
        parse_manifest(content, "the released manifest"),
        phase,
        stated,
        lambda pattern: bool(tree.glob(pattern)),
    )
    parse_manifest(moved.text.encode(), f"the manifest of phase {phase}")
    place(UPath(target), moved.text.encode())
    return target, moved


def _released(repository: Path, manifest: Manifest) -> bytes:
    """Return the manifest that the release's tag carries.

    Raises:
        Misuse: there is no such tag, or it carries no decision.
    """
    tag = manifest.release.tag
    try:
        tree = open_tree(repository, f"refs/tags/{tag}")
    except Misuse:
        raise Misuse(
            f"{tag} is not here: the next phase goes on from a released manifest.",
            "Release it with `atom-release run`, or bring it here: git fetch --tags",
        ) from None
    if f"{folder(manifest)}/{decision_name(manifest)}" not in tree.entries:
        raise Misuse(
            f"{tag} carries no decision of the gate's in {folder(manifest)}: it is no release.",
            "Release the phase with `atom-release run` first.",
        )
    try:
        return tree.read(MANIFEST_PATH)
    except ProbeFault as fault:
        raise Misuse(fault.message, fault.remedy) from fault
