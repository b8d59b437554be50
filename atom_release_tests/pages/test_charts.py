"""Pictures say what was measured: read back as XML, each figure stands where it belongs.

And the same figures make the same bytes.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from atom_release.pages import charts
from atom_release.pages.charts import Curve, Point

CURVES = [
    Curve("fast", [float(ms) for ms in range(1, 101)], 95.0, 91.0, 99.0),
    Curve("none", [], None, None, None, 30),
    Curve("few", [3.0], 3.0, None, None),
]
POINTS = [
    Point("v1", "fast", 20.0, 18.0, 24.0, 900.0),
    Point("v2", "fast", 30.0, None, None, 800.0),
    Point("v2", "new", 40.0, 35.0, 45.0, 800.0),
]


def drawn_text(svg: bytes) -> str:
    """Return every text of a picture, and every description that a reader of the screen is given."""
    root = ET.fromstring(svg)  # noqa: S314 - written a line above
    texts = [
        *(element.text or "" for element in root.iter()),
        *(element.get("aria-label", "") for element in root.iter()),
    ]
    return "\n".join(texts)


@pytest.mark.slow
def test_a_distribution_shows_its_interval_and_the_budget() -> None:
    text = drawn_text(charts.latency("C.2 perf", CURVES, 800.0))
    assert "C.2 perf: p95 must be below 800 ms" in text
    assert {
        "fast: 95.0 [91.0, 99.0] ms",
        "none: no right answer, 30 errors",
        "few: 3.0 [?, ?] ms",
    } <= set(text.split("\n"))
    assert "budget 800 ms" in text


@pytest.mark.slow
def test_nothing_measured_is_a_picture_without_a_curve() -> None:
    """It has a size, so that it is shown at all, and names the endpoint in its legend."""
    svg = charts.latency("C.2", [CURVES[1]], 800.0)
    assert "none: no right answer" in drawn_text(svg)
    assert "none" in drawn_text(svg).split("\n")
    assert float(ET.fromstring(svg).get("width", "nan")) > 0  # noqa: S314 - the same


def test_a_trend_shows_every_release_in_order() -> None:
    text = drawn_text(charts.trend("C.2 perf", POINTS))
    assert text.index("v1") < text.index("v2")
    assert "logarithmic" in text
    assert "C.2 perf: p95 over releases" in text


@pytest.mark.slow
@pytest.mark.parametrize(
    "svg",
    [lambda: charts.latency("C.2", CURVES, 800.0), lambda: charts.trend("C.2", POINTS)],
    ids=["latency", "trend"],
)
def test_the_same_figures_make_the_same_bytes(svg: object) -> None:
    assert callable(svg)
    assert svg() == svg()


def test_names_are_text_and_nothing_else() -> None:
    """An endpoint is named by a manifest, which anybody may write."""
    hostile = Curve("<script>alert(1)</script>", [1.0, 2.0], 2.0, 1.0, 2.0)
    assert b"<script" not in charts.latency('"><script>', [hostile], 800.0)


def test_a_long_measurement_is_thinned_and_keeps_its_end() -> None:
    steps = charts._steps([float(ms) for ms in range(100_000)])
    assert len(steps) < 1000
    assert steps[-1] == (99_999.0, 1.0)
