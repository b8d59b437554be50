"""The artifacts of one run on one commit: written with a signed index, read only as signed.

Steps may run in different processes on different machines; each signs an index of its own, so that
none shares a file with another. Nothing is read that no index of that very commit, run and step
vouches for: a missing, edited, unsigned or transplanted artifact is an error here, never a value.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache

from upath import UPath

from atom_release.errors import StoreError
from atom_release.records import canonical, signing
from atom_release.records.kept_indexes import Index, KeptIndexes, Look, kept_indexes
from atom_release.records.paths import (
    RESERVED,
    checked_name,
    checked_part,
    children,
    looks_of,
    place,
    read,
    require_writable,
)
from atom_release.records.signing_keys import KeyPair, PublicKey

INDEX_TYPE = "application/vnd.atom-release.index+json"
COMPLETE = "snapshot"
_SUFFIX = ".dsse.json"
_AGAIN = "Run the audit again on this commit."


def _trusted_key(key: KeyPair | None, public: PublicKey | None) -> PublicKey:
    """Return the key that must have signed what is read: `public`, else that of the signing key.

    Raises:
        StoreError: neither was given.
    """
    trusted = public or (key.public if key else None)
    if trusted is None:
        raise StoreError(
            "No public key is given to check the artifacts with.", "Name it with --key."
        )
    return trusted


@dataclass(frozen=True)
class RunStore:
    """The artifacts of one run on one commit; without a key they can only be read."""

    root: UPath
    commit: str
    name: str
    key: KeyPair | None = None
    public: PublicKey | None = None

    @cached_property
    def folder(self) -> UPath:
        """Where this run's artifacts lie."""
        return self.root / "runs" / self.commit / self.name

    def write(self, step: str, artifacts: Mapping[str, bytes], when: datetime) -> Index:
        """Write what a step made, then its signed index.

        A crash in between leaves what `read` refuses, never a half believed file.

        Raises:
            StoreError: a name is not an artifact's, another step wrote it, or there is no key to
                sign with.
            Misuse: the store cannot be written.
        """
        if self.key is None:
            raise StoreError(
                "This store was opened without a signing key.",
                "Open it with the key that signs the audit.",
            )
        digests = {
            checked_name(name): canonical.digest(content) for name, content in artifacts.items()
        }
        index = Index(
            commit=self.commit,
            run=self.name,
            step=checked_part(step, "step"),
            artifacts=digests,
            written_at=when.astimezone(UTC),
        )
        self._no_other_wrote(digests, step)
        envelope = signing.sign(canonical.encode(index), INDEX_TYPE, self.key)
        require_writable(self.root)
        for name, content in artifacts.items():
            place(self.folder / name, content)
        place(self._index_path(step), envelope)
        self._kept(again=[self._index_path(step).name])
        return index

    def read(self, name: str) -> bytes:
        """Return an artifact that is exactly what its step signed.

        Raises:
            StoreError: it is missing, edited, or no index of this commit and run names it.
        """
        return self.read_all([name])[name]

    def read_all(self, names: Iterable[str]) -> dict[str, bytes]:
        """Return these artifacts by name, each exactly what its step signed.

        Raises:
            StoreError: one is missing, edited, or no index of this commit and run names it.
        """
        wanted = [checked_name(name) for name in names]
        kept = self._kept()
        files = {file for name in wanted for file in kept.files_of(name)}
        signed = self._signed(wanted, self._kept(again=files) if files else kept)
        return {name: self._read(name, signed.get(name)) for name in wanted}

    def _read(self, name: str, expected: str | None) -> bytes:
        if expected is None:
            raise StoreError(f"No signed index of run {self.name} names {name}.", _AGAIN)
        try:
            content = read(self.folder / name)
        except OSError as error:
            raise StoreError(
                f"{name} is missing from run {self.name}:"
                f" {error.strerror or type(error).__name__}.",
                _AGAIN,
            ) from error
        if canonical.digest(content) != expected:
            raise StoreError(
                f"{name} of run {self.name} is not what was signed: it was changed afterwards.",
                _AGAIN,
            )
        return content

    def names(self) -> dict[str, str]:
        """Return every artifact of this run with its signed SHA-256.

        Raises:
            StoreError: an index cannot be believed, or two steps name one artifact.
        """
        kept = self._kept(again=None)
        names = {name for index in kept.indexes.values() for name in index.artifacts}
        return self._signed(sorted(names), kept)

    def seen(self, names: Iterable[str]) -> dict[str, str]:
        """Return which of these names are this run's artifacts, each with its signed SHA-256.

        As `names` does, but an index that this process verified is not looked at again. What was
        edited in place since is seen by `names` and by whoever reads the artifacts.

        Raises:
            StoreError: an index cannot be believed, or two steps name one of these.
        """
        return self._signed(names, self._kept())

    def _signed(self, names: Iterable[str], kept: KeptIndexes) -> dict[str, str]:
        signed: dict[str, str] = {}
        for name in names:
            files = kept.files_of(name)
            if len(files) > 1:
                raise StoreError(f"Two steps of run {self.name} wrote {name}.", _AGAIN)
            if files:
                signed[name] = kept.indexes[files[0]].artifacts[name]
        return signed

    def steps(self) -> list[str]:
        """Return the steps that left an index, whether or not it can be believed."""
        return [
            name.removesuffix(_SUFFIX)
            for name in children(self.folder / RESERVED)
            if name.endswith(_SUFFIX)
        ]

    @property
    def complete(self) -> bool:
        """Whether this run came to a signed snapshot."""
        return f"{COMPLETE}{_SUFFIX}" in self._kept().indexes

    @property
    def written_at(self) -> datetime:
        """The moment by which runs are ordered.

        Of the snapshot, or of the first step where there is none.

        Raises:
            StoreError: an index cannot be believed, or there is none.
        """
        kept = self._kept()
        snapshot, first = kept.indexes.get(f"{COMPLETE}{_SUFFIX}"), kept.first_moment()
        if first is None:
            raise StoreError(f"Run {self.name} has written nothing.", _AGAIN)
        return snapshot.written_at if snapshot else first

    def index(self, step: str) -> Index:
        """Return what a step signed.

        Raises:
            StoreError: it is missing, unsigned, or of another commit, run or step.
        """
        try:
            envelope = read(self._index_path(checked_part(step, "step")))
        except OSError as error:
            raise StoreError(f"Step {step} of run {self.name} left no index.", _AGAIN) from error
        try:
            index = _verified_index(envelope, _trusted_key(self.key, self.public))
        except ValueError as error:
            raise StoreError(
                f"The index of step {step} is signed, but is no index.", _AGAIN
            ) from error
        if (index.commit, index.run, index.step) != (self.commit, self.name, step):
            raise StoreError(
                f"The index of step {step} is of another place:"
                f" {index.commit[:12]}/{index.run}/{index.step}.",
                _AGAIN,
            )
        return index

    def _kept(self, again: Collection[str] | None = ()) -> KeptIndexes:
        """Return what every step signed, as far as it lies there now.

        A file that is new is read, one that is gone is forgotten. One that was verified in this
        process is looked at only if it is among those `again` (None: each), and read only where
        it is another since: every step asks for the indexes of all steps before it.

        Raises:
            StoreError: an index cannot be believed.
        """
        kept = kept_indexes(str(self.folder.absolute()), _trusted_key(self.key, self.public))
        believed = {} if again is None else kept.without(again) if again else kept.looks
        looks = looks_of(self.folder / RESERVED, believed)
        if looks is None:
            kept = KeptIndexes()
            looks = dict.fromkeys((f"{step}{_SUFFIX}" for step in self.steps()), ())
        for file in kept.looks.keys() - looks.keys():
            kept.forget(file)
        for file in sorted(file for file in _others(looks, kept.looks) if file.endswith(_SUFFIX)):
            kept.keep(file, looks[file], self.index(file.removesuffix(_SUFFIX)))
        return kept

    def _index_path(self, step: str) -> UPath:
        return self.folder / RESERVED / f"{step}{_SUFFIX}"

    def _no_other_wrote(self, names: Iterable[str], step: str) -> None:
        kept, own = self._kept(), self._index_path(step).name
        for name in names:
            others = [kept.indexes[file].step for file in kept.files_of(name) if file != own]
            if others:
                raise StoreError(
                    f"Step {others[0]} of run {self.name} already wrote {name}.",
                    "Give each artifact one step.",
                )


def _others(looks: Mapping[str, Look], kept: Mapping[str, Look]) -> set[str]:
    """Return the files that do not look as they did."""
    return {file for file, look in looks.items() if kept.get(file) != look}


@lru_cache(maxsize=512)
def _verified_index(envelope: bytes, trusted: PublicKey) -> Index:
    """Return what an envelope of these very bytes says, verified; each read asks for all of them.

    Raises:
        StoreError: the trusted key did not sign it.
        ValueError: it holds no index.
    """
    return Index.model_validate(json.loads(signing.verify(envelope, trusted, INDEX_TYPE)))
