"""Exact quantiles of each group of a large Parquet file.

And the order statistics that enclose them: never estimated.

Row groups are read and split by two threads, so that never more than a few of them are decoded at a
time; what stays is eight bytes a sample. Nothing here makes pyarrow load pandas, which takes longer
than reading a million samples.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from atom_release.errors import ProbeFault
from atom_release.gate.rules.performance import ALPHA, QUANTILE
from atom_release.gate.statistics import Interval, quantile, quantile_interval

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    Values = NDArray[np.float64]

QUANTILES = (0.5, 0.9, 0.95, 0.99)
_WORKERS = 2
Key = tuple[str, ...]
Source = Path | bytes


@dataclass
class Group:
    """The samples of one group, in pieces."""

    pieces: list[Values] = field(default_factory=list)

    def take(self) -> Values:
        """Return all samples in one piece and forget the pieces."""
        import numpy as np

        pieces, self.pieces = self.pieces, []
        return np.concatenate(pieces) if pieces else np.empty(0)


@dataclass(frozen=True)
class Figures:
    """What the samples of a group come to."""

    samples: int
    least: float
    most: float
    quantiles: Mapping[float, float]
    interval: Interval  # of the 0.95-quantile


def grouped(source: Source, value: str, by: str, alpha: float = ALPHA) -> dict[str, Figures]:
    """Return the figures of each group of a Parquet file.

    Args:
        source: the file, or its bytes.
        value: the column of numbers.
        by: the column of groups.
        alpha: the risk that the interval may take.

    Raises:
        ProbeFault: it is no Parquet file, lacks a column, or holds what is no latency.
    """
    groups = read_groups(source, value, [by])
    with ThreadPoolExecutor(_WORKERS) as pool:
        return dict(
            pool.map(lambda key: (key[0], figures(groups.pop(key).take(), alpha)), sorted(groups))
        )


def figures(values: Values, alpha: float = ALPHA) -> Figures:
    """Return what samples come to; their order is changed.

    Raises:
        ProbeFault: there is none, or one is not a number.
    """
    n = len(values)
    if n == 0:
        raise ProbeFault("there is no sample.")
    values.sort()  # numpy sorts with vector instructions: quicker than selecting a dozen ranks
    least, most = float(values[0]), float(values[-1])  # NaN is sorted to the end
    if not (least >= 0 and most < float("inf")):  # not the other way round: NaN compares as neither
        raise ProbeFault(f"a latency is {least if not least >= 0 else most}, which no latency is.")
    ordered = cast(
        "Sequence[float]", memoryview(values.data)
    )  # the same memory, as the standard library reads it
    return Figures(
        n,
        least,
        most,
        {q: quantile(ordered, q) for q in QUANTILES},
        quantile_interval(ordered, QUANTILE, alpha),
    )


def read_groups(source: Source, value: str, by: Sequence[str]) -> dict[Key, Group]:
    """Return the samples of a Parquet file by the values of some columns; a missing value is "".

    Raises:
        ProbeFault: it is no Parquet file, lacks a column, or holds what is no latency.
    """
    import pyarrow as pa

    own = threading.local()

    def read(row_group: int) -> list[tuple[Key, Values]]:
        file = getattr(own, "file", None) or _open(source, by)
        own.file = file
        return list(
            split(
                file.read_row_group(
                    row_group, columns=list(dict.fromkeys([value, *by])), use_threads=False
                ),
                value,
                by,
            )
        )

    try:
        file = _open(source, by)
        check_columns(file.schema_arrow, value, by)
        groups: dict[Key, Group] = {}
        with ThreadPoolExecutor(_WORKERS) as pool:
            for pieces in pool.map(read, range(file.num_row_groups)):
                add(groups, pieces)
    except (pa.ArrowException, OSError) as error:
        raise ProbeFault(
            f"it is not a whole Parquet file: {' '.join(str(error).split())[:120]}."
        ) from error
    return groups


def add(groups: dict[Key, Group], pieces: Iterable[tuple[Key, Values]]) -> None:
    """Put pieces to their groups."""
    for key, values in pieces:
        groups.setdefault(key, Group()).pieces.append(values)


def check_columns(schema: pa.Schema, value: str, by: Sequence[str]) -> None:
    """Check that the columns are there and the values are numbers.

    Raises:
        ProbeFault: they are not.
    """
    import pyarrow as pa

    missing = [name for name in (value, *by) if schema.names.count(name) != 1]
    if missing:
        raise ProbeFault(
            f"it has no column {missing[0]!r}, or two; it has {', '.join(schema.names[:20])}."
        )
    kind = schema.field(value).type
    if not (pa.types.is_floating(kind) or pa.types.is_integer(kind)):
        raise ProbeFault(f"its column {value!r} holds {kind}, not numbers.")


def split(table: pa.Table, value: str, by: Sequence[str]) -> Iterator[tuple[Key, Values]]:
    """Yield the values of each group in a table, chunk by chunk; no number is NaN."""
    import numpy as np
    import pyarrow.compute as pc

    for batch in table.to_batches():
        column = batch.column(batch.schema.get_field_index(value))
        if column.null_count:
            column = pc.fill_null(pc.cast(column, "float64"), float("nan"))
        values = np.from_dlpack(column).astype(np.float64, copy=False)
        codes: NDArray[Any] | None = None if len(by) == 1 else np.zeros(len(values), dtype=np.int64)
        keys: list[Key] = [()]
        for name in by:
            more, words = _encoded(batch.column(batch.schema.get_field_index(name)))
            codes = more if codes is None else codes * len(words) + more
            keys = [(*key, word) for key in keys for word in words]
        for place, key in enumerate(keys):
            chosen = values[np.flatnonzero(codes == place)]  # a third of what a mask takes
            if len(chosen):
                yield key, chosen


def _encoded(column: pa.Array) -> tuple[NDArray[Any], list[str]]:
    """Return the code of each row and the word of each code."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if column.null_count or (pa.types.is_dictionary(column.type) and column.dictionary.null_count):
        plain = column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
        column = pc.fill_null(pc.cast(plain, pa.string()), "")
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    return np.from_dlpack(encoded.indices), [str(word.as_py()) for word in encoded.dictionary]


def _open(source: Source, by: Sequence[str]) -> Any:  # noqa: ANN401 - pyarrow's parts have no types
    import pyarrow as pa
    import pyarrow.parquet as pq

    return pq.ParquetFile(
        pa.BufferReader(source) if isinstance(source, bytes) else source, read_dictionary=list(by)
    )
