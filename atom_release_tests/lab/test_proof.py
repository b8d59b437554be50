"""The runs of a check: which are repeated, what a change is, and what of an output is its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest

from atom_release.errors import Misuse
from atom_release.gate.rules.proof import judge
from atom_release.lab.junit import Case, Outcome
from atom_release.lab.proof.base import Base, base_copy
from atom_release.lab.proof.bench import CheckBench, Run
from atom_release.lab.proof.breakage import unreadable
from atom_release.lab.proof.change import Change, ChangeNotMade, copied, make
from atom_release.lab.proof.reading import Reading
from atom_release.lab.proof.series import Series, what_turned
from atom_release.lab.proof.words import lines_of, own_lines, unstarted_line
from atom_release.lab.sandbox import Limits, Sandbox
from atom_release.source.commit import open_tree
from atom_release_tests.fixtures.proving import checked

LIMITS = Limits(30, 30, 512)


@dataclass(frozen=True)
class Alternating(CheckBench):
    """Runs one command after another, each for real, whatever tree it is asked about."""

    statuses: Sequence[int] = ()
    number: count[int] = field(default_factory=count)

    def run(self, tree: Path, change: Change | None = None) -> Run:
        """Run the next command."""
        status = self.statuses[next(self.number) % len(self.statuses)]
        command = ["sh", "-c", f"echo status {status}; exit {status}"]
        plain = CheckBench(self.sandbox, self.scratch, command, self.limits)
        return plain.run(tree, change)


@pytest.fixture
def base(tmp_path: Path) -> Base:
    place = checked(tmp_path, {"a.py": "x = 1\n", "b.json": "{}\n"})
    tree = open_tree(place.repository, "HEAD")
    folder = tmp_path / "scratch"
    folder.mkdir()
    for path in (tmp_path, *tmp_path.parents[:-2]):
        path.chmod(0o755)
    copy = folder / "tree"
    tree.write_to(copy)
    tree.write_repository(copy)
    return Base(copy, tuple(sorted(tree.entries)), tree.tree)


@pytest.mark.parametrize(
    ("statuses", "state", "runs"),
    [
        ((1, 0, 1), "flaky", "aaa"),
        ((0, 0, 1, 0, 0), "flaky", "accca"),
        ((0,), "dead", "accca"),
    ],
)
def test_what_is_not_as_it_has_to_be_is_asked_again(
    base: Base, statuses: Sequence[int], state: str, runs: str
) -> None:
    """So that flaky is told from red, and from a control that the check never finds."""
    bench = Alternating(Sandbox([]), base.folder.parent, ["check"], LIMITS, statuses=statuses)
    series = Series(bench, base.folder, base.paths, Change(files={"a.py": b"x = 2\n"}))
    facts = series.carry_out()
    assert "".join(run.part[0] for run in facts.runs) == runs
    assert judge(facts).state == state


def test_a_change_is_committed_and_goes_through_no_shared_file(base: Base) -> None:
    """The copy has it as a commit of its own; what it was taken from has neither."""
    patch = b"--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-x = 1\n+x = 2\n"
    with copied(base.folder, base.folder.parent) as copy:
        assert make(Change(patch, {"b.json": b"[]"}), copy) == ["a.py", "b.json"]
        assert (copy / "a.py").read_text() == "x = 2\n"
        head = (copy / ".git" / "HEAD").read_text()
    assert (base.folder / "a.py").read_text() == "x = 1\n"
    assert (base.folder / "b.json").read_text() == "{}\n"
    assert (base.folder / ".git" / "HEAD").read_text() != head


@pytest.mark.parametrize(
    "change",
    [
        Change(b"--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-x = 9\n+x = 2\n"),
        Change(b"no patch\n"),
        Change(b"--- /dev/null\n+++ b/../outside\n@@ -0,0 +1 @@\n+x\n"),
        Change(files={"../outside": b"x"}),
        Change(files={".git/hooks/post-index-change": b"x"}),
    ],
)
def test_a_change_that_does_not_fit_or_leads_out_is_not_made(base: Base, change: Change) -> None:
    """Nothing is left of it outside the copy."""
    with (
        copied(base.folder, base.folder.parent) as copy,
        pytest.raises(ChangeNotMade),
    ):
        make(change, copy)
    assert not list(base.folder.parent.rglob("outside"))


def test_a_file_behind_a_link_out_of_the_copy_is_not_put_in_place(base: Base) -> None:
    """A folder of the tree may be a link."""
    with copied(base.folder, base.folder.parent) as copy:
        (copy / "out").symlink_to(base.folder.parent)
        with pytest.raises(ChangeNotMade):
            make(Change(files={"out/x": b"x"}), copy)
    assert not (base.folder.parent / "x").exists()


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("a.py", b"x = 1", b"x = ("),
        ("a.json", b"[]", b"[,]"),
        ("a.toml", b"a = 1", b"a = = 1"),
        ("a.yml", b"a: [1]", b"a: [1"),
        ("a.ts", b"const a: number = 1", b"const a: number = ("),
        ("a.js", b"let a = 1", b"let a = ("),
    ],
)
def test_a_file_that_is_of_its_language_no_more_is_told(
    tmp_path: Path, name: str, good: bytes, bad: bytes
) -> None:
    """A well-formed change is not, and neither is one of a file that was broken before."""
    before, after = tmp_path / "before", tmp_path / "after"
    for folder, content in ((before, good), (after, bad)):
        folder.mkdir()
        (folder / name).write_bytes(content)
        (folder / "a.txt").write_bytes(content)
    assert unreadable(before, after, [name, "a.txt", "gone"]) == [name]
    assert unreadable(before, before, [name]) == []
    assert unreadable(after, after, [name]) == []


def test_lines_differ_by_what_they_say_and_not_by_numbers() -> None:
    """Colours, counts and where the copy lies make no line another."""
    first = lines_of("\x1b[31m/copy/a.py:3: bad total\x1b[0m\n1 error\n==\n", "/copy")
    second = lines_of("/other/a.py:17: bad total\n2 errors\n", "/other")
    assert list(first.values()) == ["a.py:3: bad total", "1 error"]
    assert own_lines(first, [second]) == ["1 error"]


@pytest.mark.parametrize(
    ("line", "unstarted"),
    [
        ("ModuleNotFoundError: No module named 'yaml'", True),
        ("/bin/sh: 1: eslint: not found", True),
        ("!!! Interrupted: 1 error during collection !!!", True),
        ("a.ts(1,1): error TS2307: Cannot find module './b'", False),
        ("E   AssertionError: 3 != 4", False),
        ("src/a.py:1:1: F401 `os` imported but unused", False),
    ],
)
def test_a_check_that_could_not_start_says_so(line: str, unstarted: object) -> None:
    """A compiler that finds a wrong import has started."""
    assert bool(unstarted_line([line])) is unstarted


def test_a_base_copy_wants_what_it_is_told_to_bring(tmp_path: Path, base: Base) -> None:
    """What is in the commit already is not brought beside it."""
    place = checked(tmp_path / "more", {"a": "1\n"})
    tree = open_tree(place.repository, "HEAD")
    for path in ("a", "none"):
        with (
            pytest.raises(Misuse),
            base_copy(tree, base.folder.parent, work_tree=False, beside=[path]),
        ):
            pass


@pytest.mark.parametrize(
    ("message", "place", "judged"),
    [
        ("Failed: DID NOT RAISE <class 'ValueError'>", "tests/test_a.py:3", 2),
        ("assert 1 == 2", "tests/test_a.py:3", 2),
        ("ZeroDivisionError: division by zero", "src/a.py:9", 0),
    ],
)
def test_a_test_that_turned_judged_unless_the_changed_code_raised(
    message: str, place: str, judged: int
) -> None:
    """What is changed is the code, and the tests beside it are none of it."""
    text = f"{place}: in test\nE   {message}\n\n{place}: Error"
    cases = {name: Case(name, Outcome.FAILED, message, text) for name in ("t::a", "t::b")}
    before = Reading("green", "2 tests passed", frozenset(cases))
    now = Reading("red", "2 of 2 tests did not pass", bad=cases)
    assert what_turned(before, now, ["src/a.py"])["judged"] == judged
