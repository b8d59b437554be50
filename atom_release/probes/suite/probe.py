"""Run a service's own tests from the judged tree, several times and once without the code.

And say what they show.

The question is `suite`. The answer rests on test cases, compared with the exit status and with a
separate collection. What the surroundings did to a test (no network, no memory, a missing module)
is not held against the release.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from atom_release.errors import ProbeFault
from atom_release.gate.vocabulary import Answer
from atom_release.lab.interpreter import interpreter
from atom_release.lab.sandbox import Limits, Sandbox
from atom_release.probes.suite import trees
from atom_release.probes.suite.command import CommandBench, CommandSeries
from atom_release.probes.suite.run import Bench, seen_by
from atom_release.probes.suite.series import Series, evidence
from atom_release.probes.suite.verdict import some
from atom_release.source.objects import MENDED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from atom_release.gate.facts.evidence import Evidence
    from atom_release.gate.manifest import Integration, Service, Suite
    from atom_release.lab.look import Look

CORES = 2
_INTEGRATION_MEMORY_MB = 2048


def run_suite(look: Look, service: Service) -> Evidence:
    """Ask whether the service's tests pass, and whether they would fail without its code."""
    suite = service.suite
    if suite is None:
        return look.found(
            "suite", service.id, Answer.UNKNOWN, f"the manifest names no tests of {service.name}"
        )
    lacking = lacks(look, [*suite.paths, suite.directory, suite.requirements])
    if lacking:
        return look.found(
            "suite",
            service.id,
            Answer.UNKNOWN,
            f"the commit holds no {', '.join(lacking)}",
            remedy="Commit it, or mend the manifest.",
        )
    missing = trees.missing_files(look, [*suite.paths, *service.source])
    if missing:
        return look.found(
            "suite",
            service.id,
            Answer.UNKNOWN,
            f"this clone does not hold {some(missing)}, of the tests or of what they test",
            remedy=f"Fetch it: {MENDED}",
        )
    try:
        made = bench_of(look, suite)
    except ProbeFault as fault:
        return look.found(
            "suite",
            service.id,
            Answer.UNKNOWN,
            f"the tests of {service.name} could not be run: {fault.message}",
            remedy=fault.remedy,
        )
    kind, sources = (
        (CommandSeries, suite.ablate or service.source)
        if suite.command
        else (Series, service.source)
    )
    series = kind(look, made, made, suite.repeats, sources, suite.paths, at_once=CORES)
    return evidence(look, "suite", service.id, series.carry_out())


def bench_of(look: Look, suite: Suite) -> Bench:
    """Return what the runs of a service's suite are made with.

    Raises:
        ProbeFault: the Python that it needs could not be had.
    """
    made = bench(look, suite, memory_mb=suite.memory_mb, arguments=suite.arguments)
    if not suite.command:
        return made
    return CommandBench(
        **{field.name: getattr(made, field.name) for field in fields(made)}, command=suite.command
    )


def lacks(look: Look, paths: Sequence[str | None]) -> list[str]:
    """Return those of these paths that the judged tree does not have."""
    return [
        path
        for path in paths
        if path and path.strip("./") and path.rstrip("/") not in look.tree.entries
    ]


def bench(
    look: Look,
    suite: Suite | Integration,
    *,
    memory_mb: int = _INTEGRATION_MEMORY_MB,
    arguments: Sequence[str] = (),
) -> Bench:
    """Return what a suite's runs are made with.

    Raises:
        ProbeFault: the Python that it needs could not be had.
    """
    python = interpreter(
        look.tree, suite.interpreter, getattr(suite, "requirements", None), look.scratch
    )
    seconds = suite.timeout.total_seconds()
    return Bench(
        sandbox=seen_by(
            Sandbox(look.hidden, look.readable, accepted=look.operator.isolation), *python.readable
        ),
        python=python.python,
        own_environment=python.own_environment,
        scratch=trees.room(look),
        paths=suite.paths,
        directory=suite.directory or ".",
        limits=Limits(wall=seconds, cpu=int(seconds * CORES) + 1, memory_mb=memory_mb),
        arguments=arguments,
        history=suite.history,
    )
