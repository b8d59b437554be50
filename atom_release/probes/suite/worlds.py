"""The world of a suite: made once, prepared by the release's own commands, given to every run.

What a world is made of is `lab.worlds`. A step that fails before the tests is never the release's
fault: it may have failed for what is not here.
"""

from __future__ import annotations

import os
import shlex
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

from atom_release.errors import ProbeFault
from atom_release.gate.facts.suite import WorldFacts
from atom_release.lab.environments.workshop import last_lines
from atom_release.lab.log_text import kept_log
from atom_release.lab.rehearsal.folder import space_of
from atom_release.lab.rehearsal.toolchains import make_toolchain
from atom_release.lab.throwaway import throwaway
from atom_release.lab.worlds import Wanted, make_kit
from atom_release.lab.worlds.neighbours import Neighbours
from atom_release.lab.worlds.world import fill
from atom_release.probes.suite import prepared, trees

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from atom_release.gate.manifest import Suite
    from atom_release.lab.interpreter import Built
    from atom_release.lab.look import Look
    from atom_release.lab.worlds import World
    from atom_release.probes.suite.bench import Bench

_MARK = "== before the tests: "
_MOST_TOLD = 50
_KEEPING = "keeping what they wrote"


@contextmanager
def in_world(look: Look, suite: Suite, made: Bench, sources: Sequence[str] = ()) -> Iterator[Bench]:
    """Return the bench whose runs have what the suite needs beside them, prepared.

    What the steps before it wrote in the tree is in every run; `sources` are paths of the code.

    Raises:
        NoSystem: this machine does not have what it needs.
        ProbeFault: it could not be started, or a step before the tests failed.
    """
    wanted = Wanted(
        suite.systems,
        suite.database.user,
        suite.database.name,
        tuple(
            tuple(word.replace("{python}", made.python) for word in step) for step in suite.prepare
        ),
        look.manifest.secrets,
        suite.hosts,
        suite.database.version or "",
        disk_mb=look.operator.disk_mb,
        disk_files=look.operator.disk_files,
    )
    if not (suite.needs or wanted.prepare or wanted.hosts):
        given = {"random": wanted.random}
        filled = {name: fill(text, given) for name, text in made.environment.items()}
        yield replace(made, environment=filled, secret=(*made.secret, wanted.random))
        return
    look.tell("preparing what the suite needs", 0.0)
    with throwaway(trees.room(look), "world-") as room:
        shelf = Path(os.path.realpath(look.scratch)).parent / "worlds"
        preparing = _Preparing(look, made, room, wanted.prepare, suite.paths, sources)
        wanted = replace(wanted, neighbours=_neighbours(look, suite, room))
        kit = make_kit(look.sandbox(), shelf, room, wanted, preparing.prepare)
        ready = preparing.with_written(replace(made, kit=kit))
        try:
            yield ready
        finally:
            if ready.prepared:
                trees.forget(look, ready.history, ready.built)


def describe_world(made: Bench) -> WorldFacts | None:
    """Return what every run of a bench has beside it, for the facts; None where that is nothing."""
    if made.kit is None:
        return None
    wanted = made.kit.wanted
    has_database = "postgres" in wanted.needs
    return WorldFacts(
        systems=dict(wanted.versions),
        user=wanted.user if has_database else "",
        database=wanted.database if has_database else "",
        services=[service.id for service, _ in wanted.neighbours.services]
        if wanted.neighbours
        else [],
        other_version=_other_version(wanted) if has_database else "",
        prepared=[shlex.join(step) for step in wanted.prepare],
        written=list(made.prepared[:_MOST_TOLD]),
        written_files=len(made.prepared),
    )


def _neighbours(look: Look, suite: Suite, room: Path) -> Neighbours | None:
    """Return the services that a suite needs beside it, with an environment made for each.

    Raises:
        NoToolchain: this machine lacks what one of them is run with.
        ProbeFault: an environment could not be made, or the tree not be copied.
    """
    if not suite.beside:
        return None
    services = tuple(
        (service, service.start)
        for service in look.manifest.services
        if service.id in suite.beside and service.start
    )
    tree = room / "services"
    look.tree.write_to(tree, without=look.labelled_rows)
    tree.chmod(0o755)
    return Neighbours(
        services,
        tree,
        {
            service.id: make_toolchain(look, start.install, start.directory)
            for service, start in services
        },
        look.tree.has_module,
        space_of(look.tree.entries.values(), len(services) + 1),
    )


def _other_version(wanted: Wanted) -> str:
    """Return that the database is of another major version than the release's files name."""
    version = wanted.versions["postgres"]
    if not wanted.major or version.partition(".")[0] == wanted.major:
        return ""
    return f"the release names PostgreSQL {wanted.major}, and the tests had {version}"


@dataclass
class _Preparing:
    """The steps before a suite, and what they wrote in the tree."""

    look: Look
    made: Bench
    room: Path
    steps: Sequence[Sequence[str]]
    tests: Sequence[str]
    sources: Sequence[str]
    written: Built | None = None

    def prepare(self, world: World) -> None:
        """Run the steps one after another, on the judged tree as it is.

        Raises:
            ProbeFault: one failed, or the time of the suite was over, or they wrote too much.
        """
        look, made = self.look, self.made
        tree, _ = trees.judged(look, made.history, made.built)
        filled = [[fill(word, world.values) for word in step] for step in self.steps]

        def words(out: Path) -> list[str]:
            return ["/bin/sh", "-c", _script(filled, made.directory, out)]

        done = made.within(world).carry_out(tree, self.room, words)
        text = done.output.decode("utf-8", "replace")
        look.keep("before the tests", kept_log(text))
        if done.status == 0 and not done.met_limit:
            self.written = prepared.take(
                self.room / "out" / prepared.BROUGHT,
                self.room / f"prepared-{token_hex(8)}",
                look.tree.entries,
                self.tests,
                self.sources,
            )
            return
        marked = [line.removeprefix(_MARK) for line in text.splitlines() if line.startswith(_MARK)]
        step = marked[-1] if marked else shlex.join(self.steps[0])
        how = f"met its {done.met_limit} limit" if done.met_limit else f"ended with {done.status}"
        after = text.rpartition(f"{_MARK}{step}")[2]
        raise ProbeFault(
            f"the step before them, `{step}`, {how}: {last_lines(kept_log(after))}",
            "See the step's output among the artifacts, and mend `prepare` or `needs`.",
        )

    def with_written(self, bench: Bench) -> Bench:
        """Return a bench whose every run has what the steps wrote."""
        if self.written is None:
            return bench
        both = prepared.joined(bench.built, self.written)
        return replace(bench, built=both, prepared=self.written.paths)


def _script(steps: Sequence[Sequence[str]], directory: str, out: Path) -> str:
    lines = ["set -e", *prepared.marking(directory, out)]
    for step in steps:
        command = shlex.join(step)
        lines += [f"echo {shlex.quote(_MARK + command)}", command]
    lines += [f"echo {shlex.quote(_MARK + _KEEPING)}", *prepared.bringing(out)]
    return "\n".join(lines)
