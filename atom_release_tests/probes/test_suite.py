"""A service's suite: what its runs come to, and whether the control shows that it needs the code.

Real git, pytest and sandbox.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import venv
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from atom_release.gate.claims import claim_facts
from atom_release.gate.claims.record import ClaimKind
from atom_release.gate.manifest import Suite
from atom_release.gate.vocabulary import Answer, ClaimVerdict, ControlState
from atom_release.lab.sandbox import Limits, Sandbox
from atom_release.probes.claims import collect
from atom_release.probes.suite import probe
from atom_release.probes.suite.probe import run_suite
from atom_release.probes.suite.rerun import with_rerun
from atom_release.probes.suite.series import Series
from atom_release.source.commit import open_tree
from atom_release_tests.fixtures.suite_site import CODE, TESTS, Site, control, facts, site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atom_release.lab.sandbox.order import Namespaces

__all__ = ["site"]  # the fixture


def test_passes_and_needs_the_code(site: Site) -> None:
    evidence = site.ask()
    assert (evidence.answer, control(evidence)) == (Answer.YES, ControlState.ALIVE), evidence
    assert evidence.reason == "4 of 4 tests passed in 2 of 2 runs, 1 skipped"
    assert [
        (run["seed"], run["passed"], run["failed"], run["skipped"], run["total"], run["status"])
        for run in facts(evidence, "runs")
    ] == [
        (1, 4, 0, 1, 5, 0),
        (2, 4, 0, 1, 5, 0),
    ]
    assert facts(evidence, "collected") == 5
    assert facts(evidence, "cases")["tests.test_fees::test_fee"] == {"passed": 2, "ran": 2}
    kept = facts(evidence, "control")
    assert kept["still_passing"] == []
    assert kept["needed_the_code"] == 4
    assert kept["functions"] == 3, (
        "fee, amounts and later; rate and what it returned were called by the import"
    )
    assert [entry.partition(" ")[2] for entry in kept["kept"]] == ["rate", "wrap"]
    assert "network:none" in evidence.isolation
    assert evidence.tools["pytest"]


def test_vacuous_when_every_test_passes_without_the_code(site: Site) -> None:
    site.files["tests/test_fees.py"] = (
        "import svc.fees\ndef test_true():\n    assert True\ndef test_there():\n    assert"
        " svc.fees.fee\n"
    )
    evidence = site.ask()
    assert (evidence.answer, control(evidence)) == (Answer.YES, ControlState.VACUOUS)
    assert facts(evidence, "control")["still_passing_share"] == 1.0


def test_tests_that_do_not_need_the_code_are_listed_with_their_share(site: Site) -> None:
    site.files["tests/test_fees.py"] = TESTS + "\ndef test_true():\n    assert True\n"
    evidence = site.ask()
    assert control(evidence) is ControlState.ALIVE
    assert facts(evidence, "control")["still_passing"] == ["tests.test_fees::test_true"]
    assert facts(evidence, "control")["still_passing_share"] == 0.2
    assert evidence.control
    assert "tests.test_fees::test_true" in evidence.control.found


def test_tests_that_call_the_code_and_check_nothing_show_nothing(site: Site) -> None:
    """The lie that a run without bodies cannot see: it was called, and nobody looked."""
    site.files["tests/test_fees.py"] = (
        "from svc import fees\ndef test_fee():\n    fees.fee(100)\ndef test_amounts():\n"
        "    list(fees.amounts(3))\n"
    )
    evidence = site.ask()
    assert (evidence.answer, control(evidence)) == (Answer.YES, ControlState.DEAD), evidence
    assert evidence.control
    assert evidence.control.found.startswith("the tests call the code and check nothing")
    assert facts(evidence, "control")["distorted"] == {
        "functions": 2,
        "happened": True,
        "noticed": 0,
        "broke": 0,
        "passed": 2,
        "judged_idle": 0,
    }


@pytest.mark.parametrize(
    ("code", "test"),
    [
        pytest.param(
            "def write(path):\n    path.write_text('2')\n    return path\n",
            """
            def test_it(tmp_path):
                code.write(tmp_path / 'a')
                assert (tmp_path / 'a').exists()
            """,
            id="a file",
        ),
        pytest.param(
            "def valid(name):\n    if not name:\n        raise ValueError\n    return True\n",
            """
            import pytest
            def test_it():
                with pytest.raises(ValueError):
                    code.valid('')
                code.valid('a')
            """,
            id="an error",
        ),
        pytest.param(
            """
            class Stack:
                def __init__(self):
                    self.items = []
                def push(self, item):
                    self.items.append(item)
                    return self
            """,
            """
            import unittest
            class Test(unittest.TestCase):
                def test_it(self):
                    stack = code.Stack()
                    stack.push(1)
                    self.assertEqual(stack.items, [1])
            """,
            id="a state",
        ),
    ],
)
def test_tests_of_what_code_does_beside_returning_are_not_doubted(
    site: Site, code: str, test: str
) -> None:
    """Wrong results go unnoticed, since what the code does or refuses is what is looked at."""
    site.files = {"svc/__init__.py": "", "svc/code.py": code}
    site.files["tests/test_code.py"] = f"from svc import code\n{textwrap.dedent(test)}"
    evidence = site.ask()
    assert (evidence.answer, control(evidence)) == (Answer.YES, ControlState.ALIVE), evidence
    assert facts(evidence, "control")["distorted"]["noticed"] == 0
    assert facts(evidence, "control")["distorted"]["judged_idle"] == 1


def test_tests_that_use_what_comes_back_and_check_nothing_show_nothing(site: Site) -> None:
    """The bad twin: code that did nothing makes them break, and none of them judges."""
    site.files["tests/test_fees.py"] = (
        "from svc import fees\ndef test_fee():\n    assert fees.fee(100) is not None\n"
        "def test_amounts():\n    fees.fee(3) + 1\n"
    )
    evidence = site.ask()
    assert (evidence.answer, control(evidence)) == (Answer.YES, ControlState.DEAD), evidence
    assert facts(evidence, "control")["distorted"]["judged_idle"] == 0


LEDGER = """
class Ledger:
    def __init__(self):
        self.total = 0

def open_ledger():
    return Ledger()

def add(ledger, amount):
    assert ledger is not None
    ledger.total = ledger.total + amount
    return ledger.total

def parts(ledger):
    return ledger, {"total": str(ledger.total)}
"""


@pytest.mark.parametrize("line", ["", "    assert ledger is not None\n"])
def test_code_that_breaks_on_its_own_wrong_results_is_no_test_that_noticed(
    site: Site, line: str
) -> None:
    """The attack: smoke tests without an assertion, of code that uses what it returned."""
    code = LEDGER.replace("    assert ledger is not None\n", line).replace("+ amount", "- amount")
    site.files = {"svc/__init__.py": "", "svc/code.py": code}
    site.files["tests/test_code.py"] = (
        "from svc import code\ndef test_it():\n    code.add(code.open_ledger(), 5)\n"
    )
    evidence = site.ask()
    assert (evidence.answer, control(evidence)) == (Answer.YES, ControlState.DEAD), evidence
    assert evidence.control
    assert evidence.control.found.startswith("no test is seen to check what the code returns")
    assert "tests.test_code::test_it met an error on the way" in evidence.control.found
    assert facts(evidence, "control")["distorted"]["broke"] == 1


@pytest.mark.parametrize(
    "test",
    [
        pytest.param("assert code.add(code.open_ledger(), 5) == 5", id="breaks before it asserts"),
        pytest.param("assert len(code.parts(ledger)[1]) + 1 == 2", id="counts with it"),
        pytest.param(
            "book, more = code.parts(ledger)\n    assert more == {'total': '0'}", id="a pair"
        ),
        pytest.param(
            "if code.add(ledger, 5) != 5:\n        raise SystemExit(1)", id="ends the process"
        ),
        pytest.param(
            "if code.add(ledger, 5) != 5:\n        raise RuntimeError('wrong')", id="raises by hand"
        ),
    ],
)
def test_tests_that_judge_after_an_error_or_in_another_way_are_not_doubted(
    site: Site, test: str
) -> None:
    """The honest twins: what failed first was an error, or is no assertion."""
    site.files = {"svc/__init__.py": "", "svc/code.py": LEDGER}
    site.files["tests/test_code.py"] = (
        "from svc import code\ndef test_it():\n    ledger = code.Ledger()\n    " + test + "\n"
    )
    evidence = site.ask()
    assert (evidence.answer, control(evidence)) == (Answer.YES, ControlState.ALIVE), evidence


def test_failures_that_a_hook_turns_into_passes_show_nothing(site: Site) -> None:
    """The attack: assertions are swallowed, and what the control raises is let through."""
    site.files["svc/fees.py"] = CODE.replace("0.02", "0.03")
    site.files["tests/conftest.py"] = (
        "import pytest\n@pytest.hookimpl(tryfirst=True)\ndef pytest_pyfunc_call(pyfuncitem):\n"
        "    try:\n        pyfuncitem.obj()\n    except (AssertionError, Exception) as error:\n"
        "        if 'took this body out' in str(error):\n            raise\n    return True\n"
    )
    evidence = site.ask()
    assert (evidence.answer, control(evidence)) == (Answer.YES, ControlState.DEAD), evidence


def test_tests_of_what_code_does_rather_than_returns_are_not_doubted(site: Site) -> None:
    """The twin: nothing is returned, so nothing could be changed, and the files are looked at."""
    site.files["svc/fees.py"] = "def write(path, amount):\n    path.write_text(str(amount))\n"
    site.files["svc/__init__.py"] = ""
    site.files["tests/test_fees.py"] = (
        "from svc import fees\ndef test_write(tmp_path):\n    fees.write(tmp_path / 'a', 2)\n"
        "    assert (tmp_path / 'a').read_text() == '2'\n"
    )
    evidence = site.ask()
    assert (evidence.answer, control(evidence)) == (Answer.YES, ControlState.ALIVE), evidence
    assert "distorted" not in facts(evidence, "control")


def test_a_module_named_as_the_runner_does_not_run_in_its_place(site: Site) -> None:
    site.files["pytest.py"] = "import sys\nsys.exit(0)\n"
    site.files["svc/fees.py"] = CODE.replace("0.02", "0.03")
    evidence = site.ask()
    assert evidence.answer is Answer.NO, evidence
    assert "test_fee" in evidence.reason


def test_a_failing_test_is_a_no(site: Site) -> None:
    site.files["svc/fees.py"] = CODE.replace("0.02", "0.03")
    evidence = site.ask()
    assert evidence.answer is Answer.NO
    assert "test_fee" in evidence.reason
    assert "flaky" not in evidence.reason


def test_flaky_is_a_no_with_its_rate(site: Site) -> None:
    """The outcome depends on the hash seed, which is the number of the repeat."""
    site.files["tests/test_fees.py"] += (
        "\ndef test_luck():\n    import os\n    assert os.environ['PYTHONHASHSEED'] != '2'\n"
    )
    site.suite["repeats"] = 3
    evidence = site.ask()
    assert evidence.answer is Answer.NO
    assert evidence.reason.startswith("flaky: tests.test_fees::test_luck in 1 of 3 runs failed")
    assert facts(evidence, "cases")["tests.test_fees::test_luck"] == {"passed": 2, "ran": 3}
    assert "in the code or in the test" in evidence.remedy


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("import socket; socket.create_connection(('127.0.0.1', 9))", "a connection was refused"),
        ("import socket; socket.getaddrinfo('example.org', 80)", "a name could not be resolved"),
        ("import nowhere_to_be_found", "a module is missing"),
        ("raise OSError(28, 'No space left on device')", "met its disk limit, also"),
        ("x = bytearray(3 << 30)", "met its memory limit, also"),
        ("open('/usr/x', 'w')", "cannot be written"),
    ],
)
def test_the_surroundings_are_not_held_against_the_release(site: Site, body: str, why: str) -> None:
    site.files["tests/test_fees.py"] += f"\ndef test_here():\n    {body}\n"
    site.suite |= {"repeats": 1, "memory_mb": 256}
    evidence = site.ask()
    assert evidence.answer is Answer.UNKNOWN, evidence.reason
    assert why in evidence.reason


def test_a_comparison_with_such_words_is_the_test_s_own_judgement(site: Site) -> None:
    site.files["tests/test_fees.py"] += (
        "\ndef test_words():\n    assert 'Connection refused' == 'ok'\n"
    )
    assert site.ask().answer is Answer.NO


def test_a_failure_that_met_a_limit_is_repeated_with_higher_ones(site: Site) -> None:
    """512 MB are not enough for this test, 2 GB are."""
    site.files["tests/test_fees.py"] += (
        "\ndef test_large():\n    assert len(bytearray(700 << 20))\n"
    )
    site.suite |= {"repeats": 1, "memory_mb": 512}
    evidence = site.ask()
    assert evidence.answer is Answer.YES, evidence.reason


def test_a_suite_that_does_not_end_is_not_decided(site: Site) -> None:
    site.files["tests/test_fees.py"] += "\ndef test_long():\n    import time; time.sleep(300)\n"
    site.suite |= {"repeats": 3, "timeout": "1s"}
    evidence = site.ask()
    assert evidence.answer is Answer.UNKNOWN
    assert "time limit" in evidence.reason
    assert len(facts(evidence, "runs")) < 3


@pytest.mark.parametrize(
    ("tests", "why"),
    [
        ("x = 1\n", "no test was collected"),
        (
            "import nowhere_to_be_found\ndef test_x(): pass\n",
            "could not be collected: ModuleNotFoundError",
        ),
        ("def test_x(:\n", "could not be collected: SyntaxError"),
        ("async def test_x():\n    assert False\n", "a pytest plugin for async tests is missing"),
        ("def test_x(no_such_fixture): pass\n", "a fixture is missing"),
        ("import pytest\n@pytest.mark.skip\ndef test_x(): pass\n", "no test ran"),
    ],
)
def test_what_cannot_be_run_is_not_decided(site: Site, tests: str, why: str) -> None:
    site.files["tests/test_fees.py"] = tests
    site.suite["repeats"] = 1
    evidence = site.ask()
    assert evidence.answer is Answer.UNKNOWN
    assert why in evidence.reason


def test_paths_that_the_commit_lacks_are_said(site: Site) -> None:
    site.suite["paths"] = ["elsewhere"]
    evidence = site.ask()
    assert (evidence.answer, evidence.reason) == (Answer.UNKNOWN, "the commit holds no elsewhere")


def test_a_false_junit_does_not_agree(site: Site) -> None:
    """The last writer of the file is the subject.

    What it says must match the exit status and the collection.
    """
    site.files["conftest.py"] = """
    import atexit, sys
    path = [word.partition("=")[2] for word in sys.argv if word.startswith("--junitxml=")]
    def lie():
        xml = '<testsuites><testsuite><testcase classname="tests.test_fees" name="test_%d"/></testsuite></testsuites>'
        open(path[0], "w").write(xml % 1)
    if path:
        atexit.register(lie)
    """
    evidence = site.ask()
    assert evidence.answer is Answer.UNKNOWN
    assert "the JUnit file does not agree with the collection" in evidence.reason


def test_all_green_in_the_file_and_a_failing_exit_status_do_not_agree(site: Site) -> None:
    site.files["tests/test_fees.py"] = "def test_wrong():\n    assert False\n"
    site.files["conftest.py"] = """
    import atexit, sys
    path = [word.partition("=")[2] for word in sys.argv if word.startswith("--junitxml=")]
    def lie():
        open(path[0], "w").write('<testsuites><testsuite><testcase classname="tests.test_fees" name="test_wrong"/></testsuite></testsuites>')
    if path:
        atexit.register(lie)
    """
    evidence = site.ask()
    assert evidence.answer is Answer.UNKNOWN
    assert "the JUnit file does not agree with the exit status" in evidence.reason


def test_modules_from_outside_the_copy_leave_the_control_dead(site: Site, tmp_path: Path) -> None:
    """The suite's own Python has the service installed, and that is what the tests import."""
    venv.create(tmp_path / "environment", symlinks=True)
    packages = next((tmp_path / "environment").glob("lib/python*/site-packages"))
    (packages / "pytest.pth").write_text(str(Path(pytest.__file__).parents[1]))
    (packages / "svc").mkdir()
    (packages / "svc" / "__init__.py").write_text("")
    (packages / "svc" / "fees.py").write_text(CODE)
    site.files = {"src/svc/fees.py": CODE, "src/svc/__init__.py": "", "tests/test_fees.py": TESTS}
    site.source = "src"
    site.suite["interpreter"] = str(tmp_path / "environment" / "bin" / "python")
    evidence = site.ask()
    assert (evidence.answer, control(evidence)) == (Answer.YES, ControlState.DEAD), evidence
    assert evidence.control
    assert "control did not reach the code: svc.fees (" in evidence.control.found


def test_a_suite_that_cannot_be_collected_without_the_code_has_a_weak_control(site: Site) -> None:
    """Collected twice, differently: the second time the module's own work fails at import."""
    site.files["svc/fees.py"] = (
        CODE + "\nimport os\nif os.environ.get('PYTHONHASHSEED') != '0':\n    START = fee(1)\n"
    )
    evidence = site.ask()
    assert (evidence.answer, control(evidence)) == (Answer.YES, ControlState.WEAK), evidence


def test_a_server_that_does_not_start_without_the_code_is_a_weak_control(site: Site) -> None:
    """The test fails without the code, but for a refused connection.

    Nothing shows that it judges what the code does.
    """
    site.files["svc/fees.py"] = (
        "import socket\nHELD = []\ndef listen():\n   "
        " HELD.append(socket.create_server(('127.0.0.1', 8765)))\n"
    )
    site.files["tests/test_fees.py"] = """
    import socket, threading
    from svc import fees
    def test_serves():
        thread = threading.Thread(target=fees.listen)
        thread.start()
        thread.join()
        socket.create_connection(("127.0.0.1", 8765), 2).close()
    """
    evidence = site.ask()
    assert (evidence.answer, control(evidence)) == (Answer.YES, ControlState.WEAK), evidence


def test_test_helpers_are_not_taken_for_the_code(site: Site) -> None:
    site.files["svc/tests/helpers.py"] = "def three():\n    return 3\n"
    site.files["svc/tests/__init__.py"] = site.files["tests/__init__.py"] = ""
    site.files["tests/test_fees.py"] = (
        "from svc.tests.helpers import three\ndef test_three():\n    assert three() == 3\n"
    )
    assert control(site.ask()) is ControlState.VACUOUS


def test_working_directory_and_arguments_are_the_manifest_s(site: Site) -> None:
    site.files = {f"apps/fees/{path}": text for path, text in site.files.items()}
    site.files["apps/fees/tests/test_where.py"] = (
        "import os\ndef test_where():\n    assert os.path.exists('svc/fees.py')\ndef"
        " test_left_out(): assert False\n"
    )
    site.suite |= {
        "paths": ["apps/fees/tests"],
        "directory": "apps/fees",
        "arguments": ["-k", "not left_out"],
    }
    evidence = site.ask()
    assert evidence.answer is Answer.YES, evidence.reason
    assert "tests.test_where::test_where" in facts(evidence, "cases")


@pytest.mark.parametrize("mode", ["any", "none"])
def test_a_configuration_above_the_copy_is_not_read(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: Namespaces
) -> None:
    """Also not where no namespaces hide it."""
    monkeypatch.setattr(probe, "Sandbox", partial(Sandbox, namespaces=mode))
    (tmp_path / "pyproject.toml").write_text(
        '[tool.pytest.ini_options]\naddopts = "--no-such-option"\n'
    )
    (tmp_path / "conftest.py").write_text("raise RuntimeError('the gate\\'s own')\n")
    evidence = site.ask()
    assert (evidence.answer, control(evidence)) == (Answer.YES, ControlState.ALIVE), evidence


@pytest.mark.parametrize("mode", ["any", "none"])
def test_tests_may_write_beside_themselves_and_see_nothing_of_other_runs(
    site: Site, monkeypatch: pytest.MonkeyPatch, mode: Namespaces
) -> None:
    monkeypatch.setattr(probe, "Sandbox", partial(Sandbox, namespaces=mode))
    site.files["tests/test_fees.py"] += """
def test_writes():
    import os, pathlib
    for place in ("trace.db", "tests/trace.db"):
        assert not os.path.exists(place)
        pathlib.Path(place).write_text("x")
"""
    assert site.ask().answer is Answer.YES


def test_requirements_are_names_only(site: Site) -> None:
    site.suite["requirements"] = "requirements.txt"
    site.files["requirements.txt"] = "pytest\n./evil\n"
    evidence = site.ask()
    assert evidence.answer is Answer.UNKNOWN
    assert "'./evil'" in evidence.reason


def test_requirements_that_cannot_be_had_as_wheels_are_said(site: Site) -> None:
    site.suite["requirements"] = "requirements.txt"
    site.files["requirements.txt"] = "pytest==0.0.0.1\n"
    evidence = site.ask()
    assert evidence.answer is Answer.UNKNOWN
    assert "could not be installed as wheels" in evidence.reason
    assert not list((site.root / "scratch" / "environments").glob("*/bin"))


@pytest.mark.slow
def test_requirements_make_an_environment_once(site: Site) -> None:
    site.suite["requirements"] = "requirements.txt"
    site.files["requirements.txt"] = f"pytest=={pytest.__version__}  # as here\n"
    look = site.look()
    for _ in range(2):
        evidence = run_suite(look, look.manifest.services[0])
        assert evidence.answer is Answer.YES, evidence.reason
    assert len(list((site.root / "scratch" / "environments").glob("*/bin/python"))) == 1


def test_a_hidden_folder_may_hold_the_scratch(site: Site) -> None:
    evidence = site.ask(hidden=(site.root,))
    assert evidence.answer is Answer.YES, evidence.reason
    assert "hidden-folders" in evidence.isolation


def test_an_interrupted_gate_ends_its_runs(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception in the gate does not wait for the subject's time to pass."""
    site.files["tests/test_fees.py"] = "def test_long():\n    import time; time.sleep(250)\n"
    site.suite["timeout"] = "300s"

    def interrupted(*_: Any) -> None:  # noqa: ANN401 - whatever it is called with
        raise KeyboardInterrupt

    monkeypatch.setattr(Series, "_begin_control", interrupted)
    with pytest.raises(KeyboardInterrupt), _no_longer_than(120):
        site.ask()


@contextmanager
def _no_longer_than(seconds: int) -> Iterator[None]:
    def late(*_: Any) -> None:  # noqa: ANN401 - a signal handler's
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


SHELL_TESTS = """\
#!/bin/sh
# Writes JUnit: one case for the fee of 100, one that needs no code.
out=$1
fee=$(sh svc/fee.sh 100 2>/dev/null)
if [ "$fee" = 2 ]; then broken=""; else broken="<failure message='fee is not 2'/>"; fi
printf "<testsuite><testcase classname='fees' name='fee'>%s</testcase><testcase classname='fees' name='adds'/></testsuite>" "$broken" > "$out"
[ -z "$broken" ]
"""


@pytest.fixture
def shell(site: Site) -> Site:
    """A service in another language: a shell script with a suite of its own that writes JUnit."""
    site.files = {"svc/fee.sh": "echo $(($1 / 50))\n", "tests/run.sh": SHELL_TESTS}
    site.suite |= {"paths": ["tests"], "command": ["sh", "tests/run.sh", "{junit}"]}
    return site


def test_a_suite_in_another_language_has_a_weak_control(shell: Site) -> None:
    evidence = shell.ask()
    assert (evidence.answer, control(evidence)) == (Answer.YES, ControlState.WEAK), evidence
    assert evidence.reason == "2 of 2 tests passed in 2 of 2 runs"
    assert evidence.control is not None
    assert evidence.control.changed == "1 files were emptied"
    assert evidence.control.found.startswith("1 of 2 tests did not pass")


def test_a_suite_in_another_language_fails_by_its_cases(shell: Site) -> None:
    shell.files["svc/fee.sh"] = "echo 3\n"
    evidence = shell.ask()
    assert evidence.answer is Answer.NO
    assert "fee is not 2" in evidence.reason


def test_a_suite_in_another_language_that_needs_no_code_is_vacuous(shell: Site) -> None:
    shell.files["tests/run.sh"] = SHELL_TESTS.replace("sh svc/fee.sh 100 2>/dev/null", "echo 2")
    assert control(shell.ask()) is ControlState.VACUOUS


def test_a_command_that_writes_no_junit_is_not_decided(shell: Site) -> None:
    shell.suite["command"] = ["sh", "-c", "true # {junit}"]
    evidence = shell.ask()
    assert evidence.answer is Answer.UNKNOWN
    assert evidence.reason == (
        "the tests could not be collected: no JUnit file was written (the command ended with"
        " status 0: no output)"
    )


def test_how_a_failing_command_ended_stands_in_the_reason(shell: Site) -> None:
    """Its exit status and last lines, whether it wrote JUnit or not."""
    shell.files["tests/run.sh"] = (
        "echo compiling; echo 'fee.c: no such header' >&2; exit 7  # nothing is written\n"
    )
    evidence = shell.ask()
    assert evidence.answer is Answer.UNKNOWN
    assert "status 7: compiling / fee.c: no such header" in evidence.reason


def test_how_a_command_with_failing_cases_ended_stands_in_the_reason(shell: Site) -> None:
    shell.files["svc/fee.sh"] = "echo 3\n"
    shell.files["tests/run.sh"] = SHELL_TESTS + "code=$?; echo 1 test failed; exit $((code * 9))\n"
    evidence = shell.ask()
    assert evidence.answer is Answer.NO
    assert "fee is not 2" in evidence.reason
    assert evidence.reason.endswith("the command ended with status 9: 1 test failed")


def test_a_refused_connection_is_told_once_and_not_after_every_run(site: Site) -> None:
    """What another run would lack too is not asked five times."""
    site.files["tests/test_fees.py"] += (
        "\ndef test_here():\n    import socket; socket.create_connection(('127.0.0.1', 9))\n"
    )
    site.suite["repeats"] = 5
    evidence = site.ask()
    assert evidence.answer is Answer.UNKNOWN
    assert "a connection was refused: tests.test_fees::test_here" in evidence.reason
    assert "`integration`" in evidence.remedy
    assert len(facts(evidence, "runs")) < 5


def test_a_command_says_where_it_writes() -> None:
    with pytest.raises(ValueError, match=r"put \{junit\} among its arguments"):
        Suite.model_validate({"paths": ["tests"], "command": ["make", "test"]})


def test_a_count_that_never_held_is_contradicted_by_a_run_at_the_reports_commit(site: Site) -> None:
    """The code changed after the report.

    So only the suite of that commit can say whether its count was ever true.
    """
    for passed, verdict in ((7, ClaimVerdict.CONTRADICTED), (4, ClaimVerdict.UNVERIFIED)):
        part = Site(site.root / str(passed))
        part.files["docs/fees.md"] = (
            f"# C.1 Fees\n\n**Status:** PASS\n\n## Tests\n\n{passed} passed\n"
        )
        first = part.look()
        (part.repository / "tests" / "test_more.py").write_text(
            "from svc import fees\n\ndef test_more():\n    assert fees.fee(50) == 1\n"
        )
        for command in (
            ["add", "-A"],
            ["-c", "user.name=n", "-c", "user.email=e@example.org", "commit", "-q", "-m", "more"],
        ):
            subprocess.run(["git", *command], cwd=part.repository, check=True)  # noqa: S607 - the git on the path
        look = replace(first, tree=open_tree(part.repository, "HEAD"))
        service = look.manifest.services[0]
        reported = collect(look, service)
        ran = with_rerun(look, service, run_suite(look, service), reported)
        assert service.suite is not None
        assert [run["passed"] for run in facts(ran, "at_report")["runs"]] == [
            4
        ] * service.suite.repeats
        rows = claim_facts.ledger(
            service, {str(number): piece for number, piece in enumerate([*reported, ran])}
        )
        assert rows is not None
        assert {row.verdict for row in rows if row.kind is ClaimKind.TESTS} == {verdict}, rows


def test_a_suite_that_cannot_be_collected_here_counts_nothing_against_a_report(site: Site) -> None:
    """The count was true where its packages were: a package that this machine lacks is no 0.

    The twin without that import is held against it.
    """
    for imported, conclusive in (("import a_package_of_elsewhere\n", False), ("", True)):
        part = Site(site.root / str(conclusive))
        part.files["docs/fees.md"] = "# C.1 Fees\n\n**Status:** PASS\n\n## Tests\n\n7 passed\n"
        part.files["tests/test_fees.py"] = imported + TESTS
        look = part.look()
        service = look.manifest.services[0]
        reported = collect(look, service)
        ran = run_suite(look, service)
        rows = claim_facts.ledger(
            service, {str(number): piece for number, piece in enumerate([*reported, ran])}
        )
        assert rows is not None
        (verdict,) = {row.verdict for row in rows if row.kind is ClaimKind.TESTS}
        assert (verdict is ClaimVerdict.CONTRADICTED) is conclusive, rows
        problems = [bool(run.get("problem")) for run in facts(ran, "runs")]
        assert problems == [not conclusive] * 2, problems


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r", "\n\r", "\r\r\n"])
def test_the_lines_of_a_report_are_those_of_git_however_they_end(site: Site, ends: str) -> None:
    """The attack: a few carriage returns, so that no count is held against anything."""
    report = "# C.1 Fees\n\n**Status:** PASS\n\nFirst.END\nSecond.\n\n## Tests\n\n70 passed\n"
    site.files["docs/fees.md"] = report.replace("END\n", ends * 3)
    look = site.look()
    look.tree.read("docs/fees.md").index(ends.encode())
    service = look.manifest.services[0]
    reported = collect(look, service)
    pieces = [*reported, run_suite(look, service)]
    rows = claim_facts.ledger(service, {str(at): piece for at, piece in enumerate(pieces)})
    assert rows is not None
    verdicts = {row.verdict for row in rows if row.kind is ClaimKind.TESTS}
    assert verdicts == {ClaimVerdict.CONTRADICTED}, rows


def test_an_interpreter_that_is_not_there_is_said(site: Site) -> None:
    site.suite["interpreter"] = "/nowhere/python"
    evidence = site.ask()
    assert evidence.answer is Answer.UNKNOWN
    assert "there is no interpreter at /nowhere/python" in evidence.reason


def test_an_interpreter_that_the_manifest_names(site: Site) -> None:
    site.suite["interpreter"] = sys.executable
    assert site.ask().answer is Answer.YES


HOSTILE = """
import os, pathlib, socket, subprocess, sys

def test_reads_the_key():
    open({hidden!r} + "/key.pem")

def test_finds_the_key():
    next(pathlib.Path({hidden!r}).iterdir())

def test_reads_the_environment():
    found = [name for name in os.environ if "TOKEN" in name]
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            found += [pid] if b"planted-secret" in open("/proc/" + pid + "/environ", "rb").read() else []
        except OSError:
            pass
    assert found

def test_edits_the_reports():
    open({reports!r} + "/PhaseC_Decision.json", "w")

def test_reaches_the_network():
    socket.create_connection(("127.0.0.1", {port}), 2)

def test_pushes_a_tag():
    subprocess.run(["git", "init", "-q", "/tmp/r"], check=True)
    subprocess.run(["git", "-C", "/tmp/r", "-c", "user.name=n", "-c", "user.email=e@x.org", "commit", "-q", "--allow-empty", "-m", "m"], check=True)
    subprocess.run(["git", "-C", "/tmp/r", "-c", "safe.directory=*", "push", {origin!r}, "HEAD:refs/tags/v9"], check=True)

def test_fills_the_disk():
    for number in range(200):
        open("fill%d" % number, "wb").write(bytes(1 << 24))
"""


@pytest.fixture
def hostile(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Site, tuple[Path, ...]]]:
    """A suite whose tests pass where they do harm, and the places that it must not get at.

    Each open to all as far as modes go.
    """
    monkeypatch.setenv("DEPLOY_TOKEN", "planted-secret")
    hidden, reports, origin = tmp_path / "hidden", tmp_path / "reports", tmp_path / "origin.git"
    subprocess.run(["git", "init", "-q", "--bare", "--shared=world", str(origin)], check=True)  # noqa: S607 - the git on the path
    for folder in (hidden, reports, tmp_path, *tmp_path.parents[:-2]):
        folder.mkdir(exist_ok=True)
        if folder.stat().st_uid == os.geteuid():
            folder.chmod(0o777)
    (hidden / "key.pem").write_text("planted-secret")
    site.suite |= {"repeats": 1}
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        site.files["tests/test_fees.py"] = HOSTILE.format(
            hidden=str(hidden), reports=str(reports), port=port, origin=str(origin)
        )
        yield site, (hidden, reports, origin, site.repository)
        server.setblocking(False)  # noqa: FBT003 - the standard library's own
        with pytest.raises(BlockingIOError):
            server.accept()
    assert not list(reports.iterdir())
    tags = subprocess.run(
        ["git", "-C", str(origin), "tag"],  # noqa: S607 - the git on the path
        capture_output=True,
        text=True,
        check=True,
    )
    assert tags.stdout == ""


def test_a_hostile_suite_gets_nowhere(hostile: tuple[Site, tuple[Path, ...]]) -> None:
    """Each attempt is a test that passes where it succeeds.

    None does, also not with the higher limits of the repetition.
    """
    site, hidden = hostile
    evidence = site.ask(hidden=hidden)
    run = facts(evidence, "runs")[0]
    messages = {name.rpartition("test_")[2]: text for name, text in run["messages"].items()}
    assert evidence.answer is not Answer.YES
    assert run["passed"] == 0
    assert messages["reads_the_key"].startswith("FileNotFoundError")
    assert messages["finds_the_key"].startswith(("FileNotFoundError", "StopIteration"))
    assert messages["reads_the_environment"].startswith("assert []")
    assert messages["edits_the_reports"].startswith(("FileNotFoundError", "OSError: [Errno 30]"))
    assert messages["reaches_the_network"].startswith("ConnectionRefusedError")
    assert "CalledProcessError" in messages["pushes_a_tag"]
    assert "No space left" in messages["fills_the_disk"]
    assert {"mount-namespace", "pid-namespace", "network:none", "hidden-folders"} <= set(
        evidence.isolation
    )


def test_a_suite_that_forks_without_end_is_stopped(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bounded by itself too, above the limit (lowered here.

    To be kind to the machine) and the higher one of the repetition.
    """
    monkeypatch.setattr(probe, "Limits", partial(Limits, processes=30))
    site.files["tests/test_fees.py"] = """
    import os, time
    def test_forks():
        for made in range(150):
            if os.fork() == 0:
                time.sleep(60)
                os._exit(0)
        time.sleep(60)
    """
    site.suite |= {"repeats": 2}
    evidence = site.ask()
    assert evidence.answer is Answer.UNKNOWN
    assert "met its processes limit, also with limits four times as high" in evidence.reason
