"""Variables and their values as a repository's own files give them to its tests and services.

Files of variables (`.env`, `.env.example`), compose files and pipelines, with the values that they
refer to filled in. What is a secret by its name is a value like any other here: who writes a draft
decides what of it may stand there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from atom_release.drafting.deployment import compose
from atom_release.drafting.deployment.systems import system_built
from atom_release.drafting.files import Files, folder_of, joined
from atom_release.drafting.findings import Place

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_LINE = re.compile(rf"^[ \t]*(?:export[ \t]+)?({_NAME})[ \t]*=[ \t]*(.*?)[ \t]*$", re.MULTILINE)
_REFERENCE = re.compile(rf"\$\{{({_NAME})(?::?[-?+]([^}}]*))?\}}|\$({_NAME})")
_WORKFLOWS = r"\.github/workflows/[^/]+\.ya?ml"
_COMPOSE = r"(?:.*/)?(?:docker-)?(?:compose|stack)(?:[.-][\w.-]+)?\.ya?ml"
_PREFERRED = (".env.test", ".env.testing", ".env.ci", ".env.example", ".env.sample")
_USE = "dev|devel|development|local|docker|tests?|testing|ci|example|sample|template|dist|defaults?"
EXAMPLE = re.compile(
    rf"(?:\.?env(?:[._-](?:{_USE}))+|(?:example|sample|template)[._-]env)", re.IGNORECASE
)
_SHOWN_AS = re.compile(r"[._-](?:example|sample|template|dist)", re.IGNORECASE)
_MOST_CODE = 400
_MAY_READ = re.compile(r".*\.(?:py|[cm]?[jt]s)|(?:.*/)?package\.json")
_READS = re.compile(
    r"dotenv|\bdecouple\b|\benv_file\b|\bread_env\b|\bEnv\.read|\benviron\.Env\b|\bfrom environs\b"
    r"|\bstarlette\.config\b|--env-file|loadEnv"
)
_SETS_UP = re.compile(r"/[\w-]*(postgres|redis|valkey)[\w-]*$", re.IGNORECASE)


@dataclass(frozen=True)
class Image:
    """An image of others that stands beside something, with the variables that it is given."""

    image: str
    variables: Mapping[str, str]
    where: Place
    name: str = ""  # by which others of its compose file find it


@dataclass(frozen=True)
class Job:
    """A job of a pipeline: what stands beside it, what its lines are given, and the lines."""

    where: Place
    images: tuple[Image, ...]
    variables: Mapping[str, str]
    lines: tuple[str, ...]
    folder: str = ""  # where its lines run, if it says so


@dataclass(frozen=True)
class Stated:
    """The variables of one file or job, and where they stand."""

    variables: Mapping[str, str]
    where: Place
    is_committed: bool = field(default=False)  # a file that programs read by themselves


def read_assignments(text: str) -> dict[str, str]:
    """Return the variables of a file of assignments, references among them filled in."""
    stated: dict[str, str] = {}
    for name, value in _LINE.findall(text):
        stated[name] = resolve(unquoted(value), stated)
    return stated


def resolve(value: str, given: Mapping[str, str]) -> str:
    """Return a value whose `${NAME}` and `${NAME:-default}` are filled in, where they are known."""

    def fill(match: re.Match[str]) -> str:
        name = match[1] or match[3]
        return given.get(name) or (match[2] or "" if match[1] and "-" in match[0] else match[0])

    return _REFERENCE.sub(fill, value)


def unquoted(value: str) -> str:
    """Return a value as a file of variables means it: without quotes and comments."""
    if value[:1] in {'"', "'"}:
        end = value.find(value[0], 1)
        return value[1:end] if end > 0 else value[1:]
    return re.sub(r"\s+#.*$", "", value)


def env_files(files: Files, folder: str) -> Iterator[Stated]:
    """Yield the files of variables of a folder and of those around it, the nearest first."""
    for place in _around(folder):
        plain = joined(place, ".env")
        if plain in files:
            read = _reads_itself(files, folder)
            yield Stated(read_assignments(files.text(plain)), Place(plain), is_committed=read)
        for path in _examples(files, place):
            yield Stated(read_assignments(files.text(path)), Place(path))


def _reads_itself(files: Files, folder: str) -> bool:
    """Return whether the code of a folder reads a file of variables by itself."""
    code = [path for path in files.below(folder) if _MAY_READ.fullmatch(path)]
    return any(_READS.search(files.text(path)) for path in code[:_MOST_CODE])


def _examples(files: Files, folder: str) -> list[str]:
    """Return the files of a folder that show which variables to set, the best known name first."""
    names = {path: path.rpartition("/")[2] for path in files.within(folder)}
    ranks = {name: rank for rank, name in enumerate(_PREFERRED)}
    shown = [path for path, name in names.items() if EXAMPLE.fullmatch(name)]
    return sorted(shown, key=lambda path: (ranks.get(names[path], len(ranks)), path))


def _around(folder: str) -> Iterator[str]:
    yield folder
    while folder:
        folder = folder_of(folder)
        yield folder


def compose_images(files: Files) -> Iterator[Image]:
    """Yield the images that compose files pull, with their variables."""
    for path, name, service in _compose_services(files):
        image = _image_of(files, path, service)
        if image:
            stated = _of_compose(files, path, service)
            where = files.place(path, rf"^[ \t]++[\"']?{re.escape(name)}[\"']?\s*:")
            yield Image(resolve(image, _beside(files, path)), stated, where, name)


def _image_of(files: Files, path: str, service: Mapping[Any, Any]) -> str:
    """Return the image that a compose service pulls, or the system that its own is built on."""
    if service.get("build"):
        return system_built(files, compose.build_of(service, folder_of(path))[1])
    image = service.get("image")
    return image if isinstance(image, str) else ""


def compose_variables(files: Files, folder: str) -> Iterator[Stated]:
    """Yield the variables of the compose services that are built from a folder."""
    for path, name, service in _compose_services(files):
        build = service.get("build")
        context = build.get("context", ".") if isinstance(build, Mapping) else build
        if isinstance(context, str) and joined(folder_of(path), context) in {folder, ""}:
            where = files.place(path, rf"^[ \t]++[\"']?{re.escape(name)}[\"']?\s*:")
            yield Stated(_of_compose(files, path, service), where)


def _compose_services(files: Files) -> Iterator[tuple[str, str, Mapping[Any, Any]]]:
    paths = sorted(files.matching(_COMPOSE), key=lambda path: ("test" not in path, len(path), path))
    for path in paths:
        for document in files.yaml(path):
            services = document.get("services")
            for name, service in services.items() if isinstance(services, Mapping) else ():
                if isinstance(service, Mapping):
                    yield path, str(name), service


def env_file_paths(files: Files) -> Iterator[str]:
    """Yield the paths of the files of variables that compose files name."""
    for path, _, service in _compose_services(files):
        for name in _env_files_of(service):
            yield joined(folder_of(path), name)


def _env_files_of(service: Mapping[str, Any]) -> Iterator[str]:
    named = service.get("env_file") or []
    for entry in [named] if isinstance(named, str) else named:
        yield str(entry.get("path") if isinstance(entry, Mapping) else entry)


def _of_compose(files: Files, path: str, service: Mapping[Any, Any]) -> dict[str, str]:
    beside = _beside(files, path)
    stated: dict[str, str] = {}
    for name in _env_files_of(service):
        stated |= read_assignments(files.text(_shown(files, joined(folder_of(path), name))))
    stated |= _mapping(service.get("environment"))
    return {name: resolve(value, {**beside, **stated}) for name, value in stated.items()}


def _shown(files: Files, path: str) -> str:
    """Return a file of variables, or the one that shows what stands in it where it is ignored."""
    if path in files:
        return path
    beside = _examples(files, folder_of(path))
    return next((shown for shown in beside if _SHOWN_AS.sub("", shown) == path), path)


def _beside(files: Files, path: str) -> dict[str, str]:
    """Return the variables that compose itself reads for the file at a path."""
    folder = folder_of(path)
    plain = joined(folder, ".env")
    for place in [plain] if plain in files else _examples(files, folder):
        return read_assignments(files.text(place))
    return {}


def _mapping(value: Any) -> dict[str, str]:  # noqa: ANN401 - any document
    """Return the variables of a mapping, or of a list of assignments."""
    if isinstance(value, list):
        pairs = [str(entry).partition("=") for entry in value]
        return {name.strip(): text for name, mark, text in pairs if mark}
    if not isinstance(value, Mapping):
        return {}
    return {
        str(name): _plain(text)
        for name, text in value.items()
        if isinstance(text, str | int | float | bool)
    }


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def jobs(files: Files) -> Iterator[Job]:
    """Yield the jobs of the pipelines of GitHub."""
    for path in files.matching(_WORKFLOWS):
        for document in files.yaml(path):
            stated = document.get("jobs")
            for name, job in stated.items() if isinstance(stated, Mapping) else ():
                if isinstance(job, Mapping):
                    yield _job(files, path, str(name), job, _mapping(document.get("env")))


def _job(
    files: Files, path: str, name: str, job: Mapping[Any, Any], around: Mapping[str, str]
) -> Job:
    where = files.place(path, rf"^[ \t]++[\"']?{re.escape(name)}[\"']?\s*:")
    services = job.get("services")
    images = tuple(
        Image(str(service.get("image")), _mapping(service.get("env")), where)
        for service in (services.values() if isinstance(services, Mapping) else ())
        if isinstance(service, Mapping)
    )
    variables = {**around, **_mapping(job.get("env"))}
    listed = job.get("steps")
    steps = (
        [step for step in listed if isinstance(step, Mapping)] if isinstance(listed, list) else []
    )
    images += tuple(image for step in steps for image in _set_up(step, where))
    lines: list[str] = []
    for step in steps:
        run = step.get("run")
        if isinstance(run, str):
            lines += [line.strip() for line in run.splitlines() if line.strip()]
            variables |= _mapping(step.get("env"))
    return Job(where, images, variables, tuple(lines), _folder(job, steps))


def _set_up(step: Mapping[Any, Any], where: Place) -> Iterator[Image]:
    """Yield the system that a step of a pipeline sets up on its own machine."""
    match = _SETS_UP.search(str(step.get("uses") or "").partition("@")[0])
    if match:
        given = _mapping(step.get("with"))
        user = given.get("username") or given.get("postgresql user") or "postgres"
        database = given.get("database") or given.get("postgresql db") or "postgres"
        yield Image(match[1].lower(), {"POSTGRES_USER": user, "POSTGRES_DB": database}, where)


def _folder(job: Mapping[Any, Any], steps: list[Mapping[Any, Any]]) -> str:
    named: Any = job.get("defaults")
    for key in ("run", "working-directory"):
        named = named.get(key) if isinstance(named, Mapping) else None
    stated = [step.get("working-directory") for step in steps if step.get("working-directory")]
    return joined("", str(named or (stated[-1] if stated else "")))
