"""A file that the clone does not hold touches the suites that need it, and no other.

Real git, pytest and sandbox.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from atom_release.gate.vocabulary import Answer
from atom_release.lab.rehearsal.start_failure import Ending, Given, explain_doubt
from atom_release.probes.suite.probe import run_suite
from atom_release_tests.fixtures.planted import lose_blob
from atom_release_tests.fixtures.suite_site import Site

PACKAGE = "node_modules/left/index.js"
READS = """
import pathlib
from svc import fees

def test_reads():
    assert fees.fee(100) == 2
    assert (pathlib.Path(__file__).parents[1] / "node_modules/left/index.js").read_text()
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A service beside whose code somebody else's lies."""
    site = Site(tmp_path)
    site.suite["repeats"] = 1
    site.files[PACKAGE] = "module.exports = 1\n"
    return site


@pytest.mark.parametrize("history", ["commit", "full"])
def test_a_suite_that_does_not_need_the_file_passes_and_says_so(site: Site, history: str) -> None:
    site.suite["history"] = history
    look = lose_blob(site.look(), PACKAGE)
    evidence = run_suite(look, look.manifest.services[0])
    assert evidence.answer is Answer.YES, evidence.reason
    assert PACKAGE in evidence.reason


def test_a_suite_that_fails_for_want_of_the_file_does_not_fail_the_release(site: Site) -> None:
    site.files["tests/test_reads.py"] = READS
    look = lose_blob(site.look(), PACKAGE)
    evidence = run_suite(look, look.manifest.services[0])
    assert evidence.answer is Answer.UNKNOWN, evidence.reason
    assert PACKAGE in evidence.reason
    assert "git fetch" in evidence.remedy


def test_the_same_suite_passes_in_a_whole_clone(site: Site) -> None:
    site.files["tests/test_reads.py"] = READS
    evidence = site.ask()
    assert evidence.answer is Answer.YES, evidence.reason
    assert PACKAGE not in evidence.reason


@pytest.mark.parametrize("path", ["tests/test_fees.py", "svc/fees.py"])
def test_a_suite_without_all_of_its_tests_or_code_is_not_run(site: Site, path: str) -> None:
    look = lose_blob(site.look(), path)
    evidence = run_suite(look, look.manifest.services[0])
    assert evidence.answer is Answer.UNKNOWN
    assert path in evidence.reason


def test_a_service_that_did_not_start_from_a_copy_with_a_gap_is_in_doubt() -> None:
    ending = Ending(alive=False, status=1)

    def explain(missing: tuple[str, ...]) -> str:
        given = Given("/bin/sh", "/bin", (Path("/copy"),), lambda _: True, frozenset(), missing)
        return explain_doubt(ending, b"Traceback: boom\n", given)

    assert PACKAGE in explain((PACKAGE,))
    assert explain(()) == ""
