"""What is judged: a repository at one commit, its manifest, its store and the gate's key.

This is where the rooms meet: it opens things, and decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from atom_release.errors import Misuse, Refused
from atom_release.gate.first_few import first_few
from atom_release.gate.manifest import Manifest
from atom_release.gate.vocabulary import Acts
from atom_release.git import shown
from atom_release.release import gate_key
from atom_release.release.operators_places import check_before_opening, check_places
from atom_release.settings import Settings
from atom_release.source.manifest_file import MANIFEST_PATH, manifest_at, parse_manifest
from atom_release.source.objects import MENDED
from atom_release.source.operator_file import NO_FILE, OperatorFile, check_outside, read_operator

if TYPE_CHECKING:
    from atom_release.records.signing_keys import KeyPair
    from atom_release.records.store import Store
    from atom_release.source.commit import JudgedTree


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
    operator: OperatorFile = NO_FILE

    @property
    def commit(self) -> str:
        """The judged commit, S."""
        return self.tree.commit

    @property
    def fingerprint_key(self) -> bytes:
        """The key of the fingerprints by which findings are told apart without their values.

        Nobody without the signing key can guess values by it.
        """
        return gate_key.fingerprint_key(self.settings, self.operator.operator, self.key)


def repository_of(settings: Settings, *, create: bool) -> Path:
    """Return the repository that the settings name.

    The reference release is built where `create` allows it.

    Raises:
        Misuse: there is no repository there.
        Refused: the reference release was never built and must not be now.
    """
    if settings.repository is not None:
        return settings.repository
    from atom_release.reference.build import (
        build,
        folder_name,
    )

    place = settings.home / "reference" / folder_name(settings.scenario)
    if not create and not (place / "repository").is_dir():
        raise Refused(
            "The reference release was never audited here.", "Run `atom-release run` first."
        )
    repository = build(place, settings.scenario).repository
    if create:
        from atom_release.records.signing_keys import ensure_key
        from atom_release.reference.earlier_release import release_earlier

        release_earlier(repository, settings.scenario, ensure_key(settings.key_path))
    return repository


def open_subject(settings: Settings, *, create: bool) -> Subject:
    """Open what the settings name, at the commit that the revision means now.

    Args:
        settings: where things are.
        create: whether the reference release, the key and the store may be made if they are not
            there yet.

    Raises:
        Misuse: repository, revision, manifest or output folder are not usable.
        Refused: something that must already be there is not.
    """
    from atom_release.records.store import Store
    from atom_release.source.commit import (
        open_tree,
    )

    if settings.is_reference:
        check_before_opening(settings)
    operator = _for_release(read_operator(settings.operator), settings)
    tree = open_tree(repository_of(settings, create=create), settings.revision)
    check_outside(settings.operator, tree.repository)
    check_places(settings, tree)
    content, external = manifest_at(tree, settings.manifest)
    manifest = parse_manifest(content, str(settings.manifest or MANIFEST_PATH))
    if settings.waivers is not None and not settings.waivers.is_file():
        raise Misuse(
            f"There is no file of waivers at {settings.waivers}.",
            "Name one with --waivers, or write one with `atom-release waive`.",
        )
    may_act = not external and manifest.acts is not Acts.OFF
    key = gate_key.open_key(settings, operator.operator, may_act=may_act, make=create)
    store = Store(settings.out, key)
    return Subject(settings, manifest, content, external, tree, store, key, operator)


def _for_release(operator: OperatorFile, settings: Settings) -> OperatorFile:
    """Return the operator's file with the forge of this release, where it names one."""
    if not operator.operator.releases:
        return operator
    forge = operator.operator.forge_of(str(settings.repository))
    return replace(operator, operator=operator.operator.model_copy(update={"forge": forge}))


def check_reports_are_held(subject: Subject) -> None:
    """Check that the clone holds the reports that the release is judged by.

    Raises:
        Misuse: it lacks one, as a partial clone does; nothing was judged yet.
    """
    reports = {
        path
        for service in subject.manifest.services
        if service.report is not None
        for path in subject.tree.glob(service.report)
    }
    if lacking := sorted(reports.intersection(subject.tree.missing)):
        names = first_few([shown(path) for path in lacking])
        raise Misuse(
            f"Nothing was judged: {len(lacking)} of {len(reports)} service reports are not in this"
            f" clone: {names}.",
            f"Fetch what it lacks: {MENDED}",
        )


def manifest_for_loading(settings: Settings) -> Manifest:
    """Return the manifest that shapes the graph, without creating anything.

    Raises:
        Misuse: repository, revision or manifest are not usable.
    """
    if settings.manifest is not None and settings.manifest.is_file():
        return parse_manifest(settings.manifest.read_bytes(), str(settings.manifest))
    if settings.repository is None:
        from atom_release.reference.scenarios import (
            manifest_bytes,
        )

        return parse_manifest(manifest_bytes(settings.scenario), MANIFEST_PATH)
    if not settings.repository.exists():
        raise Misuse(f"There is no repository at {settings.repository}.", "Name one with --repo.")
    from atom_release.source.commit import open_tree

    tree = open_tree(settings.repository, settings.revision)
    return parse_manifest(manifest_at(tree, settings.manifest)[0], MANIFEST_PATH)
