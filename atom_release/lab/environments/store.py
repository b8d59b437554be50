"""Where environments are kept: each under all that it was made from, sealed, one maker at a time.

The repository and how far it is trusted are part of the name: what one repository's code wrote is
never another's. What is put into an environment is not known here.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import platform
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atom_release.lab.environments import sealed
from atom_release.lab.sandbox import Sandbox
from atom_release.lab.throwaway import remove

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from atom_release.lab.look import Look

_FORMAT = 1


@dataclass(frozen=True)
class Store:
    """The environments of one repository for one toolchain: its version and its program."""

    look: Look
    toolchain: tuple[str, str]

    def key(self, kind: str, *parts: object) -> str:
        """Return the name of something made: what it is made from, for whom, and kept apart how."""
        return (
            f"{kind}-"
            + digest(
                [
                    _FORMAT,
                    kind,
                    parts,
                    *self.toolchain,
                    platform.platform(),
                    os.path.realpath(self.look.tree.repository),
                    self.look.external,
                    self._holds,
                ]
            )[:32]
        )

    @cached_property
    def _holds(self) -> tuple[str, ...]:
        """How the subject is kept apart here: what was made less apart is not used."""
        return Sandbox(self.look.hidden, accepted=self.look.operator.isolation).holds

    @property
    def root(self) -> Path:
        """The folder of all environments of this home."""
        return Path(os.path.realpath(self.look.scratch)).parent / "environments"

    def workplace(self, key: str) -> Path:
        """Return a folder for what is needed while something is made, and removed then."""
        return self.root / "work" / key

    def sealed(
        self, key: str, fill: Callable[[Path], dict[str, Any]]
    ) -> tuple[Path, dict[str, Any]]:
        """Return a sealed folder and what was noted of it, filled first if it is not there."""
        made = self.root / "made" / key
        with self._alone(key):
            facts = sealed.opened(made)
            if facts is None:
                sealed.tear_down(made)
                made.mkdir(parents=True)
                try:
                    facts = fill(made)
                    sealed.seal(made, facts)
                except BaseException:
                    sealed.tear_down(made)
                    raise
                finally:
                    remove(self.workplace(key))
        return made, facts

    @contextmanager
    def _alone(self, key: str) -> Iterator[None]:
        """Keep other gates away from what is made under this name."""
        locks = self.root / "locks"
        locks.mkdir(parents=True, exist_ok=True)
        with (locks / key).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def digest(value: object) -> str:
    """Return the SHA-256 of a value's JSON."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()
