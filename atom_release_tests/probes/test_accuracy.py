# ruff: noqa: ANN401 - what test services take and give is any JSON
"""The question `accuracy`.

What the judged code answers is scored, and labels in the wrong rows are not rewarded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import JSONResponse, Response

from atom_release.errors import ProbeFault
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.probes import accuracy
from atom_release_tests.fixtures.stage import Rehearsed, look_at, route, service_of, serving

ROWS = [
    {"amount": number * 1.5, "country": "SE" if number % 2 else "NO", "fraud": int(number >= 60)}
    for number in range(100)
]
CSV = "amount,country,fraud\n" + "".join(
    f"{row['amount']},{row['country']},{row['fraud']}\n" for row in ROWS
)
ASKED = {
    "data": "data/labelled.csv",
    "label": "fraud",
    "request": {"method": "POST", "path": "/predict", "body": {"model": "m1"}},
    "features_at": "/features",
    "answer": "/result/score",
    "cutoff": 0.5,
    "minimum": 0.8,
}


def _probe(
    folder: Path, predict: Callable[[dict[str, Any]], Any], csv: str = CSV, **changed: Any
) -> Evidence:
    service = service_of(accuracy={**ASKED, **changed})

    async def answer(asked: Any) -> Any:
        body = await asked.json()
        assert body["model"] == "m1"
        predicted = predict(body["features"])
        return predicted if isinstance(predicted, Response) else {"result": {"score": predicted}}

    with serving(route("/predict", answer, "POST")) as url:
        return accuracy.probe_accuracy(
            look_at(folder, service, {"data/labelled.csv": csv}), service, Rehearsed({"X.1": url})
        )


def test_the_judged_codes_answers_are_scored(tmp_path: Path) -> None:
    """It takes five honest rows for fraud and misses three frauds.

    92 of 100, with 37 hits of 42 said and 40 there.
    """
    found = _probe(
        tmp_path, lambda row: 0.9 if row["amount"] >= 63 * 1.5 or row["amount"] < 5 * 1.5 else 0.1
    )
    assert found.answer is Answer.YES
    facts = found.facts
    assert (facts["n"], facts["correct"], facts["majority"], facts["majority_label"]) == (
        100,
        92,
        0.6,
        "0",
    )
    assert (facts["precision"], facts["recall"], facts["f1"]) == pytest.approx(
        (37 / 42, 37 / 40, 74 / 82)
    )
    assert float(str(facts["low"])) < 0.92 < float(str(facts["high"]))
    assert found.sources["data/labelled.csv"]
    assert found.control is not None
    assert found.control.state is ControlState.ALIVE


def test_always_answering_the_majority_class_fails(tmp_path: Path) -> None:
    found = _probe(tmp_path, lambda _: 0.0, minimum=0.5)
    assert found.answer is Answer.NO
    assert "no more than the majority class" in found.reason


def test_too_few_right_answers_fail(tmp_path: Path) -> None:
    assert (
        _probe(tmp_path, lambda row: float(row["amount"] >= 85 * 1.5)).answer is Answer.UNKNOWN
    )  # 75 %, at most 82 %
    (tmp_path / "again").mkdir()
    assert (
        _probe(tmp_path / "again", lambda row: float(row["amount"] >= 85 * 1.5), minimum=0.9).answer
        is Answer.NO
    )


def test_rows_without_an_answer_are_not_right(tmp_path: Path) -> None:
    found = _probe(
        tmp_path,
        lambda row: (
            JSONResponse({"result": {"score": 0.0}}, 422)
            if row["country"] == "SE"
            else float(row["amount"] >= 90)
        ),
    )
    assert (found.facts["unanswered"], found.facts["correct"]) == (50, 50)
    assert found.answer is Answer.UNKNOWN


def test_labels_are_compared_as_values(tmp_path: Path) -> None:
    """The service says true and 1.0 where the data says 1."""
    assert _probe(tmp_path, lambda row: row["amount"] >= 90, cutoff=None).facts["correct"] == 100
    (tmp_path / "again").mkdir()
    assert (
        _probe(tmp_path / "again", lambda row: float(row["amount"] >= 90), cutoff=None).facts[
            "correct"
        ]
        == 100
    )


def test_with_one_class_the_control_is_dead(tmp_path: Path) -> None:
    csv = "amount,country,fraud\n" + "1.0,SE,1\n" * 30
    found = _probe(tmp_path, lambda _: 1.0, csv=csv)
    assert found.control is not None
    assert found.control.state is ControlState.DEAD


@pytest.mark.parametrize(
    "csv",
    [
        "amount,country,fraud\n",
        "amount,country\n1,SE\n",
        "amount,fraud\n1,\n",
        "amount,fraud\n1,0\n2,3,4,5\n",
    ],
)
def test_data_that_cannot_be_read_is_an_error_and_no_verdict(tmp_path: Path, csv: str) -> None:
    with pytest.raises((ProbeFault, ValueError)):
        _probe(tmp_path, lambda _: 1.0, csv=csv)


def test_a_service_that_did_not_start_leaves_it_open(tmp_path: Path) -> None:
    service = service_of(accuracy=ASKED)
    assert (
        accuracy.probe_accuracy(
            look_at(tmp_path, service), service, Rehearsed(failures={"X.1": "it crashed"})
        ).answer
        is Answer.UNKNOWN
    )


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=60))
def test_displaced_labels_are_the_same_in_other_rows_and_agree_as_little_as_they_can(
    labels: list[str],
) -> None:
    moved = accuracy.displaced(labels)
    assert Counter(moved) == Counter(labels)
    largest = max(Counter(labels).values())
    assert sum(one == other for one, other in zip(labels, moved, strict=True)) == max(
        0, 2 * largest - len(labels)
    )
