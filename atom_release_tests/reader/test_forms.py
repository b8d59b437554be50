"""What stands in a form that is often wrong is no claim, its line is shown, and its sure twin is read."""

from __future__ import annotations

import pytest

from atom_release.gate.claims.record import ClaimRecord
from atom_release.reader import read_report
from atom_release.reader.forms import Form, Gives, is_given, standings

_NEARLY_ALWAYS = 0.9

WITHHELD: dict[str, tuple[str, int | None, str, dict[str, object]]] = {
    "a bare name of work": (
        "## Changes made\n\n- `dock.py` - queue\n", 5, "## Changes made\n\n- `dock/dock.py` - queue\n", {"deliverables": ["dock/dock.py"]},
    ),
    "a bare name below a folder of a part": (
        "## Files Created\n\n### Backend (`api/`)\n\n- `dock.py` - queue\n", 7,
        "## Files Created\n\n### Backend\n\n- `dock.py` - queue\n", {"deliverables": ["dock.py"]},
    ),
    "within an item of a list of files": (
        "## Files Created\n\n- get_dock in `dock/deps.py`\n", 5, "## Files Created\n\n- `dock/deps.py`: get_dock\n", {"deliverables": ["dock/deps.py"]},
    ),
    "a heading with a path below no title of work": (
        "## Notes\n\n### Ramps in `dock/ramp.py`\n\nThey move.\n", 5,
        "## Changes made\n\n### Ramps in `dock/ramp.py`\n\nThey move.\n", {"deliverables": ["dock/ramp.py"]},
    ),
    "the place of what is to be done": (
        "## Update the app\n\n**File:** `dock/app.py`\n", None, "## The app\n\n**File:** `dock/app.py`\n", {"deliverables": ["dock/app.py"]},
    ),
    "a bound": ("## Performance\n\n- Response time: < 50 ms\n", 5, "## Performance\n\n- Response time: 50 ms\n", {"latency": [50.0]}),
    "a time that nothing names a latency's": (
        "## Metrics\n\n| Metric | Measured |\n|---|---|\n| Sorting a ramp | 5 ms |\n", None,
        "## Metrics\n\n| Metric | Target | Measured |\n|---|---|---|\n| Average time of a ramp | 9 ms | 5 ms |\n", {"latency": [5.0]},
    ),
    "a heading that names a part": (
        "## ✅ PIX tests: 8/8 passed\n\nQueue.\n", 3, "## ✅ Test results: 8/8 passed\n\nQueue.\n", {"tests": (8, 8)},
    ),
    "a part's run": (
        "## Details\n\n### 2. Frontend tests\n\n```\nTests  7 passed (7)\n```\n", 8, "## Test results\n\n```\nTests  7 passed (7)\n```\n", {"tests": (7, 7)},
    ),
    "a line of counts in a summary": (
        "## Summary\n\n- 41 of 41 unit tests passing\n- The integration tests wait\n", 5,
        "## Summary\n\n- 41 of 41 unit tests passing\n\n## Output\n\n```\n41 passed in 2.1s\n```\n", {"tests": (41, 41)},
    ),
    "the document's version": ("## Docks\n\nDone.\n\n---\n\n**Version:** 1.0\n", 9, "## Docks\n\nDone.\n\n---\n\n**Version:** 1.0.3\n", {"version": ["1.0.3"]}),
    "what a title of work names, and none that says made": (
        "## Core improvements made\n\n### Queue\n\n- `dock.py` - queue\n", None,
        "## What was created\n\n### Queue\n\n- `dock.py` - queue\n", {"deliverables": ["dock.py"]},
    ),
    "a heading of work with other words": (
        "## Changes made\n\n### Ramps in `ramp.py`\n\nThey move.\n", 5, "## Changes made\n\n### 1. ramp.py (48 lines)\n\nThey move.\n", {"deliverables": ["ramp.py"]},
    ),
    "files of tests that ran": (
        "## Tests\n\n| File | Tests | Passed |\n|---|---|---|\n| tests/test_dock.py | 4 | 4 |\n", None,
        "## Tests written\n\n| File | Cases |\n|---|---|\n| tests/test_dock.py | 4 |\n", {"deliverables": ["tests/test_dock.py"]},
    ),
    "how a fault is to be put right": (
        "## Issues fixed\n\n### Queue\n\n- **Fix:** Modify `dock/queue.py` first\n", None,
        "## Issues fixed\n\n### Queue\n\n- **Fix:** Modified `dock/queue.py` to sort\n", {"deliverables": ["dock/queue.py"]},
    ),
    "a printed table without its percentiles": (
        "## Load\n\n```\nusers  low   high\n50     16ms  19ms\n```\n", None,
        "## Load\n\n```\nusers  p50   p95\n50     16ms  19ms\n```\n", {"latency": [16.0, 19.0]},
    ),
    "a column of averages of no time": (
        "## Load\n\n| Users | Avg slots |\n|---|---|\n| 10 | 34 |\n", None, "## Load\n\n| Users | Avg ms |\n|---|---|\n| 10 | 34 |\n", {"latency": [34.0]},
    ),
    "praise of a part": (
        "## Parts\n\n- **Ramps** - 100% test coverage\n", 5, "## Test coverage\n\n- **Coverage**: 91%\n", {"coverage": [91.0]},
    ),
}  # fmt: skip


def _read(text: str) -> ClaimRecord:
    return read_report("docks.md", f"# Docks\n\n{text}".encode(), unread_lines=True)


def _seen(record: ClaimRecord, name: str) -> object:
    if name == "deliverables":
        return list(record.deliverables)
    if name == "tests":
        return (record.tests.passed, record.tests.total) if record.tests else None
    return [claim.value for claim in record.claims if claim.kind.value == name]


@pytest.mark.parametrize("form", WITHHELD)
def test_a_form_that_is_often_wrong_is_no_claim_and_its_line_is_shown(form: str) -> None:
    text, line, _, expected = WITHHELD[form]
    record = _read(text)
    assert not any(_seen(record, name) for name in expected)
    assert line is None or line in record.unread_lines


@pytest.mark.parametrize("form", WITHHELD)
def test_its_sure_twin_is_read(form: str) -> None:
    _, _, twin, expected = WITHHELD[form]
    record = _read(twin)
    assert {name: _seen(record, name) for name in expected} == expected


def test_every_form_has_a_standing_and_a_reason() -> None:
    assert set(standings()) == set(Form)
    for form, standing in standings().items():
        assert 0 <= standing.right <= standing.given, form
        assert standing.why, form


def test_a_line_that_is_withheld_says_why() -> None:
    record = _read("## Performance\n\n- Response time: < 50 ms\n")
    assert record.reasons["line 5"] == "a bound, and no measurement"
    assert all(
        standing.short for standing in standings().values() if standing.gives is not Gives.ALL
    )


def test_what_is_never_given_was_often_wrong() -> None:
    for form, standing in standings().items():
        if standing.gives is Gives.NEVER:
            assert standing.right < _NEARLY_ALWAYS * standing.given, form


def test_a_form_asks_for_what_its_standing_says() -> None:
    assert is_given(Form.FILE_IN_LIST, whole=False)
    assert is_given(Form.FILE_OF_WORK)
    assert not is_given(Form.FILE_OF_WORK, whole=False)
    assert not is_given(Form.LATENCY_BOUND)
    assert not is_given(Form.TESTS_LINE)
    assert is_given(Form.TESTS_LINE, agreeing=True)
