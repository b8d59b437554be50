"""The manifest, `release.yaml`: everything about a release that is not the gate's own.

Strict: an unknown key, a path that leaves the repository or two services with one id is an error,
found before anything is asked. Values of secrets never stand here, only the names of the
environment variables that hold them. Reading the file is not done here: these models take what a
YAML parser gave.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from atom_release.gate.manifest.agreement import disagreements
from atom_release.gate.manifest.audited import Approval, Privacy, SecretUse, TokenAudit
from atom_release.gate.manifest.check import Check, KnownBad, is_own_id
from atom_release.gate.manifest.fields import Duration, InRepository, Reason, Strict, slug, switch
from atom_release.gate.manifest.install import Install
from atom_release.gate.manifest.measured import Accuracy, Budget, Histogram, Regression
from atom_release.gate.manifest.origins import Artifact, Surrounding, Validator
from atom_release.gate.manifest.release import CriterionPolicy, Release
from atom_release.gate.manifest.request import Endpoint, Login, Request
from atom_release.gate.manifest.service import Service, Start
from atom_release.gate.manifest.signed import Consumer, Signed
from atom_release.gate.manifest.suite import Integration, Suite
from atom_release.gate.manifest.systems import (
    Infrastructure,
    MigrationProgram,
    Secret,
    Tenancy,
)
from atom_release.gate.manifest.third_party import Measurement
from atom_release.gate.vocabulary import Acts, TagTime

__all__ = [
    "Accuracy",
    "Approval",
    "Artifact",
    "Budget",
    "Check",
    "Consumer",
    "CriterionPolicy",
    "Endpoint",
    "FindingId",
    "Histogram",
    "Infrastructure",
    "Install",
    "Integration",
    "KnownBad",
    "Login",
    "Manifest",
    "Measurement",
    "MigrationProgram",
    "Privacy",
    "Regression",
    "Release",
    "Request",
    "Secret",
    "SecretUse",
    "Service",
    "Signed",
    "Start",
    "Suite",
    "Tenancy",
    "TokenAudit",
    "Validator",
    "is_own_id",
    "slug",
]


FindingId = Literal[
    "document-against-document",
    "passed-without-its-file",
    "passed-against-its-file",
    "passed-against-itself",
    "tag-before-evidence",
    "tag-without-evidence",
    "tag-not-as-promised",
    "pull-request-from-nowhere",
    "pull-request-not-on-forge",
    "dated-before-history",
    "dated-before-its-subject",
    "dated-after-its-commit",
    "passed-over-an-error",
    "activated-without-approver",
    "automatic-beside-approval",
    "test-wants-no-approval",
    "artifact-constant",
    "artifact-not-made",
    "artifact-differs",
    "artifact-time-fixed",
    "generator-absent",
    "generator-ignores-argument",
    "generator-writes-another",
    "focus-not-shown",
    "validator-cannot-refuse",
    "validator-passes-at-the-budget",
    "address-not-served",
    "suite-holds-only-where",
]

RollUpName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9._-]*(?!\n)$")]


class Manifest(Strict):
    """The whole of `release.yaml`."""

    manifest: Literal["atom-release/v1"] = "atom-release/v1"
    release: Release
    services: tuple[Service, ...] = Field(min_length=1)
    integration: tuple[Integration, ...] = ()
    checks: tuple[Check, ...] = Field(
        default=(), description="criteria of the release's own, each with a control"
    )
    documents: tuple[InRepository, ...] = Field(
        default=(),
        description=(
            "globs of the release's own documents, such as a final report, a policy check, a"
            " summary: held against one another, the services' reports and the files that they cite"
        ),
    )
    artifacts: tuple[Artifact, ...] = Field(
        default=(), description="files that something is shown by, each with what makes it"
    )
    validators: tuple[Validator, ...] = Field(
        default=(), description="the release's own checks of running services"
    )
    surroundings: tuple[Surrounding, ...] = Field(
        default=(),
        description=(
            "surroundings in which every suite is run once more: what fails there is told; by"
            " default none, as each costs a run"
        ),
    )
    findings: dict[FindingId, Literal["fail"]] = Field(
        default_factory=dict,
        description="kinds of contradiction that decide their criterion, and are not only shown",
    )
    roll_ups: dict[RollUpName, tuple[str, ...]] = Field(
        default_factory=dict,
        description="name -> criteria that it is shown as the worst of; AC3 and AC4 have theirs",
    )
    infrastructure: Infrastructure = Infrastructure()
    migrations: MigrationProgram | None = None
    tenancy: Tenancy | None = None
    secrets: tuple[Secret, ...] = ()
    logins: tuple[Login, ...] = ()
    signed: tuple[Signed, ...] = ()
    secrets_in_history: Literal["warn", "fail"] = Field(
        default="warn",
        description="what a secret in an earlier commit means; only revoking it mends it",
    )
    left_out: dict[str, Reason] = Field(
        default_factory=dict,
        description=(
            "criterion -> why this release does not ask it; all others are asked. Shown wherever"
            " the verdict is shown, and never counted as passed"
        ),
    )
    criteria: dict[str, CriterionPolicy] = Field(default_factory=dict)
    freshness: Duration = timedelta(hours=24)
    report_limit: int = Field(
        default=1_048_576,
        ge=1024,
        le=1 << 30,
        description="bytes of a report that are parsed at most",
    )
    acts: Annotated[Acts, BeforeValidator(switch)] = Acts.OFF
    tag: TagTime = Field(
        default=TagTime.ON_GREEN,
        description=(
            "when the tag is made: on-green, before the pull request; after-merge, on the commit"
            " that brought it into release.base, once that commit was decided again"
        ),
    )

    @model_validator(mode="after")
    def _parts_agree(self) -> Self:
        for disagreement in disagreements(self):
            raise ValueError(disagreement)
        return self

    @property
    def merges_first(self) -> bool:
        """Whether the tag waits for the merge."""
        return self.tag is TagTime.AFTER_MERGE

    @property
    def asks_origins(self) -> bool:
        """Whether it names anything of where its evidence comes from."""
        stated = any(service.focus for service in self.services)
        named = self.artifacts or self.validators or self.documents or self.surroundings
        return bool(named or stated)

    def check(self, check_id: str) -> Check:
        """Return the check of the release's own with that id.

        Raises:
            KeyError: no such check.
        """
        return {check.id: check for check in self.checks}[check_id]

    @property
    def sql_migrations(self) -> str | None:
        """The glob of the migrations that are plain SQL, wherever it is named."""
        of_tenancy = self.tenancy.migrations if self.tenancy else None
        return of_tenancy or (self.migrations.files if self.migrations else None)

    def service(self, service_id: str) -> Service:
        """Return the service of that id.

        Raises:
            KeyError: no such service.
        """
        for service in self.services:
            if service.id == service_id:
                return service
        raise KeyError(service_id)
