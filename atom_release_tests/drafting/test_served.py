"""What a draft says that a service serves, and by which command: prefixes, scripts, images."""

from __future__ import annotations

import pytest

from atom_release.drafting import manifest, starts
from atom_release.drafting.files import Files
from atom_release.drafting.findings import Service, Survey
from atom_release.drafting.manifest import Release
from atom_release.drafting.survey import survey
from atom_release.drafting.version import next_version
from atom_release.source.manifest_file import parse_manifest

FASTAPI = {
    "requirements.txt": "fastapi\nuvicorn\nasyncpg\n",
    "app/__init__.py": "",
    "app/settings.py": 'class Settings:\n    API_V1: str = "/api/v1"\n',
    "app/main.py": (
        "from fastapi import FastAPI\nfrom app.api.main import api_router\n"
        "from app.settings import settings\napp = FastAPI()\n"
        "app.include_router(api_router, prefix=settings.API_V1)\n"
        '@app.get("/health")\ndef health(): ...\n'
    ),
    "app/api/main.py": (
        "from fastapi import APIRouter\nfrom app.api.routes import items, users\n"
        "api_router = APIRouter()\napi_router.include_router(items.router, prefix='/items')\n"
        "api_router.include_router(users.router)\n"
    ),
    "app/api/routes/items.py": (
        'router = APIRouter()\n@router.get("/{item_id}")\ndef read(): ...\n'
        '@router.post("/")\ndef make(): ...\n'
    ),
    "app/api/routes/users.py": (
        'router = APIRouter(prefix="/users")\n@router.get("/me")\ndef me(): ...\n'
    ),
}
FLASK = {
    "requirements.txt": "flask\n",
    "app/__init__.py": (
        "from flask import Flask\n\ndef create_app():\n    app = Flask(__name__)\n"
        "    from .auth import auth as auth_blueprint\n"
        "    app.register_blueprint(auth_blueprint, url_prefix='/auth')\n    return app\n"
    ),
    "app/auth/__init__.py": "auth = Blueprint('auth', __name__)\n",
    "app/auth/views.py": "@auth.route('/login', methods=['GET', 'POST'])\ndef login(): ...\n",
}
DJANGO = {
    "requirements.txt": "django\n",
    "manage.py": "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site.settings')\n",
    "site/urls.py": (
        'urlpatterns = [path("up/", include("up.urls")), path("", include("pages.urls"))]\n'
    ),
    "up/urls.py": 'urlpatterns = [path("", index), path("databases", databases)]\n',
    "pages/urls.py": 'urlpatterns = [path("", home)]\n',
}
BOOT = "#!/bin/sh\nflask db upgrade\nexec gunicorn -b :5000 \\\n    app:create_app()\n"
HANDS_ON = '#!/usr/bin/env bash\nset -e\nflask db upgrade\nexec "$@"\n'


def survey_of(tree: dict[str, str]) -> Survey:
    return survey(Files.of(tree), "example")


def service_of(tree: dict[str, str]) -> Service:
    (service,) = survey_of(tree).services
    return service


@pytest.mark.parametrize(
    ("tree", "routes"),
    [
        (FASTAPI, ["GET /api/v1/items/{item_id}", "POST /api/v1/items/", "GET /api/v1/users/me"]),
        (FLASK, ["GET /auth/login", "POST /auth/login"]),
        (DJANGO, ["GET /", "GET /up/", "GET /up/databases"]),
    ],
    ids=["fastapi", "flask", "django"],
)
def test_routes_are_told_with_what_other_files_put_before_them(
    tree: dict[str, str], routes: list[str]
) -> None:
    """The path of the state stands apart; a draft of them is a manifest."""
    (service,) = survey_of(tree).services
    assert starts.routes_of(service) == routes
    release = Release("a", next_version([], ""), "review/a", "main", ids={service.name: "A.1"})
    parsed = parse_manifest(manifest.write(survey_of(tree), release).encode(), "draft")
    assert list(parsed.services[0].routes) == routes


def test_a_file_that_nothing_includes_has_no_prefix() -> None:
    alone = {**FASTAPI, "app/main.py": "app = FastAPI()\n", "app/api/main.py": ""}
    assert "POST /" in starts.routes_of(service_of(alone))


@pytest.mark.parametrize(
    ("image", "script", "command"),
    [
        ('CMD ["./boot.sh"]\n', BOOT, ("gunicorn", "-b", ":5000", "app:create_app()")),
        ('ENTRYPOINT ["sh", "/srv/boot.sh"]\n', BOOT, ("gunicorn", "-b", ":5000", "app:create_app()")),
        (
            'ENTRYPOINT ["/srv/boot.sh"]\nCMD ["gunicorn", "app:app"]\n',
            HANDS_ON,
            ("gunicorn", "app:app"),
        ),
        ('CMD ["gunicorn", "app:boot.sh"]\n', BOOT, ("gunicorn", "app:boot.sh")),
    ],
    ids=["script", "by a shell", "hands on", "a program"],
)  # fmt: skip
def test_an_images_script_is_read_for_what_it_starts(
    image: str, script: str, command: tuple[str, ...]
) -> None:
    service = service_of({**FLASK, "Dockerfile": f"FROM python:3.12\n{image}", "boot.sh": script})
    assert service.command is not None
    assert service.command.value == command


COMPOSE = """\
services:
  web:
    build: .
    profiles: [web]
    ports: ["${FORWARD:-127.0.0.1:8000}:8000"]
    healthcheck:
      test: "${CHECK:-curl localhost:8000/up}"
  worker:
    build: .
    profiles: [worker]
    command: celery -A app worker
  db:
    build: ./db
"""


def test_a_database_that_is_built_on_its_image_is_that_database() -> None:
    """Code beside its Dockerfile makes it a service of the release's own."""
    tree = {
        **FASTAPI,
        "Dockerfile": 'FROM python:3.12\nCMD ["uvicorn", "app.main:app"]\n',
        "compose.yaml": COMPOSE,
        "db/Dockerfile": "FROM postgres:16\nADD create.sql /docker-entrypoint-initdb.d\n",
        "db/create.sql": "CREATE DATABASE web_dev;\n",
    }
    surveyed = survey_of(tree)
    (service,) = surveyed.services
    assert service.world is not None
    assert (service.world.needs, service.world.major) == (("postgres",), "16")
    assert [system.name for system in surveyed.systems] == ["db"]
    other = survey_of({**tree, "db/tool.py": "print()\n"})
    assert not other.systems


def test_a_service_of_a_profile_that_is_reached_stays() -> None:
    """Its check names no scheme, and a variable stands for what there is not."""
    tree = {
        **DJANGO,
        "Dockerfile": 'FROM python:3.12\nCMD ["gunicorn", "site.wsgi"]\n',
        "compose.yaml": COMPOSE.partition("  db:")[0],
    }
    service = service_of(tree)
    assert service.name == "web"
    assert service.health is not None
    assert service.health.value == "/up/"
    assert [job.name for job in survey_of(tree).jobs] == ["worker"]


def test_what_lies_above_says_what_a_folder_is_made_with() -> None:
    """The code of a project in `src`, its package files at the top."""
    moved = {f"src/{path}": text for path, text in DJANGO.items() if path != "requirements.txt"}
    tree = {
        **moved,
        "pyproject.toml": "[project]\nname = 'a'\ndependencies = ['django']\n",
        "uv.lock": "version = 1\n",
        "src/up/tests.py": "from django.test import TestCase\nclass A(TestCase):\n    def test_a(self): ...\n",
        "Dockerfile": 'FROM python:3.12\nCMD ["gunicorn", "site.wsgi"]\n',
        "assets/package.json": '{"name": "assets"}\n',
        "assets/app.js": "go();\n",
        "compose.yaml": COMPOSE.partition("  db:")[0],
    }  # fmt: skip
    service = service_of(tree)
    assert (service.name, service.folder) == ("web", "src")
    assert starts.start_of(service)["install"] == "auto"
    assert starts.start_of(service)["directory"] == "src"


def test_a_module_called_test_without_tests_is_none() -> None:
    """One with tests is."""
    tree = {
        "requirements.txt": "pytest\n",
        "app.py": "",
        "test/test_a.py": "def test_a(): ...\n",
        "lib/test.py": "class ViewTestMixin(object):\n    pass\n",
    }
    (suite,) = service_of(tree).suites
    assert suite.value.paths == ("test",)
    tree["lib/test.py"] = "class A(TestCase):\n    def test_b(self): ...\n"
    (suite,) = service_of(tree).suites
    assert suite.value.paths == ("lib/test.py", "test")


def test_of_two_services_that_listen_on_one_port_one_is_started() -> None:
    """Both are drafted; a start on a port of the gate's own choosing is in nobody's way."""
    package = '{"name": "NAME", "scripts": {"start": "node server.js"}}'
    tree = {
        f"{name}/{file}": text.replace("NAME", name)
        for name in ("cart", "user")
        for file, text in {
            "package.json": package,
            "server.js": "app.get('/health', well);\n",
            "Dockerfile": 'FROM node:20\nEXPOSE 8080\nCMD ["node", "server.js"]\n',
        }.items()
    }
    surveyed = survey_of(tree)
    assert [starts.is_asked(service) for service in surveyed.services] == [True, False]
    ids = {service.name: f"A.{at}" for at, service in enumerate(surveyed.services, start=1)}
    text = manifest.write(surveyed, Release("a", next_version([], ""), "review/a", "main", ids=ids))
    assert "its port is that of cart" in text
    assert parse_manifest(text.encode(), "draft").services[1].start is None


def test_what_an_image_sets_of_itself_is_given_where_code_asks_for_it() -> None:
    tree = {
        **FASTAPI,
        "Dockerfile": 'FROM python:3.12.4-slim AS app\nCMD ["uvicorn", "app.main:app"]\n',
        "compose.yaml": "services:\n  db:\n    image: postgres:16\n",
    }
    assert "PYTHON_VERSION" not in dict(service_of(tree).variables)
    tree[".env.example"] = "DEBUG=true\n"
    tree["app/page.py"] = 'version = os.environ["PYTHON_VERSION"]\n'
    assert dict(service_of(tree).variables)["PYTHON_VERSION"] == "3.12.4"


def test_a_package_of_the_domain_that_generators_write_is_the_product() -> None:
    """An example's folder is none of it."""
    controller = '@GetMapping("/greeting")\npublic Greeting greeting() {}\n'
    tree = {
        "pom.xml": "<project><artifactId>greeting</artifactId></project>",
        "src/main/java/com/example/greeting/GreetingController.java": controller,
        "examples/src/main/java/com/acme/OtherController.java": controller.replace("greet", "ask"),
    }
    assert starts.routes_of(service_of(tree)) == ["GET /greeting"]


def test_each_runner_of_a_package_has_the_tests_that_are_written_for_it() -> None:
    package = (
        '{"name": "web", "scripts": {"test": "vitest run", "test:e2e": "playwright test"},'
        ' "devDependencies": {"vitest": "3", "@playwright/test": "1"}}'
    )
    tree = {
        "package.json": package,
        "playwright.config.ts": "export default {};\n",
        "src/a.test.ts": 'import { it } from "vitest";\n',
        "tests/home.spec.ts": 'import { test } from "@playwright/test";\n',
    }
    suites = [(seen.value.runner, seen.value.across) for seen in service_of(tree).suites]
    assert suites == [("vitest", False), ("playwright", True)]
    del tree["src/a.test.ts"]
    assert [seen.value.runner for seen in service_of(tree).suites] == ["playwright"]
