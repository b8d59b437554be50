"""The rows of one file of measurements that are of one service.

Its latencies in milliseconds, and how many requests failed.

A file that is cut off, lacks a column, or holds what is no latency is refused with the reason;
nothing of it is used then.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from atom_release.errors import ProbeFault
from atom_release.gate.units import Unit
from atom_release.probes.measurement.quantiles import (
    Group,
    Key,
    add,
    check_columns,
    read_groups,
    split,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from atom_release.gate.manifest import Measurement


def of_columns(content: bytes, measurement: Measurement) -> tuple[NDArray[np.float64], int]:
    """Return the latencies in a CSV or Parquet file, and the number of failed requests.

    Raises:
        ProbeFault: the file cannot be believed.
    """
    by = list(
        dict.fromkeys([*measurement.only, *([measurement.status] if measurement.status else [])])
    )
    groups = (
        read_groups(content, measurement.latency, by)
        if measurement.format == "parquet"
        else _of_csv(content, measurement.latency, by)
    )
    own = {
        key: group
        for key, group in groups.items()
        if all(key[by.index(name)] == value for name, value in measurement.only.items())
    }
    if not own:
        raise ProbeFault(f"it has no row{_where(measurement.only)}.")
    good, errors = Group(), 0
    for key, group in own.items():
        if (
            measurement.status is None
            or _status(key[by.index(measurement.status)]) in measurement.expect
        ):
            good.pieces += group.pieces
        else:
            errors += sum(map(len, group.pieces))
    return good.take() * float(measurement.written_in.per(Unit.MILLISECOND)), errors


def _where(only: Mapping[str, str]) -> str:
    return f" with {', '.join(f'{name}={value}' for name, value in only.items())}" if only else ""


def _status(word: str) -> int | None:
    """Read a status; a table with missing ones holds them as 200.0."""
    try:
        return int(float(word))
    except (ValueError, OverflowError):
        return None


def _of_csv(content: bytes, value: str, by: Sequence[str]) -> dict[Key, Group]:
    import pyarrow as pa
    import pyarrow.csv as reader

    if not content.strip():
        raise ProbeFault("it is empty.")
    if not content.endswith(b"\n"):
        raise ProbeFault("its last line has no end, so it may be cut off.")
    header = next(
        csv.reader(io.StringIO(content.split(b"\n", 1)[0].decode("utf-8-sig", "replace"))), []
    )
    kinds = {**{name: pa.string() for name in header}, value: pa.float64()}
    check_columns(
        pa.schema([pa.field(name.strip("\r"), kinds[name]) for name in header]), value, by
    )
    columns = list(dict.fromkeys([value, *by]))
    try:
        table = reader.read_csv(
            pa.BufferReader(content),
            convert_options=reader.ConvertOptions(include_columns=columns, column_types=kinds),
        )
    except pa.ArrowException as error:
        raise ProbeFault(
            f"it is not a whole CSV file of numbers: {' '.join(str(error).split())[:160]}."
        ) from error
    groups: dict[Key, Group] = {}
    add(groups, split(table, value, by))
    return groups
