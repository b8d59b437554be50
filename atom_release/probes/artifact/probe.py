"""Run the commands that are said to make the release's files, and compare what they write.

What the runs show is `gate.rules.artifacts`.
"""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from atom_release.errors import ProbeFault
from atom_release.gate.facts.artifact import ArtifactFacts, Making, Part
from atom_release.gate.printable import printable
from atom_release.gate.rules import artifacts as rule
from atom_release.gate.rules.isolation import common_isolation
from atom_release.gate.vocabulary import Answer
from atom_release.lab.proof.change import Change
from atom_release.probes.artifact import content, outside
from atom_release.probes.artifact.command import MakingCommand
from atom_release.probes.artifact.withheld import without_code, without_data
from atom_release.probes.own_check.check_environment import CheckEnvironment, environment_of
from atom_release.probes.suite import trees
from atom_release.probes.unrunnable import answer_without_run, unread

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from atom_release.gate.facts.evidence import Evidence
    from atom_release.gate.manifest.origins import Artifact
    from atom_release.lab.look import Look
    from atom_release.lab.proof.bench import Run

QUESTION = "artifact"
_REMEDY = "Let a command of the commit make the file from what it is evidence of, and commit both."
_LONGEST = 200


def probe_artifacts(
    look: Look, artifacts: Iterable[Artifact], cited: Mapping[str, Sequence[str]]
) -> Iterator[Evidence]:
    """Ask of each file whether its command makes it, and whether it could come out otherwise.

    Args:
        look: the judged commit.
        artifacts: the files with their commands.
        cited: path -> the criteria whose passed rows cite it, for those that name none themselves.
    """
    for artifact in artifacts:
        criteria = list(artifact.evidence_for or cited.get(artifact.file, ()))
        yield probe_artifact(look, artifact, criteria)


def probe_artifact(
    look: Look, artifact: Artifact, criteria: list[str], named_at: str = ""
) -> Evidence:
    """Ask of one file; `named_at` is the place of a document that names its command."""
    if look.tree.missing:
        why = f"this clone does not hold {look.tree.missing[0]}"
        return unread(look, QUESTION, artifact.file, why)
    command = MakingCommand(artifact.made_by, artifact.directory or ".", look.tree.entries)
    facts = ArtifactFacts(
        file=artifact.file,
        command=shlex.join(artifact.made_by),
        named_at=named_at,
        criteria=criteria,
        held=artifact.file in look.tree.entries,
        script=command.script,
        lacking=command.lacking,
    )
    if not facts.held or not facts.command or facts.lacking:
        return _evidence(look, facts, ())
    try:
        made = environment_of(look, artifact, artifact.install)
    except ProbeFault as fault:
        answer = answer_without_run(fault)
        reason = f"`{facts.command}` could not be run: {fault.message}"
        return look.found(QUESTION, artifact.file, answer, reason, remedy=fault.remedy)
    series = _Series(look, artifact, command, made)
    return _evidence(look, series.carry_out(facts), series.isolation)


def _evidence(look: Look, facts: ArtifactFacts, isolation: tuple[str, ...]) -> Evidence:
    facts = facts.model_copy(update={"contradictions": rule.findings_of(facts)})
    answer, reason = rule.answer_of(facts)
    sources = {
        path: look.tree.digest(path)
        for path in (facts.file, facts.script)
        if path in look.tree.entries
    }
    return look.found(
        QUESTION,
        facts.file,
        answer,
        reason,
        remedy="" if answer is Answer.YES else _REMEDY,
        control=rule.control_of(facts),
        facts=facts.to_json(),
        isolation=isolation,
        sources=sources,
    )


@dataclass
class _Series:
    """The runs of one command, as they are made."""

    look: Look
    artifact: Artifact
    command: MakingCommand
    made: CheckEnvironment
    runs: list[tuple[Making, Run]] = field(default_factory=list)

    @property
    def isolation(self) -> tuple[str, ...]:
        """The isolation that held in every run."""
        return common_isolation(run.isolation for _, run in self.runs)

    def carry_out(self, facts: ArtifactFacts) -> ArtifactFacts:
        """Make the runs, and return the facts with them."""
        first = self._run("as it is", self._judged)
        changed: dict[str, object] = {}
        if not first.written:
            self._run("with its file", self._judged, fresh=False)
        elif not first.status:
            self._take_out()
            changed = {**self._ask_otherwise(), **self._compare()}
        runs = [making for making, _ in self.runs]
        return facts.model_copy(update={"runs": runs, **changed})

    @cached_property
    def _judged(self) -> Path:
        return trees.judged(self.look, "commit", self.made.built)[0]

    def _take_out(self) -> None:
        """Run without the code and, where that changes nothing, without the data too."""
        kept, built = self.command.own_files, self.made.built
        with without_code(self.look, built, kept) as withheld:
            bare = self._run("without code", withheld.copy, unread=withheld.first)
        if bare.same:
            history = outside.reads_history(self._text)
            with without_data(self.look, built, kept, history=history) as withheld:
                self._run("without data", withheld.copy, unread=withheld.first)

    def _ask_otherwise(self) -> dict[str, object]:
        """Run with another phase or version than the release's, if the command names one."""
        other = self.command.with_another_argument(self.look.manifest.release)
        if other is None:
            return {}
        word, words = other
        self._run("other argument", self._judged, words)
        return {"argument": word}

    def _compare(self) -> dict[str, object]:
        """Compare what the first run wrote with what was committed."""
        committed = self.look.tree.read(self.artifact.file)
        made = self._first.written[self.artifact.file]
        compared = content.differences(committed, made)
        return {
            "differences": compared.places[:5],
            "more_differences": len(compared.places[5:]),
            "set_aside": sorted(compared.aside),
            "fixed_time": self._fixed_time(committed, made),
            "asks_outside": outside.asks_outside(self._text),
        }

    def _fixed_time(self, committed: bytes, made: bytes) -> str:
        """Return a moment of the file that the script itself states; empty where there is none."""
        both = content.moments_in(committed) & content.moments_in(made)
        return next((moment for moment in sorted(both) if moment in self._text), "")

    @cached_property
    def _text(self) -> str:
        """The script's own text; of a command without one, the command."""
        script = self.command.script
        if script not in self.look.tree.entries:
            return shlex.join(self.artifact.made_by)
        return self.look.tree.read(script).decode("utf-8", "replace")

    @property
    def _first(self) -> Run:
        return self.runs[0][1]

    def _run(
        self,
        part: Part,
        tree: Path,
        words: Sequence[str] = (),
        *,
        fresh: bool = True,
        unread: str = "",
    ) -> Making:
        """Run over a tree, where `fresh` without the file, and only if `unread` cannot be read."""
        bench = replace(self.made.bench, collects=True, command=words or self.artifact.made_by)
        steps = [f"rm -f -- {self._quoted(self.artifact.file)}"] if fresh else []
        steps += [f"[ ! -r {self._quoted(unread)} ]"] if unread else []
        run = bench.run(tree, Change(command=" && ".join(steps)))
        self.look.keep(f"{self.artifact.file}, {part}", run.text)
        making = self._making(part, run)
        self.runs.append((making, run))
        return making

    def _quoted(self, path: str) -> str:
        """Return a path of the tree for a shell in the command's own folder."""
        return shlex.quote(os.path.relpath(path, self.artifact.directory or "."))

    def _making(self, part: Part, run: Run) -> Making:
        content_written = run.written.get(self.artifact.file)
        lines = [line.strip() for line in run.text.splitlines() if line.strip()]
        return Making(
            part=part,
            status=run.status,
            written=content_written is not None,
            others=sorted(path for path in run.written if path != self.artifact.file)[:10],
            same=not run.status and bool(self.runs) and self._is_as_first(part, run),
            passes=content_written is not None and content.says_pass(content_written),
            met_limit=run.met_limit or "",
            last_words=printable(lines[-1])[:_LONGEST] if run.status and lines else "",
        )

    def _is_as_first(self, part: Part, run: Run) -> bool:
        """Return whether a run wrote what the first one did: the file, or all, by the part."""
        first = self._first
        if part != "other argument":
            both = [each.written.get(self.artifact.file) for each in (first, run)]
            return None not in both and content.is_same(both[0] or b"", both[1] or b"")
        return (
            run.written.keys() == first.written.keys()
            and all(
                content.is_alike(written, run.written[path])
                for path, written in first.written.items()
            )
            and content.is_alike(first.text.encode(), run.text.encode())
        )
