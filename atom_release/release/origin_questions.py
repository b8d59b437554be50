"""What is asked of where the release's evidence comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from atom_release.gate.catalogue.criteria import expected
from atom_release.gate.catalogue.origin_legs import ARTIFACT, FOCUS, SURROUNDINGS, VALIDATOR
from atom_release.records import canonical, names
from atom_release.release.ask import Question
from atom_release.release.ask_rehearsal import keep_logs
from atom_release.release.work import evidence_document

if TYPE_CHECKING:
    from atom_release.gate.facts.evidence import Evidence
    from atom_release.lab.look import Look
    from atom_release.release.work import Work


def origins(work: Work) -> Mapping[str, bytes]:
    """Run what makes the release's files."""
    logs: list[bytes] = []
    look = keep_logs(work.look, logs)
    collected = [
        *_validators(work, look),
        *_artifacts(work, look),
        *_named(work, look),
        *_focus(work, look),
        *_surroundings(work, look),
    ]
    return {
        work.names.artifact(names.ORIGINS): canonical.artifact(evidence_document(collected)),
        work.names.artifact(names.ORIGINS_LOG): b"".join(logs) or b"nothing was run\n",
    }


def _artifacts(work: Work, look: Look) -> list[Evidence]:
    from atom_release.probes.artifact import probe_artifacts

    cited = _cited(look, {criterion.id for criterion in expected(work.manifest)})
    return [
        evidence
        for artifact in work.manifest.artifacts
        for evidence in work.boundary.show(
            Question(
                ((ARTIFACT, artifact.file),),
                partial(probe_artifacts, look, [artifact], cited),
            )
        )
    ]


def _named(work: Work, look: Look) -> list[Evidence]:
    """Run the commands that documents name for files that they cite; shown, and no more."""
    from atom_release.probes.artifact import named_commands, probe_artifact

    return work.boundary.show(
        *(
            Question(
                ((ARTIFACT, named.artifact.file),),
                partial(probe_artifact, look, named.artifact, [], named.place),
            )
            for named in named_commands(look)
        )
    )


def _validators(work: Work, look: Look) -> list[Evidence]:
    from atom_release.probes.validator import probe_validator

    return work.boundary.show(
        *(
            Question(((VALIDATOR, entry.name),), partial(probe_validator, look, entry))
            for entry in work.manifest.validators
        )
    )


def _surroundings(work: Work, look: Look) -> list[Evidence]:
    from atom_release.probes import surroundings

    if not work.manifest.surroundings:
        return []
    own = [kind for kind in work.manifest.surroundings if kind != "one-process"]
    questions = [
        Question(
            ((SURROUNDINGS, service.id),), partial(surroundings.probe_surroundings, look, service)
        )
        for service in (surroundings.suites_to_surround(look) if own else ())
    ]
    if surroundings.runs_together(look):
        together = ((SURROUNDINGS, surroundings.TOGETHER),)
        questions.append(Question(together, partial(surroundings.probe_together, look)))
    return work.boundary.show(*questions)


def _focus(work: Work, look: Look) -> list[Evidence]:
    from atom_release.probes.focus import probe_focus, services_with_focus

    return work.boundary.show(
        *(
            Question(((FOCUS, service.id),), partial(probe_focus, look, service))
            for service in services_with_focus(look)
        )
    )


def _cited(look: Look, criteria: set[str]) -> dict[str, Sequence[str]]:
    """Return the files that passed rows of the release's documents cite, and for which criteria."""
    from atom_release.probes.documents import cited_files

    return {path: sorted(subjects & criteria) for path, subjects in cited_files(look).items()}
