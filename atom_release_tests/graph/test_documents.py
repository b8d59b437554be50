"""A release with documents of its own, through the whole graph: what a user gets to see of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from atom_release.cli.decision_lines import lines
from atom_release.graph.blueprint import Blueprint
from atom_release.graph.building import build_definitions
from atom_release.release.subject import manifest_for_loading
from atom_release_tests.fixtures import tiny
from atom_release_tests.fixtures.judged import judge, outcomes

MANIFEST = tiny.MANIFEST.replace("acts: ACTS", "documents: [docs/final.md]\nacts: ACTS")
FINAL = "# Final\n\n## Tasks\n\n| Task | Status | Output |\n|---|---|---|\n| X.1 | PASS | `run.json` |\n"


@pytest.mark.slow
def test_what_contradicts_is_shown_wherever_the_decision_is(tmp_path: Path) -> None:
    """On the terminal, the page and in the ledger; AC1 fails only against a report."""
    release = tiny.make(tmp_path, manifest=MANIFEST)
    release.commit("docs/run.json", '{"status": "down"}\n')
    release.commit("docs/final.md", FINAL)
    decision = judge(release.settings, acts=False).decision
    assert outcomes(decision)["AC1"] == "PASS"
    assert [entry.id for entry in decision.contradictions] == ["passed-against-its-file"]
    shown = "\n".join(line.text for line in lines(decision, 80))
    assert all(len(line) <= 80 for line in shown.splitlines())
    assert "docs/final.md:7" in shown
    out = Path(release.settings.out)
    for name in ("Aggregated.md", "Report.html"):
        assert "docs/final.md" in (out / f"PhaseX_{name}").read_text(), name
    sarif = (out / "PhaseX_PolicyCheck.sarif").read_text()
    assert "AC1/documents/passed-against-its-file" in sarif
    assert "What came when" in (out / "PhaseX_Report.html").read_text()
    stored = json.loads((out / "PhaseX_Documents.json").read_bytes())
    assert [piece["subject"] for piece in stored["evidence"]] == ["release"]
    release.commit("docs/final.md", FINAL.replace("PASS", "FAIL"))
    refused = judge(release.settings, acts=False).decision
    assert outcomes(refused)["AC1"] == "FAIL"


def test_documents_are_an_asset_of_those_that_name_them(tmp_path: Path) -> None:
    """Another release's graph is as it was."""
    release = tiny.make(tmp_path, manifest=MANIFEST)
    blueprint = Blueprint(manifest_for_loading(release.settings))
    graph = build_definitions([blueprint], settings=release.settings).resolve_asset_graph()
    assert blueprint.key("documents") in graph.get_all_asset_keys()
    plain = tiny.make(tmp_path / "plain").definitions().resolve_asset_graph()
    assert not [key for key in plain.get_all_asset_keys() if "documents" in key.path]
