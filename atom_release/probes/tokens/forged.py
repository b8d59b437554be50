"""Tokens of two tenants that nobody else uses: good ones, and others each wrong in one way.

What a service does with them is asked by `probe`.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from secrets import token_bytes

from pydantic import JsonValue

from atom_release.gate.manifest import TokenAudit

_LIFE = 300
_OTHER_ALGORITHMS = ("nOnE", "HS1", "")
"""What a service that refuses `none` alone, or looks at one algorithm alone, lets through."""
_ALIASES = ("tenant", "tenant_id", "tenantId", "tid", "org_id", "organization_id")
_NESTS = ("extra", "claims", "extra_claims", "override", "context", "app_metadata")
_HEADERS = ("X-Tenant-ID", "X-Tenant", "X-Org-ID", "X-Organization-ID", "X-Account-ID")


@dataclass(frozen=True)
class Overriding:
    """A good token sent with the other tenant's name beside what it says."""

    name: str
    token: str
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, JsonValue] = field(default_factory=dict)


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
        for algorithm in _OTHER_ALGORITHMS:
            yield f"alg={algorithm}, not signed", f"{_head(algorithm)}.{payload}."
        yield "empty key", f"{head}.{payload}.{self._signed_with_nothing(f'{head}.{payload}')}"
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

    def _signed_with_nothing(self, text: str) -> str:
        return _part(hmac.digest(b"", text.encode(), f"sha{self.audit.algorithm[2:]}"))

    def overriding(self) -> Iterator[Overriding]:
        """Yield tokens of the tenant, each with the other one named beside it in one place."""
        good, claim = self.claims(self.tenant), self.audit.tenant_claim
        token = self.sign(good)
        names = dict.fromkeys((claim, *_ALIASES), self.other)
        aliases: dict[str, JsonValue] = {name: self.other for name in _ALIASES if name != claim}
        nests: dict[str, JsonValue] = {name: {claim: self.other} for name in _NESTS}
        yield Overriding("other tenant in further claims", self.sign({**aliases, **good}))
        yield Overriding("other tenant in nested claims", self.sign({**nests, **good}))
        yield Overriding(
            "other tenant in a header", token, headers=dict.fromkeys(_HEADERS, self.other)
        )
        yield Overriding("other tenant in the query", token, query=names)
        cookie = "; ".join(f"{name}={self.other}" for name in names)
        yield Overriding("other tenant in a cookie", token, headers={"Cookie": cookie})
        if isinstance(self.audit.request.body, dict):
            fields: dict[str, JsonValue] = {**names}
            yield Overriding("other tenant in the body", token, fields=fields)


def _head(algorithm: str) -> str:
    return _part(json.dumps({"alg": algorithm, "typ": "JWT"}).encode())


def _part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
