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
from atom_release.probes.approval import probe_by_program, script
from atom_release.probes.approval.step_answer import judge_steps
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


def test_an_action_that_waits_for_nobody_is_a_no(tmp_path: Path) -> None:
    """By what is in the rows, whatever a program says of itself."""
    before = "    if not people:\n        raise"
    assert before in PIPELINE
    pipeline = PIPELINE.replace(before, "    if False:\n        raise")
    evidence = ask(tmp_path, BY_COMMAND, pipeline.replace("(people[0][0], ", '("nobody", '))
    assert evidence.answer is Answer.NO
    assert "without approval changed the rows" in evidence.reason


_IN_THE_BACKGROUND = """\
    if not people:
        import os, time
        if os.fork():
            return
        os.setsid()
        time.sleep(1.5)
        people = [("nobody",)]
"""


@pytest.mark.slow
def test_an_action_that_is_carried_out_behind_the_refusal_is_a_no(tmp_path: Path) -> None:
    """It ended well and had changed nothing then; a worker did it a moment later."""
    refuses = "    if not people:\n        raise PermissionError(name)\n"
    assert refuses in PIPELINE
    pipeline = PIPELINE.replace(refuses, _IN_THE_BACKGROUND)
    pipeline = pipeline.replace("= 1 WHERE", "= active + 1 WHERE")
    evidence = ask(tmp_path, BY_COMMAND, pipeline)
    assert evidence.answer is Answer.NO, evidence.reason
    assert "without approval changed the rows" in evidence.reason


NO_ROWS, ACTIVATED, OTHER = b"", b"'m2'|1\n", b"'m3'|1\n"
RECORD = f"'Ada'|{'a' * 64}|{'b' * 64}".encode()
FINE = script.Step(0, b"", "")


def _steps(
    *states: bytes,
    record: bytes = RECORD,
    act: script.Step = FINE,
    refused: script.Step = FINE,
    by_itself: bytes | None = None,
) -> dict[str, script.Step]:
    """Return what the steps left: the rows at each look, the record, and the action twice."""
    return {
        **{
            name: script.Step(0, rows, "") for name, rows in zip(script.STATES, states, strict=True)
        },
        script.BY_ITSELF: script.Step(0, states[3] if by_itself is None else by_itself, ""),
        "prepare_0": FINE,
        "act_without_approval": refused,
        "approve": FINE,
        "act_approved": act,
        "record": script.Step(0, record, ""),
    }


WAITED = (NO_ROWS, NO_ROWS, NO_ROWS, NO_ROWS, NO_ROWS, ACTIVATED)
BY_ITSELF = (NO_ROWS, ACTIVATED, ACTIVATED, ACTIVATED, ACTIVATED, ACTIVATED)
MISSING = script.Step(1, b"", "ModuleNotFoundError: No module named 'torch9'")
LEFT = {
    "it waited": (_steps(*WAITED), Answer.YES, "is recorded"),
    "it waited, and ended well": (_steps(*WAITED, refused=FINE), Answer.YES, "is recorded"),
    "it waited beside another that was active": (
        _steps(OTHER, OTHER, OTHER, OTHER, OTHER, OTHER + ACTIVATED),
        Answer.YES,
        "is recorded",
    ),
    "it happens by itself": (_steps(*BY_ITSELF), Answer.NO, "nobody's approval"),
    "it ended badly, and changed the rows": (
        _steps(NO_ROWS, NO_ROWS, ACTIVATED, ACTIVATED, ACTIVATED, ACTIVATED, refused=MISSING),
        Answer.NO,
        "without approval changed the rows",
    ),
    "it happens in the background": (
        _steps(NO_ROWS, NO_ROWS, NO_ROWS, ACTIVATED, ACTIVATED, ACTIVATED + OTHER),
        Answer.NO,
        "without approval changed the rows of the state some seconds later",
    ),
    "the rows hold the time": (
        _steps(NO_ROWS, NO_ROWS, NO_ROWS, OTHER, OTHER, ACTIVATED, by_itself=ACTIVATED),
        Answer.UNKNOWN,
        "change by themselves",
    ),
    "it leaves no record": (_steps(*WAITED, record=b"\n"), Answer.NO, "no record"),
    "it fails for what is not here": (
        _steps(*[NO_ROWS] * 6, act=MISSING, refused=MISSING),
        Answer.UNKNOWN,
        "No module named 'torch9'",
    ),
}


@pytest.mark.parametrize("name", LEFT)
def test_what_the_steps_left_decides(name: str) -> None:
    """Rows alone tell; what fails for what is not here decides nothing."""
    steps, answer, reason = LEFT[name]
    approval = manifest_of(BY_CALL).services[0].approval_by_program
    assert approval is not None
    judged, why, control = judge_steps(approval, steps)
    assert (judged, reason in why) == (answer, True), why
    assert (control is not None and control.state is ControlState.ALIVE) == (
        answer is Answer.YES or "record" in name
    )


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
