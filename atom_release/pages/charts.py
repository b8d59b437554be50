"""Pictures of what was measured, as SVG.

The latencies of a service beside its budget, and p95 over releases.

Made by altair and vl-convert, without a browser and without the network. Both are an optional
extra: without them there is no picture, and `make` says so. A picture shows what the evidence has;
it decides nothing, and no decision rests on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

_POINTS = 300  # of one curve: more than a picture of this width can show
_WIDTH, _HEIGHT = 640, 260
_TICKS = [first * 10**power for power in range(-2, 7) for first in (1, 2, 5)]
_INK, _BUDGET = "#30363d", "#c62828"
_CONFIG = {
    "font": "DejaVu Sans, Arial, sans-serif",
    "view": {"stroke": None},
    "axis": {
        "gridColor": "#e6e8eb",
        "labelColor": _INK,
        "titleColor": _INK,
        "titleFontWeight": "normal",
    },
    "title": {"anchor": "start", "color": _INK, "subtitleColor": "#57606a", "offset": 12},
    "legend": {
        "title": None,
        "labelColor": _INK,
        "labelLimit": 300,
        "orient": "bottom",
        "columns": 2,
        "symbolOpacity": 1,
    },
    "background": "white",
}


@dataclass(frozen=True)
class Curve:
    """The latencies of one endpoint in milliseconds, ascending.

    Its p95 with the interval (an end that is not known is None), and its errors.
    """

    name: str
    latencies: Sequence[float]
    p95: float | None
    low: float | None
    high: float | None
    errors: int = 0


@dataclass(frozen=True)
class Point:
    """The p95 of one endpoint in one release, in milliseconds.

    And the budget that it was held to.
    """

    release: str
    endpoint: str
    p95: float
    low: float | None
    high: float | None
    budget: float


def drawn() -> bool:
    """Return whether pictures can be made here."""
    return find_spec("altair") is not None and find_spec("vl_convert") is not None


def latency(service: str, curves: Sequence[Curve], budget_ms: float) -> bytes:
    """Draw which share of the right answers took at most how long.

    With p95's interval and the budget.
    """
    import altair as alt

    ends = [curve.latencies[-1] for curve in curves if curve.latencies]
    scale = alt.Scale(
        type="log",
        domain=[
            min([curve.latencies[0] for curve in curves if curve.latencies], default=1.0) * 0.9,
            max([*ends, budget_ms]) * 1.15,
        ],
    )
    x = alt.X(
        "ms:Q",
        title="latency, ms (logarithmic)",
        scale=scale,
        axis=alt.Axis(values=_TICKS, format=",~g", labelOverlap="greedy"),
    )
    y = alt.Y(
        "share:Q",
        title="share of right answers",
        axis=alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 0.95, 1]),
        scale=alt.Scale(domain=[0, 1]),
    )
    # The names are said, so that an endpoint without a right answer stands in the legend too, and
    # one without any other has a size.
    colour = alt.Color("endpoint:N", scale=alt.Scale(domain=[curve.name for curve in curves]))
    steps = [
        {"endpoint": curve.name, "ms": ms, "share": share}
        for curve in curves
        for ms, share in _steps(curve.latencies)
    ]
    marks = [
        {
            "endpoint": curve.name,
            "low": curve.low,
            "high": curve.high,
            "p95": curve.p95,
            "share": 0.95,
        }
        for curve in curves
        if curve.p95 is not None
    ]
    whole = [mark for mark in marks if mark["low"] is not None and mark["high"] is not None]
    layers = [
        alt.Chart(_data(steps))
        .mark_line(interpolate="step-after", strokeWidth=1.8)
        .encode(x=x, y=y, color=colour),
        alt.Chart(_data(whole))
        .mark_rule(strokeWidth=7, opacity=0.35)
        .encode(x=alt.X("low:Q", scale=scale), x2="high:Q", y=y, color=colour),
        alt.Chart(_data(marks))
        .mark_point(filled=True, size=60, opacity=1)
        .encode(x=alt.X("p95:Q", scale=scale), y=y, color=colour),
        *_budget_line(alt, budget_ms, scale),
    ]
    lines = [
        f"{curve.name}: {_interval(curve)}{f', {curve.errors} errors' if curve.errors else ''}"
        for curve in curves
    ]
    return _svg(alt.layer(*layers), f"{service}: p95 must be below {budget_ms:g} ms", lines)


def trend(service: str, points: Sequence[Point]) -> bytes:
    """Draw p95 with its interval over releases, oldest first, beside the budgets of their time."""
    import altair as alt

    order = list(dict.fromkeys(point.release for point in points))
    rows = [
        {
            "release": point.release,
            "endpoint": point.endpoint,
            "p95": point.p95,
            "low": point.low,
            "high": point.high,
            "budget": point.budget,
        }
        for point in points
    ]
    x = alt.X(
        "release:N",
        sort=order,
        title=None,
        axis=alt.Axis(labelAngle=-25, labelLimit=120),
        scale=alt.Scale(padding=0.5),
    )
    # Logarithmic, so that twice as slow looks the same far below the budget and just below it.
    ends = [
        end
        for point in points
        for end in (point.low, point.p95, point.high, point.budget)
        if end is not None and end > 0
    ]
    scale = alt.Scale(type="log", domain=[min(ends) / 1.4, max(ends) * 1.4])
    y = alt.Y(
        "p95:Q",
        title="p95, ms (logarithmic)",
        scale=scale,
        axis=alt.Axis(values=_TICKS, format=",~g", labelOverlap="greedy"),
    )
    colour = alt.Color("endpoint:N", sort=list(dict.fromkeys(point.endpoint for point in points)))
    layers = [
        alt.Chart(_data(rows)).mark_line(strokeWidth=1.8).encode(x=x, y=y, color=colour),
        alt.Chart(
            _data([row for row in rows if row["low"] is not None and row["high"] is not None])
        )
        .mark_rule(strokeWidth=7, opacity=0.35)
        .encode(x=x, y=alt.Y("low:Q", scale=scale), y2="high:Q", color=colour),
        alt.Chart(_data(rows))
        .mark_point(filled=True, size=60, opacity=1)
        .encode(x=x, y=y, color=colour),
        alt.Chart(_data(rows))
        .mark_tick(color=_BUDGET, thickness=2, width=60)
        .encode(x=x, y=alt.Y("budget:Q", scale=scale)),
    ]
    return _svg(
        alt.layer(*layers),
        f"{service}: p95 over releases",
        "bars: 95 % interval; red: the budget of the time",
    )


def _steps(latencies: Sequence[float]) -> list[tuple[float, float]]:
    """Return the points of the distribution function, thinned evenly; the last stays."""
    count = len(latencies)
    kept = range(0, count, max(1, count // _POINTS))
    return [
        (latencies[index], (index + 1) / count)
        for index in dict.fromkeys([*kept, *([count - 1] if count else [])])
    ]


def _budget_line(alt: Any, budget_ms: float, scale: Any) -> list[Any]:  # noqa: ANN401 - altair is imported where it is used
    data = _data([{"ms": budget_ms, "share": 0.0, "said": f"budget {budget_ms:g} ms"}])
    x = alt.X("ms:Q", scale=scale)
    text = (
        alt.Chart(data)
        .mark_text(align="right", baseline="bottom", dx=-5, dy=-4, color=_BUDGET)
        .encode(x=x, y="share:Q", text="said:N")
    )
    return [
        alt.Chart(data).mark_rule(color=_BUDGET, strokeWidth=2, strokeDash=[6, 3]).encode(x=x),
        text,
    ]


def _interval(curve: Curve) -> str:
    if curve.p95 is None:
        return "no right answer"
    low, high = ("?" if end is None else f"{end:.1f}" for end in (curve.low, curve.high))
    return f"{curve.p95:.1f} [{low}, {high}] ms"


def _data(rows: Sequence[Mapping[str, Any]]) -> Any:  # noqa: ANN401 - the same
    import altair as alt

    return alt.Data(values=[dict(row) for row in rows])  # type: ignore[no-untyped-call]  # made from the schema, without types


def _svg(chart: Any, title: str, subtitle: str | Sequence[str]) -> bytes:  # noqa: ANN401 - the same
    import vl_convert

    shown = chart.properties(
        width=_WIDTH, height=_HEIGHT, title={"text": title, "subtitle": subtitle}
    ).configure(**_CONFIG)
    return str(vl_convert.vegalite_to_svg(shown.to_dict(), allowed_base_urls=[])).encode()
