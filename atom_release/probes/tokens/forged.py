"""Tokens of two tenants that nobody else uses: good ones, and others each wrong in one way.

What a service does with them is asked by `probe`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from secrets import token_bytes

from pydantic import JsonValue

from atom_release.gate.manifest import TokenAudit

_LIFE = 300
_ALIASES = ("tenant", "tenant_id", "tenantId", "tid", "org_id", "organization_id")
_NESTS = ("extra", "claims", "extra_claims", "override", "context", "app_metadata")
_HEADERS = ("X-Tenant-ID", "X-Tenant")


@dataclass(frozen=True)
class Forge:
    """Makes tokens for one audit, of two tenants that nobody else uses."""

    audit: TokenAudit
    secret: str
    now: int
    tenant: str
    other: str

    def claims(self, tenant: object) -> dict[str, JsonValue]:
        """Return the claims of a good token of this tenant."""
        return {
            **self.audit.claims,
            self.audit.tenant_claim: str(tenant),
            "iat": self.now,
            "exp": self.now + _LIFE,
        }

    def sign(
        self,
        claims: Mapping[str, JsonValue],
        key: str | bytes | None = None,
        algorithm: str | None = None,
    ) -> str:
        """Sign claims as the service expects, or as told."""
        import jwt

        return jwt.encode(
            dict(claims),
            self.secret if key is None else key,
            algorithm=algorithm or self.audit.algorithm,
        )

    def bad(self) -> Iterator[tuple[str, str | None]]:
        """Yield every token that must be refused, None for none at all."""
        good, claim = self.claims(self.tenant), self.audit.tenant_claim
        head, payload, signature = self.sign(good).split(".")
        yield "no token", None
        yield "no signature", f"{head}.{payload}."
        yield "alg=none", self.sign(good, key="", algorithm="none")
        yield "wrong key", self.sign(good, key=token_bytes(64))
        yield (
            "other payload",
            f"{head}.{self.sign(self.claims(self.other)).split('.')[1]}.{signature}",
        )
        yield "expired", self.sign({**good, "iat": self.now - 2 * _LIFE, "exp": self.now - _LIFE})
        yield "no exp", self.sign({name: value for name, value in good.items() if name != "exp"})
        yield "no tenant", self.sign({name: value for name, value in good.items() if name != claim})
        yield "empty tenant", self.sign({**good, claim: ""})
        yield "null tenant", self.sign({**good, claim: None})

    def overriding(self) -> Iterator[tuple[str, str, dict[str, str]]]:
        """Yield tokens of the tenant that name the other one beside it.

        And the headers sent with them.
        """
        good, claim = self.claims(self.tenant), self.audit.tenant_claim
        aliases: dict[str, JsonValue] = {name: self.other for name in _ALIASES if name != claim}
        nests: dict[str, JsonValue] = {name: {claim: self.other} for name in _NESTS}
        yield "other tenant in further claims", self.sign({**aliases, **good}), {}
        yield "other tenant in nested claims", self.sign({**nests, **good}), {}
        yield "other tenant in a header", self.sign(good), dict.fromkeys(_HEADERS, self.other)
