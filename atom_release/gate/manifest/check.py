"""A check of the release's own: a command, how it says yes or no, and what it has to find."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue, model_validator

from atom_release.gate.manifest.fields import Duration, InRepository, Reason, Strict, Title
from atom_release.gate.manifest.install import INSTALL, InstallOrAuto
from atom_release.gate.manifest.verdict import VerdictText

OWN_ID = r"^[A-Z][A-Za-z0-9]*-[A-Za-z0-9]+(?!\n)$"

StandIn = Literal["refusing", "answering"]

_ADDRESS = re.compile(r"\{url:([A-Za-z0-9.]+)\}")

OwnId = Annotated[str, Field(pattern=OWN_ID, description="id of its criterion, e.g. L-1")]


def is_own_id(criterion: str) -> bool:
    """Return whether an id can only be of a check of one's own, if it is of no fixed criterion."""
    return "-" in criterion


class KnownBad(Strict):
    """A change that the check has to find; several parts are one change.

    Patches and files lie in the judged commit; the change is committed in a copy.
    """

    patch: InRepository | None = Field(default=None, description="a patch, as `git diff` writes it")
    files: dict[InRepository, InRepository] = Field(
        default_factory=dict,
        description="path -> a file of the commit whose content is put in place there",
    )
    environment: dict[str, str] = Field(
        default_factory=dict, description="variables that are set; never a secret"
    )
    command: str | None = Field(
        default=None, min_length=1, description="what a shell runs before the check"
    )
    install: InstallOrAuto | None = Field(
        default=None,
        description="another environment that the check is run in, such as one with a bad package",
    )
    services: dict[str, StandIn] = Field(
        default_factory=dict,
        description=(
            "service -> what answers in its place: 503 to everything (`refusing`), or 200 with what"
            " no service says (`answering`)"
        ),
    )
    none: Reason | None = Field(
        default=None,
        description="why there is no such change; the check is then shown as by a weak control",
    )
    says: str = Field(
        default="", max_length=200, description="what a right red says, held against nothing else"
    )
    harmless: InRepository | None = Field(
        default=None, description="a patch with which the check has to stay green"
    )
    weak: Reason | None = Field(
        default=None,
        description="why a red is accepted that anything broken would have; shown as weak",
    )

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        change = [self.patch, self.files, self.environment, self.command]
        changes = any([*change, self.install, self.services])
        if changes == bool(self.none):
            message = (
                "a control names a change that the check has to find (patch, files, environment,"
                " command, install or services), or `none` with the reason why there is none"
            )
            raise ValueError(message)
        if self.none and (self.says or self.harmless or self.weak):
            message = "`says`, `harmless` and `weak` are of a change, and `none` says there is none"
            raise ValueError(message)
        return self


class Check(Strict):
    """A criterion of the release's own: it is green, and red with a change that is known to be bad.

    It runs as a suite does, in a throwaway copy of the judged tree without a network. `blocked`,
    `freshness` and approvals stand under `criteria`, as for any criterion.
    """

    id: OwnId
    title: Title
    asks: Title = Field(description="what holds where it is green, in one sentence")
    probe: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9_.-]+(?!\n)$",
        description=(
            "in place of a command, a plug-in that is installed beside the gate under the entry"
            " point `atom_release.probes`; it brings its own control"
        ),
    )
    settings: dict[str, JsonValue] = Field(
        default_factory=dict, description="what the plug-in is told; never a secret"
    )
    run: tuple[str, ...] = Field(
        default=(),
        description=(
            "the command; `{python}` is the environment's Python, `{copy}` the copy, `{junit}`,"
            " `{sarif}` and `{json}` where the verdict's document is written"
        ),
    )
    verdict: VerdictText = Field(
        default="exit",
        description="`exit`, `junit`, `sarif`, or a comparison such as `/totals/percent >= 80`",
    )
    control: KnownBad | None = None
    directory: InRepository | None = Field(
        default=None, description="working directory; default the repository's root"
    )
    install: InstallOrAuto | None = Field(default=None, description=INSTALL)
    interpreter: str | None = Field(
        default=None, description="absolute path of a Python; default the gate's own"
    )
    services: tuple[str, ...] = Field(
        default=(),
        description=(
            "services, of those that the manifest starts, beside which it runs, in their network;"
            " `environment` is then filled like a service's start environment"
        ),
    )
    environment: dict[str, str] = Field(
        default_factory=dict, description="variables that it is run with; never a secret"
    )
    repeats: int = Field(default=1, ge=1, le=100)
    timeout: Duration = timedelta(minutes=5)
    memory_mb: int = Field(default=2048, ge=64)

    @model_validator(mode="after")
    def _is_run_or_probed(self) -> Self:
        if bool(self.run) == bool(self.probe):
            message = "a check has either a command (`run`) or a plug-in (`probe`)"
            raise ValueError(message)
        if bool(self.run) != bool(self.control):
            message = (
                "a command needs a `control`: a change that it has to find, or `none` with the"
                " reason why there is none; a plug-in brings its own"
            )
            raise ValueError(message)
        if self.settings and not self.probe:
            message = "`settings` are for a plug-in; a command takes its words and `environment`"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _one_python(self) -> Self:
        if self.install and self.interpreter:
            message = "a check has one Python: choose between install and interpreter"
            raise ValueError(message)
        if self.control and self.control.install and not self.install:
            message = "a control's environment takes the place of the check's own: name `install`"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _names_its_services(self) -> Self:
        if self.services and self.probe:
            message = "a plug-in is given no services; `services` are for a command"
            raise ValueError(message)
        control = self.control or KnownBad(none="a plug-in brings its own")
        texts = [*self.environment.values(), *control.environment.values()]
        addressed = {name for text in texts for name in _ADDRESS.findall(text)}
        missing = sorted((addressed | {*control.services}) - {*self.services})
        if missing:
            message = f"the check asks {', '.join(missing)}: add it to `services`"
            raise ValueError(message)
        return self
