"""What the lines of a history are about and what they hold against a later judgement.

Which lines there are, and that nobody changed them, is `records.history`'s.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import JsonValue

from atom_release import __version__
from atom_release.gate.decision.decision import RULES, CriterionResult
from atom_release.gate.rules.case import Earlier
from atom_release.gate.vocabulary import Outcome
from atom_release.records import canonical
from atom_release.records.liveness import Process

CLOSING = frozenset({"decided", "died"})
"""Kinds of lines that end a run."""


@dataclass(frozen=True)
class Occasion:
    """What a decision was about; a failure sticks to it, or to all of it but the commit."""

    commit: str
    tree: str
    manifest: str
    environment: str

    @classmethod
    def here(cls, commit: str, tree: str, manifest: bytes) -> Occasion:
        """Return the occasion of judging this commit, of this tree, with this manifest.

        By this interpreter on this platform, and by this gate's version and rules: what an older
        one refused, a newer one judges itself.
        """
        environment = (
            f"{sys.implementation.name} {platform.python_version()} {platform.platform()}"
            f" atom-release {__version__} rules {RULES}"
        )
        return cls(commit, tree, canonical.digest(manifest), canonical.digest(environment.encode()))

    @property
    def name(self) -> str:
        """The name of the history that this occasion belongs to: judged tree and manifest.

        Never anything that a clone may hold or lack, such as the first commit, nor what another
        message on the same tree changes.
        """
        return f"{self.tree}-{self.manifest[:16]}"


@dataclass(frozen=True)
class Sticking:
    """What of a judgement is the tree's, beside the failures themselves.

    The criteria whose failure the tree alone determines, and those of which a suite ended its own
    runner, with what was said of it.
    """

    of_tree: Collection[str] = ()
    ended: Mapping[str, str] = field(default_factory=dict)


NOTHING_MORE = Sticking()


def failures_among(
    results: Iterable[CriterionResult], sticking: Sticking = NOTHING_MORE
) -> dict[str, JsonValue]:
    """Return the failures among results, waived ones too, but no echo of an earlier failure."""
    return {
        result.id: {
            "reason": result.reason,
            "fingerprint": result.failure,
            "unwaivable": result.unwaivable,
            "of_tree": result.id in sticking.of_tree,
        }
        for result in results
        if not result.flaky and Outcome.FAIL in {result.outcome, result.before}
    }


def endings_among(results: Iterable[CriterionResult], sticking: Sticking) -> dict[str, JsonValue]:
    """Return the criteria of which a suite ended its own runner, failures left out."""
    return {
        result.id: {
            "reason": sticking.ended[result.id],
            "fingerprint": result.failure,
            "unwaivable": result.unwaivable,
            "of_tree": True,
        }
        for result in results
        if result.id in sticking.ended and Outcome.FAIL not in {result.outcome, result.before}
    }


def is_alike(before: Mapping[str, str], occasion: Occasion) -> bool:
    """Return whether an occasion is this one, or one of another commit of the same tree."""
    return {**before, "commit": occasion.commit} == vars(occasion)


def earlier_on(line: Mapping[str, Any], kind: str, occasion: Occasion) -> dict[str, Earlier]:
    """Return what a line holds against an occasion: of another commit, only what is of the tree."""
    commit = line["occasion"]["commit"]
    other = "" if commit == occasion.commit else commit
    return {
        criterion: Earlier(
            when=line["as_of"],
            commit=other,
            **{name: value for name, value in failure.items() if name != "of_tree"},
        )
        for criterion, failure in line.get(kind, {}).items()
        if failure["of_tree"] or not other
    }


def keep_repeated(endings: Mapping[str, Sequence[Earlier]]) -> dict[str, Earlier]:
    """Return the last of the endings of each criterion that had more than one.

    One may be the machine's doing.
    """
    return {
        criterion: earlier[-1].model_copy(update={"ended": len(earlier)})
        for criterion, earlier in endings.items()
        if len(earlier) > 1
    }


def name_other_commit(line: Mapping[str, Any], commit: str) -> str:
    """Return the commit that a line is about where that is another one, in brackets."""
    other = str(line["occasion"]["commit"])
    return "" if other == commit else f"(the same tree, as commit {other[:12]}) "


def describe_refusals(lines: Sequence[Mapping[str, Any]], run: str) -> str:
    """Return which criteria a run's steps had refused before it ended, or nothing."""
    refused = [
        criterion
        for line in lines
        if line["run"] == run and line["kind"] == "refused"
        for criterion in line["failed"]
    ]
    return f"; until then it had refused {', '.join(refused)}" if refused else ""


def unclosed(lines: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the beginnings of runs that nothing closed."""
    closed = {line["run"] for line in lines if line["kind"] in CLOSING}
    return [line for line in lines if line["kind"] == "started" and line["run"] not in closed]


def is_over(line: Mapping[str, Any], when: datetime) -> bool:
    """Return whether a run cannot decide any more.

    Its process has ended, or, where no process stands for it or none can be seen, its timebox has.
    """
    process = line["process"]
    ended = Process.from_line(process).ended if process else None
    return when >= datetime.fromisoformat(line["deadline"]) if ended is None else ended
