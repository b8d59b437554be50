"""What a scenario is: one defect, declared with everything it must turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from importlib.resources import files as package_files
from importlib.resources.abc import Traversable
from typing import TypeVar

from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.manifest import Manifest
from atom_release.gate.vocabulary import FIXED_CRITERIA, Outcome
from atom_release.git import Git

Files = dict[str, bytes]
TREE, MESSY = "tree", "messy"
"""The folders of the bundled releases."""


@dataclass(frozen=True)
class Earlier:
    """A release that was made before the judged commit.

    How its files differed from the bundled ones, and what was found then.

    Only the gate can sign it, with the key of this machine: so the builder makes its commit, and
    the graph its decision and tag.
    """

    change: Callable[[Files], None]
    evidence: Callable[
        [Manifest, str, str, datetime], Mapping[str, list[Evidence]]
    ]  # manifest, commit, tree, moment -> by artifact's ending

    def files(self) -> Files:
        """Return the files of the commit that was judged then."""
        tree = dict(bundled())
        self.change(tree)
        return tree


@dataclass(frozen=True)
class Scenario:
    """A one-defect variant of the reference release.

    `expects` is its whole change set against `green`, `criterion` the primary one; `finds` are the
    kinds of contradiction that are shown beside it. `release` is the bundled release it varies.

    The defect is in the files (`change`), in what the first commit brought and the second removed
    (`once`), in the repositories (`prepare`), in what was released before (`earlier`), or in what
    stands around them (`around`: what the variables that the manifest names hold; what it starts,
    it gives to the stack to be ended).
    """

    name: str
    criterion: str | None
    expects: Mapping[str, Outcome]
    defect: str
    change: Callable[[Files], None] | None = None
    prepare: Callable[[Git], None] | None = field(default=None, compare=False)
    around: Callable[[ExitStack], Mapping[str, str]] | None = field(default=None, compare=False)
    earlier: Earlier | None = field(default=None, compare=False)
    once: Mapping[str, bytes] = field(default_factory=dict, compare=False)
    release: str = TREE
    finds: tuple[str, ...] = ()

    def files(self) -> Files:
        """Return the variant's files: path -> content."""
        tree = dict(bundled(self.release))
        if self.change is not None:
            self.change(tree)
        return tree


def combine(scenarios: Sequence[Scenario]) -> Scenario:
    """Return the scenario that has the defects of all of these, each as if it stood alone.

    Their change sets are put together, so no two may declare the same criterion; and no two may
    both change what the files are not: one past, one set of repositories, one surroundings.

    Raises:
        ValueError: two of them declare, or change, the same.
    """
    name = "+".join(scenario.name for scenario in scenarios)
    expects: dict[str, Outcome] = {}
    if len({scenario.release for scenario in scenarios}) > 1:
        message = f"{name}: they are of two releases"
        raise ValueError(message)
    for scenario in scenarios:
        if shared := expects.keys() & scenario.expects:
            message = f"{name}: more than one turns {', '.join(sorted(shared))}"
            raise ValueError(message)
        expects |= scenario.expects

    def change(tree: Files) -> None:
        for scenario in scenarios:
            if scenario.change is not None:
                scenario.change(tree)

    return Scenario(
        name,
        scenarios[0].criterion,
        expects,
        " ".join(scenario.defect for scenario in scenarios),
        change,
        prepare=_only(name, [scenario.prepare for scenario in scenarios]),
        around=_only(name, [scenario.around for scenario in scenarios]),
        earlier=_only(name, [scenario.earlier for scenario in scenarios]),
        once=_only(name, [scenario.once or None for scenario in scenarios]) or {},
        release=scenarios[0].release,
        finds=tuple(sorted({kind for scenario in scenarios for kind in scenario.finds})),
    )


_Part = TypeVar("_Part")


def _only(name: str, parts: Sequence[_Part | None]) -> _Part | None:
    there = [part for part in parts if part is not None]
    if len(there) > 1:
        message = f"{name}: more than one changes what stands beside the files"
        raise ValueError(message)
    return there[0] if there else None


@lru_cache(maxsize=2)
def bundled(release: str = TREE) -> Mapping[str, bytes]:
    """Return the files of a bundled release: the reference release, unless another is named."""
    files: Files = {}

    def walk(folder: Traversable, prefix: str) -> None:
        for entry in sorted(folder.iterdir(), key=lambda path: path.name):
            if entry.is_dir() and entry.name != "__pycache__":
                walk(entry, f"{prefix}{entry.name}/")
            elif entry.is_file() and not entry.name.endswith(".pyc"):
                files[prefix + entry.name] = entry.read_bytes()

    walk(package_files("atom_release.reference") / release, "")
    return files


def ask_only(tree: Files, *criteria: str) -> None:
    """Let the manifest of an earlier release leave out all criteria but these."""
    every = (*(f"C.{number}" for number in range(1, 6)), *FIXED_CRITERIA)
    lines = [f"  {name}: told by another release\n" for name in every if name not in criteria]
    replace(tree, "release.yaml", "\nacts: on\n", f"\nacts: on\nleft_out:\n{''.join(lines)}")


def replace(tree: Files, path: str, old: str, new: str) -> None:
    """Change one place of a file.

    Raises:
        ValueError: the place is not there exactly once: the scenario no longer fits the reference
            release.
    """
    text = tree[path].decode()
    if text.count(old) != 1:
        message = f"{path} holds {old!r} {text.count(old)} times, not once"
        raise ValueError(message)
    tree[path] = text.replace(old, new).encode()
