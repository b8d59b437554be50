"""The question `tokens`: does the service take its tenant from a valid token alone?

The gate holds the rehearsal's secret, so it can make every token: a good one, and others each wrong
in one way, all of which must be refused. A further claim or header that names another tenant must
be refused or have no effect, and the answer must show which. The good token is the control: where
it is not accepted either, the refusals mean nothing.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from urllib.parse import urlencode
from uuid import uuid4

from pydantic import JsonValue

from atom_release.errors import ProbeFault
from atom_release.gate.facts.evidence import Evidence, NegativeControl
from atom_release.gate.facts.tokens import TokensFacts
from atom_release.gate.manifest import Request, Service, TokenAudit
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.address import Rehearsal, not_started
from atom_release.lab.http_exchange import Exchange
from atom_release.lab.http_messages import Answered
from atom_release.lab.look import Look
from atom_release.lab.right_answer import Reading, Worth, read_answer
from atom_release.probes.tokens.forged import Forge, Overriding

_QUESTION = "tokens"
_GOOD = "good token"
_UNSIGNED = ("no signature", "alg=", "empty key", "wrong key", "other payload")


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
    """Send every token and say which were accepted that should not have been.

    Raises:
        ProbeFault: the manifest names no endpoint that takes tokens.
    """
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
        remedy=_remedy(answer, audit, cases),
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
    control, words = _control(own, forge.audit), _read(own, forge.audit).words
    if control.state is ControlState.DEAD:
        return (
            {_GOOD: own.status},
            control,
            Answer.UNKNOWN,
            f"a good token is answered {words}, so no refusal means anything",
        )
    shown = Shown(forge, own, again, other)
    cases: dict[str, JsonValue] = {_GOOD: "accepted"}
    cases |= {
        name: _refusal(_send(exchange, service, forge, token), forge.audit)
        for name, token in forge.bad()
    }
    cases["token of another tenant"] = _foreign(other, shown, "other")
    for overriding in forge.overriding():
        answered = _send(exchange, service, forge, overriding.token, overriding)
        is_refused = 400 <= answered.status < 500  # noqa: PLR2004 - it is not known there, or wrong
        cases[overriding.name] = "refused" if is_refused else _foreign(answered, shown, "tenant")
    request = forge.audit.request
    route = f"{request.method} {request.path} of {service.name}"
    return cases, control, *_judge(cases, route)


def _send(
    exchange: Exchange,
    service: Service,
    forge: Forge,
    token: str | None,
    overriding: Overriding | None = None,
) -> Answered:
    authorization = {} if token is None else {"Authorization": f"Bearer {token}"}
    return exchange.send(
        _with(_bare(forge.audit), overriding) if overriding else _bare(forge.audit),
        service=service.id,
        extra={"tenant": forge.tenant},
        headers={**(overriding.headers if overriding else {}), **authorization},
    )


def _with(request: Request, overriding: Overriding) -> Request:
    """Return the request with what names the other tenant in its query and its body."""
    kept = request.path.partition("?")[2]
    query = "&".join(part for part in (kept, urlencode(overriding.query)) if part)
    path = request.path.partition("?")[0] + (f"?{query}" if query else "")
    body = {**request.body, **overriding.fields} if isinstance(request.body, dict) else request.body
    return request.model_copy(update={"path": path, "body": body})


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


def _read(answered: Answered, audit: TokenAudit) -> Reading:
    """Return what an answer is worth; any 2xx lets the caller in."""
    lets_in = {*audit.request.expect, *range(200, 300)}
    return read_answer(answered.status, answered.body, expect=lets_in, has=audit.request.has)


def _refusal(answered: Answered, audit: TokenAudit) -> str:
    reading = _read(answered, audit)
    if reading.worth is Worth.RIGHT:
        return "accepted"
    refused = reading.worth is Worth.REFUSED or answered.status in audit.refused
    return "refused" if refused else f"answers {reading.words}"


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


def _judge(cases: Mapping[str, JsonValue], route: str) -> tuple[Answer, str]:
    wrong = [
        name if came == "accepted" else f"{name} ({str(came).removeprefix('accepted ')})"
        for name, came in cases.items()
        if name != _GOOD and str(came).startswith("accepted")
    ]
    if wrong:
        return Answer.NO, f"{route} accepts wrong tokens: {', '.join(wrong)}"
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
    reading = _read(own, audit)
    return NegativeControl(
        state=ControlState.ALIVE if reading.worth is Worth.RIGHT else ControlState.DEAD,
        changed="the same request was sent with a good token",
        found=f"answers {reading.words}",
    )


def _way(accepted: str, audit: TokenAudit) -> str:
    """Return what refuses a kind of wrong token, or makes it have no effect."""
    claim, algorithm = audit.tenant_claim, audit.algorithm
    if accepted.startswith("other tenant"):
        return (
            f"Take the tenant from the token's own {claim} alone: nothing beside it may name one."
        )
    if accepted == "no token":
        return "Refuse every request without a token."
    if accepted.startswith(_UNSIGNED):
        return (
            f'Decode with the key and algorithms=["{algorithm}"], and never without verifying the'
            " signature."
        )
    return (
        f'Decode with options={{"require": ["exp", "{claim}"]}} and algorithms=["{algorithm}"], and'
        f" refuse an empty {claim}."
    )


def _remedy(answer: Answer, audit: TokenAudit, cases: Mapping[str, JsonValue]) -> str:
    if answer is Answer.NO:
        accepted = [name for name, came in cases.items() if str(came).startswith("accepted")]
        ways = {_way(name, audit): None for name in accepted if name != _GOOD}
        return " ".join(ways)
    return (
        "Let the answer of the audited request name its tenant, so that it shows whose data it"
        " gives."
        if answer is Answer.UNKNOWN
        else ""
    )
