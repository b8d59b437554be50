"""Where a release's evidence comes from: what makes its files, and what validates its services."""

from __future__ import annotations

import shlex
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from atom_release.gate.manifest.fields import Duration, InRepository, Strict
from atom_release.gate.manifest.install import INSTALL, InstallOrAuto

_MEMORY_MB = 2048

Surrounding = Literal[
    "c-locale", "other-directory", "requirements-only", "one-process", "thread-exceptions"
]
"""What is otherwise around a suite: its text's encoding, its folder, packages, process, threads."""


def _words(value: object) -> object:
    return tuple(shlex.split(value)) if isinstance(value, str) else value


Command = Annotated[
    tuple[str, ...],
    BeforeValidator(_words),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
"""A command as its words, or as one line that is split as a shell splits it; no shell reads it."""


class _Confined(Strict):
    """What a command of the release runs in, in the sandbox."""

    directory: InRepository | None = Field(
        default=None, description="working directory; default the repository's root"
    )
    install: InstallOrAuto | None = Field(default=None, description=INSTALL)
    environment: dict[str, str] = Field(
        default_factory=dict, description="variables that it is run with; never a secret"
    )

    @property
    def verdict(self) -> str:
        """How the command says that it did its work."""
        return "exit"

    @property
    def interpreter(self) -> str | None:
        """The Python that is named for it: none but the gate's, or the environment's."""
        return None

    @property
    def memory_mb(self) -> int:
        """Megabytes of memory that it may take."""
        return _MEMORY_MB


class Artifact(_Confined):
    """A file of the release that something is shown by, and the command that makes it.

    The command runs as a suite does, in a throwaway copy of the judged tree without a network: as
    the tree is, without its code, and, where that changes nothing, without its data.
    """

    file: InRepository
    made_by: Command = Field(
        default=(), description="the command that writes the file; without one nothing makes it"
    )
    evidence_for: tuple[str, ...] = Field(
        default=(),
        description=(
            "criteria that the file is evidence for; default those of the passed rows of"
            " `documents` that cite it"
        ),
    )
    timeout: Duration = timedelta(minutes=2)

    @property
    def run(self) -> tuple[str, ...]:
        """The command, as a bench is given it."""
        return self.made_by


class Validator(_Confined):
    """The release's own check of a running service, asked about servers that are not well.

    It runs in the sandbox, in a network with one server, which `{url}`, `{host}` and `{port}` name
    in its words and variables: one that is well, one that answers 404 at once, one that answers too
    late, and none.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9_-]+(?!\n)$")
    run: Command = Field(min_length=1, description="the command")
    evidence_for: tuple[str, ...] = Field(
        default=("T5", "P-6"), description="criteria that what it passed is evidence for"
    )
    limit: Duration | None = Field(
        default=None, description="the budget that it holds latency to; default a service's p95"
    )
    timeout: Duration = timedelta(minutes=1)

    @model_validator(mode="after")
    def _is_told_the_server(self) -> Self:
        words = [*self.run, *self.environment.values()]
        if not any(name in word for word in words for name in ("{url}", "{port}")):
            message = "a validator is told its server: put {url} among its words or its variables"
            raise ValueError(message)
        return self
