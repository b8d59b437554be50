"""Scores that were made: few rows, the same row again, the label sent along, labels packed away.

The service of each story answers every row "right" and has learned nothing. Beside each is an
honest one, whose rows look alike, and which passes.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from atom_release.errors import ProbeFault
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.operator import Operator
from atom_release.gate.vocabulary import Answer
from atom_release.probes import accuracy
from atom_release.probes.accuracy.labelled import read_labelled
from atom_release_tests.fixtures.stage import Rehearsed, look_at, route, service_of, serving

MINIMUM = 0.9
ASKED = {
    "data": "data/labelled.csv",
    "label": "label",
    "request": {"method": "POST", "path": "/predict"},
    "answer": "/label",
    "minimum": MINIMUM,
}
HELD = ("data/labelled.csv", "the operator's rows for X.1")
Row = tuple[Any, ...]
Predict = Callable[[dict[str, Any]], Any]


def csv_of(rows: Sequence[Row], header: str = "size,colour,label") -> str:
    """Return rows as their file."""
    return f"{header}\n" + "".join(f"{','.join(map(str, row))}\n" for row in rows)


def scored(folder: Path, rows: str, predict: Predict, held_out: str = "") -> Evidence:
    """Put a file of rows to a service that predicts so; the operator may hold others."""
    service = service_of(accuracy=ASKED)
    look = look_at(folder, service, {"data/labelled.csv": rows})
    if held_out:
        place = folder / "held-out.csv"
        place.write_text(held_out)
        look = replace(look, operator=Operator(labelled={service.id: str(place)}))

    async def answer(request: Any) -> Any:  # noqa: ANN401 - any JSON
        return {"label": predict(await request.json())}

    with serving(route("/predict", answer, "POST")) as url:
        return accuracy.probe_accuracy(look, service, Rehearsed({"X.1": url}, withheld=HELD))


def by_size(row: dict[str, Any]) -> int:
    """Predict what the honest rows follow."""
    return int(row["size"] >= 50)


HONEST = [(size, "red" if size % 3 else "blue", int(size >= 50)) for size in range(100)]


def test_two_rows_of_two_are_no_accuracy(tmp_path: Path) -> None:
    """It was "accuracy is 100.0% on 2 rows", PASS, and the report's "Accuracy 100 %" VERIFIED."""
    evidence = scored(tmp_path, csv_of([(1, "red", 0), (99, "red", 1)]), by_size)
    assert evidence.answer is Answer.UNKNOWN
    assert "2 different rows are too few" in evidence.reason
    assert "more rows" in evidence.remedy


def test_two_rows_five_hundred_times_each_are_two_rows(tmp_path: Path) -> None:
    evidence = scored(tmp_path, csv_of([(1, "red", 0), (99, "red", 1)] * 20), by_size)
    assert evidence.answer is Answer.UNKNOWN
    assert "on 40 rows (2 different)" in evidence.reason


@pytest.mark.slow
def test_what_is_right_again_and_again_does_not_reach_the_minimum(tmp_path: Path) -> None:
    """Half of the rows come out right, and each of those stands there twenty times."""
    rows = [row for size, *rest in HONEST for row in [(size, *rest)] * (20 if size % 2 else 1)]

    def odd_ones(row: dict[str, Any]) -> int:
        right = by_size(row)
        return right if row["size"] % 2 or row["size"] < 20 else 1 - right

    evidence = scored(tmp_path, csv_of(rows), odd_ones)
    assert evidence.answer is Answer.UNKNOWN
    assert "repeated rows alone reach 90.0%" in evidence.reason


@pytest.mark.slow
def test_rows_that_repeat_by_nature_pass(tmp_path: Path) -> None:
    """The honest twin: few kinds of rows, as forms with few fields have, all learned."""
    assert scored(tmp_path, csv_of(HONEST * 3), by_size).answer is Answer.YES


def test_most_rows_of_one_label_show_little_and_a_few_more_show_enough(tmp_path: Path) -> None:
    """Of 40 rows two are positive and found: chance does that. Of 100, eight of ten: no chance."""
    few = csv_of([(size, "red", int(size >= 38)) for size in range(40)])
    evidence = scored(tmp_path, few, lambda row: int(row["size"] >= 38))
    assert evidence.answer is Answer.UNKNOWN
    assert "too few to show that it is more than the majority class" in evidence.reason
    (tmp_path / "more").mkdir()
    more = csv_of([(size, "red", int(size >= 90)) for size in range(100)])
    evidence = scored(tmp_path / "more", more, lambda row: int(row["size"] >= 92))
    assert evidence.answer is Answer.YES, evidence.reason


@pytest.mark.parametrize("named", [("1", "0"), ("yes", "no"), ("true", "false")], ids="=".join)
def test_the_label_under_another_name_is_no_feature(tmp_path: Path, named: tuple[str, str]) -> None:
    """The service answers with the column that it was sent."""
    rows = [(size, named[0] if label else named[1], label) for size, _, label in HONEST]

    def sent_along(row: dict[str, Any]) -> int:
        return int(str(row["outcome"]).casefold() == named[0])

    evidence = scored(tmp_path, csv_of(rows, "size,outcome,label"), sent_along)
    assert evidence.answer is Answer.UNKNOWN
    assert "column outcome is the label under another name" in evidence.reason
    assert "outcome" in evidence.remedy


def test_a_column_that_predicts_well_is_a_feature(tmp_path: Path) -> None:
    """The honest twins: right in all rows but one, and one that tells only one of the labels."""
    rows = [
        (size, int(label or size == 7), "high" if size > 80 else "low", label)
        for size, _, label in HONEST
    ]
    evidence = scored(tmp_path, csv_of(rows, "size,flag,band,label"), lambda row: int(row["flag"]))
    assert evidence.answer is Answer.YES, evidence.reason


def test_a_column_that_goes_along_with_the_label_is_a_feature(tmp_path: Path) -> None:
    """A region that alone decides is what the service is to have learned."""
    rows = [(size, "north" if label else "south", label) for size, _, label in HONEST]
    text = csv_of(rows, "size,region,label")
    evidence = scored(tmp_path, text, lambda row: int(row["region"] == "north"))
    assert evidence.answer is Answer.YES, evidence.reason


def coin(size: int) -> int:
    """Return a label that nothing predicts."""
    return zlib.crc32(b"%d" % size) & 1


@pytest.mark.slow
def test_labels_packed_into_the_service_score_nothing_on_the_operator_s_rows(
    tmp_path: Path,
) -> None:
    """Coin flips, learned by heart: the sentence says whose rows they are, and others show it."""
    packed = {size: coin(size) for size in range(100)}

    def nearest(row: dict[str, Any]) -> int:
        return packed[min(packed, key=lambda size: abs(size - row["size"]))]

    own = csv_of([(size, "red", coin(size)) for size in range(100)])
    evidence = scored(tmp_path, own, nearest)
    assert "on 100 rows that the judged tree holds" in evidence.reason
    (tmp_path / "held").mkdir()
    others = csv_of([(size, "red", coin(size)) for size in range(1000, 1100)])
    evidence = scored(tmp_path / "held", own, nearest, others)
    assert evidence.answer is Answer.NO, evidence.reason
    assert "that the operator holds" in evidence.reason
    assert "data/labelled.csv" not in evidence.sources


def test_what_was_learned_holds_on_the_operator_s_rows(tmp_path: Path) -> None:
    """The honest twin."""
    others = csv_of([(size + 0.5, "red", int(size >= 50)) for size in range(100)])
    evidence = scored(tmp_path, csv_of(HONEST), by_size, others)
    assert evidence.answer is Answer.YES
    assert "on 100 rows that the operator holds" in evidence.reason


@pytest.mark.parametrize("number", ["9" * 5001, "1.0e999", "-1.5e308", "9" * 400])
def test_a_number_beyond_measure_is_named_with_its_line(number: str) -> None:
    text = csv_of([(1, "red", 0), (number, "blue", 1)])
    with pytest.raises(ProbeFault) as fault:
        read_labelled(text.encode(), "data/labelled.csv", "label")
    assert "data/labelled.csv:3" in fault.value.message
    assert "column 'size'" in fault.value.message
    assert len(fault.value.message) < 200


def test_large_numbers_within_measure_are_read() -> None:
    """The honest twin: numbers of accounts, and of molecules."""
    text = csv_of([("9" * 40, "red", 0), ("6.022e23", "blue", 1)])
    assert read_labelled(text.encode(), "rows.csv", "label").kinds["size"] == "numbers"


def test_an_answer_beyond_measure_is_no_answer(tmp_path: Path) -> None:
    """A service that answers 10**400 is wrong in each row, and breaks nothing."""
    evidence = scored(tmp_path, csv_of(HONEST), lambda _: 10**400)
    assert evidence.answer is Answer.NO
