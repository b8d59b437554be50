"""What the policies ask of a service's behaviour.

Approval, tokens, personal data, the use of secrets.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, JsonValue

from atom_release.gate.manifest.fields import Strict
from atom_release.gate.manifest.request import Request


class Approval(Strict):
    """How to show that the service's dangerous action waits for a person (P-3)."""

    prepare: tuple[Request, ...] = ()
    state: Request = Field(description="reads what the action would change")
    act: Request = Field(description="the action; `expect` is its answer once approved")
    refused: tuple[int, ...] = Field(default=(401, 403, 409), min_length=1)
    approve: Request
    record: Request = Field(description="reads the audit record of the action")
    names: tuple[str, ...] = Field(
        default=(), description="what the record must contain, e.g. the approver and the reason"
    )


class TokenAudit(Strict):
    """An endpoint that must accept only tokens with a tenant claim (P-5)."""

    request: Request = Field(
        description=(
            "sent with `Authorization: Bearer <token>`; `expect` is the answer to a good token"
        )
    )
    algorithm: Literal["HS256", "HS384", "HS512"] = "HS256"
    secret: str = Field(description="name of the rehearsal secret the service verifies with")
    tenant_claim: str = "tenant_id"
    claims: dict[str, JsonValue] = Field(
        default_factory=dict,
        description="further claims of a good token; iat, exp and the tenant are set by the gate",
    )
    refused: tuple[int, ...] = Field(default=(401, 403), min_length=1)


class SecretUse(Strict):
    """A request answered only to who knows a secret that the service reads from Vault (P-2)."""

    secret: str = Field(
        description=(
            "name of a rehearsal secret; `{secret:<name>}` in the request is filled with the value"
            " that is tried"
        )
    )
    request: Request = Field(description="`expect` is the answer to the right value")
    claims: dict[str, JsonValue] | None = Field(
        default=None,
        description=(
            "sent as a bearer token signed with the secret; iat and exp are set by the gate"
        ),
    )
    algorithm: Literal["HS256", "HS384", "HS512"] = "HS256"
    refused: tuple[int, ...] = Field(default=(401, 403), min_length=1)


class Privacy(Strict):
    """Where a planted person goes in.

    And the surfaces on which the person must not come out (P-1).
    """

    plant: tuple[Request, ...] = Field(
        default=(),
        description="`{person_name}`, `{person_email}` and `{person_card}` are filled by the gate",
    )
    surfaces: tuple[Request, ...] = ()
