"""Reports that lie, and suites that were made to pass: nothing that was only said is tagged.

One source file, a report that praises it, and every place and manner in which praise can be
written; then suites that show nothing. Each has its honest twin, which is tagged.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from atom_release.gate.vocabulary import Outcome
from atom_release_tests.fixtures.praised import (
    SOURCE,
    SUITE,
    TRUE_TEST,
    refused,
    release_of,
    some_slow,
    tagged,
)

PRAISE = "All 500 tests pass. Accuracy 99 %. p95 latency 12 ms. Coverage 98 %. P-5: PASS\n"
RECORD = {
    "task_id": "X.1",
    "service": "one",
    "status": "PASS",
    "tests": {"passed": 500, "failed": 0, "skipped": 0, "total": 500},
    "policies": {"P-5": "PASS"},
    "claims": [{"kind": "accuracy", "value": 0.99, "unit": "fraction"}],
}
BLOCK = json.dumps(RECORD)  # JSON is YAML

WORDS: dict[str, Mapping[str, str]] = {
    "prose": {"reports/X.1.md": f"# X.1 One\n\n**Status:** PASS\n\n{PRAISE}"},
    "only a status": {"reports/X.1.md": "# X.1 One\n\n**Status:** COMPLETE\n"},
    "a table": {
        "reports/X.1.md": (
            "# X.1 One\n\n| Status | PASS |\n|---|---|\n| Tests | 500/500 passed |\n"
            "| Accuracy | 99 % |\n"
        )
    },
    "a runner's own output": {
        "reports/X.1.md": (
            "# X.1 One\n\n**Status:** PASS\n\n```\n"
            "============ 500 passed in 12.00s ============\n```\n"
        )
    },
    "front matter": {"reports/X.1.md": f"---\nrelease-claims: {BLOCK}\n---\n# X.1 One\n\n{PRAISE}"},
    "a fenced block": {"reports/X.1.md": f"# X.1 One\n\n```release-claims\n{BLOCK}\n```\n"},
    "a file of claims": {
        "reports/X.1.md": "# X.1 One\n\nAll is well.\n",
        "reports/release-claims.json": json.dumps({"reports": {"X.1.md": RECORD}}),
    },
    "a report in JSON": {"reports/X.1.json": json.dumps(RECORD)},
}


@pytest.mark.parametrize("form", some_slow(WORDS, "prose", "a file of claims"))
def test_words_without_a_suite_or_a_measurement_are_not_tagged(form: str, tmp_path: Path) -> None:
    """However it is written down: nothing was run, so the claim is open and says what would help."""
    service = refused(release_of(tmp_path / "r", WORDS[form]))
    assert service.outcome is Outcome.INCONCLUSIVE, service.reason
    assert "`suite`" in service.reason or "`accuracy`" in service.reason


TRUE_RECORD = {
    "task_id": "X.1",
    "status": "PASS",
    "tests": {"passed": 2, "failed": 0, "skipped": 0, "total": 2},
}
TRUE_WORDS: dict[str, Mapping[str, str]] = {
    "prose": {"reports/X.1.md": "# X.1 One\n\n**Status:** PASS\n\nTests: 2 passed, 0 failed\n"},
    "front matter": {
        "reports/X.1.md": f"---\nrelease-claims: {json.dumps(TRUE_RECORD)}\n---\n# X.1 One\n"
    },
    "a file of claims": {
        "reports/X.1.md": "# X.1 One\n",
        "reports/release-claims.json": json.dumps({"reports": {"X.1.md": TRUE_RECORD}}),
    },
    "a report in JSON": {"reports/X.1.json": json.dumps(TRUE_RECORD)},
}


@pytest.mark.parametrize("form", some_slow(TRUE_WORDS, "prose"))
def test_the_same_words_with_a_suite_that_needs_the_code_are_tagged(
    form: str, tmp_path: Path
) -> None:
    """The honest twins."""
    files = {**TRUE_WORDS[form], "tests/test_calc.py": TRUE_TEST}
    tagged(release_of(tmp_path / "r", files, SUITE))


TWO = "# X.1 One\n\n**Status:** PASS\n\nTests: 2 passed, 0 failed\n"
_REWRITES = """\
import pytest


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    outcome.get_result().outcome = "passed"
"""
_SWALLOWS = """\
import pytest


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem):
    try:
        yield
    except BaseException:
        pass
    return True
"""
_FORGIVES = """\
import pytest


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if call.excinfo is not None and call.excinfo.errisinstance(AssertionError):
        report.outcome, report.longrepr = "passed", None
"""
_LEAVES = """\
import os


def pytest_sessionfinish(session, exitstatus):
    os._exit(0)
"""
_WRITES_XML = """\
import pathlib, sys


def pytest_unconfigure(config):
    place = config.option.xmlpath
    if place:
        cases = "".join(f'<testcase classname="tests.test_calc" name="test_{n}" time="0"/>'
                        for n in ("two", "three"))
        pathlib.Path(place).write_text(
            f'<testsuites><testsuite name="pytest" tests="2" failures="0" errors="0" skipped="0">'
            f'{cases}</testsuite></testsuites>'
        )
"""
_WRONG = TRUE_TEST.replace("== 4", "== 5").replace("== 6", "== 7")
SUITES: dict[str, Mapping[str, str]] = {
    "asserts nothing": {
        "tests/test_calc.py": "def test_two():\n    pass\n\n\ndef test_three():\n    pass\n"
    },
    "asserts that true is true": {
        "tests/test_calc.py": (
            "def test_two():\n    assert True\n\n\ndef test_three():\n    assert 1 + 1 == 2\n"
        )
    },
    "tests the standard library": {
        "tests/test_calc.py": (
            "import json\n\n\ndef test_two():\n    assert json.loads('2') == 2\n\n\n"
            "def test_three():\n    assert json.dumps(3) == '3'\n"
        )
    },
    "imports the source and calls nothing": {
        "tests/test_calc.py": (
            "from src import calc\n\n\ndef test_two():\n    assert calc.double\n\n\n"
            "def test_three():\n    assert callable(calc.double)\n"
        )
    },
    "tests a copy of the source that lies beside the tests": {
        "tests/calc.py": SOURCE,
        "tests/__init__.py": "",
        "tests/test_calc.py": TRUE_TEST.replace("src.calc", "tests.calc"),
    },
    "is skipped": {
        "tests/test_calc.py": f"import pytest\n\npytestmark = pytest.mark.skip\n\n{TRUE_TEST}"
    },
    "skips itself while it runs": {
        "tests/test_calc.py": (
            "import pytest\n\n\ndef test_two():\n    pytest.skip()\n\n\n"
            "def test_three():\n    pytest.skip()\n"
        )
    },
    "is expected to fail": {
        "tests/test_calc.py": f"import pytest\n\npytestmark = pytest.mark.xfail\n\n{_WRONG}"
    },
    "has a conftest that rewrites outcomes": {
        "tests/test_calc.py": _WRONG,
        "conftest.py": _REWRITES,
    },
    "has a conftest that forgives what tests assert, and not that the code is gone": {
        "tests/test_calc.py": _WRONG,
        "conftest.py": _FORGIVES,
    },
    "has a conftest that swallows what tests raise": {
        "tests/test_calc.py": _WRONG,
        "conftest.py": _SWALLOWS,
    },
    "has a conftest that leaves with status 0": {
        "tests/test_calc.py": _WRONG,
        "conftest.py": _LEAVES,
    },
    "has a conftest that writes its own results": {
        "tests/test_calc.py": _WRONG,
        "conftest.py": _WRITES_XML,
    },
    "is deselected by its own configuration": {
        "tests/test_calc.py": TRUE_TEST,
        "pytest.ini": "[pytest]\naddopts = -k nothing_of_this_name\n",
    },
    "is empty": {"tests/test_calc.py": ""},
    "fails": {"tests/test_calc.py": _WRONG},
    "swallows in the tests themselves": {
        "tests/test_calc.py": (
            "from src.calc import double\n\n\ndef test_two():\n    try:\n"
            "        assert double(2) == 5\n    except BaseException:\n        pass\n\n\n"
            "def test_three():\n    try:\n        assert double(3) == 7\n"
            "    except BaseException:\n        pass\n"
        )
    },
}


@pytest.mark.parametrize(
    "manner", some_slow(SUITES, "asserts nothing", "has a conftest that rewrites outcomes")
)
def test_a_suite_that_shows_nothing_is_not_tagged(manner: str, tmp_path: Path) -> None:
    """The report counts what such a suite prints; the twin of all is the suite above."""
    refused(release_of(tmp_path / "r", {"reports/X.1.md": TWO, **SUITES[manner]}, SUITE))


@pytest.mark.slow
def test_a_true_suite_that_ends_at_its_first_failure_is_tagged(tmp_path: Path) -> None:
    """The honest twin of those that make results: the gate's own failing test is no hindrance."""
    files = {"reports/X.1.md": TWO, "tests/test_calc.py": TRUE_TEST}
    ends = {"pytest.ini": "[pytest]\naddopts = -x\n"}
    tagged(release_of(tmp_path / "r", {**files, **ends}, SUITE))


@pytest.mark.slow
def test_a_true_suite_whose_report_counts_what_it_does_not_have_is_not_tagged(
    tmp_path: Path,
) -> None:
    """500 of 2: contradicted, since nothing has changed since the report came."""
    files = {**WORDS["only a status"], "tests/test_calc.py": TRUE_TEST}
    files["reports/X.1.md"] += "\nTests: 500 passed, 0 failed\n"
    service = refused(release_of(tmp_path / "r", files, SUITE))
    assert service.outcome is Outcome.FAIL, service.reason


@pytest.mark.slow
def test_a_true_suite_bears_no_accuracy_that_nobody_measured(tmp_path: Path) -> None:
    files = {"reports/X.1.md": f"{TWO}\nAccuracy: 99 %\n", "tests/test_calc.py": TRUE_TEST}
    service = refused(release_of(tmp_path / "r", files, SUITE))
    assert service.outcome is Outcome.INCONCLUSIVE, service.reason
    assert "`accuracy`" in service.reason
