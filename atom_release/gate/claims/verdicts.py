"""The rule for each kind of claim: claim and derived facts in, verdict out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from atom_release.gate.claims import latency_claims, printed_numbers
from atom_release.gate.claims.record import Claim, ClaimKind, ClaimRecord, ReportStatus
from atom_release.gate.claims.service_facts import (
    Counts,
    Known,
    LineAge,
    Run,
    ScoresKnown,
    SuiteKnown,
)
from atom_release.gate.units import Kind, read_unit
from atom_release.gate.vocabulary import ClaimVerdict, Outcome

_CONTRADICTED, _UNVERIFIED, _VERIFIED = (
    ClaimVerdict.CONTRADICTED,
    ClaimVerdict.UNVERIFIED,
    ClaimVerdict.VERIFIED,
)
_LATE = timedelta(hours=48)
_EASTMOST, _WESTMOST = timedelta(hours=14), timedelta(hours=12)  # a bare date may be any zone's


@dataclass(frozen=True)
class Judged:
    """A verdict with what was found and why."""

    verdict: ClaimVerdict
    derived: str
    reason: str


def judge(claim: Claim, record: ClaimRecord, facts: Known) -> Judged:
    """Judge one claim by the rule of its kind; a kind without a rule is derived by nothing."""
    rule = _RULES.get(claim.kind)
    return (
        rule(claim, record, facts)
        if rule
        else Judged(_UNVERIFIED, "", f"nothing derives a {claim.kind.value}")
    )


def _status(claim: Claim, record: ClaimRecord, facts: Known) -> Judged:
    if claim.value != ReportStatus.PASS:
        return Judged(_UNVERIFIED, "", "the report does not call itself passed")
    own = _own_failures(record, facts)
    if own:
        return Judged(_CONTRADICTED, own, "the report's own number says otherwise")
    if facts.suite is None or not facts.suite.runs:
        return Judged(_UNVERIFIED, "", "no conclusive run of the suite")
    runs = facts.suite.runs
    good = sum(run.failed == 0 and run.passed > 0 for run in runs)
    if good == len(runs) and not facts.suite.control_held:
        return Judged(
            _UNVERIFIED,
            "the suite passes",
            "no control showed that the suite needs the service's code",
        )
    if good == len(runs):
        return Judged(_VERIFIED, "the suite passes", f"{good} of {len(runs)} runs")
    return Judged(_UNVERIFIED, "the suite fails", f"passes in {good} of {len(runs)} runs")


def _own_failures(record: ClaimRecord, facts: Known) -> str:
    """Return the report's own number of failures, unless it is itself shown to be false."""
    counted = [
        claim
        for claim in record.claims
        if claim.kind is ClaimKind.TESTS and claim.unit == "failed" and claim.value
    ]
    standing = [
        claim for claim in counted if _tests(claim, record, facts).verdict is not _CONTRADICTED
    ]
    if standing:
        return f"{standing[0].value} failed on line {standing[0].line}"
    if counted or record.tests is None or not record.tests.failed:
        return ""
    return f"{record.tests.failed} failed"


def _tests(claim: Claim, record: ClaimRecord, facts: Known) -> Judged:
    suite, unit = facts.suite, claim.unit or ""
    if suite is None or not suite.runs or unit not in Counts.model_fields:
        return Judged(_UNVERIFIED, "", "no conclusive run of the suite")
    agreeing = sum(_holds(claim, run) for run in suite.runs)
    run_counts = f"{', '.join(sorted({str(getattr(run, unit)) for run in suite.runs}))} {unit}"
    if agreeing == len(suite.runs):
        return _borne(suite, run_counts)
    if agreeing:
        return Judged(_UNVERIFIED, run_counts, f"holds in {agreeing} of {len(suite.runs)} runs")
    if any(_only_skips(claim, record, run) for run in suite.runs):
        return Judged(_UNVERIFIED, run_counts, "the difference is what this machine skips")
    return _disagreeing(claim, record, facts, suite, run_counts)


def _borne(suite: SuiteKnown, counted: str) -> Judged:
    """Judge a count that every run agrees with: whether its tests are shown to test anything."""
    held = f"{len(suite.runs)} of {len(suite.runs)} runs"
    if suite.weak:
        return Judged(_UNVERIFIED, counted, f"{held}, but a weak control verifies no count")
    if suite.unshown:
        return Judged(_UNVERIFIED, counted, f"{held}, but {suite.unshown}")
    return Judged(_VERIFIED, counted, f"{held}; {suite.beside}" if suite.beside else held)


def line_age(claim: Claim, facts: Known) -> LineAge | None:
    """Return when a claim's line was written; None where history does not tell."""
    ages = facts.lines if claim.file is None else facts.lines_beside
    return (ages or {}).get(claim.line)


def _code_unchanged(claim: Claim, facts: Known, since_report: bool | None) -> bool | None:  # noqa: FBT001 - three states, as the facts have them
    """Return whether source and tests are as they were when the claim's line was written."""
    if facts.lines is None:
        return since_report
    age = line_age(claim, facts)
    return age.code_unchanged if age else None


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
        and _code_unchanged(claim, facts, suite.unchanged_since_report) is False
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
    then = _runs_then(claim, facts, suite)
    unchanged = _code_unchanged(claim, facts, suite.unchanged_since_report)
    if unchanged:
        return Judged(
            _CONTRADICTED,
            counted,
            f"0 of {len(suite.runs)} runs; source and tests are as they were when the report came",
        )
    if then and not any(_holds(claim, run) or _only_skips(claim, record, run) for run in then):
        return Judged(
            _CONTRADICTED,
            counted,
            f"0 of {len(suite.runs)} runs, nor in {len(then)} at the commit that added the report",
        )
    return Judged(_UNVERIFIED, counted, _superseded(unchanged=unchanged, held=bool(then)))


def _superseded(*, unchanged: bool | None, held: bool) -> str:
    if held:
        return "superseded: it held at the commit that added the report"
    return (
        "history does not tell whether the code changed since"
        if unchanged is None
        else "superseded: source or tests changed since the report came"
    )


def _holds(claim: Claim, run: Run) -> bool:
    counted = {getattr(counts, claim.unit or "") for counts in run.readings}
    if claim.unit == "total":  # some totals leave skips out
        counted |= {counts.passed + counts.failed for counts in run.readings}
    return claim.value in counted


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


def _deliverable(claim: Claim, record: ClaimRecord, facts: Known) -> Judged:
    name = str(claim.value)
    paths = facts.deliverables.get(name)
    if paths is None:
        return Judged(_UNVERIFIED, "", "the judged commit cannot tell")
    if not paths:
        return Judged(
            _CONTRADICTED,
            "not in the judged commit",
            "no file of the judged commit has this path or, uniquely, this name",
        )
    if set(paths) <= {facts.report, record.path}:
        return Judged(_UNVERIFIED, paths[0], "a report is no evidence of itself")
    if len(paths) > 1:
        return Judged(
            _UNVERIFIED, f"{len(paths)} files", f"the name is not unique: {', '.join(paths[:3])}"
        )
    return Judged(_VERIFIED, paths[0], "it is in the judged commit")


def _score(claim: Claim, _: ClaimRecord, facts: Known) -> Judged:
    score = getattr(facts.scores, claim.kind.value) if facts.scores else None
    if facts.scores is None or score is None or not isinstance(claim.value, int | float):
        return Judged(_UNVERIFIED, "", "the judged code was not scored")
    if printed_numbers.speaks_of_other_data(claim.text):
        return Judged(
            _UNVERIFIED,
            f"{score:.4f}",
            "said of training or validation data, which the gate does not have",
        )
    if facts.scores.doubt:
        return Judged(_UNVERIFIED, f"{score:.4f}", facts.scores.doubt)
    low, high = printed_numbers.printed_range(float(claim.value), claim.text)
    if low <= score < high:
        return Judged(
            _VERIFIED, f"{score:.4f}", f"{facts.scores.n} labelled rows, to the precision printed"
        )
    return _other_score(claim, facts, facts.scores, score)


def _other_score(claim: Claim, facts: Known, scores: ScoresKnown, score: float) -> Judged:
    """Judge a score that is not the one printed: proof needs the rows and code of then."""
    low, high = printed_numbers.printed_range(float(str(claim.value)), claim.text)
    least, most = scores.interval(claim.kind.value)
    shown = f"{score:.4f} [{least:.4f}, {most:.4f}]"
    if low <= most and high >= least:
        return Judged(
            _UNVERIFIED,
            shown,
            f"it differs, but {scores.n} labelled rows cannot tell them apart{_open(facts)}",
        )
    if scores.of_other_rows:
        return Judged(_UNVERIFIED, shown, "the operator's rows are others than the report's")
    unchanged = scores.unchanged_since_report
    if facts.lines is not None:
        age = line_age(claim, facts)
        unchanged = age.data_unchanged if age else None
    if not unchanged:
        return Judged(_UNVERIFIED, shown, _superseded(unchanged=unchanged, held=False))
    return Judged(
        _CONTRADICTED,
        shown,
        f"outside the interval of {scores.n} labelled rows; code and rows are as they were"
        " when the report came",
    )


def _open(facts: Known) -> str:
    """Return what to say of rows that got no answer."""
    unanswered = facts.scores.unanswered if facts.scores else 0
    return f": {unanswered} of them got no answer" if unanswered else ""


def _policy(claim: Claim, _: ClaimRecord, facts: Known) -> Judged:
    name, __, status = str(claim.value).partition(" ")
    own, whole = facts.own_policies.get(name), facts.policies.get(name)
    if status not in {ReportStatus.PASS, ReportStatus.FAIL}:
        return Judged(
            _UNVERIFIED, str(whole or own or ""), "the report gives it no status of pass or fail"
        )
    outcome = (
        Outcome.FAIL
        if own is Outcome.FAIL
        else (
            Outcome.PASS
            if whole is Outcome.PASS or (own is Outcome.PASS and whole is None)
            else None
        )
    )
    if outcome is not None:
        other = latency_claims.other_load(claim.text, facts.latency) if name == "P-6" else ""
        if other and status != outcome.value:
            return Judged(_UNVERIFIED, outcome.value, other)
        return _decided(claim, facts, name, status, outcome)
    reason = (
        f"{name} is decided for the release, and does not tell of this service"
        if whole
        else f"{name} was not decided"
    )
    return Judged(_UNVERIFIED, str(whole or ""), reason)


def _decided(claim: Claim, facts: Known, name: str, status: str, outcome: Outcome) -> Judged:
    """Hold a policy's status against its outcome.

    Against other code than the report was written of, it accuses nobody.
    """
    how = f"decided as {name}" + (", by this service's own legs" if outcome is Outcome.FAIL else "")
    if status == outcome.value:
        return Judged(_VERIFIED, outcome.value, how)
    unchanged = _code_unchanged(claim, facts, facts.code_unchanged_since_report)
    if not unchanged:
        return Judged(
            _UNVERIFIED, outcome.value, f"{how}; {_superseded(unchanged=unchanged, held=False)}"
        )
    return Judged(_CONTRADICTED, outcome.value, how)


def _latency(claim: Claim, record: ClaimRecord, facts: Known) -> Judged:
    held = latency_claims.compare(claim, record, facts.latency)
    return Judged(_VERIFIED if held.verified else _UNVERIFIED, held.derived, held.reason)


def _date(claim: Claim, _: ClaimRecord, facts: Known) -> Judged:
    span = _span(str(claim.value))
    age = line_age(claim, facts)
    written = age.written if age else facts.added if facts.lines is None else None
    if written is None or span is None:
        return Judged(_UNVERIFIED, "", "history does not tell when the line was written")
    written_at = written.astimezone(UTC).isoformat()
    off = max(span[0] - written, written - span[1], timedelta(0))
    if off <= _LATE:
        return Judged(_VERIFIED, written_at, "within 48 hours of the commit that added the line")
    if not facts.history_complete:
        return Judged(_UNVERIFIED, written_at, "the history is not complete")
    return Judged(_CONTRADICTED, written_at, f"{off.days} days off the commit that added the line")


def _span(value: str) -> tuple[datetime, datetime] | None:
    """Return the moments a date can mean: of a bare date, all of that day in every zone."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    if len(value) > len("2000-01-01") and moment.tzinfo is not None:
        return moment, moment
    moment = moment.replace(tzinfo=UTC)
    length = timedelta(0) if len(value) > len("2000-01-01") else timedelta(days=1)
    try:
        return moment - _EASTMOST, moment + length + _WESTMOST
    except OverflowError:
        return None


def _branch(_: Claim, __: ClaimRecord, facts: Known) -> Judged:
    if facts.branch_exists:
        return Judged(_VERIFIED, "there is such a branch", "it is in the repository")
    return Judged(
        _UNVERIFIED,
        "" if facts.branch_exists is None else "no such branch",
        "an absent branch may have been deleted after its merge",
    )


def _size(claim: Claim, _: ClaimRecord, facts: Known) -> Judged:
    named = [size for name, size in facts.sizes.items() if name in claim.text.replace("\\", "/")]
    if len(named) != 1 or not isinstance(claim.value, int | float):
        return Judged(_UNVERIFIED, "", "no one file of the judged commit is named with it")
    size = named[0]
    if read_unit(claim.unit, Kind.LINES):
        return Judged(
            _VERIFIED if size.lines == claim.value else _UNVERIFIED,
            f"{size.lines} lines",
            "counted in the judged commit",
        )
    unit = read_unit(claim.unit, Kind.SIZE)
    if unit is None:
        return Judged(_UNVERIFIED, "", f"{claim.unit or 'no unit'} is no unit of size")
    low, high = printed_numbers.printed_range(float(claim.value), claim.text)
    holds = any(low <= size.bytes / factor < high for factor in unit.readings)
    return Judged(
        _VERIFIED if holds else _UNVERIFIED, f"{size.bytes} bytes", "measured in the judged commit"
    )


def _listed(attribute: str) -> Callable[[Claim, ClaimRecord, Known], Judged]:
    def rule(claim: Claim, _: ClaimRecord, facts: Known) -> Judged:
        there = getattr(facts, attribute)
        if there is None:
            return Judged(_UNVERIFIED, "", f"no list of {attribute} was derived")
        name = str(claim.value).lower()
        listed = any(
            name == entry.lower() or entry.lower().endswith((f" {name}", f".{name}"))
            for entry in there
        )
        return Judged(
            _VERIFIED if listed else _UNVERIFIED,
            str(claim.value) if listed else "",
            f"derived with {len(there)} {attribute}",
        )

    return rule


_RULES: dict[ClaimKind, Callable[[Claim, ClaimRecord, Known], Judged]] = {
    ClaimKind.STATUS: _status,
    ClaimKind.TESTS: _tests,
    ClaimKind.DELIVERABLE: _deliverable,
    ClaimKind.ACCURACY: _score,
    ClaimKind.PRECISION: _score,
    ClaimKind.RECALL: _score,
    ClaimKind.F1: _score,
    ClaimKind.POLICY: _policy,
    ClaimKind.LATENCY: _latency,
    ClaimKind.DATE: _date,
    ClaimKind.BRANCH: _branch,
    ClaimKind.SIZE: _size,
    ClaimKind.ENDPOINT: _listed("endpoints"),
    ClaimKind.TABLE: _listed("tables"),
    ClaimKind.VIEW: _listed("views"),
}
