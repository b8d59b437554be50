"""The place of artifacts.

`OUT/runs/<S>/<run>/<artifact>`, and for each step that wrote some a signed index of their digests.

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
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict
from upath import UPath

from atom_release.errors import StoreError
from atom_release.records import canonical, signing
from atom_release.records.paths import (
    RESERVED,
    checked_commit,
    checked_name,
    checked_part,
    children,
    place,
    require_writable,
    root_of,
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


@dataclass(frozen=True)
class Store:
    """All runs under one root.

    Without a key it can only be read; what is read must be signed by `public` (default: the key's
    own).
    """

    location: str | UPath | Path
    key: KeyPair | None = None
    public: PublicKey | None = None

    @cached_property
    def root(self) -> UPath:
        """The root as a path."""
        return root_of(self.location)

    @property
    def trusted(self) -> PublicKey:
        """The key that must have signed what is read.

        Raises:
            StoreError: none was given.
        """
        trusted = self.public or (self.key.public if self.key else None)
        if trusted is None:
            raise StoreError(
                "No public key is given to check the artifacts with.", "Name it with --key."
            )
        return trusted

    def require_writable(self) -> None:
        """Show that this store can be written, before anything is.

        Raises:
            Misuse: it cannot.
        """
        require_writable(self.root)

    def run(self, commit: str, run: str) -> RunStore:
        """Return the artifacts of one run on one commit, which need not exist yet.

        Raises:
            StoreError: these are not a commit and a run's name.
        """
        return RunStore(self, checked_commit(commit), checked_part(run, "run"))

    def runs(self, commit: str) -> list[str]:
        """Return the runs on this commit that signed anything, oldest first by what they signed.

        Raises:
            StoreError: an index is not this key's. That is not skipped: the run it hides could be
                the newest.
        """
        stored = [
            self.run(commit, name) for name in children(self.root / "runs" / checked_commit(commit))
        ]
        return [
            run.name
            for run in sorted(
                (run for run in stored if run.steps()), key=lambda run: (run.written_at, run.name)
            )
        ]

    def newest_complete(self, commit: str) -> RunStore | None:
        """Return the newest run on this commit that came to a snapshot.

        Raises:
            StoreError: an index is not this key's.
        """
        complete = [
            run for run in (self.run(commit, name) for name in self.runs(commit)) if run.complete
        ]
        return complete[-1] if complete else None

    def put(self, path: str, content: bytes) -> None:
        """Write a file below OUT that belongs to no run, e.g. the audit bundle.

        Raises:
            StoreError: the path leaves OUT.
            Misuse: OUT cannot be written.
        """
        require_writable(self.root)
        place(
            self.root.joinpath(*(checked_part(part, "path") for part in path.split("/"))), content
        )

    def publish_copies(
        self, run: RunStore, names: Iterable[str] | None = None, folder: str = ""
    ) -> list[str]:
        """Copy artifacts of a run (default: all) to `OUT/<folder>/<name>`.

        All are verified before the first is copied.

        Args:
            run: the run whose artifacts are copied.
            names: which of its artifacts.
            folder: parts below OUT, e.g. `releases/v1.0.0`.

        Raises:
            StoreError: an artifact is not what was signed, or a name leaves OUT.
            Misuse: OUT cannot be written.
        """
        target = self.root.joinpath(
            *(checked_part(part, "folder") for part in folder.split("/") if part)
        )
        contents = {name: run.read(name) for name in (run.names() if names is None else names)}
        require_writable(self.root)
        for name, content in contents.items():
            place(target / name, content)
        return sorted(contents)


@dataclass(frozen=True)
class RunStore:
    """The artifacts of one run on one commit."""

    store: Store
    commit: str
    name: str

    @cached_property
    def folder(self) -> UPath:
        """Where this run's artifacts lie."""
        return self.store.root / "runs" / self.commit / self.name

    def write(self, step: str, artifacts: Mapping[str, bytes], when: datetime) -> Index:
        """Write what a step made, then its signed index.

        A crash in between leaves what `read` refuses, never a half believed file.

        Raises:
            StoreError: a name is not an artifact's, another step wrote it, or there is no key to
                sign with.
            Misuse: the store cannot be written.
        """
        if self.store.key is None:
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
        envelope = signing.sign(canonical.encode(index), INDEX_TYPE, self.store.key)
        require_writable(self.store.root)
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
            index = _verified_index(envelope, self.store.trusted)
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
