"""The survey: packages and deployments of one tree, brought together into its services.

A folder is a service where it is deployed, started or tested. What is neither, such as the packages
of a workspace that others only import, is told as a part and not drafted: nothing could be asked of
it. Where nothing at all is found the repository itself is the one service.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from atom_release.drafting import (
    builds,
    documents,
    environment,
    expected_files,
    installs,
    migrations,
    openapi,
    own_migrations,
    pipelines,
    reports,
    serving,
    starting_place,
    starts,
    surroundings,
    words,
)
from atom_release.drafting.ecosystems import ECOSYSTEMS, python
from atom_release.drafting.ecosystems.tests_of import within
from atom_release.drafting.files import Files, is_below, is_product
from atom_release.drafting.findings import (
    Deployment,
    Endpoint,
    Place,
    Report,
    Seen,
    Service,
    Survey,
)
from atom_release.drafting.units import LANGUAGES, Unit, gather, language_of

_HEALTH = re.compile(
    r"(?:^|/)_?(?:health|healthz|healthcheck|health-check|health_check|livez?|readyz?|ping)/?$",
    re.IGNORECASE,
)
_METRICS = re.compile(r"[\"'](/metrics/?)[\"']")
_MOST_READ = 400
_OF_NODE = {"JavaScript", "TypeScript"}
_LOCK = re.compile(
    r"(?:.*/)?(?:[\w.-]+\.lockb?|[\w-]+-lock\.\w+|npm-shrinkwrap\.json|go\.(?:mod|sum))"
)
_VERSION = re.compile(r"\d+\.\d+[\w.+-]*")
_VERSION_LINE = re.compile(
    rf"^[ \t]*+\"?version\"?\s*[:=]\s*\"({_VERSION.pattern})\"", re.MULTILINE
)


def survey(files: Files, name: str) -> Survey:
    """Return what a tree is made of; `name` is the repository's own, for what has no other."""
    units, deployed, systems = gather(files)
    chosen = [unit for unit in units.values() if unit.is_service]
    chosen = chosen or [unit for unit in units.values() if unit.parts] or [Unit("")]
    folders = sorted(unit.folder for unit in chosen)
    services = [_service(files, unit, folders, name) for unit in _in_order(chosen)]
    services = starts.part_ports(_named_apart(services))
    migrated = tuple(migrations.find(files))
    services = own_migrations.add(services, migrated)
    read = tuple(reports.find(files))
    reported = tuple(_with_report(services, read))
    return Survey(
        reported,
        tuple(part for unit in units.values() if unit not in chosen for part in unit.parts),
        _jobs(deployed),
        tuple(systems),
        migrated,
        tuple(environment.variables(files, deployed)),
        tuple(pipelines.test_commands(files)),
        read,
        tuple(python.loose_suites(files, list(units))),
        _version(files, units.get("", Unit(""))),
        documents=documents.find(files, reported, read),
        unread=tuple(dict.fromkeys(files.unread)),
    )


def _jobs(deployed: Sequence[Deployment]) -> tuple[Deployment, ...]:
    """Return what is built and runs once, each name once, none of them a service elsewhere."""
    stays = {deployment.name for deployment in deployed if not deployment.once}
    named = {
        deployment.name: deployment
        for deployment in deployed[::-1]
        if deployment.once and deployment.dockerfile
    }
    return tuple(
        deployment for deployment in reversed(named.values()) if deployment.name not in stays
    )


def _in_order(units: Iterable[Unit]) -> list[Unit]:
    """Return what is deployed before what is only tested, each in the order of the folders."""
    return sorted(units, key=lambda unit: (not unit.stays, unit.folder))


def _service(files: Files, unit: Unit, folders: Sequence[str], name: str) -> Service:
    own = within(files.below(unit.folder), unit.folder, folders)
    stays = serving.order(unit.stays)
    first = stays[0] if stays else None
    own_start = next((part.start for part in unit.parts if part.start), None)
    started = serving.choose(stays)
    stated = (started, *stays)
    command = serving.command(each for each in stated if each)
    if not (started and started.command) and own_start:
        command = own_start
    place = starting_place.find(files, unit.folder, command.value) if command else ""
    expected = expected_files.steps(files, unit.folder, own, place)
    builds_first = builds.steps(files, unit.folder, command.value) if command else ()
    listed = list(openapi.endpoints(files, own))
    routes = _routes(files, own)
    code = surroundings.Code(
        unit.folder,
        own,
        [path for path in files.paths if not any(is_below(path, at) for at in folders)],
        any(part.language in _OF_NODE for part in unit.parts),
        command.value if command else (),
        [each.name for each in stays if each.kind == "Kubernetes"],
    )
    beside = surroundings.of_service(files, code)
    if own_start and command and not _fits(command.value, own_start.value, beside, routes):
        command = own_start
    return Service(
        _name(unit, first, name),
        unit.folder,
        _languages(unit, own),
        _source(unit),
        tuple(path for part in unit.parts for path in part.package_files),
        _seen(unit),
        _why_guess(unit),
        tuple(
            surroundings.with_world(files, suite) for part in unit.parts for suite in part.suites
        ),
        command,
        next((deployment.port for deployment in stays if deployment.port), None)
        or next((part.port for part in unit.parts if part.port), None),
        _as_routed(
            next((deployment.health for deployment in stays if deployment.health), None), routes
        )
        or _health([*listed, *routes]),
        _metrics(files, own),
        (*listed, *_unlisted(routes, listed)),
        also=tuple(
            deployment.name
            for deployment in stays[1:]
            if deployment.kind != "Dockerfile" and deployment.name != _name(unit, first, name)
        ),
        before=(*builds_first, *expected, *(started.before if started else ())),
        after=first.after if first else (),
        place=place,
        is_library=not unit.stays and any(part.is_library for part in unit.parts),
        world=beside.world,
        variables=beside.variables,
        made=beside.made,
        installed=installs.named_for_service(files, unit.folder),
    )


def _fits(
    command: Sequence[str],
    own: Sequence[str],
    beside: surroundings.Surroundings,
    routes: Sequence[Seen[Endpoint]],
) -> bool:
    """Return whether a stated command can start what serves the routes, rather than the idiom.

    One of another language (`npm start` beside a server of Python) also builds what pages show.
    """
    if not serving.can_be_tried(command):
        return False
    of_python = [route.where.path.endswith(".py") for route in routes]
    is_other = starts.is_of_node(command) and own[:1] == ("{python}",) and any(of_python)
    return starts.is_filled(command, dict(beside.variables)) and not (is_other and all(of_python))


def _name(unit: Unit, first: Deployment | None, name: str) -> str:
    candidates = [
        first.name if first and first.kind in {"compose", "Kubernetes"} else "",
        unit.folder.rpartition("/")[2],
        *(part.name for part in unit.parts),
        name,
    ]
    if not unit.folder and not (first and first.kind in {"compose", "Kubernetes"}):
        plain = [part.name for part in unit.parts if not part.name.startswith("@")]
        candidates = [*plain, name]
    return next(
        (words.slug(candidate) for candidate in candidates if words.slug(candidate)), "service"
    )


def _languages(unit: Unit, own: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(part.language for part in unit.parts)) or language_of(own)


def _source(unit: Unit) -> tuple[str, ...]:
    stated = dict.fromkeys(path for part in unit.parts for path in part.source)
    return tuple(stated) or (unit.folder or ".",)


def _seen(unit: Unit) -> tuple[Place, ...]:
    packages = [Place(path) for part in unit.parts for path in part.package_files[:1]]
    return tuple([deployment.where for deployment in unit.deployments] + packages) or (
        Place(unit.folder or "."),
    )


def _why_guess(unit: Unit) -> str:
    if unit.deployments or any(part.package_files or part.suites for part in unit.parts):
        return ""
    return (
        "a folder of code where services usually are"
        if unit.parts
        else "nothing says what is deployed, so the repository is taken as one service"
    )


def _routes(files: Files, own: Sequence[str]) -> list[Seen[Endpoint]]:
    listed = own[: _MOST_READ * 4]
    seen = [route for ecosystem in ECOSYSTEMS for route in ecosystem.routes(files, listed)]
    return list({(route.value, route.where): route for route in seen}.values())


def _unlisted(
    routes: Sequence[Seen[Endpoint]], listed: Sequence[Seen[Endpoint]]
) -> Iterator[Seen[Endpoint]]:
    """Yield the routes that a description does not list, whatever prefix it lists them under."""
    described = [(seen.value.method, _shape(seen.value.path)) for seen in listed]
    for route in routes:
        shape = _shape(route.value.path)
        if not any(
            method == route.value.method and path.endswith(shape) for method, path in described
        ):
            yield route


def _shape(path: str) -> str:
    """Return a path with its parameters unnamed and without a slash at its end."""
    return re.sub(r":\w+|\{[^}]*\}|<[^>]*>", "{}", path).rstrip("/")


def _health(endpoints: Sequence[Seen[Endpoint]]) -> Seen[str] | None:
    """Return the path of a state that lies nearest to the top: the service's, not a part's."""
    fitting = [
        Seen(endpoint.value.path, endpoint.where, endpoint.guess)
        for endpoint in endpoints
        if endpoint.value.method == "GET" and _HEALTH.search(endpoint.value.path)
    ]
    return min(fitting, key=lambda seen: seen.value.strip("/").count("/"), default=None)


def _as_routed(health: Seen[str] | None, routes: Sequence[Seen[Endpoint]]) -> Seen[str] | None:
    """Return a stated health path with the slash that its route ends with."""
    paths = {endpoint.value.path for endpoint in routes}
    if health is None or health.value in paths or f"{health.value}/" not in paths:
        return health
    return replace(health, value=f"{health.value}/")


def _metrics(files: Files, own: Sequence[str]) -> Seen[str] | None:
    code = [path for path in own if PurePosixPath(path).suffix in LANGUAGES and is_product(path)]
    for path in code[:_MOST_READ]:
        text = files.text(path)
        match = _METRICS.search(text)
        if match is not None:
            where = Place(path, text.count("\n", 0, match.start()) + 1)
            return Seen(match[1], where, "the path stands in its code")
    return None


def _named_apart(services: Sequence[Service]) -> list[Service]:
    """Return the services with names that differ: those that would not, by their folders."""
    counted = Counter(service.name for service in services)
    return [
        replace(service, name=words.slug(service.folder.replace("/", "-")) or service.name)
        if counted[service.name] > 1
        else service
        for service in services
    ]


def _with_report(services: Sequence[Service], read: Sequence[Report]) -> Iterator[Service]:
    names = [service.name for service in services]
    for service in services:
        about = reports.of_service(read, service.name, service.folder, names)
        report = about[0] if len(about) == 1 else None
        yield replace(service, report=report, reports=tuple(about) if not report else ())


def _version(files: Files, top: Unit) -> str:
    """Return the version that the package file of the top states; a lock states that of others."""
    for part in top.parts:
        for path in part.package_files:
            if _LOCK.fullmatch(path):
                continue
            version = _stated_version(files, path)
            if version and version != "0.0.0":
                return version
    return ""


def _stated_version(files: Files, path: str) -> str:
    if path.endswith(".toml"):
        document = files.toml(path)
        tool = document.get("tool")
        poetry = tool.get("poetry") if isinstance(tool, Mapping) else None
        for table in (document.get("project"), document.get("package"), poetry):
            stated = table.get("version") if isinstance(table, Mapping) else None
            if isinstance(stated, str) and _VERSION.fullmatch(stated):
                return stated
        return ""
    if path.endswith(".json"):
        stated = files.json(path).get("version")
        return stated if isinstance(stated, str) and _VERSION.fullmatch(stated) else ""
    match = _VERSION_LINE.search(files.text(path))
    return match[1] if match else ""
