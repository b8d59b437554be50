"""Whose word counts: keys and people that S cannot name itself.

Those of the operator's file. Where it names nobody, those in the tree of the release before, as the
default branch shows it: `release-keys/<person>.pub`, and in `release-keys/people.yaml` every
address of each person. Where there is no such release, the gate's own key alone. Never those of the
judged commit, nor of any commit since that release: a new key counts from the release after the one
that brought it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from atom_release.acts.waivers_ref import REFERENCE
from atom_release.errors import Misuse, ProbeFault, StoreError
from atom_release.gate.consents.review import Review, Signatory, merge_people
from atom_release.gate.rules.people_legs import most_approvals
from atom_release.git import Git
from atom_release.records import canonical, consents
from atom_release.records.signing_keys import public_from_pem
from atom_release.release import previous_release, review_range
from atom_release.release.subject import Subject
from atom_release.yaml_text import YamlTextError, read_yaml

if TYPE_CHECKING:
    from pathlib import Path

    from atom_release.records.signing_keys import PublicKey
    from atom_release.source.commit import JudgedTree

KEYS = "release-keys"
PEOPLE = f"{KEYS}/people.yaml"

_SUFFIX = ".pub"


def waivers_document(subject: Subject, before: previous_release.Lookup) -> bytes:
    """Return the artifact with everything that people handed in, whose keys count, and for what."""
    git = Git(subject.tree.repository)
    envelopes = [*_in_file(subject.settings.waivers), *_in_reference(git)]
    approvals_needed = most_approvals(subject.manifest, subject.operator.operator)
    review = review_range.review_of(subject, before) if approvals_needed else Review()
    return consents.document(envelopes, trust_of(subject, before), review)


def release_before(subject: Subject) -> previous_release.Lookup:
    """Find the release that ratchet, trust and the comparison of figures stand on.

    What S says of it has no part in that.
    """
    return previous_release.find_previous_release(subject, gates(subject))


def gates(subject: Subject) -> list[PublicKey]:
    """Return the keys by which a decision about a release before is believed.

    This gate's own, and those of the gates that the operator's file names.
    """
    named = subject.operator.operator.gates
    return [subject.key.public, *(public_from_pem(pem.encode()) for pem in named)]


def baseline_document(before: previous_release.Lookup) -> bytes:
    """Return the artifact with the manifest of the release before.

    A release that is there and cannot be believed, or that a cut history may hide, is not none:
    else another signing key, or a shallow clone, would do away with the ratchet.
    """
    release = before.release
    if release is None and (before.passed_over or before.unknown):
        origin = f"whether this release asks less than the one before is not known: {before.reason}"
        origin += "; git fetch --unshallow --tags" if before.unknown else ""
        return canonical.encode({"told": origin, "manifest": None, "unreadable": True})
    if release is None:
        return canonical.encode({"told": f"no baseline: {before.reason}", "manifest": None})
    origin = f"the manifest of {release.tag} ({release.commit[:12]})"
    return canonical.encode(
        {
            "told": origin,
            "decision": release.decision_digest,
            "manifest": release.manifest.decode("utf-8", "replace"),
        }
    )


def trust_of(subject: Subject, before: previous_release.Lookup) -> consents.Trust:
    """Return the people whose signatures count, and where that stands."""
    named = subject.operator.operator.people
    if named:
        people = [
            Signatory(name=person.name, addresses=person.addresses, keys=person.keys)
            for person in named
        ]
        return consents.Trust("the operator's file", merge_people(people))
    if before.trusted is None:
        return consents.Trust(f"the gate's own key alone: {before.reason}")
    people, broken = _people_in(subject.tree.repository, before.trusted.commit)
    where = f"the release tag {before.trusted.tag} ({before.trusted.commit[:12]}), {KEYS}/"
    beside = f", and what cannot be read: {', '.join(broken)}" if broken else ""
    return consents.Trust(f"{where}: {len(people)} people{beside}", merge_people(people))


def _people_in(repository: Path, commit: str) -> tuple[list[Signatory], list[str]]:
    """Return the people that a commit's tree names, and the files there that are nothing such."""
    from atom_release.source.commit import open_tree

    tree = open_tree(repository, commit)
    addresses, broken = _addresses_in(tree)
    people = []
    for path in tree.glob(f"{KEYS}/*{_SUFFIX}"):
        name, pem = path.rpartition("/")[2].removesuffix(_SUFFIX), _key(tree.read(path))
        if pem is None:
            broken.append(path)
        else:
            own = addresses.get(name, (name,) if "@" in name else ())
            people.append(Signatory(name=name, addresses=own, keys=(pem,)))
    return people, broken


def _addresses_in(tree: JudgedTree) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """Return the addresses of each person by the name their key is kept under."""
    if PEOPLE not in tree.entries:
        return {}, []
    try:
        listed = read_yaml(tree.read(PEOPLE))
        return {
            str(name): tuple(str(address) for address in addresses)
            for name, addresses in listed.items()
            if isinstance(addresses, list)
        }, []
    except (YamlTextError, ProbeFault, AttributeError):
        return {}, [PEOPLE]


def _key(pem: bytes) -> str | None:
    try:
        public_from_pem(pem)
        return pem.decode("ascii")
    except (StoreError, UnicodeDecodeError):
        return None


def _in_file(place: Path | None) -> list[bytes]:
    if place is None:
        return []
    try:
        return place.read_bytes().splitlines()
    except OSError as error:
        raise Misuse(
            f"The waivers {place} cannot be read: {error.strerror}.",
            "Name a readable file with --waivers.",
        ) from error


def _in_reference(git: Git) -> Iterator[bytes]:
    from atom_release.source.commit import open_tree

    if git.call("rev-parse", "--verify", "--quiet", f"{REFERENCE}^{{commit}}").status == 0:
        tree = open_tree(git.repository, REFERENCE)
        for path, entry in tree.entries.items():
            if entry.is_file:
                yield from tree.read(path).splitlines()
