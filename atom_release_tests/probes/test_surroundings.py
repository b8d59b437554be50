"""Suites in other surroundings: real suites, run once in each."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from atom_release.gate.facts.surroundings import SurroundingsFacts
from atom_release.gate.manifest import Manifest
from atom_release.gate.rules import surroundings as rule
from atom_release.gate.vocabulary import Answer
from atom_release.lab.look import Look
from atom_release.probes.surroundings import (
    is_same_test,
    probe_surroundings,
    probe_together,
    runs_together,
)
from atom_release.source.commit import open_tree
from atom_release_tests.fixtures.proving import checked

TESTS = """\
import threading
from pathlib import Path

HERE = Path(__file__).parent


def test_reads_text():
    assert (HERE / "names.txt").read_text().startswith("J")


def test_finds_its_data():
    assert Path("one/names.txt").is_file()


def test_runs_a_thread():
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()


def test_holds_everywhere():
    assert True
"""
FILES = {
    "one/test_one.py": TESTS,
    "one/names.txt": "J\u00fcrgen\n",
    "two/test_two.py": "import os\n\n\ndef test_alone():\n    assert 'SEEN' not in os.environ\n",
    "three/test_three.py": "import os\n\nos.environ['SEEN'] = '1'\n\n\ndef test_x():\n    assert True\n",
    "src/a.py": "X = 1\n",
}


def look_of(folder: Path, *surroundings: str) -> Look:
    place = checked(folder, FILES)
    services = [
        {"id": f"M.{number}", "name": name, "source": ["src"], "suite": {"paths": [name]}}
        for number, name in enumerate(("one", "two", "three"), 1)
    ]
    release = {"phase": "M", "name": "x", "version": "1", "tag": "v1", "branch": "r/x"}
    manifest = Manifest.model_validate(
        {"release": release, "services": services, "surroundings": surroundings}
    )
    return Look(manifest, open_tree(place.repository, "HEAD"), folder, lambda: datetime.now(UTC))


@pytest.mark.slow
def test_a_suite_that_holds_only_somewhere_is_told_with_the_test(tmp_path: Path) -> None:
    """One test for each of the surroundings, and the one that holds everywhere never."""
    look = look_of(tmp_path, "c-locale", "other-directory", "thread-exceptions")
    evidence = probe_surroundings(look, look.manifest.service("M.1"))
    facts = SurroundingsFacts.read(evidence.facts)
    assert facts is not None
    assert evidence.answer is Answer.YES
    fails = {
        run.surrounding: [name.rpartition("test_")[2] for name in run.fails] for run in facts.runs
    }
    assert fails == {
        "c-locale": ["reads_text"],
        "other-directory": ["finds_its_data"],
        "thread-exceptions": ["runs_a_thread"],
    }
    assert [entry.id for entry in facts.contradictions] == [rule.HOLDS_ONLY] * 3
    assert rule.judge(evidence, (rule.HOLDS_ONLY,))[0] is Answer.NO


@pytest.mark.slow
def test_a_suite_that_holds_everywhere_is_silent(tmp_path: Path) -> None:
    look = look_of(tmp_path, "c-locale", "other-directory", "thread-exceptions")
    evidence = probe_surroundings(look, look.manifest.service("M.2"))
    facts = SurroundingsFacts.read(evidence.facts)
    assert facts is not None
    assert not any(run.fails or run.unasked for run in facts.runs)


@pytest.mark.slow
def test_suites_that_disturb_one_another_are_told(tmp_path: Path) -> None:
    look = look_of(tmp_path, "one-process")
    assert runs_together(look)
    facts = SurroundingsFacts.read(probe_together(look).facts)
    assert facts is not None
    (run,) = facts.runs
    assert [name.rpartition("test_")[2] for name in run.fails] == ["alone"]


def test_nothing_is_run_where_the_manifest_names_nothing(tmp_path: Path) -> None:
    assert not runs_together(look_of(tmp_path))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("tests.test_a::test_x", "test_a::test_x"),
        ("one.tests.test_a.TestB::test_x", "tests.test_a.TestB::test_x"),
        ("::tests.test_a", "::test_a"),
    ],
)
def test_a_test_is_the_same_from_whatever_folder_it_is_run(first: str, second: str) -> None:
    assert is_same_test(first, second)
    assert is_same_test(second, first)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("tests.test_a::test_x", "tests.test_a::test_y"),
        ("tests.test_a::test_x", "tests.other_test_a::test_x"),
        ("one.test_a::test_x", "two.test_a::test_x"),
        ("::test_a", "tests.test_a::test_a"),
    ],
)
def test_two_tests_are_not_the_same_for_a_likeness_of_their_names(first: str, second: str) -> None:
    assert not is_same_test(first, second)
    assert not is_same_test(second, first)


@pytest.mark.slow
def test_what_fails_as_the_suite_is_run_is_not_told_of_another_folder(tmp_path: Path) -> None:
    """Without a configuration pytest names modules from the folder that it runs in."""
    files = {"one/tests/test_broken.py": "open(__file__ + '.absent')\n", "src/a.py": "X = 1\n"}
    place = checked(tmp_path, files)
    suite = {"paths": ["one/tests"]}
    manifest = Manifest.model_validate(
        {
            "release": {"phase": "M", "name": "x", "version": "1", "tag": "v1", "branch": "r/x"},
            "services": [{"id": "M.1", "name": "a", "source": ["src"], "suite": suite}],
            "surroundings": ["other-directory"],
        }
    )
    tree = open_tree(place.repository, "HEAD")
    look = Look(manifest, tree, tmp_path, lambda: datetime.now(UTC))
    facts = SurroundingsFacts.read(probe_surroundings(look, manifest.services[0]).facts)
    assert facts is not None
    assert facts.contradictions == []
