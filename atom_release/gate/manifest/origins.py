"""Where a release's evidence comes from: the commands that make its files."""

from __future__ import annotations

import shlex
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from atom_release.gate.manifest.fields import Duration, InRepository, Strict
from atom_release.gate.manifest.install import INSTALL, InstallOrAuto

_MEMORY_MB = 2048


def _words(value: object) -> object:
    return tuple(shlex.split(value)) if isinstance(value, str) else value


Command = Annotated[
    tuple[str, ...],
    BeforeValidator(_words),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
"""A command as its words, or as one line that is split as a shell splits it; no shell reads it."""


class Artifact(Strict):
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
    directory: InRepository | None = Field(
        default=None, description="working directory; default the repository's root"
    )
    install: InstallOrAuto | None = Field(default=None, description=INSTALL)
    environment: dict[str, str] = Field(
        default_factory=dict, description="variables that it is run with; never a secret"
    )
    timeout: Duration = timedelta(minutes=2)

    @property
    def run(self) -> tuple[str, ...]:
        """The command, as a bench is given it."""
        return self.made_by

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
