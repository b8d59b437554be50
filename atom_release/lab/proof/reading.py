"""How one run of a check answered: green, red, or nothing that could be told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from atom_release.gate.facts.own_check import State
from atom_release.gate.manifest.verdict import NoVerdict, Verdict
from atom_release.lab import junit
from atom_release.lab.failure_cause import cause
from atom_release.lab.junit import Case, Outcome
from atom_release.lab.proof.words import lines_of, unstarted_line

if TYPE_CHECKING:
    from atom_release.lab.proof.bench import Run

_NOT_EXECUTABLE, _NOT_FOUND = 126, 127
_UNSTARTABLE = {_NOT_EXECUTABLE: "could not be executed", _NOT_FOUND: "was not found"}
_BAD_LEVELS = frozenset({"error", "warning"})
_LIMITS = {"wall": "time", "cpu": "processor time"}


@dataclass(frozen=True)
class Reading:
    """The answer of one run; `bad` are the tests or results that speak against the tree."""

    state: State
    why: str
    passed: frozenset[str] = frozenset()
    bad: Mapping[str, Case | None] = field(default_factory=dict, repr=False)
    unstarted: str = ""  # how it is seen that it could not start


def read(run: Run, verdict: Verdict) -> Reading:
    """Return how a run answered, by the verdict form of its check."""
    unended = _unended(run, verdict)
    if unended is not None:
        return unended
    if verdict.form == "json":
        return _by_value(run, verdict)
    return {"exit": _by_exit, "junit": _by_junit, "sarif": _by_sarif}[verdict.form](run)


def _unended(run: Run, verdict: Verdict) -> Reading | None:
    """Return why a run says nothing: it was ended, never began, or wrote no document."""
    last = _last_line(run)
    if run.met_limit:
        return Reading("untold", f"it met its {_LIMITS.get(run.met_limit, run.met_limit)} limit")
    if run.unprepared:
        return Reading("untold", f"the command before it failed: {last}")
    if run.status < 0:
        return Reading("untold", f"it was ended by signal {-run.status}: {last}")
    why = ""
    if run.status in _UNSTARTABLE:
        why = f"the command {_UNSTARTABLE[run.status]}: {last}"
    elif verdict.form != "exit" and not run.document:
        why = f"it wrote no {verdict.form} document (status {run.status}): {last}"
    return Reading("untold", why, unstarted=why) if why else None


def surroundings(run: Run) -> str:
    """Return why a run that is not green may be nothing of the tree's, or nothing.

    What it was not shown, no network, a program or module that is not there.
    """
    if run.hidden_path:
        return f"{run.hidden_path} is outside what the check may see"
    lines = lines_of(run.text, run.copy).values()
    for line in lines:
        reason = cause(Case("", Outcome.ERROR, line))
        if reason:
            return f"{reason}: {line}"
    return unstarted_line(lines)


def _by_exit(run: Run) -> Reading:
    if run.status == 0:
        return Reading("green", "status 0")
    return Reading("red", f"status {run.status}: {_last_line(run)}")


def _last_line(run: Run) -> str:
    lines = list(lines_of(run.text, run.copy).values())
    return lines[-1] if lines else "it printed nothing"


def _by_junit(run: Run) -> Reading:
    try:
        results = junit.read(run.document or b"")
    except junit.UnreadableResults as error:
        return Reading("untold", error.message)
    bad = {case.id: case for case in results.having(Outcome.FAILED, Outcome.ERROR, Outcome.UNKNOWN)}
    passed = frozenset(case.id for case in results.having(Outcome.PASSED))
    if bad:
        first = next(iter(bad.values()))
        why = f"{len(bad)} of {len(results.cases)} tests did not pass: {first.id}"
        return Reading("red", why, passed, bad)
    if run.status != 0:
        why = f"no test failed, and it ended with status {run.status}: {_last_line(run)}"
        return Reading("untold", why, passed)
    if not passed:
        return Reading("untold", "no test ran")
    return Reading("green", f"{len(passed)} tests passed", passed)


def _by_sarif(run: Run) -> Reading:
    try:
        document = json.loads(run.document or b"")
        runs = document["runs"]
        results = [result for part in runs for result in part.get("results") or ()]
        bad: dict[str, Case | None] = {_result_name(r): None for r in results if _is_bad(r)}
        invocations = [entry for part in runs for entry in part.get("invocations") or ()]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Reading("untold", f"it wrote no SARIF (status {run.status}): {_last_line(run)}")
    if any(entry.get("executionSuccessful") is False for entry in invocations):
        return Reading("untold", "its tool says that it did not run to its end")
    if not runs:
        return Reading("untold", "its SARIF holds no run")
    if bad:
        return Reading("red", f"{len(bad)} results: {next(iter(bad))}", bad=bad)
    return Reading("green", "no result")


def _is_bad(result: Mapping[str, Any]) -> bool:
    """Return whether a result speaks against the tree (SARIF 2.1.0, 3.27)."""
    return (
        result.get("kind", "fail") == "fail"
        and result.get("level", "warning") in _BAD_LEVELS
        and not result.get("suppressions")
        and result.get("baselineState", "new") in {"new", "updated"}
    )


def _result_name(result: Mapping[str, Any]) -> str:
    """Return a result's rule and place."""
    rule = result.get("ruleId") or (result.get("rule") or {}).get("id") or "no rule"
    places = result.get("locations") or [{}]
    place = places[0].get("physicalLocation", {}).get("artifactLocation", {}).get("uri", "")
    line = places[0].get("physicalLocation", {}).get("region", {}).get("startLine", "")
    return f"{rule} {place.rpartition('/tree/')[2]}:{line}".rstrip(" :")


def _by_value(run: Run, verdict: Verdict) -> Reading:
    try:
        holds, value = verdict.holds(json.loads(run.document or b""))
    except NoVerdict as error:
        return Reading("untold", str(error))
    except (ValueError, RecursionError):
        return Reading("untold", f"it wrote no JSON (status {run.status}): {_last_line(run)}")
    shown = json.dumps(value)[:80]
    wanted = f"{verdict.operator} {json.dumps(verdict.value)}"
    if holds:
        return Reading("green", f"{verdict.pointer} is {shown}, {wanted}")
    return Reading(
        "red",
        f"{verdict.pointer} is {shown}, not {wanted}",
        bad={f"{verdict.pointer} = {shown}": None},
    )
