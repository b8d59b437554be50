"""Records, suites and words that speak against a person's approval, in real commits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.facts.unapproved import UnapprovedFacts
from atom_release.gate.manifest import Manifest
from atom_release.gate.rules import unapproved as rule
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.look import Look
from atom_release.probes.unapproved import probe_unapproved
from atom_release.source.commit import open_tree
from atom_release_tests.fixtures.dated import Step, history

POLICIES = "# Policy check\n\n## Policy Compliance\n\n| Policy | Status |\n|---|---|\n| P-3 Safety | {} |\n"
SAME = "2026-01-02T03:04:05"
RECORDS: Mapping[str, tuple[str, str]] = {
    "model_versions.csv": (f"id,created_at,activated_at\n1,{SAME}Z,{SAME}Z\n", rule.ROW),
    "releases.json": ('{"releases": [{"status": "active", "approved_by": null}]}', rule.ROW),
    "dump.sql": (
        (
            "INSERT INTO model_versions (id, note, created_at, activated_at) VALUES\n"
            f"  (1, 'a, (b)', '{SAME}', '{SAME}');\n"
        ),
        rule.ROW,
    ),
    "copy.sql": (
        "COPY public.workflows (id, is_active, approver) FROM stdin;\n1\tt\t\\N\n\\.\n",
        rule.ROW,
    ),
    "later_models.csv": (f"id,created_at,activated_at\n1,{SAME}Z,2026-01-03T03:04:05Z\n", ""),
    "approved_models.csv": (f"id,created_at,activated_at,approved_by\n1,{SAME}Z,{SAME}Z,Ada\n", ""),
    "pending_models.json": ('[{"status": "pending", "approved_by": ""}]', ""),
    "model_days.csv": ("id,created_at,activated_at\n1,2026-01-02,2026-01-02\n", ""),
    "users.csv": (f"id,created_at,activated_at\n1,{SAME}Z,{SAME}Z\n", ""),
    "tests/models.csv": (f"id,created_at,activated_at\n1,{SAME}Z,{SAME}Z\n", ""),
}
SUITES: Mapping[str, tuple[str, str]] = {
    "test_without.py": (
        "def test_activation_without_approval():\n    assert run()['activated']\n",
        rule.TEST,
    ),
    "test_auto.py": ("def test_auto_activation(model):\n    assert model.is_active\n", rule.TEST),
    "test_refused.py": (
        (
            "def test_activation_without_approval():\n    assert run().status == 403\n"
            "    assert not run().active\n"
        ),
        "",
    ),
    "test_approved.py": (
        "def test_auto_activation(model):\n    approve(model)\n    assert model.active\n",
        "",
    ),
    "test_other.py": ("def test_user_is_active(user):\n    assert user.is_active\n", ""),
}
CODE: Mapping[str, tuple[str, str]] = {
    "auto.py": ("# Auto-activation if performance improved\n", rule.AUTOMATIC),
    "promote.py": ("def auto_promote_model(model):\n    pass\n", rule.AUTOMATIC),
    "never.py": ("# No auto-activation: a person approves\n", ""),
    "off.py": ("AUTO_ACTIVATE = False\n", ""),
    "accounts.py": ("# Auto-activation of user accounts\n", ""),
    "types.py": ("# integers are auto-promoted to float\n", ""),
}


def ask(folder: Path, files: Mapping[str, str]) -> tuple[UnapprovedFacts, Evidence]:
    history(folder / "repository", [Step(0, files)])
    manifest = Manifest.model_validate(
        {
            "release": {"phase": "M", "name": "x", "version": "1", "tag": "v1", "branch": "r/x"},
            "documents": ["docs/policies.md"],
            "services": [
                {"id": "M.1", "name": "x", "source": ["src"], "suite": {"paths": ["suite"]}}
            ],
        }
    )
    tree = open_tree(folder / "repository", "main")
    evidence = probe_unapproved(Look(manifest, tree, folder, lambda: datetime.now(UTC)))
    facts = UnapprovedFacts.read(evidence.facts)
    assert facts is not None
    assert facts.contradictions == rule.contradictions(facts)
    return facts, evidence


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[str]]:
    """What is found of each file of one tree."""
    files = {f"data/{name}": text for name, (text, _) in RECORDS.items()}
    files |= {f"suite/{name}": text for name, (text, _) in SUITES.items()}
    files |= {f"src/{name}": text for name, (text, _) in CODE.items()}
    files["docs/policies.md"] = POLICIES.format("PASS")
    facts, _ = ask(tmp_path_factory.mktemp("unapproved"), files)
    return {
        path.partition("/")[2]: [
            entry.id
            for entry in facts.contradictions
            if path in {entry.first.path, entry.second.path if entry.second else ""}
        ]
        for path in files
    }


@pytest.mark.parametrize("name", [*RECORDS, *SUITES, *CODE])
def test_what_needs_no_approval_is_named(named: Mapping[str, list[str]], name: str) -> None:
    """And what only looks like it accuses nobody."""
    kind = {**RECORDS, **SUITES, **CODE}[name][1]
    assert named[name] == ([kind] if kind else [])


def test_words_alone_contradict_nothing(tmp_path: Path) -> None:
    """Where nobody says that P-3 passed, a release may activate what it likes."""
    files = {"src/auto.py": CODE["auto.py"][0], "docs/policies.md": POLICIES.format("FAIL")}
    facts, evidence = ask(tmp_path, files)
    assert evidence.answer is Answer.YES
    assert evidence.control is not None
    assert evidence.control.state is ControlState.ALIVE
    assert len(facts.automatic) == 1
    assert facts.contradictions == []
