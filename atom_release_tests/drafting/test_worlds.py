"""What a draft says that a suite needs beside it, and that it copies no secret to say it."""

from __future__ import annotations

from typing import Any

import pytest

from atom_release.drafting import asked, starts
from atom_release.drafting.files import Files
from atom_release.drafting.settings_files import read_assignments, resolve
from atom_release.drafting.survey import survey
from atom_release.gate.manifest import MigrationProgram, Start, Suite

_PYPROJECT = """
[project]
name = "shop"
dependencies = ["psycopg[binary]", "redis"]
[tool.pytest.ini_options]
"""
_WORKFLOW = """
name: tests
env: {APP_ENV: testing}
jobs:
  lint:
    steps: [{run: ruff check}]
  tests:
    services:
      db:
        image: postgres:16-alpine
        env: {POSTGRES_USER: keeper, POSTGRES_PASSWORD: hidden, POSTGRES_DB: shop_test}
      cache: {image: "redis:7"}
    env:
      DATABASE_URL: postgresql+psycopg://keeper:hidden@localhost:5432/shop_test
      REDIS_URL: redis://localhost:6379/1
      SIGNING_KEY: hidden
      COVERAGE_FILE: .coverage.tests
      FROM_THE_FORGE: ${{ secrets.SHOP }}
    steps:
      - run: alembic upgrade head
      - run: pytest -q
        env: {MODE: fast}
"""
_TREE = {
    "pyproject.toml": _PYPROJECT,
    "alembic.ini": "[alembic]\nscript_location = migrations\n",
    "shop/__init__.py": "",
    "tests/test_shop.py": "def test_it(): pass\n",
}


def suite_of(tree: dict[str, str]) -> dict[str, Any]:
    """Return the suite that a draft of these files asks, as the manifest's own model reads it."""
    (service,) = survey(Files.of(tree), "shop").services
    chosen = asked.suite_of(service)
    assert chosen
    stated = asked.fields_of(service, chosen.value)
    assert Suite.model_validate(stated)
    return stated


def test_the_job_that_runs_the_tests_says_what_they_need() -> None:
    stated = suite_of({**_TREE, ".github/workflows/tests.yml": _WORKFLOW})
    assert stated["needs"] == ["postgres", "redis"]
    assert stated["database"] == {"user": "keeper", "name": "shop_test", "version": "16"}
    assert stated["prepare"] == [["alembic", "upgrade", "head"]]
    address = "{postgres_user}:{postgres_password}@{postgres_host}:{postgres_port}"
    assert stated["environment"] == {
        "APP_ENV": "testing",
        "DATABASE_URL": f"postgresql+psycopg://{address}/{{postgres_database}}",
        "MODE": "fast",
        "REDIS_URL": "redis://{redis_host}:{redis_port}/1",
        "SIGNING_KEY": "{random}",
    }


def test_a_draft_says_how_to_start_and_to_migrate_as_comments() -> None:
    app = "from fastapi import FastAPI\napp = FastAPI()\n"
    tree = {**_TREE, "shop/main.py": app, ".github/workflows/tests.yml": _WORKFLOW}
    surveyed = survey(Files.of(tree), "shop")
    stated = starts.start_of(surveyed.services[0])
    assert Start.model_validate(stated)
    assert stated["install"] == "auto"
    assert "{postgres_host}" in stated["environment"]["DATABASE_URL"]
    assert "{redis_host}" in stated["environment"]["REDIS_URL"]
    migrations = starts.migrations_of(surveyed)
    assert MigrationProgram.model_validate(migrations).commands == (("alembic", "upgrade", "head"),)


def test_no_value_of_a_secret_stands_in_a_draft() -> None:
    compose = """
services:
  db:
    image: postgres
    environment: [POSTGRES_USER=keeper, POSTGRES_PASSWORD=hidden]
  web:
    build: .
    environment:
      PGHOST: db
      PGPASSWORD: hidden
      API_TOKEN: hidden
      SENTRY_DSN: https://hidden@example.org/1
"""
    example = "ADMIN_PASSWORD=hidden\nACCESS_TOKEN_EXPIRE_MINUTES=30\n"
    stated = suite_of({**_TREE, "compose.yml": compose, ".env.example": example})
    assert "hidden" not in str(stated)
    assert stated["environment"]["ACCESS_TOKEN_EXPIRE_MINUTES"] == "30"
    assert stated["environment"]["PGHOST"] == "{postgres_host}"
    assert stated["environment"]["ADMIN_PASSWORD"] == "{random}"
    assert "SENTRY_DSN" not in stated["environment"]


def test_random_letters_are_no_address() -> None:
    compose = """
services:
  db:
    image: postgres
  web:
    build: .
    environment: ["REPORTS_DSN=${REPORTS_DSN}", "REPORTS_KEY=${REPORTS_KEY}"]
"""
    files = {"compose.yml": compose, ".env": "REPORTS_DSN=\nREPORTS_KEY=\n"}
    environment = suite_of({**_TREE, **files})["environment"]
    assert environment == {"REPORTS_KEY": "{random}"}


def test_a_file_that_programs_read_by_themselves_is_not_said_again() -> None:
    tree = {
        **_TREE,
        "compose.yml": "services: {db: {image: 'postgres:16'}}\n",
        ".env": "NAME=shop\nPOSTGRES_SERVER=localhost\nPOSTGRES_DB=shop\nSECRET_KEY=hidden\n",
        "settings.py": "from dotenv import load_dotenv\n\nload_dotenv()\n",
    }
    stated = suite_of(tree)
    assert stated["environment"] == {
        "POSTGRES_DB": "{postgres_database}",
        "POSTGRES_SERVER": "{postgres_host}",
    }
    nobody_reads = suite_of({**tree, "settings.py": ""})["environment"]
    assert nobody_reads == stated["environment"] | {"NAME": "shop", "SECRET_KEY": "{random}"}


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"pyproject.toml": "[tool.pytest.ini_options]\n"}, id="no client"),
        pytest.param({"compose.yml": "services: {db: {image: 'mysql:8'}}\n"}, id="no such system"),
    ],
)
def test_nothing_is_needed_that_nothing_speaks_of(changed: dict[str, str]) -> None:
    stated = suite_of({**_TREE, "compose.yml": "services: {db: {image: postgres}}\n", **changed})
    assert "needs" not in stated
    assert "environment" not in stated


def test_migrations_are_prepared_only_where_the_repository_runs_them() -> None:
    tree = {**_TREE, "compose.yml": "services: {db: {image: postgres}}\n"}
    assert "prepare" not in suite_of(tree)
    script = {"scripts/prestart.sh": "set -e\nuv run alembic upgrade heads\n"}
    assert suite_of({**tree, **script})["prepare"] == [["alembic", "upgrade", "heads"]]


def test_what_a_pipeline_sets_up_and_runs_before_the_tests_is_prepared() -> None:
    workflow = """
jobs:
  tests:
    steps:
      - uses: somebody/action-setup-postgres@v6
        with: {username: keeper, database: shop}
      - run: |
          python3 -m pip install -r requirements.txt
          python3 -m flask --app shop db upgrade
          python3 -m flask --app shop seed --filename seed.json
        env: {POSTGRES_HOST: localhost}
      - run: python3 -m pytest
"""
    files = {"requirements.txt": "flask\npsycopg2-binary\npytest\n", "shop/__init__.py": ""}
    tree = {**files, "tests/test_shop.py": "def test_it(): pass\n"}
    stated = suite_of({**tree, ".github/workflows/tests.yml": workflow})
    assert stated["database"] == {"user": "keeper", "name": "shop"}
    assert stated["environment"] == {"POSTGRES_HOST": "{postgres_host}"}
    assert stated["prepare"] == [
        ["{python}", "-m", "flask", "--app", "shop", "db", "upgrade"],
        ["{python}", "-m", "flask", "--app", "shop", "seed", "--filename", "seed.json"],
    ]


def test_a_step_runs_where_the_pipeline_runs_it() -> None:
    workflow = """
jobs:
  tests:
    services: {db: {image: postgres}}
    steps:
      - run: flask --app api.shop db upgrade --directory api/migrations
      - run: pytest
"""
    tree = {
        "api/requirements.txt": "flask\npsycopg2-binary\npytest\n",
        "api/shop/__init__.py": "",
        "api/tests/test_shop.py": "def test_it(): pass\n",
        ".github/workflows/tests.yml": workflow,
    }
    stated = suite_of(tree)
    assert stated["directory"] == "api"
    line = "cd .. && flask --app api.shop db upgrade --directory api/migrations"
    assert stated["prepare"] == [["/bin/sh", "-c", line]]


def test_the_tests_of_django_are_run_by_pytest_with_its_plugin() -> None:
    tree = {
        "requirements.txt": "django\npsycopg2-binary\n",
        "manage.py": 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n',
        "shop/__init__.py": "",
        "shop/tests.py": "from django.test import TestCase\nclass ShopTest(TestCase): pass\n",
    }
    stated = suite_of(tree)
    assert stated["install"] == {"packages": ["pytest-django"]}
    assert stated["arguments"] == ["-o", "python_files=test*.py"]
    assert stated["environment"] == {"DJANGO_SETTINGS_MODULE": "shop.settings"}


def test_references_among_variables_are_filled_in_where_they_are_known() -> None:
    text = "export A=one # first\nB='two words'\nC=${A}-${B}\nD=${E:-five}${F}\n"
    assert read_assignments(text) == {
        "A": "one",
        "B": "two words",
        "C": "one-two words",
        "D": "five${F}",
    }
    assert resolve("$A/${X?must}", {"A": "a"}) == "a/${X?must}"


def test_a_name_of_compose_that_stands_in_a_file_resolves_in_the_suites_network() -> None:
    """One that only variables speak of is filled in, and needs no name."""
    compose = "services: {database: {image: 'postgres:16'}, cache: {image: redis}}\n"
    tree = {**_TREE, "compose.yml": compose}
    assert "hosts" not in suite_of(tree)
    code = 'import redis\nADDRESS = "postgresql://keeper@database:5432/shop"\n'
    assert suite_of({**tree, "shop/settings.py": code})["hosts"] == ["database"]


def test_variables_of_a_file_that_is_ignored_are_those_of_the_one_that_shows_it() -> None:
    """`.env.prod` and what shows it are of another use, and read by nobody."""
    compose = (
        "services:\n  web: {build: ., env_file: .env.dev}\n  db: {image: 'postgres:16'}\n"
        "  other: {build: ., env_file: [.env.prod]}\n"
    )
    shown = {
        ".env.dev-sample": "DATABASE_URL=postgresql://keeper:k@db:5432/shop\nMODE=fast\n",
        ".env.prod.example": "",
        ".env.prod-sample.txt": "MODE=slow\n",
    }
    given = suite_of({**_TREE, "compose.yml": compose, **shown})["environment"]
    assert given["MODE"] == "fast"
    assert "{postgres_host}" in given["DATABASE_URL"]


@pytest.mark.parametrize(
    ("image", "version"),
    [
        ("postgres:13", "13"),
        ("postgres:15.1-alpine", "15"),
        ("registry.example/postgis/postgis:16-3.4@sha256:0123", "16"),
        ("pgvector/pgvector:pg17", "17"),
        ("timescale/timescaledb:2.11.1-pg15", "15"),
        ("timescale/timescaledb:2.11.1", None),
        ("postgres:latest", None),
        ("postgres", None),
    ],
)
def test_the_version_of_the_database_is_the_images(image: str, version: str | None) -> None:
    compose = f"services: {{db: {{image: '{image}'}}}}\n"
    stated = suite_of({**_TREE, "compose.yml": compose})
    assert stated["database"].get("version") == version


@pytest.mark.parametrize(
    ("test", "own"),
    [
        ("client = app.test_client()\n", True),
        ("with app.app_context():\n    pass\n", True),
        ("requests.get('http://localhost:8000/')\n", False),
        ("def test_it(): ...\n", False),
    ],
)
def test_integration_tests_that_ask_their_own_process_are_the_service_s(
    test: str, *, own: bool
) -> None:
    """A client of the framework asks the application where it runs, whatever the folder's name."""
    tree = {
        "requirements.txt": "flask\npytest\n",
        "app.py": "",
        "tests/integration/test_app.py": f"import pytest\n\n\ndef test_app():\n    {test}",
    }
    (service,) = survey(Files.of(tree), "api").services
    assert [seen.value.across for seen in service.suites] == [not own]


def test_tests_under_names_of_their_own_are_collected() -> None:
    tree = {
        "requirements.txt": "flask\n",
        "app.py": "",
        "tests/tests_users.py": "import unittest\n\nclass Users(unittest.TestCase): ...\n",
    }
    stated = suite_of(tree)
    assert stated["arguments"] == ["-o", "python_files=test_*.py *_test.py tests_*.py"]
