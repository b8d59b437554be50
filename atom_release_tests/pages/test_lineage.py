"""The lineage is drawn once a group, with an arrow to the nearest upstreams alone."""

from __future__ import annotations

import re

from atom_release.pages.lineage import picture


def test_a_group_is_one_box_and_a_far_upstream_has_no_arrow() -> None:
    drawn = picture(
        {
            "report/A_1": [],
            "report/A_2": [],
            "evidence/A_1": ["report/A_1"],
            "evidence/A_2": ["report/A_2"],
            "sum <1>": ["evidence/A_1", "evidence/A_2", "report/A_1"],
        }
    ).decode()
    assert re.findall(r">([^<>]+)</text>", drawn) == ["report", "evidence", "sum &lt;1&gt;"]
    assert drawn.count("marker-end") == 2
    lefts = [int(left) for left in re.findall(r'<rect x="(\d+)"', drawn)]
    assert lefts == sorted(set(lefts))


def test_a_group_shows_its_worst_outcome() -> None:
    outcomes = {"evidence/A_1": "PASS", "evidence/A_2": "BLOCKED", "sum": "PASS"}
    drawn = picture({"evidence/A_1": [], "evidence/A_2": [], "sum": ["evidence/A_1"]}, outcomes)
    words = re.findall(r">([^<>]+)</text>", drawn.decode())
    assert words == ["evidence", "BLOCKED", "sum", "PASS"]
