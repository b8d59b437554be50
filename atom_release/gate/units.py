"""Units of measure: one closed table of how they are spelled and how many of one make another.

A unit that is not in the table cannot be built, and two of different kinds cannot be converted: a
number with an unknown unit is said to be one, never taken for another. Finding a number and its
unit in a text is not done here; printing one is not either.
"""

from __future__ import annotations

import re
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple


class Kind(StrEnum):
    """What units measure; only those of one kind can be compared."""

    TIME = "time"
    SIZE = "size"
    LINES = "lines"
    RATE = "rate"
    SHARE = "share"


class Unit(StrEnum):
    """The units that the gate knows, each by its shortest unambiguous spelling.

    `Unit("milliseconds")` is `Unit.MILLISECOND`, whatever its case; an unknown spelling is a
    ValueError.
    """

    NANOSECOND = "ns"
    MICROSECOND = "us"
    MILLISECOND = "ms"
    SECOND = "s"
    MINUTE = "min"
    HOUR = "h"
    DAY = "d"
    BYTE = "bytes"
    KILOBYTE = "kb"
    KIBIBYTE = "kib"
    MEGABYTE = "mb"
    MEBIBYTE = "mib"
    GIGABYTE = "gb"
    GIBIBYTE = "gib"
    LINE = "lines"
    PER_SECOND = "/s"
    PER_MINUTE = "/min"
    PER_HOUR = "/h"
    FRACTION = "fraction"
    PERCENT = "%"

    @classmethod
    def _missing_(cls, value: object) -> Unit | None:
        return _SPELLINGS.get(value.strip().lower()) if isinstance(value, str) else None

    @property
    def kind(self) -> Kind:
        """What it measures."""
        return _TABLE[self].kind

    def per(self, other: Unit) -> Fraction:
        """Return how many of `other` make one of this unit, e.g. 1000 of a second in milliseconds.

        Raises:
            ValueError: the two measure different things.
        """
        if self.kind is not other.kind:
            message = f"{self.value} ({self.kind}) cannot be said in {other.value} ({other.kind})"
            raise ValueError(message)
        return _TABLE[self].factor / _TABLE[other].factor

    def convert(self, value: float, to: Unit) -> float:
        """Return a value of this unit in another one of its kind.

        Raises:
            ValueError: the two measure different things.
        """
        return float(Fraction(value) * self.per(to))

    @property
    def readings(self) -> tuple[int, ...]:
        """How many bytes a unit of size may stand for: "KB" is said of 1000 and of 1024.

        Raises:
            ValueError: it is no unit of size.
        """
        size = int(self.per(Unit.BYTE))
        power = _DECIMAL_POWERS.get(self)
        return (size,) if power is None else (size, 1024**power)


class _Row(NamedTuple):
    kind: Kind
    factor: Fraction  # of the first unit of its kind that has 1
    spellings: str


_TABLE: dict[Unit, _Row] = {
    Unit.NANOSECOND: _Row(Kind.TIME, Fraction(1, 10**9), "nsec nsecs nanos nanosecond nanoseconds"),
    # Both letters that are printed as a micro sign: U+00B5 and the Greek U+03BC.
    Unit.MICROSECOND: _Row(
        Kind.TIME,
        Fraction(1, 10**6),
        "\u00b5s \u03bcs usec usecs micros microsec microsecs microsecond microseconds",
    ),
    Unit.MILLISECOND: _Row(
        Kind.TIME,
        Fraction(1, 1000),
        "msec msecs millis millisec millisecs millisecond milliseconds",
    ),
    Unit.SECOND: _Row(Kind.TIME, Fraction(1), "sec secs second seconds"),
    Unit.MINUTE: _Row(Kind.TIME, Fraction(60), "m mins minute minutes"),
    Unit.HOUR: _Row(Kind.TIME, Fraction(3600), "hr hrs hour hours"),
    Unit.DAY: _Row(Kind.TIME, Fraction(86400), "day days"),
    Unit.BYTE: _Row(Kind.SIZE, Fraction(1), "b byte"),
    Unit.KILOBYTE: _Row(Kind.SIZE, Fraction(1000), "kilobyte kilobytes"),
    Unit.KIBIBYTE: _Row(Kind.SIZE, Fraction(1024), "kibibyte kibibytes"),
    Unit.MEGABYTE: _Row(Kind.SIZE, Fraction(1000**2), "megabyte megabytes"),
    Unit.MEBIBYTE: _Row(Kind.SIZE, Fraction(1024**2), "mebibyte mebibytes"),
    Unit.GIGABYTE: _Row(Kind.SIZE, Fraction(1000**3), "gigabyte gigabytes"),
    Unit.GIBIBYTE: _Row(Kind.SIZE, Fraction(1024**3), "gibibyte gibibytes"),
    Unit.LINE: _Row(Kind.LINES, Fraction(1), "line loc sloc"),
    Unit.PER_SECOND: _Row(Kind.RATE, Fraction(1), "/sec /second rps qps tps hz"),
    Unit.PER_MINUTE: _Row(Kind.RATE, Fraction(1, 60), "/m /minute rpm"),
    Unit.PER_HOUR: _Row(Kind.RATE, Fraction(1, 3600), "/hour"),
    Unit.FRACTION: _Row(Kind.SHARE, Fraction(1), ""),
    Unit.PERCENT: _Row(Kind.SHARE, Fraction(1, 100), "percent pct"),
}
_SPELLINGS = {
    spelling: unit for unit, row in _TABLE.items() for spelling in row.spellings.split()
} | {unit.value: unit for unit in Unit}
_DECIMAL_POWERS = {Unit.KILOBYTE: 1, Unit.MEGABYTE: 2, Unit.GIGABYTE: 3}
_AMBIGUOUS = {"m", "min", "h", "d", "day"}
"""What else the end of a name may mean, e.g. a minimum; only seconds are written so by custom."""


def read_unit(spelling: str | None, kind: Kind) -> Unit | None:
    """Return the unit that is spelled so, or None if there is no such unit of that kind."""
    try:
        unit = Unit(spelling or "")
    except ValueError:
        return None
    return unit if unit.kind is kind else None


def unit_at_end(name: str) -> Unit | None:
    """Return the unit of time that a name ends in, as in `request_duration_seconds`, or None."""
    ending = re.split(r"[_.:\s-]|(?<=[a-z0-9])(?=[A-Z])", name)[-1]
    return None if ending.lower() in _AMBIGUOUS else read_unit(ending, Kind.TIME)
