"""Django's settings by who names them, tables in a file of a service's own, hosts that answer."""

from __future__ import annotations

import pytest

from atom_release.drafting import starts
from atom_release.drafting.asked_variables import values
from atom_release.drafting.files import Files
from atom_release.drafting.survey import survey

MANAGE = 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings.local")\n'
URLS = 'from django.urls import path\nurlpatterns = [path("items/", items)]\n'
TREE = {
    "requirements.txt": "django\n",
    "manage.py": MANAGE,
    "shop/urls.py": URLS,
    "shop/settings/local.py": "from .base import *\nINSTALLED_APPS = ['debug_toolbar']\n",
    "shop/settings/base.py": "DATABASES = {}\n",
    "shop/settings/tests.py": "from .base import *\n",
    "shop/migrations/0001_initial.py": "",
    "shop/tests/test_items.py": "from django.test import TestCase\n\ndef test_items(): ...\n",
}
TOX = "[testenv]\ncommands = coverage run manage.py test --settings=shop.settings.tests -v 2\n"


def started(tree: dict[str, str]) -> dict[str, object]:
    (service,) = survey(Files.of(tree), "shop").services
    return starts.start_of(service)


def test_settings_that_a_pipeline_tests_with_are_those_of_suite_and_service() -> None:
    (service,) = survey(Files.of({**TREE, "tox.ini": TOX}), "shop").services
    assert service.suites[0].value.settings == "shop.settings.tests"
    assert dict(service.variables)["DJANGO_SETTINGS_MODULE"] == "shop.settings.tests"


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"tox.ini": TOX.replace("settings.tests", "settings.gone")},
        {"tox.ini": TOX.replace("settings.tests", "settings.local")},
    ],
)
def test_a_service_has_the_settings_of_its_manage_where_nothing_else_is_tested(
    more: dict[str, str],
) -> None:
    (service,) = survey(Files.of({**TREE, **more}), "shop").services
    assert service.suites[0].value.settings == "shop.settings.local"
    assert "DJANGO_SETTINGS_MODULE" not in dict(service.variables)


def test_no_service_keeps_its_rows_in_memory_since_its_tests_do() -> None:
    memory = 'DATABASES = {"default": {"NAME": ":memory:"}}\n'
    tree = {**TREE, "tox.ini": TOX, "shop/settings/tests.py": memory}
    (service,) = survey(Files.of(tree), "shop").services
    assert service.suites[0].value.settings == "shop.settings.tests"
    assert "DJANGO_SETTINGS_MODULE" not in dict(service.variables)


def test_the_tests_of_applications_are_named_so_that_code_is_left_to_take_out() -> None:
    """A suite of the whole folder holds all code: its control would have nothing to take out."""
    test = "from django.test import TestCase\n\ndef test_a(): ...\n"
    many = {f"shop/part{number}/tests/test_a.py": test for number in range(20)}
    (service,) = survey(Files.of({**TREE, **many, "shop/tests.py": test}), "shop").services
    paths = service.suites[0].value.paths
    assert {"shop/tests", "shop/tests.py", "shop/part7/tests"} <= {*paths}
    assert len(paths) == 22
    assert not any("shop/urls.py".startswith(f"{path}/") for path in paths)


def test_a_file_of_its_own_is_migrated_before_the_service_starts() -> None:
    step = ["{python}", "manage.py", "migrate", "--noinput"]
    assert started(TREE)["before_start"] == [step]
    inside = {f"web/{path}": text for path, text in TREE.items()}
    within = "cd web && {python} manage.py migrate --noinput"
    assert started(inside)["before_start"] == [["/bin/sh", "-c", within]]


def test_a_database_that_the_rehearsal_migrates_is_not_migrated_twice() -> None:
    shared = {".env.example": "DATABASE_URL=postgres://a:b@db/shop\n", "requirements.txt": ""}
    shared["requirements.txt"] = "django\npsycopg2\n"
    shared["compose.yaml"] = "services: {db: {image: 'postgres:16'}}"
    assert "before_start" not in started({**TREE, **shared})


def test_flask_migrates_by_the_application_that_its_command_starts() -> None:
    tree = {
        "requirements.txt": "flask\nflask-migrate\n",
        "app.py": "from flask import Flask\napp = Flask(__name__)\n\n@app.route('/a')\ndef a(): ...\n",
        "migrations/env.py": "",
        "migrations/versions/1_a.py": "",
    }
    stated = started(tree)
    assert stated["before_start"] == [["{python}", "-m", "flask", "db", "upgrade"]]
    given = stated["environment"]
    assert isinstance(given, dict)
    assert given["FLASK_APP"] == "app:app"  # every version of Flask reads it


@pytest.mark.parametrize(
    ("name", "value", "answers"),
    [
        ("ALLOWED_HOSTS", "localhost", "localhost,127.0.0.1"),
        ("ALLOWED_HOSTS", "a.org b.org", "a.org b.org 127.0.0.1"),
        ("ALLOWED_HOSTS", '["a.org"]', '["a.org", "127.0.0.1"]'),
        ("ALLOWED_HOSTS", "[]", '["127.0.0.1"]'),
        ("ALLOWED_HOSTS", "*", "*"),
        ("ALLOWED_HOSTS", "127.0.0.1", "127.0.0.1"),
        ("DB_HOST", "localhost", "localhost"),
    ],
)
def test_a_service_answers_at_the_address_that_a_rehearsal_asks(
    name: str, value: str, answers: str
) -> None:
    assert values.answering_here(name, value) == answers


def test_a_package_called_src_is_part_of_a_module_s_name() -> None:
    app = "from fastapi import FastAPI\napp = FastAPI()\n\n@app.get('/a')\ndef a(): ...\n"
    tree = {"requirements.txt": "fastapi\n", "src/api/main.py": app, "src/api/__init__.py": ""}
    assert "api.main:app" in started(tree)["command"]  # type: ignore[operator]
    tree["src/__init__.py"] = ""
    assert "src.api.main:app" in started(tree)["command"]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("groups", "install"),
    [
        ("[tool.poetry.group.prod.dependencies]\ngunicorn = '*'\n", {"groups": ["prod"]}),
        (
            "[tool.poetry.group]\nproduction.dependencies.a = '*'\ndev.dependencies.b = '*'\n",
            {"groups": ["production", "dev"]},
        ),
        ("[dependency-groups]\nserver = ['gunicorn']\n", {"groups": ["server"]}),
        ("[tool.poetry.group.docs.dependencies]\na = '*'\n", "auto"),
    ],
)
def test_a_service_has_the_packages_of_where_it_runs(groups: str, install: object) -> None:
    app = "from fastapi import FastAPI\napp = FastAPI()\n\n@app.get('/a')\ndef a(): ...\n"
    project = f"[tool.poetry]\nname = 'shop'\n{groups}"
    assert started({"pyproject.toml": project, "main.py": app})["install"] == install
