"""From the answers to labelled rows to an answer: the rules that the probe and the gate both apply.

1. No more right answers than the majority class alone would have: NO, or UNKNOWN where rows without
   an answer could change that.
2. The score below the minimum, by the whole of Wilson's interval: NO.
3. UNKNOWN: the score below the minimum and not for certain; a column that is the label under
   another name; too few rows, each counted once, to show that the answers are better than the
   majority class alone; or the minimum reached by repeated rows alone.
4. Otherwise: YES.

The minimum is a promise about this labelled set, all of which was asked: so the score itself
decides that it is reached. Whose rows they are stands in every sentence: rows that lie in the
judged tree are in the hands of whoever wrote the service.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from atom_release.gate.facts.accuracy import AccuracyFacts, DistinctRows
from atom_release.gate.statistics import sign_test, wilson
from atom_release.gate.vocabulary import Answer

_RISK = 0.05
"""How often answers no better than the majority class may look better."""


def judge_accuracy(facts: Mapping[str, JsonValue], minimum: float) -> tuple[Answer, str]:
    """Return the answer that accuracy facts come to, and why."""
    read = AccuracyFacts.read(facts)
    if read is None:
        return Answer.UNKNOWN, "the accuracy facts cannot be read"
    score = read.correct / read.n
    if score > read.majority and score >= minimum:
        doubt = _unshown(read, minimum)
        return (Answer.UNKNOWN, doubt) if doubt else (Answer.YES, _reached(read, minimum))
    missed = _missed(read, read.correct, minimum)
    if missed and _missed(read, read.correct + read.unanswered, minimum):
        return Answer.NO, missed
    if missed:
        return Answer.UNKNOWN, f"{missed}; {read.unanswered} rows got no answer"
    _, high = wilson(read.correct, read.n)
    return (
        Answer.UNKNOWN,
        f"{_scored(read, read.correct)}, at most {high:.1%}: that does not decide on {minimum:.1%}",
    )


def _scored(read: AccuracyFacts, correct: int) -> str:
    holder = "the operator" if read.rows_of == "operator" else "the judged tree"
    distinct = read.distinct.rows if read.distinct else read.n
    repeated = f" ({distinct} different)" if distinct < read.n else ""
    return f"accuracy is {correct / read.n:.1%} on {read.n} rows{repeated} that {holder} holds"


def _reached(read: AccuracyFacts, minimum: float) -> str:
    return (
        f"{_scored(read, read.correct)}: at least {minimum:.1%}, and the majority class alone"
        f" scores {read.majority:.1%}"
    )


def _unshown(read: AccuracyFacts, minimum: float) -> str:
    """Return why a score that reaches the minimum shows nothing all the same, or nothing."""
    scored = _scored(read, read.correct)
    if read.bears_no_score:
        return f"{scored}, but {read.bears_no_score}"
    distinct = read.distinct
    if distinct is not None and wilson(distinct.right, distinct.rows)[1] < minimum:
        return (
            f"{scored}, but {distinct.right / distinct.rows:.1%} of the {distinct.rows} different"
            f" ones: repeated rows alone reach {minimum:.1%}"
        )
    if not _beats_majority(read):
        return (
            f"{scored}, which are too few to show that it is more than the majority class alone"
            f" scores ({read.majority:.1%})"
        )
    return ""


def _beats_majority(read: AccuracyFacts) -> bool:
    """Return whether the answers are better than the majority class alone, beyond chance.

    By the rows, each counted once, that one of the two got right and the other did not.
    """
    distinct: DistinctRows | None = read.distinct
    if distinct is None:
        return wilson(read.correct, read.n)[0] > read.majority
    return sign_test(distinct.only_right, distinct.only_majority) <= _RISK


def _missed(read: AccuracyFacts, correct: int, minimum: float) -> str:
    scored = _scored(read, correct)
    if correct / read.n <= read.majority:
        return f"{scored}, no more than the majority class alone scores ({read.majority:.1%})"
    _, high = wilson(correct, read.n)
    return f"{scored}, at most {high:.1%}, and must be {minimum:.1%}" if high < minimum else ""
