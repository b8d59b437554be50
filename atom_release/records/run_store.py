"""The artifacts of one run on one commit: written with a signed index, read only as signed.

Steps may run in different processes on different machines; each signs an index of its own, so that
none shares a file with another. Nothing is read that no index of that very commit, run and step
vouches for: a missing, edited, unsigned or transplanted artifact is an error here, never a value.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache

from pydantic import AwareDatetime, BaseModel, ConfigDict
from upath import UPath

from atom_release.errors import StoreError
from atom_release.records import canonical, signing
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


class Index(BaseModel):
    """What one step says it wrote."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    commit: str
    run: str
    step: str
    artifacts: dict[str, str]
    written_at: AwareDatetime


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
        signed = self.names()
        return {name: self._read(name, signed.get(checked_name(name))) for name in names}

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
        names: dict[str, str] = {}
        for index in self._indexes():
            for name, digest in index.artifacts.items():
                if name in names:
                    raise StoreError(f"Two steps of run {self.name} wrote {name}.", _AGAIN)
                names[name] = digest
        return dict(sorted(names.items()))

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
        return any(index.step == COMPLETE for index in self._indexes())

    @property
    def written_at(self) -> datetime:
        """The moment by which runs are ordered.

        Of the snapshot, or of the first step where there is none.

        Raises:
            StoreError: an index cannot be believed, or there is none.
        """
        moments = {index.step: index.written_at for index in self._indexes()}
        if not moments:
            raise StoreError(f"Run {self.name} has written nothing.", _AGAIN)
        return moments.get(COMPLETE) or min(moments.values())

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

    def _indexes(self) -> list[Index]:
        """Return what every step signed.

        One that was verified in this process is read again only where its file is another since:
        every step asks for those of all steps before it.

        Raises:
            StoreError: an index cannot be believed.
        """
        looks = looks_of(self.folder / RESERVED)
        if looks is None:
            return [self.index(step) for step in self.steps()]
        kept = _kept_indexes(str(self.folder.absolute()), _trusted_key(self.key, self.public))
        for name, look in looks.items():
            if name.endswith(_SUFFIX) and kept.get(name, (None,))[0] != look:
                kept[name] = (look, self.index(name.removesuffix(_SUFFIX)))
        return [kept[name][1] for name in looks if name.endswith(_SUFFIX)]

    def _index_path(self, step: str) -> UPath:
        return self.folder / RESERVED / f"{step}{_SUFFIX}"

    def _no_other_wrote(self, names: Iterable[str], step: str) -> None:
        others = {
            name: index.step
            for index in self._indexes()
            if index.step != step
            for name in index.artifacts
        }
        taken = sorted(set(names) & others.keys())
        if taken:
            raise StoreError(
                f"Step {others[taken[0]]} of run {self.name} already wrote {taken[0]}.",
                "Give each artifact one step.",
            )


@lru_cache(maxsize=64)
def _kept_indexes(folder: str, trusted: PublicKey) -> dict[str, tuple[tuple[object, ...], Index]]:
    """Return where the verified indexes of one run are kept, each with what its file looked like.

    What is kept was signed by that key, whatever became of the file; artifacts are held to it.
    """
    del folder, trusted
    return {}


@lru_cache(maxsize=512)
def _verified_index(envelope: bytes, trusted: PublicKey) -> Index:
    """Return what an envelope of these very bytes says, verified; each read asks for all of them.

    Raises:
        StoreError: the trusted key did not sign it.
        ValueError: it holds no index.
    """
    return Index.model_validate(json.loads(signing.verify(envelope, trusted, INDEX_TYPE)))
