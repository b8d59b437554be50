"""JavaScript suites in drafts: what their own script gives the runner, and what is left a comment."""

from __future__ import annotations

import json
from typing import Any

import pytest

from atom_release.drafting import asked
from atom_release.drafting.ecosystems.node_scripts import Call, read_call
from atom_release.drafting.files import Files
from atom_release.drafting.findings import Runner, Service
from atom_release.drafting.survey import survey
from atom_release.gate.manifest import Service as Stated

LOCK = {"package-lock.json": "{}"}


def only(tree: dict[str, str], **package: Any) -> Service:  # noqa: ANN401 - as package.json has it
    """Return the one service of a package with one test file."""
    stated = json.dumps({"name": "shop", **package})
    (service,) = survey(Files.of({"package.json": stated, "src/a.js": "", **tree}), "shop").services
    return service


@pytest.mark.parametrize(
    ("line", "runner", "call"),
    [
        ("jest --ci --coverage", Runner.JEST, Call()),
        ("vitest run --reporter=dot src", Runner.VITEST, Call(paths=("src",))),
        (
            "npm run lint && NODE_ENV=test c8 mocha -R spec -r ts-node/register 'test/**/*.ts'",
            Runner.MOCHA,
            Call({"NODE_ENV": "test"}, ("-r", "ts-node/register"), ("test/**/*.ts",)),
        ),
        (
            "node --experimental-vm-modules node_modules/jest/bin/jest.js --runInBand",
            Runner.JEST,
            Call({"NODE_OPTIONS": "--experimental-vm-modules"}, ("--runInBand",)),
        ),
        (
            "mocha --require test/support/env --reporter spec --check-leaks test/ test/more/",
            Runner.MOCHA,
            Call({}, ("--require", "test/support/env", "--check-leaks"), ("test/", "test/more/")),
        ),
        ("tsx --test test/*.ts", Runner.NODE, Call({}, ("--import", "tsx"), ("test/*.ts",))),
        ("node --import tsx --test", Runner.NODE, Call({}, ("--import", "tsx"))),
        ("TOKEN=$TOKEN jest", Runner.JEST, None),
        ("./run-them jest", Runner.JEST, None),
    ],
)
def test_a_script_is_read_for_what_decides_what_runs(
    line: str, runner: Runner, call: Call | None
) -> None:
    """Variables, arguments and paths; how results are shown is the gate's own affair."""
    assert read_call(line, runner) == call


@pytest.mark.parametrize(
    ("script", "runner"),
    [("jest", "jest"), ("vitest run", "vitest"), ("mocha", "mocha"), ("node --test", "node")],
)
@pytest.mark.parametrize("lock", [LOCK, {}, {"pnpm-lock.yaml": ""}, {"yarn.lock": ""}])
def test_a_suite_with_a_known_runner_is_asked(
    script: str, runner: str, lock: dict[str, str]
) -> None:
    """With npm's lock, or none; what the draft says is a manifest's suite."""
    service = only({"test/a.test.js": "", **lock}, scripts={"test": script})
    seen = asked.suite_of(service)
    assert seen
    fields = asked.fields_of(service, seen.value)
    assert fields == {"runner": runner, "install": "auto", "paths": ["test"]}
    assert Stated.model_validate({"id": "C.1", "name": "x", "source": ["src"], "suite": fields})


def test_paths_that_the_script_names_are_the_suites() -> None:
    """Folders as they are, patterns as the files that they match; acceptance tests among them."""
    tree = {"test/a.js": "", "test/support/env.js": "", "test/acceptance/b.js": "", **LOCK}
    line = "mocha --require test/support/env test/ test/acceptance/"
    service = only(tree, scripts={"test": line}, devDependencies={"mocha": "1"})
    (seen,) = service.suites
    assert (seen.value.paths, seen.value.across) == (("test", "test/acceptance"), False)
    service = only(tree, scripts={"test": "node --test 'test/*.js'"})
    assert service.suites[0].value.paths == ("test/a.js",)


@pytest.mark.parametrize(
    ("script", "tree", "sentence"),
    [
        ("vitest", {"bun.lock": ""}, "its lock, bun.lock, is not read"),
        ("playwright test", LOCK, "wants a browser and a running service"),
        ("cypress run", LOCK, "wants a browser and a running service"),
    ],
)
def test_what_the_gate_cannot_run_stays_a_comment_with_its_reason(
    script: str, tree: dict[str, str], sentence: str
) -> None:
    """A draft asks nothing that it would make fail."""
    service = only({"test/a.test.js": "", **tree}, scripts={"test": script})
    assert asked.suite_of(service) is None
    assert sentence in asked.other_suite(service.suites[0])


def test_the_lock_of_a_workspace_is_that_of_its_members() -> None:
    """The nearest one outwards."""
    tree = {
        "package.json": json.dumps({"workspaces": ["apps/*"]}),
        "yarn.lock": "",
        "apps/web/package.json": json.dumps({"name": "web", "scripts": {"test": "jest"}}),
        "apps/web/src/a.test.js": "",
    }
    (service,) = survey(Files.of(tree), "shop").services
    assert service.suites[0].value.lock == "yarn.lock"


@pytest.mark.parametrize(
    ("test", "tree", "package", "steps"),
    [
        (
            "require('../dist/a')",
            {},
            {"scripts": {"build": "tsc", "test": "jest"}},
            ["npm run build"],
        ),
        ("require('../dist')", {"dist/a.js": ""}, {"scripts": {"build": "x", "test": "jest"}}, []),
        ("require('../src/a')", {}, {"scripts": {"build": "tsc", "test": "jest"}}, []),
        ("require('../dist')", {}, {"scripts": {"lint": "x", "test": "jest"}}, []),
        (
            "require('./lib/a')",
            {"test/lib/a.js": ""},
            {"scripts": {"build": "x", "test": "jest"}},
            [],
        ),
        ("require('../lib')", {"lib.js": ""}, {"scripts": {"build": "x", "test": "jest"}}, []),
        (
            "",
            {"prisma/schema.prisma": ""},
            {"scripts": {"test": "jest"}, "dependencies": {"@prisma/client": "5"}},
            [],  # its environment has the client
        ),
    ],
)
def test_a_step_is_drafted_where_the_tests_cannot_do_without(
    test: str, tree: dict[str, str], package: dict[str, Any], steps: list[str]
) -> None:
    """What they import is not in the commit, and no environment has it."""
    service = only({"test/a.test.js": test, **tree}, **package)
    fields = asked.fields_of(service, service.suites[0].value)
    assert [" ".join(step) for step in fields.get("prepare", [])] == steps
    assert Stated.model_validate({"id": "C.1", "name": "x", "source": ["src"], "suite": fields})


_CONTROLLERS = """
@JsonController('/users')
export class Users {
    @Get()
    list() {}
    @Get('/:id([0-9]+)')
    one() {}
    @Post('/')
    make() {}
}
@Controller({ path: 'pets', version: '1' })
export class Pets {
    @Delete(':id')
    drop() {}
}
"""


def test_routes_of_controllers_lie_below_their_controllers_paths() -> None:
    """A decorator of that name outside a controller's file is none."""
    service = only(
        {"src/users.ts": _CONTROLLERS, "src/other.ts": "@Get('/no')\nexport class X {}\n"}
    )
    assert [(seen.value.method, seen.value.path) for seen in service.endpoints] == [
        ("GET", "/users"),
        ("GET", "/users/:id([0-9]+)"),
        ("POST", "/users"),
        ("DELETE", "/pets/:id"),
    ]
    assert [seen.value.is_plain for seen in service.endpoints] == [True, False, False, False]
