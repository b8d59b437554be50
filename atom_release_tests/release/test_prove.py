"""Checks of real commands in real repositories: proven, dead, weak, flaky, red, and not told."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from atom_release.gate.documents.proof import ProofDocument
from atom_release.lab.proof.change import Change
from atom_release_tests.fixtures.proving import Checked, checked

_TOTAL = "def total(rows):\n    return sum(rows)\n"
_ASK = """\
import sys
from app import total
answer = total([1, 2])
if answer != 3:
    print(f"the total is {answer}, not 3")
    sys.exit(1)
"""
_JUNIT = """\
import sys
cases = []
for name, right in (("sum", 3), ("none", 0)):
    try:
        from app import total
        bad = "" if total([1, 2] if right else []) == right else "AssertionError: total"
        kind = "failure"
    except Exception as error:
        bad, kind = type(error).__name__, "error"
    inner = f'<{kind} message="{bad}"/>' if bad else ""
    cases.append(f'<testcase classname="t" name="{name}">{inner}</testcase>')
open(sys.argv[1], "w").write(f"<testsuite>{''.join(cases)}</testsuite>")
sys.exit("message" in "".join(cases))
"""
_SARIF = """\
import json
bad = [n for n, line in enumerate(open("app.py"), 1) if "eval" in line]
place = {"artifactLocation": {"uri": "app.py"}}
results = [
    {"ruleId": "no-eval", "locations": [{"physicalLocation": {**place, "region": {"startLine": n}}}]}
    for n in bad
]
print(json.dumps({"version": "2.1.0", "runs": [{"results": results}]}))
"""
FILES = {
    "app.py": _TOTAL,
    "tools/ask.py": _ASK,
    "tools/junit.py": _JUNIT,
    "tools/sarif.py": _SARIF,
    "tools/headers.sh": '#!/bin/sh\ngrep -q Licence notice.txt || { echo "no header"; exit 1; }\n',
    "tools/known.sh": '#!/bin/sh\ntest "$(sha1sum app.py tools/ask.py)" = "$(cat sums)"\n',
    "notice.txt": "Licence: none\nsecond\n",
}
PYTHON = ("/usr/bin/env", "PYTHONPATH=.", sys.executable)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    return checked(tmp_path_factory.mktemp("checked"), FILES)


def _states(document: ProofDocument) -> list[str]:
    return [f"{run.part}: {run.state}" for run in document.check.runs]


@pytest.mark.slow
def test_a_check_that_finds_the_change_is_proven(place: Checked) -> None:
    """Green, red for a reason of its own, green again; and the work tree is as it was."""
    before = sorted(str(path) for path in place.repository.rglob("*"))
    bad = place.patch("app.py", "sum(rows)", "sum(rows) + 1")
    document = place.prove(*PYTHON, "tools/ask.py", change=bad)
    assert (document.state, "the total is 4" in document.reason) == ("proven", True)
    assert _states(document) == [
        "as it is: green",
        "control: red",
        "emptied: green",
        "broken: red",
        "as it is: green",
    ]
    assert document.isolation
    assert sorted(str(path) for path in place.repository.rglob("*")) == before
    assert place.git("status", "--porcelain") == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("edit", "state", "says"),
    [
        (("app.py", "rows)\n", "rows  )\n"), "dead", "as green as without"),
        (("app.py", "sum(rows)", "sum(rows"), "dead", "cannot be read"),
        (("app.py", "def total", "import nowhere\ndef total"), "dead", "cannot even start"),
        (("tools/ask.py", "!= 3", "!= 4"), "dead", "to the check itself"),
    ],
)
def test_a_control_that_shows_nothing_is_dead(
    place: Checked, edit: tuple[str, str, str], state: str, says: str
) -> None:
    """It is not found, breaks the start, or changes the check and not what the check looks at."""
    document = place.prove(
        sys.executable, "tools/ask.py", change=place.patch(*edit), passed={"PYTHONPATH": "."}
    )
    assert (document.state, says in document.reason) == (state, True), document.reason


@pytest.mark.slow
def test_a_red_that_anything_broken_has_is_weak_unless_it_says_its_reason(place: Checked) -> None:
    """A missing header is missing from an empty file too; `says` is what tells them apart."""
    bad = place.patch("notice.txt", "Licence", "Nothing")
    document = place.prove("tools/headers.sh", change=bad)
    assert document.state == "weak"
    assert place.prove("tools/headers.sh", change=bad, says="no header").state == "proven"
    assert place.prove("tools/headers.sh", change=bad, says="no footer").state == "weak"


def test_a_silent_check_is_told_by_its_status(place: Checked) -> None:
    """It prints nothing; an emptied tree and a spoilt file leave it green."""
    bad = place.patch("app.py", "sum(rows)", "eval('1')")
    document = place.prove("sh", "-c", "! grep -q eval app.py", change=bad)
    assert document.state == "proven"


def test_a_check_that_any_change_turns_is_dead(tmp_path: Path) -> None:
    """The harmless change shows it; without that it would be taken for proven."""
    seal = '#!/bin/sh\ntest "$(git hash-object app.py)" = "$(cat seal)" || echo \'not sealed\' && test "$(git hash-object app.py)" = "$(cat seal)"\n'
    place = checked(tmp_path, {"app.py": _TOTAL, "check.sh": seal, "seal": "x"})
    (place.repository / "seal").write_text(place.git("hash-object", "app.py"))
    place.git("commit", "-q", "-a", "-m", "seal")
    bad = place.patch("app.py", "sum(rows)", "0")
    harmless = place.patch("app.py", "def", "# nothing\ndef")
    document = place.prove("./check.sh", change=bad, harmless=harmless)
    assert (document.state, "harmless" in document.reason) == ("dead", True)


@pytest.mark.slow
def test_tests_tell_what_turned(place: Checked) -> None:
    """By JUnit: one of two tests turned; and where none could run, none turned."""
    command = (sys.executable, "tools/junit.py", "{junit}")
    options: dict[str, Any] = {"verdict": "junit", "passed": {"PYTHONPATH": "."}}
    bad = place.patch("app.py", "sum(rows)", "sum(rows[1:])")
    document = place.prove(*command, change=bad, **options)
    assert (document.state, document.check.red and document.check.red.turned) == (
        "proven",
        ["t::sum"],
    )
    broken = place.patch("app.py", "def total", "raise OSError\ndef total")
    dead = place.prove(*command, change=broken, **options)
    assert (dead.state, len(dead.check.red.lost if dead.check.red else [])) == ("dead", 2)


@pytest.mark.slow
def test_results_and_values_are_read_from_what_is_printed(place: Checked) -> None:
    """SARIF names the rule and the place; a value is compared."""
    bad = place.patch("app.py", "sum(rows)", "eval('1')")
    results = place.prove(sys.executable, "tools/sarif.py", change=bad, verdict="sarif")
    assert (results.state, "no-eval app.py:2" in results.reason) == ("proven", True)
    counted = "import json; print(json.dumps({'n': open('app.py').read().count('eval')}))"
    value = place.prove(sys.executable, "-c", counted, change=bad, verdict="/n < 1")
    assert (value.state, "/n = 1" in value.reason) == ("proven", True)
    nothing = place.prove(sys.executable, "-c", "print('x')", change=bad, verdict="/n < 1")
    assert (nothing.state, "no JSON" in nothing.reason) == ("untold", True)


@pytest.mark.slow
def test_planted_files_variables_and_commands_are_changes_too(place: Checked) -> None:
    """A planted file is committed in the copy, so that a check by git sees it."""
    planted = place.prove(
        "sh",
        "-c",
        "! git ls-files | grep -x planted.txt && git diff --quiet HEAD",
        change=Change(files={"planted.txt": b"x\n"}),
    )
    assert planted.state == "proven"
    variable = Change(environment={"LEVEL": "9"})
    assert place.prove("sh", "-c", 'test "$LEVEL" != 9', change=variable).state == "proven"
    edited = Change(command="sed -i 's/sum/max/' app.py")
    assert place.prove("sh", "-c", "grep -q sum app.py", change=edited).state == "weak"
    stated = place.prove(
        "sh", "-c", "grep -q sum app.py || { echo no sum; false; }", change=edited, says="no sum"
    )
    assert stated.state == "proven"
    failing = place.prove("true", change=Change(command="false"))
    assert (failing.state, "command before it" in failing.reason) == ("untold", True)


def test_red_as_it_is_is_asked_again(place: Checked) -> None:
    """Always red is red, and then no control is made."""
    red = place.prove("false", change=place.patch("app.py", "sum(rows)", "max(rows)"))
    assert (red.state, _states(red)) == ("red", ["as it is: red"] * 3)


@pytest.mark.slow
def test_what_the_machine_lacks_is_no_red(place: Checked) -> None:
    """No such program, a hanging one, no network, and a file that is not shown."""
    bad = place.patch("app.py", "sum(rows)", "max(rows)")
    assert place.prove("no-such-program", change=bad).state == "untold"
    hanging = place.prove("sleep", "60", change=bad, wall=1)
    assert (hanging.state, "time limit" in hanging.reason) == ("untold", True)
    asking = "import urllib.request as r; r.urlopen('http://192.0.2.1/', timeout=5)"
    assert place.prove(sys.executable, "-c", asking, change=bad).state == "untold"
    hidden = place.prove("cat", str(place.repository / "app.py"), change=bad)
    assert (hidden.state, "outside what the check may see" in hidden.reason) == ("untold", True)


@pytest.mark.slow
def test_nothing_outside_is_written_and_no_key_is_read(place: Checked) -> None:
    """The check runs apart: its own copy is all that it can change, and that is thrown away."""
    key = place.home / "keys" / "gate.pem"
    key.parent.mkdir(parents=True, exist_ok=True)
    key.write_text("the key")
    bad = place.patch("app.py", "sum(rows)", "max(rows)")
    reads = f"! cat {key} 2>/dev/null && grep -q sum app.py"
    assert place.prove("sh", "-c", reads, change=bad, says="").state == "weak"
    writes = f"touch {place.repository}/written app.new 2>/dev/null; grep -q sum app.py"
    place.prove("sh", "-c", writes, change=bad)
    assert not (place.repository / "written").exists()
    assert not (place.repository / "app.new").exists()


def test_a_patch_that_does_not_fit_is_told(place: Checked) -> None:
    """It is no fault of the check's, and no misuse: trees move on."""
    bad = place.patch("app.py", "sum(rows)", "max(rows)")
    other = Change(bad.patch.replace(b"sum(rows)", b"sum(lines)"), name="old.patch")
    document = place.prove("true", change=other)
    assert (document.state, "could not be made" in document.reason) == ("untold", True)
    out = Change(files={"../outside": b"x"})
    assert place.prove("true", change=out).state == "untold"


@pytest.mark.slow
def test_a_changed_work_tree_is_run_where_that_is_asked(tmp_path: Path) -> None:
    """HEAD is run without it; with it changed, new and deleted files, and none that is ignored."""
    place = checked(tmp_path, {"a": "1\n", "gone": "1\n", ".gitignore": "cache\n"})
    (place.repository / "a").write_text("2\n")
    (place.repository / "new").write_text("3\n")
    (place.repository / "cache").write_text("4\n")
    (place.repository / "gone").unlink()
    check = "test ! -e cache && test ! -e gone && grep -q 2 a && grep -q 3 new"
    bad = Change(files={"new": b"bad\n"})
    assert place.prove("sh", "-c", check, change=bad).state == "red"
    document = place.prove("sh", "-c", check, change=bad, work_tree=True, says="")
    assert document.check.runs[0].state == "green"
    assert document.changed == ["a", "gone", "new"]
    subject = document.statement("0" * 64)["subject"]
    assert subject == [{"name": "work tree", "digest": {"gitTree": document.tree}}]
    beside = place.prove("test", "-e", "cache", change=bad, beside=["cache"])
    assert beside.check.runs[0].state == "green"


def test_where_path_leads_is_seen_and_what_is_hidden_there_is_not(
    place: Checked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program of a folder on PATH runs, also behind a shell."""
    tool = tmp_path / "tools" / "bin" / "own-tool"
    tool.parent.mkdir(parents=True)
    tool.write_text("#!/bin/sh\ngrep -q sum app.py\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}{os.pathsep}{os.environ['PATH']}")
    bad = place.patch("app.py", "sum(rows)", "max(rows)")
    document = place.prove("sh", "-c", "own-tool || { echo no sum; false; }", change=bad)
    assert document.check.runs[0].state == "green", document.reason
