"""What this process has verified of the signed indexes of one run.

Every step asks which artifacts the steps before it signed. Each index is read once, and found by
the names of the artifacts that it vouches for. When a file is looked at again, and what an index
must say to be believed, is `run_store`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from pydantic import AwareDatetime, BaseModel, ConfigDict

from atom_release.records.signing_keys import PublicKey

Look = tuple[object, ...]


class Index(BaseModel):
    """What one step says it wrote."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    commit: str
    run: str
    step: str
    artifacts: dict[str, str]
    written_at: AwareDatetime


@dataclass
class KeptIndexes:
    """The verified indexes of one run by their files' names, and what the files looked like."""

    looks: dict[str, Look] = field(default_factory=dict)
    indexes: dict[str, Index] = field(default_factory=dict)
    _by_artifact: dict[str, list[str]] = field(default_factory=dict)

    def keep(self, file: str, look: Look, index: Index) -> None:
        """Take what a file says for what it says now."""
        self.forget(file)
        self.looks[file], self.indexes[file] = look, index
        for name in index.artifacts:
            self._by_artifact.setdefault(name, []).append(file)

    def forget(self, file: str) -> None:
        """Take a file for gone."""
        index = self.indexes.pop(file, None)
        self.looks.pop(file, None)
        for name in index.artifacts if index else ():
            self._by_artifact[name].remove(file)

    def files_of(self, name: str) -> list[str]:
        """Return the files whose indexes name an artifact: one, none, or too many."""
        return [*self._by_artifact.get(name, ())]

    def without(self, files: Iterable[str]) -> Mapping[str, Look]:
        """Return what the files looked like, but for these."""
        left_out = set(files)
        return {file: look for file, look in self.looks.items() if file not in left_out}

    def first_moment(self) -> datetime | None:
        """Return when the first of them was written; None where there is none."""
        return min((index.written_at for index in self.indexes.values()), default=None)


@lru_cache(maxsize=64)
def kept_indexes(folder: str, trusted: PublicKey) -> KeptIndexes:
    """Return where the verified indexes of one run are kept.

    What is kept was signed by that key, whatever became of the file; artifacts are held to it.
    """
    del folder, trusted
    return KeptIndexes()
