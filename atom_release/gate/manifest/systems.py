"""The systems a release stands on.

Infrastructure by the names of variables, rehearsed secrets, migrations and tenancy.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, Self

from pydantic import Field, model_validator

from atom_release.gate.manifest.fields import Duration, InRepository, Key, Strict, VariableName
from atom_release.gate.manifest.install import INSTALL, InstallOrAuto


class Secret(Strict):
    """A secret that the rehearsed Vault is given, random in every rehearsal."""

    name: Key
    path: str = Field(description="path in the KV version 2 engine mounted at secret/")
    field: str = "key"
    bytes: int = Field(default=32, ge=16, le=1024)
    kind: Literal["random", "ecdsa-p256", "ed25519"] = Field(
        default="random", description="hexadecimal digits, or a private key as PEM (PKCS #8)"
    )
    public_of: Key | None = Field(
        default=None,
        description="name of a private key among the secrets: this is its public half, as PEM",
    )
    readers: tuple[str, ...] = Field(
        default=(), description="ids of the services whose token reads it; default every service"
    )

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if self.public_of is not None and self.kind != "random":
            message = "the public half of another secret has no kind of its own"
            raise ValueError(message)
        return self


class Infrastructure(Strict):
    """Real systems, each by the name of the environment variable that holds its address.

    Unset means rehearsed or noted.
    """

    vault: VariableName | None = None
    vault_token: VariableName | None = None
    prometheus: VariableName | None = None
    postgres: VariableName | None = None
    remote: str = Field(
        default="origin",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*(?!\n)$",
        description="git remote that receives branch and tag",
    )
    timeout: Duration = timedelta(seconds=5)


class MigrationProgram(Strict):
    """Migrations by the release's own tool: alembic, Django, Knex; or its files of plain SQL.

    Run once in the rehearsed database, as its owner, before any service starts. `{python}`,
    `{postgres}` and `{postgres_host}`, `_port`, `_user`, `_password`, `_database` are filled in.
    """

    commands: tuple[tuple[str, ...], ...] = Field(
        default=(), description="run one after another, such as `[[alembic, upgrade, head]]`"
    )
    files: InRepository | None = Field(
        default=None,
        description=(
            "in place of commands, a glob of plain SQL, applied in the order of the names, as what"
            " Prisma writes: `prisma/migrations/*/migration.sql`"
        ),
    )
    directory: InRepository = "."
    environment: dict[str, str] = Field(
        default_factory=dict, description="variables that they are run with; never a secret"
    )
    install: InstallOrAuto | None = Field(default=None, description=INSTALL)
    timeout: Duration = timedelta(minutes=5)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if bool(self.commands) is bool(self.files):
            message = "`migrations` names either commands or files of plain SQL"
            raise ValueError(message)
        return self


class Tenancy(Strict):
    """The migrations and how a row belongs to a tenant (P-5)."""

    migrations: InRepository | None = Field(
        default=None,
        description=(
            "glob of plain SQL, applied in the order of the names; default what the manifest's own"
            " `migrations` make"
        ),
    )
    column: str = Field(default="tenant_id", pattern=r"^[a-z_][a-z0-9_]*(?!\n)$")
    setting: str = Field(
        default="app.tenant_id", pattern=r"^[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_.]*(?!\n)$"
    )
    role: str = Field(
        pattern=r"^[a-z_][a-z0-9_]*(?!\n)$",
        description="the application's role: ordinary, never the owner",
    )
