"""Reports of which people read one thing and the gate would count another: no tag from those.

The suite is honest in all of them, so that nothing but the report stands in the way. Its twins say
in the same places what is true, or what is past, and are tagged.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from atom_release.gate.vocabulary import Outcome
from atom_release_tests.fixtures.praised import (
    SUITE,
    TRUE_TEST,
    refused,
    release_of,
    some_slow,
    tagged,
)

GREEN = {"task_id": "X.1", "status": "PASS", "tests": {"passed": 2, "failed": 0, "total": 2}}
BLOCK = f"```release-claims\n{json.dumps(GREEN)}\n```\n"
TWO = "**Status:** PASS\n**Tests:** 2 passed, 0 failed\n"
RED = "**Status:** FAIL, do not release\n**Tests:** 3 passed, 40 failed\n"
BESIDE = json.dumps({"reports": {"X.1.md": GREEN}}, indent=1)

OPEN: dict[str, Mapping[str, str]] = {
    "a block that says PASS below a report that fails": {"X.1.md": f"# X.1 One\n\n{RED}\n{BLOCK}"},
    "a file of claims beside a report that fails": {
        "X.1.md": f"# X.1 One\n\n{RED}",
        "release-claims.json": BESIDE,
    },
    "visible praise above a hidden count": {
        "X.1.md": (
            "# X.1 One\n\nFour thousand tests are green.\n\n"
            f'<div style="display:none">\n\n{TWO}\n</div>\n'
        )
    },
    "a title that refuses": {"X.1.md": f"# X.1 One: NOT READY, 40 tests fail\n\n{TWO}"},
    "a quotation at the top that refuses": {"X.1.md": f"# X.1 One\n\n> Do not release.\n\n{TWO}"},
    "a status that nobody has run": {
        "X.1.md": "# X.1 One\n\n**Status:** PASS (pending: nobody has run it yet)\n"
    },
    "a second run that fails": {
        "X.1.md": f"# X.1 One\n\n{TWO}\n```\n==== 40 failed, 2 passed in 1.00s ====\n```\n"
    },
    "results that are made up": {"X.1.md": f"# X.1 One\n\n{TWO}\nAll results are made up.\n"},
    "two blocks": {"X.1.md": f"# X.1 One\n\n{BLOCK}\n{BLOCK.replace('PASS', 'FAIL')}"},
}


def _files(report: Mapping[str, str]) -> dict[str, str]:
    reports = {f"reports/{name}": text for name, text in report.items()}
    return {**reports, "tests/test_calc.py": TRUE_TEST}


@pytest.mark.parametrize("lie", some_slow(OPEN, "a title that refuses"))
def test_a_report_that_says_two_things_is_not_tagged(lie: str, tmp_path: Path) -> None:
    service = refused(release_of(tmp_path / "r", _files(OPEN[lie]), SUITE))
    assert service.outcome in {Outcome.INCONCLUSIVE, Outcome.FAIL}, service.reason


@pytest.mark.slow
def test_a_green_block_in_a_comment_leaves_what_people_read(tmp_path: Path) -> None:
    report = {"X.1.md": f"# X.1 One\n\n{RED}\n<!--\n{BLOCK}-->\n"}
    service = refused(release_of(tmp_path / "r", _files(report), SUITE))
    assert service.outcome is Outcome.FAIL, service.reason
    assert "says FAIL" in service.reason


@pytest.mark.slow
def test_errors_that_a_report_counts_are_failures(tmp_path: Path) -> None:
    report = {"X.1.md": f"# X.1 One\n\n{TWO.replace('0 failed', '0 failed, 40 errors')}"}
    service = refused(release_of(tmp_path / "r", _files(report), SUITE))
    assert service.outcome is Outcome.FAIL, service.reason


@pytest.mark.slow
def test_a_new_file_of_claims_beside_an_old_report_is_held_against_the_code(tmp_path: Path) -> None:
    """Its counts were written when its own lines were, and not when the report's were."""
    release = release_of(tmp_path / "r", _files({"X.1.md": "# X.1 One\n\nA report.\n"}), SUITE)
    calc = release.repository / "src/calc.py"
    calc.write_text(f"{calc.read_text()}\n\nTWO = 2\n")
    record = {**GREEN, "tests": {"passed": 5000, "failed": 0, "total": 5000}}
    beside = release.repository / "reports/release-claims.json"
    beside.write_text(json.dumps({"reports": {"X.1.md": record}}, indent=1))
    release.git("add", "-A")
    release.git("commit", "-q", "-m", "all is well")
    release.git("push", "-q", "origin", "main")
    service = refused(release)
    assert service.outcome is Outcome.FAIL, service.reason
    assert "release-claims.json" in service.reason


TWINS: dict[str, Mapping[str, str]] = {
    "a block that says what the report says": {"X.1.md": f"# X.1 One\n\n{TWO}\n{BLOCK}"},
    "a comment of a tool": {"X.1.md": f"<!-- markdownlint-disable -->\n# X.1 One\n\n{TWO}"},
    "a title about failures": {"X.1.md": f"# X.1 One: failed logins\n\n{TWO}"},
    "a requirement that is quoted": {
        "X.1.md": f"# X.1 One\n\n{TWO}\n## Scope\n\n> Do not release while tests fail.\n\nDone.\n"
    },
    "a run before the fix": {
        "X.1.md": (
            f"# X.1 One\n\n{TWO}\n## Before\n\n```\n==== 40 failed, 2 passed in 1.00s ====\n```\n"
        )
    },
    "failures of an older version": {
        "X.1.md": f"# X.1 One\n\n{TWO}\n## Changelog\n\n- 0.9: 40 tests failed, fixed since\n"
    },
}


@pytest.mark.slow
@pytest.mark.parametrize("twin", TWINS)
def test_a_report_that_says_one_thing_is_tagged(twin: str, tmp_path: Path) -> None:
    tagged(release_of(tmp_path / "r", _files(TWINS[twin]), SUITE))
