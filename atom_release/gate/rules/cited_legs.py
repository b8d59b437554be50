"""Legs of files that name no criterion: those of the passed rows that cite them.

Which rows those are is in the evidence, so these legs are made from the case and not from the
manifest alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from atom_release.gate.catalogue.leg_specs import LegSpec
from atom_release.gate.catalogue.origin_legs import ARTIFACT
from atom_release.gate.facts.artifact import ArtifactFacts
from atom_release.gate.rules.case import Case
from atom_release.gate.rules.legs import Leg, judge


def judge_cited(criterion: str, case: Case) -> Iterator[Leg]:
    """Yield the legs of the files that rows of this criterion cite."""
    for artifact in case.manifest.artifacts:
        read = (
            ArtifactFacts.read(evidence.facts)
            for _, evidence in case.evidence_of(ARTIFACT, artifact.file)
        )
        if not artifact.evidence_for and any(
            facts is not None and criterion in facts.criteria for facts in read
        ):
            yield judge(LegSpec(criterion, ARTIFACT, artifact.file), case)
