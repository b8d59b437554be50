"""What was decided before about a repository.

Signed lines, kept by root commit, whatever the output folder was.

It serves one rule: there is no retry until green. A failure that the judged commit determines
stays, for the same commit, manifest and environment, until there is a new commit or a waiver. A run
is written down when it begins, before anything is asked, and closed by its decision: one that died
in between is closed as RED by the next that begins, so that ending a run before it decides hides
nothing.
"""

from __future__ import annotations

import fcntl
import json
import os
import platform
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from atom_release import __version__
from atom_release.errors import StoreError
from atom_release.gate.decision.decision import CriterionResult, Decision
from atom_release.gate.rules.legs import Earlier
from atom_release.gate.vocabulary import Outcome, Verdict
from atom_release.records import canonical, signing
from atom_release.records.liveness import Process

LINE_TYPE = "application/vnd.atom-release.history+json"
_DIED = "died: its process ended, or its timebox, before it decided"


@dataclass(frozen=True)
class Occasion:
    """What a decision was about; a failure sticks to all three together."""

    commit: str
    manifest: str
    environment: str

    @classmethod
    def here(cls, commit: str, manifest: bytes) -> Occasion:
        """Give the occasion of judging this commit with this manifest.

        By this interpreter on this platform.
        """
        environment = (
            f"{sys.implementation.name} {platform.python_version()} {platform.platform()}"
            f" atom-release {__version__}"
        )
        return cls(commit, canonical.digest(manifest), canonical.digest(environment.encode()))


@dataclass(frozen=True)
class History:
    """The decisions about one repository."""

    path: Path
    key: signing.KeyPair

    def failures(self, occasion: Occasion) -> dict[str, Earlier]:
        """Give the criteria that failed before on this occasion, each with when and how.

        Raises:
            StoreError: the history was changed by someone else.
        """
        found: dict[str, Earlier] = {}
        for line in self._lines():
            if line["occasion"] == asdict(occasion):
                found |= {
                    criterion: Earlier.model_validate({"when": line["as_of"], **said})
                    for criterion, said in line.get("failed", {}).items()
                }
        return found

    def decisions(self, commit: str) -> list[dict[str, str]]:
        """Give the earlier decisions on a commit, oldest first.

        Those of runs that died included.
        """
        lines = [
            one
            for one in self._lines()
            if one["occasion"]["commit"] == commit and one["kind"] != "started"
        ]
        return [
            {
                "run": one["run"],
                "as_of": one["as_of"],
                "verdict": one["verdict"],
                "reason": one["reason"],
            }
            for one in lines
        ]

    def told(self, run: str) -> str:
        """Give what is known of runs before this one.

        The digest of the history as it stands, or `none`.
        """
        decided = sum(line["kind"] != "started" and line["run"] != run for line in self._lines())
        return (
            f"{decided} earlier decisions, sha256:{canonical.digest(self.path.read_bytes())}"
            if decided
            else "none"
        )

    def begin(self, occasion: Occasion, run: str, when: datetime, deadline: datetime) -> None:
        """Write down that a run begins, unless that was done.

        Close every other run that ended without a decision as RED.

        Raises:
            StoreError: the history was changed by someone else.
        """
        with self._alone():
            lines = self._lines()
            for line in _unclosed(lines):
                if line["run"] != run and _over(line, when):
                    closing = {
                        "kind": "died",
                        "occasion": line["occasion"],
                        "run": line["run"],
                        "as_of": when.isoformat(),
                    }
                    self._append({**closing, "verdict": Verdict.RED.value, "reason": _DIED})
            if not any(line["run"] == run for line in lines):
                begun = {
                    "kind": "started",
                    "occasion": asdict(occasion),
                    "run": run,
                    "as_of": when.isoformat(),
                    "deadline": deadline.isoformat(),
                }
                self._append({**begun, "process": asdict(Process.here())})

    def add(self, decision: Decision, occasion: Occasion, run: str, when: datetime) -> None:
        """Append a decision.

        Its failures are kept, waived ones too, with their own reason and not with that of an
        earlier one.
        """
        failed: dict[str, JsonValue] = {
            one.id: {"reason": one.reason, "fingerprint": one.failure, "unwaivable": one.unwaivable}
            for one in decision.criteria
            if _failed(one)
        }
        line = {
            "kind": "decided",
            "occasion": asdict(occasion),
            "run": run,
            "as_of": when.isoformat(),
        }
        with self._alone():
            self._append(
                {
                    **line,
                    "verdict": decision.verdict.value,
                    "reason": decision.reason,
                    "failed": failed,
                }
            )

    def _append(self, line: Mapping[str, object]) -> None:
        last = self.path.read_bytes().splitlines()[-1:] if self.path.exists() else []
        envelope = signing.sign(
            canonical.encode({**line, "after": _link(last[0]) if last else ""}), LINE_TYPE, self.key
        )
        with self.path.open("ab") as file:
            file.write(envelope)
            file.flush()
            os.fsync(file.fileno())

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other runs on this repository from writing meanwhile."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.with_suffix(".lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _lines(self) -> Sequence[Mapping[str, Any]]:
        return (
            _believed(self.path.read_bytes(), self.path, self.key.public)
            if self.path.exists()
            else ()
        )


@lru_cache(maxsize=4)
def _believed(content: bytes, path: Path, key: signing.PublicKey) -> tuple[Mapping[str, Any], ...]:
    """Check every line.

    Every step of a run asks several times, and the same bytes need to be checked only once.
    """
    remedy = (
        f"Find out who changed it; {path} can be moved away, and the next decision then says it has"
        " no history."
    )
    lines: list[Mapping[str, Any]] = []
    after = ""
    for number, envelope in enumerate(content.splitlines(), start=1):
        try:
            line = json.loads(signing.verify(envelope, key, LINE_TYPE))
        except StoreError as error:
            raise StoreError(
                f"Line {number} of the history is not signed by the gate's key: {error.message}",
                remedy,
            ) from error
        if line.get("after") != after:
            raise StoreError(
                f"Line {number} of the history does not follow the one before it: a line was taken"
                " out or moved.",
                remedy,
            )
        after = _link(envelope)
        lines.append(line)
    return tuple(lines)


def _link(envelope: bytes) -> str:
    """Give what a line says of the one before it, so that none can be taken out of the middle."""
    return canonical.digest(envelope.rstrip(b"\n"))


def _failed(one: CriterionResult) -> bool:
    return not one.flaky and Outcome.FAIL in {one.outcome, one.before}


def _unclosed(lines: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Give the beginnings of runs that nothing closed."""
    closed = {line["run"] for line in lines if line["kind"] != "started"}
    return [line for line in lines if line["kind"] == "started" and line["run"] not in closed]


def _over(line: Mapping[str, Any], when: datetime) -> bool:
    """Say whether a run cannot decide any more.

    Its process has ended, or, where that cannot be seen, its timebox has.
    """
    ended = Process.of(line["process"]).ended
    return when >= datetime.fromisoformat(line["deadline"]) if ended is None else ended
