"""Docker compose: services that are built from the repository, and images of others beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from atom_release.drafting import words
from atom_release.drafting.deployment.systems import system_built
from atom_release.drafting.files import Files, folder_of, joined
from atom_release.drafting.findings import Deployment, Place, Seen

_FILE = r"(?:.*/)?(?:docker-)?(?:compose|stack)(?:[.-][\w.-]+)?\.ya?ml"
_BASE = re.compile(r"(?:docker-)?compose\.ya?ml")
_FOR_TESTS = re.compile(r"test|e2e|playwright|cypress", re.IGNORECASE)
_ONCE = re.compile(
    r"(?:^|[-_])(?:e2e|tests?|playwright|cypress|seed|seeder|migrations?|migrate|migrator|prestart|"
    r"initdb|init|setup)(?:$|[-_])",
    re.IGNORECASE,
)
_URL = re.compile(
    r"(?:https?://|\b(?:curl|wget)\s+(?:-\S+\s+)*)(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])"
    r"(?::[\w${}-]+)?(?P<path>/[^\s\"'|)\]}]*)?"
)


def deployments(files: Files) -> Iterator[Deployment]:
    """Yield the services of every compose file, the plain file of a folder before its variants."""
    paths = sorted(files.matching(_FILE), key=lambda path: (_is_variant(path), path))
    taken: dict[tuple[str, str], Deployment] = {}
    for path in paths:
        for document in files.yaml(path):
            services = document.get("services")
            for name, service in services.items() if isinstance(services, Mapping) else ():
                if not isinstance(service, Mapping):
                    continue
                key = (folder_of(path), str(name))
                stated = _deployment(files, path, str(name), service)
                taken[key] = _both(taken[key], stated) if key in taken else stated
    yield from (
        deployment for deployment in taken.values() if deployment.dockerfile or deployment.image
    )


def _is_variant(path: str) -> bool:
    return _BASE.fullmatch(PurePosixPath(path).name) is None


def _both(first: Deployment, second: Deployment) -> Deployment:
    """Return a service of two files: the plain file's word counts, a variant adds what it lacks."""
    return replace(
        first if first.dockerfile or not second.dockerfile else second,
        command=first.command,  # a variant's is another use of the service: development, tests
        port=first.port or second.port,
        health=first.health or second.health,
        once=first.once,
        variables=tuple(
            {seen.value: seen for seen in (*second.variables, *first.variables)}.values()
        ),
    )


def _deployment(files: Files, path: str, name: str, service: Mapping[Any, Any]) -> Deployment:
    where = files.place(path, rf"^[ \t]++[\"']?{re.escape(name)}[\"']?\s*:\s*(?:#.*)?$")
    context, dockerfile = build_of(service, folder_of(path))
    system = system_built(files, dockerfile) if dockerfile else ""
    dockerfile = "" if system else dockerfile
    entry = service.get("entrypoint")
    steps = words.commands(service.get("command") or "")
    line = steps[-1] if steps else ()
    command = (*words.command(entry), *line) if entry else line
    once = bool(
        (service.get("profiles") and not service.get("ports"))
        or _ONCE.search(name)
        or _FOR_TESTS.search(PurePosixPath(path).name)
        or _FOR_TESTS.search(PurePosixPath(dockerfile).name)
    )
    return Deployment(
        name,
        context,
        where,
        "compose",
        "" if dockerfile else system or str(service.get("image") or ""),
        dockerfile,
        Seen(command, where) if command else None,
        _port(service, where),
        _health(service, where),
        tuple(_variables(service, where)),
        once,
        () if entry else steps[:-1],
        _after(service),
    )


def _after(service: Mapping[Any, Any]) -> tuple[str, ...]:
    """Return the names under `depends_on`, a list or a mapping of conditions."""
    stated = service.get("depends_on")
    return tuple(map(str, stated)) if isinstance(stated, list | Mapping) else ()


def build_of(service: Mapping[Any, Any], folder: str) -> tuple[str, str]:
    """Return the folder that is built and its Dockerfile; no Dockerfile of a pulled image."""
    build = service.get("build")
    if isinstance(build, str):
        context = joined(folder, build)
        return context, joined(context, "Dockerfile")
    if not isinstance(build, Mapping):
        return folder, ""
    context = joined(folder, str(build.get("context", ".")))
    return context, joined(context, str(build.get("dockerfile", "Dockerfile")))


def _port(service: Mapping[Any, Any], where: Place) -> Seen[int] | None:
    for listed in (service.get("ports"), service.get("expose")):
        for entry in listed if isinstance(listed, list) else ():
            value = entry.get("target") if isinstance(entry, Mapping) else str(entry)
            match = re.search(r"(?::|^)(\d+)(?:-\d+)?(?:/tcp)?$", str(value))
            if match and 0 < int(match[1]) < 1 << 16:
                return Seen(int(match[1]), where)
    return None


def _health(service: Mapping[Any, Any], where: Place) -> Seen[str] | None:
    check = service.get("healthcheck")
    test = check.get("test") if isinstance(check, Mapping) else None
    return health_of(" ".join(map(str, test)) if isinstance(test, list) else str(test or ""), where)


def health_of(line: str, where: Place) -> Seen[str] | None:
    """Return the path that a health check's command asks of its own container."""
    match = _URL.search(line)
    return Seen((match["path"] or "/").partition("?")[0], where) if match else None


def _variables(service: Mapping[Any, Any], where: Place) -> Iterator[Seen[str]]:
    stated = service.get("environment")
    names = stated if isinstance(stated, list | Mapping) else ()
    for entry in names:
        name = str(entry).partition("=")[0].strip()
        if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            yield Seen(name, where)
