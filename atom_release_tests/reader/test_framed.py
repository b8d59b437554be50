"""A plain text whose titles are framed is read as the Markdown that says the same, at its own lines."""

from __future__ import annotations

import pytest

from atom_release.reader import read_report
from atom_release.reader.framed import as_markdown

RULE = "=" * 60
THIN = "\u2500" * 60

FRAMED = f"""{RULE}
    DOCK ROUTER - COMPLETE
{RULE}
Date: 2026-03-01
Status: PASS

{RULE}
FILES CREATED
{RULE}

Queue:
  \u2022 dock/queue.py      - the queue
  \u2713 dock/ramp.py       - ramps

{THIN}
TEST RESULTS
{THIN}
  Total Tests:   7
  Passed:        7
  Failed:        0
"""


def _paths(text: str) -> list[str]:
    return list(read_report("docks.txt", text.encode()).deliverables)


def test_framed_titles_own_bullets_and_fields_are_read_at_their_lines() -> None:
    record = read_report("docks.txt", FRAMED.encode())
    assert record.title == "DOCK ROUTER - COMPLETE"
    assert (record.status.value, record.date) == ("PASS", "2026-03-01")
    assert record.deliverables == ("dock/queue.py", "dock/ramp.py")
    assert record.tests is not None
    assert (record.tests.passed, record.tests.failed, record.tests.total) == (7, 0, 7)
    lines = {claim.value: claim.text for claim in record.claims}
    assert lines["dock/queue.py"] == "\u2022 dock/queue.py      - the queue"


@pytest.mark.parametrize(
    ("title", "levels"),
    [
        (f"{RULE}\nDocks\n{RULE}\n\n{THIN}\nRamps\n{THIN}\n", ["# Docks", "## Ramps"]),
        (f"{RULE}\nDocks\n{RULE}\n\n{RULE}\nRamps\n{RULE}\n\n{THIN}\nOne\n{THIN}\n", ["# Docks", "## Ramps", "### One"]),
        ("Docks\n=====\n\nRamps\n~~~~~\n", ["# Docks", "## Ramps"]),
        ("\u2554=====\u2557\n\u2551 Docks \u2551\n\u255a=====\u255d\n\n=== Ramps ===\n", ["# Docks", "## Ramps"]),
    ],
)  # fmt: skip
def test_a_frame_is_a_title_of_its_level(title: str, levels: list[str]) -> None:
    written = as_markdown(title.split("\n"))
    assert [line for line in written if line.startswith("#")] == levels
    assert len(written) == title.count("\n") + 1


@pytest.mark.parametrize(
    "text",
    [
        f"# Docks\n\n{RULE}\nRamps\n{RULE}\n\n{RULE}\nQueue\n{RULE}\n",
        f"Docks\n\n{RULE}\n\nRamps\n",
        "===== 26 passed, 1 warning in 0.17s =====\n===== 2 failed in 1s =====\n",
        "Docks are sorted.\n\n- a\n- b\n",
    ],
    ids=["Markdown's own headings", "a rule and no title", "what a runner prints", "no frame"],
)
def test_a_text_without_framed_titles_is_left_alone(text: str) -> None:
    assert as_markdown(text.split("\n")) == text.split("\n")


def test_the_fields_of_a_framed_foot_are_no_title() -> None:
    foot = f"{FRAMED}\n{RULE}\nStatus: PASS\nDate: 2026-03-01\n{RULE}\n"
    assert not [line for line in as_markdown(foot.split("\n")) if line.startswith("## Status")]


def test_a_rule_between_two_titles_parts_off_no_foot() -> None:
    part = f"SCRIPT\n{RULE}\n\nSorted.\n\n{THIN}\n\nStatus: ✅ Script created and ready\n"
    text = (
        FRAMED.replace("Status: PASS\n", "")
        .replace(" - COMPLETE", "")
        .replace("FILES CREATED", f"{part}\n{RULE}\nFILES")
    )
    record = read_report("docks.txt", text.encode())
    assert record.status.value == "MISSING"
    later = f"{text}\n{THIN}\n\nStatus: ✅ Complete\n"
    assert read_report("docks.txt", later.encode()).status.value == "PASS"


def test_what_is_framed_as_a_next_step_is_not_delivered() -> None:
    assert _paths(FRAMED.replace("FILES CREATED", "FILES TO CREATE")) == []


def test_an_open_box_of_a_framed_list_is_not_delivered() -> None:
    assert _paths(FRAMED.replace("\u2022 dock/queue.py", "\u25a1 dock/queue.py")) == [
        "dock/ramp.py"
    ]


def test_own_bullets_are_items_in_markdown_too() -> None:
    text = "# Docks\n\n## Files Created\n\n\u2022 dock/queue.py - the queue\n\u2022 dock/ramp.py\n"
    assert _paths(text) == ["dock/queue.py", "dock/ramp.py"]
