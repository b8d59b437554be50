"""Verification of an audit bundle by whoever has it and the public key.

Offline, with no store, no Dagster and no trust in this machine's runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from atom_release.acts import tag_signing
from atom_release.acts.tag import RemoteTagState, ask_remote_tag
from atom_release.errors import Misuse, Refused, StoreError
from atom_release.git import Git
from atom_release.records import bundle_contents, names, record, rederive, signing_keys
from atom_release.records.bundle import read_bundle
from atom_release.release import second_reader

_DECISION = f"_{names.DECISION}"
_GET = "Get the bundle again from where it was made."


def contents_of(place: Path) -> dict[str, bytes]:
    """Return the files of a bundle, or of a folder that holds a bundle's files.

    Raises:
        Misuse: there is nothing to read.
        Refused: the bundle is damaged or hostile.
    """
    try:
        if place.is_dir():
            return _files_in(place)
        return read_bundle(place.read_bytes())
    except OSError as error:
        raise Misuse(
            f"{place} cannot be read: {error.strerror}.",
            "Name an audit bundle, or a folder with its files.",
        ) from error
    except StoreError as error:
        raise Refused(error.message, error.remedy) from error


def _files_in(folder: Path) -> dict[str, bytes]:
    """Read the files of a folder.

    In an unpacked bundle nothing is passed over, not even an empty folder.
    """
    entries = sorted(folder.iterdir())
    if _is_unpacked(path.name for path in entries):
        for path in entries:
            if path.is_symlink() or not path.is_file():
                raise Refused(
                    f"{path.name[:200]!r} in the unpacked bundle is not a plain file.", _GET
                )
    return {
        path.name: path.read_bytes() for path in entries if path.is_file() and not path.is_symlink()
    }


def decision_in(place: Path, files: Mapping[str, bytes]) -> tuple[str, bytes]:
    """Return the name and bytes of the one signed decision.

    Raises:
        Refused: there is none, or more than one.
    """
    decisions = [name for name in files if name.endswith(_DECISION)]
    if len(decisions) != 1:
        raise Refused(
            f"{place.name} holds {len(decisions)} signed decisions, not one.",
            "Name an audit bundle, or a folder with its files.",
        )
    return decisions[0], files[decisions[0]]


def record_of(place: Path, key: Path) -> record.Record:
    """Return the decision of a bundle, verified and derived again.

    Raises:
        Misuse: bundle or key cannot be read.
        Refused: something does not agree; the sentence says what.
    """
    try:
        public = signing_keys.load_public(key)
    except StoreError as error:
        raise Misuse(error.message, error.remedy) from error
    files = contents_of(place)
    return _derived(
        files, decision_in(place, files)[1], public, whole=not place.is_dir() or _is_unpacked(files)
    )


def _derived(
    files: Mapping[str, bytes], envelope: bytes, public: signing_keys.PublicKey, *, whole: bool
) -> record.Record:
    """Derive the decision again.

    A whole bundle holds exactly what follows from it, a folder of a run may hold more.
    """
    named = rederive.named_in(envelope, public)
    rederived = rederive.rederive(
        {name: content for name, content in files.items() if name in named}, envelope, public
    )
    if whole:
        _is_exactly(files, bundle_contents.contents(rederived, files, public.pem))
    return rederived


def _is_unpacked(files: Iterable[str]) -> bool:
    return not {bundle_contents.KEY, bundle_contents.README}.isdisjoint(files)


def _is_exactly(files: Mapping[str, bytes], expected: Mapping[str, bytes]) -> None:
    """Make the bundle again from what was signed, and compare."""
    for name in sorted(files.keys() | expected.keys()):
        if name not in files:
            raise Refused(f"{name} is missing.", _GET)
        if name not in expected:
            raise Refused(f"{name[:200]} does not belong to this bundle.", _GET)
        if files[name] != expected[name]:
            raise Refused(
                f"{name} is not what the bundle of this decision holds.",
                "Compare the key with the one that you name; get the bundle again.",
            )


def told_of(rederived: record.Record, repository: Path | None) -> dict[str, Any]:
    """Return what a verified decision proves; with a repository, its tag is checked too.

    Raises:
        Refused: the tag does not carry this decision.
    """
    document: dict[str, Any] = {
        "verified": True,
        "decision": rederived.decision.verdict.value,
        "rules": rederived.decision.rules,
        "derived again": rederived.case is not None,
        "commit": rederived.decision.commit,
        "as_of": rederived.decision.as_of,
        "artifacts": len(rederived.artifacts),
        "evidence": len(rederived.evidence),
        "waivers": [waiver.model_dump(mode="json") for waiver in rederived.decision.waivers],
    }
    if repository is not None:
        document |= _tag_of(rederived, repository)
    return document


def verify(place: Path, key: Path, repository: Path | None) -> dict[str, Any]:
    """Verify a bundle and give what it proves.

    Raises:
        Misuse: bundle or key cannot be read.
        Refused: something does not agree; the sentence says what.
    """
    return told_of(record_of(place, key), repository)


def _tag_of(rederived: record.Record, repository: Path) -> dict[str, Any]:
    """Check that the tag points at a child of the judged commit that holds this very decision."""
    from atom_release.source.commit import open_tree

    release = rederived.manifest.release
    tree = open_tree(repository, f"refs/tags/{release.tag}")
    parent = open_tree(repository, f"{tree.commit}^1").commit
    if parent != rederived.decision.commit:
        raise Refused(
            f"The tag {release.tag} is on {tree.commit[:12]}, whose first parent is not the judged"
            " commit.",
            "Ask who moved it.",
        )
    name = f"releases/{release.version}/{release.prefix}{_DECISION}"
    if name not in tree.entries or tree.read(name) != rederived.envelope:
        raise Refused(
            f"The tagged commit does not hold this decision as {name}.",
            "Ask for the bundle of that release.",
        )
    as_read = second_reader.TagAsRead(tree.commit, parent, rederived.envelope)
    return {
        "tag": release.tag,
        "release commit": tree.commit,
        "read by": second_reader.confirm(repository, release.tag, name, as_read),
        "tag signature": _signature(repository, release.tag),
        "remote": _remote_of(rederived, repository),
    }


def _remote_of(rederived: record.Record, repository: Path) -> str:
    """Ask the remote what it holds under the tag's name, where the repository has one.

    Raises:
        Refused: the tag was moved there, or is gone.
    """
    name, tag = rederived.manifest.infrastructure.remote, rederived.manifest.release.tag
    git = Git(repository)
    tag_object = git.line("rev-parse", f"refs/tags/{tag}")
    answer = ask_remote_tag(repository, name, tag, tag_object)
    if answer.state in {RemoteTagState.MOVED, RemoteTagState.GONE}:
        raise Refused(answer.sentence, answer.remedy)
    return answer.sentence


def _signature(repository: Path, tag: str) -> str:
    """Return by what the tag is signed, and what git makes of it with the signers that this user.

    Not the repository, trusts.
    """
    git = Git(repository)
    kind = tag_signing.kind_of(git.output("cat-file", "tag", f"refs/tags/{tag}"))
    if kind == "none":
        return kind
    checked = git.call("verify-tag", f"refs/tags/{tag}")
    return (
        f"{kind}, good"
        if checked.status == 0
        else f"{kind}, not verified: {(checked.stderr.splitlines() or ['git said nothing'])[-1]}"
    )
