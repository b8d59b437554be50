"""The question `secret-use`: does the service work with the secret in Vault, and no other?

The value is random and planted in the rehearsed OpenBao alone. What was made with it must be
accepted, and with a made-up value refused (the control). Then OpenBao is given another value and
the service started again: now the new one must be accepted and the former one refused. A service
with a literal default fails at the first, one that is told the value by its environment or keeps a
copy at the second.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from atom_release.errors import ProbeFault
from atom_release.gate.facts.evidence import Evidence, NegativeControl
from atom_release.gate.facts.secret_use import SecretUseFacts
from atom_release.gate.manifest import Request, SecretUse, Service
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.address import not_started
from atom_release.lab.look import Look
from atom_release.lab.right_answer import Worth, read_reply

if TYPE_CHECKING:
    from atom_release.lab.http_exchange import Exchange
    from atom_release.lab.rehearsal import Rehearsal

QUESTION = "secret-use"
_LIFE = 300
_REMEDY = (
    "Read the secret from Vault when the service starts, use no other value, and do not start"
    " without it."
)


@dataclass
class Asked:
    """What one service answered to each value."""

    service: Service
    use: SecretUse
    came: dict[str, str] = field(
        default_factory=dict
    )  # which value -> accepted, refused, or what else

    def ask(self, exchange: Exchange, which: str, value: str) -> None:
        """Send the request made with this value, and note what came."""
        try:
            answered = exchange.send(
                self._request(value),
                service=self.service.id,
                extra={f"secret:{self.use.secret}": value},
            )
        except ProbeFault as fault:
            self.came[which] = f"no answer ({fault.message})"
            return
        reading = read_reply(self.use.request, answered)
        refused = reading.worth is Worth.REFUSED or answered.status in self.use.refused
        accepted = reading.worth is Worth.RIGHT
        self.came[which] = (
            "accepted" if accepted else "refused" if refused else f"answers {reading.words}"
        )

    def _request(self, value: str) -> Request:
        if self.use.claims is None:
            return self.use.request
        return self.use.request.model_copy(
            update={
                "headers": {
                    **self.use.request.headers,
                    "Authorization": f"Bearer {_token(self.use, value)}",
                }
            }
        )


def probe_secret_use(
    look: Look, services: Sequence[Service], rehearsal: Rehearsal
) -> list[Evidence]:
    """Ask every service that names a request which needs its secret.

    OpenBao's values are changed once for all of them.
    """
    unreachable, to_ask = [], []
    for service in services:
        unreached = not_started(look, QUESTION, service, rehearsal, direct=False)
        if unreached:
            unreachable.append(unreached)
        elif service.secret_use is not None:
            to_ask.append(Asked(service, service.secret_use))
    if to_ask:
        _ask_all(to_ask, rehearsal)
    return unreachable + [_evidence(look, asked_use, rehearsal.isolation) for asked_use in to_ask]


def _ask_all(uses: Sequence[Asked], rehearsal: Rehearsal) -> None:
    former = rehearsal.secrets
    made_up = {use.use.secret: secrets.token_hex(32) for use in uses}
    with rehearsal.exchange() as exchange:
        for use in uses:
            use.ask(exchange, "planted", former[use.use.secret])
            use.ask(exchange, "made up", made_up[use.use.secret])
    fresh = rehearsal.rotate({use.use.secret for use in uses}, {use.service.id for use in uses})
    with rehearsal.exchange() as exchange:
        for use in uses:
            use.ask(exchange, "new", fresh[use.use.secret])
            use.ask(exchange, "former", former[use.use.secret])


def _evidence(look: Look, use: Asked, isolation: tuple[str, ...]) -> Evidence:
    answer, reason = judge(use.came, use.service.name, use.use.secret)
    alive = use.came["made up"] == "refused"
    control = NegativeControl(
        state=ControlState.ALIVE if alive else ControlState.DEAD,
        changed="the same request was made with a value that nobody planted",
        found=use.came["made up"],
    )
    return look.found(
        QUESTION,
        use.service.id,
        answer,
        reason,
        remedy=_REMEDY if answer is Answer.NO else "",
        control=control,
        isolation=isolation,
        facts=SecretUseFacts(secret=use.use.secret, answers=dict(use.came)).to_json(),
    )


def judge(came: Mapping[str, str], name: str, secret: str) -> tuple[Answer, str]:
    """Return what the answers mean.

    `came` holds what became of the planted, the made-up, the new and the former value of a secret.
    """
    planted, made_up, new, former = (
        came[which] for which in ("planted", "made up", "new", "former")
    )
    if made_up == "accepted":
        return (
            Answer.UNKNOWN,
            (
                f"{name} accepts what was made with any value: the named request does not depend on"
                " the secret"
            ),
        )
    if planted == "refused":
        return (
            Answer.NO,
            (
                f"{name} refuses what was made with the value of {secret} that lies in OpenBao: it"
                " works with another"
            ),
        )
    if former == "accepted":
        return (
            Answer.NO,
            (
                f"{name} still accepts the former value of {secret} after OpenBao was given another"
                f" and {name} started again: it has the value from elsewhere"
            ),
        )
    if new == "refused":
        return (
            Answer.NO,
            (
                f"{name} refuses the value of {secret} that OpenBao was given before {name} started"
                " again: it works with another"
            ),
        )
    unclear = [
        f"{which}: {answer}"
        for which, answer in came.items()
        if answer not in {"accepted", "refused"}
    ]
    if unclear:
        return Answer.UNKNOWN, f"{name} neither accepts nor refuses: {', '.join(unclear)}"
    return (
        Answer.YES,
        (
            f"{name} accepts what was made with OpenBao's value, and after another was planted"
            " there only that one"
        ),
    )


def _token(use: SecretUse, value: str) -> str:
    import jwt

    now = int(time.time())
    return jwt.encode(
        {**(use.claims or {}), "iat": now, "exp": now + _LIFE}, value, algorithm=use.algorithm
    )
