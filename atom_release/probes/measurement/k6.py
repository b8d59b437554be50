"""What k6 wrote: the lines of `--out json`, each one request, gzipped or not.

Or the summary of `--summary-export`, of `handleSummary` or of `--new-machine-readable-summary`:
numbers without their uncertainty.

Times are milliseconds in both, and only of metrics that say that they contain times. k6 itself says
which answers it did not expect.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from atom_release.errors import ProbeFault

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_METRIC = "http_req_duration"
_GZIP = b"\x1f\x8b"
_LARGEST = 512 << 20


def of_lines(content: bytes, only: Mapping[str, str]) -> tuple[NDArray[np.float64], int]:
    """Return the latencies of the expected answers in milliseconds, and the number of the others.

    Raises:
        ProbeFault: the file is cut off or not k6's, or the metric is not one of times.
    """
    import numpy as np

    good, errors, unknown, contains = [], 0, 0, None
    for line in _lines(content):
        if line.get("metric") != _METRIC:
            continue
        data = line.get("data")
        if not isinstance(data, dict):
            raise ProbeFault("a line of it has no data.")
        if line.get("type") == "Metric":
            contains = data.get("contains")
        elif line.get("type") == "Point" and _is_of(data, only):
            expected = (data.get("tags") or {}).get("expected_response")
            errors += expected == "false"
            unknown += expected not in {"true", "false"}
            good += [_number(data.get("value"))] if expected != "false" else []
    if contains != "time":
        raise ProbeFault(
            f"its metric {_METRIC} is"
            f" {'not there' if contains is None else f'said to contain {contains!r}, not time'}."
        )
    if unknown:
        raise ProbeFault(
            f"{unknown} of {errors + len(good)} requests do not say whether their answer"
            " was expected: run k6 with the system tag expected_response, as it is by default."
        )
    if not good and not errors:
        raise ProbeFault("it has no request of this service.")
    return np.array(good, dtype=np.float64), errors


def _lines(content: bytes) -> Iterator[dict[str, Any]]:
    lines = _unpacked(content).splitlines()
    if not lines:
        raise ProbeFault("it is empty.")
    for number, line in enumerate(lines, start=1):
        try:
            read = json.loads(line)
        except ValueError as error:
            cut = (
                "its last line is cut off" if number == len(lines) else f"line {number} is not JSON"
            )
            raise ProbeFault(f"{cut}.") from error
        if not isinstance(read, dict):
            raise ProbeFault(f"line {number} is not one that k6 writes.")
        yield read


def _unpacked(content: bytes) -> bytes:
    """Return the text of a file that k6 gzips where its name ends in .gz.

    Raises:
        ProbeFault: it is cut off, or larger than `_LARGEST` bytes.
    """
    if not content.startswith(_GZIP):
        return content
    unpacking = zlib.decompressobj(wbits=31)
    try:
        text = unpacking.decompress(content, _LARGEST)
    except zlib.error as error:
        raise ProbeFault("it begins as gzip and is none.") from error
    if not unpacking.eof:
        raise ProbeFault(f"it is gzip and cut off, or holds more than {_LARGEST >> 20} MiB.")
    return text


def _is_of(data: Mapping[str, Any], only: Mapping[str, str]) -> bool:
    tags = data.get("tags") or {}
    return all(str(tags.get(name)) == value for name, value in only.items())


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ProbeFault(f"a latency is {str(value)[:40]!r}, which is not a number.")
    return float(value)


def of_summary(content: bytes) -> dict[str, float | int | None]:
    """Return what a summary says of p95 (milliseconds), the requests and the rate of errors.

    Raises:
        ProbeFault: it is not such a summary, or lacks p95.
    """
    try:
        metrics = _metrics(json.loads(_unpacked(content)))
        described, requests, failed = (
            metrics.get(name, {}) for name in (_METRIC, "http_reqs", "http_req_failed")
        )
        if described.get("contains", "time") != "time":
            raise ProbeFault(
                f"its metric {_METRIC} is said to contain {described['contains']!r}, not time."
            )
        values, count, rate = (
            metric.get("values", metric) for metric in (described, requests, failed)
        )  # handleSummary puts a level between
        figures = {
            "p95": values.get("p(95)", values.get("p95")),
            "requests": count.get("count"),
            "error_rate": rate.get("rate", rate.get("value")),
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ProbeFault(f"it is not a summary of k6: {type(error).__name__}.") from error
    if figures["p95"] is None:
        raise ProbeFault(
            f"it holds no p(95) of {_METRIC}: name it among k6's summaryTrendStats."
            if values
            else f"it has no metric {_METRIC}."
        )
    p95 = _number(figures["p95"])
    if not 0 <= p95 < float("inf"):
        raise ProbeFault(f"its p95 is {p95}, which no latency is.")
    return {**figures, "p95": p95}


def _metrics(summary: Mapping[str, Any]) -> dict[str, Any]:
    """Return a summary's metrics by name; the newer form lists them among its results."""
    metrics = summary["results"]["metrics"] if "results" in summary else summary["metrics"]
    return {metric["name"]: metric for metric in metrics} if isinstance(metrics, list) else metrics
