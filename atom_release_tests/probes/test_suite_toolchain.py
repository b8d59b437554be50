"""Suites of Go, Rust and the JVM: the machine's own toolchain, or BLOCKED by its name."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from atom_release.gate.manifest import Suite
from atom_release.gate.manifest.suite import Runner
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.environments import machine_toolchains
from atom_release.lab.environments.faults import NoToolchain
from atom_release.lab.reporters.toolchain import ended_by_panic
from atom_release_tests.fixtures.suite_site import Site, control, site

__all__ = ["site"]  # the fixture

FILES: dict[Runner, dict[str, str]] = {
    "go": {"go.mod": "module shop\n\ngo 1.22\n", "svc/fee.go": "package svc\n"},
    "cargo": {"Cargo.toml": '[package]\nname = "svc"\nversion = "0.1.0"\n', "src/lib.rs": ""},
    "maven": {"pom.xml": "<project/>\n", "src/main/java/A.java": ""},
    "gradle": {"build.gradle": "plugins {}\n", "src/main/java/A.java": ""},
}


@pytest.fixture
def only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine that has what the gate needs, and of toolchains what a test puts into a folder."""
    kept, own = tmp_path / "kept", tmp_path / "own"
    for folder in (kept, own):
        folder.mkdir()
    for name in ("git", "sh", "unshare", "ip", "mount", "cat"):
        if place := shutil.which(name):
            (kept / name).symlink_to(place)
    monkeypatch.setenv("PATH", f"{own}{os.pathsep}{kept}")
    return own


@pytest.mark.usefixtures("only")
@pytest.mark.parametrize("runner", sorted(FILES))
def test_what_the_machine_lacks_is_blocked_by_name(site: Site, runner: Runner) -> None:
    site.files = FILES[runner]
    site.suite = {"runner": runner, "paths": ["."]}
    evidence = site.ask()
    assert evidence.answer is Answer.ABSENT
    where = next(iter(FILES[runner]))
    program = machine_toolchains.KINDS[runner].programs[0]
    assert f"{where} asks " in evidence.reason
    assert f"this machine has no `{program}`" in evidence.reason
    assert "Install" in (evidence.remedy or "")


def test_an_older_one_is_absent_and_a_newer_one_is_there(only: Path) -> None:
    (only / "go").write_text("#!/bin/sh\necho go version go1.21.5 linux/amd64\n")
    (only / "go").chmod(0o755)
    files = {"a/go.mod": "module a\n\ngo 1.22\n", "b/go.mod": "module b\n\ngo 1.21\n"}
    with pytest.raises(NoToolchain, match=r"a/go\.mod asks Go 1\.22, and this machine has 1\.21"):
        machine_toolchains.choose("go", "a/cmd", lambda path: files.get(path, ""))
    chosen = machine_toolchains.choose("go", "b", lambda path: files.get(path, ""))
    assert (chosen.version, chosen.folders) == ("1.21.5", (str(only),))
    assert chosen.readable == (only / "go",)  # a folder that may be a home is not shown


GO = [
    {"Action": "run", "Package": "shop/svc", "Test": "TestFee"},
    {"Action": "output", "Package": "shop/svc", "Test": "TestFee", "Output": "    fee is 3\n"},
    {"Action": "FEE", "Package": "shop/svc", "Test": "TestFee", "Elapsed": 0.1},
    {"Action": "pass", "Package": "shop/svc", "Test": "TestAdds/one"},
    {"Action": "skip", "Package": "shop/svc", "Test": "TestLater"},
    {"Action": "pass", "Package": "shop/svc"},
]
TEST = """\
#!/bin/sh
[ "$1" = version ] && { echo go version go1.22.1 linux/amd64; exit; }
fee=$(grep -c 'amount / 50' svc/fee.go)
[ "$fee" = 1 ] && code=0 || code=1
sed "s/FEE/$([ $code = 0 ] && echo pass || echo fail)/" events.json
exit $code
"""


@pytest.fixture
def by_go(only: Path, site: Site) -> Site:
    """A module whose `go test` says what its events say, and passes with the code in place."""
    (only / "go").write_text(TEST)
    (only / "go").chmod(0o755)
    events = "".join(json.dumps(event) + "\n" for event in GO)
    code = "package svc\n\nfunc Fee(amount int) int { return amount / 50 }\n"
    site.files = {"go.mod": "module shop\n", "svc/fee.go": code, "events.json": events}
    site.suite = {"runner": "go", "paths": ["."]}
    return site


def test_a_test_that_go_says_failed_is_a_no(by_go: Site) -> None:
    by_go.files["svc/fee.go"] = "package svc\n"
    evidence = by_go.ask()
    assert evidence.answer is Answer.NO
    assert "fee is 3" in evidence.reason


def test_tests_that_only_say_that_they_passed_are_vacuous(by_go: Site) -> None:
    """As a TestMain can that prints events and ends with 0."""
    by_go.files["events.json"] = by_go.files["events.json"].replace("FEE", "pass")
    by_go.files["svc/fee.go"] = "package svc\n\n// amount / 50\nfunc Fee() {}\n"
    (by_go.root / "own" / "go").write_text(TEST.replace("exit $code", "exit 0"))
    assert control(by_go.ask()) is ControlState.VACUOUS


def test_results_that_were_committed_are_nobodys(only: Path, site: Site) -> None:
    for name in ("mvn", "java", "javac"):
        (only / name).write_text("#!/bin/sh\necho 17\n")
        (only / name).chmod(0o755)
    place = "target/surefire-reports/TEST-fees.xml"
    passed = "<testsuite><testcase classname='fees' name='fee'/></testsuite>"
    site.files = FILES["maven"] | {place: passed}
    site.suite = {"runner": "maven", "paths": ["."]}
    evidence = site.ask()
    assert evidence.answer is Answer.UNKNOWN
    assert "no JUnit file was written" in evidence.reason


def test_a_suite_of_a_toolchain_is_given_no_environment_of_the_gates() -> None:
    with pytest.raises(ValueError, match="install is not for a suite that cargo runs"):
        Suite.model_validate({"runner": "cargo", "paths": ["."], "install": "auto"})


CRATE = {
    "Cargo.toml": '[package]\nname = "fees"\nversion = "0.1.0"\nedition = "2021"\n',
    "src/lib.rs": "pub fn fee(amount: u32) -> u32 { amount / 50 }\n",
    "tests/fees.rs": "#[test]\nfn fee() { assert_eq!(fees::fee(100), 2); }\n"
    "#[test]\n#[ignore]\nfn later() {}\n",
}


@pytest.mark.slow
@pytest.mark.skipif(machine_toolchains.find("cargo") is None, reason="this machine has no Rust")
@pytest.mark.parametrize(
    ("code", "answer", "message"),
    [
        (CRATE["src/lib.rs"], Answer.YES, "1 of 1 tests passed"),
        ("pub fn fee(_: u32) -> u32 { 3 }\n", Answer.NO, "assertion `left == right` failed"),
    ],
)
def test_rust_says_what_its_tests_came_to(
    site: Site, code: str, answer: Answer, message: str
) -> None:
    site.files, site.source = CRATE | {"src/lib.rs": code}, "src"
    site.suite = {"runner": "cargo", "paths": ["."]}
    evidence = site.ask()
    assert evidence.answer is answer, evidence
    assert message in evidence.reason


_MODULE = {
    "go.mod": "module shop\n\ngo 1.18\n",
    "fee.go": """package shop

import "errors"

type Rate struct{ percent int }

var standard = newRate(2)

func newRate(percent int) Rate { return Rate{percent} }

// Fee is told in cents.
func Fee(amount int) (int, error) {
\tif amount < 0 {
\t\treturn 0, errors.New("owed")
\t}
\treturn amount * standard.percent / 100, nil
}

func (rate Rate) Add(percent int) (sum Rate) { return Rate{rate.percent + percent} }
""",
}
_HEAD = 'package shop\n\nimport "testing"\n\n'
_FEE = """func TestFee(t *testing.T) {
\tif fee, err := Fee(100); fee != 2 || err != nil {
\t\tt.Fatal(fee)
\t}
}
"""
_ADDS = """func TestAdds(t *testing.T) {
\tif (Rate{1}).Add(2).percent != 3 {
\t\tt.Error("it does not add")
\t}
}
"""
_CALLS = "func TestCalls(t *testing.T) { Fee(100); Rate{1}.Add(2) }\n"
_NOTHING = "func TestNothing(t *testing.T) {}\n"
_BY_TEXT = """func TestText(t *testing.T) {
\ttext, _ := os.ReadFile("fee.go")
\tif len(text) != LENGTH {
\t\tt.Fatal(len(text))
\t}
}
"""


@pytest.mark.slow
@pytest.mark.skipif(machine_toolchains.find("go") is None, reason="this machine has no Go")
@pytest.mark.parametrize(
    ("tests", "answer", "state", "says"),
    [
        (_FEE + _ADDS, Answer.YES, ControlState.ALIVE, "2 of 2 tests failed without the code"),
        (_FEE + _NOTHING, Answer.YES, ControlState.ALIVE, "1 of the 2 are shown to need the code"),
        (_FEE.replace("2 ||", "3 ||"), Answer.NO, None, "TestFee"),
        (_CALLS, Answer.YES, ControlState.DEAD, "check nothing"),
        (_NOTHING, Answer.YES, ControlState.VACUOUS, "none needed it"),
        (_BY_TEXT, Answer.YES, ControlState.DEAD, "written differently"),
    ],
)
def test_go_s_code_is_taken_out_function_by_function(
    site: Site, tests: str, answer: Answer, state: ControlState | None, says: str
) -> None:
    """Each test has an outcome of its own, though the first that panics ends the others."""
    head = _HEAD.replace('"testing"', '(\n\t"os"\n\t"testing"\n)') if "os." in tests else _HEAD
    length = str(len(_MODULE["fee.go"]))
    site.files = _MODULE | {"fee_test.go": head + tests.replace("LENGTH", length)}
    site.source = "."
    site.suite = {"runner": "go", "paths": ["."], "timeout": "120s"}
    evidence = site.ask()
    assert evidence.answer is answer, evidence
    assert says in f"{evidence.reason} {evidence.control and evidence.control.found}"
    if state:
        assert control(evidence) is state


def test_a_panic_of_one_test_is_seen_in_its_package_alone() -> None:
    events = [
        {"Package": "shop/a", "Test": "TestA", "Action": "output", "Output": "panic: word\n"},
        {"Package": "shop/a", "Action": "fail"},
        {"Package": "shop/b", "Test": "TestB", "Action": "output", "Output": "no panic: b\n"},
    ]
    lines = [json.dumps(event) for event in events]
    assert ended_by_panic([*lines, "no event", "[1]"]) == ["shop/a"]
