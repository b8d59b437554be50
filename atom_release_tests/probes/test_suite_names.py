"""Tests that runners name or count in ways of their own, and that are in order."""

from __future__ import annotations

import secrets
import shutil
import subprocess
from pathlib import Path

import pytest

from atom_release.gate.vocabulary import Answer
from atom_release_tests.fixtures.suite_site import Site, facts

_NODE = 20
_JS = "export const clean = s => { if (!s) throw new Error('empty'); return s.trim(); };\n"
_JS_TESTS = """\
import { describe, it } from 'node:test';
import assert from 'node:assert';
import { clean } from '../svc/clean.mjs';
for (const group of ['create', 'rename']) describe(group, () => {
  it('refuses nothing', () => assert.throws(() => clean('')));
  it('trims', () => assert.equal(clean(' a '), 'a'));
});
"""
_TODO = "it('folds', { todo: 'next release' }, () => assert.equal(clean('A'), 'a'));\n"
_SKIP = "it('waits', { skip: 'not here' }, () => assert.fail());\n"
_RED = "it('shouts', () => assert.equal(clean('a'), 'A'));\n"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = Site(tmp_path)
    site.suite["repeats"] = 1
    return site


def test_a_folder_with_brackets_holds_tests_like_any_other(site: Site) -> None:
    """As file-based routers have them, parameters with brackets and colons included."""
    site.files["tests/[id]/test_page.py"] = """
import pytest

@pytest.mark.parametrize("path", ["a::b", "[c]", "d/e.py"])
def test_page(path):
    assert path
"""
    evidence = site.ask()
    assert evidence.answer is Answer.YES, evidence.reason
    assert facts(evidence, "counts")["passed"] == 7


def test_a_prefix_of_the_suite_s_own_configuration_changes_nothing(site: Site) -> None:
    site.files["pytest.ini"] = "[pytest]\naddopts = --junit-prefix=calc\njunit_suite_name = calc\n"
    evidence = site.ask()
    assert evidence.answer is Answer.YES, evidence.reason


def test_expected_failures_unexpected_passes_and_teardowns_are_counted_as_pytest_does(
    site: Site,
) -> None:
    """Test by test for the verdict, and beside it as pytest's own last line has them."""
    site.files["tests/test_fees.py"] += """
@pytest.mark.xfail
def test_expected():
    assert False

@pytest.mark.xfail
def test_unexpected():
    assert True

@pytest.fixture
def held():
    yield 1
    raise RuntimeError("cannot close")

def test_torn(held):
    assert held
"""
    evidence = site.ask()
    assert evidence.answer is Answer.NO
    run = facts(evidence, "runs")[0]
    assert (run["passed"], run["errors"], run["skipped"], run["total"]) == (5, 1, 2, 8)
    assert run["counted"] == {
        "passed": 5,
        "failed": 0,
        "error": 1,
        "skipped": 1,
        "xfailed": 1,
        "xpassed": 1,
    }


def test_what_the_tests_wrote_is_kept_without_what_looks_secret(site: Site) -> None:
    """Of the collection, of each run and of the three controls; a count is no secret."""
    password = secrets.token_hex(12)
    site.files["tests/test_fees.py"] += f"""
def test_talks():
    print("DB_PASSWORD={password} postgres://app:{password}@db/x")
    print("4 passed: 4, tokens counted")
    assert fees.fee(100) == 3
"""
    kept: dict[str, str] = {}
    evidence = site.ask(keep=kept.__setitem__)
    assert evidence.answer is Answer.NO
    assert list(kept) == [
        "suite C.1, the collection: status 0",
        "suite C.1, run 1: status 1",
        "suite C.1, the run without the code: status 1",
        "suite C.1, the run with code written differently: status 1",
        "suite C.1, the run with wrong results: status 1",
    ]
    run = kept["suite C.1, run 1: status 1"]
    assert "DB_PASSWORD=[redacted] postgres://app:[redacted]@db/x" in run
    assert "4 passed: 4, tokens counted" in run
    assert password not in "".join(kept.values())


def test_a_strict_unexpected_pass_fails(site: Site) -> None:
    site.files["tests/test_fees.py"] += (
        "\n@pytest.mark.xfail(strict=True)\ndef test_unexpected():\n    assert True\n"
    )
    evidence = site.ask()
    assert evidence.answer is Answer.NO
    assert "XPASS(strict)" in evidence.reason


def test_a_word_that_no_runner_writes_leaves_the_suite_open(site: Site) -> None:
    site.files["tests/run.sh"] = (
        "sh svc/fee.sh 100 && echo \"<testsuite><testcase name='a' mood='sad'/></testsuite>\" > $1\n"
    )
    site.files["svc/fee.sh"] = "echo $(($1 / 50))\n"
    site.suite["command"] = ["sh", "tests/run.sh", "{junit}"]
    evidence = site.ask()
    assert evidence.answer is Answer.UNKNOWN
    assert 'of ::a what the gate cannot read as passed, failed or skipped: mood="sad"' in (
        evidence.reason
    )


@pytest.fixture
def node(site: Site) -> Site:
    """The same service for Node, with two groups of tests of equal names."""
    program = shutil.which("node")
    if program is None:
        pytest.skip("there is no node on this machine")
    version = subprocess.check_output([program, "--version"], text=True)
    if int(version.lstrip("v").partition(".")[0]) < _NODE:
        pytest.skip(f"node is {version.strip()}, and the reporter for JUnit came with {_NODE}")
    site.files = {"svc/clean.mjs": _JS, "tests/clean.test.mjs": _JS_TESTS}
    reporter = ["--test-reporter=junit", "--test-reporter-destination={junit}"]
    site.suite["command"] = ["node", "--test", *reporter, "tests/clean.test.mjs"]
    return site


@pytest.mark.parametrize(
    ("more", "answer", "passed", "skipped"),
    [
        ("", Answer.YES, 4, 0),
        (_TODO, Answer.YES, 4, 1),
        (_SKIP, Answer.YES, 4, 1),
        (_RED, Answer.NO, 4, 0),
    ],
    ids=["equal names", "a failing todo", "skipped", "failing"],
)
def test_node_s_own_runner(
    node: Site, more: str, answer: Answer, passed: int, skipped: int
) -> None:
    node.files["tests/clean.test.mjs"] += more
    evidence = node.ask()
    assert evidence.answer is answer, evidence.reason
    counts = facts(evidence, "counts")
    assert (counts["passed"], counts["skipped"]) == (passed, skipped)
