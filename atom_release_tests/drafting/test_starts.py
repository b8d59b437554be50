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
            "{python} -m gunicorn.app.wsgiapp -b :{port} main:app",
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
        {**PYTHON, "main.py": APP.partition("@")[0]},  # nothing to ask it
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
        (
            {
                "knexfile.js": "module.exports = {};\n",
                "package.json": '{"name": "api", "dependencies": {"express": "4", "knex": "1"}, "scripts": {"start": "node index.js"}}',
                "src/migrations/1.js": "exports.up = (knex) => knex.schema.createTable('a');\n",
            },
            {"commands": [["knex", "migrate:latest"]], "install": "auto"},
        ),
        (
            {
                "package.json": '{"name": "api", "dependencies": {"express": "4"},'
                ' "devDependencies": {"sequelize-cli": "6"}, "scripts": {"start": "node index.js"}}',
                "db/migrations/1.js": "module.exports = {up: (queryInterface) =>"
                " queryInterface.createTable('a')};\n",
            },
            {"commands": [["sequelize-cli", "db:migrate"]], "install": "auto"},
        ),
        (
            {
                "package.json": '{"name": "api", "dependencies": {"express": "4"}, "scripts":'
                ' {"start": "node index.js"}, "devDependencies": {"sequelize-cli": "6"}}',
                "config/config.js": "module.exports = {A: 1, DB: {host: 'x', dialect: 'y'}};\n",
                "db/migrations/1.js": "module.exports = {up: (queryInterface) =>"
                " queryInterface.createTable('a')};\n",
            },
            {"commands": [["sequelize-cli", "db:migrate", "--env", "DB"]], "install": "auto"},
        ),
        (
            {
                "package.json": '{"name": "api", "dependencies": {"express": "4"}, "scripts":'
                ' {"start": "node index.js", "migration:run": "ts-node ./node_modules/typeorm/cli.js migration:run -d a.ts",'
                ' "migration:run:dev": "PG_HOST=localhost typeorm migration:run",'
                ' "migration:revert": "typeorm migration:revert",'
                ' "seed:run": "typeorm migration:run --config seed.ts"}}',
                "src/migrations/1.ts": "export class A implements MigrationInterface {}\n",
            },
            {"commands": [["npm", "run", "migration:run"]], "install": "auto"},
        ),
        (
            {  # what is no forward step of the schema alone is not carried out
                "package.json": '{"name": "api", "dependencies": {"express": "4"}, "scripts":'
                ' {"start": "node index.js", "m": "typeorm schema:drop && typeorm migration:run", "s": "docker run x typeorm'
                ' migration:run"}}',
                "src/migrations/1.ts": "export class A implements MigrationInterface {}\n",
            },
            None,
        ),
    ],
)
def test_migrations_are_files_or_what_the_package_carries_them_out_by(
    files: dict[str, str], stated: dict[str, object] | None
) -> None:
    concluded = starts.migrations_of(survey(Files.of({**NODE, **files}), "api"))
    assert concluded == stated
    made = drafted({**NODE, **files}).migrations
    assert (made is None) is (stated is None)


SHARED = (
    "x-common: &common\n  build: .\nservices:\n"
    "  queue: {<<: *common, command: [python, -m, manage, qcluster]}\n"
    "  styles: {<<: *common, command: [python, manage.py, tailwind, watch]}\n"
    "  web: {<<: *common, command: WEB, ports: ['8000:8000']}\n"
)
DJANGO = {
    "requirements.txt": "django\npsycopg\n",
    "manage.py": "import django\n",
    "Dockerfile": "FROM python:3.12\nEXPOSE 8000\n",
    "shop/urls.py": "urlpatterns = [path('parts/health/', well), path('health/', well)]\n",
}


@pytest.mark.parametrize(
    ("web", "command"),
    [
        (
            "[gunicorn, 'shop:app', --workers, '4']",
            "{python} -m gunicorn.app.wsgiapp shop:app --workers 4",
        ),
        ("[/start.sh]", "{python} manage.py runserver --noreload 127.0.0.1:{port}"),
    ],
)
def test_what_is_reached_by_a_port_is_started_and_no_worker_of_the_same_image(
    web: str, command: str
) -> None:
    (service,) = drafted({**DJANGO, "compose.yml": SHARED.replace("WEB", web)}).services
    assert service.start is not None
    assert " ".join(service.start.command) == command
    assert service.name == "web"
    assert service.health == "/health/"


def test_an_image_that_lies_in_a_folder_of_scripts_is_no_service_beside_the_package_around_it() -> (
    None
):
    image = {"images/web/Dockerfile": "FROM x\nCMD ['/go']\n", "images/web/go.sh": "exec app\n"}
    (service,) = drafted({**DJANGO, **image}).services
    assert service.source == ("shop",)
    proxy = {"proxy/Dockerfile": "FROM nginx\nEXPOSE 80\nCMD [nginx]\n", "proxy/begin.sh": ""}
    (service,) = drafted({**DJANGO, **proxy}).services
    assert service.start is not None
    assert "nginx" not in service.start.command
    workers = {"images/mail/Dockerfile": "FROM x\n", "images/mail/send.py": "print()\n"}
    assert len(drafted({**DJANGO, **image, **workers}).services) == 2


@pytest.mark.parametrize(
    ("files", "stated"),
    [
        (
            {"api/manage.py": "import django\n", "api/shop/migrations/0001_first.py": ""},
            {"commands": [["{python}", "manage.py", "migrate", "--noinput"]], "directory": "api"},
        ),
        (
            {"api/alembic.ini": "", "api/db/env.py": "", "api/db/versions/1_first.py": ""},
            {"commands": [["alembic", "upgrade", "head"]], "directory": "api"},
        ),
        (
            {"api/db/alembic.ini": "", "api/db/env.py": "", "api/db/versions/1_first.py": ""},
            None,
        ),
    ],
)
def test_migrations_of_which_nothing_but_the_files_say_are_run_by_their_tool(
    files: dict[str, str], stated: dict[str, object] | None
) -> None:
    app = {"api/requirements.txt": "django\nalembic\n", "api/main.py": APP}
    concluded = starts.migrations_of(survey(Files.of({**app, **files}), "api"))
    if concluded is not None:
        concluded.pop("install")
    assert concluded == stated


CHAIN = (
    "services:\n  shop:\n    build: ./shop\n    ports: ['8001:8001']\n    depends_on:\n"
    "      rates: {condition: service_healthy}\n      db: {condition: service_started}\n"
    "  rates: {build: ./rates, ports: ['8002:8002'], depends_on: [db]}\n"
    "  db: {image: 'postgres:13'}\n"
)


def test_what_compose_waits_for_is_started_before_it() -> None:
    """Images of others are no services, and a folder that waits for itself waits for nothing."""
    tree = {f"{place}/{path}": text for place in ("shop", "rates") for path, text in PYTHON.items()}
    made = drafted({**tree, "compose.yml": CHAIN})
    ids = {service.name: service.id for service in made.services}
    waits = {service.name: service.start.after for service in made.services if service.start}
    assert waits == {"shop": (ids["rates"],), "rates": ()}
    circle = CHAIN.replace("./rates", "./shop")
    own = {path: text for path, text in tree.items() if path.startswith("shop/")}
    (alone,) = drafted({**own, "compose.yml": circle}).services
    assert alone.start is not None
    assert alone.start.after == ()
