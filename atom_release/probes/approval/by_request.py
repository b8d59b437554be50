"""Ask for the dangerous action by requests to the rehearsed service.

Asked without approval, the action must be refused and must change nothing, then and some seconds
later, as a worker behind a queue would; asked with it, it must happen and be written down. That the
state then differs is the control: a comparison that cannot see the change could not have seen it
before either. Where the state changed while the action was only prepared, and the approved action
then changes nothing, it had happened by itself. A state that goes on changing with nobody asking
(one that holds the time) shows nothing of the action.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from hashlib import sha256

from pydantic import JsonValue

from atom_release.errors import ProbeFault
from atom_release.gate.facts.approval import ApprovalFacts
from atom_release.gate.facts.evidence import Evidence, NegativeControl
from atom_release.gate.manifest import Approval, Request, Service
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.address import Rehearsal, not_started
from atom_release.lab.http_exchange import Exchange
from atom_release.lab.http_messages import Answered
from atom_release.lab.look import Look
from atom_release.lab.right_answer import Worth, read_reply
from atom_release.probes.approval.recorded import read_record

_QUESTION = "approval"
_LATER = 3.0  # seconds in which a refused action could still be carried out


@dataclass
class _Story:
    """What happened so far, in the order in which it happened."""

    exchange: Exchange
    service: Service
    facts: dict[str, JsonValue] = field(default_factory=dict)

    def send(self, step: str, request: Request) -> Answered:
        answered = self.exchange.send(request, service=self.service.id)
        self.facts[step] = answered.status
        return answered

    def state(self, step: str, request: Request) -> str:
        """Return the digest of the state.

        Raises:
            ProbeFault: the state cannot be read.
        """
        answered = self.send(step, request)
        if answered.status not in request.expect:
            raise ProbeFault(
                f"the state could not be read: {request.path} answers {answered.status}"
            )
        digest = sha256(answered.body).hexdigest()
        self.facts[f"{step}_sha256"] = digest
        return digest


def probe_approval(look: Look, service: Service, rehearsal: Rehearsal) -> Evidence:
    """Try the action without approval, then with it.

    Raises:
        ProbeFault: the manifest names no dangerous action, or the state cannot be read.
    """
    unreached = not_started(look, _QUESTION, service, rehearsal, direct=False)
    if unreached:
        return unreached
    if service.approval is None:
        raise ProbeFault(f"the manifest names no dangerous action of {service.id}")
    with rehearsal.exchange() as exchange:
        story = _Story(exchange, service)
        answer, reason, control = _tell(story, service.approval)
    return look.found(
        _QUESTION,
        service.id,
        answer,
        reason,
        control=control,
        remedy=(
            f"Let nothing but {service.approval.act.path} do it, refused until an approval is"
            " recorded, and write down who, why, before and after."
            if answer is Answer.NO
            else ""
        ),
        facts=ApprovalFacts.model_validate(story.facts).to_json(),
        isolation=rehearsal.isolation,
    )


def _tell(story: _Story, approval: Approval) -> tuple[Answer, str, NegativeControl | None]:
    first = story.state("state_at_first", approval.state)
    for number, request in enumerate(approval.prepare):
        reading = read_reply(request, story.send(f"prepare_{number}", request))
        if reading.worth is not Worth.RIGHT:
            return (
                Answer.UNKNOWN,
                f"could not prepare: {request.path} answers {reading.words}",
                None,
            )
    before = story.state("state_before", approval.state)
    alone = story.send("act_without_approval", approval.act)
    happened = _happened(story, approval, alone, before)
    if happened:
        return *happened, None
    answer, reason, control = _approved(story, approval, before)
    if control is not None and control.state is ControlState.DEAD and before != first:
        prepared = ", ".join(request.path for request in approval.prepare)
        return (
            Answer.NO,
            (
                f"{prepared} changed the state, and the approved {approval.act.path} changes"
                " nothing more: it had happened with nobody's approval"
            ),
            None,
        )
    return answer, reason, control


def _happened(
    story: _Story, approval: Approval, alone: Answered, before: str
) -> tuple[Answer, str] | None:
    path = approval.act.path
    after = story.state("state_after_refusal", approval.state)
    time.sleep(_LATER)
    later = story.state("state_later", approval.state)
    if not before == after == later:
        time.sleep(_LATER)
        if story.state("state_by_itself", approval.state) != later:
            return (
                Answer.UNKNOWN,
                (
                    f"what {approval.state.path} answers changes by itself, so it shows nothing"
                    f" of {path}"
                ),
            )
        when = "" if after != before else f" within {_LATER:g} seconds"
        return (
            Answer.NO,
            f"{path} without approval answers {alone.status} and changed the state{when}",
        )
    reading = read_reply(approval.act, alone)
    if alone.status in approval.refused or reading.worth is Worth.REFUSED:
        return None
    if reading.worth is Worth.RIGHT:
        return Answer.NO, f"{path} without approval is accepted ({alone.status})"
    return (
        Answer.UNKNOWN,
        (
            f"{path} without approval answers {reading.words}, which is neither a refusal nor what"
            " the action answers"
        ),
    )


def _approved(
    story: _Story, approval: Approval, before: str
) -> tuple[Answer, str, NegativeControl | None]:
    for step, request in (("approve", approval.approve), ("act_approved", approval.act)):
        reading = read_reply(request, story.send(step, request))
        if reading.worth is not Worth.RIGHT:
            return (
                Answer.UNKNOWN,
                (
                    f"{request.path} answers {reading.words} ({step}), so nothing shows that the"
                    " action could happen"
                ),
                None,
            )
    after = story.state("state_after_action", approval.state)
    control = NegativeControl(
        state=ControlState.DEAD if after == before else ControlState.ALIVE,
        changed="the action was approved and sent again, and the state compared in the same way",
        found="the state is the same" if after == before else "the state differs",
    )
    answer, reason = _recorded(story, approval)
    return answer, reason, control


def _recorded(story: _Story, approval: Approval) -> tuple[Answer, str]:
    record = story.send("record", approval.record)
    if record.status not in approval.record.expect:
        return (
            Answer.NO,
            f"the action left no record: {approval.record.path} answers {record.status}",
        )
    recorded = read_record(record.body, approval.names)
    story.facts |= {"record_lacks": [*recorded.lacks], "digests_in_record": recorded.digests}
    if recorded.why_not:
        return Answer.NO, recorded.why_not
    refused = story.facts["act_without_approval"]
    return (
        Answer.YES,
        (
            f"{approval.act.path} is refused without approval ({refused}) and changes nothing;"
            " approved, it happens and is recorded"
        ),
    )
