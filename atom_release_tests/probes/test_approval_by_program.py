"""The dangerous action of a release without HTTP: real programs, real rows, in the sandbox."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from atom_release.errors import ProbeFault
from atom_release.gate.facts.approval import ApprovalFacts
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.manifest import Manifest
from atom_release.gate.rules.ratchet import loosenings
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.look import Look
from atom_release.probes.approval import probe_by_program
from atom_release.source.commit import open_tree
from atom_release_tests.fixtures.dated import Step, history

PIPELINE = """\
import hashlib, sqlite3, sys

def database():
    place = sqlite3.connect("models.db", isolation_level=None)
    place.execute("CREATE TABLE IF NOT EXISTS models (name TEXT, active INTEGER)")
    place.execute("CREATE TABLE IF NOT EXISTS approvals (name TEXT, person TEXT)")
    place.execute("CREATE TABLE IF NOT EXISTS audit (person TEXT, before TEXT, after TEXT)")
    return place

def digest(place):
    rows = place.execute("SELECT * FROM models").fetchall()
    return hashlib.sha256(repr(rows).encode()).hexdigest()

def train(name):
    database().execute("INSERT INTO models VALUES (?, 0)", (name,))

def approve(name, person):
    database().execute("INSERT INTO approvals VALUES (?, ?)", (name, person))

def activate(name):
    place = database()
    people = place.execute("SELECT person FROM approvals WHERE name = ?", (name,)).fetchall()
    if not people:
        raise PermissionError(name)
    before = digest(place)
    place.execute("UPDATE models SET active = 1 WHERE name = ?", (name,))
    place.execute("INSERT INTO audit VALUES (?, ?, ?)", (people[0][0], before, digest(place)))

if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
"""
ACTIVE = {"sqlite": "models.db", "query": "SELECT name, active FROM models WHERE active ORDER BY 1"}
BY_CALL: dict[str, Any] = {
    "prepare": [{"call": "pipeline:train", "arguments": {"name": "m2"}}],
    "state": ACTIVE,
    "act": {"call": "pipeline:activate", "arguments": {"name": "m2"}},
    "approve": {"call": "pipeline:approve", "arguments": {"name": "m2", "person": "Ada"}},
    "record": {"sqlite": "models.db", "query": "SELECT * FROM audit"},
    "names": ["Ada"],
}
BY_COMMAND: dict[str, Any] = {
    **BY_CALL,
    "prepare": [{"run": ["{python}", "pipeline.py", "train", "m2"]}],
    "act": {"run": ["{python}", "pipeline.py", "activate", "m2"]},
    "approve": {"run": ["{python}", "pipeline.py", "approve", "m2", "Ada"]},
}


def manifest_of(approval: dict[str, Any], **suite: Any) -> Manifest:  # noqa: ANN401 - of a suite
    return Manifest.model_validate(
        {
            "release": {"phase": "M", "name": "x", "version": "1", "tag": "v1", "branch": "r/x"},
            "services": [
                {
                    "id": "M.1",
                    "name": "trainer",
                    "source": ["pipeline.py"],
                    "suite": {"paths": ["tests"], **suite},
                    "approval_by_program": approval,
                }
            ],
        }
    )


def ask(folder: Path, approval: dict[str, Any], pipeline: str = PIPELINE, **suite: Any) -> Evidence:  # noqa: ANN401 - of a suite
    files = {"pipeline.py": pipeline, "tests/test_pipeline.py": "def test_it():\n    pass\n"}
    history(folder / "repository", [Step(0, files)])
    manifest = manifest_of(approval, **suite)
    tree = open_tree(folder / "repository", "main")
    scratch = folder / "scratch"
    scratch.mkdir()
    look = Look(manifest, tree, scratch, lambda: datetime.now(UTC), hidden=(folder / "repository",))
    return probe_by_program(look, manifest.services[0])


def test_an_action_that_waits_for_a_person_is_answered_with_yes(tmp_path: Path) -> None:
    """Its rows change with the approval and not without; the record tells who, before and after."""
    evidence = ask(tmp_path, BY_CALL)
    assert evidence.answer is Answer.YES, evidence.reason
    assert evidence.control is not None
    assert evidence.control.state is ControlState.ALIVE
    facts = ApprovalFacts.read(evidence.facts)
    assert facts is not None
    assert facts.act_without_approval == 1
    assert facts.state_before_sha256 == facts.state_after_refusal_sha256
    assert facts.state_after_action_sha256 != facts.state_after_approval_sha256


BAD = {
    "it needs no approval": ("    if not people:\n        raise", "    if False:\n        raise"),
    "it happens by itself": ("VALUES (?, 0)", "VALUES (?, 1)"),
    "it leaves no record": ('    place.execute("INSERT INTO audit', '    print("INSERT INTO audit'),
}
REASONS = {
    "it needs no approval": "without approval changed the rows",
    "it happens by itself": "nobody's approval",
    "it leaves no record": "no record",
}


@pytest.mark.parametrize("name", sorted(BAD))
def test_an_action_that_waits_for_nobody_is_a_no(tmp_path: Path, name: str) -> None:
    """By what is in the rows, whatever a program says of itself."""
    before, after = BAD[name]
    assert before in PIPELINE
    pipeline = PIPELINE.replace(before, after)
    if "needs" in name:
        pipeline = pipeline.replace("(people[0][0], ", '("nobody", ')
    evidence = ask(tmp_path, BY_COMMAND, pipeline)
    assert (evidence.answer, REASONS[name] in evidence.reason) == (Answer.NO, True), evidence.reason


def test_what_fails_for_what_is_not_here_decides_nothing(tmp_path: Path) -> None:
    """The action is refused then for another reason, and never happens."""
    evidence = ask(
        tmp_path, BY_CALL, PIPELINE.replace("    people =", "    import torch9\n    people =")
    )
    assert evidence.answer is Answer.UNKNOWN
    assert "No module named 'torch9'" in evidence.reason


@pytest.mark.slow
def test_the_rows_may_be_of_the_suites_postgresql(tmp_path: Path) -> None:
    """Without one they cannot be asked."""
    pipeline = PIPELINE.replace("hashlib, sqlite3", "hashlib, os, psycopg").replace("?", "%s")
    pipeline = pipeline.replace(
        'sqlite3.connect("models.db", isolation_level=None)',
        'psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)',
    )
    rows = {name: {"query": BY_CALL[name]["query"]} for name in ("state", "record")}
    rows["state"]["query"] = ACTIVE["query"].replace("WHERE active", "WHERE active = 1")
    with pytest.raises(ProbeFault, match="needs none"):
        ask(tmp_path / "none", {**BY_CALL, **rows}, pipeline)
    given = {"needs": ["postgres"], "environment": {"DATABASE_URL": "{postgres}"}}
    evidence = ask(tmp_path / "some", {**BY_CALL, **rows}, pipeline, **given)
    assert evidence.answer is Answer.YES, evidence.reason


def test_a_manifest_says_how_and_once() -> None:
    """A step is a command or a function; fewer names in the record ask less."""
    with pytest.raises(ValidationError, match="one of them"):
        manifest_of({**BY_CALL, "act": {"run": ["x"], "call": "pipeline:activate"}})
    with pytest.raises(ValidationError, match="arguments"):
        manifest_of({**BY_CALL, "act": {"run": ["x"], "arguments": {"a": 1}}})
    strict, loose = manifest_of(BY_CALL), manifest_of({**BY_CALL, "names": []})
    assert [entry.criterion for entry in loosenings(strict, loose)] == ["P-3"]
