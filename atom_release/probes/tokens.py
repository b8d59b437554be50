"""The question `tokens`.

Does the service take its tenant from a valid token, and from nothing else?

The gate holds the rehearsal's secret, so it can make every token: a good one, and others each wrong
in one way, all of which must be refused. A further claim or header that names another tenant must
be refused or have no effect, and the answer must show which. The good token is the control: where
it is not accepted either, the refusals mean nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from secrets import token_bytes
from uuid import uuid4

from pydantic import JsonValue

from atom_release.errors import ProbeFault
from atom_release.gate.facts.evidence import Evidence, NegativeControl
from atom_release.gate.facts.tokens import TokensFacts
from atom_release.gate.manifest import Request, Service, TokenAudit
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.address import Rehearsal, not_started
from atom_release.lab.http_exchange import Answered, Exchange
from atom_release.lab.look import Look

_QUESTION = "tokens"
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
        """Return every token that must be refused, None for none at all."""
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
        """Return tokens of the tenant that name the other one beside it.

        And the headers sent with them.
        """
        good, claim = self.claims(self.tenant), self.audit.tenant_claim
        aliases: dict[str, JsonValue] = {name: self.other for name in _ALIASES if name != claim}
        nests: dict[str, JsonValue] = {name: {claim: self.other} for name in _NESTS}
        yield "other tenant in further claims", self.sign({**aliases, **good}), {}
        yield "other tenant in nested claims", self.sign({**nests, **good}), {}
        yield "other tenant in a header", self.sign(good), dict.fromkeys(_HEADERS, self.other)


@dataclass(frozen=True)
class Shown:
    """What the answers to good tokens show.

    Whether they name their tenant, or differ by it and by nothing else.
    """

    forge: Forge
    own: Answered
    again: Answered
    other: Answered

    def whose(self, answered: Answered) -> str:
        """Return whose data an accepted request was answered with.

        `tenant`, `other`, `both`, or `not shown`.
        """
        names_tenant, names_other = (
            tenant.encode() in answered.body for tenant in (self.forge.tenant, self.forge.other)
        )
        if names_tenant or names_other:
            return "both" if names_tenant and names_other else "tenant" if names_tenant else "other"
        if self.own.body == self.again.body != self.other.body:
            return {self.own.body: "tenant", self.other.body: "other"}.get(
                answered.body, "not shown"
            )
        return "not shown"


def probe_tokens(look: Look, service: Service, rehearsal: Rehearsal) -> Evidence:
    """Send every token and say which were accepted that should not have been."""
    unreached = not_started(look, _QUESTION, service, rehearsal, direct=False)
    if unreached:
        return unreached
    audit = service.token_audit
    if audit is None:
        raise ProbeFault(f"the manifest names no endpoint of {service.id} that takes tokens")
    secret = rehearsal.secrets.get(audit.secret)
    if secret is None:
        return look.found(
            _QUESTION,
            service.id,
            Answer.UNKNOWN,
            f"the rehearsal has no secret {audit.secret}",
            isolation=rehearsal.isolation,
        )
    forge = Forge(
        audit,
        secret,
        int(time.time()),
        str(audit.claims.get(audit.tenant_claim) or uuid4()),
        str(uuid4()),
    )
    with rehearsal.exchange() as exchange:
        cases, control, answer, reason = _audit(exchange, service, forge)
    return look.found(
        _QUESTION,
        service.id,
        answer,
        reason,
        control=control,
        remedy=_remedy(answer, audit),
        facts=TokensFacts.model_validate(
            {
                "cases": cases,
                "tenant_claim": audit.tenant_claim,
                "algorithm": audit.algorithm,
            }
        ).to_json(),
        tools={"PyJWT": version("PyJWT")},
        isolation=rehearsal.isolation,
    )


def _audit(
    exchange: Exchange, service: Service, forge: Forge
) -> tuple[dict[str, JsonValue], NegativeControl, Answer, str]:
    own, again, other = (
        _send(exchange, service, forge, forge.sign(forge.claims(tenant)))
        for tenant in (forge.tenant, forge.tenant, forge.other)
    )
    control = _control(own, forge.audit)
    if control.state is ControlState.DEAD:
        return (
            {"good token": own.status},
            control,
            Answer.UNKNOWN,
            f"a good token is answered {own.status}, so no refusal means anything",
        )
    shown = Shown(forge, own, again, other)
    cases: dict[str, JsonValue] = {"good token": "accepted"}
    cases |= {
        name: _refusal(_send(exchange, service, forge, token), forge.audit)
        for name, token in forge.bad()
    }
    cases["token of another tenant"] = _foreign(other, shown, "other")
    for name, token, headers in forge.overriding():
        cases[name] = _foreign(_send(exchange, service, forge, token, headers), shown, "tenant")
    return cases, control, *_judge(cases)


def _send(
    exchange: Exchange,
    service: Service,
    forge: Forge,
    token: str | None,
    headers: Mapping[str, str] | None = None,
) -> Answered:
    authorization = {} if token is None else {"Authorization": f"Bearer {token}"}
    return exchange.send(
        _bare(forge.audit),
        service=service.id,
        extra={"tenant": forge.tenant},
        headers={**(headers or {}), **authorization},
    )


def _bare(audit: TokenAudit) -> Request:
    """Return the request without a token of the manifest's own.

    And without taking anything from its answer.
    """
    kept = {
        name: value
        for name, value in audit.request.headers.items()
        if name.lower() != "authorization"
    }
    return audit.request.model_copy(update={"headers": kept, "take": {}})


def _accepted(answered: Answered, audit: TokenAudit) -> bool:
    return answered.status in audit.request.expect or 200 <= answered.status < 300  # noqa: PLR2004 - any 2xx lets the caller in


def _refusal(answered: Answered, audit: TokenAudit) -> str:
    if _accepted(answered, audit):
        return "accepted"
    return "refused" if answered.status in audit.refused else f"answers {answered.status}"


def _foreign(answered: Answered, shown: Shown, rightful: str) -> str:
    """Return what a valid token that names another tenant, or two, came to.

    `rightful` is whose data it may see.
    """
    came = _refusal(answered, shown.forge.audit)
    if came != "accepted":
        return came
    whose = shown.whose(answered)
    return (
        "no effect"
        if whose == rightful
        else whose
        if whose == "not shown"
        else f"accepted with data of {whose}"
    )


def _judge(cases: Mapping[str, JsonValue]) -> tuple[Answer, str]:
    wrong = [
        f"{name} ({came})"
        for name, came in cases.items()
        if name != "good token" and str(came).startswith("accepted")
    ]
    if wrong:
        return Answer.NO, f"accepted: {', '.join(wrong)}"
    unclear = [
        f"{name}: {came}"
        for name, came in cases.items()
        if came not in {"accepted", "refused", "no effect"}
    ]
    if unclear:
        return Answer.UNKNOWN, f"neither refused nor shown to have no effect: {', '.join(unclear)}"
    return (
        Answer.YES,
        (
            f"{len(cases) - 1} tokens that are wrong in one way each were refused or had no effect;"
            " the good one is accepted"
        ),
    )


def _control(own: Answered, audit: TokenAudit) -> NegativeControl:
    return NegativeControl(
        state=ControlState.ALIVE if _accepted(own, audit) else ControlState.DEAD,
        changed="the same request was sent with a good token",
        found=f"answers {own.status}",
    )


def _remedy(answer: Answer, audit: TokenAudit) -> str:
    if answer is Answer.NO:
        options = (
            f'options={{"require": ["exp", "{audit.tenant_claim}"]}} and'
            f' algorithms=["{audit.algorithm}"]'
        )
        return f"Decode with {options}, and refuse an empty {audit.tenant_claim}."
    return (
        "Let the answer of the audited request name its tenant, so that it shows whose data it"
        " gives."
        if answer is Answer.UNKNOWN
        else ""
    )
