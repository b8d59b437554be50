"""Every question of the catalogue has the model of its facts, and the model is where its name says.

That probes write what the model says is held by every test of a probe (`probes/conftest.py`).
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import atom_release
from atom_release.gate.catalogue import criteria, leg_specs
from atom_release.gate.facts.approval import ApprovalFacts
from atom_release.gate.facts.by_question import MODELS, read_facts
from atom_release.gate.facts.secrets import SecretsFacts
from atom_release.reference.scenarios import manifest_bytes
from atom_release.source.manifest_file import parse_manifest

ROOT = Path(atom_release.__file__).parent
SHOWN_ONLY = {"simulated-prometheus"}
DECLARED_ONLY = {
    "artifact",
    "addresses",
    "focus",
    "pull-requests",
    "routes",
    "surroundings",
    "validator",
    "documents",
    "order",
    "unapproved",
    "own-check",
    "own-probe",
}  # asked where a manifest has checks of its own
# Questions that share a module, because one probe answers both or both have the same facts.
SHARED = {"report": "claims", "tampered-artifact": "signature", "integration": "suite"}


def test_every_question_has_its_model() -> None:
    manifest = parse_manifest(manifest_bytes("green"), "release.yaml")
    questions = {
        leg.question
        for criterion in criteria.catalogue(manifest)
        for leg in leg_specs.legs(manifest, criterion.id)
    }
    assert MODELS.keys() == questions | SHOWN_ONLY | DECLARED_ONLY


@pytest.mark.parametrize("question", MODELS)
def test_a_model_stands_in_the_module_of_its_question(question: str) -> None:
    module = SHARED.get(question, question.replace("-", "_"))
    assert MODELS[question][0].__module__ == f"atom_release.gate.facts.{module}"


def test_no_probe_hands_a_bare_dict_to_its_evidence() -> None:
    """Facts go in through `to_json()` alone."""
    bare = {
        f"{path.relative_to(ROOT)}:{keyword.value.lineno}"
        for room in ("probes", "lab")
        for path in sorted((ROOT / room).rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("found")
        for keyword in call.keywords
        if keyword.arg == "facts" and isinstance(keyword.value, ast.Dict)
    }
    assert bare == set()


def test_what_nobody_declared_does_not_fit() -> None:
    assert read_facts("secrets", {"fingerprints": "a key", "values": ["x"]}) is None
    assert read_facts("approval", {"state_at_first": 200, "prepare_0": 200}) is not None
    assert read_facts("approval", {"state_at_first": 200, "prepared": 200}) is None
    assert read_facts("no such question", {}) is None


def test_what_was_not_set_is_not_written() -> None:
    assert SecretsFacts(fingerprints="a key").to_json() == {"fingerprints": "a key"}
    steps = {"state_at_first": 200, "prepare_0": 201, "prepare_10": 204}
    assert ApprovalFacts.model_validate(steps).to_json() == steps
