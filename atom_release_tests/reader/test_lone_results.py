"""The one result of tests that a report tells, wherever it stands, and its twins that are a part's.

Every sentence is written anew here.
"""

from __future__ import annotations

import pytest

from atom_release.reader import read_report

Counted = dict[str, int] | None

_DOCKS = "# Docks\n\n## Work\n\nSorted.\n\n### Checks\n\n"
_SECOND = "\n### Ramps\n\n- Ramp tests: 4/4 tests passed\n"

ALONE: dict[str, tuple[str, Counted]] = {
    "behind the name of what was checked": ("**Logic check:** ✓ 5/5 tests passed\n", {"passed": 5, "total": 5}),
    "in a row": (
        "| Part | State | Notes |\n|---|---|---|\n| Queue | Ready | 9/9 tests passed |\n", {"passed": 9, "total": 9},
    ),
    "printed": ("```\nOverall: 5/5 tests passed       [SUCCESS]\n```\n", {"passed": 5, "total": 5}),
    "in a sentence": ("41 of 43 tests passed in the end.\n", {"passed": 41, "total": 43}),
    "summed up": ("Total: 41 test cases PASSED\n", {"passed": 41, "total": 41}),
    "the whole suite": ("**Full suite passes: 68/68**, in both lanes.\n", {"passed": 68, "total": 68}),
    "in Russian": ("Итого: 3/3 тестов пройдено\n", {"passed": 3, "total": 3}),
    "in Italian": ("✅ TUTTI I TEST PASSATI (6/6)\n", {"passed": 6, "total": 6}),
    "in French": ("`npx vitest run` : 8/8 tests unitaires verts\n", {"passed": 8, "total": 8}),
    "in Japanese, without a space": ("- ドック: 32/32テスト成功\n", {"passed": 32, "total": 32}),
    "how many passed, of an unknown number": ("The queue: 12 tests passed so far.\n", None),
    "something else beside the tests": ("- Ramps for the tests: 3/3 (dev, test, prod)\n", None),
    "what was written": ("✅ Test cases implemented (8/8)\n", None),
    "more tests are named": ("We wrote 73 tests. The queue: 29/29 tests passed.\n", None),
    "of some of them": ("All 9 ramp tests passed.\n", None),
}  # fmt: skip


def _tests(text: str) -> dict[str, int] | None:
    tests = read_report("docks.md", text.encode()).tests
    return None if tests is None else tests.model_dump()


@pytest.mark.parametrize("name", ALONE)
def test_the_only_result_of_a_report_is_its_own(name: str) -> None:
    text, expected = ALONE[name]
    tests = _tests(_DOCKS + text)
    if expected is None:
        assert tests is None
    else:
        assert tests is not None
        assert {unit: tests[unit] for unit in expected} == expected


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, (_, expected) in ALONE.items()
        if expected
        and name not in {"summed up", "in Russian"}  # they say themselves that it is all
    ],
)
def test_beside_another_result_it_may_be_a_part(name: str) -> None:
    assert _tests(_DOCKS + ALONE[name][0] + _SECOND) is None


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("### 3. Ramp tests", "9/9 tests passed"),
        ("### Unit tests", "**Status:** 9/9 tests passed"),
        ("## Before", "9/9 tests passed"),
        ("## Next steps", "9/9 tests passed"),
    ],
)
def test_below_a_title_of_some_tests_or_of_another_time_it_is_not(title: str, line: str) -> None:
    assert _tests(f"# Docks\n\nSorted.\n\n{title}\n\n{line}\n") is None


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("All three tests pass.", 3),
        ("Alle drei Tests bestanden", 3),
        ("Les trois tests réussis", 3),
        ("全部 3 个测试通过", 3),
        ("All 3 tests pass.", 3),
        ("All tests passing (52 passed)", 52),
        ("✅ 92개 단위 테스트 모두 통과", 92),
        ("80个测试全部通过", 80),
    ],
)
def test_all_of_a_number_in_words_is_that_number(line: str, count: int) -> None:
    tests = _tests(f"# Docks\n\n## Test results\n\n{line}\n")
    assert tests is not None
    assert (tests["passed"], tests["failed"], tests["total"]) == (count, 0, count)


def test_some_of_three_are_not_three() -> None:
    assert _tests("# Docks\n\n## Test results\n\nThree ramp tests fail at times.\n") is None


def test_a_share_that_failed_is_a_count_of_its_field() -> None:
    text = "# Docks\n\n## Tests\n\n- Total tests: 104\n- Tests passed: 91/104 (87%)\n- Tests failed: 13/104\n"
    tests = _tests(text)
    assert tests is not None
    assert (tests["passed"], tests["failed"], tests["total"]) == (91, 13, 104)


def test_runs_of_one_suite_that_agree_are_its_count_and_how_many_ran_is_none() -> None:
    rows = "".join(f"| {run}/3 | 143 | 0 | 1 |\n" for run in (1, 2, 3))
    table = f"| Run | Passed | Failed | Skipped |\n|---|---|---|---|\n{rows}"
    tests = _tests(f"# Docks\n\n## Test results\n\n{table}\n**Success rate:** 100% (3/3 runs)\n")
    assert tests is not None
    assert (tests["passed"], tests["failed"], tests["skipped"]) == (143, 0, 1)
    uneven = table.replace("| 2/3 | 143 |", "| 2/3 | 141 |")
    assert _tests(f"# Docks\n\n## Test results\n\n{uneven}") is None
