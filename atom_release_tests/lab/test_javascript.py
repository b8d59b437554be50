"""JavaScript and TypeScript without bodies, with wrong results, and telling what runs."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from atom_release.lab import javascript
from atom_release.lab.environments.node.nodes import installed
from atom_release.lab.javascript import witness
from atom_release.lab.rewriting import Call

CODE = """\
"use strict";
const table = build();
function build() { return [1, 2].map((x) => x * 2); }
class Base { constructor(a) { this.a = a; } get b() { return this.a; } }
class Derived extends Base {
  constructor() { super(1); this.c = 3; }
  async later() { return true; }
  *many() { yield 1; }
}
const add = (a) => (b) => a + b;
const point = () => ({ x: 1 });
const nothing = () => {};
module.exports = { table, add, Derived, point, nothing };
"""
TYPED = """\
#!/usr/bin/env node
export const same = <T,>(x: T): T => x;
export abstract class Shape { abstract area(): number; name = (): string => "s"; }
export function isText(x: unknown): x is string { return typeof x === "string"; }
declare function elsewhere(): void;
"""
AT_LOADING: list[Call] = [("src/code.js", 3, "build@0"), ("src/code.js", 3, "@37")]
CALLS = {
    "add": "code.add(1)(2)",
    "get": "new code.Derived().b",
    "later": "await new code.Derived().later()",
    "many": "[...new code.Derived().many()]",
    "point": "code.point()",
    "nothing": "code.nothing()",
    "table": "code.table",
}
needs_node = pytest.mark.skipif(not installed(), reason="this machine has no Node.js with npm")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "code.js").write_text(CODE)
    (tmp_path / "src" / "typed.ts").write_text(TYPED)
    (tmp_path / "src" / "code.test.js").write_text(CODE)
    (tmp_path / "src" / "broken.js").write_text("function (\n")
    return tmp_path


def run(copy: Path, call: str) -> Any:  # noqa: ANN401 - whatever the code returns
    """Return what an expression on the code comes to, or the message of its error."""
    program = (
        f"const code = require({json.dumps(str(copy / 'src/code.js'))});"
        f"(async () => {{ try {{ return {call}; }} catch (error) {{ return error.message; }} }})()"
        ".then((value) => console.log(JSON.stringify(value === undefined ? null : value)));"
    )
    done = subprocess.run(
        [str(installed()[0].program), "-e", program],
        capture_output=True,
        check=True,
        env={witness.VARIABLE: str(copy / "witness.txt")},
    )
    return json.loads(done.stdout)


@needs_node
def test_without_bodies_every_function_throws_but_those_that_loading_needs(copy: Path) -> None:
    """Bodies of each kind; a constructor after its super, directives first."""
    done = javascript.ablate(copy, ["src"], tests=["tests"], keep=AT_LOADING)
    assert {name: run(copy, call) for name, call in CALLS.items()} == {
        **dict.fromkeys(CALLS, done.mark),
        "table": [2, 4],
        "nothing": None,
    }
    assert (done.files, done.unread) == (("src/code.js", "src/typed.ts"), ("src/broken.js",))
    assert done.kept == ("src/code.js:3 build@0", "src/code.js:3 @37")
    assert (copy / "src/code.test.js").read_text() == CODE
    assert (copy / "src/code.js").read_text().startswith('"use strict";')


@needs_node
def test_the_twin_is_written_as_the_copy_without_bodies_and_does_what_the_code_does(
    copy: Path,
) -> None:
    """The same functions have the same throw, behind a condition that does not hold."""
    whole = {name: run(copy, call) for name, call in CALLS.items()}
    done = javascript.spare(copy, ["src"], tests=["tests"], keep=AT_LOADING)
    assert (copy / "src/code.js").read_text().count("throw new Error") == 7
    assert {name: run(copy, call) for name, call in CALLS.items()} == whole
    assert done.files == ("src/code.js", "src/typed.ts")


@needs_node
def test_wrong_results_are_others_of_their_kind(copy: Path) -> None:
    """What a generator yields and what returns nothing is left; that a result changed is traced."""
    assert javascript.distort(copy, ["src"], tests=["tests"], keep=AT_LOADING).functions
    assert {name: run(copy, call) for name, call in CALLS.items()} == {
        "add": "code.add(...) is not a function",
        "get": 2,
        "later": False,
        "many": [1],
        "point": {"x": 2},
        "nothing": None,
        "table": [2, 4],
    }
    assert javascript.read_trace(copy / "witness.txt").distorted


@needs_node
def test_code_that_does_nothing_returns_a_thing_that_can_be_used(copy: Path) -> None:
    """True, called, looked into; made things are made, and what yields does."""
    javascript.idle(copy, ["src"], tests=["tests"], keep=AT_LOADING)
    assert run(copy, "!!code.add(1)(2).anything.at.all()") is True
    assert run(copy, "new code.Derived().c") == 3
    assert run(copy, "!!(await new code.Derived().later())") is True
    assert run(copy, "[...code.point()]") == []
    assert run(copy, "code.point() === code.point() && code.point() !== code.nothing()") is True
    assert run(copy, CALLS["many"]) == [1]


@needs_node
def test_what_runs_while_a_file_is_loaded_is_told(copy: Path) -> None:
    """The functions by line and name, and the files; the code does what it did."""
    javascript.trace(copy, ["src"], tests=["tests"])
    assert run(copy, CALLS["table"]) == [2, 4]
    traced = javascript.read_trace(copy / "witness.txt")
    assert (traced.called, traced.loaded) == (frozenset(AT_LOADING), frozenset({"src/code.js"}))
    assert not traced.distorted
    assert run(copy, CALLS["later"]) is True
    assert ("src/code.js", 7, "later@2") in javascript.read_trace(copy / "witness.txt").called


def test_typescript_keeps_its_types_and_is_not_checked_any_more(copy: Path) -> None:
    """Signatures, generics and predicates stay; what has no body is not counted."""
    done = javascript.ablate(copy, ["src/typed.ts"], tests=[], keep=[])
    text = (copy / "src/typed.ts").read_text()
    assert text.count(done.mark) == 3
    assert text.startswith("#!/usr/bin/env node\n// @ts-nocheck\n")
    for kept in ("<T,>(x: T): T =>", "abstract area(): number;", "x is string {"):
        assert kept in text


@pytest.mark.parametrize(
    ("path", "of_suite"),
    [
        ("src/code.test.ts", True),
        ("src/code.spec.jsx", True),
        ("test/helper.js", True),
        ("src/__mocks__/code.js", True),
        ("vitest.config.ts", True),
        ("jest.setup.js", True),
        ("types/index.d.ts", True),
        ("checks/all.js", True),
        ("src/testing.js", False),
        ("src/setupless/index.js", False),
        ("src/latest.ts", False),
    ],
)
def test_files_of_a_suite_are_told_from_what_it_tests(path: str, *, of_suite: bool) -> None:
    """By names and folders, and by the suite's own paths where these hold no code."""
    assert javascript.is_of_suite(path, ["checks", "src"], ["src"]) is of_suite


def test_a_copy_that_shares_its_files_is_not_written_through(copy: Path, tmp_path: Path) -> None:
    """The file is replaced, with its mode."""
    shared = tmp_path / "shared.js"
    shared.hardlink_to(copy / "src/code.js")
    shared.chmod(0o755)
    javascript.ablate(copy, ["src"], tests=[], keep=[])
    assert shared.read_text() == CODE
    assert (copy / "src/code.js").stat().st_mode & 0o777 == 0o755
