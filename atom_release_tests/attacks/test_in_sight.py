"""Links and folders in one another by which a subject would see, or leave, more than it may.

Each story has its honest twin.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from atom_release.lab.rehearsal.folder import Folder
from atom_release.lab.sandbox import Finished, Limits, Sandbox
from atom_release.lab.sandbox.process import NotIsolated
from atom_release.lab.throwaway import remove
from atom_release_tests.fixtures.deep import WriteDeep, write_deep

__all__ = ["write_deep"]  # the fixture

LIMITS = Limits(wall=30, cpu=10, memory_mb=512)


@dataclass(frozen=True)
class Place:
    """A gate's home with something in it, and folders in which a build of the author's wrote."""

    root: Path
    word: str

    @property
    def home(self) -> Path:
        """What is hidden."""
        return self.root / "home"

    @property
    def site(self) -> Path:
        """What the build wrote."""
        return self.root / "site"

    def write_program(self, path: Path) -> None:
        """Write a program that tries to read the word."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\necho ran; cat {self.home}/word {self.home}/in/word\n")
        path.chmod(0o755)

    def run(self, program: str, *readable: Path) -> str:
        """Run a program that looks for the word, and return what it wrote."""
        return self.finish(program, *readable).output.decode()

    def finish(self, program: str, *readable: Path) -> Finished:
        """Run a program to its end."""
        return Sandbox([self.home], readable).run(
            [program],
            directory=self.root / "work",
            writable=[self.root / "work"],
            environment={"PATH": f"{self.site}/bin:/usr/bin:/bin"},
            limits=LIMITS,
            network=False,
        )


@pytest.fixture
def place(tmp_path: Path) -> Place:
    for folder in (tmp_path, *tmp_path.parents[:-2]):
        if folder.stat().st_uid == os.geteuid():
            folder.chmod(0o755)
    made = Place(tmp_path, f"planted{secrets.token_hex(12)}")
    for folder in (made.home / "in", made.site / "bin", tmp_path / "work"):
        folder.mkdir(parents=True)
    for file in (made.home / "word", made.home / "in" / "word"):
        file.write_text(made.word)
    return made


def lay_links(site: Path, home: Path) -> Path:
    """Lay links that lead to a program for the kernel, and to the home for who reads words alone."""
    (site / "real" / "sub").mkdir(parents=True)
    (site / "x").mkdir()
    (site / "x" / "dl").symlink_to("../real/sub")
    (site / "x" / "evil").symlink_to(home)
    (site / "bin" / "mytool").symlink_to("../x/dl/../evil")
    return site / "real" / "evil"


@pytest.mark.parametrize("named", ["mytool", "{site}/bin/mytool"])
def test_a_programs_links_lead_over_a_folder_and_back(named: str, place: Place) -> None:
    """The gate followed `..` by words and showed its own home; the kernel ran another program."""
    place.write_program(lay_links(place.site, place.home))
    output = place.run(named.format(site=place.site), place.site)
    assert "ran" in output
    assert place.word not in output


@pytest.mark.parametrize("readable", ["home", "home/in", "."])
def test_what_is_hidden_is_shown_to_nobody(readable: str, place: Place) -> None:
    """Named itself or with what lies around it: hidden wins. Only what lies in it can be shown."""
    place.write_program(place.site / "bin" / "mytool")
    output = place.run("mytool", place.site, place.root / readable)
    assert output.count(place.word) == (1 if readable == "home/in" else 0)


@pytest.mark.parametrize("folder", ["home", "closed", "home/link"])
def test_a_failing_test_asks_what_is_on_this_machine(folder: str, place: Place) -> None:
    """It printed paths as missing, and the gate's word told which of them are there."""
    closed = Path(tempfile.mkdtemp(dir="/opt" if os.access("/opt", os.W_OK) else place.root))
    try:
        (place.home / "link").symlink_to("/usr/bin")
        names = {"closed": ("there", "gone"), "home/link": ("env", "gone")}
        (closed / "there").touch()
        at = closed if folder == "closed" else place.root / folder
        done = place.finish("ls")
        answers = [
            done.shown.hidden_path(f"FileNotFoundError: {at / name} not found") is not None
            for name in names.get(folder, ("word", "gone"))
        ]
        assert len(set(answers)) == 1
        assert folder == "closed" or answers == [True, True]
        own = f"FileNotFoundError: {place.root}/work/gone not found"
        assert done.shown.hidden_path(own) is None  # the twin: its own file is just missing
    finally:
        remove(closed)


def test_what_is_hidden_is_not_written(place: Place) -> None:
    place.write_program(place.site / "bin" / "mytool")
    with pytest.raises(NotIsolated, match="hidden"):
        Sandbox([place.root / "work"], [place.site]).run(
            ["mytool"],
            directory=place.root / "work",
            writable=[place.root / "work"],
            environment={"PATH": f"{place.site}/bin"},
            limits=LIMITS,
            network=False,
        )


def test_a_program_of_an_environment_over_a_plain_link_runs(place: Place) -> None:
    """The honest twin: links within what is seen, one of them over a folder."""
    place.write_program(place.site / "lib" / "tools" / "run.sh")
    (place.site / "tools").symlink_to("lib/tools")
    (place.site / "bin" / "mytool").symlink_to("../tools/run.sh")
    assert "ran" in place.run("mytool", place.site)
    assert "ran" in place.run(f"{place.site}/bin/mytool")


@pytest.mark.slow
def test_a_release_leaves_folders_so_deep_that_no_later_one_is_rehearsed(
    tmp_path: Path, write_deep: WriteDeep
) -> None:
    """The sweep before each rehearsal died of them: one release ended those of all others."""
    theirs = Folder.make(tmp_path / "theirs")
    (theirs.root / "rest").mkdir()
    os.close(theirs.lock)  # as by a gate that was killed
    try:
        write_deep(theirs.copy, 3000)
        ours = Folder.make(tmp_path / "ours")
        assert not theirs.root.exists()
        write_deep(ours.copy, 3000)
        ours.remove()
        assert not ours.root.exists()
    finally:
        remove(tmp_path / "theirs")
        remove(tmp_path / "ours")
