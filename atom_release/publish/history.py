"""What was decided before about a repository: one signed line a decision, kept by root commit, whatever the output folder was.

It serves one rule: there is no retry until green. A failure that the judged commit determines stays, for the same commit, manifest and
environment, until there is a new commit or a waiver.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from atom_release import __version__
from atom_release.errors import StoreError
from atom_release.gate.decision import Decision
from atom_release.gate.vocabulary import Outcome
from atom_release.publish import canonical, signing

LINE_TYPE = "application/vnd.atom-release.history+json"


@dataclass(frozen=True)
class Occasion:
    """What a decision was about; a failure sticks to all three together."""

    commit: str
    manifest: str
    environment: str

    @classmethod
    def here(cls, commit: str, manifest: bytes) -> Occasion:
        """Give the occasion of judging this commit with this manifest, by this interpreter on this platform."""
        environment = f"{sys.implementation.name} {platform.python_version()} {platform.platform()} atom-release {__version__}"
        return cls(commit, canonical.digest(manifest), canonical.digest(environment.encode()))


@dataclass(frozen=True)
class History:
    """The decisions about one repository."""

    path: Path
    key: signing.KeyPair

    def failures(self, occasion: Occasion) -> dict[str, str]:
        """Give the criteria that failed before on this occasion, each with when and how.

        Raises:
            StoreError: the history was changed by someone else.
        """
        found: dict[str, str] = {}
        for line in self._lines():
            if line["occasion"] == asdict(occasion):
                found |= {criterion: f"{line['as_of']}: {reason}" for criterion, reason in line["failed"].items()}
        return found

    def decisions(self, commit: str) -> list[dict[str, str]]:
        """Give the earlier decisions on a commit, oldest first."""
        return [{"run": one["run"], "as_of": one["as_of"], "verdict": one["verdict"]} for one in self._lines() if one["occasion"]["commit"] == commit]

    def add(self, decision: Decision, occasion: Occasion, run: str, when: datetime) -> None:
        """Append a decision; its failures are kept with their own reason, not with that of an earlier one."""
        failed = {one.id: one.reason for one in decision.criteria if one.outcome is Outcome.FAIL and not one.reason.startswith("flaky: ")}
        line = {"occasion": asdict(occasion), "run": run, "as_of": when.isoformat(), "verdict": decision.verdict, "failed": failed}
        envelope = signing.sign(canonical.encode(line), LINE_TYPE, self.key)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as file:
            file.write(envelope)
            file.flush()
            os.fsync(file.fileno())

    def _lines(self) -> Iterator[dict]:  # type: ignore[type-arg]
        if not self.path.exists():
            return
        for number, envelope in enumerate(self.path.read_bytes().splitlines(), start=1):
            try:
                yield json.loads(signing.verify(envelope, self.key.public, LINE_TYPE))
            except StoreError as error:
                remedy = f"Find out who changed it; {self.path} can be moved away, and the next decision then says it has no history."
                raise StoreError(f"Line {number} of the history is not signed by the gate's key: {error.message}", remedy) from error
