"""What a suite needs beside it, as the repository's own pipeline, compose and variables say.

A system is needed where something stands beside the release's code in a compose file or a pipeline
and the service's own packages speak to such a one. Names of user and database, and the variables
that tests are given, are those of the job that runs the tests, else of files of variables. Nothing
secret is copied: what has a secret's name gets a random value.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from atom_release.drafting import (
    addresses,
    environment,
    image_variables,
    lines_of_tests,
    settings_files,
    words,
)
from atom_release.drafting.deployment.systems import IMAGES
from atom_release.drafting.files import Files, is_below, joined
from atom_release.drafting.findings import Place, World
from atom_release.drafting.pipelines import runs_tests

if TYPE_CHECKING:
    from atom_release.drafting.settings_files import Image, Job, Stated

_CLIENTS = {
    "postgres": re.compile(
        r"\b(?:psycopg2?|asyncpg|pg8000|psycopg2-binary|aiopg|pg-promise|postgres|knex|typeorm"
        r"|sequelize|prisma|pgx|drizzle-orm|sqlx)\b|[\"']pg[\"']"
    ),
    "redis": re.compile(
        r"\b(?:redis|rq|django-rq|channels-redis|ioredis|bullmq?|huey|arq|valkey)\b"
    ),
    "vault": re.compile(r"\b(?:hvac|node-vault)\b"),
}
_DRIVERS = {
    "postgres": re.compile(r"\b(?:psycopg2?|asyncpg|pg8000|psycopg2-binary|aiopg)\b|[\"']pg[\"']"),
    "redis": _CLIENTS["redis"],
    "vault": _CLIENTS["vault"],
}
_PACKAGE_FILES = re.compile(
    r"pyproject\.toml|setup\.(?:py|cfg)|Pipfile|package\.json|(?:[\w.-]*requirements[\w.-]*|base|test"
    r"|tests|testing|dev|prod|production|local|main|common)\.(?:txt|in)"
)
_UNKNOWN = re.compile(r"\$\{|\$\(|\{\{|^\$\w")
_NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_-]{0,62}$")
_SWITCH = re.compile(r"true|false|yes|no|on|off|\d{1,4}", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:^|_)(?:DSN|UR[LI]|WEBHOOK|ENDPOINT)(?:_|$)", re.IGNORECASE)
_IN_A_FILE = re.compile(r"(?:sqlite[\w+]*|file|memory):[\w/.-]*$")  # an address without a secret
_IDENTIFIER = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")
_OF_THE_PIPELINE = re.compile(
    r"^(?:CI|PATH|HOME|GITHUB_\w+|RUNNER_\w+|NODE_AUTH_TOKEN|CODECOV\w*|COVERAGE\w*|PIP_\w+|UV_\w+"
    r"|FORCE_COLOR|ACTIONS_\w+|DOCKER\w*|COMPOSE\w*|[A-Z_]*_(?:CACHE|DIR)|PYTHONPATH)$"
)
_UPGRADES = re.compile(r"\balembic\b[^\n|;&]*\bupgrade\s+(heads?)\b")
_MIGRATES = re.compile(r"^(?:npx\s+)?(knex|sequelize(?:-cli)?|node-pg-migrate)\s+([\w:-]+.*)$")
_BY_FLASK = re.compile(r"^(?:python3? -m )?flask\b[^|;&]*\b(?:db upgrade|seed)\b[^|;&]*$")
_MOST_TEXT = 60
_MOST_READ = 400
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9_.-]{0,61}[a-z0-9])?")
_SETTINGS = re.compile(r".*\.(?:py|[cm]?[jt]s|ini|cfg|toml|json|env)|(?:.*/)?\.env[\w.]*")


@dataclass(frozen=True)
class _Names:
    """The names that a database has, and where they are read."""

    user: str
    database: str
    where: Place


def find_world(
    files: Files, folder: str, *, node: bool = False, addressed: Mapping[str, Place] | None = None
) -> World | None:
    """Return what the tests of a folder need beside them; None where that is nothing.

    `addressed` are systems whose address the code itself asks for, each with the place.
    """
    addressed = addressed or {}
    job = _test_job(files, folder, node=node)
    images = [*(job.images if job else ()), *settings_files.compose_images(files)]
    clients = package_text(files, folder)
    needs = tuple(
        name
        for name, pattern in IMAGES.items()
        if (_CLIENTS[name].search(clients) and any(pattern.search(image.image) for image in images))
        or (name in addressed and _DRIVERS[name].search(clients))
    )
    if not needs:
        return None
    stated = list(_stated(files, folder, job))
    names = _names(images, stated)
    variables = _of_images(files, folder) | dict(_variables(needs, stated))
    prepare, prepared_by = _steps(files, folder, job) if "postgres" in needs else ((), "")
    image = next((each.image for each in images if IMAGES["postgres"].search(each.image)), "")
    beside = (image.where for image in images if IMAGES[needs[0]].search(image.image))
    where = names.where if names else next(beside, None) or addressed[needs[0]]
    return World(
        needs,
        names.user if names else "",
        names.database if names else "",
        tuple(sorted(variables.items())),
        prepare,
        where,
        tuple(_hosts(files, folder, needs, images)),
        prepared_by,
        image,
        _major(image) if "postgres" in needs else "",
    )


def _major(image: str) -> str:
    """Return the major version of PostgreSQL that an image names: `16-alpine`, `2.11-pg15`."""
    tag = image.partition("@")[0].rpartition("/")[2].partition(":")[2]
    match = re.search(r"(?:^|-)pg(\d{1,2})(?!\d)", tag) or re.match(r"(\d{1,2})(?![\d])", tag)
    named = "timescale" not in image or bool(match and match[0].lstrip("-").startswith("pg"))
    return match[1] if match and named else ""


def find_variables(files: Files, folder: str, needs: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return the variables that a folder's code is given, where it is started."""
    shown = dict(_variables(needs, list(settings_files.env_files(files, folder))))
    deployed = dict(_variables(needs, list(settings_files.compose_variables(files, folder))))
    return tuple(sorted((_of_images(files, folder) | shown | deployed).items()))


def find_shown(
    files: Files, folder: str, needs: Sequence[str], *, node: bool = False
) -> dict[str, str]:
    """Return all that any file shows for the variables of a folder, the best known place first."""
    job = _test_job(files, folder, node=node)
    shown: dict[str, str] = {}
    for source in _stated(files, folder, job):
        for name, text in _variables(needs, [source]):
            shown.setdefault(name, text)
    return shown


def find_set_by_lines(
    files: Files, folder: str, needs: Sequence[str], *, node: bool = False
) -> dict[str, str]:
    """Return what the lines that run the tests of a folder set for them."""
    job = _test_job(files, folder, node=node)
    return spoken(lines_of_tests.variables(text for _, text in _texts(files, folder, job)), needs)


def spoken(variables: Mapping[str, str], needs: Sequence[str]) -> dict[str, str]:
    """Return variables of one place as an environment says them; what is not known left out."""
    stated = settings_files.Stated(variables, Place(""))
    return dict(_variables(needs, [stated]))


def names_of_itself(files: Files, folder: str) -> set[str]:
    """Return the variables of a committed file that the code of a folder reads by itself."""
    read = (each for each in settings_files.env_files(files, folder) if each.is_committed)
    return {name for each in read for name, value in each.variables.items() if value}


def _of_images(files: Files, folder: str) -> dict[str, str]:
    """Return what images set of themselves, beside all that files give."""
    every = image_variables.find(files, folder)
    return {name: value for stated in every for name, value in stated.variables.items()}


def _hosts(
    files: Files, folder: str, needs: Sequence[str], images: Sequence[Image]
) -> Iterator[str]:
    """Yield what compose calls the needed systems, where code or settings have that name in them.

    What a variable says of them is filled in; a name that stands in a file is not.
    """
    patterns = [IMAGES[name] for name in needs]
    named = {
        image.name
        for image in images
        if _HOST.fullmatch(image.name) and any(pattern.search(image.image) for pattern in patterns)
    }
    settings = [path for path in files.below(folder) if _SETTINGS.fullmatch(path)][:_MOST_READ]
    for name in sorted(named):
        spoken = re.compile(rf"[\"'@/]{re.escape(name)}(?::\d+)?[\"'/]")
        if any(spoken.search(files.text(path)) for path in settings):
            yield name


def package_text(files: Files, folder: str) -> str:
    """Return the text of the package files of a folder and those around it."""
    around = {folder, ""}
    named = [
        path
        for path in files.paths
        if _PACKAGE_FILES.fullmatch(posixpath.basename(path))
        and (posixpath.dirname(path) in around or is_below(path, folder))
        and path.count("/") <= folder.count("/") + 3
    ]
    return "\n".join(files.text(path) for path in named[:_MOST_TEXT])


def _test_job(files: Files, folder: str, *, node: bool) -> Job | None:
    """Return the job of a pipeline that runs the tests of a folder, those with systems first."""
    fitting = [job for job in settings_files.jobs(files) if _is_of(job, folder, node=node)]
    return max(fitting, key=lambda job: (bool(job.images), bool(job.variables)), default=None)


def _is_of(job: Job, folder: str, *, node: bool) -> bool:
    lines = [line for line in job.lines if runs_tests(line)]
    of_node = re.compile(r"\b(?:npm|npx|yarn|pnpm|jest|vitest|mocha)\b")
    fitting = [line for line in lines if bool(of_node.search(line)) is node]
    if not fitting or any("playwright" in line for line in fitting):
        return False
    at = job.folder
    return not at or not folder or is_below(at, folder) or is_below(folder, at)


def _stated(files: Files, folder: str, job: Job | None) -> Iterator[Stated]:
    """Yield the variables that tests are given, by whom they are best known first."""
    if job is not None and job.variables:
        yield settings_files.Stated(job.variables, job.where)
    yield from settings_files.env_files(files, folder)
    yield from settings_files.compose_variables(files, folder)


def _names(images: Sequence[Image], stated: Sequence[Stated]) -> _Names | None:
    """Return the user and the database that the release's own files name."""
    for image in images:
        if IMAGES["postgres"].search(image.image):
            user = image.variables.get("POSTGRES_USER", "postgres")
            database = image.variables.get("POSTGRES_DB", user)
            if _NAME.match(user) and _NAME.match(database):
                return _Names(user, database, image.where)
    for source in stated:
        for value in source.variables.values():
            match = addresses.DATABASE_URL.match(value)
            if match and _NAME.match(match["name"]):
                who = re.match(r"^[^:]+://([A-Za-z_][\w-]*)[:@]", value)
                return _Names(who[1] if who else "postgres", match["name"], source.where)
    return None


def _variables(needs: Iterable[str], stated: Sequence[Stated]) -> Iterator[tuple[str, str]]:
    """Yield each variable once, with what a suite's environment says of it.

    Of a file that is committed under the name that programs read by themselves, only what speaks of
    a system is said again; of files later than the first that has any, likewise.
    """
    taken: set[str] = set()
    plain_from: Place | None = None
    for source in stated:
        for name, value in source.variables.items():
            if name in taken or not _IDENTIFIER.match(name) or _OF_THE_PIPELINE.match(name):
                continue
            spoken = addresses.address(name, value, needs)
            if not spoken and source.is_committed:
                taken.add(name)
                continue
            if not spoken and plain_from not in {None, source.where}:
                continue
            text = spoken or _plain_value(name, value)
            if text is None:
                continue
            if not spoken:
                plain_from = source.where
            taken.add(name)
            yield name, text


def _plain_value(name: str, value: str) -> str | None:
    """Return a value as it stands, a random one for a secret; None where it is not known."""
    if not value or not value.isprintable():
        return None
    if environment.is_secret(name) and not _SWITCH.fullmatch(value):
        if _IN_A_FILE.match(value):
            return value
        return None if "://" in value or _ADDRESS.search(name) else "{random}"
    return None if _UNKNOWN.search(value) else value


def _steps(files: Files, folder: str, job: Job | None) -> tuple[tuple[tuple[str, ...], ...], str]:
    """Return the commands that migrate before the tests, and where the repository says them."""
    if job is not None and job.folder in {folder, ""}:
        named = tuple(step for line in job.lines if (step := _migrating(files, folder, line)))
        if named:
            return tuple(_run_in(job.folder, folder, step) for step in named), str(job.where)
    for place, text in _texts(files, folder, job):
        for line in text.splitlines():
            step = _migrating(files, folder, line.strip())
            if step and step[0] == "alembic":
                return (step,), place
    scripts = files.json(joined(folder, "package.json")).get("scripts")
    for name, line in scripts.items() if isinstance(scripts, Mapping) else ():
        step = _migrating(files, folder, str(line).strip())
        if step:
            return (step,), f"package.json: {name}"
    return (), ""


def _run_in(place: str, folder: str, step: tuple[str, ...]) -> tuple[str, ...]:
    """Return a step that runs in one folder, where the suite runs in another."""
    if place == folder or step[0] == "alembic":  # whose configuration lies in the suite's folder
        return step
    way = posixpath.relpath(place or ".", folder or ".")
    return (
        "/bin/sh",
        "-c",
        f"cd {shlex.quote(way)} && {shlex.join(step)}".replace("'{python}'", "{python}"),
    )


def _migrating(files: Files, folder: str, line: str) -> tuple[str, ...]:
    """Return the words of a line that migrates or seeds a database; none where it does not."""
    plain = words.without_environment(line)
    upgrades = _UPGRADES.search(plain)
    if upgrades and joined(folder, "alembic.ini") in files:
        return ("alembic", "upgrade", upgrades[1])
    migrates = _MIGRATES.match(plain)
    if migrates and re.search(r"latest|db:migrate$|\bup\b", migrates[2]):
        return words.split(f"{migrates[1]} {migrates[2]}")
    if not _BY_FLASK.match(plain):
        return ()
    split = words.split(plain)
    return ("{python}", *split[1:]) if split[:1] and split[0].startswith("python") else split


def _texts(files: Files, folder: str, job: Job | None) -> Iterator[tuple[str, str]]:
    """Yield the texts in which a repository says how its tests are begun, each with its place."""
    if job is not None:
        yield str(job.where), "\n".join(job.lines)
    for path in files.paths:
        name = posixpath.basename(path)
        is_script = name.endswith(".sh") or name in {"Makefile", "justfile", "Procfile", "tox.ini"}
        if (is_script and is_below(path, folder)) or re.fullmatch(
            r"(?:docker-)?compose.*\.ya?ml", name
        ):
            yield path, files.text(path)
