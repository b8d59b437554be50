"""What the release's own checks ask: each by itself, of the judged tree."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from atom_release.gate.catalogue.leg_specs import OWN_CHECK, OWN_PROBE
from atom_release.records import canonical, names
from atom_release.release.ask import Question
from atom_release.release.ask_rehearsal import ask_leg, keep_logs, rehearsed
from atom_release.release.work import evidence_document

if TYPE_CHECKING:
    from atom_release.gate.facts.evidence import Evidence
    from atom_release.gate.manifest import Check
    from atom_release.lab.look import Look
    from atom_release.lab.rehearsal import Rehearsal
    from atom_release.release.work import Work


def own_checks(work: Work) -> Mapping[str, bytes]:
    """Ask the release's own checks, one after another."""
    logs: list[bytes] = []
    look = keep_logs(work.look, logs)
    collected = [
        evidence for check in work.manifest.checks for evidence in _ask(work, look, check, logs)
    ]
    return {
        work.names.artifact(names.OWN_CHECKS): canonical.artifact(evidence_document(collected)),
        work.names.artifact(names.OWN_CHECKS_LOG): b"".join(logs) or b"no check was run\n",
    }


def _ask(work: Work, look: Look, check: Check, logs: list[bytes]) -> list[Evidence]:
    """Ask one check, by itself or beside the rehearsed services in their first state."""
    if not check.services:
        return work.boundary.ask(question_of(look, check))
    leg = ask_leg(OWN_CHECK, check.id, partial(_ask_beside, look, check))
    return rehearsed(work, [leg], logs=logs)


def _ask_beside(look: Look, check: Check, rehearsal: Rehearsal) -> Evidence:
    from atom_release.probes.own_check import Beside, probe_own_check

    beside = Beside(rehearsal.base_urls, rehearsal.fill, rehearsal.network, rehearsal.open_socket)
    return probe_own_check(look, check, beside)


def question_of(look: Look, check: Check) -> Question:
    """Return how one check is asked: by its command, or by a plug-in."""
    if check.probe:
        from atom_release.probes.own_probe import probe_by_plug_in

        return Question(((OWN_PROBE, check.id),), partial(probe_by_plug_in, look, check))
    from atom_release.probes.own_check import probe_own_check

    return Question(((OWN_CHECK, check.id),), partial(probe_own_check, look, check))
