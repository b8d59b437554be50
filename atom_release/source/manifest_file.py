"""The manifest as a file.

Where it is in the judged tree, and what a YAML parser and the model make of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from pydantic import ValidationError

from atom_release.errors import ManifestError, ProbeFault
from atom_release.gate.manifest import Manifest

if TYPE_CHECKING:
    from atom_release.source.commit import JudgedTree

MANIFEST_PATH = "release.yaml"


def parse_manifest(content: bytes, where: str) -> Manifest:
    """Read a manifest from the bytes of a YAML file.

    Raises:
        ManifestError: it is not YAML, or not a manifest; the sentence names the first field that is
            wrong.
    """
    try:
        return Manifest.model_validate(yaml.safe_load(content))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ManifestError(
            f"{where} is not YAML: {' '.join(str(error).split())}.",
            "Mend it, or draft one with `atom-release init`.",
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the document"
        raise ManifestError(
            f"{where}: {place}: {first['msg']}.",
            "See `atom-release schema` for what a manifest holds.",
        ) from error


def manifest_at(tree: JudgedTree, location: Path | None) -> tuple[bytes, bool]:
    """Give the manifest's bytes, and whether they come from outside the judged commit.

    Raises:
        ManifestError: no manifest is in the commit and none was named, the clone does not hold it,
            or the named file cannot be read.
    """
    if location is None:
        return _inside(tree), False
    try:
        content = location.read_bytes()
    except OSError as error:
        raise ManifestError(
            f"The manifest {location} cannot be read: {error.strerror}.", "Name a readable file."
        ) from error
    return content, not _is_blob_of(tree, location, content)


def _inside(tree: JudgedTree) -> bytes:
    if MANIFEST_PATH not in tree.entries:
        raise ManifestError(
            f"{MANIFEST_PATH} is not in commit {tree.commit[:12]}.",
            "Name one with --manifest, or draft one with `atom-release init`.",
        )
    try:
        return tree.read(MANIFEST_PATH)
    except ProbeFault as fault:  # nothing can be judged without it, and nothing was
        raise ManifestError(
            f"The manifest cannot be read: {fault.message}", fault.remedy
        ) from fault


def _is_blob_of(tree: JudgedTree, location: Path, content: bytes) -> bool:
    try:
        path = location.resolve().relative_to(tree.repository.resolve()).as_posix()
    except ValueError:
        path = MANIFEST_PATH
    return path in tree.entries and tree.is_content(path, content)
