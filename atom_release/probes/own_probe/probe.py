"""Ask a plug-in of the judged tree, and of one that is known to be bad."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from atom_release.errors import ProbeFault
from atom_release.gate.catalogue.leg_specs import OWN_PROBE
from atom_release.gate.facts.evidence import NegativeControl
from atom_release.gate.facts.own_probe import OwnProbeFacts
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.probes.own_probe.installed import installed_packages
from atom_release.probes.own_probe.plug_in import PlugIn, Reply, load
from atom_release.probes.own_probe.subject import Subject

if TYPE_CHECKING:
    from atom_release.gate.facts.evidence import Evidence
    from atom_release.gate.facts.model import Facts
    from atom_release.gate.manifest import Check
    from atom_release.lab.look import Look


def probe_by_plug_in(look: Look, check: Check) -> Evidence:
    """Ask the plug-in that a check names; what it raises is the boundary's.

    Raises:
        ProbeFault: there is no such plug-in, or it answered with something else than it declared.
    """
    plug_in, package = load(check.probe or "")
    subject = Subject(
        sorted(path for path, entry in look.tree.entries.items() if entry.is_file),
        check.settings,
        look,
        cache(lambda: installed_packages(look)),
    )
    reply = _ask(plug_in, subject)
    facts = OwnProbeFacts(probe=check.probe or "", package=package, facts=reply.facts.to_json())
    if reply.answer is not Answer.YES:
        return look.found(
            OWN_PROBE,
            check.id,
            reply.answer,
            reply.reason,
            remedy=plug_in.remedy,
            facts=facts.to_json(),
        )
    spoiled = _ask(plug_in, plug_in.spoil(subject))
    facts = facts.model_copy(update={"control": spoiled.facts.to_json()})
    alive = spoiled.answer is Answer.NO
    return look.found(
        OWN_PROBE,
        check.id,
        Answer.YES,
        reply.reason,
        control=NegativeControl(
            state=ControlState.ALIVE if alive else ControlState.DEAD,
            changed=plug_in.spoiled,
            found=f"{spoiled.answer}: {spoiled.reason}",
        ),
        tools={"plug-in": package},
        facts=facts.model_dump(mode="json"),
    )


def _ask(plug_in: PlugIn[Facts], subject: Subject) -> Reply[Facts]:
    """Ask a plug-in, and check that its reply is what it declared."""
    reply = plug_in.ask(subject)
    if not isinstance(reply, Reply) or not isinstance(reply.facts, plug_in.facts):
        raise ProbeFault(
            f"the plug-in answered with {type(reply).__name__}, not with its own facts",
            "Mend the package.",
        )
    return reply
