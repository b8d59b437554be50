"""What is judged: a repository at one commit, with its manifest, its store and the gate's key, opened from the settings.

This is where the four folders meet: it opens things, and decides nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from pydantic import ValidationError

from atom_release.errors import ManifestError, Misuse, Refused, StoreError
from atom_release.gate.manifest import Manifest
from atom_release.settings import Settings

if TYPE_CHECKING:
    from atom_release.evidence.source import JudgedTree
    from atom_release.publish.signing import KeyPair
    from atom_release.publish.store import Store

MANIFEST_PATH = "release.yaml"


@dataclass(frozen=True)
class Subject:
    """One release as it stands at one commit."""

    settings: Settings
    manifest: Manifest
    manifest_bytes: bytes
    external: bool
    tree: JudgedTree
    store: Store
    key: KeyPair

    @property
    def commit(self) -> str:
        """The judged commit, S."""
        return self.tree.commit

    @property
    def fingerprint_key(self) -> bytes:
        """The key of the fingerprints by which findings are told apart without their values; nobody without the signing key can guess values by it."""
        return hashlib.sha256(b"fingerprint\0" + self.settings.key_path.read_bytes()).digest()


def parse_manifest(content: bytes, where: str) -> Manifest:
    """Read a manifest from the bytes of a YAML file.

    Raises:
        ManifestError: it is not YAML, or not a manifest; the sentence names the first field that is wrong.
    """
    try:
        return Manifest.model_validate(yaml.safe_load(content))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ManifestError(f"{where} is not YAML: {' '.join(str(error).split())}.", "Mend it, or draft one with `atom-release init`.") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the document"
        raise ManifestError(f"{where}: {place}: {first['msg']}.", "See `atom-release schema` for what a manifest holds.") from error


def repository_of(settings: Settings, *, create: bool) -> Path:
    """Give the repository that the settings name; the reference release is built where `create` allows it.

    Raises:
        Misuse: there is no repository there.
        Refused: the reference release was never built and must not be now.
    """
    if settings.repository is not None:
        return settings.repository
    from atom_release.reference.build import build  # noqa: PLC0415 - only the reference release needs it

    place = settings.home / "reference" / settings.scenario
    if not create and not (place / "repository").is_dir():
        raise Refused("The reference release was never audited here.", "Run `atom-release run` first.")
    return build(place, settings.scenario).repository


def manifest_at(tree: JudgedTree, location: Path | None) -> tuple[bytes, bool]:
    """Give the manifest's bytes, and whether they come from outside the judged commit.

    Raises:
        ManifestError: no manifest is in the commit and none was named, or the named file cannot be read.
    """
    inside = tree.read(MANIFEST_PATH) if MANIFEST_PATH in tree.entries else None
    if location is None:
        if inside is None:
            raise ManifestError(f"{MANIFEST_PATH} is not in commit {tree.commit[:12]}.", "Name one with --manifest, or draft one with `atom-release init`.")
        return inside, False
    try:
        content = location.read_bytes()
    except OSError as error:
        raise ManifestError(f"The manifest {location} cannot be read: {error.strerror}.", "Name a readable file.") from error
    return content, not _is_blob_of(tree, location, content)


def _is_blob_of(tree: JudgedTree, location: Path, content: bytes) -> bool:
    try:
        path = location.resolve().relative_to(tree.repository.resolve()).as_posix()
    except ValueError:
        path = MANIFEST_PATH
    return path in tree.entries and tree.read(path) == content


def open_subject(settings: Settings, *, create: bool) -> Subject:
    """Open what the settings name, at the commit that the revision means now.

    Args:
        settings: where things are.
        create: whether the reference release, the key and the store may be made if they are not there yet.

    Raises:
        Misuse: repository, revision, manifest or output folder are not usable.
        Refused: something that must already be there is not.
    """
    from atom_release.evidence.source import open_tree  # noqa: PLC0415 - see DESIGN: heavy imports stay inside
    from atom_release.publish.store import Store  # noqa: PLC0415

    tree = open_tree(repository_of(settings, create=create), settings.revision)
    content, external = manifest_at(tree, settings.manifest)
    manifest = parse_manifest(content, str(settings.manifest or MANIFEST_PATH))
    if settings.waivers is not None and not settings.waivers.is_file():
        raise Misuse(f"There is no file of waivers at {settings.waivers}.", "Name one with --waivers, or write one with `atom-release waive`.")
    if not create and not settings.key_path.is_file():
        raise Refused("The gate has no key here.", "Run `atom-release audit` first.")
    key = signing_key_of(manifest, settings)
    if settings.is_reference and create:
        from atom_release.graph.earlier import release_earlier  # noqa: PLC0415 - only the reference release needs it

        release_earlier(tree.repository, settings.scenario, key)
    return Subject(settings, manifest, content, external, tree, Store(settings.out, key), key)


def signing_key_of(manifest: Manifest, settings: Settings) -> KeyPair:
    """Give the key that signs: what the manifest names, else the gate's own, which is made either way and fingerprints findings.

    Raises:
        ManifestError: manifest and settings each name one; the judged tree must not choose by silence which key vouches for it.
        StoreError: the named key cannot be used now.
    """
    from atom_release.publish.signing import ensure_key, signer_from_uri  # noqa: PLC0415 - see DESIGN: heavy imports stay inside

    own = ensure_key(settings.key_path)
    if manifest.signing_key is None:
        return own
    if settings.key is not None:
        raise ManifestError(f"{MANIFEST_PATH} names a signing_key, and ATOM_RELEASE_KEY another.", "Unset one of them.")
    try:
        return signer_from_uri(manifest.signing_key)
    except StoreError as error:
        if manifest.signing_key.startswith("file2:"):
            raise ManifestError(f"{MANIFEST_PATH}: signing_key: {error.message}", error.remedy) from error
        raise


def manifest_for_loading(settings: Settings) -> Manifest:
    """Give the manifest that shapes the graph, without creating anything.

    Raises:
        Misuse: repository, revision or manifest are not usable.
    """
    if settings.manifest is not None and settings.manifest.is_file():
        return parse_manifest(settings.manifest.read_bytes(), str(settings.manifest))
    if settings.repository is None:
        from atom_release.reference.scenarios import manifest_bytes  # noqa: PLC0415 - only the reference release needs it

        return parse_manifest(manifest_bytes(settings.scenario), MANIFEST_PATH)
    if not settings.repository.exists():
        raise Misuse(f"There is no repository at {settings.repository}.", "Name one with --repo.")
    from atom_release.evidence.source import open_tree  # noqa: PLC0415

    tree = open_tree(settings.repository, settings.revision)
    return parse_manifest(manifest_at(tree, settings.manifest)[0], MANIFEST_PATH)
