"""A release with checks of its own, through the whole graph."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from atom_release.gate.documents.rows import rows
from atom_release.graph.blueprint import Blueprint
from atom_release.graph.building import build_definitions
from atom_release.release.subject import manifest_for_loading
from atom_release_tests.fixtures import tiny
from atom_release_tests.fixtures.asking import asking
from atom_release_tests.fixtures.judged import judge, outcomes
from atom_release_tests.fixtures.tiny import Tiny

CHECKS = """\
checks:
  - id: L-1
    title: No debug output
    asks: No file of the sources prints.
    run: [sh, -c, "! grep -rn print src"]
    control: {files: {src/one.py: controls/print.txt}}
  - id: L-2
    title: Nothing to be found
    asks: It is true.
    run: ["true"]
    control: {none: what is always true has no bad change}
roll_ups: {AC3: [AC5, L-1]}
"""
MANIFEST = f"""\
release: {{phase: X, name: Example, version: v1, tag: v1-phaseX, branch: review/PhaseX, base: main}}
services:
  - {{id: X.1, name: one, source: [src], report: reports/X.1.md}}
{CHECKS}{asking("AC1", "AC5")}acts: ACTS
"""


def _release(place: Path) -> Tiny:
    made = tiny.make(place, manifest=MANIFEST)
    made.commit("controls/print.txt", "print('here')\n")
    return made


@pytest.mark.slow
def test_own_checks_are_shown_signed_tagged_and_rolled_up(tmp_path: Path) -> None:
    """Beside AC1 and AC5, in the asset checks, the reports and the statement."""
    release = _release(tmp_path)
    result = judge(release.settings)
    decision = result.decision
    assert outcomes(decision) == {"AC1": "PASS", "AC5": "PASS", "L-1": "PASS", "L-2": "PASS"}
    assert "by a weak control: L-2" in decision.reason
    rolled = {row.name: row.members for row in rows(decision) if row.members}
    assert rolled["AC3"] == ("AC5", "L-1")
    assert "v1-phaseX" in " ".join(release.tags())
    stored = Path(release.settings.out) / "PhaseX_OwnChecks.json"
    assert {piece["subject"] for piece in json.loads(stored.read_bytes())["evidence"]} == {
        "L-1",
        "L-2",
    }
    release.commit("src/one.py", "print(1)\n")
    red = judge(release.settings, acts=False).decision
    assert outcomes(red)["L-1"] == "FAIL"


def test_own_checks_are_an_asset_of_those_that_have_them(tmp_path: Path) -> None:
    """With one asset check for each; another release's graph is as it was."""
    release = _release(tmp_path)
    blueprint = Blueprint(manifest_for_loading(release.settings))
    definitions = build_definitions([blueprint], settings=release.settings)
    graph = definitions.resolve_asset_graph()
    key = blueprint.key("own_checks")
    assert key in graph.get_all_asset_keys()
    assert {check.name for check in graph.asset_check_keys if check.asset_key == key} == {
        "L_1",
        "L_2",
    }
    assert not graph.get(key).parent_keys
    plain = tiny.make(tmp_path / "plain").definitions().resolve_asset_graph()
    assert not [key for key in plain.get_all_asset_keys() if "own_checks" in key.path]


def test_checks_beside_services_wait_for_what_measures_them(tmp_path: Path) -> None:
    """The rehearsal is one user's at a time."""
    text = MANIFEST.replace(
        "report: reports/X.1.md}", "report: reports/X.1.md, start: {command: [x]}}"
    )
    text = text.replace('["true"]', '["true"]\n    services: [X.1]')
    release = tiny.make(tmp_path, manifest=text)
    blueprint = Blueprint(manifest_for_loading(release.settings))
    graph = build_definitions([blueprint], settings=release.settings).resolve_asset_graph()
    assert graph.get(blueprint.key("own_checks")).parent_keys == {blueprint.key("policy_check")}
