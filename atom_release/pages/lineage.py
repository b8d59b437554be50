"""The lineage of a release as a picture, in SVG: which report stands on what.

Boxes in the columns of their distance from the reports, an arrow for each upstream. Drawn with
plain rectangles, so that it needs no library and looks the same everywhere. It decides nothing.
Outcomes that are given stand in the boxes as words, and in the colour of their border.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from xml.sax.saxutils import escape

_WIDTH, _HEIGHT, _ACROSS, _DOWN, _EDGE = 126, 32, 28, 14, 12
_COLOURS = {
    "PASS": "#116329",
    "FAIL": "#b42318",
    "INCONCLUSIVE": "#7d4e00",
    "BLOCKED": "#5a32a3",
    "WAIVED": "#0550ae",
}
_WORST_FIRST = ("FAIL", "INCONCLUSIVE", "BLOCKED", "WAIVED", "PASS")
_INK, _LINE, _FILL, _BORDER = "#1f2328", "#57606a", "#f6f8fa", "#8c959f"


def picture(
    upstreams: Mapping[str, Sequence[str]], outcomes: Mapping[str, str] | None = None
) -> bytes:
    """Draw assets with their upstreams.

    Args:
        upstreams: the assets that each stands on, by name; those before a `/` are drawn as one.
        outcomes: the outcome that an asset shows, by its name; a group shows its worst.
    """
    worst = _worst(outcomes or {})
    grouped = _folded(upstreams)
    columns = _columns(grouped)
    places = {
        name: (_EDGE + column * (_WIDTH + _ACROSS), _EDGE + row * (_HEIGHT + _DOWN))
        for column, names in enumerate(columns)
        for row, name in enumerate(names)
    }
    width = _EDGE * 2 + len(columns) * (_WIDTH + _ACROSS) - _ACROSS
    height = _EDGE * 2 + max(map(len, columns), default=1) * (_HEIGHT + _DOWN) - _DOWN
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
            f' width="{width}" height="{height}" font-family="DejaVu Sans, Arial, sans-serif"'
            ' font-size="12">'
        ),
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        *_arrows(_nearest(grouped), places),
        *(_box(name, place, worst.get(name, "")) for name, place in places.items()),
        "</svg>",
    ]
    return "\n".join(parts).encode()


def _worst(outcomes: Mapping[str, str]) -> dict[str, str]:
    """Return the worst outcome of each group."""
    grouped: dict[str, set[str]] = {}
    for name, outcome in outcomes.items():
        grouped.setdefault(_group(name), set()).add(outcome)
    return {
        name: next((word for word in _WORST_FIRST if word in words), "")
        for name, words in grouped.items()
    }


def _folded(upstreams: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the assets with every group (`service_evidence/C_1` ..) as one."""
    folded: dict[str, dict[str, None]] = {}
    for name, above in upstreams.items():
        folded.setdefault(_group(name), {}).update(dict.fromkeys(map(_group, above)))
    return {name: list(above) for name, above in folded.items()}


def _group(name: str) -> str:
    return name.partition("/")[0]


def _columns(upstreams: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Return the names by their distance from those that stand on nothing."""
    depth: dict[str, int] = {}

    def depth_of(name: str) -> int:
        if name not in depth:
            above = [depth_of(other) for other in upstreams.get(name, ())]
            depth[name] = 1 + max(above, default=-1)
        return depth[name]

    for name in upstreams:
        depth_of(name)
    columns: list[list[str]] = [[] for _ in range(max(depth.values(), default=0) + 1)]
    for name, column in depth.items():
        columns[column].append(name)
    return columns


def _nearest(upstreams: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the upstreams without those that another upstream stands on already."""

    def reached(name: str) -> set[str]:
        above = upstreams.get(name, ())
        return {*above, *(far for other in above for far in reached(other))}

    return {
        name: [other for other in above if not any(other in reached(near) for near in above)]
        for name, above in upstreams.items()
    }


def _arrows(
    upstreams: Mapping[str, Sequence[str]], places: Mapping[str, tuple[int, int]]
) -> Iterator[str]:
    yield (
        '<defs><marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7"'
        f' markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="{_LINE}"/></marker></defs>'
    )
    for name, above in upstreams.items():
        for other in above:
            (left, top), (right, bottom) = places[other], places[name]
            start, end = left + _WIDTH, right - 2
            middle = (start + end) // 2
            yield (
                f'<path d="M{start} {top + _HEIGHT // 2}C{middle} {top + _HEIGHT // 2}'
                f" {middle} {bottom + _HEIGHT // 2} {end} {bottom + _HEIGHT // 2}"
                f'" fill="none" stroke="{_LINE}" marker-end="url(#end)"/>'
            )


def _box(name: str, place: tuple[int, int], outcome: str) -> str:
    left, top = place
    border = f'stroke="{_COLOURS.get(outcome, _BORDER)}"'
    if outcome:
        border += ' stroke-width="2"'
    box = (
        f'<rect x="{left}" y="{top}" width="{_WIDTH}" height="{_HEIGHT}" rx="6"'
        f' fill="{_FILL}" {border}/>'
    )
    baseline = top + _HEIGHT // 2 + (-2 if outcome else 4)
    parts = [box, _word(name, left, baseline, f'fill="{_INK}"')]
    if outcome:
        style = f'font-size="9" fill="{_COLOURS.get(outcome, _INK)}"'
        parts.append(_word(outcome, left, top + _HEIGHT - 5, style))
    return "".join(parts)


def _word(text: str, left: int, baseline: int, style: str) -> str:
    """Return a word in the middle of the box that begins at this place."""
    middle = left + _WIDTH // 2
    return f'<text x="{middle}" y="{baseline}" text-anchor="middle" {style}>{escape(text)}</text>'
