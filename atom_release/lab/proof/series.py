"""The runs that prove a check: green now, red with the known-bad change, green again.

A run that is not as it has to be is repeated, which tells flaky from dead and from red. What the
runs prove is `gate.rules.proof`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from atom_release.gate.facts.own_check import (
    CheckRun,
    ControlledRed,
    OwnCheckFacts,
    Part,
    State,
)
from atom_release.gate.rules.isolation import common_isolation
from atom_release.lab.failure_cause import cause
from atom_release.lab.judgement import judged
from atom_release.lab.junit import Case, Outcome
from atom_release.lab.proof import breakage
from atom_release.lab.proof.change import Change, ChangeNotMade, copied, make
from atom_release.lab.proof.reading import Reading, read, surroundings
from atom_release.lab.proof.words import lines_of, own_lines, unstarted_line

if TYPE_CHECKING:
    from atom_release.lab.proof.bench import CheckBench, Run

_AGAIN = 2
_MOST_NAMED = 50
_INTERPRETERS = frozenset({"sh", "bash", "dash", "node", "ruby", "perl", "{python}"})
_OUTPUT_LIMIT = 4000


@dataclass
class Series:
    """The runs of one check, as they are made.

    `paths` are the files that the tree itself has, whatever else lies in the copy.
    """

    bench: CheckBench
    base: Path
    paths: Sequence[str]
    change: Change | None
    harmless: Change | None = None
    says: str = ""
    repeats: int = 1
    no_control: str = ""
    control_bench: CheckBench | None = None  # where the control is another environment
    at_once: int = 3
    keep: Callable[[str, str], None] = field(default=lambda _heading, _text: None)
    tell: Callable[[str], None] = field(default=lambda _part: None)
    runs: list[tuple[CheckRun, Run, Reading]] = field(default_factory=list)

    def carry_out(self) -> OwnCheckFacts:
        """Make the runs, and return what they were."""
        first = self._ask_until("green", "as it is", self.base)
        red, unmade = None, ""
        if first and self.change is not None:
            try:
                red = self._with_change(self.change)
            except ChangeNotMade as error:
                unmade = error.message
            if not unmade and self.runs[-1][0].part != "as it is":
                self._ask("as it is", self.base)
        return OwnCheckFacts(
            command=list(self.bench.command),
            verdict=_verdict_text(self.bench),
            control=self.change.sentence if self.change else "",
            no_control=self.no_control,
            unmade=unmade,
            runs=[run for run, _, _ in self.runs],
            red=red,
        )

    @property
    def isolation(self) -> tuple[str, ...]:
        """The isolation that held in every run."""
        return common_isolation(run.isolation for _, run, _ in self.runs)

    def _ask_until(
        self, wanted: State, part: Part, tree: Path, change: Change | None = None
    ) -> bool:
        """Run `repeats` times; return whether each was as wanted, and repeat what was not."""
        readings = [self._ask(part, tree, change) for _ in range(self.repeats)]
        as_wanted = all(reading.state == wanted for reading in readings)
        if not as_wanted and not any(reading.state == "untold" for reading in readings):
            for _ in range(_AGAIN):
                self._ask(part, tree, change)
        return as_wanted

    def _ask(self, part: Part, tree: Path, change: Change | None = None) -> Reading:
        self.tell(part)
        bench = self.control_bench if part == "control" else None
        return self._note(part, (bench or self.bench).run(tree, change))

    def _note(self, part: Part, run: Run) -> Reading:
        reading = read(run, self.bench.verdict)
        outside = surroundings(run) if part == "as it is" and reading.state == "red" else ""
        if outside and not reading.bad:
            reading = Reading("untold", f"{reading.why} ({outside})", unstarted=outside)
        elif reading.state == "untold" and run.hidden_path:
            reading = Reading("untold", f"{reading.why} ({surroundings(run)})")
        made = CheckRun(
            part=part,
            state=reading.state,
            why=reading.why,
            status=run.status,
            met_limit=run.met_limit,
            seconds=run.seconds,
        )
        self.runs.append((made, run, reading))
        self.keep(f"{part} (run {len(self.runs)}): {reading.state}", run.text[-_OUTPUT_LIMIT:])
        return reading

    def _with_change(self, change: Change) -> ControlledRed | None:
        """Run with the known-bad change, and what tells its red from that of anything broken.

        Raises:
            ChangeNotMade: it does not fit the tree.
        """
        with copied(self.base, self.bench.scratch) as copy:
            paths = make(change, copy)
            turned = self._ask_until("red", "control", copy, change)
            self._ask_harmless()
            _, run, reading = next(made for made in self.runs if made[0].part == "control")
            if not turned and not reading.unstarted:
                return None
            return self._controlled(copy, paths, run, reading)

    def _ask_harmless(self) -> None:
        if self.harmless is not None:
            with copied(self.base, self.bench.scratch) as copy:
                make(self.harmless, copy)
                self._ask("harmless", copy, self.harmless)

    def _controlled(
        self, copy: Path, paths: Sequence[str], run: Run, reading: Reading
    ) -> ControlledRed:
        _, green, before = self.runs[0]
        lines, green_lines = lines_of(run.text, run.copy), lines_of(green.text, green.copy)
        new_lines = own_lines(lines, [green_lines])
        seen = ControlledRed(
            changed=list(paths),
            is_of_the_check=self._own_program(paths),
            unreadable=breakage.unreadable(self.base, copy, paths),
            unstarted=reading.unstarted or ("" if reading.bad else unstarted_line(new_lines)),
            new_words=new_lines[:_MOST_NAMED],
            says=self.says,
            says_it=any(self.says in line for line in new_lines) if self.says else None,
        )
        if self.says:
            return seen
        if self.bench.verdict.form != "exit":
            return seen.model_copy(update=what_turned(before, reading, paths))
        broken = self._broken_runs(paths)
        own = own_lines(lines, [green_lines, *(lines_of(more.text, more.copy) for more in broken)])
        return seen.model_copy(
            update={
                "own_words": own[:_MOST_NAMED],
                "own_status": all(more.status != run.status for more in broken),
            }
        )

    def _broken_runs(self, paths: Sequence[str]) -> list[Run]:
        """Run over the tree with all files emptied, with the changed ones spoilt, and as it is.

        All at once, where nothing else forbids it: no run of these knows of another.
        """
        with (
            copied(self.base, self.bench.scratch) as emptied,
            copied(self.base, self.bench.scratch) as spoilt,
        ):
            breakage.empty(emptied, self.paths)
            breakage.spoil(spoilt, paths)
            trees: list[tuple[Part, Path]] = [("emptied", emptied)]
            trees += [("broken", spoilt)] if paths else []
            trees += [("as it is", self.base)]
            with ThreadPoolExecutor(self.at_once) as pool:
                runs = list(pool.map(lambda tree: self.bench.run(tree[1]), trees))
        for (part, _), run in zip(trees, runs, strict=True):
            self.tell(part)
            self._note(part, run)
        return runs[:-1]

    def _own_program(self, paths: Sequence[str]) -> list[str]:
        """Return which of the changed files the check itself is run from."""
        program, *words = self.bench.command
        name = program.rpartition("/")[2]
        if name in _INTERPRETERS or name.startswith("python"):
            program = next((word for word in words if not word.startswith("-")), program)
        place = (Path(self.bench.directory) / program.removeprefix("{copy}/")).as_posix()
        return [path for path in paths if path == place.removeprefix("./")]


def what_turned(before: Reading, now: Reading, code: Sequence[str]) -> dict[str, object]:
    """Return what passed before and speaks against the tree now, and what was lost on the way.

    Args:
        before: the answer of the tree as it is.
        now: the answer with the change.
        code: the files that the change is to; where an error comes from them, no test judged.
    """
    new = {name: case for name, case in now.bad.items() if name not in before.bad}
    if not any(case is not None for case in new.values()):  # results, not tests
        return {"turned": list(new)[:_MOST_NAMED], "lost": []}
    failed: dict[str, Case] = {
        name: case
        for name, case in new.items()
        if case and case.outcome is Outcome.FAILED and not cause(case)
    }
    lost = [name for name in before.passed - now.passed if name not in failed]
    return {
        "turned": list(failed)[:_MOST_NAMED],
        "lost": sorted(lost)[:_MOST_NAMED],
        "judged": sum(judged(case, code) for case in failed.values()),
    }


def _verdict_text(bench: CheckBench) -> str:
    verdict = bench.verdict
    if verdict.form != "json":
        return verdict.form
    return f"{verdict.pointer} {verdict.operator} {verdict.value}"
