"""What was decided before about a judged tree under one manifest.

Signed lines, whatever clone, work tree and output folder the runs had. Where they are kept is
`records.history_lines`'s.

It serves one rule: there is no retry until green. A failure that the judged commit determines
stays, for the same commit, manifest and environment, until there is another tree or a waiver; one
that its tree alone determines stays for every commit of that tree. So does, from the second time,
that a suite ended its own runner. A run
is written down when it begins, before anything is asked; each step writes down what it refuses
before it stores its artifacts; and the decision closes the run. One that died in between is closed
as RED by the next that begins, so that ending a run before it decides hides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from atom_release.gate.decision.decision import CriterionResult, Decision
from atom_release.gate.rules.case import Earlier
from atom_release.gate.vocabulary import Verdict
from atom_release.records import canonical, signing_keys
from atom_release.records.chain import Chain
from atom_release.records.history_entries import (
    CLOSING,
    NOTHING_MORE,
    Occasion,
    Sticking,
    describe_refusals,
    earlier_on,
    endings_among,
    failures_among,
    is_alike,
    is_over,
    keep_repeated,
    name_other_commit,
    unclosed,
)
from atom_release.records.history_lines import Lines
from atom_release.records.liveness import Process

LINE_TYPE = "application/vnd.atom-release.history+json"
_DIED = "died: its process ended, or its timebox, before it decided"


@dataclass(frozen=True)
class History:
    """The runs on one judged tree under one manifest, and what they came to.

    Lines by the keys in `believed` count as the gate's own: those of a gate whose decisions are.
    `shared` says that steps of one run may be on several machines: then no process stands for it.
    """

    kept: Lines
    key: signing_keys.KeyPair
    believed: tuple[signing_keys.PublicKey, ...] = ()
    shared: bool = False

    def failures(self, occasion: Occasion, run: str = "") -> dict[str, Earlier]:
        """Return the criteria that failed before on this occasion, each with when and how.

        And those of which a suite ended its own runner twice or more. What the steps of a run
        refused counts where the run did not come to a decision; of one that did, the decision
        counts.

        Args:
            occasion: commit, tree, manifest and environment.
            run: the run that asks; what its own steps refused so far is not before it.

        Raises:
            StoreError: the history was changed by someone else.
        """
        lines = self._lines()
        decided = {line["run"] for line in lines if line["kind"] == "decided"}
        failures: dict[str, Earlier] = {}
        endings: dict[str, list[Earlier]] = {}
        for line in lines:
            superseded = line["kind"] == "refused" and line["run"] in decided | {run}
            if superseded or not is_alike(line["occasion"], occasion):
                continue
            failures |= earlier_on(line, "failed", occasion)
            for criterion, ending in earlier_on(line, "ended", occasion).items():
                endings.setdefault(criterion, []).append(ending)
        return keep_repeated(endings) | failures

    def decisions(self, commit: str) -> list[dict[str, str]]:
        """Return the earlier decisions on a commit, oldest first, and on others of its tree.

        Those of runs that died included.
        """
        return [
            {
                "run": line["run"],
                "as_of": line["as_of"],
                "verdict": line["verdict"],
                "reason": name_other_commit(line, commit) + line["reason"],
            }
            for line in self._lines()
            if line["kind"] in CLOSING
        ]

    def describe_earlier_runs(self, run: str) -> str:
        """Return what is known of runs before this one.

        The digest of the history as it stands, or `none`.
        """
        decided = sum(line["kind"] in CLOSING and line["run"] != run for line in self._lines())
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
            for line in unclosed(lines):
                if line["run"] != run and is_over(line, when):
                    closing = {
                        "kind": "died",
                        "occasion": line["occasion"],
                        "run": line["run"],
                        "as_of": when.isoformat(),
                    }
                    reason = _DIED + describe_refusals(lines, line["run"])
                    self._append({**closing, "verdict": Verdict.RED.value, "reason": reason})
            if not any(line["run"] == run for line in lines):
                begun = {
                    "kind": "started",
                    "occasion": asdict(occasion),
                    "run": run,
                    "as_of": when.isoformat(),
                    "deadline": deadline.isoformat(),
                }
                process = None if self.shared else asdict(Process.here())
                self._append({**begun, "process": process})

    def refuse(  # noqa: PLR0913 - one parameter for each thing that the line says
        self,
        results: Iterable[CriterionResult],
        occasion: Occasion,
        run: str,
        step: str,
        when: datetime,
        *,
        sticking: Sticking = NOTHING_MORE,
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
                for criterion in (*line["failed"], *line["ended"])
            }
            fresh = [result for result in results if result.id not in refused]
            failed, ended = failures_among(fresh, sticking), endings_among(fresh, sticking)
            if failed or ended:
                self._append(
                    {
                        "kind": "refused",
                        "occasion": asdict(occasion),
                        "run": run,
                        "step": step,
                        "as_of": when.isoformat(),
                        "failed": failed,
                        "ended": ended,
                    }
                )

    def add(  # noqa: PLR0913 - the same
        self,
        decision: Decision,
        occasion: Occasion,
        run: str,
        when: datetime,
        snapshot: bytes = b"",
        *,
        sticking: Sticking = NOTHING_MORE,
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
                    "release": decision.release,
                    "outcomes": {result.id: result.outcome.value for result in decision.criteria},
                    "left_out": [entry.criterion for entry in decision.left_out],
                    "failed": failures_among(decision.criteria, sticking),
                    "ended": endings_among(decision.criteria, sticking),
                }
            )

    def note_costs(
        self, occasion: Occasion, run: str, step: str, when: datetime, seconds: Mapping[str, float]
    ) -> None:
        """Write down what asking each criterion took in a step; it holds nothing against any."""
        line = {"kind": "asked", "occasion": asdict(occasion), "run": run, "step": step}
        with self.kept.alone():
            self._append({**line, "as_of": when.isoformat(), "seconds": dict(seconds)})

    def decided(self) -> list[tuple[Mapping[str, Any], Mapping[str, float]]]:
        """Return every line with a decision, each with what its run took for each criterion.

        Raises:
            StoreError: the history was changed by someone else.
        """
        lines = self._lines()
        costs: dict[str, dict[str, float]] = {}
        for line in lines:
            for criterion, seconds in line.get("seconds", {}).items():
                of_run = costs.setdefault(line["run"], {})
                of_run[criterion] = of_run.get(criterion, 0.0) + seconds
        return [(line, costs.get(line["run"], {})) for line in lines if line["kind"] == "decided"]

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
        later = [
            line
            for line in lines[lines.index(own) + 1 :]
            if line["occasion"]["commit"] == own["occasion"]["commit"]
        ]
        decided = {line["run"] for line in lines if line["kind"] == "decided"}
        for line in reversed(later):
            if line["kind"] == "decided" and line["verdict"] != Verdict.GREEN:
                return f"a later run came to {line['verdict']} at {line['as_of']}: {line['reason']}"
            if line["kind"] == "refused" and line["failed"] and line["run"] not in decided:
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
        self._chain.append(line)

    def _lines(self) -> Sequence[Mapping[str, Any]]:
        return self._chain.lines()

    @cached_property
    def _chain(self) -> Chain:
        return Chain(self.kept, self.key, LINE_TYPE, "history", self.believed)
