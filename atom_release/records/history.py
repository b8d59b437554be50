"""What was decided before about a judged commit under one manifest.

Signed lines, whatever clone, work tree and output folder the runs had. Where they are kept is
`records.history_lines`'s.

It serves one rule: there is no retry until green. A failure that the judged commit determines
stays, for the same commit, manifest and environment, until there is a new commit or a waiver. A run
is written down when it begins, before anything is asked; each step writes down what it refuses
before it stores its artifacts; and the decision closes the run. One that died in between is closed
as RED by the next that begins, so that ending a run before it decides hides nothing.
"""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from pydantic import JsonValue

from atom_release import __version__
from atom_release.errors import StoreError
from atom_release.gate.decision.decision import CriterionResult, Decision
from atom_release.gate.rules.legs import Earlier
from atom_release.gate.vocabulary import Outcome, Verdict
from atom_release.records import canonical, signing, signing_keys
from atom_release.records.history_lines import Lines
from atom_release.records.liveness import Process

LINE_TYPE = "application/vnd.atom-release.history+json"
_CLOSING = frozenset({"decided", "died"})
_DIED = "died: its process ended, or its timebox, before it decided"


@dataclass(frozen=True)
class Occasion:
    """What a decision was about; a failure sticks to all three together."""

    commit: str
    manifest: str
    environment: str

    @classmethod
    def here(cls, commit: str, manifest: bytes) -> Occasion:
        """Return the occasion of judging this commit with this manifest.

        By this interpreter on this platform.
        """
        environment = (
            f"{sys.implementation.name} {platform.python_version()} {platform.platform()}"
            f" atom-release {__version__}"
        )
        return cls(commit, canonical.digest(manifest), canonical.digest(environment.encode()))

    @property
    def name(self) -> str:
        """The name of the history that this occasion belongs to: judged commit and manifest.

        Never anything that a clone may hold or lack, such as the first commit.
        """
        return f"{self.commit}-{self.manifest[:16]}"


@dataclass(frozen=True)
class History:
    """The runs on one judged commit under one manifest, and what they came to."""

    kept: Lines
    key: signing_keys.KeyPair

    def failures(self, occasion: Occasion, run: str = "") -> dict[str, Earlier]:
        """Return the criteria that failed before on this occasion, each with when and how.

        What the steps of a run refused counts where the run did not come to a decision; of one that
        did, the decision counts.

        Args:
            occasion: commit, manifest and environment.
            run: the run that asks; what its own steps refused so far is not before it.

        Raises:
            StoreError: the history was changed by someone else.
        """
        lines = self._lines()
        decided = {line["run"] for line in lines if line["kind"] == "decided"}
        failures: dict[str, Earlier] = {}
        for line in lines:
            superseded = line["kind"] == "refused" and line["run"] in decided | {run}
            if line["occasion"] == asdict(occasion) and not superseded:
                failures |= {
                    criterion: Earlier.model_validate({"when": line["as_of"], **failure})
                    for criterion, failure in line.get("failed", {}).items()
                }
        return failures

    def decisions(self, commit: str) -> list[dict[str, str]]:
        """Return the earlier decisions on a commit, oldest first.

        Those of runs that died included.
        """
        lines = [
            line
            for line in self._lines()
            if line["occasion"]["commit"] == commit and line["kind"] in _CLOSING
        ]
        return [
            {
                "run": line["run"],
                "as_of": line["as_of"],
                "verdict": line["verdict"],
                "reason": line["reason"],
            }
            for line in lines
        ]

    def describe_earlier_runs(self, run: str) -> str:
        """Return what is known of runs before this one.

        The digest of the history as it stands, or `none`.
        """
        decided = sum(line["kind"] in _CLOSING and line["run"] != run for line in self._lines())
        return (
            f"{decided} earlier decisions, sha256:{canonical.digest(self.kept.read())}"
            if decided
            else "none"
        )

    def begin(self, occasion: Occasion, run: str, when: datetime, deadline: datetime) -> None:
        """Write down that a run begins, unless that was done.

        Close every other run that ended without a decision as RED.

        Raises:
            StoreError: the history was changed by someone else.
        """
        with self.kept.alone():
            lines = self._lines()
            for line in _unclosed(lines):
                if line["run"] != run and _over(line, when):
                    closing = {
                        "kind": "died",
                        "occasion": line["occasion"],
                        "run": line["run"],
                        "as_of": when.isoformat(),
                    }
                    reason = _DIED + _refused_by(lines, line["run"])
                    self._append({**closing, "verdict": Verdict.RED.value, "reason": reason})
            if not any(line["run"] == run for line in lines):
                begun = {
                    "kind": "started",
                    "occasion": asdict(occasion),
                    "run": run,
                    "as_of": when.isoformat(),
                    "deadline": deadline.isoformat(),
                }
                self._append({**begun, "process": asdict(Process.here())})

    def refuse(
        self,
        results: Iterable[CriterionResult],
        occasion: Occasion,
        run: str,
        step: str,
        when: datetime,
    ) -> None:
        """Write down which criteria a step refuses, before its artifacts are stored.

        Those that the run wrote down already are not repeated.

        Raises:
            StoreError: the history was changed by someone else.
        """
        with self.kept.alone():
            refused = {
                criterion
                for line in self._lines()
                if line["run"] == run and line["kind"] == "refused"
                for criterion in line["failed"]
            }
            failed = _failures(result for result in results if result.id not in refused)
            if failed:
                self._append(
                    {
                        "kind": "refused",
                        "occasion": asdict(occasion),
                        "run": run,
                        "step": step,
                        "as_of": when.isoformat(),
                        "failed": failed,
                    }
                )

    def add(
        self,
        decision: Decision,
        occasion: Occasion,
        run: str,
        when: datetime,
        snapshot: bytes = b"",
    ) -> None:
        """Append a decision, with the digest of the snapshot that records it.

        Its failures are kept, waived ones too, with their own reason and not with that of an
        earlier one.
        """
        line = {
            "kind": "decided",
            "occasion": asdict(occasion),
            "run": run,
            "as_of": when.isoformat(),
            "snapshot": canonical.digest(snapshot),
        }
        with self.kept.alone():
            self._append(
                {
                    **line,
                    "verdict": decision.verdict.value,
                    "reason": decision.reason,
                    "failed": _failures(decision.criteria),
                }
            )

    def occasion_of(self, snapshot: bytes) -> Occasion | None:
        """Return what a recorded decision was made on, None where this history lacks it."""
        line = self._decided(canonical.digest(snapshot))
        return None if line is None else Occasion(**line["occasion"])

    def objection(self, snapshot: bytes) -> str:
        """Return what speaks against acting on a recorded decision, or nothing.

        It has to stand here, and no later run may have come to another verdict, nor have refused a
        criterion without coming to one, whichever output folder it had and whatever is left of it.

        Raises:
            StoreError: the history was changed by someone else.
        """
        lines = self._lines()
        own = self._decided(canonical.digest(snapshot))
        if own is None:
            return "the history of this commit does not hold the decision"
        later = lines[lines.index(own) + 1 :]
        decided = {line["run"] for line in lines if line["kind"] == "decided"}
        for line in reversed(later):
            if line["kind"] == "decided" and line["verdict"] != Verdict.GREEN:
                return f"a later run came to {line['verdict']} at {line['as_of']}: {line['reason']}"
            if line["kind"] == "refused" and line["run"] not in decided:
                return (
                    f"a later run refused {', '.join(line['failed'])} at {line['as_of']} and came"
                    " to no decision"
                )
        return ""

    def _decided(self, digest: str) -> Mapping[str, Any] | None:
        return next(
            (
                line
                for line in reversed(self._lines())
                if line["kind"] == "decided" and line.get("snapshot") == digest
            ),
            None,
        )

    def _append(self, line: Mapping[str, object]) -> None:
        last = self.kept.read().splitlines()[-1:]
        envelope = signing.sign(
            canonical.encode({**line, "after": _link(last[0]) if last else ""}), LINE_TYPE, self.key
        )
        self.kept.append(envelope)

    def _lines(self) -> Sequence[Mapping[str, Any]]:
        return _believed(self.kept.read(), self.kept.place, self.key.public)


@lru_cache(maxsize=4)
def _believed(
    content: bytes, place: str, key: signing_keys.PublicKey
) -> tuple[Mapping[str, Any], ...]:
    """Check every line.

    Every step of a run asks several times, and the same bytes need to be checked only once.
    """
    remedy = (
        f"Find out who changed it; {place} can be moved away, and the next decision then says that"
        " it has no history."
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
    """Return what a line says of the one before it, so that none can be taken out of the middle."""
    return canonical.digest(envelope.rstrip(b"\n"))


def _failures(results: Iterable[CriterionResult]) -> dict[str, JsonValue]:
    """Return the failures among results, waived ones too, but no echo of an earlier failure."""
    return {
        result.id: {
            "reason": result.reason,
            "fingerprint": result.failure,
            "unwaivable": result.unwaivable,
        }
        for result in results
        if not result.flaky and Outcome.FAIL in {result.outcome, result.before}
    }


def _refused_by(lines: Sequence[Mapping[str, Any]], run: str) -> str:
    """Return which criteria a run's steps had refused before it ended, or nothing."""
    refused = [
        criterion
        for line in lines
        if line["run"] == run and line["kind"] == "refused"
        for criterion in line["failed"]
    ]
    return f"; until then it had refused {', '.join(refused)}" if refused else ""


def _unclosed(lines: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the beginnings of runs that nothing closed."""
    closed = {line["run"] for line in lines if line["kind"] in _CLOSING}
    return [line for line in lines if line["kind"] == "started" and line["run"] not in closed]


def _over(line: Mapping[str, Any], when: datetime) -> bool:
    """Return whether a run cannot decide any more.

    Its process has ended, or, where that cannot be seen, its timebox has.
    """
    ended = Process.from_line(line["process"]).ended
    return when >= datetime.fromisoformat(line["deadline"]) if ended is None else ended
