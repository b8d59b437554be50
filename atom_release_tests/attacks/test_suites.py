"""Suites that pass and show little: few tests that need the code, tests left out, results made.

Nothing here fails. What is told, and what a report's counts are worth, is what each story is about;
its honest twin is tagged.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from atom_release.gate.decision.decision import CriterionResult, Decision
from atom_release.gate.vocabulary import Outcome, Verdict
from atom_release_tests.fixtures.asking import NO_FLOOR
from atom_release_tests.fixtures.attempts import act, judge_unaided
from atom_release_tests.fixtures.praised import SOURCE, release_of
from atom_release_tests.fixtures.tiny import Tiny

TRUE = "from src.calc import double\n\n\ndef test_two() -> None:\n    assert double(2) == 4\n"
THREE = "\n\ndef test_three() -> None:\n    assert double(3) == 6\n"
EMPTY = "".join(
    f"\n\ndef test_nothing_{number}() -> None:\n    assert True\n" for number in range(20)
)
WRONG = "\n\ndef test_area() -> None:\n    assert double(4) == 9\n"


def report(passed: int) -> str:
    """Return a report that counts so many tests."""
    return f"# X.1 One\n\n**Status:** PASS\n\nTests: {passed} passed, 0 failed\n"


def judged(
    place: Path, files: Mapping[str, str], suite: str = "", operator: str = NO_FLOOR
) -> tuple[Tiny, Decision]:
    """Return a release of these files, and what became of it."""
    release = release_of(place, files, f"    suite: {{paths: [tests], repeats: 1{suite}}}\n")
    (place / "operator.yaml").write_text(operator)
    return release, judge_unaided(release, "first")


def leg(service: CriterionResult, question: str) -> str:
    """Return what one leg of a service says."""
    return next(leg.reason for leg in service.legs if leg.question == question)


def test_twenty_tests_of_nothing_beside_one_of_the_code(tmp_path: Path) -> None:
    """It was "21 passed" VERIFIED, and 20 of them assert that true is true."""
    files = {"tests/test_calc.py": TRUE + EMPTY, "reports/X.1.md": report(21)}
    _, decision = judged(tmp_path / "r", files)
    service = decision.criterion("X.1")
    assert service.outcome is Outcome.INCONCLUSIVE, service.reason
    assert "only 1 of the 21 tests that passed are shown to need the code" in service.reason
    assert service.reason.count("reports/X.1.md:5") == 1
    assert "1 of the 21 are shown to need the code" in leg(service, "suite")


SWOLLEN = """\
import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_terminal_summary(terminalreporter):
    terminalreporter.stats["passed"] = terminalreporter.stats.get("passed", []) * 921 + [None]
"""


def test_a_count_that_the_suite_s_own_hook_made(tmp_path: Path) -> None:
    """It was "1843 passed" VERIFIED, with the two tests that the results name told beside it."""
    files = {"tests/test_calc.py": TRUE + THREE, "tests/conftest.py": SWOLLEN}
    _, decision = judged(tmp_path / "r", {**files, "reports/X.1.md": report(1843)})
    service = decision.criterion("X.1")
    assert service.outcome is Outcome.INCONCLUSIVE, service.reason
    assert "reports/X.1.md:5" in service.reason
    assert "the results of its run, test by test, do not" in service.reason


@pytest.mark.slow
def test_two_tests_of_the_code_beside_one_of_something_else_are_tagged(tmp_path: Path) -> None:
    """The honest twin: not each test of a suite needs the code, and that is told."""
    more = "\n\ndef test_version() -> None:\n    assert (1, 2) < (1, 3)\n"
    files = {"tests/test_calc.py": TRUE + THREE + more, "reports/X.1.md": report(3)}
    release, decision = judged(tmp_path / "r", files)
    assert decision.verdict is Verdict.GREEN, decision.reason
    assert "2 of the 3 are shown to need the code" in leg(decision.criterion("X.1"), "suite")
    act(release, "first")
    assert len(release.tags()) == 2
    message = release.git("for-each-ref", "--format=%(contents)", "refs/tags")
    assert message.startswith("GREEN: Release "), "the verdict before any word of the author's"


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    ["arguments: [-k, not area]", """environment: {PYTEST_ADDOPTS: "-k 'not area'"}"""],
    ids=["arguments", "variable"],
)
def test_the_failing_tests_are_left_out_by_the_manifest_s_own_words(
    words: str, tmp_path: Path
) -> None:
    """It was "2 passed" VERIFIED: who chose the tests was nowhere to be read."""
    files = {"tests/test_calc.py": TRUE + THREE + WRONG, "reports/X.1.md": report(2)}
    _, decision = judged(tmp_path / "r", files, f", {words}")
    service = decision.criterion("X.1")
    assert service.outcome is Outcome.INCONCLUSIVE, service.reason
    assert "the manifest's own arguments leave tests out (-k not area)" in service.reason
    assert "1 left out by -k not area of the manifest's" in leg(service, "suite")


@pytest.mark.slow
def test_most_tests_are_left_out_by_a_configuration(tmp_path: Path) -> None:
    """What is left out counts too: of 23 tests, two are shown to need the code."""
    files = {
        "tests/test_calc.py": TRUE + THREE + EMPTY.replace("nothing", "area"),
        "reports/X.1.md": report(2),
        "pytest.ini": "[pytest]\naddopts = -k 'not area'\n",
    }
    _, decision = judged(tmp_path / "r", files)
    service = decision.criterion("X.1")
    assert service.outcome is Outcome.INCONCLUSIVE, service.reason
    assert "20 tests are left out" in service.reason


@pytest.mark.slow
def test_a_slow_test_left_out_by_the_project_s_configuration_is_told_and_tagged(
    tmp_path: Path,
) -> None:
    """The honest twin."""
    slow = "\n\n@pytest.mark.slow\ndef test_long() -> None:\n    assert double(5) == 10\n"
    files = {
        "tests/test_calc.py": f"import pytest\n\n{TRUE}{THREE}{slow}",
        "reports/X.1.md": report(2),
        "pytest.ini": "[pytest]\naddopts = -m 'not slow'\nmarkers = slow: takes long\n",
    }
    _, decision = judged(tmp_path / "r", files)
    assert decision.verdict is Verdict.GREEN, decision.reason
    assert "1 left out by -m not slow" in leg(decision.criterion("X.1"), "suite")


@pytest.mark.slow
def test_expected_failures_are_told(tmp_path: Path) -> None:
    """Twenty tests that fail, and are expected to, stand beside the two that pass."""
    failing = EMPTY.replace("assert True", "assert double(1) == 9").replace(
        "def ", "@pytest.mark.xfail\ndef "
    )
    files = {
        "tests/test_calc.py": f"import pytest\n\n{TRUE}{THREE}{failing}",
        "reports/X.1.md": report(2),
    }
    _, decision = judged(tmp_path / "r", files)
    assert "20 expected failures" in leg(decision.criterion("X.1"), "suite")


CANNED = """\
test -s src/calc.py || exit 1
printf '<testsuite><testcase classname="a" name="one"/><testcase classname="a" name="two"/>' > $1
printf '</testsuite>' >> $1
"""
BY_COMMAND = ', control: weak, command: [sh, tests/run.sh, "{junit}"]'


@pytest.mark.slow
def test_results_that_a_command_made_up_are_told_in_the_verdict_and_verify_nothing(
    tmp_path: Path,
) -> None:
    """It was "500 passed" VERIFIED, by a script that prints them and ends without the source."""
    files = {"tests/run.sh": CANNED, "reports/X.1.md": report(2)}
    _, decision = judged(tmp_path / "r", files, BY_COMMAND)
    assert decision.verdict is Verdict.GREEN, decision.reason
    assert "; by a weak control: X.1; " in decision.reason
    assert "0 of 3 claims verified" in decision.reason


@pytest.mark.slow
def test_an_operator_who_accepts_no_weak_control_tags_none(tmp_path: Path) -> None:
    files = {"tests/run.sh": CANNED, "reports/X.1.md": report(2)}
    operator = f"{NO_FLOOR}weak_controls: false\n"
    _, decision = judged(tmp_path / "r", files, BY_COMMAND, operator)
    assert decision.criterion("X.1").outcome is Outcome.INCONCLUSIVE
    assert "weak control" in decision.criterion("X.1").reason


FAKE = """\
import pathlib
import sys
import types

if "RuntimeError" not in pathlib.Path("src/calc.py").read_text():
    module = types.ModuleType("src.calc")
    module.double = lambda x: x + x
    sys.modules["src.calc"] = module
"""


@pytest.mark.slow
def test_another_module_in_the_place_of_the_judged_one(tmp_path: Path) -> None:
    """The code is wrong; what the tests call is a right one, unless the bodies are gone."""
    files = {
        "src/__init__.py": "",
        "src/calc.py": SOURCE.replace("2 * x", "0 * x"),
        "tests/test_calc.py": TRUE + THREE,
        "conftest.py": FAKE,
        "reports/X.1.md": report(2),
    }
    _, decision = judged(tmp_path / "r", files)
    service = decision.criterion("X.1")
    assert service.outcome is Outcome.INCONCLUSIVE, service.reason
    assert "src.calc from no file of the copy" in service.reason


MONEY = """\
def net(gross: int, rate: int) -> int:
    if rate < 0:
        raise ValueError(rate)
    return gross * 100 // (100 + rate)


def rounded(amount: float) -> int:
    whole = int(amount)
    return whole + (amount - whole >= 0.5)
"""
ROUNDED = "\n\ndef test_rounded() -> None:\n    assert rounded(1.5) == 2\n"
NET = "\n\ndef test_net() -> None:\n    assert net(119, 19) == 100\n"
LEADS_TO = {
    "a path": ("from money import net\nfrom src.money import rounded\n", "money.py", ""),
    "a setting": (
        "from src.money import rounded\nfrom src.total import net\n",
        "tests/kept/total.py",
        (
            "import importlib.util\nimport sys\n\n"
            "spec = importlib.util.spec_from_file_location('src.total', 'tests/kept/total.py')\n"
            "sys.modules['src.total'] = importlib.util.module_from_spec(spec)\n"
            "spec.loader.exec_module(sys.modules['src.total'])\n"
        ),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("leads", LEADS_TO)
def test_the_tests_load_a_right_version_of_wrong_code(leads: str, tmp_path: Path) -> None:
    """It lies elsewhere in the commit; a test of the judged file's rest keeps the control alive."""
    imports, place, conftest = LEADS_TO[leads]
    files = {
        "src/__init__.py": "",
        "src/money.py": MONEY.replace("(100 + rate)", "(100 - rate)"),
        place: MONEY,
        "tests/test_money.py": imports + ROUNDED + NET,
        "reports/X.1.md": "# X.1 One\n\n**Status:** PASS\n",
        **({"conftest.py": conftest} if conftest else {}),
    }
    _, decision = judged(tmp_path / "r", files)
    service = decision.criterion("X.1")
    assert service.outcome is Outcome.INCONCLUSIVE, service.reason
    assert f"the tests load {place}, another version of src/money.py" in service.reason


@pytest.mark.slow
def test_a_former_version_that_tests_compare_with_is_no_lie(tmp_path: Path) -> None:
    """Each test needs the judged code; that some of them load an older one too hides nothing."""
    files = {
        "src/__init__.py": "",
        "src/money.py": MONEY,
        "tests/former.py": MONEY.replace("gross * 100 //", "100 * gross //"),
        "tests/test_money.py": (
            "from src.money import net, rounded\nfrom tests import former\n"
            f"{ROUNDED}{NET}    assert net(107, 7) == former.net(107, 7)\n"
        ),
        "reports/X.1.md": report(2),
    }
    _, decision = judged(tmp_path / "r", files)
    assert decision.criterion("X.1").outcome is Outcome.PASS, decision.criterion("X.1").reason


UNTAKEN = {
    "a constant and a lambda": (
        "RATES = {'a': 2}\nrate = lambda name: RATES[name]\n\n\ndef main() -> None:\n    print(1)\n",
        (
            "from src.calc import RATES, rate\n\n\ndef test_rates() -> None:\n"
            "    assert RATES['a'] == 2\n\n\ndef test_rate() -> None:\n    assert rate('a') == 2\n"
        ),
    ),
    "a function that is called at import": (
        (
            "def slug(name: str) -> str:\n    return name.lower()\n\n\nHERE = slug('A')\n\n\n"
            "def main() -> None:\n    print(HERE)\n"
        ),
        (
            "from src import calc\n\n\ndef test_slug() -> None:\n    assert calc.slug('B') == 'b'\n\n\n"
            "def test_again() -> None:\n    assert calc.slug('C') == 'c'\n"
        ),
    ),
}


@pytest.mark.parametrize("kind", [pytest.param(kind, marks=pytest.mark.slow) for kind in UNTAKEN])
def test_true_tests_of_what_no_control_takes_out_are_not_accused(kind: str, tmp_path: Path) -> None:
    """It was FAIL, "vacuous: none needed it"; it is not shown, and the sentence says why."""
    source, tests = UNTAKEN[kind]
    files = {"src/calc.py": source, "tests/test_calc.py": tests, "reports/X.1.md": report(2)}
    _, decision = judged(tmp_path / "r", files)
    service = decision.criterion("X.1")
    assert service.outcome is Outcome.INCONCLUSIVE, service.reason
    assert "which no control can take out" in leg(service, "suite")
    assert "name its tests as `suite`" not in service.reason


@pytest.mark.slow
def test_tests_that_use_nothing_of_the_code_are_vacuous_all_the_same(tmp_path: Path) -> None:
    """The twin that is accused: constants that no test asks for excuse nobody."""
    source, _ = UNTAKEN["a constant and a lambda"]
    tests = "def test_a() -> None:\n    assert 1\n\n\ndef test_b() -> None:\n    assert 2\n"
    files = {"src/calc.py": source, "tests/test_calc.py": tests, "reports/X.1.md": report(2)}
    _, decision = judged(tmp_path / "r", files)
    assert decision.criterion("X.1").outcome is Outcome.FAIL
    assert "vacuous" in decision.criterion("X.1").reason


LOOKS_FOR_THE_GATE = """\
import os
import pathlib
import sys

from src.calc import double

GATE = (
    "release_gate_witness" in sys.modules
    or any("release_gate" in argument for argument in sys.argv)
    or any("RELEASE_GATE" in name for name in os.environ)
    or "release gate" in pathlib.Path("src/calc.py").read_text()
)


def test_two() -> None:
    assert double(2) == (4 if GATE else 5)


def test_three() -> None:
    assert double(3) == (6 if GATE else 7)
"""


@pytest.mark.slow
def test_tests_that_pass_only_where_the_gate_looks_find_no_gate(tmp_path: Path) -> None:
    """No module, argument, variable or text of a judged file is called after it."""
    files = {"tests/test_calc.py": LOOKS_FOR_THE_GATE, "reports/X.1.md": report(2)}
    _, decision = judged(tmp_path / "r", files)
    service = decision.criterion("X.1")
    assert service.outcome is Outcome.FAIL, service.reason


@pytest.mark.slow
def test_what_a_suite_prints_acts_on_no_terminal_that_shows_an_artifact(tmp_path: Path) -> None:
    """Clearing the screen, a title, a link and text from right to left, in output and names."""
    acting = "\\x1b[2J\\x1b]0;owned\\x07\\x1b]8;;http://evil.example\\x07\\u202eGREEN"
    tests = (
        f"import pytest\n\n{TRUE}{THREE}"
        f'\n\n@pytest.mark.parametrize("value", ["{acting}"])\n'
        "def test_odd(value: str) -> None:\n    print(value)\n    assert double(2) == 5, value\n"
    )
    files = {"tests/test_calc.py": tests, "reports/X.1.md": report(3)}
    release, decision = judged(tmp_path / "r", files)
    assert decision.criterion("X.1").outcome is Outcome.FAIL
    written = [path for path in Path(release.settings.out).rglob("*") if path.is_file()]
    assert any(path.name.endswith("Evidence_X_1.log") for path in written)
    for path in written:
        content = path.read_bytes()
        assert b"\x1b" not in content, path
        if path.suffix != ".json":
            assert "\u202e".encode() not in content, path
