"""Scores the reader over public reports that people labelled before it had read them.

    python -m atom_release_tests.benchmarks.public_reports LABELS MIRRORS [--wrong] [--missed]

`LABELS` is a JSON array of labelled reports (`fixtures/corpora/public_reports_*.json`), or a folder
with such arrays; `MIRRORS` holds the texts as `owner+name/path`, which are not part of this
project (default: `mirror` beside the labels). Never run in CI: there are no texts there.

The rules of scoring:

- Judged are status, date, each of the four test counts, each policy, each deliverable, branch,
  commit, version, coverage, each latency and each model score.
- A value that the reader gives is *right* if it equals the label, else *wrong*; also where the
  label is null. A labelled value is *read* if the reader gives it. Precision is right over given,
  recall is read over labelled. Intervals are Wilson's, 95 %.
- UNREAD and MISSING give no status, and a policy without a status gives none.
- A date is compared by its day; a path with forward slashes and without a leading `./` or `/`
  (labels of older sets keep the slash of a path from the project's root); a latency by value and
  unit, in milliseconds; coverage and scores in percent.
- A count that the label leaves open, and that follows from the label's own other counts (failed
  and skipped are 0 where passed equals total; total is the sum of the others where failed is
  known), is neither right nor wrong.
- Of more than six latencies the labels hold the first six, so further ones are not judged.
- A contradiction is right if the label names one on either of its two lines.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from atom_release.gate.claims.record import ClaimKind, ClaimRecord
from atom_release.gate.statistics import wilson
from atom_release.reader import read_report

_COUNTS = ("passed", "failed", "skipped", "total")
_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0}
_STATED = {"PASS", "FAIL", "BLOCKED", "PARTIAL", "SIMULATED"}
_MOST_LATENCIES = 6
_LINES = re.compile(r"\bline (\d+)")

Values = dict[str, set[str]]


@dataclass
class Tally:
    """How many values were given, right, labelled and read."""

    right: int = 0
    given: int = 0
    labelled: int = 0
    notes: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Count another tally in."""
        self.right += other.right
        self.given += other.given
        self.labelled += other.labelled


def labelled_values(labels: dict[str, Any]) -> Values:
    """Return the labelled values by field, each as text."""
    tests = labels.get("tests") or {}
    return {
        "status": _one(labels.get("status")),
        "date": _one((labels.get("date") or "")[:10]),
        **{f"tests.{name}": _one(tests.get(name)) for name in _COUNTS},
        "policies": {f"{name} {status}" for name, status in (labels.get("policies") or {}).items()},
        "deliverables": {_path(path) for path in labels.get("deliverables") or ()},
        "branch": _one(labels.get("branch")),
        "commit": _one((labels.get("report_commit") or "")[:7]),
        "version": _one((labels.get("version") or "").lower().removeprefix("v")),
        "coverage": _one(_number(labels.get("coverage"))),
        "latency": {
            _number(entry["value"] * _MILLISECONDS.get(entry["unit"], 1.0))
            for entry in labels.get("latency") or ()
        },
        "metrics": {
            f"{name} {_number(_percent(value))}"
            for name, value in (labels.get("metrics") or {}).items()
        },
    }


def read_values(record: ClaimRecord) -> Values:
    """Return the values that the reader gives by field, each as text."""
    tests = record.tests.model_dump() if record.tests else {}
    claims = defaultdict(list)
    for claim in record.claims:
        claims[claim.kind.value].append(claim)
    return {
        "status": _one(record.status.value if record.status.value in _STATED else None),
        "date": _one((record.date or "")[:10]),
        **{f"tests.{name}": _one(tests.get(name)) for name in _COUNTS},
        "policies": {f"{name} {status}" for name, status in record.policies.items() if status},
        "deliverables": {_path(path) for path in record.deliverables},
        "branch": _one(record.branch),
        "commit": _one(str(claims["commit"][0].value)[:7] if claims["commit"] else None),
        "version": _one(
            str(claims["version"][0].value).lower().removeprefix("v") if claims["version"] else None
        ),
        "coverage": _one(_number(claims["coverage"][0].value) if claims["coverage"] else None),
        "latency": {
            _number(float(claim.value or 0) * _MILLISECONDS.get(claim.unit or "ms", 1.0))
            for claim in claims["latency"]
        },
        "metrics": {
            f"{kind.value} {_number(_percent(claim.value))}"
            for kind in (ClaimKind.ACCURACY, ClaimKind.PRECISION, ClaimKind.RECALL, ClaimKind.F1)
            for claim in claims[kind.value][:1]
        },
    }


def score(labels: dict[str, Any], record: ClaimRecord) -> dict[str, Tally]:
    """Return the tally of each field of one report."""
    expected, given = labelled_values(labels), read_values(record)
    follow = _following(labels.get("tests") or {})
    tallies = {}
    for name, values in given.items():
        judged = {value for value in values if (name, value) not in follow}
        if name == "latency" and len(expected[name]) >= _MOST_LATENCIES:
            judged &= expected[name]
        right = judged & expected[name]
        notes = [f"wrong {name}: {value}" for value in sorted(judged - right)]
        notes += [f"missed {name}: {value}" for value in sorted(expected[name] - values)]
        tallies[name] = Tally(len(right), len(judged), len(expected[name]), notes)
    tallies["contradictions"] = _contradictions(labels, record)
    return tallies


def _following(tests: dict[str, Any]) -> set[tuple[str, str]]:
    passed, failed, total = (tests.get(name) for name in ("passed", "failed", "total"))
    follow: dict[str, int] = {}
    if passed is not None and passed == total:
        follow = {"failed": 0, "skipped": 0}
    if passed is not None and failed is not None and total is None:
        follow["total"] = passed + failed + (tests.get("skipped") or 0)
    if passed is not None and total is not None and failed is None:
        follow["failed"] = total - passed - (tests.get("skipped") or 0)
    if failed == 0 and passed is not None and passed == total:
        follow["skipped"] = 0
    return {
        (f"tests.{name}", str(count)) for name, count in follow.items() if tests.get(name) is None
    }


def _contradictions(labels: dict[str, Any], record: ClaimRecord) -> Tally:
    named = [{entry[0], entry[1]} for entry in labels.get("contradictions") or ()]
    tally = Tally(labelled=len(named))
    for finding in record.findings:
        lines = {int(number) for number in _LINES.findall(finding)}
        tally.given += 1
        right = any(lines & entry for entry in named)
        tally.right += right
        if not right:
            tally.notes.append(f"wrong contradictions: {finding}")
    return tally


def _one(value: object) -> set[str]:
    return set() if value in {None, ""} else {str(value)}


def _path(path: str) -> str:
    return path.replace("\\", "/").removeprefix("./").removeprefix("/")


def _number(value: float | str | None) -> str:
    return "" if value is None else f"{float(value):.6g}"


def _percent(value: float | str | None) -> float:
    number = float(value or 0)
    return number * 100 if number <= 1 else number


def labelled_reports(place: Path) -> Iterator[dict[str, Any]]:
    """Yield the labelled reports of a file, or of the files in a folder."""
    for path in sorted(place.glob("*.json")) if place.is_dir() else [place]:
        yield from json.loads(path.read_text(encoding="utf-8"))


def report_file(mirrors: Path, entry: dict[str, Any]) -> Path:
    """Return where the text of a labelled report lies."""
    return mirrors / str(entry["repository"]).replace("/", "+") / str(entry["path"])


def main() -> None:
    """Score, and print one table per language group and field."""
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    arguments.add_argument("labels", type=Path)
    arguments.add_argument("mirrors", type=Path, nargs="?")
    arguments.add_argument("--wrong", action="store_true", help="list the wrong values")
    arguments.add_argument("--missed", action="store_true", help="list the missed values too")
    given = arguments.parse_args()
    folder = given.labels if given.labels.is_dir() else given.labels.parent
    mirrors = given.mirrors or folder / "mirror"
    groups: dict[str, dict[str, Tally]] = defaultdict(lambda: defaultdict(Tally))
    absent = 0
    for entry in labelled_reports(given.labels):
        place = report_file(mirrors, entry)
        if not place.is_file():
            absent += 1
            continue
        tallies = score(entry["labels"], read_report(entry["path"], place.read_bytes()))
        for name, tally in tallies.items():
            for group in {
                "all",
                entry["language"],
                "en" if entry["language"] == "en" else "not en",
            }:
                groups[group][name].add(tally)
            for note in tally.notes:
                if given.missed or (given.wrong and note.startswith("wrong")):
                    print(f"{entry['language']} {entry['repository']}:{entry['path']}: {note}")  # noqa: T201 - the benchmark's output
    show(groups, absent)


def show(groups: dict[str, dict[str, Tally]], absent: int) -> None:
    """Print the tables."""
    table = Table("group", "field", "right/given", "precision", "read/labelled", "recall")
    for group in sorted(groups, key=lambda name: (name != "all", name)):
        total = Tally()
        for name, tally in groups[group].items():
            if name != "contradictions":
                total.add(tally)
            if group in {"all", "not en", "en"}:
                table.add_row(group, name, *_cells(tally))
        table.add_row(group, "together", *_cells(total), style="bold")
    Console(width=110).print(table)
    print(f"{absent} reports without a text")  # noqa: T201 - the benchmark's output


def _cells(tally: Tally) -> tuple[str, str, str, str]:
    return (
        f"{tally.right}/{tally.given}",
        _share(tally.right, tally.given),
        f"{tally.right}/{tally.labelled}",
        _share(tally.right, tally.labelled),
    )


def _share(part: int, whole: int) -> str:
    if not whole:
        return "-"
    low, high = wilson(part, whole)
    return f"{part / whole:.3f} [{low:.2f}, {high:.2f}]"


if __name__ == "__main__":
    main()
