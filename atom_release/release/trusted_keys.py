"""Where waivers and approvals come from, and whose signatures on them count.

A file, a git reference, and keys that S cannot name itself.

Nothing of this is taken from the judged commit. Trusted keys stand in `release-keys/<person>.pub`
of the previous release's tag; where there is no release before, of the base branch. So a new key
counts from the release after the one that brought it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from atom_release.acts.waivers_ref import REFERENCE
from atom_release.errors import Misuse, ProbeFault, StoreError
from atom_release.git import Git, GitError
from atom_release.records import canonical, consents
from atom_release.records.signing import public_from_pem
from atom_release.release import previous_release
from atom_release.release.subject import Subject

if TYPE_CHECKING:
    from pathlib import Path

    from atom_release.records.signing import PublicKey

KEYS = "release-keys"
GATES = f"{KEYS}/gates"

_SUFFIX = ".pub"


def waivers_document(subject: Subject, before: previous_release.Lookup) -> bytes:
    """Give the artifact with everything that people handed in, and the keys that count."""
    git = Git(subject.tree.repository)
    envelopes = [*_in_file(subject.settings.waivers), *_in_reference(git)]
    return consents.document(envelopes, trust_of(subject, before), _authors(git, subject.commit))


def release_before(subject: Subject) -> previous_release.Lookup:
    """Find the release that ratchet, trust and the comparison of figures stand on.

    What S says of it has no part in that.

    A decision counts that this gate signed, or a gate whose key the base branch keeps in
    `release-keys/gates/`.
    """
    return previous_release.of(subject, gates(subject))


def gates(subject: Subject) -> list[PublicKey]:
    """Give the keys by which a decision about a release before is believed.

    This gate's own, and those that the base branch keeps.
    """
    base = _base(subject)
    others = _keys_in(subject.tree.repository, base[1], GATES) if base else {}
    return [
        subject.key.public,
        *(public_from_pem(pem) for pem in others.values() if pem is not None),
    ]


def baseline_document(before: previous_release.Lookup) -> bytes:
    """Give the artifact with the manifest of the release before.

    A release that is there and cannot be believed is not none: else another signing key would do
    away with the ratchet.
    """
    release = before.release
    if release is None and before.passed_over:
        told = f"whether this release asks less than the one before is not known: {before.reason}"
        return canonical.encode({"told": told, "manifest": None, "unreadable": True})
    if release is None:
        return canonical.encode({"told": f"no baseline: {before.reason}", "manifest": None})
    told = f"the manifest of {release.tag} ({release.commit[:12]})"
    return canonical.encode(
        {
            "told": told,
            "decision": release.decision_digest,
            "manifest": release.manifest.decode("utf-8", "replace"),
        }
    )


def trust_of(subject: Subject, before: previous_release.Lookup) -> consents.Trust:
    """Give the keys that count, and where they stand."""
    if before.release is not None:
        where, commit = f"the release tag {before.release.tag}", before.release.commit
    else:
        base = _base(subject)
        if base is None:
            return consents.Trust(
                f"there is no release before and no base branch {subject.manifest.release.base}"
                " here: no key is trusted",
                {},
            )
        where, commit = base
    found = _keys_in(subject.tree.repository, commit, KEYS)
    keys = {name: pem for name, pem in found.items() if pem is not None}
    broken = [name for name, pem in found.items() if pem is None]
    said = f", and what is no key: {', '.join(broken)}" if broken else ""
    return consents.Trust(f"{where} ({commit[:12]}), {KEYS}/: {len(keys)} keys{said}", keys)


def _base(subject: Subject) -> tuple[str, str] | None:
    release, remote = subject.manifest.release, subject.manifest.infrastructure.remote
    git = Git(subject.tree.repository)
    for ref in (f"refs/remotes/{remote}/{release.base}", f"refs/heads/{release.base}"):
        ran = git.call("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
        if ran.status == 0:
            return f"the base branch {ref}", ran.out.decode().strip()
    return None


def _keys_in(repository: Path, commit: str, folder: str) -> dict[str, bytes | None]:
    """Give the keys in a commit's folder by the name they are kept under.

    None is a file that holds no key.
    """
    from atom_release.source.commit import open_tree

    tree = open_tree(repository, commit)
    return {
        path.rpartition("/")[2].removesuffix(_SUFFIX): _key(tree.read(path))
        for path in tree.glob(f"{folder}/*{_SUFFIX}")
    }


def _key(pem: bytes) -> bytes | None:
    try:
        public_from_pem(pem)
    except StoreError:
        return None
    return pem


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


def _authors(git: Git, commit: str) -> list[str]:
    """Give the addresses of those who made the commit: none of them can approve of it."""
    try:
        said = git.line(
            "show",
            "--no-patch",
            "--format=%ae%n%ce%n%(trailers:key=Co-authored-by,valueonly)",
            commit,
        )
    except GitError as error:
        raise ProbeFault(error.message, error.remedy) from error
    return sorted({_address(line) for line in said.splitlines() if line.strip()})


def _address(line: str) -> str:
    return line.rpartition("<")[2].rstrip("> ").strip() if "<" in line else line.strip()
