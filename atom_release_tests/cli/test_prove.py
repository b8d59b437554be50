"""`prove` as a person, a pipeline and a hook of git meet it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from atom_release.gate.documents.attestation import TEST_RESULT
from atom_release.gate.documents.vsa import PAYLOAD_TYPE
from atom_release.records import canonical, signing
from atom_release.records.signing_keys import ensure_key
from atom_release_tests.fixtures.calling import Caller
from atom_release_tests.fixtures.proving import Checked, checked

PAGE = Path(__file__).parents[2] / "docs" / "prove.md"
CHECK = ("--", "sh", "-c", "! grep -rn TODO src || exit 1")


@pytest.fixture
def place(tmp_path: Path) -> Checked:
    made = checked(tmp_path, {"src/app.txt": "done\n"})
    patch = made.patch("src/app.txt", "done", "TODO").patch
    controls = made.repository / "controls"
    controls.mkdir()
    (controls / "no-todo.patch").write_bytes(patch)
    made.git("add", "-A")
    made.git("commit", "-q", "-m", "control")
    return made


def test_one_document_says_all_and_the_attestation_names_it(
    place: Checked, call: Caller, tmp_path: Path
) -> None:
    """Signed by the given key; its subject is the commit, and it holds the document's digest."""
    control = str(place.repository / "controls" / "no-todo.patch")
    key, written = tmp_path / "key.pem", tmp_path / "proof.json"
    pair = ensure_key(key)
    words = ["prove", "--repo", str(place.repository), "--control", control, "--json"]
    words += ["--attestation", str(written), "--key", str(key), *CHECK]
    done = call(*words, home=place.home)
    assert done.returncode == 0, done.stdout
    document = json.loads(done.stdout)
    assert (document["$id"], document["state"]) == ("urn:atom-release:schema:proof:1", "proven")
    statement = json.loads(signing.verify(written.read_bytes(), pair.public, PAYLOAD_TYPE))
    assert statement["predicateType"] == TEST_RESULT
    head = place.git("rev-parse", "HEAD").strip()
    assert statement["subject"] == [{"name": "commit", "digest": {"gitCommit": head}}]
    digest = hashlib.sha256(canonical.encode(document)).hexdigest()
    assert statement["predicate"] == {
        "result": "PASSED",
        "configuration": [{"name": "proof", "digest": {"sha256": digest}}],
        "passedTests": ["green as it is", "red with the known-bad change"],
        "warnedTests": [],
        "failedTests": [],
    }
    schema = json.loads(call("schema", "--proof", home=place.home).stdout)
    assert schema["$id"] == document["$id"]


@pytest.mark.slow
def test_the_exit_status_says_what_came_of_it(place: Checked, call: Caller, tmp_path: Path) -> None:
    """A dead control is 5 and says what to do; the words of the command are its own."""
    control = str(place.repository / "controls" / "no-todo.patch")
    words = ("prove", "--repo", str(place.repository), "--control", control)
    dead = call(*words, "--", "echo", "--json", home=place.home)
    assert (dead.returncode, "DEAD" in dead.stdout, "next:" in dead.stdout) == (5, True, True)
    unsigned = tmp_path / "proof.json"
    red = call(*words, "--attestation", str(unsigned), "--", "false", home=place.home)
    assert red.returncode == 1
    statement = json.loads(unsigned.read_bytes())
    assert statement["predicate"]["result"] == "FAILED"
    assert statement["predicate"]["failedTests"] == ["green as it is"]


@pytest.mark.parametrize(
    "words",
    [
        ["--", "true"],
        ["--control", "nowhere.patch", "--", "true"],
        ["--file", "x", "--", "true"],
        ["--file", "../x=/dev/null", "--", "true"],
        ["--environment", "A=1", "--verdict", "tap", "--", "true"],
        ["--environment", "A=1", "--timeout", "soon", "--", "true"],
        ["--environment", "A=1", "--pass", "SURELY_NOT_SET", "--", "true"],
        ["--environment", "A=1", "--key", "k", "--", "true"],
        ["--environment", "A=1", "--directory", "nowhere", "--", "true"],
        ["--environment", "A=1", "--rev", "nowhere", "--", "true"],
        ["--environment", "A=1"],
    ],
)
def test_what_cannot_be_asked_is_misuse(place: Checked, call: Caller, words: list[str]) -> None:
    """It is 2 before anything is run."""
    done = call("prove", "--repo", str(place.repository), *words, home=place.home)
    assert done.returncode == 2, done.stdout


def _block(kind: str) -> str:
    match = re.search(rf"^```{kind}\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert match
    return match[1]


@pytest.mark.slow
def test_the_hook_of_the_page_lets_a_good_commit_out_and_no_other(place: Checked) -> None:
    """A real push to a bare repository: what has the bad thing, and a check gone blind, stay."""
    origin = place.repository.parent / "origin.git"
    subprocess.run(["git", "init", "-q", "--bare", str(origin)], check=True)  # noqa: S607 - git of the PATH
    hook = place.repository / ".git" / "hooks" / "pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(_block("sh"))
    hook.chmod(0o755)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "ATOM_RELEASE_HOME": str(place.home)}

    def push() -> tuple[bool, str]:
        command = ["git", "-C", str(place.repository), "push", "-q", str(origin), "main"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        return done.returncode == 0, done.stdout + done.stderr

    pushed, output = push()
    assert pushed, output
    head = place.git("rev-parse", "HEAD").strip()
    (place.repository / "src" / "more.txt").write_text("TODO\n")
    place.git("add", "-A")
    place.git("commit", "-q", "-m", "bad")
    refused, output = push()
    assert (refused, "RED" in output) == (False, True)
    place.git("reset", "-q", "--hard", head)
    place.git("mv", "src", "lib")
    place.git("commit", "-q", "-m", "move what the check looks at")
    blind, output = push()
    assert (blind, "does not apply" in output) == (False, True)
    assert place.git("ls-remote", str(origin), "main").split()[0] == head


def test_the_workflow_of_the_page_is_one() -> None:
    """It is YAML with jobs and steps, and its command is one that the command line takes."""
    workflow = yaml.safe_load(_block("yaml"))
    steps = workflow["jobs"]["checks"]["steps"]
    assert all(set(step) <= {"uses", "with", "run", "name", "if"} for step in steps)
    command = next(step["run"] for step in steps if "prove" in step.get("run", ""))
    assert command.startswith("atom-release prove --control controls/")
    assert command.endswith("-- ruff check .")
