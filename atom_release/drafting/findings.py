"""What is found in a repository: typed, with the place where it was seen.

A finding whose `guess` is empty stands in the files as it is told. One with a `guess` was concluded
from them, and `guess` says from what: it stands in a draft with that sentence beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from atom_release.drafting.asked_variables.variable import Made

_Value = TypeVar("_Value")


@dataclass(frozen=True)
class Place:
    """A line of a file, counted from 1; line 0 is the file as a whole."""

    path: str
    line: int = 0

    def __str__(self) -> str:
        """Return it as editors and people write it."""
        return f"{self.path}:{self.line}" if self.line else self.path


@dataclass(frozen=True)
class Seen(Generic[_Value]):
    """A value, where it was seen, and why it is a guess where it is one."""

    value: _Value
    where: Place
    guess: str = ""


class Runner(StrEnum):
    """What runs a suite, by the name that its users know."""

    PYTEST = "pytest"
    UNITTEST = "unittest"
    DJANGO = "manage.py test"
    JEST = "jest"
    VITEST = "vitest"
    MOCHA = "mocha"
    NODE = "node --test"
    PLAYWRIGHT = "playwright"
    CYPRESS = "cypress"
    NPM_SCRIPT = "npm test"
    GO = "go test"
    CARGO = "cargo test"
    MAVEN = "mvn test"
    GRADLE = "gradle test"
    DOTNET = "dotnet test"
    RSPEC = "rspec"
    PHPUNIT = "phpunit"
    BATS = "bats"

    @property
    def by_pytest(self) -> bool:
        """Whether pytest runs such tests, Django's with the plugin for them."""
        return self in {Runner.PYTEST, Runner.UNITTEST, Runner.DJANGO}

    @property
    def by_node(self) -> str:
        """The word of a manifest for it, where the gate runs it with Node.js; else nothing."""
        if self is Runner.NODE:
            return "node"
        return str(self) if self in {Runner.VITEST, Runner.JEST, Runner.MOCHA} else ""

    @property
    def by_toolchain(self) -> str:
        """The word of a manifest for it, where a toolchain of the machine runs it; else nothing."""
        named = {Runner.GO, Runner.CARGO, Runner.MAVEN, Runner.GRADLE}
        return {"mvn": "maven"}.get(first := self.split()[0], first) if self in named else ""


@dataclass(frozen=True)
class World:
    """What a suite needs beside it, as a manifest says it: systems, names, variables, steps."""

    needs: tuple[str, ...]
    user: str
    database: str
    variables: tuple[tuple[str, str], ...]
    prepare: tuple[tuple[str, ...], ...]
    where: Place
    hosts: tuple[str, ...] = ()  # what compose calls the systems
    prepared_by: str = ""  # where the repository says how it migrates
    image: str = ""  # the database's, as it stands there
    major: str = ""  # the version that the image names


@dataclass(frozen=True)
class Suite:
    """The tests of one part.

    `files` counts them; `across` is whether they ask running services instead of the code beside
    them (integration, end to end). `arguments` and `variables` are what the package's own script
    gives the runner; `lock` is the file that names the versions of its packages.
    """

    runner: Runner
    paths: tuple[str, ...]
    directory: str = ""
    files: int = 0
    across: bool = False
    requirements: tuple[str, ...] = ()  # files to install that `auto` would not take
    packages: tuple[str, ...] = ()  # those that a tool names for its tests, in a place of its own
    arguments: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    lock: str = ""
    world: World | None = None
    prepare: tuple[tuple[str, ...], ...] = ()  # steps before it that write files
    settings: str = ""  # Django's settings module, where Django runs the tests
    made: tuple[Made, ...] = ()  # values for what only its code names


@dataclass(frozen=True)
class Endpoint:
    """One route that a part answers."""

    method: str
    path: str

    @property
    def is_plain(self) -> bool:
        """Whether a request without parameters, body or identity can be made of it."""
        return self.method == "GET" and not set(self.path) & set("{<:*([$")


@dataclass(frozen=True)
class Migrations:
    """The steps of a database's schema, by the tool that their files are written for."""

    tool: str
    folder: str
    steps: int
    pattern: str = ""  # a glob of plain SQL steps; empty where the steps are programs
    command: tuple[str, ...] = ()  # what carries them out, where a package of Node.js tells it
    directory: str = ""  # where that runs


@dataclass(frozen=True)
class Part:
    """What one folder is by its package files, in one language."""

    folder: str
    name: str
    language: str
    package_files: tuple[str, ...]
    source: tuple[str, ...] = ()
    suites: tuple[Seen[Suite], ...] = ()
    start: Seen[tuple[str, ...]] | None = None
    port: Seen[int] | None = None
    is_library: bool = False


@dataclass(frozen=True)
class Deployment:
    """A service as it is deployed: by compose, an image, a Procfile or Kubernetes."""

    name: str
    folder: str
    where: Place
    kind: str
    image: str = ""
    dockerfile: str = ""
    command: Seen[tuple[str, ...]] | None = None
    port: Seen[int] | None = None
    health: Seen[str] | None = None
    variables: tuple[Seen[str], ...] = ()
    once: bool = False  # a job or a test, not something that stays
    before: tuple[tuple[str, ...], ...] = ()  # commands that it runs before the one that stays
    after: tuple[str, ...] = ()  # names of others that are up before it


@dataclass(frozen=True)
class Report:
    """A service report as the project's reader reads it."""

    path: str
    task: str = ""
    service: str = ""


@dataclass(frozen=True)
class Service:
    """One service of the draft: a folder that is deployed, started or tested."""

    name: str
    folder: str
    language: str
    source: tuple[str, ...]
    package_files: tuple[str, ...]
    seen: tuple[Place, ...]
    guess: str = ""
    suites: tuple[Seen[Suite], ...] = ()
    command: Seen[tuple[str, ...]] | None = None
    port: Seen[int] | None = None
    health: Seen[str] | None = None
    metrics: Seen[str] | None = None
    endpoints: tuple[Seen[Endpoint], ...] = ()
    report: Report | None = None
    reports: tuple[Report, ...] = ()  # several that may be its own: a person chooses
    also: tuple[str, ...] = ()  # names of other deployments of the same folder
    before: tuple[tuple[str, ...], ...] = ()  # commands that run to their end before it starts
    after: tuple[str, ...] = ()  # names of the services that are up before it
    place: str = ""  # the folder below its own that it runs in
    is_library: bool = False  # built to be installed by others, and deployed nowhere
    port_of_another: str = ""  # the service that already listens where this one would
    world: World | None = None  # what it needs beside it, where no suite of it says so
    variables: tuple[tuple[str, str], ...] = ()  # that its settings are given
    made: tuple[Made, ...] = ()  # values for what only its code names
    installed: Mapping[str, list[str]] = field(default_factory=dict)  # groups for where it runs


@dataclass(frozen=True)
class Survey:
    """All that was found in one tree, and what could not be read."""

    services: tuple[Service, ...]
    parts: tuple[Part, ...] = ()  # packages that are neither deployed, started nor tested
    jobs: tuple[Deployment, ...] = ()
    systems: tuple[Deployment, ...] = ()  # images of others: databases, queues
    migrations: tuple[Seen[Migrations], ...] = ()
    variables: tuple[Seen[str], ...] = ()
    test_commands: tuple[Seen[str], ...] = ()
    reports: tuple[Report, ...] = ()
    across: tuple[Seen[Suite], ...] = ()  # tests of no service's own, such as `integration`
    version: str = ""  # what the package files of the whole say
    documents: tuple[str, ...] = ()  # of the release as a whole
    unread: tuple[str, ...] = ()
