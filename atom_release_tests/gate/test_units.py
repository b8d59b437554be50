"""The one table of units: what is spelled how, and that no unknown unit can be built."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest

from atom_release.gate.units import Kind, Unit, read_unit, unit_at_end


@pytest.mark.parametrize(
    ("spelling", "unit"),
    [
        ("ms", Unit.MILLISECOND),
        ("Milliseconds", Unit.MILLISECOND),
        ("msec", Unit.MILLISECOND),
        ("\u00b5s", Unit.MICROSECOND),
        ("\u03bcs", Unit.MICROSECOND),
        ("usec", Unit.MICROSECOND),
        ("ns", Unit.NANOSECOND),
        ("secs", Unit.SECOND),
        ("minutes", Unit.MINUTE),
        ("KB", Unit.KILOBYTE),
        ("rps", Unit.PER_SECOND),
        ("LOC", Unit.LINE),
    ],
)
def test_each_spelling_is_one_unit(spelling: str, unit: Unit) -> None:
    assert Unit(spelling) is unit


@pytest.mark.parametrize("spelling", ["", "mss", "ticks", "jiffies", "mis", "x"])
def test_an_unknown_unit_cannot_be_built(spelling: str) -> None:
    with pytest.raises(ValueError, match="is not a valid Unit"):
        Unit(spelling)


def test_a_time_is_no_size_and_no_rate() -> None:
    with pytest.raises(ValueError, match="cannot be said in"):
        Unit.MILLISECOND.convert(1.0, Unit.BYTE)
    assert read_unit("ms", Kind.SIZE) is None
    assert read_unit("fortnights", Kind.TIME) is None


def test_conversions_are_exact_and_undo_each_other() -> None:
    assert Unit.SECOND.convert(0.8, Unit.MILLISECOND) == 800
    assert Unit.MICROSECOND.convert(250, Unit.MILLISECOND) == 0.25
    assert Unit.PERCENT.convert(81.8, Unit.FRACTION) == 0.818
    for unit, other in product(Unit, Unit):
        if unit.kind is other.kind:
            assert unit.per(other) * other.per(unit) == Fraction(1)


def test_a_kilobyte_is_said_of_both_and_a_kibibyte_of_one() -> None:
    assert Unit.KILOBYTE.readings == (1000, 1024)
    assert Unit.MEGABYTE.readings == (10**6, 2**20)
    assert Unit.KIBIBYTE.readings == (1024,)
    assert Unit.BYTE.readings == (1,)


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("http_request_duration_seconds", Unit.SECOND),
        ("latency_ms", Unit.MILLISECOND),
        ("latencyMs", Unit.MILLISECOND),
        ("rpc.server.duration_us", Unit.MICROSECOND),
        ("wait_minutes", Unit.MINUTE),
        ("t_s", Unit.SECOND),
        ("mean_latency_m", None),
        ("latency_min", None),
        ("latency", None),
        ("requests", None),
        ("items_kb", None),
    ],
)
def test_the_unit_that_a_name_ends_in(name: str, unit: Unit | None) -> None:
    assert unit_at_end(name) is unit
