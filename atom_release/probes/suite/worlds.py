"""The world of a suite: made once, prepared by the release's own commands, given to every run.

What a world is made of is `lab.worlds`. A step that fails before the tests is never the release's
fault: it may have failed for what is not here.
"""

from __future__ import annotations

import os
import shlex
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from atom_release.errors import ProbeFault
from atom_release.gate.facts.suite import WorldFacts
from atom_release.lab.environments.workshop import last_lines
from atom_release.lab.log_text import kept_log
from atom_release.lab.sandbox import Sandbox
from atom_release.lab.throwaway import throwaway
from atom_release.lab.worlds import Wanted, make_kit
from atom_release.lab.worlds.world import fill
from atom_release.probes.suite import trees

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from atom_release.gate.manifest import Suite
    from atom_release.lab.look import Look
    from atom_release.lab.worlds import World
    from atom_release.probes.suite.bench import Bench

_MARK = "== before the tests: "


@contextmanager
def in_world(look: Look, suite: Suite, made: Bench) -> Iterator[Bench]:
    """Return the bench whose runs have what the suite needs beside them, prepared.

    Raises:
        NoSystem: this machine does not have what it needs.
        ProbeFault: it could not be started, or a step before the tests failed.
    """
    wanted = Wanted(
        suite.needs,
        suite.database.user,
        suite.database.name,
        tuple(
            tuple(word.replace("{python}", made.python) for word in step) for step in suite.prepare
        ),
        look.manifest.secrets,
        disk_mb=look.operator.disk_mb,
        disk_files=look.operator.disk_files,
    )
    if not wanted.needs and not wanted.prepare:
        given = {"random": wanted.random}
        filled = {name: fill(text, given) for name, text in made.environment.items()}
        yield replace(made, environment=filled)
        return
    look.tell("preparing what the suite needs", 0.0)
    with throwaway(trees.room(look), "world-") as room:
        box = Sandbox(look.hidden, look.readable, accepted=look.operator.isolation)
        shelf = Path(os.path.realpath(look.scratch)).parent / "worlds"
        kit = make_kit(
            box, shelf, room, wanted, partial(_prepare, look, made, room, wanted.prepare)
        )
        yield replace(made, kit=kit)


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
        prepared=[shlex.join(step) for step in wanted.prepare],
    )


def _prepare(
    look: Look, made: Bench, room: Path, steps: Sequence[Sequence[str]], world: World
) -> None:
    """Run the steps one after another, on the judged tree as it is.

    Raises:
        ProbeFault: one failed, or the time of the suite was over.
    """
    tree, _ = trees.judged(look, made.history, made.built)
    filled = [[fill(word, world.values) for word in step] for step in steps]
    words = ["/bin/sh", "-c", _script(filled)]
    done = made.within(world).carry_out(tree, room, words)
    text = done.output.decode("utf-8", "replace")
    look.keep("before the tests", kept_log(text))
    if done.status == 0 and not done.met_limit:
        return
    marked = [line.removeprefix(_MARK) for line in text.splitlines() if line.startswith(_MARK)]
    step = marked[-1] if marked else shlex.join(steps[0])
    how = f"met its {done.met_limit} limit" if done.met_limit else f"ended with {done.status}"
    after = text.rpartition(f"{_MARK}{step}")[2]
    raise ProbeFault(
        f"the step before them, `{step}`, {how}: {last_lines(kept_log(after))}",
        "See the step's output among the artifacts, and mend `prepare` or `needs`.",
    )


def _script(steps: Sequence[Sequence[str]]) -> str:
    lines = ["set -e"]
    for step in steps:
        command = shlex.join(step)
        lines += [f"echo {shlex.quote(_MARK + command)}", command]
    return "\n".join(lines)
