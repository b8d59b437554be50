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


def test_what_go_says_of_its_tests_is_read_and_its_control_is_weak(by_go: Site) -> None:
    evidence = by_go.ask()
    assert (evidence.answer, control(evidence)) == (Answer.YES, ControlState.WEAK), evidence
    assert evidence.reason.startswith("2 of 2 tests passed")
    assert evidence.control is not None
    assert evidence.control.changed == "1 files were emptied"


def test_a_test_that_go_says_failed_is_a_no(by_go: Site) -> None:
    by_go.files["svc/fee.go"] = "package svc\n"
    evidence = by_go.ask()
    assert evidence.answer is Answer.NO
    assert "fee is 3" in evidence.reason


def test_tests_that_only_say_that_they_passed_are_vacuous(by_go: Site) -> None:
    """As a TestMain can that prints events and ends with 0."""
    by_go.files["events.json"] = by_go.files["events.json"].replace("FEE", "pass")
    by_go.files["svc/fee.go"] = "package svc\n\n// amount / 50\n"
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
