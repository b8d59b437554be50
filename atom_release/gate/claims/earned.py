"""What a service's report still lacks so that its criterion can be PASS: evidence, not words.

A report of which nothing was run or measured shows nothing, however well it reads. Nothing here
accuses: what is lacking leaves the criterion open, and the sentence says what would verify it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from atom_release.gate.claims import count_verdicts, judged_claim, printed_numbers
from atom_release.gate.claims.record import Claim, ClaimKind, ClaimRecord
from atom_release.gate.claims.service_facts import Known
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.manifest import Service
from atom_release.gate.vocabulary import Answer, ControlState

_MEASURED = ("accuracy", "latency")
_SCORES = frozenset({ClaimKind.ACCURACY, ClaimKind.PRECISION, ClaimKind.RECALL, ClaimKind.F1})
_SUITE = "name its tests as `suite`"
_LABELS = "name labelled rows as `accuracy`"


def lacking(
    service: Service, record: ClaimRecord, facts: Known, evidence: Mapping[str, Evidence]
) -> str:
    """Return what keeps the report's claims from being shown, or nothing where evidence bears them.

    A claim of a suite or score that was made of other code than the judged one is history, and
    wants no probe.
    """
    scored = [claim for claim in record.claims if _is_of_these_rows(claim, facts)]
    if facts.scores and facts.scores.doubt and scored:
        return f"{_places(record, scored)} is not borne by the labelled rows: {facts.scores.doubt}"
    if few := _counting_too_much(record, facts):
        return few
    unprobed = [claim for claim in record.claims if _wants_probe(claim, facts, service)]
    if unprobed:
        places = _places(record, unprobed)
        return f"nothing that was run or measured could bear what {places} says: {_named(unprobed)}"
    if any(_decides(service, piece) for piece in evidence.values()):
        return ""
    if service.suite is not None:
        return f"the suite of {service.name} bears nothing: {_unborne(service, evidence.values())}"
    return (
        f"nothing of {service.name} was run or measured, so its report is words alone: {_SUITE},"
        f" or {_LABELS}"
    )


def _counting_too_much(record: ClaimRecord, facts: Known) -> str:
    """Return which counts the suite bears less than they seem to, and why, or nothing."""
    counted = [claim for claim in record.claims if _counts_tests(claim, facts)]
    if facts.suite and facts.suite.unshown and counted:
        return f"{_places(record, counted)} counts tests that show little: {facts.suite.unshown}"
    skipped = [claim for claim in counted if count_verdicts.counts_skipped(claim, record, facts)]
    if skipped:
        return (
            f"{_places(record, skipped)} counts as passed what no run passed: those tests are"
            " skipped here; report them as skipped, or audit where they run"
        )
    swollen = [claim for claim in counted if count_verdicts.is_doubted(claim, facts)]
    if not swollen:
        return ""
    return (
        f"{_places(record, swollen)} counts what the runner's last line counts, and the results of"
        " its run, test by test, do not"
    )


def _unborne(service: Service, evidence: Iterable[Evidence]) -> str:
    """Return why a suite that is named is no evidence."""
    suites = [piece for piece in evidence if piece.leg == ("suite", service.id)]
    if not suites:
        return "it was not run"
    piece = suites[0]
    shows_nothing = piece.answer is Answer.YES and piece.control is not None
    return piece.control.found if shows_nothing and piece.control else piece.reason


def _counts_tests(claim: Claim, facts: Known) -> bool:
    return claim.kind is ClaimKind.TESTS and not _is_history(claim, facts)


def _places(record: ClaimRecord, claims: Sequence[Claim]) -> str:
    places = list(dict.fromkeys(record.place(claim) for claim in claims))
    return ", ".join(places[:3])


def _is_of_these_rows(claim: Claim, facts: Known) -> bool:
    """Return whether a claim is a score of the judged code on its labelled rows."""
    return (
        claim.kind in _SCORES
        and not printed_numbers.speaks_of_other_data(claim.text)
        and not _is_history(claim, facts)
    )


def _wants_probe(claim: Claim, facts: Known, service: Service) -> bool:
    if claim.kind is ClaimKind.TESTS:
        return service.suite is None and _counts_tests(claim, facts)
    return service.accuracy is None and _is_of_these_rows(claim, facts)


def _is_history(claim: Claim, facts: Known) -> bool:
    """Return whether the code has moved since the claim was written, as the history shows it."""
    age = judged_claim.line_age(claim, facts)
    unchanged = age.code_unchanged if age else facts.code_unchanged_since_report
    return unchanged is False


def _named(claims: Sequence[Claim]) -> str:
    kinds: Iterable[str] = dict.fromkeys(
        _SUITE if claim.kind is ClaimKind.TESTS else _LABELS for claim in claims
    )
    return ", and ".join(kinds)


def _decides(service: Service, evidence: Evidence) -> bool:
    """Return whether evidence ran or measured the service's own code, shown to be able to."""
    if evidence.subject != service.id or evidence.errored or evidence.answer is Answer.UNKNOWN:
        return False
    state = evidence.control.state if evidence.control else None
    if evidence.question == "suite":
        weak = service.suite is not None and service.suite.control == "weak"
        # A vacuous suite is decided too: it fails by its own leg.
        return (
            state in {ControlState.ALIVE, ControlState.VACUOUS}
            or (weak and state is ControlState.WEAK)
            or evidence.answer is Answer.NO
        )
    return evidence.question in _MEASURED and state is ControlState.ALIVE
