"""The question `accuracy`.

Does the judged code, asked each labelled row, answer as well as the manifest says?

The labelled features are read from the judged tree and put to the rehearsed service; its answers
are scored here, never by the service. The rule is `gate.performance.judge_accuracy`.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from copy import deepcopy
from importlib.metadata import version
from typing import Any

from pydantic import JsonValue

from atom_release.errors import ProbeFault
from atom_release.gate.facts.evidence import Evidence, NegativeControl
from atom_release.gate.manifest import Accuracy, Service
from atom_release.gate.rules.performance import judge_accuracy
from atom_release.gate.statistics import wilson
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.address import Rehearsal, not_started
from atom_release.lab.http_exchange import Exchange, ProtocolFault, TimedOut, pointer
from atom_release.lab.look import Look

_QUESTION = "accuracy"
_WORDS = {"true": "1", "false": "0"}


def probe_accuracy(look: Look, service: Service, rehearsal: Rehearsal) -> Evidence:
    """Put every labelled row to the rehearsed service and score the answers."""
    unreached = not_started(look, _QUESTION, service, rehearsal, direct=False)
    if unreached:
        return unreached
    asked = service.accuracy
    if asked is None:
        raise ProbeFault(f"the manifest names no labelled data for {service.id}")
    features, labels = _labelled(look.tree.read(asked.data), asked)
    with rehearsal.exchange() as exchange:
        answers = [_predicted(exchange, asked, service, row) for row in features]
    facts = {**score(labels, answers, canonical(asked.positive)), "minimum": asked.minimum}
    answer, reason = judge_accuracy(facts, asked.minimum)
    return look.found(
        _QUESTION,
        service.id,
        answer,
        reason,
        control=_control(labels, answers, asked, correct=int(str(facts["correct"]))),
        remedy=(
            ""
            if answer is Answer.YES
            else (
                f"Improve what {service.name} predicts, or correct the minimum that the manifest"
                " promises."
            )
        ),
        facts=facts,
        sources={asked.data: look.tree.digest(asked.data)},
        tools={"pandas": version("pandas")},
        isolation=rehearsal.isolation,
    )


def canonical(value: object) -> str:
    """Write a label so that 1, 1.0, "1" and true are one label."""
    text = str(value).strip()
    text = _WORDS.get(text.casefold(), text)
    try:
        number = float(text)
    except ValueError:
        return text
    return str(int(number)) if number.is_integer() else repr(number)


def _labelled(content: bytes, asked: Accuracy) -> tuple[list[dict[str, Any]], list[str]]:
    import pandas as pd

    table = pd.read_csv(
        io.BytesIO(content), encoding="utf-8", dtype={asked.label: str}, keep_default_na=True
    )
    if asked.label not in table.columns or table.empty:
        raise ProbeFault(f"{asked.data} has no row, or no column {asked.label!r}")
    if table[asked.label].isna().any():
        raise ProbeFault(f"{asked.data} has rows without a label")
    labels = [canonical(value) for value in table[asked.label]]
    rows = table.drop(columns=[asked.label])
    # JSON has neither NaN nor numpy's types.
    return [
        {str(name): None if pd.isna(value) else _plain(value) for name, value in row.items()}
        for row in rows.to_dict("records")
    ], labels


def _plain(value: Any) -> Any:  # noqa: ANN401 - any cell
    return value.item() if hasattr(value, "item") else value


def _predicted(
    exchange: Exchange, asked: Accuracy, service: Service, row: dict[str, Any]
) -> str | None:
    """Give the label the service answers, None where it gives none.

    That it is gone escapes, since then nothing was measured.
    """
    request = asked.request.model_copy(
        update={"body": _placed(asked.request.body, asked.features_at, row)}
    )
    try:
        answered = exchange.send(request, service=service.id)
    except (TimedOut, ProtocolFault):
        return None
    if answered.status not in request.expect:
        return None
    try:
        value = pointer(answered.json, asked.answer)
    except LookupError:
        return None
    if asked.cutoff is None:
        return canonical(value)
    try:
        return canonical(asked.positive) if float(value) >= asked.cutoff else "other than positive"
    except (TypeError, ValueError):
        return None


def _placed(body: JsonValue, at: str, features: dict[str, Any]) -> JsonValue:
    """Put the features into a copy of the body where the JSON pointer says.

    Making the objects on the way.
    """
    if not at:
        return {**body, **features} if isinstance(body, dict) else dict(features)
    whole: dict[str, Any] = deepcopy(body) if isinstance(body, dict) else {}
    *way, last = [part.replace("~1", "/").replace("~0", "~") for part in at.lstrip("/").split("/")]
    inside = whole
    for part in way:
        inside = inside.setdefault(part, {})
    inside[last] = {**inside[last], **features} if isinstance(inside.get(last), dict) else features
    return whole


def score(
    labels: Sequence[str], answers: Sequence[str | None], positive: str
) -> dict[str, JsonValue]:
    """Score answers against labels; a row without an answer is wrong.

    Where there are two classes, "other than positive" is the other.
    """
    import pandas as pd

    table = pd.DataFrame(
        {"label": list(labels), "answer": [_settled(one, labels, positive) for one in answers]}
    )
    right = table["label"] == table["answer"]
    is_positive, said_positive = table["label"] == positive, table["answer"] == positive
    hits = int((is_positive & said_positive).sum())
    correct, n = int(right.sum()), len(table)
    low, high = wilson(correct, n)
    frequent = table["label"].value_counts()
    return {
        "n": n,
        "correct": correct,
        "unanswered": sum(one is None for one in answers),
        "accuracy": correct / n,
        "low": low,
        "high": high,
        "precision": hits / int(said_positive.sum()) if said_positive.any() else None,
        "labelled_positive": int(is_positive.sum()),
        "answered_positive": int(said_positive.sum()),
        "recall": hits / int(is_positive.sum()) if is_positive.any() else None,
        "f1": (
            2 * hits / int(is_positive.sum() + said_positive.sum())
            if (is_positive | said_positive).any()
            else None
        ),
        "majority": int(frequent.iloc[0]) / n,
        "majority_label": str(frequent.index[0]),
        "classes": int(frequent.size),
    }


def _settled(answer: str | None, labels: Sequence[str], positive: str) -> str:
    if answer is None:
        return "(no answer)"
    others = set(labels) - {positive}
    return others.pop() if answer == "other than positive" and len(others) == 1 else answer


def _control(
    labels: Sequence[str], answers: Sequence[str | None], asked: Accuracy, *, correct: int
) -> NegativeControl:
    """Score the same answers against labels moved to other rows.

    They must come out worse, and not pass.
    """
    moved = displaced(labels)
    facts = score(moved, answers, canonical(asked.positive))
    said, _ = judge_accuracy(facts, asked.minimum)
    worse = int(str(facts["correct"])) < correct
    return NegativeControl(
        state=ControlState.ALIVE if worse and said is not Answer.YES else ControlState.DEAD,
        changed="the labels were moved to other rows, so that as few as possible keep theirs",
        found=f"accuracy {facts['accuracy']:.1%}: {said}",
    )


def displaced(labels: Sequence[str]) -> list[str]:
    """Give the same labels in other rows.

    Ordered by class and rotated by the size of the largest class.
    """
    order = sorted(range(len(labels)), key=lambda row: labels[row])
    shift = max(labels.count(label) for label in set(labels))
    moved = [""] * len(labels)
    for place, row in enumerate(order):
        moved[row] = labels[order[(place + shift) % len(order)]]
    return moved
