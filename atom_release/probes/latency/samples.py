"""Every request as it was measured, in one Parquet file a service.

What the figures are made of, for whoever wants to look again.

A request has a latency only where its right answer came; what came instead stands in its status, or
in `trouble` where nothing came. The same samples give the same bytes, by the same pyarrow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from atom_release.gate.facts.latency import SamplesFacts
from atom_release.probes.latency.sampler import Series

NOOP = "(no-op)"
"""The name under which the requests to the no-op stand beside the service's."""

_DECIDING = ("open", "single")

Row = tuple[str, str, str, float, float | None, int | None, str | None]


def keep(path: Path, service: str, series: Mapping[str, Series]) -> SamplesFacts:
    """Write the samples of a service's endpoints by the moment they were due.

    Give the file's name, digest and size.
    """
    import pyarrow.parquet as pq

    path.parent.mkdir(parents=True, exist_ok=True)
    table = _table(list(_rows(service, series)))
    pq.write_table(
        table, path, compression="zstd", use_dictionary=["service", "endpoint", "model", "trouble"]
    )
    return SamplesFacts(
        file=path.name, sha256=sha256(path.read_bytes()).hexdigest(), rows=table.num_rows
    )


def _rows(service: str, series: Mapping[str, Series]) -> Iterator[Row]:
    taken = sorted(
        (sample.due, name, place)
        for name, endpoint_series in series.items()
        for place, sample in enumerate(endpoint_series.samples)
    )
    begin = taken[0][0] if taken else 0.0
    for due, name, place in taken:
        sample = series[name].samples[place]
        status = int(sample.outcome) if sample.outcome.isdigit() else None
        seconds = None if sample.latency_ms is None else sample.latency_ms / 1000
        yield (
            service,
            name,
            sample.model,
            due - begin,
            seconds,
            status,
            None if status is not None else sample.outcome,
        )


def _table(rows: list[Row]) -> Any:  # noqa: ANN401 - pyarrow's parts have no types
    import pyarrow as pa

    texts, number = pa.string(), pa.float64()
    columns = [
        ("service", texts),
        ("endpoint", texts),
        ("model", texts),
        ("start_s", number),
        ("latency_s", number),
    ]
    columns += [("status", pa.int16()), ("trouble", texts)]
    return pa.table(
        [pa.array([row[place] for row in rows], kind) for place, (_, kind) in enumerate(columns)],
        names=[name for name, _ in columns],
    )


def latencies(path: Path) -> dict[str, list[float]]:
    """Return the latencies in milliseconds of each endpoint's right answers that decided.

    In the order their requests were due.

    Raises:
        OSError: the file is not there, or not one that `keep` wrote.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            table = file.read(columns=["endpoint", "model", "latency_s"])
    except pa.ArrowException as error:
        raise OSError(f"{path.name} is not a whole Parquet file") from error
    by_endpoint: dict[str, list[float]] = {}
    for endpoint, under, seconds in zip(
        *(table.column(name).to_pylist() for name in ("endpoint", "model", "latency_s")),
        strict=True,
    ):
        if under in _DECIDING and seconds is not None:
            by_endpoint.setdefault(endpoint, []).append(seconds * 1000)
    return by_endpoint
