"""Scoring answers against labels, and against labels in the wrong rows."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from atom_release.gate.facts.accuracy import AccuracyFacts, DistinctRows
from atom_release.gate.facts.evidence import NegativeControl
from atom_release.gate.rules.accuracy import judge_accuracy
from atom_release.gate.statistics import wilson
from atom_release.gate.vocabulary import Answer, ControlState

OTHER = "other than positive"
_WORDS = {"true": "1", "false": "0"}
_NUMBER = re.compile(r"[+-]?(?:0|[1-9]\d*)(?:\.\d*)?(?:[eE][+-]?\d+)?|[+-]?\.\d+(?:[eE][+-]?\d+)?")


def canonical(value: object) -> str:
    """Write a label so that 1, 1.0, "1" and true are one label.

    "01" is none of them: what begins with a zero is a code.
    """
    text = str(value).strip()
    text = _WORDS.get(text.casefold(), text)
    if not _NUMBER.fullmatch(text):
        return text
    number = float(text)
    return str(int(number)) if number.is_integer() else repr(number)


def keys(features: Sequence[Mapping[str, object]]) -> list[str]:
    """Return what each row's features are known by: equal rows have the same."""
    return [json.dumps(row, sort_keys=True, default=str) for row in features]


def score(
    labels: Sequence[str],
    answers: Sequence[str | None],
    positive: str,
    rows: Sequence[str] | None = None,
) -> AccuracyFacts:
    """Score answers against labels; a row without an answer is wrong.

    Where there are two classes, "other than positive" is the other.

    Args:
        labels: of each row.
        answers: of each row, as labels.
        positive: the label that precision and recall are about.
        rows: what each row is known by, so that equal ones are counted once; default none is.
    """
    import pandas as pd

    table = pd.DataFrame(
        {
            "label": list(labels),
            "answer": [_settled(answer, labels, positive) for answer in answers],
        }
    )
    right = table["label"] == table["answer"]
    is_positive, said_positive = table["label"] == positive, table["answer"] == positive
    hits = int((is_positive & said_positive).sum())
    correct, n = int(right.sum()), len(table)
    low, high = wilson(correct, n)
    frequent = table["label"].value_counts()
    majority = str(frequent.index[0])
    names = list(rows) if rows is not None else [str(row) for row in range(n)]
    return AccuracyFacts(
        n=n,
        correct=correct,
        unanswered=sum(answer is None for answer in answers),
        accuracy=correct / n,
        low=low,
        high=high,
        precision=hits / int(said_positive.sum()) if said_positive.any() else None,
        labelled_positive=int(is_positive.sum()),
        answered_positive=int(said_positive.sum()),
        recall=hits / int(is_positive.sum()) if is_positive.any() else None,
        f1=(
            2 * hits / int(is_positive.sum() + said_positive.sum())
            if (is_positive | said_positive).any()
            else None
        ),
        majority=int(frequent.iloc[0]) / n,
        majority_label=majority,
        classes=int(frequent.size),
        distinct=_distinct(list(zip(names, labels, strict=True)), list(right), majority),
    )


def _distinct(
    rows: Sequence[tuple[str, str]], right: Sequence[bool], majority: str
) -> DistinctRows:
    """Count equal rows of one label once: right where each of them was."""
    settled: dict[tuple[str, str], bool] = {}
    for row, hit in zip(rows, right, strict=True):
        settled[row] = settled.get(row, True) and bool(hit)
    return DistinctRows(
        rows=len(settled),
        right=sum(settled.values()),
        only_right=sum(hit and label != majority for (_, label), hit in settled.items()),
        only_majority=sum(not hit and label == majority for (_, label), hit in settled.items()),
    )


def _settled(answer: str | None, labels: Sequence[str], positive: str) -> str:
    if answer is None:
        return "(no answer)"
    others = set(labels) - {positive}
    return others.pop() if answer == OTHER and len(others) == 1 else answer


def control(
    labels: Sequence[str],
    answers: Sequence[str | None],
    positive: str,
    *,
    correct: int,
    minimum: float,
) -> NegativeControl:
    """Score the same answers against labels moved to other rows.

    They must come out worse, and not pass.
    """
    facts = score(displaced(labels), answers, positive)
    answer, _ = judge_accuracy(facts.to_json(), minimum)
    alive = facts.correct < correct and answer is not Answer.YES
    return NegativeControl(
        state=ControlState.ALIVE if alive else ControlState.DEAD,
        changed="the labels were moved to other rows, so that as few as possible keep theirs",
        found=f"accuracy {facts.accuracy:.1%}: {answer}",
    )


def displaced(labels: Sequence[str]) -> list[str]:
    """Return the same labels in other rows.

    Ordered by class and rotated by the size of the largest class.
    """
    order = sorted(range(len(labels)), key=lambda row: labels[row])
    shift = max(labels.count(label) for label in set(labels))
    moved = [""] * len(labels)
    for place, row in enumerate(order):
        moved[row] = labels[order[(place + shift) % len(order)]]
    return moved
