"""The manifest as a file.

Where it is in the judged tree, and what a YAML parser and the model make of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from atom_release.errors import ManifestError, ProbeFault
from atom_release.gate.manifest import Manifest, former, misleading, references
from atom_release.gate.printable import acts, printable
from atom_release.yaml_text import YamlTextError, read_yaml

if TYPE_CHECKING:
    from atom_release.source.commit import JudgedTree

MANIFEST_PATH = "release.yaml"
_SCHEMA = "See `atom-release schema` for what a manifest holds."
_LONGEST = 400


def parse_manifest(content: bytes, where: str) -> Manifest:
    """Read a manifest from the bytes of a YAML file.

    Raises:
        ManifestError: it is not YAML, or not a manifest; the sentence names the first field that is
            wrong.
    """
    try:
        document = read_yaml(content)
        _check_former(document, where)
        _check_text(document, where)
        manifest = Manifest.model_validate(document)
    except YamlTextError as error:
        raise ManifestError(
            f"{where} is not YAML that is read here: {printable(str(error))}.",
            "Fix it, or draft one with `atom-release init`.",
        ) from error
    except ValidationError as error:
        raise ManifestError(f"{where}: {first_problem(error)}.", _SCHEMA) from error
    except RecursionError as error:
        raise ManifestError(f"{where}: it is nested too deep.", _SCHEMA) from error
    problem = references.misread(manifest.release)
    if problem:
        raise ManifestError(f"{where}: release.{problem[0]}: {problem[1]}.", "Choose another name.")
    for sentence, remedy in misleading.find_misleading(manifest):
        raise ManifestError(f"{where}: {printable(sentence)[:_LONGEST]}.", remedy)
    return manifest


def first_problem(error: ValidationError) -> str:
    """Return the first thing that does not fit, with its place, in one line safe to show."""
    first = error.errors(include_url=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "the document"
    return printable(" ".join(f"{place}: {first['msg']}".split()))[:_LONGEST]


def _check_former(document: object, where: str) -> None:
    for field in former.former_fields(document):
        raise ManifestError(
            f"{where}: {field.name} is not part of a manifest any more.", field.remedy
        )


def _check_text(document: object, where: str, place: str = "") -> None:
    """Check that no text in the manifest holds characters that act instead of being shown."""
    if isinstance(document, str) and acts(document):
        raise ManifestError(
            f"{where}: {place or 'the document'}: {printable(document[:80])!r} holds a control"
            " character.",
            "Write text that shows what it says.",
        )
    if isinstance(document, Mapping):
        for name, value in document.items():
            _check_text(str(name), where, f"{place}.{printable(str(name)[:80])}".lstrip("."))
            _check_text(value, where, f"{place}.{name}".lstrip("."))
    elif isinstance(document, list | tuple):
        for number, value in enumerate(document):
            _check_text(value, where, f"{place}.{number}".lstrip("."))


def manifest_at(tree: JudgedTree, location: Path | None) -> tuple[bytes, bool]:
    """Return the manifest's bytes, and whether they come from outside the judged commit.

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
        lies_beside = (tree.repository / MANIFEST_PATH).is_file()
        raise ManifestError(
            f"{MANIFEST_PATH} is not in commit {tree.commit[:12]}"
            f"{', though it is in the work tree' if lies_beside else ''}.",
            f"Commit it: git add {MANIFEST_PATH} && git commit."
            if lies_beside
            else "Draft one with `atom-release init` and commit it, or audit without one.",
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
