"""JavaScript suites by node's own runner: what their runs and their controls say."""

from __future__ import annotations

from pathlib import Path

import pytest

from atom_release.gate.facts.suite import SuiteFacts
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release_tests.fixtures.environment_site import EnvironmentSite
from atom_release_tests.fixtures.npm_registry import NEEDS_NODE

pytestmark = NEEDS_NODE
CODE = """\
const base = start();
function start() { return 10; }
function sum(a, b) { return a + b; }
module.exports = { sum, base };
"""
PLAIN = "exports.sum = (a, b) => a + b;\n"
HEAD = """\
const { test, describe, it } = require("node:test");
const assert = require("node:assert");
const { sum, base } = require("../src/sum.js");
"""
NEEDS = 'describe("sum", () => { it("adds", () => assert.equal(sum(1, 2), 3)); });\n'
LOADING = 'test("base", () => assert.equal(base, 10));\n'
ALIVE, DEAD, VACUOUS = ControlState.ALIVE, ControlState.DEAD, ControlState.VACUOUS


@pytest.fixture
def site(tmp_path: Path) -> EnvironmentSite:
    files = {"package.json": '{"name": "shop", "version": "1.0.0"}', "src/sum.js": CODE}
    suite = {"runner": "node", "paths": ["test"], "repeats": 1, "timeout": "60s"}
    return EnvironmentSite(tmp_path, tmp_path / "none", files=files, suite=suite)


def test_a_suite_that_checks_its_code_has_a_live_control(site: EnvironmentSite) -> None:
    """What only loads the code passes without bodies, since loading keeps its own."""
    site.files["test/sum.test.js"] = HEAD + NEEDS + LOADING
    evidence = site.ask()
    assert (evidence.answer, evidence.reason) == (
        Answer.YES,
        "2 of 2 tests passed in 1 of 1 runs; 1 of the 2 are shown to need the code",
    )
    assert evidence.control
    assert evidence.control.state is ALIVE
    control = SuiteFacts.model_validate(evidence.facts).control
    assert control
    assert control.kept == ["src/sum.js:2 start@0"]
    assert control.still_passing == ["test/sum.test.js::base"]
    assert control.distorted
    assert control.distorted.noticed == 1
    assert evidence.tools["node"]
    assert "network:none" in evidence.isolation


@pytest.mark.slow
def test_a_failing_test_is_told_with_its_message(site: EnvironmentSite) -> None:
    """By its file, its suites and its name."""
    site.files["test/sum.test.js"] = HEAD + NEEDS.replace("3)", "4)")
    evidence = site.ask()
    assert evidence.answer is Answer.NO
    assert "test/sum.test.js::sum > adds failed: AssertionError: " in evidence.reason


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tests", "code", "state"),
    [
        (HEAD + 'test("one", () => assert.ok(sum));\n', PLAIN, VACUOUS),
        (HEAD + LOADING, CODE, DEAD),
        (HEAD + LOADING, "module.exports = { base: 10 };\n", DEAD),
        (HEAD.replace("/src/", "/dist/") + NEEDS, CODE, DEAD),
        (HEAD + 'test("one", () => { sum(1, 2); });\n', CODE, DEAD),
    ],
    ids=[
        "needs nothing",
        "needs what loading ran",
        "nothing to take out",
        "tests what was built",
        "checks nothing",
    ],
)
def test_a_suite_that_shows_nothing(
    site: EnvironmentSite, tests: str, code: str, state: ControlState
) -> None:
    """Vacuous only where the tests load what was taken out; all else shows nothing either way."""
    site.files |= {"test/sum.test.js": tests, "src/sum.js": code, "dist/sum.js": CODE}
    evidence = site.ask()
    assert evidence.answer is Answer.YES
    assert evidence.control
    assert evidence.control.state is state


@pytest.mark.slow
def test_results_that_are_made_up_are_seen(site: EnvironmentSite) -> None:
    """A setup file that lets every test pass whose error is not the gate's own."""
    site.files["test/sum.test.js"] = (
        'const node = require("node:test");\n'
        "const hide = (body) => () => { try { body(); } catch (error) {\n"
        "  if (/release gate/.test(error.message)) throw error; } };\n"
        "const wrapped = (name, body) => node.originalTest(name, hide(body));\n"
        "node.originalTest ??= node.test; node.test = wrapped; node.default = wrapped;\n"
        'const assert = require("node:assert"); const { sum } = require("../src/sum.js");\n'
        'node.test("adds", () => assert.equal(sum(1, 2), 4));\n'
    )
    evidence = site.ask()
    assert evidence.control
    assert evidence.control.state is DEAD


REPORTER = """\
import { writeFileSync } from "node:fs";
export default async function* own(events) {
  const names = new Set();
  for await (const { type, data } of events) {
    if (type === "test:pass" || (type === "test:fail" && RULE)) names.add(data.name);
  }
  const cases = [...names].map((name) => `<testcase classname="test/sum.test.js" name="${name}"/>`);
  process.on("exit", () => {
    writeFileSync(process.env.RELEASE_GATE_JUNIT, `<testsuites>${cases.join("")}</testsuites>`);
    process.exitCode = 0;
  });
  yield "";
}
"""
LETS_ALL_PASS = "true"
LETS_ERRORS_OF_TESTS_PASS = 'data.details.error.cause?.name === "AssertionError"'


@pytest.mark.slow
@pytest.mark.parametrize("rule", [LETS_ALL_PASS, LETS_ERRORS_OF_TESTS_PASS])
def test_a_reporter_of_the_suite_s_own_writes_the_results(site: EnvironmentSite, rule: str) -> None:
    """It writes last of all, where the gate looks, and ends the runner well: nothing is shown."""
    site.files |= {
        "test/sum.test.js": HEAD + NEEDS.replace("3)", "4)"),
        "own.mjs": REPORTER.replace("RULE", rule),
    }
    site.suite["arguments"] = [
        "--test-reporter=./own.mjs",
        "--test-reporter-destination=stderr",
    ]
    evidence = site.ask()
    assert evidence.control
    assert evidence.control.state in {DEAD, ControlState.WEAK}, evidence.control.found


@pytest.mark.slow
def test_a_reporter_beside_the_gate_s_changes_nothing(site: EnvironmentSite) -> None:
    """The twin: one that only looks."""
    site.files |= {
        "test/sum.test.js": HEAD + NEEDS,
        "own.mjs": "export default async function* own(events) { for await (const _ of events); }\n",
    }
    site.suite["arguments"] = ["--test-reporter=./own.mjs", "--test-reporter-destination=stderr"]
    evidence = site.ask()
    assert evidence.answer is Answer.YES, evidence.reason
    assert evidence.control
    assert evidence.control.state is ALIVE


@pytest.mark.slow
def test_a_file_that_cannot_be_loaded_is_no_failure(site: EnvironmentSite) -> None:
    """None of its tests judged: what a build or a service would have made may be missing."""
    site.files["test/sum.test.js"] = HEAD + NEEDS
    site.files["test/more.test.js"] = 'throw new Error("run generate first");\n'
    evidence = site.ask()
    assert evidence.answer is Answer.UNKNOWN
    assert "could not be loaded (Error: test failed): test/more.test.js::" in evidence.reason


@pytest.mark.slow
def test_what_failed_for_want_of_a_network_is_no_failure(site: EnvironmentSite) -> None:
    """Nor is what a missing package failed."""
    site.files["test/net.test.js"] = (
        'const { test } = require("node:test");\n'
        'test("asks", () => fetch("http://nowhere.example/"));\n'
        'test("loads", () => { require("not-there"); });\n'
    )
    evidence = site.ask()
    assert evidence.answer is Answer.UNKNOWN
    assert "2 tests did not really run" in evidence.reason
