"""Artifacts that the rehearsed services sign.

Made by asking them, verified by the gate, and refused by who uses them once they are tampered with.

The signing key is random in each rehearsal and lies in its OpenBao alone: what verifies with its
public half was signed by a service that read it there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from atom_release.errors import ProbeFault
from atom_release.gate.facts.evidence import Evidence, NegativeControl
from atom_release.gate.facts.signature import TamperedArtifactFacts
from atom_release.gate.manifest import Consumer, Request, Signed
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.address import not_started
from atom_release.lab.http_exchange import Exchange
from atom_release.lab.http_messages import Answered
from atom_release.lab.look import Look
from atom_release.lab.right_answer import Reading, Worth, read_reply
from atom_release.probes.signature import committed
from atom_release.probes.signature.probe import QUESTION, Artifacts, signature_evidence
from atom_release.probes.signature.verification import ENDINGS, flipped

if TYPE_CHECKING:
    from atom_release.lab.rehearsal import Rehearsal

TAMPERED = "tampered-artifact"


class _Refused(ProbeFault):
    """A service did not do what it was asked."""


def probe_produced(look: Look, signed: Signed, rehearsal: Rehearsal) -> list[Evidence]:
    """Ask the services to make the artifacts, verify them.

    And let their user meet a tampered one where the manifest names one.
    """
    legs = [QUESTION, *([TAMPERED] if signed.consumer else [])]
    for request in _requests(signed):
        missing = not_started(
            look, QUESTION, look.manifest.service(request.service or ""), rehearsal, direct=False
        )
        if missing:
            return [
                missing.model_copy(update={"question": leg, "subject": signed.name}) for leg in legs
            ]
    with rehearsal.exchange() as exchange:
        _send_all(exchange, signed.produce)
        files = rehearsal.written(signed.paths, ENDINGS)
        artifacts = Artifacts("what the services wrote", files, rehearsal.isolation)
        evidence = [
            signature_evidence(
                look,
                signed,
                artifacts,
                committed.public_key(look, signed, rehearsal.secrets),
            )
        ]
        if signed.consumer:
            evidence.append(_used(look, signed, signed.consumer, Stage(rehearsal, exchange, files)))
    return evidence


@dataclass(frozen=True)
class Stage:
    """The services, the conversation that made the artifacts.

    And the artifacts with their signatures.
    """

    rehearsal: Rehearsal
    exchange: Exchange
    files: dict[str, bytes]

    def meet(self, consumer: Consumer, files: dict[str, bytes]) -> tuple[Answered, Reading]:
        """Lay these files where the services find them, put them into use, and ask.

        A deployment that is refused is an answer too.
        """
        self.rehearsal.overwrite(files)
        for request in consumer.deploy:
            answered = self.exchange.send(request, service=request.service or "")
            reading = read_reply(request, answered)
            if reading.worth is not Worth.RIGHT:
                return answered, reading
        answered = self.exchange.send(consumer.use, service=consumer.use.service or "")
        return answered, read_reply(consumer.use, answered)


def _used(look: Look, signed: Signed, consumer: Consumer, stage: Stage) -> Evidence:
    """Tamper with every artifact first, then give the genuine ones back.

    The first must be refused, and the second not.
    """
    genuine = {
        path: content
        for path, content in stage.files.items()
        if content and not path.endswith(ENDINGS)
    }
    if not genuine:
        return look.found(
            TAMPERED,
            signed.name,
            Answer.UNKNOWN,
            "there is no artifact to tamper with",
            isolation=stage.rehearsal.isolation,
        )
    tampered = {path: flipped(content, _place(content)) for path, content in genuine.items()}
    bad, bad_reading = stage.meet(consumer, tampered)
    good, good_reading = stage.meet(consumer, genuine)
    alive = good_reading.worth is Worth.RIGHT
    outcome = f"{consumer.use.service} answers {good_reading.words} with the genuine one"
    control = NegativeControl(
        state=ControlState.ALIVE if alive else ControlState.DEAD,
        changed="gave the genuine artifact back and deployed it",
        found=outcome,
    )
    answer, reason = _judged(
        consumer, bad.status, bad_reading, alive=alive, genuine=good_reading.words
    )
    return look.found(
        TAMPERED,
        signed.name,
        answer,
        reason,
        remedy=(
            "Verify the artifact's signature with the public key before it is loaded, and answer"
            " with an error."
            if answer is Answer.NO
            else ""
        ),
        control=control,
        isolation=stage.rehearsal.isolation,
        facts=TamperedArtifactFacts(
            tampered=bad.status,
            genuine=good.status,
            artifacts=len(genuine),
            user=str(consumer.use.service),
        ).to_json(),
    )


def _judged(
    consumer: Consumer, status: int, reading: Reading, *, alive: bool, genuine: str
) -> tuple[Answer, str]:
    user = consumer.use.service
    if reading.worth is Worth.RIGHT:
        return (
            Answer.NO,
            (
                f"{user} takes a tampered artifact: it answers {status} with one of whose bytes a"
                " bit was changed"
            ),
        )
    if not alive:
        return (
            Answer.UNKNOWN,
            (
                f"{user} answers {genuine} with the genuine artifact too, so that its refusal means"
                " nothing"
            ),
        )
    if status not in consumer.refused and reading.worth is not Worth.REFUSED:
        return (
            Answer.UNKNOWN,
            (
                f"{user} answers {reading.words} with a tampered artifact, which is neither its"
                " answer nor a refusal"
            ),
        )
    return (
        Answer.YES,
        f"{user} refuses a tampered artifact ({status}) and takes the genuine one ({genuine})",
    )


def _place(content: bytes) -> int:
    """Return where to change a bit so that JSON and the like can still be read.

    The last digit, or else the middle.
    """
    digit = max(content.rfind(b"%d" % numeral) for numeral in range(10))
    return digit if digit >= 0 else len(content) // 2


def _requests(signed: Signed) -> Sequence[Request]:
    consumer = signed.consumer
    return [*signed.produce, *([*consumer.deploy, consumer.use] if consumer else [])]


def _send_all(exchange: Exchange, requests: Sequence[Request]) -> None:
    for request in requests:
        answered = exchange.send(request, service=request.service or "")
        reading = read_reply(request, answered)
        if reading.worth is not Worth.RIGHT:
            raise _Refused(
                f"{request.method} {request.path} of {request.service} answered {reading.words}:"
                " no artifact was made"
            )
