"""The one reading of a release's migrations: which steps, in what order, without their ways back.

Whoever applies migrations here applies a `Plan`: the rehearsal to the database that services use,
the replay to the one where tenants are held apart.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from atom_release.lab.migrations.markers import (
    Doubt,
    find_placeholder,
    is_checkpoint,
    read_sections,
    wants_no_transaction,
)
from atom_release.lab.migrations.order import read_names
from atom_release.lab.migrations.psql import read_included, speaks_psql
from atom_release.lab.migrations.statements import statements
from atom_release.lab.migrations.undoing import undoes_itself

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from atom_release.source.commit import JudgedTree


_BY_NAME = "Give the file a name that its tool knows, or narrow tenancy.migrations to the steps."
_BY_MARKER = (
    "Mark the way back as a tool of docs/Tenancy.md does, e.g. `-- migrate:down`, or move it"
    " into a file of its own that ends in .down.sql."
)


@dataclass(frozen=True)
class Step:
    """One file's way forward, on the lines that it has in the file."""

    path: str
    content: bytes
    in_transaction: bool = True
    by_psql: bool = False
    included: Mapping[str, bytes] = field(default_factory=dict)  # what psql is told to include


@dataclass
class Plan:
    """What is applied, in order; what is not, and why; and what cannot be read for certain."""

    steps: list[Step] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    ordered_by: str = "name"
    unordered: bool = False  # nothing in the names says which step is first

    @property
    def certain(self) -> list[Step]:
        """The steps before the first that is in doubt: what they do is known."""
        doubtful = {doubt.path for doubt in self.doubts}
        first = next(
            (place for place, step in enumerate(self.steps) if step.path in doubtful),
            len(self.steps),
        )
        outside = doubtful - {step.path for step in self.steps}
        return [] if outside else self.steps[:first]


def plan_migrations(tree: JudgedTree, pattern: str) -> Plan:
    """Return the plan of the migrations that match the manifest's glob in the judged tree."""

    def read(path: str) -> bytes | None:
        return tree.read(path) if path in tree.entries else None

    return make_plan(((path, tree.read(path)) for path in tree.glob(pattern)), read)


def make_plan(
    files: Iterable[tuple[str, bytes]], read: Callable[[str], bytes | None] = lambda _: None
) -> Plan:
    """Return the plan of these files; `read` reads another file, None where there is none."""

    def sqitch_plan(path: str) -> str | None:
        content = read(path)
        return None if content is None else content.decode("utf-8", "replace")

    contents = dict(files)
    names = read_names(contents, sqitch_plan)
    plan = Plan(left_out=names.left_out, ordered_by=names.ordered_by, unordered=names.unordered)
    plan.doubts = [
        Doubt(path, 1, doubt_text, _BY_NAME) for path, doubt_text in sorted(names.doubts.items())
    ]
    for path in _since_checkpoint(names.steps, contents, plan.left_out):
        plan.steps.append(_read_step(path, contents[path], read, plan.doubts))
    return plan


def _since_checkpoint(
    paths: list[str], contents: Mapping[str, bytes], left_out: dict[str, str]
) -> list[str]:
    """Return the steps from the last that stands for all before it; all where none does."""
    since: list[str] = []
    for path in paths:
        if is_checkpoint(contents[path].decode("utf-8", "replace")):
            left_out |= dict.fromkeys(since, f"the checkpoint {path} stands for it")
            since = []
        since.append(path)
    return since


def _read_settings(path: str, read: Callable[[str], bytes | None]) -> str:
    """Return what a step's own settings file says: Flyway's .conf, Diesel's metadata.toml."""
    places = (f"{path}.conf", str(PurePosixPath(path).with_name("metadata.toml")))
    return " ".join((read(place) or b"").decode("utf-8", "replace") for place in places)


def _read_step(
    path: str, content: bytes, read: Callable[[str], bytes | None], doubts: list[Doubt]
) -> Step:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return Step(path, content)  # whoever applies it says so
    sections = read_sections(text)
    if sections.doubt:
        doubts.append(Doubt(path, *sections.doubt, _BY_MARKER))
    elif undoes_itself(sections.forward):
        doubt_text = "the file takes back all that it makes: one part of it may be a way back"
        doubts.append(Doubt(path, _last_line(sections.forward), doubt_text, _BY_MARKER))
    by_psql = speaks_psql(sections.forward)
    if placeholder := find_placeholder(sections.forward, by_psql=by_psql):
        line, name = placeholder
        doubt_text = f"{name} is filled in by a deployment, which is not known"
        doubts.append(
            Doubt(path, line, doubt_text, f"Commit {path} with a value in place of {name}.")
        )
    settings = f"-- {_read_settings(path, read)}".replace("\n", " ")
    in_transaction = not (wants_no_transaction(text) or wants_no_transaction(settings))
    forward = sections.forward.encode()
    if not by_psql:
        return Step(path, forward, in_transaction)
    included, refused = read_included(path, sections.forward, read)
    if refused:
        doubts.append(Doubt(path, *refused, f"Take that line out of {path}."))
    return Step(path, forward, in_transaction, by_psql=not refused, included=included)


def _last_line(text: str) -> int:
    places = [statement.start for statement in statements(text)]
    return text.count("\n", 0, places[-1]) + 1 if places else 1
