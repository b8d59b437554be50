"""Hostile input is normal input.

Whatever the bytes, a record comes back, it can be written as JSON, and the work grows with the
length only.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from atom_release.reader import dates, measurements, paths, phrases, plain, read_report, words
from atom_release_tests.fixtures import written

_PIECES = st.sampled_from(
    [
        "**Status:** ", "PASS", "✅", "❌", "## Policy Compliance\n", "- P-1: ", "| a | b |\n|---|---|\n", "| Total | 8 |\n", "## Tests\n", "7 passed, 2 failed", " in 0.3s", "```", "````\n", "~~~",
        "\n", "\n\n", "\r\n", "\t", " ", "> ", "- ", "1. ", "# ", "---\n", "===\n", "<script>", "<!--", "-->", "<div>\n", "[a](b)", "[a]: b\n", "`", "``", "\\", "|", "accuracy: ", "81.8%", "0.82", "p95 ", "45 ms",
        "## Files\n", "`a/b.py`", "../", "8/8 ", "tests ", "9" * 40, "\0", "\ufeff", "\ud7ff", "\u202e", "é", "âœ…", "&#0;", "&lt;", "**", "__", "~~", "**Date:** 2026-02-31", "**Branch:** x", "{", "}", '"', ":", ",", "=",
    ]
)  # fmt: skip
_TEXTS = st.lists(_PIECES, max_size=60).map("".join)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    text=_TEXTS,
    encoding=st.sampled_from(["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"]),
    suffix=st.sampled_from([".md", ".json"]),
)
def test_no_text_breaks_the_reader(text: str, encoding: str, suffix: str) -> None:
    record = read_report(f"r{suffix}", text.encode(encoding))
    assert type(record).model_validate_json(record.model_dump_json()) == record
    assert all(1 <= claim.line <= max(record.lines, 1) for claim in record.claims)
    assert 0 <= record.unexamined <= max(record.lines, 1)


@settings(max_examples=80, deadline=None)
@given(raw=st.binary(max_size=400), suffix=st.sampled_from([".md", ".json"]))
def test_no_bytes_break_the_reader(raw: bytes, suffix: str) -> None:
    assert read_report(f"r{suffix}", raw).model_dump_json()


@settings(max_examples=80, deadline=None)
@given(data=st.data(), case=st.sampled_from(written.ALL))
def test_no_damage_to_a_real_report_breaks_the_reader(
    data: st.DataObject, case: written.Written
) -> None:
    raw = bytearray(case.text.encode())
    for _ in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    assert read_report(case.path, bytes(raw)).model_dump_json()


def _work(call: Callable[[], object]) -> int:
    """Count the calls of Python and C functions, which no other load on the machine changes."""
    made = 0

    def count(_frame: FrameType, event: str, _argument: Any) -> None:  # noqa: ANN401 - the interpreter's
        nonlocal made
        made += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        call()
    finally:
        sys.setprofile(before)
    return made


HOSTILE = {
    "fences left open": "```\nx\n\n",
    "quotes": "> > > > > > a\n",
    "nested lists": "- - - - - a\n",
    "link definitions": "[a]: x\n",
    "brackets": "[[[[ ![[ ]( a](b\n",
    "emphasis": "**a *b __c ~~d `e ``f\n",
    "HTML": "<div><script><!-- <a <b\n",
    "tables": "| a | b |\n|---|---|\n| 1 | 2 |\n\n",
    "rows": "| a | 3 | PASS |\n",
    "headings": "# a\n## b\n### c\n",
    "setext": "a\n---\n",
    "statuses": "**Status:** PASS\n\n",
    "test lines": "Tests: 7 passed, 1 failed\n\n",
    "scores": "accuracy 0.8 accuracy: 81% of accuracy\n",
    "policies": "- P-1: PASS\n",
    "secrets": "no hardcoded secret, dev default key\n\n",
    "front matter": "---\nstatus: PASS\n",
    "lazy quotes": "> a\nb\n",
}


@pytest.mark.parametrize(
    "head",
    [
        "",
        "## Policy Compliance\n\n",
        "## Test results\n\n| Test | Tests | Status |\n|---|---|---|\n",
        "## Files\n\n",
    ],
    ids=["bare", "compliance", "tests", "files"],
)
@pytest.mark.parametrize("name", HOSTILE)
def test_twice_the_text_is_at_most_twice_the_work(name: str, head: str) -> None:
    small, large = (head + HOSTILE[name] * repeats for repeats in (40, 160))
    read_report("warm.md", small.encode())
    grown = _work(lambda: read_report("a.md", large.encode())) / _work(
        lambda: read_report("a.md", small.encode())
    )
    assert grown < 4.2  # four times the text; a quadratic reader would be near sixteen


@pytest.mark.parametrize("heading", ["(`dock/a.py`)", "1. (`dock/a.py`)", "✅ (a.py)", "`", "()"])
def test_a_heading_of_a_bracket_alone_is_read(heading: str) -> None:
    text = f"# Docks\n\n## What was created\n\n### {heading}\n\nSorted.\n"
    assert read_report("a.md", text.encode()).unread is None


@pytest.mark.slow
def test_reading_is_little_more_work_than_parsing() -> None:
    """Against the same parser with its inline rules on, which is what parsing alone means."""
    texts = [case.text * 4 for case in written.ALL if case.path.endswith(".md")]
    parser = MarkdownIt("commonmark").enable("table")
    for text in texts:
        read_report("warm.md", text.encode())
    reading = _work(lambda: [read_report("a.md", text.encode()) for text in texts])
    parsing = _work(lambda: [parser.parse(text) for text in texts])
    assert reading / parsing < 1.5


@pytest.mark.parametrize("suffix", [".md", ".json"])
@pytest.mark.parametrize(
    "text",
    [
        "> " * 5000,
        "- " * 5000,
        "[" * 9000,
        '{"a":' * 5000,
        "\t" * 9000 + "a",
        "|" * 9000 + "\n" + "|-" * 4500,
        "(" * 9000,
        "*" * 9000,
    ],
)
def test_deep_nesting_is_bounded(text: str, suffix: str) -> None:
    assert read_report(f"a{suffix}", text.encode()).claims == ()


_ENDLESS = [
    "7 passed, ",
    "accuracy 9",
    "9 ",
    "8/8 ",
    "a/",
    "`a/b.py` ",
    "<!--",
    "[a](",
    "~~a",
    "**a ",
    "no hardcoded ",
    "default ",
    "<5 ms ",
    "P-1 to ",
    "a.b",
    "- a — ",
    "1 passed (",
    "x",
    "é",
]


@pytest.mark.parametrize("piece", _ENDLESS)
def test_the_longest_line_that_is_read_costs_little(piece: str) -> None:
    """A pattern that backtracks would not come back from 50 such lines.

    The count of calls says nothing of patterns, so this one only has to end.
    """
    line = (piece * 2000)[:1990]
    text = "# B.7\n\n## Files and tests\n\n" + f"- {line}\n" * 50
    assert read_report("a.md", text.encode()).lines == 54


@pytest.mark.slow
def test_each_reader_ends_on_each_endless_piece() -> None:
    for piece in _ENDLESS:
        line = (piece * 2000)[:2000]
        assert len(plain.plain(line)) <= len(line)
        words.status_of(line)
        paths.first_paths(line)
        phrases.read_phrase(line)
        dates.iso(line)
        assert len(measurements._CHANGED.sub("", line)) <= len(line)
