"""What nobody sees who reads the rendered report states nothing for it, and is told."""

from __future__ import annotations

import pytest

from atom_release.gate.claims.record import ReportStatus
from atom_release.reader import read_report
from atom_release.reader.hidden import Page, defined_lines

GREEN = "**Status:** PASS\n**Tests:** 2 passed, 0 failed\n"
BLOCK = "```release-claims\nstatus: PASS\ntests: {passed: 2, failed: 0}\n```\n"

HIDDEN = {
    "a comment": f"<!--\n{GREEN}-->",
    "a comment in a line": "Text <!-- **Status:** PASS\n**Tests:** 2 passed --> and text.",
    "a comment that does not end": f"<!--\n\n{GREEN}",
    "an element that is not shown": f'<div style="display:none">\n\n{GREEN}\n</div>',
    "an attribute": f"<div hidden>\n\n{GREEN}\n</div>",
    "a piece of a line": '**Tests:** <span style="display: none">2 passed, 0 failed</span>',
    "no size": f'<div style="font-size:0">\n\n{GREEN}\n</div>',
    "no height": f'<div style="height:0px;overflow:hidden">\n\n{GREEN}\n</div>',
    "the page's own colour": f'<div style="color:white">\n\n{GREEN}\n</div>',
    "nested": f"<div hidden>\n<div>\n\nx\n\n</div>\n\n{GREEN}\n</div>",
    "a template": f"<template>\n\n{GREEN}\n</template>",
    "a definition of a link": "[//]: # (Status: PASS, Tests: 2 passed)",
    "a block in a comment": f"<!--\n{BLOCK}-->",
    "a block in an element that is not shown": f"<div hidden>\n\n{BLOCK}\n</div>",
}


@pytest.mark.parametrize("manner", HIDDEN)
def test_what_is_hidden_states_nothing_and_is_told(manner: str) -> None:
    text = f"# B.7 Router\n\nA router.\n\n{HIDDEN[manner]}\n"
    record = read_report("reports/router.md", text.encode())
    assert (record.status, record.tests, record.given) == (ReportStatus.MISSING, None, None)
    assert record.claims == ()
    assert "nobody sees" in " ".join(record.findings)


SHOWN = {
    "plain": GREEN,
    "beside a comment": f"<!-- markdownlint-disable -->\n\n{GREEN}",
    "behind a hidden element": f"<div hidden>\n\nx\n\n</div>\n\n{GREEN}",
    "behind a hidden piece": f"<span hidden>x</span>\n\n{GREEN}",
    "behind a piece that does not end": f"A <span hidden>x\n\n{GREEN}",
    "in an element that is shown": f"<details>\n<summary>x</summary>\n\n{GREEN}\n</details>",
    "of a colour on another": f'<div style="color:white;background:green">\n\n{GREEN}\n</div>',
    "hidden from screen readers alone": f'<div aria-hidden="true">\n\n{GREEN}\n</div>',
    "hidden overflow": f'<div style="overflow:hidden">\n\n{GREEN}\n</div>',
    "a mark in code": f"`<!--` begins a comment.\n\n{GREEN}",
    "a mark that nothing ends": f"a <!-- b\n\n{GREEN}",
    "an example of a comment": f"```html\n<!--\n```\n\n{GREEN}",
    "a font of ten": f'<div style="font-size:10px;opacity:0.9">\n\n{GREEN}\n</div>',
}


@pytest.mark.parametrize("manner", SHOWN)
def test_what_a_page_shows_is_read(manner: str) -> None:
    record = read_report("reports/router.md", f"# B.7 Router\n\n{SHOWN[manner]}\n".encode())
    assert record.status is ReportStatus.PASS
    assert record.tests is not None
    assert (record.tests.passed, record.findings) == (2, ())


def test_lines_stay_where_they_are() -> None:
    text = "# B.7\n\n<!-- a\nb -->\nx <!-- c\nd --> **Tests:** y\n\n**Status:** PASS\n"
    record = read_report("reports/router.md", text.encode())
    assert [claim.line for claim in record.claims] == [8]


@pytest.mark.parametrize(
    ("text", "visible"),
    [
        ("a <!-- b --> c", "a   c"),
        ("a <!--b", "a <!--b"),
        ("`<!-- a -->`", "`<!-- a -->`"),
        ("<i hidden>a</i>b", " b"),
        ("<br hidden>b", "<br hidden>b"),
        ("<b>a</b>", "<b>a</b>"),
    ],
)
def test_a_paragraph_is_parted(text: str, visible: str) -> None:
    assert Page().look(text).visible.split() == visible.split()


def test_only_the_lines_at_a_paragraphs_head_define_links() -> None:
    assert defined_lines("[a]: x\n[b]: <y> 'z'\ntext\n[c]: d") == 2
    assert defined_lines("text\n[c]: d") == 0
    assert defined_lines("[a] is a text: x y") == 0
