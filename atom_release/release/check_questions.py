"""What the release's own checks ask: each by itself, of the judged tree."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from atom_release.gate.catalogue.leg_specs import OWN_CHECK
from atom_release.records import canonical, names
from atom_release.release.ask import Question
from atom_release.release.ask_rehearsal import keep_logs
from atom_release.release.work import evidence_document

if TYPE_CHECKING:
    from atom_release.release.work import Work


def own_checks(work: Work) -> Mapping[str, bytes]:
    """Ask the release's own checks, one after another."""
    from atom_release.probes.own_check import probe_own_check

    logs: list[bytes] = []
    look = keep_logs(work.look, logs)
    collected = work.boundary.ask(
        *(
            Question(((OWN_CHECK, check.id),), partial(probe_own_check, look, check))
            for check in work.manifest.checks
        )
    )
    return {
        work.names.artifact(names.OWN_CHECKS): canonical.encode(evidence_document(collected)),
        work.names.artifact(names.OWN_CHECKS_LOG): b"".join(logs) or b"no check was run\n",
    }
