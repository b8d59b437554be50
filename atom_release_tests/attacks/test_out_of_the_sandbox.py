"""The manifest is the author's too: what it names must not lead its code out of the sandbox."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path

import pytest

from atom_release.errors import Refused
from atom_release.gate.vocabulary import Outcome, Verdict
from atom_release_tests.fixtures import searched, tiny
from atom_release_tests.fixtures.asking import asking
from atom_release_tests.fixtures.attempts import act, judge_unaided
from atom_release_tests.fixtures.tiny import Tiny

MANIFEST = """\
release: {{phase: X, name: Example, version: v1, tag: v1-phaseX, branch: review/PhaseX, base: main}}
services:
  - id: X.1
    name: one
    source: [src]
    report: reports/X.1.md
    suite: {{paths: [tests], repeats: 1, {suite}}}
{asking}acts: on
"""
COMMAND = 'control: weak, interpreter: {}, command: [/usr/bin/python3, tests/run.py, "{{junit}}"]'
THIEF = """\
import pathlib, sys
print(pathlib.Path({secret!r}).read_text())
for place in map(pathlib.Path, {places!r}):
    print(place.read_text() if place.is_file() else list(place.iterdir()))
pathlib.Path({escaped!r}).write_text("out")
pathlib.Path(sys.argv[1]).write_text(
    '<testsuites><testsuite tests="1"><testcase classname="t" name="a"/></testsuite></testsuites>'
)
"""
TEST = "from src.one import one\n\n\ndef test_one() -> None:\n    assert one() == 1\n"


def release_of(place: Path, suite: str, **files: str) -> Tiny:
    """Return a release with this suite, and these files below `tests`."""
    manifest = MANIFEST.format(suite=suite, asking=asking("X.1", "AC1", "AC5"))
    release = tiny.make(place, manifest=manifest)
    for name, content in files.items():
        release.commit(f"tests/{name}.py", content)
    return release


@pytest.mark.parametrize(
    "interpreter", ["/usr/../bin/python3", "/usr/./../usr/bin/python3", "{place}/bin/python3"]
)
def test_an_interpreter_by_which_no_view_can_be_made(interpreter: str, tmp_path: Path) -> None:
    """It was run again as root and without namespaces: it read the gate's key and pushed the tag."""
    secret, escaped = tmp_path / "lib" / "secret", tmp_path / "escaped"
    value = f"planted{secrets.token_hex(12)}"
    secret.parent.mkdir()
    secret.write_text(value)
    (tmp_path / "bin" / "python3").mkdir(parents=True)  # a folder may be entered, so "executable"
    home = tmp_path / "r" / "home"
    thief = THIEF.format(
        secret=str(secret), escaped=str(escaped), places=[str(home / "keys" / "gate.pem")]
    )
    suite = COMMAND.format(interpreter.format(place=tmp_path))
    release = release_of(tmp_path / "r", suite, run=thief)
    decision = judge_unaided(release, "first")
    assert decision.verdict is not Verdict.GREEN, decision.reason
    with pytest.raises(Refused):
        act(release, "first")
    key = (home / "keys" / "gate.pem").read_text().splitlines()[1]
    where, _ = searched.find_values([Path(release.settings.out)], {"secret": value, "key": key})
    assert (where, escaped.exists(), release.tags()) == (set(), False, {})


def test_an_interpreter_that_is_one_is_used(tmp_path: Path) -> None:
    """The honest twin."""
    suite = f"interpreter: {sys.executable}"
    release = release_of(tmp_path / "r", suite, test_one=TEST)
    decision = judge_unaided(release, "first")
    assert decision.criterion("X.1").outcome is Outcome.PASS, decision.criterion("X.1").reason
    act(release, "first")
    assert len(release.tags()) == 2
