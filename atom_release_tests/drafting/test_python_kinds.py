"""What drafts read of older and rarer kinds of Python services: lists, scripts, lines, classes."""

from __future__ import annotations

import pytest

from atom_release.drafting import asked, lines_of_tests, starts
from atom_release.drafting.ecosystems import django_settings
from atom_release.drafting.files import Files
from atom_release.drafting.findings import Service
from atom_release.drafting.survey import survey

TEST = "def test_a(): ...\n"
APP = "from flask import Flask\napp = Flask(__name__)\n\n@app.route('/a')\ndef a(): ...\n"
STARLETTE = {
    "requirements.txt": "starlette\nuvicorn\n",
    "shop/__init__.py": "",
    "shop/app.py": (
        "from starlette.applications import Starlette\n"
        "from starlette.routing import Mount, Route\n"
        "from shop.auth.routes import routes as auth_routes\n"
        "routes = [\n"
        '    Route("/", endpoints.home, methods=["GET", "POST"]),\n'
        '    # Route("/gone", endpoints.gone),\n'
        '    Route("/{name}", endpoint=endpoints.person),\n'
        '    Mount("/auth", routes=auth_routes, name="auth"),\n'
        "]\n"
        "app = Starlette(routes=routes)\n"
    ),
    "shop/auth/__init__.py": "",
    "shop/auth/routes.py": (
        "from starlette.endpoints import HTTPEndpoint\n"
        "from starlette.routing import Route\n\n"
        "class Login(HTTPEndpoint):\n    async def post(self, request): ...\n\n"
        'routes = [Route("/login", Login), Route("/out", out, methods=["POST"])]\n'
    ),
}


def service_of(tree: dict[str, str]) -> Service:
    (service,) = survey(Files.of(tree), "example").services
    return service


def test_routes_of_a_list_are_told_with_what_mounts_them() -> None:
    assert starts.routes_of(service_of(STARLETTE)) == [
        "GET /",
        "POST /",
        "GET /{name}",
        "POST /auth/login",
        "POST /auth/out",
    ]


def test_a_class_of_that_name_elsewhere_is_no_route() -> None:
    other = {"a.py": 'class Route: ...\nRoute("/a", b)\n', "requirements.txt": "flask\n"}
    assert starts.routes_of(service_of({**other, "app.py": APP})) == ["GET /a"]


@pytest.mark.parametrize(
    "include",
    ['router=users.router, prefix="/users"', 'users.router, prefix="/users"'],
)
@pytest.mark.parametrize("base", ['"/api/v1"', 'f"/api/{version}"'])
def test_a_prefix_is_read_from_a_named_argument_and_a_filled_in_constant(
    include: str, base: str
) -> None:
    tree = {
        "requirements.txt": "fastapi\n",
        "app/main.py": (
            "from fastapi import FastAPI\nfrom app import users\n"
            f'version = "v1"\nbase = {base}\napp = FastAPI()\n'
            f"app.include_router({include.replace(chr(34) + '/users', 'f' + chr(34) + '{base}/users')})\n"
        ),
        "app/__init__.py": "",
        "app/users.py": 'router = APIRouter()\n@router.get("/me")\ndef me(): ...\n',
    }
    assert starts.routes_of(service_of(tree)) == ["GET /api/v1/users/me"]


@pytest.mark.parametrize(
    ("line", "stated"),
    [
        ("\texport APP_ENV=test && python -m pytest -v ./tests", {"APP_ENV": "test"}),
        ("@A=1 B='two words' pytest --cov=src", {"A": "1", "B": "two words"}),
        ("docker compose run -e TESTING=1 web pytest", {"TESTING": "1"}),
        ("WHERE=$(pwd) KEY=$KEY pytest", {}),
        ("pytest -o A=1", {}),
        ("APP_ENV=prod gunicorn app:app", {}),
        ("pip install pytest A=1", {}),
    ],
)
def test_a_line_that_runs_tests_says_what_they_are_given(line: str, stated: dict[str, str]) -> None:
    assert lines_of_tests.variables([line]) == stated


def test_a_suite_has_what_a_makefile_sets_for_it() -> None:
    tree = {
        "requirements.txt": "flask\npytest\n",
        "app.py": APP,
        "tests/test_a.py": TEST,
        "Makefile": "run:\n\tAPP_ENV=dev flask run\ntest:\n\tAPP_ENV=test pytest\n",
    }
    service = service_of(tree)
    stated = asked.fields_of(service, service.suites[0].value)
    assert stated["environment"] == {"APP_ENV": "test"}


@pytest.mark.parametrize("worst", ["A=" * 400_000, "A='" * 300_000, "a" * 900_000])
def test_long_lines_are_read_once(worst: str) -> None:
    assert lines_of_tests.variables([f"{worst} pytest"]) == {}


SCRIPT = """\
#!/bin/ash
case "$1" in
  "start")
    python manage.py migrate
    python manage.py runserver 0.0.0.0:8000
    ;;
  tests)
    python manage.py test
    ;;
  *)
  exec "$@"
  ;;
esac
"""
URLS = 'from django.urls import path\nurlpatterns = [path("items/", items)]\n'
DJANGO = {
    "requirements.txt": "django\n",
    "manage.py": 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n',
    "shop/urls.py": URLS,
    "shop/settings.py": "DEBUG = True\n",
    "run.sh": SCRIPT,
}


@pytest.mark.parametrize(
    ("word", "command"),
    [
        ("start", ("python", "manage.py", "runserver", "0.0.0.0:8000")),
        ("gunicorn shop.wsgi", ("gunicorn", "shop.wsgi")),
    ],
)
def test_a_script_that_tells_words_apart_starts_what_stands_under_its_word(
    word: str, command: tuple[str, ...]
) -> None:
    image = 'FROM python:3.7\nENTRYPOINT ["/app/run.sh"]\n'
    compose = f"services:\n  web:\n    build: .\n    command: {word}\n    entrypoint: /app/run.sh\n"
    service = service_of({**DJANGO, "Dockerfile": image, "compose.yml": compose})
    assert service.command is not None
    assert service.command.value == command


def test_a_command_that_can_be_tried_comes_before_one_of_an_image_alone() -> None:
    image = 'FROM python:3.7\nCMD ["supervisord", "-n"]\n'
    tree = {**DJANGO, "Dockerfile": image, "Procfile": "web: gunicorn shop.wsgi\n"}
    service = service_of(tree)
    assert service.command is not None
    assert service.command.value[0] == "gunicorn"
    alone = service_of({name: text for name, text in tree.items() if name != "Procfile"})
    assert alone.command is not None
    assert alone.command.value[-2] == "--noreload"


@pytest.mark.parametrize("served", [True, False])
def test_a_server_of_python_is_not_started_by_what_builds_its_pages(served: bool) -> None:  # noqa: FBT001
    """Where the routes are of Node.js its command stays."""
    node = "const app = require('express')();\napp.get('/b', b);\n"
    tree = {
        "requirements.txt": "flask\n",
        "package.json": '{"scripts": {"start": "webpack"}, "dependencies": {"express": "4"}}',
        "Dockerfile": 'FROM node:20\nCMD ["npm", "start"]\n',
        **({"app.py": APP} if served else {"index.js": node}),
    }
    service = service_of(tree)
    assert service.command is not None
    assert (service.command.value[:2] == ("npm", "start")) is not served


def test_an_application_of_flask_is_named_as_every_version_reads_it() -> None:
    stated = starts.start_of(service_of({"requirements.txt": "flask\n", "app.py": APP}))
    assert "--app" not in stated["command"]
    assert stated["environment"]["FLASK_APP"] == "app:app"


def test_fastapi_is_run_by_the_module_that_all_its_versions_have() -> None:
    app = "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/a')\ndef a(): ...\n"
    image = 'FROM python:3.12\nCMD ["fastapi", "run", "app.py"]\n'
    tree = {"requirements.txt": "fastapi[standard]\n", "app.py": app, "Dockerfile": image}
    stated = starts.start_of(service_of(tree))
    assert stated["command"][:4] == ["{python}", "-m", "fastapi_cli", "run"]
    assert stated["port"] == 8000


@pytest.mark.parametrize(
    ("settings", "manage", "chosen"),
    [
        ("from configurations import Configuration\nclass Dev(Configuration): ...\n", "", "Dev"),
        (
            "from configurations import Configuration\nclass Dev(A): ...\nclass Testing(Dev): ...\n",
            "",
            "Testing",
        ),
        (
            "from configurations import Configuration\nclass Dev(A): ...\nclass Mine(Dev): ...\n",
            'os.environ.setdefault("DJANGO_CONFIGURATION", "Mine")\n',
            "Mine",
        ),
        ("class Dev: ...\n", "", ""),
    ],
)
def test_a_class_of_settings_is_chosen_where_a_library_wants_one(
    settings: str, manage: str, chosen: str
) -> None:
    tree = {**DJANGO, "shop/settings.py": settings, "manage.py": DJANGO["manage.py"] + manage}
    files = Files.of({**tree, "shop/tests/test_a.py": "from django.test import TestCase\n" + TEST})
    assert django_settings.configuration(files, "", "shop.settings") == chosen
    (service,) = survey(files, "shop").services
    assert dict(service.suites[0].value.variables).get("DJANGO_CONFIGURATION", "") == chosen


def test_a_pipfile_gives_suite_and_service_their_environment() -> None:
    pipfile = '[packages]\nflask = "*"\n[dev-packages]\npytest = "*"\n'
    service = service_of({"Pipfile": pipfile, "app.py": APP, "tests/test_a.py": TEST})
    assert asked.fields_of(service, service.suites[0].value)["install"] == "auto"
    assert starts.start_of(service)["install"] == "auto"


VIEWS = """\
class Items(generic.ListView): ...
class Item(FormMixin, generic.DetailView):
    def post(self, request): ...
class New(LoginRequiredMixin, CreateView): ...
class Newer(New): ...
class Api(ListCreateAPIView): ...
"""
PATTERNS = {
    "views.Items.as_view()": ["GET"],
    "views.Item.as_view()": ["GET", "POST"],
    "New.as_view()": ["GET", "POST"],
    "views.Newer.as_view()": ["GET", "POST"],
    "Api.as_view()": ["GET", "POST"],
    "views.Unknown.as_view()": ["GET"],
    "views.function": ["GET"],
}


@pytest.mark.parametrize(("named", "methods"), PATTERNS.items())
def test_a_url_pattern_has_the_methods_of_its_class(named: str, methods: list[str]) -> None:
    urls = f"from django.urls import path\nurlpatterns = [path('items/', {named})]\n"
    service = service_of({**DJANGO, "shop/urls.py": urls, "shop/views.py": VIEWS})
    assert starts.routes_of(service) == [f"{method} /items/" for method in methods]
