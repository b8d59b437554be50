"""Files that steps before a suite write: they are in every run, and no control leaves them whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.probes.suite import prepared
from atom_release_tests.fixtures.suite_site import Site, control, facts, site

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["site"]  # the fixture

_CODE = "def fee(amount):\n    return amount * 2\n"
_STEP = """
import pathlib, shutil
pathlib.Path("svc/made.py").write_text("def fee(amount):\\n    return amount * 2\\n")
pathlib.Path("build").mkdir()
shutil.copy("svc/fees.py", "build/copied.py")
pathlib.Path("build/rates.json").write_text("[2]")
pathlib.Path("svc/fees.py").write_text("def fee(amount):\\n    return amount * 3\\n")
pathlib.Path("conftest.py").write_text(
    "def pytest_collection_modifyitems(items):\\n    del items[:]\\n"
)
pathlib.Path("tests/test_more.py").write_text("def test_more():\\n    assert False\\n")
pathlib.Path("node_modules/pytest").mkdir(parents=True)
pathlib.Path("node_modules/pytest/index.js").write_text("")
"""
_TESTS = """
import json
from build import copied
from svc import fees, made

def test_what_was_written_is_there():
    assert made.fee(2) == 4
    assert json.load(open("build/rates.json")) == [2]

def test_what_was_committed_stays():
    assert fees.fee(2) == 4

def test_a_copy_of_the_code():
    assert copied.fee(2) == 4
"""


@pytest.fixture
def preparing(site: Site) -> Site:
    """A service of which a step writes code, data, and what it must not decide."""
    site.files = {
        "svc/__init__.py": "",
        "svc/fees.py": _CODE,
        "tools/write.py": _STEP,
        "tests/test_fees.py": _TESTS,
    }
    site.suite |= {"prepare": [["{python}", "tools/write.py"]]}
    return site


@pytest.mark.slow
def test_what_steps_wrote_is_in_every_run_and_no_control_leaves_it_whole(preparing: Site) -> None:
    """A copy of the code is taken out with it; what was committed, and what decides, stays."""
    evidence = preparing.ask()
    assert (evidence.answer, control(evidence)) == (Answer.YES, ControlState.ALIVE), evidence
    assert evidence.reason == "3 of 3 tests passed in 2 of 2 runs"
    assert facts(evidence, "world")["written"] == [
        "build/copied.py",
        "build/rates.json",
        "svc/made.py",
    ]
    assert facts(evidence, "world")["written_files"] == 3
    without = facts(evidence, "control")
    assert without["files"] == ["build/copied.py", "svc/fees.py", "svc/made.py"]
    assert without["still_passing"] == []
    suites = preparing.root / "scratch" / "suites"
    assert not list(suites.glob("*/tree-prepared-*"))


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("svc/generated/client.py", True),
        ("dist/index.js", True),
        ("static/site.css", True),
        ("node_modules/.prisma/client/index.js", True),
        ("node_modules/chai/index.js", False),
        ("node_modules/.bin/jest", False),
        ("web/node_modules/.cache/x.js", False),
        ("svc/__pycache__/a.pyc", False),
        (".git/config", False),
        ("conftest.py", False),
        ("svc/conftest.py", False),
        ("tests/test_more.py", False),
        ("tests/helper.py", False),
        ("tests/more.test.js", False),
        ("vitest.config.ts", False),
        ("sitecustomize.py", False),
        ("web/package.json", False),
    ],
)
def test_what_decides_which_tests_run_has_to_be_committed(path: str, *, there: bool) -> None:
    """And a step takes no package's place."""
    assert prepared.stays(path, tests=["tests"], sources=["svc"]) is there


def test_files_are_taken_through_no_link_and_not_in_place_of_committed_ones(tmp_path: Path) -> None:
    written, place = tmp_path / "written", tmp_path / "place"
    (written / "svc").mkdir(parents=True)
    (tmp_path / "secret").write_text("s")
    (written / "svc" / "link.py").symlink_to(tmp_path / "secret")
    (written / "svc" / "held.py").write_text("x")
    (written / "svc" / "new.py").write_text("y")
    (written / "svc" / "folder").symlink_to(tmp_path)
    built = prepared.take(written, place, {"svc/held.py"}, ["tests"], ["svc"])
    assert built is not None
    assert built.paths == ("svc/new.py",)
    assert [path.name for path in (place / "files").rglob("*") if path.is_file()] == ["new.py"]
