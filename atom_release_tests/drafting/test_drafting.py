"""What a survey finds in small trees of each kind, and that a draft of it is a manifest."""

from __future__ import annotations

import json

import pytest

from atom_release.drafting import asked, installs, manifest, starts
from atom_release.drafting.files import Files
from atom_release.drafting.findings import Runner, Service, Survey
from atom_release.drafting.manifest import Release
from atom_release.drafting.survey import survey
from atom_release.drafting.version import next_version
from atom_release.gate.manifest import Install
from atom_release.source.manifest_file import parse_manifest

Tree = dict[str, str]


def look(tree: Tree) -> Survey:
    """Return the survey of a tree, of which the draft is read back by the manifest's own parser."""
    surveyed = survey(Files.of(tree), "example")
    ids = {service.name: f"A.{number}" for number, service in enumerate(surveyed.services, start=1)}
    version = next_version([], surveyed.version)
    release = Release("example", version, "review/next", "main", ids=ids)
    parsed = parse_manifest(manifest.write(surveyed, release).encode(), "draft")
    assert [service.name for service in parsed.services] == [
        service.name for service in surveyed.services
    ]
    left = asked.left_out(surveyed, ids)
    assert ("P-4" in left) is not any(map(starts.is_asked, surveyed.services))
    for service, drafted in zip(surveyed.services, parsed.services, strict=True):
        assert (drafted.suite is None) == (asked.suite_of(service) is None)
        if drafted.suite:
            named = drafted.suite.install
            stated = (
                named.model_dump(mode="json", exclude_unset=True)
                if isinstance(named, Install)
                else named
            )
            chosen = asked.suite_of(service)
            assert chosen
            assert stated == asked.fields_of(service, chosen.value).get("install")
        assert drafted.suite or drafted.report or drafted.id in left
        asks = starts.is_asked(service)
        assert bool(drafted.start) is asks
        assert drafted.start is None or drafted.start.guessed
        assert bool(drafted.health or drafted.metrics or drafted.routes) is asks
        assert not (drafted.endpoints)
    return surveyed


def only(tree: Tree) -> Service:
    (service,) = look(tree).services
    return service


def runners(service: Service) -> list[tuple[Runner, tuple[str, ...], bool]]:
    return [(seen.value.runner, seen.value.paths, seen.value.across) for seen in service.suites]


PYPROJECT = '[project]\nname = "thing"\nversion = "1.4.0"\n[build-system]\nrequires = []\n'
TEST = "import pytest\ndef test_it():\n    assert True\n"


def test_a_python_library_has_its_source_its_suite_and_the_line_that_names_the_runner() -> None:
    service = only(
        {
            "pyproject.toml": f"{PYPROJECT}[tool.pytest.ini_options]\n",
            "src/thing/__init__.py": "",
            "tests/test_it.py": "def test_it(): pass\n",
            "docs/conf.py": "",
        }
    )
    assert (service.name, service.language, service.source) == ("thing", "Python", ("src",))
    assert runners(service) == [(Runner.PYTEST, ("tests",), False)]
    assert str(service.suites[0].where) == "pyproject.toml:6"
    assert not service.suites[0].guess


@pytest.mark.parametrize(
    ("files", "install"),
    [
        ({"pyproject.toml": "", "src/a.py": ""}, "auto"),
        ({"requirements.txt": "x\n", "a.py": ""}, "auto"),
        ({"api/setup.py": "", "api/a.py": ""}, {"folder": "api"}),
        ({"setup.cfg": "", "lib/pyproject.toml": "", "a.py": ""}, "auto"),
    ],
)
def test_a_suite_gets_the_environment_that_the_files_beside_it_ask(
    files: Tree, install: object
) -> None:
    folder = next(iter(files)).rpartition("/")[0]
    service = only({**files, f"{folder}/tests/test_a.py".lstrip("/"): TEST})
    assert asked.suite_of(service) is not None
    assert installs.install_of(service) == install


@pytest.mark.parametrize(
    ("configured", "paths"),
    [
        ({"pyproject.toml": PYPROJECT + '[tool.pytest.ini_options]\ntestpaths = ["tests"]\n'}, "tests"),
        ({"pyproject.toml": PYPROJECT + '[tool.pytest.ini_options]\ntestpaths = "tests"\n'}, "tests"),
        ({"pyproject.toml": PYPROJECT, "pytest.ini": "[pytest]\ntestpaths =\n    tests\n"}, "tests"),
        ({"pyproject.toml": PYPROJECT, "setup.cfg": "[tool:pytest]\naddopts = -q\ntestpaths = ./tests\n"}, "tests"),
        ({"pyproject.toml": PYPROJECT}, "more/tests tests"),
        ({"pyproject.toml": PYPROJECT + '[tool.pytest.ini_options]\ntestpaths = ["gone"]\n'}, "more/tests tests"),
    ],
)  # fmt: skip
def test_a_suite_is_what_the_configuration_names_and_no_example(
    configured: Tree, paths: str
) -> None:
    tests = {
        f"{folder}/test_a.py": TEST for folder in ("more/tests", "tests", "examples/shop/tests")
    }
    service = only({**configured, "src/thing/__init__.py": "", **tests})
    (suite,) = service.suites
    assert " ".join(suite.value.paths) == paths


def test_unittest_is_run_as_it_is_and_django_is_told_and_not_asked() -> None:
    plain = {"setup.py": "", "thing.py": "", "tests/test_a.py": "import unittest\n"}
    assert runners(only(plain)) == [(Runner.UNITTEST, ("tests",), False)]
    django = {
        "manage.py": "",
        "requirements.txt": "Django\n",
        "shop/models.py": "",
        "shop/tests.py": "from django.test import TestCase\nclass ATest(TestCase):\n    pass\n",
        "shop/migrations/0001_initial.py": "",
    }
    surveyed = look(django)
    assert [runner for runner, _, _ in runners(surveyed.services[0])] == [Runner.DJANGO]
    assert asked.suite_of(surveyed.services[0]) is None
    assert [(seen.value.tool, seen.value.steps) for seen in surveyed.migrations] == [("Django", 1)]
    with_plugin = {**django, "requirements-dev.txt": "pytest-django\n"}
    assert asked.suite_of(look(with_plugin).services[0]) is not None


def test_a_file_that_is_called_tests_and_holds_none_is_no_suite() -> None:
    tree = {
        "manage.py": "",
        "requirements.txt": "",
        "shop/models.py": "",
        "shop/tests.py": "# none",
    }
    assert runners(only(tree)) == []


def test_integration_tests_are_a_suite_of_their_own_and_leave_the_units() -> None:
    tree = {
        "pyproject.toml": PYPROJECT,
        "thing/__init__.py": "",
        "tests/unit/test_a.py": TEST,
        "tests/test_b.py": TEST,
        "tests/integration/test_c.py": TEST,
    }
    assert runners(only(tree)) == [
        (Runner.PYTEST, ("tests/test_b.py", "tests/unit"), False),
        (Runner.PYTEST, ("tests/integration",), True),
    ]


@pytest.mark.parametrize(
    ("package", "extra", "runner"),
    [
        ({"scripts": {"test": "jest --ci"}}, {}, Runner.JEST),
        ({"scripts": {"test": "vitest run"}}, {}, Runner.VITEST),
        ({"scripts": {"test": "nyc mocha"}}, {}, Runner.MOCHA),
        ({"scripts": {"test": "node --test"}}, {}, Runner.NODE),
        ({"devDependencies": {"vitest": "1"}}, {}, Runner.VITEST),
        ({}, {"jest.config.js": ""}, Runner.JEST),
        ({"scripts": {"test": "./run-them"}}, {}, Runner.NPM_SCRIPT),
    ],
)
def test_the_runner_of_a_node_package(
    package: dict[str, object], extra: Tree, runner: Runner
) -> None:
    tree = {
        "package.json": json.dumps({"name": "shop", **package}),
        "src/a.js": "",
        "src/a.test.js": "",
        "node_modules/jest/package.json": "{}",
        **extra,
    }
    assert [runner_found for runner_found, _, _ in runners(only(tree))] == [runner]


def test_a_package_without_tests_has_no_suite_whatever_its_script_says() -> None:
    package = {"name": "shop", "scripts": {"test": "jest", "start": "node server.js"}}
    service = only({"package.json": json.dumps(package), "server.js": ""})
    assert service.suites == ()
    assert service.command
    assert service.command.value == ("node", "server.js")


def test_members_of_a_workspace_that_only_others_import_are_parts_and_no_services() -> None:
    surveyed = look(
        {
            "package.json": json.dumps({"private": True, "workspaces": ["apps/*", "packages/*"]}),
            "apps/web/package.json": json.dumps({"name": "@x/web", "scripts": {"start": "next"}}),
            "apps/web/src/page.tsx": "",
            "packages/ui/package.json": json.dumps({"name": "@x/ui", "exports": "./a.ts"}),
            "packages/ui/src/a.ts": "",
            "packages/core/package.json": json.dumps({"name": "@x/core", "exports": "./a.ts"}),
            "packages/core/src/a.ts": "",
            "packages/core/src/a.test.ts": "",
        }
    )
    assert [service.name for service in surveyed.services] == ["web", "core"]
    assert [part.folder for part in surveyed.parts] == ["packages/ui"]


def test_go_rust_maven_gradle_net_and_bats() -> None:
    surveyed = look(
        {
            "services/a/go.mod": "module example.com/a\n",
            "services/a/main.go": 'package main\nr.GET("/items/:id", f)\nr.POST("/items", f)\n',
            "services/a/main_test.go": "",
            "services/b/Cargo.toml": '[package]\nname = "b"\n',
            "services/b/src/main.rs": '#[cfg(test)]\nmod tests {}\n#[get("/b")]\n',
            "services/c/pom.xml": "<project><artifactId>c</artifactId></project>",
            "services/c/src/main/java/C.java": '@GetMapping("/c")',
            "services/c/src/test/java/CTest.java": "",
            "services/d/build.gradle": "",
            "services/d/src/main/java/D.java": "",
            "services/d/src/test/java/DTest.java": "",
            "services/e/src/E.csproj": "<Project/>",
            "services/e/src/E.cs": "",
            "services/e/tests/E.Tests.csproj": '<PackageReference Include="xunit"/>',
            "services/e/tests/ETests.cs": "",
            "services/f/run.sh": "",
            "services/f/test/run.bats": "",
        }
    )
    runners_of = {s.name: [seen.value.runner for seen in s.suites] for s in surveyed.services}
    assert runners_of == {
        "a": [Runner.GO],
        "b": [Runner.CARGO],
        "c": [Runner.MAVEN],
        "d": [Runner.GRADLE],
        "src": [Runner.DOTNET],
        "f": [Runner.BATS],
    }
    routes = {
        (seen.value.method, seen.value.path) for s in surveyed.services for seen in s.endpoints
    }
    assert routes == {("GET", "/items/:id"), ("POST", "/items"), ("GET", "/b"), ("GET", "/c")}


COMPOSE = """\
services:
  api:
    build: {context: ., dockerfile: backend/Dockerfile}
    environment: [SECRET_KEY=x, "PLAIN=1"]
    ports: ["8080:8000"]
    healthcheck: {test: [CMD, curl, -f, "http://localhost:8000/live?x=1"]}
  worker: {build: ./worker, command: python -m work}
  seed: {build: ./seed, profiles: [seed]}
  db: {image: "postgres:16"}
"""


def test_compose_names_the_services_their_ports_and_health_and_the_systems_of_others() -> None:
    surveyed = look(
        {
            "compose.yaml": COMPOSE,
            "compose.override.yaml": "services:\n  api: {command: develop}\n",
            "backend/Dockerfile": 'FROM a AS b\nENTRYPOINT ["no"]\nEXPOSE 9\nFROM b\nCMD ["uvicorn", "app:app"]\n',
            "backend/requirements.txt": "fastapi\n",
            "backend/app.py": "app = FastAPI()\n",
            "worker/Dockerfile": "FROM x\n",
            "worker/work.py": "",
            "seed/Dockerfile": "FROM x\n",
            "seed/seed.py": "",
        }
    )
    api, worker = surveyed.services
    assert (api.name, api.folder, worker.name) == ("api", "backend", "worker")
    assert api.command
    assert api.command.value == ("uvicorn", "app:app")
    assert api.port
    assert api.port.value == 8000
    assert api.health
    assert (api.health.value, api.health.guess) == ("/live", "")
    assert [system.name for system in surveyed.systems] == ["db"]
    assert [job.name for job in surveyed.jobs] == ["seed"]
    assert {"SECRET_KEY", "PLAIN"} <= {seen.value for seen in surveyed.variables}


KUBERNETES = """\
apiVersion: v1
kind: Service
metadata: {name: cart}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart}
spec:
  template:
    spec:
      containers:
        - image: registry.example/cart:1
          ports: [{containerPort: 7070}]
          readinessProbe: {httpGet: {path: /ready, port: 7070}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cache}
spec: {template: {spec: {containers: [{image: "redis:7"}]}}}
"""


def test_kubernetes_workloads_are_matched_to_the_folder_of_their_name() -> None:
    surveyed = look(
        {"deploy/all.yaml": KUBERNETES, "src/cart/go.mod": "module cart", "src/cart/a.go": ""}
    )
    (cart,) = surveyed.services
    assert (cart.name, cart.folder) == ("cart", "src/cart")
    assert cart.health
    assert cart.health.value == "/ready"
    assert [system.name for system in surveyed.systems] == ["cache"]


def test_a_procfile_starts_the_service_and_its_release_step_is_a_job() -> None:
    tree = {
        "Procfile": "release: ./migrate\nweb: gunicorn a:b\n",
        "requirements.txt": "",
        "a.py": "",
    }
    service = only(tree)
    assert service.command
    assert service.command.value == ("gunicorn", "a:b")
    assert str(service.command.where) == "Procfile:2"


def test_routes_are_guesses_and_an_openapi_file_is_found() -> None:
    code = (
        'router = APIRouter(prefix="/items")\n'
        '@router.get("/{item}")\n'
        '@router.post("")\n'
        '@app.route("/both", methods=["GET", "PUT"])\n'
        '@app.get("/healthz")\n'
        'x.get("/no-route")\n'
    )
    tree = {"requirements.txt": "", "app.py": code, "test_app.py": '@app.get("/in-a-test")'}
    service = only(tree)
    assert {(seen.value.method, seen.value.path) for seen in service.endpoints} == {
        ("GET", "/items/{item}"),
        ("POST", "/items"),
        ("GET", "/both"),
        ("PUT", "/both"),
        ("GET", "/healthz"),
    }
    assert all(seen.guess for seen in service.endpoints)
    assert service.health
    described = {"openapi": "3.0.0", "servers": [{"url": "https://x.org/v1"}]}
    listed = {**described, "paths": {"/items/{id}": {"get": {}}, "/other": {"get": {}}}}
    with_file = only({**tree, "openapi.json": json.dumps(listed)})
    paths = {seen.value.path for seen in with_file.endpoints if not seen.guess}
    assert paths == {"/v1/items/{id}", "/v1/other"}


@pytest.mark.parametrize(
    ("tool", "steps", "tree"),
    [
        ("alembic", 2, {"m/env.py": "", "m/versions/a.py": "", "m/versions/b.py": ""}),
        ("Prisma", 1, {"prisma/migrations/1_a/migration.sql": ""}),
        ("golang-migrate", 1, {"migrations/1_a.up.sql": "", "migrations/001_a.down.sql": ""}),
        ("Flyway", 2, {"db/migration/V1__a.sql": "", "db/migration/V2__b.sql": ""}),
        ("goose", 1, {"migrations/001_a.sql": "-- +goose Up\n"}),
        ("dbmate", 1, {"db/migrations/001_a.sql": "-- migrate:up\n"}),
        ("Diesel", 1, {"migrations/001/up.sql": "", "migrations/001/down.sql": ""}),
        ("Supabase", 1, {"supabase/migrations/2024_a.sql": ""}),
        ("Knex", 1, {"migrations/1.js": "exports.up = (knex) => knex.schema.createTable()"}),
        ("TypeORM", 1, {"src/migrations/1.ts": "class A implements MigrationInterface {}"}),
        ("Drizzle", 1, {"drizzle/0000_a.sql": "", "drizzle/meta/_journal.json": "{}"}),
    ],
)
def test_migrations_by_their_tool(tool: str, steps: int, tree: Tree) -> None:
    surveyed = look({"requirements.txt": "", "a.py": "", **tree})
    assert (tool, steps) in [(seen.value.tool, seen.value.steps) for seen in surveyed.migrations]


def test_sql_that_is_no_step_is_no_migration() -> None:
    assert look({"a.py": "", "queries/report.sql": "", "schema.sql": ""}).migrations == ()


def test_tests_of_no_service_are_told_as_tests_across_them() -> None:
    surveyed = look(
        {
            "services/a/a.py": "",
            "services/a/tests/test_a.py": TEST,
            "integration/test_all.py": TEST,
            "tests/e2e/test_more.py": TEST,
        }
    )
    (service,) = surveyed.services
    assert service.source == ("services/a",)
    assert runners(service) == [(Runner.PYTEST, ("services/a/tests",), False)]
    assert service.suites[0].value.directory == ""
    (across,) = surveyed.across
    assert across.value.paths == ("integration", "tests")
    reason = asked.left_out(surveyed, {"a": "A.1"})["AC2"]
    assert "integration" in reason
    assert "tests" in reason


def test_a_command_that_names_a_path_of_its_image_gives_way_to_one_that_runs_here() -> None:
    tree = {
        "compose.yaml": "services: {web: {build: ., command: python /code/manage.py runserver}}",
        "Dockerfile": "FROM x\n",
        "requirements.txt": "",
        "manage.py": "",
        "shop/models.py": "",
    }
    service = only(tree)
    assert service.command
    assert service.command.value[:3] == ("{python}", "manage.py", "runserver")
    assert service.command.guess
    with_procfile = only({**tree, "Procfile": "web: gunicorn shop:app\n"})
    assert with_procfile.command
    assert with_procfile.command.value == ("gunicorn", "shop:app")


def test_routes_of_files_and_of_lists_that_name_the_same_path_twice() -> None:
    package = json.dumps({"name": "web", "scripts": {"start": "next start"}})
    service_found = only(
        {
            "package.json": package,
            "src/app/api/a/route.ts": "export const GET = 1\nexport { h as POST, other as Later }\n",
            "src/app/page.tsx": "export function GET() {}\n",
            "src/routes/b.ts": "createFileRoute('/api/b')({ server: { handlers: {\n  PUT: f,\n}}})\n",
        }
    )
    assert {(seen.value.method, seen.value.path) for seen in service_found.endpoints} == {
        ("GET", "/api/a"),
        ("POST", "/api/a"),
        ("PUT", "/api/b"),
    }
    urls = 'a = [path("x", v.a), path(f"{p}y/", v.b)]\nb = [\n    path("x", v.c),\n]\n'
    django = only({"requirements.txt": "", "manage.py": "", "shop/urls.py": urls})
    assert [seen.value.path for seen in django.endpoints] == ["/x", "/{p}y/", "/x"]


def test_test_commands_of_pipelines_are_told_with_their_line() -> None:
    workflow = "jobs:\n  t:\n    steps:\n      - run: pip install pytest\n      - run: pytest -q\n"
    surveyed = look({"a.py": "", ".github/workflows/ci.yml": workflow})
    assert [(seen.value, str(seen.where)) for seen in surveyed.test_commands] == [
        ("pytest -q", ".github/workflows/ci.yml:5")
    ]


def test_reports_are_matched_by_name_or_place_and_to_one_service_or_none() -> None:
    report = "# C.{n}: {name} completion report\n\nStatus: PASS\n\n5 tests passed\n"
    tree = {
        "services/authz/a.py": "",
        "services/ledger/a.py": "",
        "reports/C.2_authz_report.md": report.format(n=2, name="authz"),
        "reports/C.3_other_report.md": report.format(n=3, name="other"),
        "reports/notes.md": "Nothing is claimed here.\n",
    }
    surveyed = look(tree)
    authz, ledger = surveyed.services
    assert authz.report
    assert authz.report.path == "reports/C.2_authz_report.md"
    assert ledger.report is None
    assert {report.path for report in surveyed.reports} == {path for path in tree if "C." in path}


def test_several_reports_of_one_service_are_for_a_person_to_choose_from() -> None:
    report = "# Sprint {n} summary\n\nStatus: COMPLETE\n\n5 tests passed\n"
    tree = {"setup.py": "", "shop/a.py": "", "tests/test_a.py": TEST}
    both = {f"docs/SPRINT_{n}_SUMMARY.md": report.format(n=n) for n in (1, 2)}
    surveyed = look(tree | both)
    (service,) = surveyed.services
    assert service.report is None
    assert {seen.path for seen in service.reports} == both.keys()
    release = Release("shop", next_version([], ""), "review/x", "main", ids={service.name: "A.1"})
    text = manifest.write(surveyed, release)
    assert "# report: docs/SPRINT_1_SUMMARY.md" in text
    assert "names no service found here" not in text
    assert "docs/SPRINT_2_SUMMARY.md: name one for each" in text
    (alone,) = look(tree | dict([*both.items()][:1])).services
    assert (alone.report, alone.reports) == (None, ())


def test_documents_of_the_release_are_those_that_answer_for_several_services() -> None:
    """By what is in them: neither a name alone makes one, nor a table in a plan or a README."""
    rows = "| Service | Status | Tests |\n|---|---|---|\n| authz | PASS | 4/4 |\n| ledger | PASS | 3/3 |\n"
    policies = "| Policy | Status |\n|---|---|\n| P-1 Privacy | PASS |\n| P-2 Secrets | PASS |\n"
    tree = {
        "services/authz/a.py": "",
        "services/ledger/a.py": "",
        "docs/end.md": f"# Phase end\n\n## Services\n\n{rows}",
        "docs/compliance.md": f"# Compliance\n\n## Policy Compliance\n\n{policies}",
        "reports/snapshot.json": json.dumps(
            {"services": {"authz": {"status": "PASS"}, "ledger": {"status": "PASS"}}}
        ),
        "reports/authz_report.md": "# authz\n\nStatus: PASS\n\n5 tests passed\n",
        "docs/final_report.md": "# Final report\n\nAll is well.\n",
        "docs/release_plan.md": f"# Plan\n\n## Services\n\n{rows}",
        "README.md": f"# Example\n\n## Services\n\n{rows}",
    }
    surveyed = look(tree)
    assert surveyed.documents == ("docs/compliance.md", "docs/end.md", "reports/snapshot.json")
    assert "AC1" not in asked.left_out(surveyed, {"authz": "A.1", "ledger": "A.2"})


def test_what_an_earlier_stage_of_an_image_says_is_not_the_images() -> None:
    image = "FROM a AS build\nEXPOSE 9\nHEALTHCHECK CMD curl http://localhost/no\nFROM b\n"
    service = only({"Dockerfile": f"{image}EXPOSE 81/tcp\nCMD exec node \\\n  a.js\n", "a.js": ""})
    assert service.port
    assert (service.port.value, service.health) == (81, None)
    assert service.command
    assert (service.command.value, service.command.where.line) == (("node", "a.js"), 6)


def test_a_file_beyond_the_limit_is_as_if_it_were_not_there_and_is_told() -> None:
    big = "x = 1\n" * 200_000
    files = Files.of({"app.py": big, "other.py": "y = 2\n"})
    assert (files.text("app.py"), files.text("other.py")) == ("", "y = 2\n")
    assert files.unread == ["app.py"]


def test_a_repository_with_nothing_known_is_one_service_and_says_that_it_is_a_guess() -> None:
    service = only({"README.md": "hello"})
    assert (service.name, service.source) == ("example", (".",))
    assert service.guess


def test_hostile_files_are_noted_and_never_fail_a_draft() -> None:
    surveyed = look(
        {
            "compose.yaml": "services: {a: &a [*a]}",
            "package.json": "[" * 100_000,
            "pyproject.toml": "= nonsense",
            "k8s/a.yaml": "kind: Deployment\nmetadata: 3\nspec: [1]\n",
            "src/new\nline.py": "",
            "requirements.txt": "\x00\xff",
            "app.py": "",
            "Procfile": "web: 'unclosed",
            "Dockerfile": 'CMD ["a',
        }
    )
    assert {"compose.yaml", "package.json", "pyproject.toml"} <= set(surveyed.unread)
    assert surveyed.services


_LONG = {
    "calls": {"app.py": "replace(", "requirements.txt": "sqlalchemy\nasyncpg\n"},
    "names of routers": {"server.js": "routeraaa", "package.json": '{"dependencies": {"express": "4"}}'},
    "spaces in a mapping": {"src/A.java": "@RequestMapping(" + " " * 300_000, "pom.xml": "<project/>"},
    "spaces in a method": {
        "src/a.controller.ts": "@Get(" + " " * 300_000,
        "package.json": '{"dependencies": {"@nestjs/core": "10"}}',
    },
    "empty lines": {"app.py": "from fastapi import FastAPI\n" + "\n" * 300_000, "requirements.txt": "fastapi\n"},
    "lists of requirements": {"requirements.txt": "flask\n", "Makefile": "-r", "app.py": "import flask\n"},
    "continued lines": {"Dockerfile": 'FROM a\nCMD ["./run.sh"]\n', "run.sh": " "},
    "commands": {"manage.py": "import django\n", "tox.ini": "manage.py test ", "requirements.txt": "django\n"},
}  # fmt: skip


@pytest.mark.parametrize("kind", _LONG)
def test_a_long_line_is_read_once(kind: str) -> None:
    """A draft is made of other people's repositories; no line of theirs takes it the day."""
    tree = {
        path: text * (300_000 // len(text)) if len(text) < 20 and "\n" not in text else text
        for path, text in _LONG[kind].items()
    }
    assert look(tree).services


@pytest.mark.parametrize(
    ("tags", "stated", "tag"),
    [
        ([], "", "v0.1.0"),
        (["v1.2.3", "v1.2.10", "nightly"], "", "v1.2.11"),
        (["2.2.0"], "2.3.0.dev", "2.3.0"),
        (["2.2.0"], "2.1.0", "2.2.1"),
        (["v4.3"], "", "v4.4"),
        (["v1.0.0", "v1.0.1", "v1.0.2-rc1"], "", "v1.0.2"),
        (["app-v9.0.0", "v1.0.0"], "", "v1.0.1"),
        (["release-1.0.0"], "", "release-1.0.1"),
    ],
)
def test_the_next_tag_follows_the_last_and_never_exists(
    tags: list[str], stated: str, tag: str
) -> None:
    assert next_version(tags, stated).tag == tag
    assert tag not in tags


@pytest.mark.parametrize(
    ("line", "command", "before"),
    [
        ("flask db upgrade; gunicorn a:b", ("gunicorn", "a:b"), (("flask", "db", "upgrade"),)),
        ("sh -c 'x y && exec z'", ("z",), (("x", "y"),)),
        ("while true; do x; done", None, ()),
        ("x | y; z", None, ()),
    ],
)
def test_a_process_that_first_runs_steps_is_started_after_them(
    line: str, command: tuple[str, ...] | None, before: tuple[tuple[str, ...], ...]
) -> None:
    """The web process keeps its place before a worker; what needs a shell is no command."""
    tree = {"requirements.txt": "", "a.py": "", "Procfile": f"web: {line}\nworker: rq worker\n"}
    service = only(tree)
    assert service.command
    assert service.command.value == (command or ("rq", "worker"))
    assert service.before == before
    stated = starts.start_of(service).get("before_start", [])
    assert [tuple(step)[-1] for step in stated] == [step[-1] for step in before]


WITH_PYTEST = "-r base.txt\npytest==8\n"
INSTALLING = (
    "jobs: {t: {steps: [{run: 'pip install -U pip && pip install -r requirements/ci.txt'}]}}"
)


@pytest.mark.parametrize(
    ("files", "install"),
    [
        (
            {"requirements/local.txt": WITH_PYTEST, "requirements.txt": "-r requirements/base.txt"},
            {"requirements": ["requirements.txt", "requirements/local.txt"]},
        ),
        (
            {"requirements/ci.txt": "x\n", ".github/workflows/a.yml": INSTALLING},
            {"requirements": ["requirements/ci.txt"]},
        ),
        ({"requirements.txt": WITH_PYTEST, "requirements/local.txt": WITH_PYTEST}, "auto"),
        ({"requirements-dev.txt": WITH_PYTEST, "requirements/local.txt": WITH_PYTEST}, "auto"),
        ({"requirements/local.txt": WITH_PYTEST, "pyproject.toml": PYPROJECT}, "auto"),
        ({"requirements/local.txt": WITH_PYTEST, "uv.lock": ""}, "auto"),
    ],
)
def test_requirements_that_only_the_pipeline_or_the_runner_names_are_named(
    files: Tree, install: object
) -> None:
    """Where the gate's own choice of files would leave out what the tests are run with."""
    service = only({"setup.cfg": "", "a.py": "", "tests/test_a.py": TEST, **files})
    assert asked.fields_of(service, service.suites[0].value)["install"] == install


TOX = "[testenv]\ndeps =\n    pytest\n    hypothesis>=6\n    py38: old\n    -r x.txt\n    {toxinidir}\n"
NOX = "def tests(session):\n    session.install('pytest', 'attrs', '-e', '.')\ndef docs(s):\n    s.install('sphinx')\n"
HATCH = '[tool.hatch.envs.hatch-test]\nextra-dependencies = ["attrs"]\n'
PDM = '[tool.pdm.dev-dependencies]\ntest = ["attrs", "x @ https://example.org/x.whl"]\n'
PIPFILE = '[packages]\nflask = "*"\nattrs = {version = ">=1", extras = ["z"]}\n[dev-packages]\npytest = "==8"\n'
OWN = '[dependency-groups]\ntest = ["pytest"]\n'


@pytest.mark.parametrize(
    ("files", "packages"),
    [
        ({"pyproject.toml": PYPROJECT, "tox.ini": TOX}, ["pytest", "hypothesis>=6"]),
        ({"pyproject.toml": PYPROJECT, "noxfile.py": NOX}, ["pytest", "attrs"]),
        ({"pyproject.toml": PYPROJECT + HATCH}, ["attrs"]),
        ({"pyproject.toml": PYPROJECT + PDM}, ["attrs"]),
        ({"Pipfile": PIPFILE}, None),
        ({"pyproject.toml": PYPROJECT + OWN, "tox.ini": TOX}, None),
        ({"requirements-dev.txt": "pytest\n", "setup.py": "", "tox.ini": TOX}, None),
        ({"pyproject.toml": PYPROJECT, "noxfile.py": "def ("}, None),
    ],
)  # fmt: skip
def test_packages_that_a_tool_names_for_its_tests_are_named(
    files: Tree, packages: list[str] | None
) -> None:
    """Each tool has a place of its own for them, which the gate's installers do not read."""
    service = only({"src/thing/__init__.py": "", "tests/test_a.py": TEST, **files})
    install = asked.fields_of(service, service.suites[0].value)["install"]
    assert (install.get("packages") if isinstance(install, dict) else None) == packages


def test_a_module_that_is_called_test_is_a_suite_where_it_holds_tests() -> None:
    """A setting of that name is none; a name that is computed names nothing."""
    tree = {"setup.py": "setup(\n    name=about['title'],\n)\n", "slugs/__init__.py": ""}
    service = only(
        {**tree, "test.py": "import unittest\nclass TestIt(unittest.TestCase):\n    x = 1\n"}
    )
    assert (service.name, service.suites[0].value.paths) == ("example", ("test.py",))
    assert runners(only({**tree, "settings/test.py": "DEBUG = True\n"})) == []


def test_a_start_within_a_tools_environment_is_one_in_the_gates() -> None:
    tree = {"requirements.txt": "", "a.py": "", "Procfile": "web: uv run gunicorn a:b\n"}
    assert starts.start_of(only(tree))["command"] == [
        "{python}",
        "-m",
        "gunicorn.app.wsgiapp",
        "a:b",
    ]


def test_what_the_pipeline_collects_before_the_tests_is_a_step_of_the_suite() -> None:
    """Its linting and what follows the tests are none."""
    lines = "ruff check .|python manage.py collectstatic --noinput|pytest|pybabel compile -d x"
    runs = [{"run": line} for line in lines.split("|")]
    pipeline = json.dumps({"jobs": {"test": {"steps": runs}}})
    tree = {"setup.py": "", "shop/__init__.py": "", "tests/test_a.py": TEST}
    service = only({**tree, ".github/workflows/a.yml": pipeline})
    fields = asked.fields_of(service, service.suites[0].value)
    assert fields["prepare"] == [["{python}", "manage.py", "collectstatic", "--noinput"]]


@pytest.mark.parametrize(
    ("files", "version"),
    [
        ({"pyproject.toml": PYPROJECT, "uv.lock": '[[package]]\nversion = "7.0.6"\n'}, "1.4.0"),
        ({"setup.py": "", "uv.lock": 'version = 1\n[[package]]\nversion = "7.0.6"\n'}, ""),
        ({"setup.py": "", "pyproject.toml": '[tool.thing]\nversion = "9.1"\n'}, ""),
        ({"package.json": '{"name": "x", "version": "2.5.0"}', "package-lock.json": "{}"}, "2.5.0"),
        ({"Cargo.toml": '[package]\nname = "x"\nversion = "0.3.1"\n', "src/main.rs": ""}, "0.3.1"),
    ],
)
def test_the_version_is_the_projects_own(files: Tree, version: str) -> None:
    """A lock, and a tool's own setting, state those of others."""
    tree = {"thing/__init__.py": "", "src/a.js": "", "tests/test_a.py": TEST, **files}
    assert survey(Files.of(tree), "x").version == version


@pytest.mark.parametrize(
    ("configured", "paths"),
    [
        ('[tool.pytest.ini_options]\npython_files = ["test_*.py"]\n', "tests/test_a.py"),
        (
            '[tool.pytest.ini_options]\npython_files = "test_*.py *_test.py"\n',
            "tests/load_test.py tests/test_a.py",
        ),
        ("", "tests/load_test.py tests/test_a.py"),
    ],
)
def test_a_suite_is_what_pytest_would_collect_by_itself(configured: str, paths: str) -> None:
    """A file that is named as a path is run whatever the configuration says of its name."""
    tree = {
        "pyproject.toml": PYPROJECT + configured,
        "thing/a.py": "",
        ".archive/tests/test_old.py": TEST,
        "tests/test_a.py": TEST,
        "tests/load_test.py": TEST,
        "tests/integration/test_b.py": TEST,
    }
    (own,) = [seen.value for seen in only(tree).suites if not seen.value.across]
    assert " ".join(own.paths) == paths
