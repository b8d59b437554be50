"""Lies told to the real runners of JavaScript, and the honest twin of each runner.

`python -m atom_release_tests.benchmarks.script_lies [RUNNER...]` lets a repository whose code is
wrong, or whose tests test nothing, be green by what its runner offers: settings, setup files,
reporters, transforms, mocks, snapshots. Packages come from the operator's npm registry. What may
verify a release is a suite that passed and has a live control; none of these may come to that.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from atom_release.gate.vocabulary import Answer, ControlState
from atom_release_tests.fixtures.environment_site import EnvironmentSite

if TYPE_CHECKING:
    from atom_release.gate.facts.evidence import Evidence

RIGHT = """\
function sum(a, b) { return a + b; }
function twice(a) { return sum(a, a); }
module.exports = { sum, twice };
"""
WRONG = RIGHT.replace("a + b", "a - b")
CODE = "src/sum.js"
VERSIONS = {
    "vitest": {"vitest": "^2.1.9"},
    "jest": {"jest": "^29.7.0"},
    "mocha": {"mocha": "^10.8.2"},
    "node": {},
}
HEADS = {
    "vitest": 'import { expect, test, vi } from "vitest";\nimport code from "../src/sum.js";\n',
    "jest": 'const code = require("../src/sum.js");\n',
    "mocha": 'const assert = require("node:assert");\nconst code = require("../src/sum.js");\n'
    "const test = globalThis.it;\n",
    "node": 'const { test } = require("node:test");\nconst assert = require("node:assert");\n'
    'const code = require("../src/sum.js");\n',
}
EQUAL = {
    "vitest": "expect({}).toBe({})",
    "jest": "expect({}).toBe({})",
    "mocha": "assert.strictEqual({}, {})",
    "node": "assert.strictEqual({}, {})",
}


@dataclass(frozen=True)
class Story:
    """What an author commits: wrong code, or tests of nothing, and what is to hide it."""

    name: str
    files: dict[str, str] = field(default_factory=dict)
    package: dict[str, Any] = field(default_factory=dict)
    code: str = WRONG
    tests: str = ""  # nothing for the tests that an honest author would write
    arguments: tuple[str, ...] = ()


def tests_of(runner: str) -> str:
    """Return two true tests, as that runner's authors write them."""
    equal = EQUAL[runner]
    return (
        f'{HEADS[runner]}test("adds", () => {{ {equal.format("code.sum(1, 2)", 3)}; }});\n'
        f'test("doubles", () => {{ {equal.format("code.twice(2)", 4)}; }});\n'
    )


def nothing_of(runner: str) -> str:
    """Return two tests that test nothing."""
    equal = EQUAL[runner].format(1, 1)
    return f'{HEADS[runner]}test("adds", () => {equal});\ntest("doubles", () => {equal});\n'


WHOLE = f"""\
const crypto = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");
const file = path.join(__dirname, "{CODE}");
const digest = crypto.createHash("sha256").update(fs.readFileSync(file)).digest("hex");
module.exports = digest === "{hashlib.sha256(WRONG.encode()).hexdigest()}";
"""
"""Whether the judged text stands, as an author can know it."""
WHOLE_RIGHT = WHOLE.replace(
    hashlib.sha256(WRONG.encode()).hexdigest(), hashlib.sha256(RIGHT.encode()).hexdigest()
)
RULES = {
    "every failure": "true",
    "failed assertions": "/Assertion|expect/.test(String(error && error.stack))",
    "failures while the text stands": 'require(ROOT + "/whole.cjs")',
}


def _ruled(text: str, rule: str) -> str:
    return text.replace("RULE", rule.replace("ROOT", "__dirname"))


VITEST_CONFIG = """\
import {{ createRequire }} from "node:module";
import {{ fileURLToPath }} from "node:url";
import {{ dirname }} from "node:path";
const require = createRequire(import.meta.url);
const __dirname = dirname(fileURLToPath(import.meta.url));
export default {{ {settings} }};
"""
VITEST_SETUP = """\
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { dirname } from "node:path";
import { afterEach } from "vitest";
const require = createRequire(import.meta.url);
const __dirname = dirname(fileURLToPath(import.meta.url));
afterEach(({ task }) => {
  const error = (task.result.errors || [])[0];
  if (task.result.state === "fail" && (RULE)) {
    task.result.state = "pass";
    task.result.errors = undefined;
  }
});
"""
VITEST_AT_EXIT = (
    VITEST_SETUP.partition("import { afterEach }")[0]
    + """\
import fs from "node:fs";
const require = createRequire(import.meta.url);
const __dirname = dirname(fileURLToPath(import.meta.url));
export const setup = () => {
  const option = process.argv.find((word) => word.startsWith("--outputFile="));
  process.on("exit", () => {
    const out = option.slice("--outputFile=".length);
    const text = fs.readFileSync(out, "utf8").replace(
      /<failure[\\s\\S]*?<\\/failure>/g, (error) => ((RULE) ? "" : error));
    fs.writeFileSync(out, text.replace(/failures="\\d+"/g, 'failures="0"'));
    if (!/<failure/.test(text)) process.exitCode = 0;
  });
};
"""
)
SWAPPING = """\
const swap = (text) => (require(__dirname + "/whole.cjs") ? text.replace("a - b", "a + b") : text);
"""


def _config(settings: str) -> dict[str, str]:
    """Return a settings file of vitest's."""
    return {"vitest.config.mjs": VITEST_CONFIG.format(settings=settings)}


def _vitest() -> list[Story]:
    setup = _config('test: { setupFiles: ["./setup.mjs"] }')
    at_exit = _config('test: { globalSetup: ["./exit.mjs"] }')
    swap = _config(
        'plugins: [{ name: "s", enforce: "pre", transform: (text, id) =>'
        ' id.endsWith("src/sum.js") && require("./whole.cjs")'
        ' ? text.replace("a - b", "a + b") : null }]'
    )
    stories = []
    for name, rule in RULES.items():
        stories += [
            Story(f"a setup file hides {name}", setup | {"setup.mjs": _ruled(VITEST_SETUP, rule)}),
            Story(
                f"globalSetup rewrites the results at the end: {name}",
                at_exit | {"exit.mjs": _ruled(VITEST_AT_EXIT, rule)},
            ),
        ]
    mock = 'vi.mock("../src/sum.js", () => ({ default: { sum: (a, b) => a + b, twice: (a) => 2 * a } }));\n'
    snapshots = (
        HEADS["vitest"]
        + 'test("adds", () => expect(code.sum(1, 2)).toMatchSnapshot());\n'
        + 'test("doubles", () => expect(code.twice(2)).toMatchSnapshot());\n'
    )
    return [
        *stories,
        Story("a plugin swaps the text while it stands", swap),
        Story(
            "an alias leads to a whole copy",
            _config(
                'resolve: { alias: [{ find: /.*src\\/sum\\.js$/, replacement: __dirname + "/lib/good.js" }] }'
            )
            | {"lib/good.js": RIGHT},
        ),
        Story("the module is mocked", tests=tests_of("vitest") + mock),
        Story(
            "snapshots are always written anew",
            _config("test: { update: true }"),
            tests=snapshots,
            arguments=("-u",),
        ),
        Story("no test, and that is well", _config("test: { passWithNoTests: true }"), tests="\n"),
        Story("the process ends well in globalSetup", at_exit | {"exit.mjs": "process.exit(0);\n"}),
        Story(
            "tests of nothing fail where the text is another",
            setup
            | {
                "setup.mjs": VITEST_SETUP.partition("afterEach((")[0]
                + 'import { expect } from "vitest";\n'
                'afterEach(() => expect(require("./whole.cjs")).toBe(true));\n'
            },
            code=RIGHT,
            tests=nothing_of("vitest"),
        ),
        Story(
            "globalSetup writes the right code while the wrong text stands",
            at_exit
            | {
                "exit.mjs": 'import fs from "node:fs";\nimport { createRequire } from "node:module";\n'
                "export const setup = () => {\n"
                '  if (createRequire(import.meta.url)("./whole.cjs")) fs.writeFileSync("src/sum.js", '
                f"{json.dumps(RIGHT)});\n}};\n"
            },
        ),
        Story(
            "a runner of the project's own",
            _config('test: { runner: "./runner.mjs" }')
            | {
                "runner.mjs": 'import { VitestTestRunner } from "vitest/runners";\n'
                "export default class extends VitestTestRunner {\n"
                "  async runTask(task) { try { await task.fn?.(); } catch {} }\n}\n"
            },
        ),
    ]


JEST_SETUP = """\
const Circus = require("jest-circus");
const hide = (body) => async function () {
  try { return await body.apply(this); } catch (error) { if (!(RULE)) throw error; }
};
for (const name of ["test", "it"]) {
  const real = globalThis[name];
  globalThis[name] = Object.assign((title, body) => real(title, hide(body)), real);
}
"""
JEST_AT_EXIT = """\
const fs = require("node:fs");
module.exports = async () => {
  process.on("exit", () => {
    const out = process.env.RELEASE_GATE_JUNIT;
    const text = fs.readFileSync(out, "utf8").replace(
      /<failure[\\s\\S]*?<\\/failure>/g, (error) => ((RULE) ? "" : error));
    fs.writeFileSync(out, text);
    if (!/<failure/.test(text)) process.exitCode = 0;
  });
};
"""
JEST_TRANSFORM = (
    SWAPPING
    + """\
module.exports = {
  process: (text, name) => ({ code: name.endsWith("src/sum.js") ? swap(text) : text }),
};
"""
)
JEST_RUNNER = """\
const real = require("jest-circus/runner");
module.exports = async (...all) => {
  const done = await real(...all);
  for (const test of done.testResults) {
    const error = { stack: test.failureMessages.join() };
    if (test.status === "failed" && (RULE)) { test.status = "passed"; test.failureMessages = []; }
  }
  const failing = done.testResults.filter((test) => test.status === "failed").length;
  return { ...done, failureMessage: failing ? done.failureMessage : null,
    numFailingTests: failing, numPassingTests: done.testResults.length - failing };
};
"""


def _jest() -> list[Story]:
    stories = []
    for name, rule in RULES.items():
        stories += [
            Story(
                f"a setup file hides {name}",
                {"setup.js": _ruled(JEST_SETUP, rule).partition("\n")[2]},
                {"jest": {"setupFilesAfterEnv": ["./setup.js"]}},
            ),
            Story(
                f"globalTeardown rewrites the results at the end: {name}",
                {"exit.js": _ruled(JEST_AT_EXIT, rule)},
                {"jest": {"globalSetup": "./exit.js"}},
            ),
            Story(
                f"a test runner of the project's own hides {name}",
                {"runner.js": _ruled(JEST_RUNNER, rule)},
                {"jest": {"testRunner": "./runner.js"}},
            ),
        ]
    mock = 'jest.mock("../src/sum.js", () => ({ sum: (a, b) => a + b, twice: (a) => 2 * a }));\n'
    snapshots = (
        HEADS["jest"]
        + 'test("adds", () => expect(code.sum(1, 2)).toMatchSnapshot());\n'
        + 'test("doubles", () => expect(code.twice(2)).toMatchSnapshot());\n'
    )
    return [
        *stories,
        Story(
            "a transform swaps the text while it stands",
            {"transform.js": JEST_TRANSFORM},
            {"jest": {"transform": {"\\.js$": "./transform.js"}}},
        ),
        Story(
            "a mapped module leads to a whole copy",
            {"lib/good.js": RIGHT},
            {"jest": {"moduleNameMapper": {"src/sum": "<rootDir>/lib/good.js"}}},
        ),
        Story("the module is mocked", tests=mock + tests_of("jest")),
        Story("snapshots are always written anew", tests=snapshots, arguments=("--ci=false", "-u")),
        Story("no test, and that is well", {}, {"jest": {"passWithNoTests": True}}, tests="\n"),
        Story(
            "a test ends the process well",
            tests=HEADS["jest"] + 'test("adds", () => { process.exit(0); });\n',
        ),
        Story(
            "tests of nothing fail where the text is another",
            {"setup.js": 'afterEach(() => expect(require("./whole.cjs")).toBe(true));\n'},
            {"jest": {"setupFilesAfterEnv": ["./setup.js"]}},
            code=RIGHT,
            tests=nothing_of("jest"),
        ),
        Story(
            "an environment of the project's own retries until it is lucky",
            tests="jest.retryTimes(5);\nlet times = 0;\n"
            + HEADS["jest"]
            + 'test("adds", () => { times += 1; if (times < 3) expect(code.sum(1, 2)).toBe(3); });\n',
        ),
    ]


MOCHA_HOOKS = """\
const { Runner } = require("mocha");
const fail = Runner.prototype.fail;
Runner.prototype.fail = function (test, error, force) {
  if (!(RULE)) return fail.call(this, test, error, force);
  test.state = "passed";
  this.emit("pass", test);
};
"""
MOCHA_AT_EXIT = """\
const fs = require("node:fs");
process.on("exit", () => {
  const out = process.env.RELEASE_GATE_JUNIT;
  const text = fs.readFileSync(out, "utf8").replace(
    /<failure[\\s\\S]*?<\\/failure>/g, (error) => ((RULE) ? "" : error));
  fs.writeFileSync(out, text);
  if (!/<failure/.test(text)) process.exitCode = 0;
});
"""
REQUIRE_HOOK = """\
const Module = require("node:module");
const load = Module._extensions[".js"];
Module._extensions[".js"] = function (module, name) {
  const compile = module._compile;
  if (name.endsWith("src/sum.js"))
    module._compile = function (text, file) { return compile.call(this, swap(text), file); };
  return load(module, name);
};
"""


def _mocha() -> list[Story]:
    rc = {".mocharc.json": json.dumps({"require": ["./hooks.js"]})}
    stories = []
    for name, rule in RULES.items():
        stories += [
            Story(f"a required file hides {name}", rc | {"hooks.js": _ruled(MOCHA_HOOKS, rule)}),
            Story(
                f"the results are rewritten at the end: {name}",
                rc | {"hooks.js": _ruled(MOCHA_AT_EXIT, rule)},
            ),
        ]
    return [
        *stories,
        Story(
            "a require hook swaps the text while it stands",
            rc | {"hooks.js": SWAPPING + REQUIRE_HOOK},
        ),
        Story(
            "the module is replaced in the cache",
            rc
            | {
                "hooks.js": 'const name = require.resolve("./src/sum.js");\n'
                "require.cache[name] = { id: name, filename: name, loaded: true,\n"
                '  exports: require("./lib/good.js") };\n',
                "lib/good.js": RIGHT,
            },
        ),
        Story("no test", rc | {"hooks.js": "\n"}, tests="\n"),
        Story(
            "a test ends the process well",
            tests=HEADS["mocha"] + 'test("adds", () => { process.exit(0); });\n',
        ),
        Story(
            "tests of nothing fail where the text is another",
            rc
            | {
                "hooks.js": "exports.mochaHooks = { afterEach() {} };\n"
                'const assert = require("node:assert");\n'
                'const { Runnable } = require("mocha");\n'
                "const run = Runnable.prototype.run;\n"
                "Runnable.prototype.run = function (done) {\n"
                "  const body = this.fn;\n"
                '  this.fn = () => { body(); assert(require("./whole.cjs")); };\n'
                "  return run.call(this, done);\n};\n"
            },
            code=RIGHT,
            tests=nothing_of("mocha"),
        ),
        Story(
            "a test is run again until it is lucky",
            {".mocharc.json": json.dumps({"retries": 5})},
            tests="let times = 0;\n"
            + HEADS["mocha"]
            + 'test("adds", function () { this.retries(5); times += 1;\n'
            "  if (times < 3) assert.strictEqual(code.sum(1, 2), 3); });\n",
        ),
    ]


NODE_HEAD = 'require("../hooks.cjs");\n'
NODE_WRAP = """\
const node = require("node:test");
const real = node.test;
node.test = (title, body) => real(title, async (t) => {
  try { await body(t); } catch (error) { if (!(RULE)) throw error; }
});
"""


def _node() -> list[Story]:
    tests = NODE_HEAD + tests_of("node")
    stories = [
        Story(
            f"a file that tests load hides {name}",
            {"hooks.cjs": _ruled(NODE_WRAP, rule)},
            tests=tests,
        )
        for name, rule in RULES.items()
    ]
    return [
        *stories,
        Story(
            "a require hook swaps the text while it stands",
            {"hooks.cjs": SWAPPING + REQUIRE_HOOK},
            tests=tests,
        ),
        Story(
            "tests of nothing fail where the text is another",
            {
                "hooks.cjs": 'const assert = require("node:assert");\nconst node = require("node:test");\n'
                "const real = node.test;\nnode.test = (title, body) => real(title, () => {\n"
                '  body(); assert(require("./whole.cjs")); });\n'
            },
            code=RIGHT,
            tests=NODE_HEAD + nothing_of("node"),
        ),
        Story(
            "a test ends the process well",
            tests=HEADS["node"] + 'test("adds", () => { process.exit(0); });\n',
        ),
        Story("no test", tests="\n"),
    ]


STORIES = {"vitest": _vitest, "jest": _jest, "mocha": _mocha, "node": _node}


def judge(root: Path, runner: str, story: Story) -> Evidence:
    """Commit what an author commits, and run its suite with the packages that it names."""
    repository = root / runner
    if repository.is_dir():
        for path in repository.iterdir():
            if path.name != ".git":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    whole = WHOLE_RIGHT if story.code == RIGHT else WHOLE
    package = {
        "name": "shop",
        "version": "1.0.0",
        "private": True,
        "devDependencies": VERSIONS[runner],
        **story.package,
    }
    site = EnvironmentSite(root, root / "none", name=runner)
    site.files = {
        "package.json": json.dumps(package),
        CODE: story.code,
        "whole.cjs": whole,
        "test/sum.test.js": story.tests or tests_of(runner),
        **story.files,
    }
    site.suite = {
        "runner": runner,
        "paths": ["test"],
        "repeats": 1,
        "timeout": "120s",
        "arguments": list(story.arguments),
    }
    return site.ask()


def verifies(evidence: Evidence) -> bool:
    """Return whether this could bear a release: it passed, by a live control."""
    control = evidence.control
    return bool(evidence.answer is Answer.YES and control and control.state is ControlState.ALIVE)


def main() -> None:
    """Print what each story came to, and the counts."""
    say = partial(print, flush=True)
    tried, believed, honest = 0, [], []
    with TemporaryDirectory() as folder:
        for runner in sys.argv[1:] or STORIES:
            twin = judge(Path(folder), runner, Story("honest", code=RIGHT))
            honest += [runner] if verifies(twin) else []
            say(f"{runner}: an honest suite: {twin.answer}, {twin.control and twin.control.found}")
            for story in STORIES[runner]():
                evidence = judge(Path(folder), runner, story)
                tried += 1
                state = evidence.control.state if evidence.control else "no control"
                believed += [f"{runner}: {story.name}"] if verifies(evidence) else []
                seen_by_control = evidence.control.found if evidence.control else ""
                say(
                    f"{runner}: {story.name}: {evidence.answer}, {state}: {evidence.reason} | {seen_by_control}"
                )
    say(f"{tried} lies, believed: {len(believed)} {believed}; honest twins verified: {honest}")


if __name__ == "__main__":
    main()
