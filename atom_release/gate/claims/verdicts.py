"""The rule for each kind of claim: claim and derived facts in, verdict out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, timedelta

from atom_release.gate.claims import latency_claims, printed_numbers
from atom_release.gate.claims.count_verdicts import judge_count, judge_status
from atom_release.gate.claims.judged_claim import (
    CONTRADICTED,
    UNVERIFIED,
    VERIFIED,
    Judged,
    code_unchanged,
    line_age,
    superseded,
)
from atom_release.gate.claims.moments import span_of
from atom_release.gate.claims.record import Claim, ClaimKind, ClaimRecord, ReportStatus
from atom_release.gate.claims.service_facts import (
    Known,
    ScoresKnown,
)
from atom_release.gate.units import Kind, read_unit
from atom_release.gate.vocabulary import Outcome

NO_SUCH_FILE = "no file of the judged commit has this path or, uniquely, this name"
"""Why a deliverable is contradicted that the judged commit does not have."""

_LATE = timedelta(hours=48)


def judge(claim: Claim, record: ClaimRecord, facts: Known) -> Judged:
    """Judge one claim by the rule of its kind; a kind without a rule is derived by nothing."""
    rule = _RULES.get(claim.kind)
    return (
        rule(claim, record, facts)
        if rule
        else Judged(UNVERIFIED, "", f"nothing derives a {claim.kind.value}")
    )


def _deliverable(claim: Claim, record: ClaimRecord, facts: Known) -> Judged:
    name = str(claim.value)
    paths = facts.deliverables.get(name)
    if paths is None:
        return Judged(UNVERIFIED, "", "the judged commit cannot tell")
    if not paths:
        return Judged(
            CONTRADICTED,
            "not in the judged commit",
            NO_SUCH_FILE,
        )
    if set(paths) <= {facts.report, record.path}:
        return Judged(UNVERIFIED, paths[0], "a report is no evidence of itself")
    if len(paths) > 1:
        return Judged(
            UNVERIFIED, f"{len(paths)} files", f"the name is not unique: {', '.join(paths[:3])}"
        )
    return Judged(VERIFIED, paths[0], "it is in the judged commit")


def _score(claim: Claim, _: ClaimRecord, facts: Known) -> Judged:
    score = getattr(facts.scores, claim.kind.value) if facts.scores else None
    if facts.scores is None or score is None or not isinstance(claim.value, int | float):
        return Judged(UNVERIFIED, "", "the judged code was not scored")
    if printed_numbers.speaks_of_other_data(claim.text):
        return Judged(
            UNVERIFIED,
            f"{score:.4f}",
            "said of training or validation data, which the gate does not have",
        )
    if facts.scores.doubt:
        return Judged(UNVERIFIED, f"{score:.4f}", facts.scores.doubt)
    low, high = printed_numbers.printed_range(float(claim.value), claim.text)
    if low <= score < high:
        return Judged(
            VERIFIED, f"{score:.4f}", f"{facts.scores.n} labelled rows, to the precision printed"
        )
    return _other_score(claim, facts, facts.scores, score)


def _other_score(claim: Claim, facts: Known, scores: ScoresKnown, score: float) -> Judged:
    """Judge a score that is not the one printed: proof needs the rows and code of then."""
    low, high = printed_numbers.printed_range(float(str(claim.value)), claim.text)
    least, most = scores.interval(claim.kind.value)
    shown = f"{score:.4f} [{least:.4f}, {most:.4f}]"
    if low <= most and high >= least:
        return Judged(
            UNVERIFIED,
            shown,
            f"it differs, but {scores.n} labelled rows cannot tell them apart{_open(facts)}",
        )
    if scores.of_other_rows:
        return Judged(UNVERIFIED, shown, "the operator's rows are others than the report's")
    unchanged = scores.unchanged_since_report
    if facts.lines is not None:
        age = line_age(claim, facts)
        unchanged = age.data_unchanged if age else None
    if not unchanged:
        return Judged(UNVERIFIED, shown, superseded(unchanged=unchanged, held=False))
    return Judged(
        CONTRADICTED,
        shown,
        f"{shown} was measured on {scores.n} labelled rows; code and rows are as they were when the"
        " report came",
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
            UNVERIFIED, str(whole or own or ""), "the report gives it no status of pass or fail"
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
            return Judged(UNVERIFIED, outcome.value, other)
        return _decided(claim, facts, name, status, outcome)
    reason = (
        f"{name} is decided for the release, and does not tell of this service"
        if whole
        else f"{name} was not decided"
    )
    return Judged(UNVERIFIED, str(whole or ""), reason)


def _decided(claim: Claim, facts: Known, name: str, status: str, outcome: Outcome) -> Judged:
    """Hold a policy's status against its outcome.

    Against other code than the report was written of, it accuses nobody.
    """
    how = f"decided as {name}" + (", by this service's own legs" if outcome is Outcome.FAIL else "")
    if status == outcome.value:
        return Judged(VERIFIED, outcome.value, how)
    unchanged = code_unchanged(claim, facts, facts.code_unchanged_since_report)
    if not unchanged:
        return Judged(
            UNVERIFIED, outcome.value, f"{how}; {superseded(unchanged=unchanged, held=False)}"
        )
    return Judged(CONTRADICTED, outcome.value, how)


def _latency(claim: Claim, record: ClaimRecord, facts: Known) -> Judged:
    held = latency_claims.compare(claim, record, facts.latency)
    return Judged(VERIFIED if held.verified else UNVERIFIED, held.derived, held.reason)


def _date(claim: Claim, _: ClaimRecord, facts: Known) -> Judged:
    span = span_of(str(claim.value))
    age = line_age(claim, facts)
    written = age.written if age else facts.added if facts.lines is None else None
    if written is None or span is None:
        return Judged(UNVERIFIED, "", "history does not tell when the line was written")
    written_at = written.astimezone(UTC).isoformat()
    off = max(span[0] - written, written - span[1], timedelta(0))
    if off <= _LATE:
        return Judged(VERIFIED, written_at, "within 48 hours of the commit that added the line")
    if not facts.history_complete:
        return Judged(UNVERIFIED, written_at, "the history is not complete")
    return Judged(CONTRADICTED, written_at, f"{off.days} days off the commit that added the line")


def _branch(_: Claim, __: ClaimRecord, facts: Known) -> Judged:
    if facts.branch_exists:
        return Judged(VERIFIED, "there is such a branch", "it is in the repository")
    return Judged(
        UNVERIFIED,
        "" if facts.branch_exists is None else "no such branch",
        "an absent branch may have been deleted after its merge",
    )


def _size(claim: Claim, _: ClaimRecord, facts: Known) -> Judged:
    named = [size for name, size in facts.sizes.items() if name in claim.text.replace("\\", "/")]
    if len(named) != 1 or not isinstance(claim.value, int | float):
        return Judged(UNVERIFIED, "", "no one file of the judged commit is named with it")
    size = named[0]
    if read_unit(claim.unit, Kind.LINES):
        return Judged(
            VERIFIED if size.lines == claim.value else UNVERIFIED,
            f"{size.lines} lines",
            "counted in the judged commit",
        )
    unit = read_unit(claim.unit, Kind.SIZE)
    if unit is None:
        return Judged(UNVERIFIED, "", f"{claim.unit or 'no unit'} is no unit of size")
    low, high = printed_numbers.printed_range(float(claim.value), claim.text)
    holds = any(low <= size.bytes / factor < high for factor in unit.readings)
    return Judged(
        VERIFIED if holds else UNVERIFIED, f"{size.bytes} bytes", "measured in the judged commit"
    )


def _listed(attribute: str) -> Callable[[Claim, ClaimRecord, Known], Judged]:
    def rule(claim: Claim, _: ClaimRecord, facts: Known) -> Judged:
        there = getattr(facts, attribute)
        if there is None:
            return Judged(UNVERIFIED, "", f"no list of {attribute} was derived")
        name = str(claim.value).lower()
        listed = any(
            name == entry.lower() or entry.lower().endswith((f" {name}", f".{name}"))
            for entry in there
        )
        return Judged(
            VERIFIED if listed else UNVERIFIED,
            str(claim.value) if listed else "",
            f"derived with {len(there)} {attribute}",
        )

    return rule


_RULES: dict[ClaimKind, Callable[[Claim, ClaimRecord, Known], Judged]] = {
    ClaimKind.STATUS: judge_status,
    ClaimKind.TESTS: judge_count,
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
