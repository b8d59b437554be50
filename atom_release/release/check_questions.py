"""What the release's own checks ask: each by itself, of the judged tree."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from atom_release.gate.catalogue.leg_specs import OWN_CHECK, OWN_PROBE
from atom_release.records import canonical, names
from atom_release.release.ask import Question
from atom_release.release.ask_rehearsal import keep_logs
from atom_release.release.work import evidence_document

if TYPE_CHECKING:
    from atom_release.gate.manifest import Check
    from atom_release.lab.look import Look
    from atom_release.release.work import Work


def own_checks(work: Work) -> Mapping[str, bytes]:
    """Ask the release's own checks, one after another."""
    logs: list[bytes] = []
    look = keep_logs(work.look, logs)
    collected = work.boundary.ask(*(question_of(look, check) for check in work.manifest.checks))
    return {
        work.names.artifact(names.OWN_CHECKS): canonical.artifact(evidence_document(collected)),
        work.names.artifact(names.OWN_CHECKS_LOG): b"".join(logs) or b"no check was run\n",
    }


def question_of(look: Look, check: Check) -> Question:
    """Return how one check is asked: by its command, or by a plug-in."""
    if check.probe:
        from atom_release.probes.own_probe import probe_by_plug_in

        return Question(((OWN_PROBE, check.id),), partial(probe_by_plug_in, look, check))
    from atom_release.probes.own_check import probe_own_check

    return Question(((OWN_CHECK, check.id),), partial(probe_own_check, look, check))
