"""The manifest, `release.yaml`: everything about a release that is not the gate's own.

Strict: an unknown key, a path that leaves the repository or two services with one id is an error, found before anything is asked.
Values of secrets never stand here, only the names of the environment variables that hold them.
Reading the file is not done here: these models take what a YAML parser gave.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, model_validator

from atom_release.gate.vocabulary import Acts, Assurance, BlockedPolicy

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}


def _duration(value: object) -> object:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)", value) if isinstance(value, str) else None
    if match is None:
        return value
    return timedelta(seconds=float(match[1]) * _UNITS[match[2]])


def _inside(value: str) -> str:
    path = PurePosixPath(value)
    if not value or path.is_absolute() or ".." in path.parts or "\\" in value or "\0" in value:
        message = f"{value!r} is not a path inside the repository"
        raise ValueError(message)
    return value


def _variable(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value):
        message = "name an environment variable here, never a value"
        raise ValueError(message)
    return value


def _switch(value: object) -> object:
    """YAML 1.1 reads a bare `on` or `off` as a boolean; the manifest means the word."""
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else value


Duration = Annotated[timedelta, BeforeValidator(_duration), Field(gt=timedelta(0))]
InRepository = Annotated[str, AfterValidator(_inside)]
VariableName = Annotated[str, AfterValidator(_variable)]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Reference = Annotated[str, Field(pattern=r"^(?!/|-)(?!.*(\.\.|//|@\{|\.lock(/|$)))[^\s~^:?*\[\\\x00-\x1f]+(?<![/.])$")]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", regex_engine="python-re")


class Release(_Strict):
    """What is to be released, under which names."""

    phase: str = Field(pattern=r"^[A-Za-z0-9]+$", description="e.g. C; artifacts are named Phase<phase>_*")
    key: Key | None = Field(default=None, description="prefix of the asset keys; default phase_<phase>")
    name: str
    version: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]*$")
    tag: Reference
    branch: Reference
    base: Reference = "main"
    timebox: Duration = timedelta(hours=24)

    @property
    def asset_key(self) -> str:
        """The prefix of every asset key of this release, unique per deployment."""
        return self.key or f"phase_{self.phase.lower()}"

    @property
    def prefix(self) -> str:
        """The prefix of every artifact's file name, e.g. `PhaseC`."""
        return f"Phase{self.phase}"


class Request(_Strict):
    """One HTTP request, and what counts as its right answer.

    `{name}` in path, headers and body is filled from values taken earlier (`take`), the gate's logins, and `{token:<login>}`.
    """

    service: str | None = Field(default=None, description="service id; default the service it stands under")
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    path: str = Field(pattern=r"^/")
    headers: dict[str, str] = Field(default_factory=dict)
    body: JsonValue = None
    expect: tuple[int, ...] = Field(default=(200,), min_length=1)
    take: dict[str, str] = Field(default_factory=dict, description="name -> JSON pointer into the answer")


class Endpoint(Request):
    """A request whose latency is measured."""

    name: str = Field(min_length=1)


class Budget(_Strict):
    """The performance budget of one service (P-6): p95 strictly below `p95`, errors at most `error_rate`."""

    p95: Duration = timedelta(milliseconds=800)
    error_rate: float = Field(default=0.0, ge=0, lt=1)
    requests: int = Field(default=200, ge=100, le=1_000_000, description="measured per endpoint, after the warm-up")
    rate: float = Field(default=100.0, gt=0, description="arrivals per second, open model")
    looks: int = Field(default=3, ge=1, le=10, description="how often more samples may be taken while the budget lies inside the interval")


class Accuracy(_Strict):
    """Labelled features to put to the judged code, and how to read its answer as a label."""

    data: InRepository = Field(description="CSV with a header: feature columns and the label column")
    label: str = Field(description="name of the label column")
    request: Request = Field(description="body holds the features under `features_at`")
    features_at: str = Field(default="", description="JSON pointer into the body where the features object goes")
    answer: str = Field(description="JSON pointer to the prediction in the answer")
    cutoff: float | None = Field(default=None, description="a numeric prediction at or above this is the positive label")
    positive: str = "1"
    minimum: float = Field(ge=0, le=1, description="accuracy that the release must reach")


class Approval(_Strict):
    """How to show that the service's dangerous action waits for a person (P-3)."""

    prepare: tuple[Request, ...] = ()
    state: Request = Field(description="reads what the action would change")
    act: Request = Field(description="the action; `expect` is its answer once approved")
    refused: tuple[int, ...] = Field(default=(401, 403, 409), min_length=1)
    approve: Request
    record: Request = Field(description="reads the audit record of the action")
    names: tuple[str, ...] = Field(default=(), description="what the record must contain, e.g. the approver and the reason")


class TokenAudit(_Strict):
    """An endpoint that must accept only tokens with a tenant claim (P-5)."""

    request: Request = Field(description="sent with `Authorization: Bearer <token>`; `expect` is the answer to a good token")
    algorithm: Literal["HS256", "HS384", "HS512"] = "HS256"
    secret: str = Field(description="name of the rehearsal secret the service verifies with")
    tenant_claim: str = "tenant_id"
    claims: dict[str, JsonValue] = Field(default_factory=dict, description="further claims of a good token; iat, exp and the tenant are set by the gate")
    refused: tuple[int, ...] = Field(default=(401, 403), min_length=1)


class Privacy(_Strict):
    """Where a planted person goes in, and the surfaces on which the person must not come out (P-1)."""

    plant: tuple[Request, ...] = Field(default=(), description="`{person_name}`, `{person_email}` and `{person_card}` are filled by the gate")
    surfaces: tuple[Request, ...] = ()


class Suite(_Strict):
    """A service's own tests, run by pytest in a throwaway copy of the judged tree."""

    paths: tuple[InRepository, ...] = Field(min_length=1)
    directory: InRepository | None = Field(default=None, description="working directory; default the repository's root")
    interpreter: str | None = Field(default=None, description="absolute path of a Python that has the suite's packages; default the gate's own")
    requirements: InRepository | None = Field(default=None, description="wheels installed beforehand into an environment of the suite's own")
    arguments: tuple[str, ...] = ()
    repeats: int = Field(default=5, ge=1, le=100)
    timeout: Duration = timedelta(minutes=5)
    memory_mb: int = Field(default=2048, ge=64)
    control: Literal["strict", "weak"] = "strict"


class Start(_Strict):
    """How the rehearsal starts a service; `{python}`, `{port}`, `{postgres}`, `{vault}`, `{vault_token}`, `{scratch}` and `{url:<id>}` are filled in."""

    command: tuple[str, ...] = Field(min_length=1)
    directory: InRepository = "."
    environment: dict[str, str] = Field(default_factory=dict)
    ready: Duration = timedelta(seconds=15)


class Service(_Strict):
    """One of the release's services."""

    id: str = Field(pattern=r"^[A-Za-z0-9]+(\.[A-Za-z0-9]+)*$", description="task id, e.g. C.1")
    name: str
    source: tuple[InRepository, ...] = Field(min_length=1)
    report: InRepository = Field(description="glob of the implementation report in S")
    suite: Suite | None = None
    start: Start | None = None
    address: VariableName | None = Field(default=None, description="environment variable with the deployed service's base URL, asked read-only")
    health: str | None = Field(default=None, pattern=r"^/")
    metrics: str | None = Field(default=None, pattern=r"^/")
    endpoints: tuple[Endpoint, ...] = ()
    budget: Budget = Budget()
    accuracy: Accuracy | None = None
    approval: Approval | None = None
    token_audit: TokenAudit | None = None
    privacy: Privacy | None = None


class Integration(_Strict):
    """Cross-service tests (T3), run against the rehearsed services."""

    name: str = Field(pattern=r"^[A-Za-z0-9_-]+$")
    paths: tuple[InRepository, ...] = Field(min_length=1)
    directory: InRepository | None = None
    interpreter: str | None = None
    environment: dict[str, str] = Field(default_factory=dict, description="filled like a service's start environment")
    timeout: Duration = timedelta(minutes=5)
    control: Literal["strict", "weak"] = "strict"


class Secret(_Strict):
    """A secret that the rehearsed Vault is given, random in every rehearsal."""

    name: Key
    path: str = Field(description="path in the KV version 2 engine mounted at secret/")
    field: str = "key"
    bytes: int = Field(default=32, ge=16, le=1024)


class Login(_Strict):
    """A request whose answer is a token, usable as `{token:<name>}`."""

    name: Key
    request: Request
    pointer: str = Field(description="JSON pointer to the token")


class Infrastructure(_Strict):
    """Real systems, each by the name of the environment variable that holds its address; unset means rehearsed or noted."""

    vault: VariableName | None = None
    vault_token: VariableName | None = None
    prometheus: VariableName | None = None
    postgres: VariableName | None = None
    forge: VariableName | None = Field(default=None, description="variable with the forge's API base URL")
    forge_token: VariableName | None = None
    remote: str = Field(default="origin", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", description="git remote that receives branch and tag")
    timeout: Duration = timedelta(seconds=5)


class Tenancy(_Strict):
    """The migrations and how a row belongs to a tenant (P-5)."""

    migrations: InRepository = Field(description="glob, applied in the order of their names")
    column: str = Field(default="tenant_id", pattern=r"^[a-z_][a-z0-9_]*$")
    setting: str = Field(default="app.tenant_id", pattern=r"^[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_.]*$")
    role: str = Field(pattern=r"^[a-z_][a-z0-9_]*$", description="the application's role: ordinary, never the owner")


class CriterionPolicy(_Strict):
    """What this release asks of one criterion beyond the defaults."""

    blocked: BlockedPolicy | None = None
    assurance: Assurance = Assurance.REHEARSED
    freshness: Duration | None = None


class Manifest(_Strict):
    """The whole of `release.yaml`."""

    manifest: Literal["atom-release/v1"] = "atom-release/v1"
    release: Release
    services: tuple[Service, ...] = Field(min_length=1)
    integration: tuple[Integration, ...] = ()
    infrastructure: Infrastructure = Infrastructure()
    tenancy: Tenancy | None = None
    secrets: tuple[Secret, ...] = ()
    logins: tuple[Login, ...] = ()
    expected: tuple[str, ...] | None = Field(default=None, description="criteria this release expects; default all that there are")
    criteria: dict[str, CriterionPolicy] = Field(default_factory=dict)
    freshness: Duration = timedelta(hours=24)
    report_limit: int = Field(default=1_048_576, ge=1024, description="bytes of a report that are parsed at most")
    signing_key: str | None = Field(default=None, description="securesystemslib key URI; default the gate's own key file")
    acts: Annotated[Acts, BeforeValidator(_switch)] = Acts.OFF

    @model_validator(mode="after")
    def _names_agree(self) -> Self:
        ids = [service.id for service in self.services]
        slugs = [slug(service_id) for service_id in ids]
        if len(set(slugs)) != len(slugs):
            message = f"two services share an id: {', '.join(ids)}"
            raise ValueError(message)
        from atom_release.gate import criteria  # noqa: PLC0415 - the catalogue is made from manifests

        known = {criterion.id for criterion in criteria.catalogue(self)}
        for named in [*(self.expected or ()), *self.criteria]:
            if named not in known:
                message = f"{named!r} is not a criterion of this release; there are {', '.join(sorted(known))}"
                raise ValueError(message)
        return self

    def service(self, service_id: str) -> Service:
        """Give the service of that id.

        Raises:
            KeyError: no such service.
        """
        for service in self.services:
            if service.id == service_id:
                return service
        raise KeyError(service_id)


def slug(name: str) -> str:
    """Give the id as Dagster takes it in a name: letters, digits and `_` only."""
    return re.sub(r"[^A-Za-z0-9]", "_", name)
