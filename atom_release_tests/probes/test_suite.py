"""A service's suite: what its runs come to, and whether the control shows that it needs the code.

Real git, pytest and sandbox.
"""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from atom_release.gate.claims import claim_facts
from atom_release.gate.claims.record import ClaimKind
from atom_release.gate.vocabulary import Answer, ClaimVerdict, ControlState
from atom_release.lab import look as looking
from atom_release.lab.sandbox import Sandbox
from atom_release.probes.claims import collect
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
    assert re.match(r"tests/test_fees\.py:\d+: .*test_fee.* failed: ", evidence.reason)
    assert "flaky" not in evidence.reason


def test_flaky_is_a_no_with_its_rate(site: Site) -> None:
    """The outcome depends on the hash seed, which is the number of the repeat."""
    site.files["tests/test_fees.py"] += (
        "\ndef test_luck():\n    import os\n    assert os.environ['PYTHONHASHSEED'] != '2'\n"
    )
    site.suite["repeats"] = 3
    evidence = site.ask()
    assert evidence.answer is Answer.NO
    assert evidence.reason.startswith(
        "flaky: tests/test_fees.py:25: tests.test_fees::test_luck in 1 of 3 runs failed"
    )
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
            "ModuleNotFoundError: No module named 'nowhere_to_be_found' (tests/test_fees.py:1)",
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


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ("addopts = --strict-config\nno_such = 1\n", "Unknown config option: no_such"),
        ("addopts = --no-such-plugin\n", "unrecognized arguments: --no-such-plugin"),
    ],
)
def test_an_option_of_a_plugin_that_is_not_there_is_named(
    site: Site, options: str, why: str
) -> None:
    site.files["pytest.ini"] = f"[pytest]\n{options}"
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
    monkeypatch.setattr(looking, "Sandbox", partial(Sandbox, namespaces=mode))
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
    monkeypatch.setattr(looking, "Sandbox", partial(Sandbox, namespaces=mode))
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


def test_a_refused_connection_is_told_once_and_not_after_every_run(site: Site) -> None:
    """What another run would lack too is not asked five times."""
    site.files["tests/test_fees.py"] += (
        "\ndef test_here():\n    import socket; socket.create_connection(('127.0.0.1', 9))\n"
    )
    site.suite["repeats"] = 5
    evidence = site.ask()
    assert evidence.answer is Answer.UNKNOWN
    assert "a connection was refused (ConnectionRefusedError: [Errno 111]" in evidence.reason
    assert "tests.test_fees::test_here (run 1 of 5)" in evidence.reason
    assert "`integration`" in evidence.remedy
    assert len(facts(evidence, "runs")) < 5


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
        ] * service.suite.least_repeats
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
