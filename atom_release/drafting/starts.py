"""How a service is started and its database migrated, and whether a draft asks it.

A start that files say with good reason stands in the draft as a field that is marked as a guess:
what it then fails is not held against the release. Others stand as comments.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from typing import Any

from atom_release.drafting import flask_applications, settings_files, words
from atom_release.drafting.files import folder_of, is_below
from atom_release.drafting.findings import Migrations, Seen, Service, Survey, World
from atom_release.drafting.installs import has_packages, install_of, with_named

_BY_PYTHON = {"uvicorn", "gunicorn", "flask", "fastapi", "celery", "hypercorn", "daphne"}
_MODULES = {"gunicorn": "gunicorn.app.wsgiapp", "fastapi": "fastapi_cli"}
"""Programs -> the module that is run in every version of them."""
_BY_NODE = {"node", "npm", "npx", "pnpm", "yarn"}
_FOR_DEVELOPERS = {"--reload"}
_PORT_VARIABLE = re.compile(r"\$(?:PORT\b|\{PORT(?::?-\d+)?\})")
_SHOWN_AS = ("health", "metrics")
_PARAMETER = r"(?:\{\w+(?::\w+)?\}|<(?:\w+:)?\w+>|:\w+|\[\w+\])"
_ROUTE = re.compile(rf"(?:GET|POST|PUT|PATCH|DELETE) /(?:[\w\-.~/]|{_PARAMETER})*")
_MOST_ROUTES = 200
_PATIENCE = "60s"  # many compile as they start


def is_asked(service: Service) -> bool:
    """Return whether the draft starts the service: it has what to ask it and a way to try.

    The gate makes environments of Python and Node.js; what images of other languages hold is not
    here. A library's own application is an example.
    """
    if service.command is None or service.is_library or service.port_of_another:
        return False
    if not shown(service) and not routes_of(service):
        return False
    command = start_of(service)["command"]
    if any("$" in word for word in command):  # no shell would fill that in
        return False
    return bool(command) and (command[0] == "{python}" or command[0] in _BY_NODE)


def part_ports(services: Sequence[Service]) -> list[Service]:
    """Return the services, each that would listen where an earlier one does marked so.

    One network holds them all: of two that listen on one port whatever they are told, one starts.
    """
    taken: dict[int, str] = {}
    parted: list[Service] = []
    for service in services:
        port = start_of(service).get("port") if is_asked(service) else None
        marked = replace(service, port_of_another=taken.get(port, "")) if port else service
        if port:
            taken.setdefault(port, service.name)
        parted.append(marked)
    return parted


def find_order(survey: Survey, ids: Mapping[str, str]) -> dict[str, list[str]]:
    """Return, by the id of each service that is started, the ids of those that are up before it.

    A folder that is deployed several times may wait for itself: then nothing is said.
    """
    started = [service for service in survey.services if is_asked(service)]
    named = {
        words.slug(name): ids[service.name]
        for service in started
        for name in (*service.also, service.name)
    }
    order = {
        ids[service.name]: [
            named[words.slug(name)] for name in service.after if words.slug(name) in named
        ]
        for service in started
    }
    try:
        TopologicalSorter(order).prepare()
    except CycleError:
        return {}
    return order


def shown(service: Service) -> dict[str, str]:
    """Return the paths that a running service shows its state at, as fields of a manifest."""
    named = {name: getattr(service, name) for name in _SHOWN_AS}
    return {name: seen.value for name, seen in named.items() if seen is not None}


def routes_of(service: Service) -> list[str]:
    """Return what the service is said to serve, as the manifest says it, each once."""
    named = [
        f"{endpoint.value.method} {endpoint.value.path}"
        for endpoint in service.endpoints
        if endpoint.value.path not in {*shown(service).values()}
    ]
    return [route for route in dict.fromkeys(named) if _ROUTE.fullmatch(route)][:_MOST_ROUTES]


def start_of(service: Service) -> dict[str, Any]:
    """Return the start of a service in the manifest's words: its interpreter, its port."""
    command = _by_python(service.command.value) if service.command else []
    command = [_with_variables(dict(service.variables), word) for word in command]
    stated: dict[str, Any] = {
        "command": [_with_port(service, word) for word in command if word not in _FOR_DEVELOPERS]
    }
    if service.before:
        stated["before_start"] = [_by_python(step) for step in service.before]
    folder = service.place or service.folder
    if folder and service.command and not _names_folder(service, command):
        stated["directory"] = folder
    variables = dict(service.variables) or _of_its_database(service)
    if not any("{port}" in word for word in stated["command"]):
        port = service.port.value if service.port else _USUAL_PORT.get(" ".join(command[2:4]))
        if port:
            stated["port"] = port
        variables |= {"PORT": "{port}"}
    made = {each.name: each.value for each in service.made if each.name not in variables}
    application = flask_applications.taken_out([stated["command"], *stated.get("before_start", [])])
    if variables | made | application:
        stated["environment"] = made | variables | application
    if made:
        stated["guessed_variables"] = sorted(made)
    if has_packages(service):
        stated["install"] = with_named(install_of(service) or "auto", service.installed)
    if command[:1] and command[0] in _BY_NODE:
        stated["ready"] = _PATIENCE
    return stated


def _by_python(command: Sequence[str]) -> list[str]:
    """Return a command whose Python is the one that the gate makes for it."""
    if tuple(command[:2]) in _RUN_WITHIN:
        command = command[2:]
    if command[:1] and command[0] in {"python", "python3"}:
        return ["{python}", *command[1:]]
    if command[:1] and command[0] in _BY_PYTHON:
        return ["{python}", "-m", _MODULES.get(command[0], command[0]), *command[1:]]
    return [*command]


_RUN_WITHIN = {("uv", "run"), ("poetry", "run"), ("pipenv", "run"), ("pdm", "run")}
_USUAL_PORT = {"fastapi_cli run": 8000, "fastapi_cli dev": 8000}


def _worlds(service: Service) -> list[World]:
    of_suites = [seen.value.world for seen in service.suites if seen.value.world]
    return of_suites or ([service.world] if service.world else [])


def _of_its_database(service: Service) -> dict[str, str]:
    """Return the variables of a service's tests that the rehearsal fills for the service too."""
    return {
        name: text
        for world in _worlds(service)[:1]
        for name, text in world.variables
        if any(part in text for part in ("{postgres", "{redis", "{vault", "{random}"))
    }


def _for_migrations(service: Service) -> dict[str, str]:
    """Return what a tool that migrates is given: its code may ask all that its service asks.

    Nothing but the database is beside it.
    """
    made = {each.name: each.value for each in service.made}
    variables = made | dict(service.variables) | _of_its_database(service)
    for template, plain in _NOT_BESIDE.items():
        variables = {name: text.replace(template, plain) for name, text in variables.items()}
    return {name: text for name, text in variables.items() if not _OF_A_SERVICE.search(text)}


_NOT_BESIDE = {
    "{redis}": "redis://localhost:6379",
    "{redis_host}": "localhost",
    "{redis_port}": "6379",
    "{vault}": "http://localhost:8200",
    "{vault_token}": "{random}",
    "{port}": "8000",
}
_OF_A_SERVICE = re.compile(r"\{url:")


def migrations_of(survey: Survey) -> dict[str, Any] | None:
    """Return how the release's own tool would migrate the rehearsed database, None if unknown."""
    for service in survey.services:
        for world in _worlds(service):
            if world.prepare:
                steps = [list(step) for step in world.prepare]
                return _by_tool(service, steps)
    return _by_their_files(survey)


def _by_their_files(survey: Survey) -> dict[str, Any] | None:
    """Return how migrations are run of which nothing but the files say so; None of several."""
    if len(survey.migrations) != 1:
        return None
    seen = survey.migrations[0]
    migrations = seen.value
    if migrations.tool == "Prisma" and migrations.pattern:
        return {"files": migrations.pattern}
    folder = _folder_of_tool(seen)
    around = [service for service in survey.services if is_below(folder, service.folder)]
    if not around:
        return None
    nearest = max(around, key=lambda service: len(service.folder))
    step, folder = step_of(seen, nearest)
    if not step:
        return None
    return _by_tool(nearest, [step]) | ({"directory": folder} if folder else {})


def step_of(seen: Seen[Migrations], service: Service) -> tuple[list[str], str]:
    """Return the command of the tool that migrations are written for, and where it runs."""
    tool, place = seen.value.tool, seen.where.path
    if seen.value.command:
        return [*seen.value.command], seen.value.directory
    if tool == "Knex":
        return ["knex", "migrate:latest"], folder_of(seen.value.folder)
    if tool == "Django":
        return ["{python}", "manage.py", "migrate", "--noinput"], folder_of(place)
    if tool == "alembic" and place.endswith("alembic.ini"):
        return ["alembic", "upgrade", "head"], folder_of(place)
    if tool == "alembic" and (target := _flask_target(service)):
        return ["{python}", "-m", "flask", "--app", target, "db", "upgrade"], service.folder
    return [], ""


def _folder_of_tool(seen: Seen[Migrations]) -> str:
    place = folder_of(seen.where.path)
    return (
        place
        if seen.value.tool == "Django" or seen.where.path.endswith(".ini")
        else folder_of(seen.value.folder)
    )


def _flask_target(service: Service) -> str:
    """Return the application of Flask that a service's command starts; its extension migrates."""
    command = [*service.command.value] if service.command else []
    words = [word for word in command if _TARGET.fullmatch(word)]
    by_flask = "flask" in command or any(word.endswith("gunicorn") for word in command)
    return words[0] if words and by_flask else ""


_TARGET = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")


def _by_tool(service: Service, steps: list[list[str]]) -> dict[str, Any]:
    stated: dict[str, Any] = {"commands": steps}
    if service.folder:
        stated["directory"] = service.folder
    variables = _for_migrations(service)
    settings = next((seen.value.settings for seen in service.suites if seen.value.settings), "")
    if settings:
        variables = {"DJANGO_SETTINGS_MODULE": settings} | variables
    variables |= flask_applications.taken_out(steps)
    if variables:
        stated["environment"] = variables
    if has_packages(service):
        stated["install"] = install_of(service) or "auto"
    return stated


def _with_variables(variables: Mapping[str, str], word: str) -> str:
    """Return a word of a command in which the variables are filled in that its files give."""
    if "$" not in word or _PORT_VARIABLE.search(word):
        return word
    given = {name: text for name, text in variables.items() if "{" not in text}
    return settings_files.resolve(word, given)


def is_of_node(command: Sequence[str]) -> bool:
    """Return whether a command is of Node.js."""
    return bool(command) and command[0] in _BY_NODE


def is_filled(command: Sequence[str], variables: Mapping[str, str]) -> bool:
    """Return whether a command can be run without a shell: its variables are all known."""
    words_of_it = (_with_variables(variables, word) for word in command)
    return not any("$" in _PORT_VARIABLE.sub("", word) for word in words_of_it)


def _with_port(service: Service, word: str) -> str:
    word = _PORT_VARIABLE.sub("{port}", word)
    if service.port is None or "{port}" in word:
        return word
    port = str(service.port.value)
    return (
        "{port}"
        if word == port
        else word.replace(f":{port}", ":{port}").replace(f"={port}", "={port}")
    )


def _names_folder(service: Service, command: list[str]) -> bool:
    return any(word.startswith(f"{service.folder}/") for word in command)
