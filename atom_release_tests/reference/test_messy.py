"""The second bundled release: each defect of its documents and their order is found.

Its twins are silent. Whole audits are in `test_outcomes`; here only these two questions are asked.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from atom_release.gate.catalogue.origin_legs import FINDING_QUESTIONS
from atom_release.gate.facts.documents import DocumentsFacts
from atom_release.gate.facts.order import OrderFacts
from atom_release.gate.rules.documents import AGAINST_GATE
from atom_release.gate.vocabulary import Answer
from atom_release.lab.look import Look
from atom_release.probes.documents import probe_documents
from atom_release.probes.order import probe_order
from atom_release.reference.build import build
from atom_release.reference.scenarios import SCENARIOS, find, manifest_bytes
from atom_release.reference.scenarios.scenario import MESSY
from atom_release.source.commit import open_tree
from atom_release.source.manifest_file import parse_manifest

NAMES = sorted(name for name, scenario in SCENARIOS.items() if scenario.release == MESSY)


@pytest.mark.parametrize("name", NAMES)
def test_a_defect_is_found_and_nothing_else(name: str, tmp_path: Path) -> None:
    """Of what the gate finds beside it, the decision knows."""
    built = build(tmp_path / "release", name)
    manifest = parse_manifest(manifest_bytes(name), "release.yaml")
    tree = open_tree(built.repository, "HEAD")
    look = Look(manifest, tree, tmp_path, lambda: datetime.now(UTC))
    evidence, ordered = probe_documents(look), probe_order(look)
    facts, order = DocumentsFacts.read(evidence.facts), OrderFacts.read(ordered.facts)
    assert facts is not None, evidence.reason
    assert order is not None, ordered.reason
    scenario = find(name)
    kinds = {entry.id for entry in (*facts.contradictions, *order.contradictions)}
    finds = {kind for kind in scenario.finds if kind not in FINDING_QUESTIONS}
    assert ordered.answer is (Answer.NO if "AC5" in scenario.expects else Answer.YES)
    if "AC1" in scenario.expects:  # a count is in the snapshot too, and has a sum
        assert kinds >= finds
        assert evidence.answer is Answer.NO
    else:
        assert kinds == finds - {AGAINST_GATE}
        assert evidence.answer is Answer.YES


def test_scenarios_of_two_releases_do_not_stand_together() -> None:
    """One commit is of one release."""
    with pytest.raises(Exception, match="two releases"):
        find("messy-count+suite-overclaimed")
