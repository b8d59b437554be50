"""Whether tests need the code and notice what it does wrong: the controls of a suite."""

from __future__ import annotations

import textwrap
import venv
from pathlib import Path

import pytest

from atom_release.gate.vocabulary import Answer, ControlState
from atom_release_tests.fixtures.suite_site import CODE, TESTS, Site, control, facts, site

__all__ = ["site"]  # the fixture


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


_WAITS = "from svc import fees\ndef test_waits():\n    while not fees.done():\n        pass\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("more", "state"),
    [("", ControlState.DEAD), ("    assert fees.count() == 3\n", ControlState.ALIVE)],
)
def test_tests_that_wrong_results_keep_from_ending_are_asked_with_idle_code(
    site: Site, more: str, state: ControlState
) -> None:
    """A limit that they meet there is met once, and says nothing of what they check."""
    site.files["svc/fees.py"] = "def done():\n    return True\n\ndef count():\n    return 3\n"
    site.files["tests/test_fees.py"] = _WAITS + more
    site.suite["timeout"] = "8s"
    evidence = site.ask()
    assert (evidence.answer, control(evidence)) == (Answer.YES, state), evidence
    assert evidence.control
    assert ("did not come to an end" in evidence.control.found) is (state is ControlState.DEAD)


def test_tests_that_compare_the_code_with_itself_show_nothing(site: Site) -> None:
    """Wrong results are equal to wrong results, and nothing is equal to nothing."""
    site.files["tests/test_fees.py"] = (
        "from svc import fees\ndef test_fee():\n    assert fees.fee(100) == fees.fee(100)\n"
    )
    evidence = site.ask()
    assert (evidence.answer, control(evidence)) == (Answer.YES, ControlState.DEAD), evidence


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
