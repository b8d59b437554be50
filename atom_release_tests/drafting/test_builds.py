"""What is built before a drafted start, and what its files give the command."""

from __future__ import annotations

import json
from typing import Any

import pytest

from atom_release.drafting import builds
from atom_release.drafting.files import Files
from atom_release.drafting.starts import start_of
from atom_release.drafting.survey import survey


def tree(scripts: dict[str, str], **package: object) -> dict[str, str]:
    return {"package.json": json.dumps({"name": "web", "scripts": scripts, **package})}


@pytest.mark.parametrize(
    ("scripts", "command", "steps"),
    [
        ({"build": "tsc", "start": "node dist/main.js"}, ("npm", "start"), 1),
        ({"build": "tsc"}, ("node", "dist/main"), 1),
        ({"build": "next build", "start": "next start"}, ("npm", "run", "start"), 1),
        ({"build": "tsc", "start": "ts-node src/main.ts"}, ("npm", "start"), 0),
        ({"start": "node dist/main.js"}, ("npm", "start"), 0),
    ],
)
def test_what_starts_from_a_built_folder_is_built_first(
    scripts: dict[str, str], command: tuple[str, ...], steps: int
) -> None:
    assert builds.steps(Files.of(tree(scripts)), "", command) == (("npm", "run", "build"),) * steps


def test_a_folder_that_is_committed_is_not_built() -> None:
    files = tree({"build": "tsc", "start": "node dist/main.js"}) | {"dist/main.js": ""}
    assert builds.steps(Files.of(files), "", ("npm", "start")) == ()


def test_members_of_a_workspace_that_are_needed_are_built_first() -> None:
    """The one that another needs before it; one that is committed as it is, not at all."""
    members: dict[str, dict[str, Any]] = {
        "core": {"main": "build/index.js", "scripts": {"build": "tsc"}},
        "log": {
            "main": "build/index.js",
            "scripts": {"build": "tsc"},
            "dependencies": {"@of/core": "*"},
        },
        "plain": {"main": "index.js", "scripts": {"build": "tsc"}},
    }
    files = {
        f"packages/{name}/package.json": json.dumps({"name": f"@of/{name}", **package})
        for name, package in members.items()
    }
    needs = {"@of/log": "*", "@of/plain": "*", "express": "4"}
    files |= {"packages/plain/index.js": "", "packages/web/src/main.ts": ""}
    files["packages/web/package.json"] = json.dumps(
        {"name": "web", "scripts": {"start": "ts-node src/main.ts"}, "dependencies": needs}
    )
    assert builds.steps(Files.of(files), "packages/web", ("npm", "start")) == (
        ("npm", "--prefix", "../core", "run", "build"),
        ("npm", "--prefix", "../log", "run", "build"),
    )


def test_a_script_of_an_image_starts_as_the_files_around_it_say() -> None:
    """Variables of the command are those that the compose file gives, and its steps come first."""
    entry = "#!/bin/sh\nflask create-db\nflask shell\nif [ $X ]; then flask db upgrade; fi\n"
    entry += "gunicorn --bind $API_HOST:$API_PORT $API_ENTRYPOINT --workers 4\n"
    files = {
        "requirements.txt": "flask\ngunicorn\n",
        "app.py": "from flask import Flask\n\napp = Flask(__name__)\n\n@app.route('/')\ndef top(): ...\n",
        "entrypoint.sh": entry,
        "Dockerfile": 'FROM python:3.11\nCOPY . /app\nENTRYPOINT ["/app/entrypoint.sh"]\n',
        "compose.yml": "services: {api: {build: ., env_file: [.env.api], ports: ['5000:5000']}}\n",
        ".env.api": "API_HOST=0.0.0.0\nAPI_PORT=5000\nAPI_ENTRYPOINT=app:app\nMODE=local\n",
        ".env": "MODE=develop\nNAME=shop\n",
    }
    (service,) = survey(Files.of(files), "api").services
    start = start_of(service)
    assert start["command"] == [
        *(
            "{python}",
            "-m",
            "gunicorn.app.wsgiapp",
            "--bind",
            "0.0.0.0:{port}",
            "app:app",
            "--workers",
            "4",
        )
    ]
    assert start["before_start"] == [["{python}", "-m", "flask", "create-db"]]
    assert (start["environment"]["MODE"], start["environment"]["NAME"]) == ("local", "shop")


@pytest.mark.parametrize(
    ("code", "port"),
    [
        ("app.listen(4040);", 4040),
        ("export const settings = { port: 4040 };", 4040),
        ("app.listen(process.env.PORT || 4040);", None),
        ("one.listen(4040); other.listen(4041);", None),
    ],
)
def test_a_port_that_code_alone_names_is_where_it_listens(code: str, port: int | None) -> None:
    files = tree({"start": "node server.js"}) | {
        "server.js": f"app.get('/', (q, a) => 0);\n{code}\n"
    }
    (service,) = survey(Files.of(files), "web").services
    assert start_of(service).get("port") == port
