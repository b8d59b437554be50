"""What a killed gate left behind goes with the next gate, whatever commit that one judges."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from atom_release.lab import throwaway as throwaways
from atom_release.lab.throwaway import hold, passing, remove, remove_unheld, sweep, throwaway
from atom_release_tests.fixtures.deep import WriteDeep, write_deep

__all__ = ["write_deep"]  # the fixture

_GATE = """
import sys, time
from pathlib import Path
from atom_release.lab.throwaway import throwaway
with throwaway(Path(sys.argv[1]), "run-") as folder:
    (folder / "much").write_text("x")
    print(folder, flush=True)
    time.sleep(300)
"""


def test_a_folder_lives_as_long_as_its_block(tmp_path: Path) -> None:
    with throwaway(tmp_path, "run-") as folder:
        (folder / "deep").mkdir()
        assert folder.stat().st_mode & 0o777 == 0o755
        assert sweep(tmp_path, "run-*") == []
        assert folder.is_dir()
    assert list(tmp_path.iterdir()) == []


def test_a_killed_gates_folder_is_swept_and_a_living_ones_is_not(tmp_path: Path) -> None:
    """Of any commit; what the gate did not make stays."""
    commit = tmp_path / "0123" / "suites" / "0123456"
    commit.mkdir(parents=True)
    (commit / "run-by-hand").mkdir()
    gate = subprocess.Popen(
        [sys.executable, "-c", _GATE, str(commit)],
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
        text=True,
    )
    try:
        assert gate.stdout is not None
        folder = Path(gate.stdout.readline().strip())
        assert sweep(tmp_path, "*/suites/*/run-*") == []
    finally:
        gate.kill()
        gate.communicate()
    assert sweep(tmp_path, "*/suites/*/run-*") == [folder]
    assert [path.name for path in commit.iterdir()] == ["run-by-hand"]


def test_a_passing_folder_is_empty_and_of_one_user(tmp_path: Path) -> None:
    with passing(tmp_path) as folder:
        assert list(folder.iterdir()) == []
        assert folder.stat().st_mode & 0o777 == 0o700
        assert sweep(tmp_path, "*") == []
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_several_gates_hold_stays_until_the_last_is_gone(tmp_path: Path) -> None:
    """And as long as it was used lately: the next gate finds its copies."""
    folder, later = tmp_path / "0123", time.time() + 60
    (folder / "suites").mkdir(parents=True)
    assert not remove_unheld(folder, later)  # nobody held it yet: it may be just being made
    gate = "import sys; from pathlib import Path; from atom_release.lab.throwaway import hold"
    gate += "; hold(Path(sys.argv[1])); print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", gate, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert not remove_unheld(folder, later)
        process.kill()
    assert not remove_unheld(folder, time.time() - 60)
    assert remove_unheld(folder, later)
    hold(folder)
    assert not remove_unheld(folder, later)


def test_a_link_to_a_folder_is_nobodys_leftover(tmp_path: Path) -> None:
    """In a folder where everybody writes, a name alone tells nothing."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / ".gate-lock").touch()
    (tmp_path / "run-link").symlink_to(elsewhere)
    assert sweep(tmp_path, "run-*") == []
    assert elsewhere.is_dir()


@pytest.mark.slow
def test_folders_deeper_than_any_path_are_removed(tmp_path: Path, write_deep: WriteDeep) -> None:
    """What Python's own remover dies of, and no path can name."""
    deep = tmp_path / "deep"
    deep.mkdir()
    write_deep(deep, 1100)
    with pytest.raises((RecursionError, OSError)):
        shutil.rmtree(deep)
    with throwaway(tmp_path, "run-") as folder:
        write_deep(folder, 1100)
    assert remove(deep)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_rights_is_removed_and_no_link_is_followed(tmp_path: Path) -> None:
    kept, made = tmp_path / "kept", tmp_path / "made"
    (kept / "inner").mkdir(parents=True)
    (kept / "inner" / "file").write_text("mine")
    (made / "closed" / "inner").mkdir(parents=True)
    (made / "closed" / "inner" / "file").touch()
    (made / "link").symlink_to(kept)
    (made / "closed" / "link").symlink_to(kept)
    for path in (made / "closed" / "inner", made / "closed", made):
        path.chmod(0)
    assert remove(made)
    assert not os.path.lexists(made)
    assert (kept / "inner" / "file").read_text() == "mine"
    assert kept.stat().st_mode & 0o700 == 0o700


def test_a_file_a_link_and_nothing_are_removed_alike(tmp_path: Path) -> None:
    file, link = tmp_path / "file", tmp_path / "link"
    file.touch()
    link.symlink_to(tmp_path)
    assert remove(link)
    assert tmp_path.is_dir()
    assert remove(file)
    assert remove(file)
    assert remove(tmp_path / "never" / "there")


def test_what_cannot_be_removed_is_told() -> None:
    """No error is raised either: a sweep goes on with the next folder."""
    assert not remove(Path("/proc/self/fdinfo"))


def test_a_removal_that_was_cut_off_is_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its lock goes last: without that nobody would ever know whose the rest was."""
    with throwaway(tmp_path, "cut-") as folder:
        for name in ("-before", ".gate", "zz-after"):
            (folder / name).mkdir()
        whole = shutil.copytree(folder, tmp_path / "cut-copy")
    taken: list[str] = []

    def remove_two(top: int, name: str, above: Iterator[str]) -> bool:
        if len(taken) == 2:
            raise KeyboardInterrupt
        taken.append(name)
        return remove_entry(top, name, above)

    remove_entry = throwaways._removed
    with monkeypatch.context() as patched:
        patched.setattr(throwaways, "_removed", remove_two)
        with pytest.raises(KeyboardInterrupt):
            remove(whole)
    assert len(taken) == 2
    assert [path.name for path in whole.iterdir() if path.is_dir()] == ["zz-after"]
    assert sweep(tmp_path, "cut-*") == [whole]
    assert not whole.exists()


def test_what_cannot_be_removed_keeps_its_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that a later sweep tries again."""
    remove_entry = throwaways._removed
    with throwaway(tmp_path, "stuck-") as folder:
        (folder / "file").touch()
        stuck = shutil.copytree(folder, tmp_path / "stuck-copy")
    with monkeypatch.context() as patched:
        patched.setattr(
            throwaways,
            "_removed",
            lambda top, name, above: name != "file" and remove_entry(top, name, above),
        )
        assert not remove(stuck)
    assert {path.name for path in stuck.iterdir()} == {".gate-lock", "file"}
    assert sweep(tmp_path, "stuck-*") == [stuck]
