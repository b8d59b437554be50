"""A suite that is a command in any language: its cases, its end, its weak control."""

from __future__ import annotations

import pytest

from atom_release.gate.manifest import Suite
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release_tests.fixtures.suite_site import Site, control, site

__all__ = ["site"]  # the fixture


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


def test_a_command_says_where_it_writes() -> None:
    with pytest.raises(ValueError, match=r"put \{junit\} among its arguments"):
        Suite.model_validate({"paths": ["tests"], "command": ["make", "test"]})
