"""A service of the release: its code and report, how it is started and asked; tests: `suite`."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from pydantic import Field, model_validator

from atom_release.gate.manifest.audited import Approval, Privacy, SecretUse, TokenAudit
from atom_release.gate.manifest.fields import Duration, InRepository, Strict, Title, VariableName
from atom_release.gate.manifest.guessed import GUESSED_VARIABLES, check_guessed
from atom_release.gate.manifest.install import InstallOrAuto
from atom_release.gate.manifest.measured import Accuracy, Budget, Histogram
from atom_release.gate.manifest.programs import ApprovalByProgram
from atom_release.gate.manifest.request import Endpoint, Route
from atom_release.gate.manifest.suite import Suite
from atom_release.gate.manifest.third_party import Measurement


class Start(Strict):
    """How the rehearsal starts a service.

    `{python}`, `{port}`, `{postgres}` (a URL) and `{postgres_host}`, `_port`, `_user`, `_password`,
    `_database`, `{redis}`, `_host`, `_port`, `{vault}`, `{vault_token}`, `{scratch}`, `{random}`
    and `{url:<id>}` are filled in. It runs in a copy of the judged tree of its own, which it may
    write and which is thrown away.
    """

    command: tuple[str, ...] = Field(min_length=1)
    before_start: tuple[tuple[str, ...], ...] = Field(
        default=(),
        description=(
            "commands run to their end before it, in the same place and environment, such as one"
            " that makes its database"
        ),
    )
    directory: InRepository = "."
    install: InstallOrAuto | None = Field(
        default=None,
        description=(
            "an environment of the service's own, made from its files: `auto`, or what of them;"
            " default the gate's own Python"
        ),
    )
    port: int | None = Field(
        default=None,
        ge=1,
        lt=1 << 16,
        description=(
            "where it listens whatever it is told; default a free port, which `{port}` names"
        ),
    )
    environment: dict[str, str] = Field(default_factory=dict)
    ready: Duration = timedelta(seconds=15)
    after: tuple[str, ...] = Field(
        default=(),
        description=(
            "services that answer before it is started, as `depends_on` of a compose file says;"
            " all others are started at once"
        ),
    )
    guessed_variables: tuple[VariableName, ...] = Field(default=(), description=GUESSED_VARIABLES)
    guessed: bool = Field(
        default=False,
        description=(
            "whether it was concluded from files, as `init` does: what the service then fails is"
            " not held against it, and what it does well counts once this is taken away"
        ),
    )

    @property
    def is_guess(self) -> bool:
        """Whether anything of it was concluded from files, and nobody said that it is right."""
        return self.guessed or bool(self.guessed_variables)

    @model_validator(mode="after")
    def _gives_what_it_guesses(self) -> Self:
        check_guessed(self.guessed_variables, self.environment)
        return self


class Service(Strict):
    """One of the release's services."""

    id: str = Field(
        pattern=r"^[A-Za-z0-9]+(\.[A-Za-z0-9]+)*(?!\n)$", description="task id, e.g. C.1"
    )
    name: Title
    source: tuple[InRepository, ...] = Field(min_length=1)
    focus: tuple[Title, ...] = Field(
        default=(),
        description=(
            "what the service is about, as the plan names it; what no leg, test, endpoint or claim"
            " shows is told"
        ),
    )
    report: InRepository | None = Field(
        default=None,
        description=(
            "glob of the implementation report in S; without one nothing is claimed, and the"
            " service is held to its suite and labelled rows alone"
        ),
    )
    suite: Suite | None = None
    start: Start | None = None
    address: VariableName | None = Field(
        default=None,
        description="environment variable with the deployed service's base URL, asked read-only",
    )
    health: str | None = Field(default=None, pattern=r"^/")
    metrics: str | None = Field(default=None, pattern=r"^/")
    endpoints: tuple[Endpoint, ...] = ()
    routes: tuple[Route, ...] = Field(
        default=(),
        description=(
            "what it serves, each as method and path, such as `GET /items/{id}`: asked once,"
            " without credentials and with an empty body, beside a path that cannot exist"
        ),
    )
    budget: Budget = Budget()
    histogram: Histogram | None = None
    measurements: tuple[Measurement, ...] = Field(
        default=(), description="files of what others measured, shown as claims"
    )
    accuracy: Accuracy | None = None
    approval: Approval | None = None
    approval_by_program: ApprovalByProgram | None = Field(
        default=None,
        description="the same without HTTP: by commands or functions, in the suite's environment",
    )
    token_audit: TokenAudit | None = None
    privacy: Privacy | None = None
    secret_use: SecretUse | None = None

    @model_validator(mode="after")
    def _has_one_action(self) -> Self:
        if self.approval and self.approval_by_program:
            message = "choose between approval by requests and by programs"
            raise ValueError(message)
        if self.approval_by_program and self.suite is None:
            message = "approval_by_program runs in the environment of a suite: name `suite`"
            raise ValueError(message)
        return self

    @property
    def dangerous_action(self) -> Approval | ApprovalByProgram | None:
        """What has to wait for a person, however it is asked for."""
        return self.approval or self.approval_by_program
