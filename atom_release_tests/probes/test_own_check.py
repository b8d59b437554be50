"""Checks of a release's own, run for real: alive, dead, broken, flaky, prying, writing, hanging."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.facts.own_check import OwnCheckFacts
from atom_release.gate.manifest import Manifest
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.look import Look
from atom_release.probes.own_check import probe_own_check
from atom_release.source.commit import open_tree
from atom_release_tests.fixtures.proving import Checked, checked

FILES = {
    "src/app.py": "def total(rows):\n    return sum(rows)\n",
    "check.py": (
        "import sys\nsys.path.insert(0, 'src')\nfrom app import total\n"
        "answer = total([1, 2])\nprint('total', answer == 3)\nsys.exit(answer != 3)\n"
    ),
    "controls/note.txt": "print\n",
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    made = checked(tmp_path_factory.mktemp("own"), FILES)
    edits = {
        "wrong": ("sum(rows)", "max(rows)"),
        "broken": ("sum(rows)", "sum(rows"),
        "blank": ("rows)\n", "rows  )\n"),
    }
    for name, edit in edits.items():
        patch = made.patch("src/app.py", *edit).patch
        (made.repository / "controls" / f"{name}.patch").write_bytes(patch)
    made.git("add", "-A")
    made.git("commit", "-q", "-m", "controls")
    (made.home / "keys").mkdir(parents=True)
    (made.home / "keys" / "gate.pem").write_text("the key")
    return made


def ask(place: Checked, scratch: Path, *run: str, **fields: Any) -> Evidence:  # noqa: ANN401 - the fields
    own = {"id": "L-1", "title": "own", "asks": "it holds", "run": run, **fields}
    own.setdefault("control", {"patch": "controls/wrong.patch"})
    release = {"phase": "C", "name": "x", "version": "1", "tag": "v1", "branch": "release/x"}
    services = [{"id": "C.1", "name": "s", "source": ["src"]}]
    manifest = Manifest.model_validate({"release": release, "services": services, "checks": [own]})
    look = Look(
        manifest,
        open_tree(place.repository, "HEAD"),
        scratch,
        lambda: datetime.now(UTC),
        hidden=(place.home, place.repository),
    )
    return probe_own_check(look, manifest.checks[0])


def state(evidence: Evidence) -> ControlState:
    assert evidence.control is not None, evidence.reason
    return evidence.control.state


@pytest.mark.slow
def test_a_check_that_finds_the_change_answers_yes(place: Checked, tmp_path: Path) -> None:
    """With a live control, the isolation that held, and facts that the rule reads."""
    evidence = ask(place, tmp_path, "{python}", "check.py")
    assert (evidence.answer, state(evidence)) == (Answer.YES, ControlState.ALIVE)
    assert evidence.isolation
    facts = OwnCheckFacts.read(evidence.facts)
    assert facts is not None
    assert [run.part for run in facts.runs][:2] == ["as it is", "control"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("control", "shown"),
    [
        ({"patch": "controls/blank.patch"}, ControlState.DEAD),
        ({"patch": "controls/broken.patch"}, ControlState.DEAD),
        ({"environment": {"PATH": "/nowhere"}}, ControlState.DEAD),
        ({"none": "there is nothing bad"}, ControlState.WEAK),
        (
            {"patch": "controls/wrong.patch", "harmless": "controls/blank.patch"},
            ControlState.ALIVE,
        ),
    ],
)
def test_the_control_is_shown_for_what_it_is(
    place: Checked, tmp_path: Path, control: dict[str, Any], shown: ControlState
) -> None:
    """Green with it, broken by it, no program found with it, none, and one that is right."""
    evidence = ask(place, tmp_path, "/usr/bin/env", "python3", "check.py", control=control)
    assert (evidence.answer, state(evidence)) == (Answer.YES, shown), evidence.reason


def test_a_red_check_answers_no_and_makes_no_control(place: Checked, tmp_path: Path) -> None:
    """It is asked three times: always red is red."""
    evidence = ask(place, tmp_path, "false")
    assert (evidence.answer, len(evidence.facts["runs"])) == (Answer.NO, 3)  # type: ignore[arg-type]


@pytest.mark.slow
def test_a_flaky_check_answers_no(place: Checked, tmp_path: Path) -> None:
    """The same tree passes and fails: it is green in some of its runs alone."""
    command = "test $(($(od -An -N1 -tu1 /dev/urandom) % 2)) = 0"
    evidence = ask(place, tmp_path, "sh", "-c", command, repeats=24)
    assert (evidence.answer, "flaky" in evidence.reason) == (Answer.NO, True)


def test_a_hanging_check_is_not_told(place: Checked, tmp_path: Path) -> None:
    """It meets its limit, which is no fault of the release's."""
    evidence = ask(place, tmp_path, "sleep", "60", timeout="1s")
    assert (evidence.answer, "time limit" in evidence.reason) == (Answer.UNKNOWN, True)


@pytest.mark.slow
def test_a_check_sees_no_key_and_writes_nowhere(place: Checked, tmp_path: Path) -> None:
    """What it tries to write is gone, and what it tries to read was never there."""
    key, outside = place.home / "keys" / "gate.pem", place.repository / "written"
    prying = (
        f"cat {key} && exit 1; touch {outside} && exit 1; touch {tmp_path}/written && exit 1;"
        " touch inside; grep -q sum src/app.py || { echo no sum; false; }"
    )
    before = stat.S_IMODE(key.stat().st_mode)
    evidence = ask(
        place,
        tmp_path,
        "sh",
        "-c",
        prying,
        control={"patch": "controls/wrong.patch", "says": "no sum"},
    )
    assert (evidence.answer, state(evidence)) == (Answer.YES, ControlState.ALIVE), evidence.reason
    assert "the key" not in evidence.model_dump_json()
    assert (outside.exists(), (tmp_path / "written").exists()) == (False, False)
    assert stat.S_IMODE(key.stat().st_mode) == before


def test_what_the_manifest_names_and_the_commit_lacks_is_told(
    place: Checked, tmp_path: Path
) -> None:
    """A patch that is not there, and one that does not apply: neither is a red."""
    lacking = ask(place, tmp_path, "true", control={"patch": "controls/none.patch"})
    assert (lacking.answer, "controls/none.patch" in lacking.reason) == (Answer.UNKNOWN, True)
    stale = ask(place, tmp_path, "true", control={"patch": "controls/note.txt"})
    assert (stale.answer, state(stale)) == (Answer.YES, ControlState.DEAD)
    assert "could not be made" in stale.reason
