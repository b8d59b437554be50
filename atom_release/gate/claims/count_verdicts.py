"""The rules for what is claimed of tests: the counts, and that the report calls itself passed."""

from __future__ import annotations

from atom_release.gate.claims.judged_claim import (
    CONTRADICTED,
    UNVERIFIED,
    VERIFIED,
    Judged,
    code_unchanged,
    line_age,
    superseded,
)
from atom_release.gate.claims.record import Claim, ClaimKind, ClaimRecord, ReportStatus
from atom_release.gate.claims.service_facts import (
    Counts,
    Known,
    Run,
    SuiteKnown,
)
from atom_release.gate.first_few import first_few


def judge_status(claim: Claim, record: ClaimRecord, facts: Known) -> Judged:
    """Judge that a report calls itself passed, by its own numbers and by the suite."""
    if claim.value != ReportStatus.PASS:
        return Judged(UNVERIFIED, "", "the report does not call itself passed")
    own = _own_failures(record, facts)
    if own:
        return Judged(CONTRADICTED, own, "the report's own number says otherwise")
    if facts.suite is None or not facts.suite.runs:
        return Judged(UNVERIFIED, "", "no conclusive run of the suite")
    runs = facts.suite.runs
    good = sum(run.failed == 0 and run.passed > 0 for run in runs)
    if good == len(runs) and not facts.suite.control_held:
        return Judged(
            UNVERIFIED,
            "the suite passes",
            "no control showed that the suite needs the service's code",
        )
    if good == len(runs):
        return Judged(VERIFIED, "the suite passes", f"{good} of {len(runs)} runs")
    return Judged(UNVERIFIED, "the suite fails", f"passes in {good} of {len(runs)} runs")


def _own_failures(record: ClaimRecord, facts: Known) -> str:
    """Return the report's own number of failures, unless it is itself shown to be false."""
    counted = [
        claim
        for claim in record.claims
        if claim.kind is ClaimKind.TESTS and claim.unit == "failed" and claim.value
    ]
    standing = [
        claim for claim in counted if judge_count(claim, record, facts).verdict is not CONTRADICTED
    ]
    if standing:
        return f"{standing[0].value} failed on line {standing[0].line}"
    if counted or record.tests is None or not record.tests.failed:
        return ""
    return f"{record.tests.failed} failed"


def judge_count(claim: Claim, record: ClaimRecord, facts: Known) -> Judged:
    """Judge a count of tests by the runs of the suite."""
    suite, unit = facts.suite, claim.unit or ""
    if suite is None or not suite.runs or unit not in Counts.model_fields:
        return Judged(UNVERIFIED, "", "no conclusive run of the suite")
    agreeing = sum(_holds(claim, run) for run in suite.runs)
    run_counts = f"{', '.join(sorted({str(getattr(run, unit)) for run in suite.runs}))} {unit}"
    if agreeing == len(suite.runs):
        return _borne(suite, run_counts)
    if agreeing:
        return Judged(UNVERIFIED, run_counts, f"holds in {agreeing} of {len(suite.runs)} runs")
    if is_doubted(claim, facts):
        doubted = next(run for run in suite.runs if _holds_in_doubt(claim, run))
        return Judged(UNVERIFIED, run_counts, _not_of_these_tests(doubted, unit))
    if any(_only_skips(claim, record, run) for run in suite.runs):
        return Judged(UNVERIFIED, run_counts, "the difference is what this machine skips")
    return _disagreeing(claim, record, facts, suite, run_counts)


def is_doubted(claim: Claim, facts: Known) -> bool:
    """Return whether only last lines that no results bear count as a claim does."""
    runs = facts.suite.runs if facts.suite and claim.unit in Counts.model_fields else ()
    in_doubt = any(_holds_in_doubt(claim, run) for run in runs)
    return in_doubt and not any(_holds(claim, run) for run in runs)


def counts_skipped(claim: Claim, record: ClaimRecord, facts: Known) -> bool:
    """Return whether a claim counts tests as passed that every run skips."""
    runs = facts.suite.runs if facts.suite else ()
    return (
        claim.unit == "passed"
        and bool(runs)
        and all(
            _only_skips(claim, record, run)
            and not _holds(claim, run)
            and isinstance(claim.value, int)
            and claim.value > run.passed
            for run in runs
        )
    )


def _borne(suite: SuiteKnown, counted: str) -> Judged:
    """Judge a count that every run agrees with: whether its tests are shown to test anything."""
    held = f"{len(suite.runs)} of {len(suite.runs)} runs"
    if suite.weak:
        return Judged(UNVERIFIED, counted, f"{held}, but a weak control verifies no count")
    if suite.unshown:
        return Judged(UNVERIFIED, counted, f"{held}, but {suite.unshown}")
    return Judged(VERIFIED, counted, f"{held}; {suite.beside}" if suite.beside else held)


def unsettled_counts(record: ClaimRecord, facts: Known) -> tuple[Claim, ...]:
    """Return the counts that no run agrees with and that were written of other code.

    Only a run of that code can contradict them.
    """
    suite = facts.suite
    if suite is None or not suite.runs or suite.runs_at_report:
        return ()
    return tuple(
        claim
        for claim in record.claims
        if claim.kind is ClaimKind.TESTS
        and claim.unit in Counts.model_fields
        and code_unchanged(claim, facts, suite.unchanged_since_report) is False
        and not any(_holds(claim, run) or _only_skips(claim, record, run) for run in suite.runs)
    )


def _runs_then(claim: Claim, facts: Known, suite: SuiteKnown) -> tuple[Run, ...]:
    """Return the runs at the commit that wrote the claim's line, if there are any."""
    age = line_age(claim, facts)
    if facts.lines is None or suite.rerun_commit is None:
        return suite.runs_at_report
    return suite.runs_at_report if age and age.commit == suite.rerun_commit else ()


def _disagreeing(
    claim: Claim, record: ClaimRecord, facts: Known, suite: SuiteKnown, counted: str
) -> Judged:
    """Judge a count that no run agrees with.

    Proof needs the code that the claim's line was written about.
    """
    if suite.guessed:
        return Judged(
            UNVERIFIED,
            counted,
            f"{_counted_in(counted, len(suite.runs))}, with made values of"
            f" {first_few(suite.guessed)}",
        )
    then = _runs_then(claim, facts, suite)
    unchanged = code_unchanged(claim, facts, suite.unchanged_since_report)
    if unchanged:
        return Judged(
            CONTRADICTED,
            counted,
            f"{_counted_in(counted, len(suite.runs))}; source and tests are as they were when the"
            " report came",
        )
    if then and not any(
        _holds(claim, run) or _holds_in_doubt(claim, run) or _only_skips(claim, record, run)
        for run in then
    ):
        return Judged(
            CONTRADICTED,
            counted,
            f"{_counted_in(counted, len(suite.runs))}, and no run of {len(then)} at the commit that"
            " added the report counts as it says",
        )
    return Judged(UNVERIFIED, counted, superseded(unchanged=unchanged, held=bool(then)))


def _counted_in(counted: str, runs: int) -> str:
    return f"the suite has {counted}" + (f" in {runs} runs" if runs > 1 else "")


def _holds(claim: Claim, run: Run) -> bool:
    return any(_agrees(claim, counts) for counts in run.readings)


def _holds_in_doubt(claim: Claim, run: Run) -> bool:
    return run.doubted is not None and _agrees(claim, run.doubted)


def _agrees(claim: Claim, counts: Counts) -> bool:
    without_skips = claim.unit == "total" and claim.value == counts.passed + counts.failed
    return without_skips or claim.value == getattr(counts, claim.unit or "")


def _not_of_these_tests(run: Run, unit: str) -> str:
    """Return both numbers of a run whose last line counts other tests than its results name."""
    return (
        f"the runner's last line counts {getattr(run.doubted, unit)} {unit} and its results, test"
        f" by test, {getattr(run, unit)}: a number that no tests bear is not believed"
    )


def _only_skips(claim: Claim, record: ClaimRecord, run: Run) -> bool:
    """Return whether the same tests ran.

    Some of them skipped here or there for want of something on the machine.
    """
    if claim.unit not in {"passed", "skipped"} or record.tests is None:
        return False
    stated = record.tests.model_copy(update={claim.unit: claim.value})
    return (
        stated.passed is not None
        and stated.passed + (stated.skipped or 0) == run.passed + run.skipped
        and (stated.failed or 0) == run.failed
    )
