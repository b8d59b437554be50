"""A suite of tests, a service's own or one across services, and what its runs have beside them.

What it is judged by is the rules' to say.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from atom_release.gate.manifest.fields import Duration, InRepository, Strict, VariableName
from atom_release.gate.manifest.guessed import GUESSED_VARIABLES, check_guessed
from atom_release.gate.manifest.install import INSTALL, Install, InstallOrAuto

History = Literal["commit", "full"]
"""What the `.git` of a suite's copy knows: the judged commit, or what it descends from too."""

_HISTORY = (
    "what the `.git` of the copy knows: `commit`, the judged commit alone as in a clone of depth 1,"
    " or `full`, all that it descends from and the tags on it; a remote it never has"
)


Runner = Literal["pytest", "vitest", "jest", "mocha", "node", "go", "cargo", "maven", "gradle"]
"""What runs a suite: of Python, of JavaScript with the packages of a lock, or a toolchain."""

BY_TOOLCHAIN: frozenset[Runner] = frozenset({"go", "cargo", "maven", "gradle"})
"""Those that the toolchain of a compiled language runs, as the machine has it."""

System = Literal["postgres", "redis", "vault"]
_BESIDE = "service:"
Need = System | Annotated[str, Field(pattern=rf"^{_BESIDE}[A-Za-z0-9]+(\.[A-Za-z0-9]+)*(?!\n)$")]
"""A system of others, or another service of the release, that each run gets for itself."""

HOST_NAME = r"^[a-z0-9](?:[a-z0-9_.-]{0,61}[a-z0-9])?(?!\n)$"
HostName = Annotated[str, Field(pattern=HOST_NAME)]

DatabaseName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_-]{0,62}(?!\n)$")]

_SYSTEM = re.compile(r"\{(postgres|redis|vault)(?:_[a-z]+)?\}")
_ADDRESS = re.compile(r"\{url:([A-Za-z0-9.]+)\}")
_OF_PYTHON = ("python", "project", "requirements", "extras", "groups", "packages")


FEWEST_REPEATS = 2
"""How often a suite runs as it is where the manifest names no number and nothing is in doubt."""


class SuiteDatabase(Strict):
    """The names that a suite's own PostgreSQL has, as the release's settings write them."""

    user: DatabaseName = Field(
        default="postgres", description="its superuser, as POSTGRES_USER names it for the image"
    )
    name: DatabaseName = Field(default="app", description="a database, empty before `prepare`")
    version: str | None = Field(
        default=None,
        pattern=r"^[1-9][0-9]?(?!\n)$",
        description=(
            "the major version that the release's files name, such as `16`; where the machine has"
            " another, that one is taken, and the evidence says so"
        ),
    )


class Suite(Strict):
    """A service's own tests, run by a known runner, or by a command that writes JUnit.

    In a throwaway copy of the judged tree.
    """

    runner: Runner = Field(
        default="pytest",
        description=(
            "what runs the tests; for JavaScript and TypeScript `vitest`, `jest`, `mocha` or `node`"
            " (its own `node --test`), with the packages that package-lock.json names; `go`,"
            " `cargo`, `maven` or `gradle` by the machine's own, with what is vendored"
        ),
    )
    paths: tuple[InRepository, ...] = Field(min_length=1)
    directory: InRepository | None = Field(
        default=None, description="working directory; default the repository's root"
    )
    interpreter: str | None = Field(
        default=None,
        description=(
            "absolute path of a Python that has the suite's packages; default the gate's own"
        ),
    )
    requirements: InRepository | None = Field(
        default=None,
        description="wheels installed beforehand into an environment of the suite's own",
    )
    install: InstallOrAuto | None = Field(default=None, description=INSTALL)
    environment: dict[str, str] = Field(
        default_factory=dict,
        description=(
            "variables that the suite is run with; never a secret. `{postgres}`, a URL, and"
            " `{postgres_host}`, `_port`, `_user`, `_password`, `_database`, `{redis}`, `_host`,"
            " `_port`, `{vault}`, `{vault_token}` are filled in for what it `needs`, and"
            " `{random}` with hexadecimal digits"
        ),
    )
    guessed_variables: tuple[VariableName, ...] = Field(default=(), description=GUESSED_VARIABLES)
    needs: tuple[Need, ...] = Field(
        default=(),
        description=(
            "systems that every run gets for itself, on loopback and their usual ports:"
            " `postgres`, `redis`, `vault`; and other services of the release, as they start, such"
            " as `service:C.2`, whose address `{url:C.2}` is"
        ),
    )
    hosts: tuple[HostName, ...] = Field(
        default=(),
        description=(
            "names by which its settings call what it needs, such as `db`: they resolve to"
            " loopback, as a compose file's services find each other"
        ),
    )
    database: SuiteDatabase = Field(
        default=SuiteDatabase(), description="the names that its PostgreSQL has"
    )
    prepare: tuple[tuple[str, ...], ...] = Field(
        default=(),
        description=(
            "commands run once before the tests, in `directory` and in the suite's environment,"
            " such as migrations or a generator; every run starts with what they leave in the"
            " database and with the files that they add, code among which no control leaves whole"
        ),
    )
    arguments: tuple[str, ...] = ()
    command: tuple[str, ...] = Field(
        default=(),
        description=(
            "for tests that pytest cannot run: writes JUnit to `{junit}`; its control is always"
            " weak"
        ),
    )
    ablate: tuple[InRepository, ...] = Field(
        default=(),
        description=(
            "what is emptied for the control of `command`; default the service's source paths"
        ),
    )
    repeats: int | None = Field(
        default=None,
        ge=1,
        le=100,
        description=(
            "how often the tests run as they are; default twice, and five times where those runs,"
            " or the one with the code written differently, do not agree"
        ),
    )
    timeout: Duration = timedelta(minutes=5)
    memory_mb: int = Field(default=2048, ge=64)
    history: History = Field(default="commit", description=_HISTORY)
    control: Literal["strict", "weak"] = "strict"

    @property
    def least_repeats(self) -> int:
        """How often it runs as it is at least."""
        return self.repeats or FEWEST_REPEATS

    @property
    def systems(self) -> tuple[str, ...]:
        """The systems of others that it needs."""
        return tuple(name for name in self.needs if not name.startswith(_BESIDE))

    @property
    def beside(self) -> tuple[str, ...]:
        """The ids of the services that it needs."""
        return tuple(name.removeprefix(_BESIDE) for name in self.needs if name.startswith(_BESIDE))

    @property
    def is_plain(self) -> bool:
        """Whether pytest runs it, with nothing made or prepared for it."""
        return self.runner == "pytest" and not (self.command or self.needs or self.prepare)

    @model_validator(mode="after")
    def _one_python(self) -> Self:
        named = [name for name in ("install", "interpreter", "requirements") if getattr(self, name)]
        if self.install and len(named) > 1:
            message = f"a suite has one Python: choose between {' and '.join(named)}"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _gives_what_it_guesses(self) -> Self:
        check_guessed(self.guessed_variables, self.environment)
        return self

    @model_validator(mode="after")
    def _runner_has_its_own(self) -> Self:
        if self.runner == "pytest":
            return self
        other = ["interpreter", "requirements", "command", "ablate"]
        other += ["install"] if self.runner in BY_TOOLCHAIN else []
        named = [name for name in other if getattr(self, name)]
        if isinstance(self.install, Install):
            stated = self.install.model_fields_set
            named += [f"install.{name}" for name in _OF_PYTHON if name in stated]
        if named:
            message = f"{', '.join(named)} is not for a suite that {self.runner} runs"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _says_what_it_needs(self) -> Self:
        texts = [*self.environment.values(), *(word for step in self.prepare for word in step)]
        addressed = {name for text in texts for name in _SYSTEM.findall(text)}
        addressed |= {f"{_BESIDE}{name}" for text in texts for name in _ADDRESS.findall(text)}
        missing = sorted(addressed - {*self.needs})
        if missing:
            message = f"the suite asks for the address of {', '.join(missing)}: add it to `needs`"
            raise ValueError(message)
        if any(not step for step in self.prepare):
            message = "a step of `prepare` has no command"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _command_writes_junit(self) -> Self:
        if self.command and not any("{junit}" in part for part in self.command):
            message = (
                "a suite's command must say where it writes JUnit: put {junit} among its arguments"
            )
            raise ValueError(message)
        if not self.command and self.ablate:
            message = (
                "`ablate` belongs to a suite with a `command`; Python code is ablated function by"
                " function"
            )
            raise ValueError(message)
        return self


class Integration(Strict):
    """Cross-service tests (T3), run against the rehearsed services."""

    name: str = Field(pattern=r"^[A-Za-z0-9_-]+(?!\n)$")
    paths: tuple[InRepository, ...] = Field(min_length=1)
    directory: InRepository | None = None
    interpreter: str | None = None
    install: InstallOrAuto | None = Field(default=None, description=INSTALL)
    environment: dict[str, str] = Field(
        default_factory=dict, description="filled like a service's start environment"
    )
    timeout: Duration = timedelta(minutes=5)
    history: History = Field(default="commit", description=_HISTORY)
    control: Literal["strict", "weak"] = "strict"

    @model_validator(mode="after")
    def _one_python(self) -> Self:
        if self.install and self.interpreter:
            message = "integration tests have one Python: choose between install and interpreter"
            raise ValueError(message)
        return self
