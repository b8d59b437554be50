"""What the steps of an approval by programs show, by their statuses and the rows around them.

Nothing is run here, and nothing is known of what ran.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from atom_release.gate.facts.evidence import NegativeControl
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.probes.approval.recorded import read_record
from atom_release.probes.approval.script import BY_ITSELF, STATES, Step

if TYPE_CHECKING:
    from collections.abc import Mapping

    from atom_release.gate.manifest.programs import ApprovalByProgram


def judge_steps(
    approval: ApprovalByProgram, steps: Mapping[str, Step]
) -> tuple[Answer, str, NegativeControl | None]:
    """Return what the rows and the steps show."""
    doubt = _doubt(approval, steps)
    if doubt:
        return Answer.UNKNOWN, doubt, None
    act = approval.act.name
    happened = _happened(act, steps)
    if happened:
        return *happened, None
    first, before, *_, approved, after = (steps[name].digest for name in STATES)
    for name in ("approve", "act_approved"):
        if steps[name].status != 0:
            return (
                Answer.UNKNOWN,
                (
                    f"{name} failed ({steps[name].complaint}), so nothing shows that the action"
                    " could happen"
                ),
                None,
            )
    control = NegativeControl(
        state=ControlState.DEAD if after == approved else ControlState.ALIVE,
        changed="the action was approved and done again, and the rows compared in the same way",
        found="the rows are the same" if after == approved else "the rows differ",
    )
    if control.state is ControlState.DEAD and before != (first or sha256(b"").hexdigest()):
        prepared = ", ".join(step.name for step in approval.prepare) or "what was prepared"
        return (
            Answer.NO,
            (
                f"{prepared} changed the rows, and the approved {act} changes nothing more: it had"
                " happened with nobody's approval"
            ),
            None,
        )
    why_not = _why_unrecorded(approval, steps["record"])
    if why_not:
        return Answer.NO, why_not, control
    return (
        Answer.YES,
        (
            f"{act} changes no row without approval (it ended with"
            f" {steps['act_without_approval'].status}); approved, it does and is recorded"
        ),
        control,
    )


def _happened(act: str, steps: Mapping[str, Step]) -> tuple[Answer, str] | None:
    """Return what speaks against the action where nobody had approved it, then or later."""
    before, refused, later = (steps[name].digest for name in STATES[1:4])
    if steps[BY_ITSELF].digest != later:
        reason = f"the rows of the state change by themselves, so they show nothing of {act}"
        return Answer.UNKNOWN, reason
    if before == refused == later:
        return None
    when = "" if refused != before else " some seconds later"
    return Answer.NO, f"{act} without approval changed the rows of the state{when}"


def _doubt(approval: ApprovalByProgram, steps: Mapping[str, Step]) -> str:
    """Return why the rows say nothing, or nothing."""
    for number, step in enumerate(approval.prepare):
        if steps[f"prepare_{number}"].status != 0:
            return f"could not prepare: {step.name}: {steps[f'prepare_{number}'].complaint}"
    unread = [name for name in (*STATES[1:], BY_ITSELF) if not steps[name].digest]
    return f"the state could not be read: {steps[unread[0]].complaint}" if unread else ""


def _why_unrecorded(approval: ApprovalByProgram, record: Step) -> str:
    if record.status != 0:
        return f"the action left no record: {record.complaint}"
    if not record.out.strip():
        return "the action left no record: no row"
    return read_record(record.out, approval.names).why_not
