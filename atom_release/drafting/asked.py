"""What a draft asks, what it leaves out and why: the one place where findings become criteria.

A criterion is asked where the findings alone give it a subject. The reasons say what was looked
for, and what was seen instead.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from atom_release.drafting import environment, starts
from atom_release.drafting.findings import Runner, Seen, Service, Suite, Survey, World
from atom_release.drafting.installs import install_of

if TYPE_CHECKING:
    from atom_release.drafting.asked_variables.variable import Made

_LONGEST = 290
_MOST = 6
_READ_LOCKS = {"package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock"}
_BROWSERS = {Runner.PLAYWRIGHT, Runner.CYPRESS}


def suite_of(service: Service) -> Seen[Suite] | None:
    """Return the suite that the gate can run as it is, on the code beside it.

    By pytest, by a runner of Node.js with a lock that the gate reads or none, or by a toolchain.
    """
    for seen in service.suites:
        suite = seen.value
        of_django = suite.runner is Runner.DJANGO
        if suite.across or (of_django and not (suite.settings and install_of(service))):
            continue
        if suite.runner.by_pytest or suite.runner.by_toolchain or _is_of_node(suite):
            return seen
    return None


def _is_of_node(suite: Suite) -> bool:
    lock = posixpath.basename(suite.lock)
    return bool(suite.runner.by_node) and (not lock or lock in _READ_LOCKS)


def fields_of(service: Service, suite: Suite) -> dict[str, Any]:
    """Return a suite that the draft asks, as a manifest says it."""
    if suite.runner.by_node:
        stated: dict[str, Any] = {"runner": suite.runner.by_node, "install": "auto"}
    else:
        stated = {"runner": suite.runner.by_toolchain} if suite.runner.by_toolchain else {}
    stated["paths"] = list(suite.paths)
    if suite.directory:
        stated["directory"] = suite.directory
    arguments = [*suite.arguments, *(_LIKE_DJANGO if suite.runner is Runner.DJANGO else ())]
    if arguments:
        stated["arguments"] = arguments
    if suite.world:
        stated |= _world(suite.world)
    if suite.prepare:
        stated["prepare"] = [*map(list, suite.prepare), *stated.get("prepare", [])]
    variables = dict(suite.world.variables) if suite.world else {}
    if suite.settings:
        variables = {"DJANGO_SETTINGS_MODULE": suite.settings} | variables
    variables |= dict(suite.variables)
    made = {each.name: each.value for each in suite.made if each.name not in variables}
    if made | variables:
        stated["environment"] = made | variables
    if made:
        stated["guessed_variables"] = sorted(made)
    if suite.runner.by_pytest and (install := _install_of_suite(service, suite)) is not None:
        stated["install"] = _with_plugin(install) if suite.runner is Runner.DJANGO else install
    return stated


def _install_of_suite(service: Service, suite: Suite) -> str | dict[str, Any] | None:
    """Return the environment of a suite: its service's, with the requirements that it names."""
    install = install_of(service)
    stated = {"requirements": suite.requirements, "packages": suite.packages}
    more = {name: list(values) for name, values in stated.items() if values}
    named = install if isinstance(install, dict) else {}
    return {**named, **more} if more else install


_LIKE_DJANGO = ("-o", "python_files=test*.py")


def _with_plugin(install: str | dict[str, Any]) -> dict[str, Any]:
    """Return an environment that has what lets pytest run the tests of Django."""
    named = install if isinstance(install, dict) else {}
    listed = [*named.get("packages", []), "pytest-django"]
    return {**named, "packages": list(dict.fromkeys(listed))}


def _world(world: World) -> dict[str, Any]:
    """Return what a suite needs beside it, as a manifest says it."""
    stated: dict[str, Any] = {"needs": list(world.needs)}
    database: dict[str, str] = {}
    if world.user and (world.user, world.database) != ("postgres", "app"):
        database = {"user": world.user, "name": world.database}
    if world.major:
        database["version"] = world.major
    if database:
        stated["database"] = database
    if world.hosts:
        stated["hosts"] = list(world.hosts)
    if world.prepare:
        stated["prepare"] = [list(step) for step in world.prepare]
    return stated


def other_suite(seen: Seen[Suite]) -> str:
    """Return of a suite that the draft does not ask where it is and why it is not asked."""
    suite = seen.value
    where = (
        f"{suite.runner} in {', '.join(suite.paths[:_MOST])} ({suite.files} files, {seen.where})"
    )
    if suite.runner in _BROWSERS:
        return f"not asked: {where} wants a browser and a running service"
    if suite.across:
        return f"not asked: {where} asks running services; name it under `integration`"
    if suite.runner.by_node and not _is_of_node(suite):
        locks = "those of npm, pnpm and yarn are"
        return f"not asked: {where}; its lock, {suite.lock}, is not read: {locks}"
    return f"not asked: {where}; a `suite` with a `command` that writes JUnit asks it"


_JUNIT = {
    Runner.NODE: (
        *("node", "--test", "--test-reporter=junit", "--test-reporter-destination={junit}"),
    ),
    Runner.VITEST: ("npx", "vitest", "run", "--reporter=junit", "--outputFile={junit}"),
    Runner.MOCHA: ("npx", "mocha", "--reporter", "xunit", "--reporter-option", "output={junit}"),
    Runner.PHPUNIT: ("vendor/bin/phpunit", "--log-junit", "{junit}"),
}


def command_suite(seen: Seen[Suite]) -> dict[str, Any] | None:
    """Return the suite that would ask a runner that writes JUnit by itself; None of others."""
    suite = seen.value
    if suite.across or suite.runner not in _JUNIT:
        return None
    stated: dict[str, Any] = {"paths": list(suite.paths), "command": list(_JUNIT[suite.runner])}
    return (
        stated | ({"directory": suite.directory} if suite.directory else {}) | {"control": "weak"}
    )


def left_out(survey: Survey, ids: Mapping[str, str]) -> dict[str, str]:
    """Return every criterion that the draft leaves out, each with what was looked for and seen."""
    reasons = {
        ids[service.name]: _nothing_to_run(service)
        for service in survey.services
        if suite_of(service) is None and service.report is None
    }
    if not survey.documents and not any(service.report for service in survey.services):
        reasons["AC1"] = _no_report(survey)
    reasons |= {
        "AC2": _integration(survey),
        "AC6": "no pull request is asked for yet",
        "P-3": "no dangerous action can be seen in files (approval)",
        "P-4": _running(survey, "health and metrics"),
        "P-5": _tenancy(survey),
        "P-6": _running(survey, "endpoints"),
        "T5": _running(survey, "endpoints and labelled rows"),
    }
    if any(map(starts.is_asked, survey.services)):
        del reasons["P-4"]
    return {name: reason[:_LONGEST] for name, reason in reasons.items()}


def _no_report(survey: Survey) -> str:
    unclear = [service for service in survey.services if service.reports]
    if not unclear:
        return "no service report was found among *report*.md, *completion*.md and reports/"
    named = ", ".join(service.name for service in unclear[:_MOST])
    first = ", ".join(report.path for report in unclear[0].reports[:2])
    return f"several reports may be those of {named}, such as {first}: name one for each (report)"


def _nothing_to_run(service: Service) -> str:
    if service.suites:
        return "; ".join(other_suite(seen) for seen in service.suites).replace("not asked: ", "")
    return f"no tests of {service.name} were found: no file of a known runner in {_where(service)}"


def _where(service: Service) -> str:
    return service.folder or "the repository"


def _integration(survey: Survey) -> str:
    own = [seen for service in survey.services for seen in service.suites if seen.value.across]
    across = [*survey.across, *own]
    if not across:
        return "no integration or end-to-end tests were found (integration)"
    named = "; ".join(f"{seen.value.runner} in {', '.join(seen.value.paths)}" for seen in across)
    return f"no service is started yet for {named} (integration, start)"


def _running(survey: Survey, label: str) -> str:
    commanded = [service.name for service in survey.services if service.command]
    if not commanded:
        return f"nothing says how a service is started, so {label} are not asked"
    if any(map(starts.is_asked, survey.services)):
        return f"{label} are only read from files: name those of the started services"
    return (
        f"how {', '.join(commanded[:_MOST])} start is only read from files: take the commented"
        f" start into use, and name {label}"
    )


def _tenancy(survey: Survey) -> str:
    if not survey.migrations:
        return "no migrations were found (tenancy)"
    named = "; ".join(
        f"{seen.value.tool}, {seen.value.steps} steps in {seen.value.folder}"
        for seen in survey.migrations
    )
    return (
        f"no tenant column or application role can be seen in files (tenancy); migrations: {named}"
    )


def why_made(made: Iterable[Made]) -> Iterator[str]:
    """Yield of each made value why it is what it is, and where the code asks for it."""
    for each in made:
        yield f"guessed: {each.name} ({each.where}) is {each.why}"


def why(service: Service, name: str) -> str:
    """Return where a commented field of a service comes from."""
    if name == "start":
        return _told("start", service.command)
    if name == "routes":
        origin = _told("the first", service.endpoints[0])
        return f"what it is asked for; nothing is refused for it: {origin}"
    if name in {"health", "metrics"}:
        return _told(name, service.health if name == "health" else service.metrics)
    first = service.endpoints[0]
    listed = len(service.endpoints)
    return f"endpoints: {listed}, {_told('the first', first)}"


def _told(name: str, seen: Seen[Any] | None) -> str:
    if seen is None:
        return name
    return f"{name}: {seen.where}{f', guessed: {seen.guess}' if seen.guess else ''}"


def also_seen(survey: Survey) -> Iterator[str]:
    """Yield a line on everything else that was found."""
    for seen in survey.migrations:
        migrations = seen.value
        glob = f", `migrations: {migrations.pattern}`" if migrations.pattern else ""
        where = f"{migrations.steps} steps in {migrations.folder}{glob}"
        yield f"migrations by {migrations.tool}: {where}"
    for title, names in _listed(survey):
        if names:
            yield f"{title}: {', '.join(names)}"
    for command in survey.test_commands:
        yield f"its pipeline runs ({command.where}): {command.value}"
    for report in survey.reports:
        if not any(report in {service.report, *service.reports} for service in survey.services):
            yield f"a report that names no service found here: {report.path} {report.task}".rstrip()


def _listed(survey: Survey) -> Iterator[tuple[str, list[str]]]:
    names = [seen.value for seen in survey.variables]
    yield "systems", [f"{system.name} ({system.image})" for system in survey.systems]
    yield "jobs", [f"{job.name} ({job.where})" for job in survey.jobs]
    yield (
        "neither deployed, started nor tested",
        [part.folder or part.name for part in survey.parts],
    )
    yield "secrets by their names", [name for name in names if environment.is_secret(name)]
    yield "variables", [name for name in names if not environment.is_secret(name)]
    yield "not read (too large, absent or malformed)", list(survey.unread[:12])
