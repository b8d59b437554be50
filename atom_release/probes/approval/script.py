"""The steps of an approval by programs as one shell script, and what each of them left."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from atom_release.lab.worlds.world import fill

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from atom_release.gate.manifest.programs import ApprovalByProgram, ProgramStep, Rows

_LARGEST = 4 << 20
STATES = (
    "state_at_first",
    "state_before",
    "state_after_refusal",
    "state_later",
    "state_after_approval",
    "state_after_action",
)
_CALL = """\
import asyncio, importlib, inspect, json, sys
module, _, names = sys.argv[1].partition(":")
target = importlib.import_module(module)
for name in names.split("."):
    target = getattr(target, name)
answer = target(**json.loads(sys.argv[2]))
if inspect.isawaitable(answer):
    async def wait():
        return await answer
    answer = asyncio.run(wait())
print(repr(answer))
"""
_SQLITE = """\
import pathlib, sqlite3, sys
place = pathlib.Path(sys.argv[1]).resolve()
database = sqlite3.connect(f"{place.as_uri()}?mode=ro", uri=True)
for row in database.execute(sys.argv[2]):
    print(*(repr(value) for value in row), sep="|")
"""
BY_ITSELF = "state_by_itself"
"""As long after `state_later`: rows that change then too go on changing with nobody asking."""

_LATER = 3  # seconds in which what runs behind the action could still carry it out


@dataclass(frozen=True)
class Step:
    """What one step left: its status, what it printed, and what it complained of."""

    status: int | None
    out: bytes
    err: str

    @property
    def digest(self) -> str:
        """The digest of the rows, empty where they could not be read."""
        return sha256(self.out).hexdigest() if self.status == 0 else ""

    @property
    def complaint(self) -> str:
        """The last line of what went wrong, one that speaks of an error if there is one."""
        lines = [line.strip() for line in self.err.splitlines() if line.strip()]
        errors = [line for line in lines if "error" in line.lower()]
        return (errors or lines or [f"it ended with {self.status}"])[-1][:200]


@dataclass(frozen=True)
class Script:
    """The steps as one shell script, each leaving its status and what it printed."""

    approval: ApprovalByProgram
    python: str
    client: str
    values: Mapping[str, str]

    def steps(self) -> Iterator[tuple[str, list[str]]]:
        """Yield the steps in their order, each with its words."""
        approval = self.approval
        first, before, refused, later, approved, after = STATES
        yield first, self._rows(approval.state)
        for number, step in enumerate(approval.prepare):
            yield f"prepare_{number}", self._words(step)
        yield before, self._rows(approval.state)
        yield "act_without_approval", self._words(approval.act)
        yield refused, self._rows(approval.state)
        yield later, self._rows(approval.state)
        yield BY_ITSELF, self._rows(approval.state)
        yield "approve", self._words(approval.approve)
        yield approved, self._rows(approval.state)
        yield "act_approved", self._words(approval.act)
        yield after, self._rows(approval.state)
        yield "record", self._rows(approval.record)

    def text(self, out: Path) -> str:
        """Return the script; every step runs, whatever became of the one before."""
        lines = []
        for name, words in self.steps():
            place = shlex.quote(str(out / name))
            if name in {STATES[3], BY_ITSELF}:
                lines.append(f"sleep {_LATER}")
            lines.append(
                f"{shlex.join(words)} > {place}.out 2> {place}.err < /dev/null;"
                f" echo $? > {place}.status"
            )
        return "\n".join(lines)

    def _words(self, step: ProgramStep) -> list[str]:
        if step.call:
            return [self.python, "-c", _CALL, step.call, json.dumps(step.arguments)]
        return [fill(word.replace("{python}", self.python), self.values) for word in step.run]

    def _rows(self, rows: Rows) -> list[str]:
        if rows.sqlite:
            return [self.python, "-I", "-c", _SQLITE, rows.sqlite, rows.query]
        address = self.values.get("postgres", "")
        return [
            self.client,
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-c",
            rows.query,
            address,
        ]


def read_steps(out: Path, names: Sequence[str]) -> dict[str, Step]:
    """Return what the steps of these names left in a folder, which they may have written in."""
    return {
        name: Step(
            _status(out / f"{name}.status"),
            _content(out / f"{name}.out"),
            _content(out / f"{name}.err").decode("utf-8", "replace"),
        )
        for name in names
    }


def _content(path: Path) -> bytes:
    """Return what a step left in a file; nothing through a link, which the step may have made."""
    if path.is_symlink() or not path.is_file():
        return b""
    with path.open("rb") as file:
        return file.read(_LARGEST)


def _status(path: Path) -> int | None:
    text = _content(path).strip()
    return int(text) if text.isdigit() else None
