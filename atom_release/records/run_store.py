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
    place,
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
        expected = self.names().get(checked_name(name))
        if expected is None:
            raise StoreError(f"No signed index of run {self.name} names {name}.", _AGAIN)
        try:
            content = (self.folder / name).read_bytes()
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
        for step in self.steps():
            for name, digest in self.index(step).artifacts.items():
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
        return COMPLETE in self.steps() and self.index(COMPLETE).step == COMPLETE

    @property
    def written_at(self) -> datetime:
        """The moment by which runs are ordered.

        Of the snapshot, or of the first step where there is none.

        Raises:
            StoreError: an index cannot be believed, or there is none.
        """
        moments = {step: self.index(step).written_at for step in self.steps()}
        if not moments:
            raise StoreError(f"Run {self.name} has written nothing.", _AGAIN)
        return moments.get(COMPLETE) or min(moments.values())

    def index(self, step: str) -> Index:
        """Return what a step signed.

        Raises:
            StoreError: it is missing, unsigned, or of another commit, run or step.
        """
        try:
            envelope = self._index_path(checked_part(step, "step")).read_bytes()
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

    def _index_path(self, step: str) -> UPath:
        return self.folder / RESERVED / f"{step}{_SUFFIX}"

    def _no_other_wrote(self, names: Iterable[str], step: str) -> None:
        others = {
            name: other
            for other in self.steps()
            if other != step
            for name in self.index(other).artifacts
        }
        taken = sorted(set(names) & others.keys())
        if taken:
            raise StoreError(
                f"Step {others[taken[0]]} of run {self.name} already wrote {taken[0]}.",
                "Give each artifact one step.",
            )


@lru_cache(maxsize=512)
def _verified_index(envelope: bytes, trusted: PublicKey) -> Index:
    """Return what an envelope of these very bytes says, verified; each read asks for all of them.

    Raises:
        StoreError: the trusted key did not sign it.
        ValueError: it holds no index.
    """
    return Index.model_validate(json.loads(signing.verify(envelope, trusted, INDEX_TYPE)))
