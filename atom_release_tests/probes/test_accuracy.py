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
from atom_release.gate.facts.accuracy import AccuracyFacts
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.address import StartFailure
from atom_release.probes import accuracy
from atom_release.probes.accuracy.labelled import read_labelled
from atom_release.probes.accuracy.rows import Rows
from atom_release.probes.accuracy.scores import canonical, displaced
from atom_release.probes.accuracy.seen_rows import rows_elsewhere
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

    async def answer(request: Any) -> Any:
        body = await request.json()
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
    evidence = _probe(
        tmp_path, lambda row: 0.9 if row["amount"] >= 63 * 1.5 or row["amount"] < 5 * 1.5 else 0.1
    )
    assert evidence.answer is Answer.YES
    facts = evidence.facts
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
    assert evidence.sources["data/labelled.csv"]
    assert evidence.control is not None
    assert evidence.control.state is ControlState.ALIVE


def test_always_answering_the_majority_class_fails(tmp_path: Path) -> None:
    evidence = _probe(tmp_path, lambda _: 0.0, minimum=0.5)
    assert evidence.answer is Answer.NO
    assert "no more than the majority class" in evidence.reason


@pytest.mark.slow
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
    evidence = _probe(
        tmp_path,
        lambda row: (
            JSONResponse({"result": {"score": 0.0}}, 422)
            if row["country"] == "SE"
            else float(row["amount"] >= 90)
        ),
    )
    assert (evidence.facts["unanswered"], evidence.facts["correct"]) == (50, 50)
    assert evidence.answer is Answer.UNKNOWN


@pytest.mark.slow
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
    evidence = _probe(tmp_path, lambda _: 1.0, csv=csv)
    assert evidence.control is not None
    assert evidence.control.state is ControlState.DEAD


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
    with pytest.raises(ProbeFault):
        _probe(tmp_path, lambda _: 1.0, csv=csv)


def test_a_service_that_did_not_start_leaves_it_open(tmp_path: Path) -> None:
    service = service_of(accuracy=ASKED)
    assert (
        accuracy.probe_accuracy(
            look_at(tmp_path, service),
            service,
            Rehearsed(failures={"X.1": StartFailure("it crashed")}),
        ).answer
        is Answer.UNKNOWN
    )


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=60))
def test_displaced_labels_are_the_same_in_other_rows_and_agree_as_little_as_they_can(
    labels: list[str],
) -> None:
    moved = displaced(labels)
    assert Counter(moved) == Counter(labels)
    largest = max(Counter(labels).values())
    assert sum(label == other for label, other in zip(labels, moved, strict=True)) == max(
        0, 2 * largest - len(labels)
    )


def _facts(evidence: Evidence) -> AccuracyFacts:
    read = AccuracyFacts.read(evidence.facts)
    assert read is not None
    return read


def _cells(text: str, label: str = "label") -> list[dict[str, Any]]:
    return list(read_labelled(text.encode(), "rows.csv", label).features)


def test_cells_are_sent_as_the_file_says_them() -> None:
    """NA is a region where regions stand, and a gap where numbers do; 01067 is no number."""
    assert _cells(
        "region,code,size,share,member,free,label\n"
        "NA,01067,3,1.5,true,yes,0\n"
        "AM,10115,NA,NaN,FALSE,1,1\n"
        "EU,99084,7,-.5,true,2,1\n"
    ) == [
        {"region": "NA", "code": "01067", "size": 3, "share": 1.5, "member": True, "free": "yes"},
        {
            "region": "AM",
            "code": "10115",
            "size": None,
            "share": None,
            "member": False,
            "free": "1",
        },
        {"region": "EU", "code": "99084", "size": 7, "share": -0.5, "member": True, "free": "2"},
    ]


@pytest.mark.parametrize(
    "column",
    [
        "007,1",
        "1_000,2",
        "+1,2",
        "0x1f,2",
        "inf,1",
        "1 000,2",
        "None,x",
        "null,NA y",
        "1e,2",
        "2E10,3E7",
    ],
)
def test_what_only_looks_like_a_number_is_sent_as_text(column: str) -> None:
    first, second = column.split(",")
    assert [row["a"] for row in _cells(f"a,label\n{first},0\n{second},1\n")] == [first, second]


def test_versions_keep_their_last_zero_and_amounts_are_numbers() -> None:
    rows = "1.9,1.9,0\n1.10,1.10,1\n"
    assert _cells(f"app_version,amount,label\n{rows}") == [
        {"app_version": "1.9", "amount": 1.9},
        {"app_version": "1.10", "amount": 1.1},
    ]


def test_what_has_no_name_is_not_sent() -> None:
    """The index that a data frame writes first, and what a comma at the end makes."""
    assert _cells(",a,label\n0,x,p\n1,y,q\n") == [{"a": "x"}, {"a": "y"}]
    assert _cells("a,label,\nx,p,\n") == [{"a": "x"}]


def test_a_code_that_begins_with_a_zero_is_another_label_than_the_number() -> None:
    assert canonical("01") == "01"
    assert {canonical(value) for value in (1, 1.0, "1", "1.0", True, "true")} == {"1"}


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("\ufeffregion;age;label\r\nAM;3;0\r\nNA;4;1\r\n", [3, 4]),
        ("region\tage\tlabel\nAM\t3\t0\nNA\t4\t1\n", [3, 4]),
        ("sep=|\nregion|age|label\nAM|3|0\nNA|4|1\n", [3, 4]),
        ("region;age;label\nAM;3,5;0\nNA;4;1\n", [3.5, 4.0]),  # a decimal comma
        ('region,age,label\n"AM, the north",3,0\n"N""A",4,1\n\n', [3, 4]),
    ],
    ids=["semicolons", "tabs", "said outright", "decimal commas", "quoted"],
)
def test_whatever_parts_the_columns_the_rows_are_read(text: str, numbers: list[float]) -> None:
    assert [row["age"] for row in _cells(text)] == numbers


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "Git LFS"),
        (b"a;b\n1;2\n", "parted by semicolons, names a, b"),
        (b"a,b\n1,2\n", "no column 'label'; its header, parted by commas, names a, b"),
        (b"a,label\n1,0\n2,1,9\n", "rows.csv:3 has 3 cells, and its header names 2"),
        (b"a,label\n1,0\n2,\n", "rows.csv:3 has no label"),
        (b"a,a,label\n1,1,0\n", "several columns named a"),
        (b"a,label\n\xff\xfe\xfd,0\n", "is not UTF-8 text"),
        (b"a,label\n", "no row below its header"),
        (b"PAR1\x15\x04", "is Parquet, not CSV"),
        (b"\x1f\x8b\x08\0", "is gzip, not CSV"),
        ("a,b\n1,2\n".encode("utf-16-le"), "parted by commas, names a, b"),
        (b"", "no header"),
    ],
)
def test_what_cannot_be_read_is_said_by_name(content: bytes, why: str) -> None:
    with pytest.raises(ProbeFault) as fault:
        read_labelled(content, "rows.csv", "label")
    assert why in fault.value.message


def test_a_table_of_the_labelled_rows_is_found_out_and_fails_nothing(tmp_path: Path) -> None:
    """The attack: a copy of the labels under another name, the majority's label otherwise."""
    table = {row["amount"]: float(row["fraud"]) for row in ROWS}
    evidence = _probe(tmp_path, lambda row: table.get(row["amount"], 0.0))
    assert (evidence.answer, evidence.facts["accuracy"]) == (Answer.YES, 1.0)
    (warning,) = _facts(evidence).warnings
    assert warning.rule == "may-have-memorised"
    assert "20 of 50 answers changed when amount moved very little" in warning.summary


@pytest.mark.parametrize(
    "predict",
    [
        lambda row: float(row["amount"] >= 90),
        lambda row: min(1.0, row["amount"] / 180),
        lambda row: float(round(row["amount"] / 1.5) >= 60),  # the nearest row that it knows
    ],
    ids=["a threshold", "a score", "a neighbour"],
)
def test_an_honest_scorer_is_not_suspected(
    tmp_path: Path, predict: Callable[[dict[str, Any]], Any]
) -> None:
    evidence = _probe(tmp_path, predict)
    assert evidence.answer is Answer.YES
    jitter = _facts(evidence).jitter
    assert jitter is not None
    assert (jitter.rows, _facts(evidence).warnings) == (50, [])


def test_a_scorer_that_varies_by_itself_is_not_suspected_of_memory(tmp_path: Path) -> None:
    """Its answers change as often when nothing is moved."""
    answered = Counter[float]()

    def predict(row: dict[str, Any]) -> float:
        answered[round(row["amount"])] += 1
        wrong = answered[round(row["amount"])] > 1 and round(row["amount"]) % 3 == 0
        return float((row["amount"] >= 90) != wrong)

    evidence = _probe(tmp_path, predict)
    assert _facts(evidence).warnings == []


@pytest.mark.parametrize(
    ("other", "count"), [(CSV, 1), (CSV[: len(CSV) // 4], 0), ("amount,country,fraud\n1,SE,0\n", 0)]
)
def test_rows_that_stand_in_another_table_are_told(tmp_path: Path, other: str, count: int) -> None:
    """What was trained on that table has seen the answers; a row or two that agree are chance."""
    service = service_of(accuracy=ASKED)
    files = {"data/labelled.csv": CSV, "data/train.csv": other, "src/train.py": "x = 1\n"}
    tree = look_at(tmp_path, service, files).tree
    warnings = rows_elsewhere(tree, Rows(CSV.encode(), "data/labelled.csv", "tree"))
    assert [warning.path for warning in warnings] == ["data/train.csv"] * count
    assert all("100 of 100 labelled rows stand in data/train.csv" in w.summary for w in warnings)
