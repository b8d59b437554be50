"""The place of artifacts.

`OUT/runs/<S>/<run>/<artifact>`, and for each step that wrote some a signed index of their digests.

What one run wrote, and how it is believed, stands in `run_store`; here, which runs there are, and
what is copied or put beside them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from upath import UPath

from atom_release.records.paths import (
    checked_commit,
    checked_part,
    children,
    place,
    read,
    require_usable,
    require_writable,
    root_of,
)
from atom_release.records.run_store import RunStore
from atom_release.records.signing_keys import KeyPair, PublicKey


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

    def require_writable(self) -> None:
        """Show that this store can be written, before anything is.

        Raises:
            Misuse: it cannot.
        """
        require_usable(self.root)

    def run(self, commit: str, run: str) -> RunStore:
        """Return the artifacts of one run on one commit, which need not exist yet.

        Raises:
            StoreError: these are not a commit and a run's name.
        """
        return RunStore(
            self.root, checked_commit(commit), checked_part(run, "run"), self.key, self.public
        )

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
        place(self._below(path), content)

    def get(self, path: str) -> bytes | None:
        """Return a file below OUT that belongs to no run; None where there is none.

        Raises:
            StoreError: the path leaves OUT, or the store does not answer.
        """
        try:
            return read(self._below(path))
        except FileNotFoundError:
            return None

    def _below(self, path: str) -> UPath:
        return self.root.joinpath(*(checked_part(part, "path") for part in path.split("/")))

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
        contents = run.read_all(run.names() if names is None else names)
        require_writable(self.root)
        for name, content in contents.items():
            place(target / name, content)
        return sorted(contents)
