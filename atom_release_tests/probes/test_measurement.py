# ruff: noqa: ANN401 - what a manifest takes is any JSON
"""What others measured.

The same figures as from the samples themselves, claimed whatever they say, and refused with the
reason where they cannot be.
"""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

from atom_release.errors import ProbeFault
from atom_release.gate.catalogue import leg_specs
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.manifest import Measurement
from atom_release.gate.rules.performance import ALPHA
from atom_release.gate.statistics import quantile, quantile_interval
from atom_release.gate.vocabulary import Answer, Assurance, ControlState
from atom_release.lab.look import Look
from atom_release.probes.measurement import probe_measurements
from atom_release.probes.measurement.k6 import of_lines, of_summary
from atom_release.probes.measurement.quantiles import figures, grouped
from atom_release.probes.measurement.rows import of_columns
from atom_release_tests.fixtures.stage import look_at, service_of

DRAW = np.random.default_rng(11)
SAMPLES = DRAW.lognormal(3, 0.5, 5000)


def _parquet(columns: dict[str, Any], row_group: int = 700) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, row_group_size=row_group)
    return out.getvalue()


def _csv(columns: dict[str, Any]) -> bytes:
    rows = zip(*columns.values(), strict=True)
    return "\n".join(
        [",".join(columns), *(",".join(str(value) for value in row) for row in rows), ""]
    ).encode()


def _asked(**fields: Any) -> Measurement:
    return Measurement.model_validate({"file": "m", "format": "csv", **fields})


def _point(value: object, **tags: str) -> dict[str, Any]:
    return {
        "type": "Point",
        "metric": "http_req_duration",
        "data": {
            "time": "2026-01-01T00:00:00Z",
            "value": value,
            "tags": {"expected_response": "true", **tags},
        },
    }


def _k6(*lines: dict[str, Any], contains: str = "time") -> bytes:
    metric = {
        "type": "Metric",
        "metric": "http_req_duration",
        "data": {"type": "trend", "contains": contains},
    }
    other = {"type": "Point", "metric": "vus", "data": {"value": 5, "tags": None}}
    return "".join(json.dumps(line) + "\n" for line in (metric, other, *lines)).encode()


def test_figures_are_those_of_the_sorted_samples() -> None:
    ordered = sorted(SAMPLES.tolist())
    computed = figures(SAMPLES.copy())
    assert computed.quantiles == {q: quantile(ordered, q) for q in (0.5, 0.9, 0.95, 0.99)}
    assert computed.interval == quantile_interval(ordered, 0.95, ALPHA)
    assert (computed.samples, computed.least, computed.most) == (5000, ordered[0], ordered[-1])


@pytest.mark.parametrize("kind", ["text", "dictionary", "number"])
def test_groups_of_a_parquet_file_are_kept_apart_over_row_groups(tmp_path: Path, kind: str) -> None:
    services = DRAW.integers(1, 6, 5000)
    words = {"text": [f"C.{service}" for service in services], "number": services}
    columns = {
        "service": words.get(
            kind, pa.array([f"C.{service}" for service in services]).dictionary_encode()
        ),
        "latency_ms": SAMPLES,
    }
    path = tmp_path / "samples.parquet"
    path.write_bytes(_parquet(columns))
    groups = grouped(path, "latency_ms", "service")
    assert sorted(groups) == [
        str(number) if kind == "number" else f"C.{number}" for number in range(1, 6)
    ]
    for name, group in groups.items():
        own = sorted(SAMPLES[services == int(name[-1])].tolist())
        assert (group.samples, group.quantiles[0.95]) == (len(own), quantile(own, 0.95))


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_rows_are_chosen_and_failures_are_never_latencies(form: str) -> None:
    columns = {
        "service": ["a", "a", "a", "b", "a"],
        "status": [200, 500, 200, 200, 404],
        "took_s": [0.1, 0.001, 0.3, 9.0, 0.002],
    }
    content = _csv(columns) if form == "csv" else _parquet(columns, 2)
    values, errors = of_columns(
        content, _asked(format=form, latency="took_s", only={"service": "a"}, status="status")
    )
    assert (sorted(values.tolist()), errors) == ([100.0, 300.0], 2)
    values, errors = of_columns(
        content, _asked(format=form, latency="took_s", only={"service": "b"})
    )
    assert (values.tolist(), errors) == ([9000.0], 0)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_request_without_an_answer_has_neither_status_nor_latency(form: str) -> None:
    columns = {"status": [200, None, 200], "latency_ms": [1.5, None, 2.5]}
    content = b"status,latency_ms\n200,1.5\n,\n200,2.5\n" if form == "csv" else _parquet(columns)
    values, errors = of_columns(content, _asked(format=form, status="status"))
    assert (values.tolist(), errors) == ([1.5, 2.5], 1)


REFUSED: dict[str, tuple[dict[str, Any], bytes | Callable[[], bytes], str]] = {
    "csv empty": ({}, b"", "it is empty"),
    "csv header only": ({}, b"latency_ms\n", "it has no row"),
    "csv missing column": (
        {},
        b"latency\n1\n",
        "it has no column 'latency_ms', or two; it has latency",
    ),
    "csv twice": ({}, b"latency_ms,latency_ms\n1,2\n", "or two"),
    "csv cut off": ({}, b"latency_ms\n12.5\n1", "its last line has no end"),
    "csv short row": ({}, b"a,latency_ms\n1,12.5\n1\n", "it is not a whole CSV file of numbers"),
    "csv word": ({}, b"latency_ms\n12.5ms\n", "it is not a whole CSV file of numbers"),
    "csv other service": (
        {"only": {"service": "x"}},
        b"service,latency_ms\ny,1\n",
        "it has no row with service=x",
    ),
    "parquet cut off": (
        {"format": "parquet"},
        lambda: _parquet({"latency_ms": SAMPLES})[:-40],
        "it is not a whole Parquet file",
    ),
    "parquet rubbish": ({"format": "parquet"}, b"PAR1", "it is not a whole Parquet file"),
    "parquet text": (
        {"format": "parquet"},
        lambda: _parquet({"latency_ms": ["1", "2"]}),
        "holds string, not numbers",
    ),
    "parquet no rows": (
        {"format": "parquet"},
        lambda: _parquet({"latency_ms": pa.array([], pa.float64())}),
        "it has no row",
    ),
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_file_that_cannot_be_believed_is_refused(name: str) -> None:
    fields, content, says = REFUSED[name]
    with pytest.raises(ProbeFault) as fault:
        of_columns(content() if callable(content) else content, _asked(**fields))
    assert says in fault.value.message


@pytest.mark.parametrize(
    "value",
    [float("nan"), -0.5, float("inf"), float("-inf")],
    ids=["NaN", "negative", "infinite", "below all"],
)
def test_what_is_no_latency_is_refused(value: float) -> None:
    with pytest.raises(ProbeFault, match="which no latency is"):
        figures(np.array([1.0, value, 2.0]))
    with pytest.raises(ProbeFault, match="no sample"):
        figures(np.array([]))


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"latency": "took"}, "say its unit"),
        (
            {"latency": "took_s", "unit": "milliseconds"},
            "named in s and said to be in milliseconds",
        ),
        (
            {"latency": "took_ms", "unit": "seconds"},
            "named in ms and said to be in seconds",
        ),
        ({"format": "k6", "unit": "seconds"}, "k6 writes milliseconds"),
        ({"format": "k6-summary", "only": {"name": "x"}}, "no rows to choose from"),
        ({"format": "k6", "status": "status"}, "leave out `status`"),
    ],
    ids=["unknown", "not seconds", "not milliseconds", "k6 seconds", "summary rows", "k6 status"],
)
def test_a_manifest_that_confuses_units_is_refused(fields: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        _asked(**fields)


def test_k6_lines_are_chosen_by_tag_and_what_was_not_expected_is_an_error() -> None:
    content = _k6(
        _point(12.5, name="a"),
        _point(3, name="a", expected_response="false"),
        _point(99.0, name="b"),
        _point(7, name="a", expected_response="true"),
    )
    values, errors = of_lines(content, {"name": "a"})
    assert (values.tolist(), errors) == ([12.5, 7.0], 1)
    assert of_lines(content, {})[0].tolist() == [12.5, 99.0, 7.0]


def test_requests_that_do_not_say_whether_they_were_expected_are_not_used() -> None:
    """Neither as good ones nor as errors: k6 can be told to leave the tag out."""
    silent = _point(3.0, status="500")
    del silent["data"]["tags"]["expected_response"]
    with pytest.raises(ProbeFault, match="2 of 3 requests do not say whether their answer was"):
        of_lines(_k6(_point(1.0), silent, silent), {})


K6_REFUSED = {
    "empty": (b"", "it is empty"),
    "cut off": (_k6(_point(1.0))[:-20], "its last line is cut off"),
    "not JSON": (b"{}\nx\n{}\n", "line 2 is not JSON"),
    "a list": (b"[1]\n", "line 1 is not one that k6 writes"),
    "no metric": (json.dumps(_point(1.0)).encode() + b"\n", "is not there"),
    "not time": (_k6(_point(1.0), contains="data"), "said to contain 'data', not time"),
    "a word": (_k6(_point("1")), "which is not a number"),
    "nobody's": (_k6(), "no request of this service"),
}


@pytest.mark.parametrize("name", sorted(K6_REFUSED))
def test_lines_that_k6_did_not_write_are_refused(name: str) -> None:
    content, says = K6_REFUSED[name]
    with pytest.raises(ProbeFault) as fault:
        of_lines(content, {})
    assert says in fault.value.message


def test_a_pointer_of_git_lfs_is_called_so(tmp_path: Path) -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 9\n"
    service = service_of(measurements=[{"file": "perf/k6.json", "format": "k6"}])
    evidence = probe_measurements(look_at(tmp_path, service, {"perf/k6.json": pointer}), service)
    assert "a pointer of Git LFS" in str(evidence.facts["files"])


def test_both_summaries_of_k6_are_read_and_others_refused() -> None:
    old = {
        "metrics": {
            "http_req_duration": {"p(95)": 215.5, "avg": 1},
            "http_reqs": {"count": 180},
            "http_req_failed": {"passes": 9, "fails": 171, "value": 0.05},
        }
    }
    new = {
        "metrics": {
            "http_req_duration": {"contains": "time", "values": {"p(95)": 215.5}},
            "http_reqs": {"values": {"count": 180}},
            "http_req_failed": {"values": {"rate": 0.05}},
        }
    }
    listed = {
        "version": "1.0.0",
        "results": {
            "metrics": [
                {"name": "http_req_duration", "contains": "time", "values": {"p95": 215.5}},
                {"name": "http_reqs", "type": "counter", "values": {"count": 180}},
                {"name": "http_req_failed", "type": "rate", "values": {"rate": 0.05}},
            ]
        },
    }
    for document in (old, new, listed):
        for pack in (bytes, gzip.compress):
            assert of_summary(pack(json.dumps(document).encode())) == {
                "p95": 215.5,
                "requests": 180,
                "error_rate": 0.05,
            }
    for content in (
        b"{",
        b"[]",
        b'{"metrics": 3}',
        b'{"metrics": {}}',
        b'{"metrics": {"http_req_duration": {"p(95)": -1}}}',
        b'{"metrics": {"http_req_duration": {"p(95)": NaN}}}',
    ):
        with pytest.raises(ProbeFault):
            of_summary(content)


def test_a_summary_without_its_p95_says_so() -> None:
    """k6 writes the statistics that `summaryTrendStats` names, and no others."""
    with pytest.raises(ProbeFault, match="summaryTrendStats"):
        of_summary(b'{"metrics": {"http_req_duration": {"avg": 3, "p(99)": 9}}}')
    with pytest.raises(ProbeFault, match="no metric http_req_duration"):
        of_summary(b'{"metrics": {"grpc_req_duration": {"p(95)": 9}}}')


def test_lines_that_k6_packed_are_read_and_a_cut_off_pack_is_refused() -> None:
    packed = gzip.compress(_k6(_point(3.0)))
    assert of_lines(packed, {})[0].tolist() == [3.0]
    for broken in (packed[:-9], b"\x1f\x8bxxxxxxxxxxxxxxxxxxxx"):
        with pytest.raises(ProbeFault, match="gzip"):
            of_lines(broken, {})


def _probed(
    folder: Path, files: dict[str, str], *measurements: dict[str, Any], p95: str = "800ms"
) -> tuple[Look, Evidence]:
    service = service_of(measurements=list(measurements), budget={"p95": p95})
    look = look_at(folder, service, files)
    return look, probe_measurements(look, service)


CSV = {"m.csv": _csv({"latency_ms": SAMPLES.round(3)}).decode()}


def test_the_evidence_is_claimed_whatever_it_says(tmp_path: Path) -> None:
    look, evidence = _probed(tmp_path, CSV, {"file": "m.csv", "format": "csv"})
    assert (evidence.answer, evidence.assurance) == (Answer.YES, Assurance.CLAIMED)
    assert evidence.control is not None
    assert evidence.control.state is ControlState.ALIVE
    assert evidence.sources == {"m.csv": look.tree.digest("m.csv")}
    (leg,) = (leg for leg in leg_specs.legs(look.manifest, "T5") if leg.question == "measurement")
    assert (leg.applies, leg.why_not) == (
        False,
        "what others measured is a claim: shown, not counted",
    )


def test_a_file_that_is_over_the_budget_says_so(tmp_path: Path) -> None:
    _, evidence = _probed(tmp_path, CSV, {"file": "m.csv", "format": "csv"}, p95="20ms")
    assert evidence.answer is Answer.NO
    assert "and must be below 20 ms" in evidence.reason


def test_a_file_that_is_refused_or_a_bare_number_decides_nothing(tmp_path: Path) -> None:
    files = {
        "k.json": json.dumps({"metrics": {"http_req_duration": {"p(95)": 3.5}}}),
        "bad.csv": "latency_ms\n-1\n",
    }
    _, evidence = _probed(
        tmp_path,
        files,
        {"file": "k.json", "format": "k6-summary"},
        {"file": "bad.csv", "format": "csv"},
        {"file": "gone.csv", "format": "csv"},
    )
    assert evidence.answer is Answer.UNKNOWN
    parts = evidence.reason.split("; ")
    assert parts[0] == "k.json: p95 is said to be 3.5 ms, a number without its uncertainty"
    assert parts[1] == "bad.csv is not used: a latency is -1.0, which no latency is."
    assert parts[2].startswith("gone.csv is not used: gone.csv is not in commit ")
