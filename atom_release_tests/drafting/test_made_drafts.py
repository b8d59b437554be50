"""Made values in drafts: said to be guessed, behind what any file gives, and neutral otherwise."""

from __future__ import annotations

from atom_release.drafting import manifest
from atom_release.drafting.files import Files
from atom_release.drafting.manifest import Release
from atom_release.drafting.survey import survey
from atom_release.drafting.version import next_version
from atom_release.gate.manifest import Manifest
from atom_release.source.manifest_file import parse_manifest

APP = "from fastapi import FastAPI\n\napp = FastAPI()\n\n@app.get('/health')\ndef health(): ...\n"
CONFIG = """import os

KEY = os.environ["SECRET_KEY"]
ROWS = os.environ["DATABASE_URL"]
"""
TREE = {
    "requirements.txt": "fastapi\nuvicorn\nsqlalchemy\npsycopg2-binary\npytest\n",
    "main.py": APP,
    "config.py": CONFIG,
    "tests/test_main.py": "import pytest\nimport config\n\ndef test_main():\n    pass\n",
}
ADDRESS = (
    "postgresql://{postgres_user}:{postgres_password}@{postgres_host}:{postgres_port}"
    "/{postgres_database}"
)


def drafted(tree: dict[str, str]) -> tuple[Manifest, str]:
    surveyed = survey(Files.of(tree), "api")
    ids = {service.name: f"A.{number}" for number, service in enumerate(surveyed.services)}
    release = Release("api", next_version([], surveyed.version), "review/next", "main", ids=ids)
    text = manifest.write(surveyed, release)
    return parse_manifest(text.encode(), "draft"), text


def test_what_only_code_names_is_given_and_said_to_be_guessed() -> None:
    made, text = drafted(TREE)
    (service,) = made.services
    assert service.start is not None
    assert service.suite is not None
    expected = {"DATABASE_URL": ADDRESS, "SECRET_KEY": "{random}"}
    assert expected.items() <= service.start.environment.items()
    assert service.suite.environment == expected
    assert service.suite.needs == ("postgres",)
    assert service.start.guessed_variables == service.suite.guessed_variables == tuple(expected)
    assert text.count("# guessed: SECRET_KEY (config.py:3) is random, a secret by its name") == 2
    assert text.count("# guessed: DATABASE_URL (config.py:4) is the address of its database") == 2


def test_a_value_that_a_file_gives_takes_precedence_and_is_no_guess() -> None:
    example = "SECRET_KEY=for-developers\nDATABASE_URL=postgresql://me:pw@db/shop\n"
    made, text = drafted({**TREE, ".env.example": example})
    (service,) = made.services
    assert service.start is not None
    assert service.start.guessed_variables == ()
    assert service.start.environment["DATABASE_URL"] == ADDRESS
    assert "guessed: SECRET_KEY" not in text
    half, _ = drafted({**TREE, ".env.example": "SECRET_KEY=\nDATABASE_URL=sqlite:///a.db\n"})
    (service,) = half.services
    assert service.start is not None
    assert service.start.environment["DATABASE_URL"] == "sqlite:///a.db"
    assert service.start.guessed_variables == ("SECRET_KEY",)


def test_code_that_asks_nothing_is_given_nothing() -> None:
    made, text = drafted({**TREE, "config.py": 'import os\nA = os.getenv("A", "b")\n'})
    (service,) = made.services
    assert service.start is not None
    assert service.suite is not None
    assert (service.start.guessed_variables, service.suite.guessed_variables) == ((), ())
    assert service.suite.environment == {}
    assert "guessed_variables" not in text


def test_nothing_of_the_machine_stands_in_a_draft(monkeypatch: object) -> None:
    """The attack: have the gate put what its own environment holds into a service's."""
    import os

    import pytest

    assert isinstance(monkeypatch, pytest.MonkeyPatch)
    monkeypatch.setenv("SECRET_KEY", "of-the-machine")
    monkeypatch.setenv("ATOM_RELEASE_HOME", "/of/the/machine")
    names = ("ATOM_RELEASE_HOME", "PATH", "LD_PRELOAD", "PYTHONPATH", "GIT_SSH_COMMAND")
    asks = "".join(f'X = os.environ["{name}"]\n' for name in (*names, "VAULT_TOKEN"))
    made, text = drafted({**TREE, "config.py": CONFIG + asks})
    (service,) = made.services
    assert service.start is not None
    assert "of-the-machine" not in text
    assert os.environ["ATOM_RELEASE_HOME"] not in text
    given = {*service.start.environment} | {*(service.suite.environment if service.suite else ())}
    assert given == {"DATABASE_URL", "SECRET_KEY"}


def test_what_the_tests_set_of_themselves_is_theirs() -> None:
    conftest = 'import os\nos.environ.setdefault("SECRET_KEY", "a")\n'
    made, _ = drafted({**TREE, "tests/conftest.py": conftest})
    (service,) = made.services
    assert service.suite is not None
    assert set(service.suite.environment) == {"DATABASE_URL"}
    settings = "[pytest]\nenv =\n    D:SECRET_KEY=a\n"
    made, _ = drafted({**TREE, "pytest.ini": settings})
    assert made.services[0].suite is not None
    assert set(made.services[0].suite.environment) == {"DATABASE_URL"}


def test_an_image_and_a_cluster_give_what_the_code_asks() -> None:
    cluster = """
apiVersion: v1
kind: ConfigMap
metadata: {name: shared}
data: {DATABASE_URL: "postgresql://a:b@accounts-db:5432/accounts", OTHER: "1"}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  template:
    spec:
      containers:
        - name: api
          image: api
          envFrom: [{configMapRef: {name: shared}}]
          env: [{name: SECRET_KEY, value: plain}, {name: PATH, value: /evil}]
"""
    code = {**TREE, "config.py": CONFIG + 'S = os.environ["STAGE"]\n'}
    code["Dockerfile"] = "FROM python:3.11\nENV STAGE=local A=b\n"
    tree = {f"api/{path}": text for path, text in code.items()} | {"k8s/api.yaml": cluster}
    made, _ = drafted(tree)
    (service,) = made.services
    assert service.start is not None
    assert service.start.environment == {
        "DATABASE_URL": ADDRESS,
        "SECRET_KEY": "{random}",  # named by a file, and no text of it stands in a draft
        "STAGE": "local",
    }
    assert service.start.guessed_variables == ()


def test_migrations_are_given_what_their_settings_ask() -> None:
    tree = {
        **TREE,
        "alembic.ini": "[alembic]\n",
        "alembic/env.py": "import config\n",
        "alembic/versions/0001_a.py": "",
    }
    made, _ = drafted(tree)
    assert made.migrations is not None
    program = made.migrations.model_dump()
    assert program["commands"] == (("alembic", "upgrade", "head"),)
    assert program["environment"] == {"DATABASE_URL": ADDRESS, "SECRET_KEY": "{random}"}


def test_a_module_is_started_in_the_folder_that_holds_it() -> None:
    moved = {path: text for path, text in TREE.items() if path not in {"main.py", "config.py"}}
    tree = {**moved, "src/app/main.py": APP, "src/app/__init__.py": ""}
    docker = 'FROM python:3.11\nCOPY src/app /code/app\nCMD ["uvicorn", "app.main:app"]\n'
    made, _ = drafted({**tree, "Dockerfile": docker})
    assert made.services[0].start is not None
    assert made.services[0].start.directory == "src"
    made, _ = drafted({**TREE, "Dockerfile": docker.replace("app.main", "main")})
    assert made.services[0].start is not None
    assert made.services[0].start.directory == "."


def test_a_file_that_code_insists_on_is_made_empty_before_it() -> None:
    text = 'from starlette.config import Config\nc = Config(".env")\nA = c("SECRET_KEY")\n'
    made, _ = drafted({**TREE, "config.py": text})
    (service,) = made.services
    assert service.start is not None
    assert service.start.before_start == (("/bin/sh", "-c", "touch .env"),)
    made, _ = drafted({**TREE, "config.py": text, ".env": "SECRET_KEY=a\n"})
    assert made.services[0].start is not None
    assert made.services[0].start.before_start == ()


def test_a_script_of_an_image_fills_its_command_with_its_own_defaults() -> None:
    script = """#!/bin/bash
DEFAULT_MODULE=main
MODULE=${MODULE:-$DEFAULT_MODULE}
export APP=${APP:-"$MODULE:app"}
gunicorn -c "/srv/conf/gunicorn.py" "$APP"
"""
    docker = 'FROM python:3.11\nCMD ["./start.sh"]\n'
    tree = {**TREE, "start.sh": script, "Dockerfile": docker, "conf/gunicorn.py": ""}
    made, _ = drafted(tree)
    assert made.services[0].start is not None
    assert made.services[0].start.command[2:] == (
        "gunicorn.app.wsgiapp",
        "-c",
        "conf/gunicorn.py",
        "main:app",
    )
    unknown = script.replace("DEFAULT_MODULE=main\n", "")
    made, _ = drafted({**tree, "start.sh": unknown})
    assert made.services[0].start is not None
    assert made.services[0].start.command[2] == "uvicorn"  # the idiom, where a command is not known


def test_a_file_that_code_looks_for_where_an_image_has_it_is_that_of_the_tree() -> None:
    asks = 'import os\nA = os.getenv("LOG_CONFIG", "/srv/conf/logging.ini")\n'
    asks += 'B = os.getenv("HOSTS_FILE", "/etc/hosts")\n'
    asks += 'C = os.getenv("PYTHONPATH", "/srv/conf/logging.ini")\n'
    made, text = drafted({**TREE, "config.py": asks, "conf/logging.ini": ""})
    assert made.services[0].start is not None
    assert made.services[0].start.environment == {"LOG_CONFIG": "conf/logging.ini"}
    assert made.services[0].start.guessed_variables == ("LOG_CONFIG",)
    assert "guessed: LOG_CONFIG (config.py:2) is a file that its image holds elsewhere" in text
