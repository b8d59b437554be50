"""What a draft starts at once, marked as a guess, and what stays a comment."""

from __future__ import annotations

import json

import pytest

from atom_release.drafting import manifest, starts
from atom_release.drafting.files import Files
from atom_release.drafting.manifest import Release
from atom_release.drafting.survey import survey
from atom_release.drafting.version import next_version
from atom_release.gate.manifest import Manifest
from atom_release.source.manifest_file import parse_manifest

APP = "from fastapi import FastAPI\n\napp = FastAPI()\n\n@app.get('/health')\ndef health(): ...\n"
PYTHON = {"requirements.txt": "fastapi\nuvicorn\n", "main.py": APP}
PACKAGE = {"name": "api", "scripts": {"start": "node server.js"}, "dependencies": {"express": "4"}}
SERVER = "app.get('/healthz', (request, answer) => answer.send('well'));\n"
NODE = {"package.json": json.dumps(PACKAGE), "server.js": SERVER}


def drafted(tree: dict[str, str]) -> Manifest:
    surveyed = survey(Files.of(tree), "api")
    release = Release(
        "api",
        next_version([], surveyed.version),
        "review/next",
        "main",
        ids={service.name: f"A.{number}" for number, service in enumerate(surveyed.services)},
    )
    return parse_manifest(manifest.write(surveyed, release).encode(), "draft")


@pytest.mark.parametrize(
    ("tree", "command", "health"),
    [
        (PYTHON, "{python} -m uvicorn main:app --host 127.0.0.1 --port {port}", "/health"),
        (NODE, "node server.js", "/healthz"),
        (
            {**PYTHON, "Procfile": "web: gunicorn -b :$PORT main:app\n"},
            "{python} -m gunicorn -b :{port} main:app",
            "/health",
        ),
        (
            {
                "requirements.txt": "fastapi\n",
                "app/__init__.py": "from fastapi import FastAPI\n\n\ndef create_app(mode=None):\n"
                "    app = FastAPI()\n\n    @app.get('/health')\n    def health(): ...\n"
                "    return app\n",
            },
            "{python} -m uvicorn --factory app:create_app --host 127.0.0.1 --port {port}",
            "/health",
        ),
    ],
)
def test_a_start_that_the_files_say_is_a_field_and_marked(
    tree: dict[str, str], command: str, health: str
) -> None:
    (service,) = drafted(tree).services
    assert service.start is not None
    assert service.start.guessed
    assert (" ".join(service.start.command), service.health) == (command, health)
    assert "P-4" not in drafted(tree).left_out


@pytest.mark.parametrize(
    "tree",
    [
        {**PYTHON, "main.py": APP.replace("/health", "/things")},  # nothing to ask it
        {"requirements.txt": "fastapi\n", "main.py": APP.replace("\napp", "\n    app")},
        {
            "go.mod": "module a\n",
            "main.go": 'http.HandleFunc("/health", well)\n',
            "Procfile": "web: ./a\n",
        },
        {**NODE, "package.json": json.dumps({**PACKAGE, "scripts": {}, "exports": "./a.js"})},
    ],
)
def test_a_start_with_nothing_to_ask_or_no_way_to_try_stays_a_comment(tree: dict[str, str]) -> None:
    (service,) = drafted(tree).services
    assert (service.start, service.health) == (None, None)
    assert "P-4" in drafted(tree).left_out


def test_a_started_service_finds_its_database_migrated_and_its_variables_filled() -> None:
    tree = {
        **PYTHON,
        "requirements.txt": "fastapi\npsycopg\nalembic\n",
        "alembic.ini": "[alembic]\n",
        "start.sh": "alembic upgrade head\n",
        "compose.yaml": "services:\n  db:\n    image: postgres:17\n  api:\n    build: .\n"
        "    command: uvicorn main:app --port 8000\n    ports: ['8000:8000']\n"
        "    environment:\n      DATABASE_URL: postgresql://u:p@db:5432/shop\n      MODE: fast\n",
        "Dockerfile": "FROM python:3.11\n",
    }
    made = drafted(tree)
    (service,) = made.services
    assert service.start is not None
    filled = service.start.environment
    assert "{postgres_host}" in filled["DATABASE_URL"]
    assert filled["MODE"] == "fast"
    assert made.migrations is not None
    assert made.migrations.commands == (("alembic", "upgrade", "head"),)
    surveyed = survey(Files.of(tree), "api")
    assert starts.is_asked(surveyed.services[0])


@pytest.mark.parametrize(
    ("manages", "by"),
    [
        ("import os\nfrom django.core.management import execute_from_command_line\n", "Django"),
        ("from flask_script import Manager\nfrom app import app\nManager(app).run()\n", "Flask"),
    ],
)
def test_a_manage_py_is_djangos_where_it_says_so(manages: str, by: str) -> None:
    app = "from flask import Flask\n\napp = Flask(__name__)\n"
    tree = {"requirements.txt": "", "manage.py": manages, "app.py": app}
    (service,) = survey(Files.of(tree), "api").services
    assert service.command is not None
    assert service.command.guess.startswith(by)


@pytest.mark.parametrize(
    ("files", "stated"),
    [
        (
            {
                "prisma/migrations/1_first/migration.sql": "CREATE TABLE a ();",
                "prisma/migrations/migration_lock.toml": 'provider = "postgresql"\n',
            },
            {"files": "prisma/migrations/*/migration.sql"},
        ),
        (
            {
                "prisma/migrations/1_first/migration.sql": "CREATE TABLE a (b INT);",
                "prisma/migrations/migration_lock.toml": 'provider = "mysql"\n',
            },
            None,
        ),
        (
            {"db/migrations/1_first.js": "exports.up = (knex) => knex.schema.createTable('a');\n"},
            {"commands": [["knex", "migrate:latest"]], "directory": "db", "install": "auto"},
        ),
    ],
)
def test_migrations_of_prisma_are_files_and_those_of_knex_its_own_command(
    files: dict[str, str], stated: dict[str, object] | None
) -> None:
    concluded = starts.migrations_of(survey(Files.of({**NODE, **files}), "api"))
    assert concluded == stated
    made = drafted({**NODE, **files}).migrations
    assert (made is None) is (stated is None)
