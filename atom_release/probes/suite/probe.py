"""Run a service's own tests from the judged tree, several times and once without the code.

And say what they show.

The question is `suite`. The answer rests on test cases, compared with the exit status and with a
separate collection. What the surroundings did to a test (no network, no memory, a missing module)
is not held against the release.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import fields, replace
from functools import partial
from typing import TYPE_CHECKING

from atom_release.errors import ProbeFault
from atom_release.gate.first_few import first_few
from atom_release.gate.manifest import Install, Suite
from atom_release.gate.manifest.suite import BY_TOOLCHAIN
from atom_release.gate.vocabulary import Answer
from atom_release.lab.environments.make import make
from atom_release.lab.environments.node import make as make_modules
from atom_release.lab.interpreter import Interpreter, interpreter
from atom_release.lab.sandbox import CORES, Limits
from atom_release.probes.suite import toolchain_run, trees
from atom_release.probes.suite.bench import Bench
from atom_release.probes.suite.command import CommandBench, CommandSeries
from atom_release.probes.suite.finding import evidence
from atom_release.probes.suite.script_run import (
    ScriptBench,
    ScriptSeries,
    excuse,
    script_limits,
)
from atom_release.probes.suite.script_runners import REPORTERS, runner_of
from atom_release.probes.suite.series import Series
from atom_release.probes.suite.unmigrated import with_unmigrated
from atom_release.probes.suite.worlds import describe_world, in_world
from atom_release.probes.unrunnable import answer_without_run, unread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from atom_release.gate.facts.evidence import Evidence
    from atom_release.gate.facts.suite import SuiteFacts
    from atom_release.gate.manifest import Integration, Service
    from atom_release.lab.look import Look

_INTEGRATION_MEMORY_MB = 2048


def run_suite(look: Look, service: Service) -> Evidence:
    """Ask whether the service's tests pass, and whether they would fail without its code."""
    suite = service.suite
    if suite is None:
        return look.found(
            "suite", service.id, Answer.UNKNOWN, f"the manifest names no tests of {service.name}"
        )
    lacking = lacks(look, needed_paths(suite))
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
        why = f"this clone does not hold {first_few(missing)}, of the tests or of what they test"
        return unread(look, "suite", service.id, why)
    with ExitStack() as stack:
        try:
            made = stack.enter_context(in_world(look, suite, bench_of(look, suite), service.source))
            finding = _series(look, service, suite, made).carry_out()
        except ProbeFault as fault:
            return look.found(
                "suite",
                service.id,
                answer_without_run(fault),
                f"the tests of {service.name} could not be run: {fault.message}",
                remedy=fault.remedy,
            )
    seen = evidence(look, "suite", service.id, finding, partial(with_environment, made))
    return _told_without(seen, made)


def _told_without(seen: Evidence, made: Bench) -> Evidence:
    """Return a yes with what the tests had to do without."""
    unbuilt = sorted(made.made.unbuilt) if made.made else []
    if not unbuilt or seen.answer is not Answer.YES:
        return seen
    reason = f"{seen.reason}; without {first_few(unbuilt)}, which could not be had or built here"
    return seen.model_copy(update={"reason": reason})


def _series(look: Look, service: Service, suite: Suite, made: Bench) -> Series:
    """Return the runs that a suite's runner makes, with the controls that its language has."""
    sources = (*((suite.command and suite.ablate) or service.source), *made.prepared)
    if suite.runner == "go":
        code = (*toolchain_run.code_of(look, service.source), *made.prepared)
        return toolchain_run.GoSeries(look, made, made, suite.repeats, code, (), at_once=CORES)
    if suite.runner in BY_TOOLCHAIN:
        code = (*toolchain_run.code_of(look, service.source), *made.prepared)
        return CommandSeries(look, made, made, suite.repeats, code, (), at_once=CORES)
    if suite.command:
        return CommandSeries(look, made, made, suite.repeats, sources, suite.paths, at_once=CORES)
    kind = ScriptSeries if isinstance(made, ScriptBench) else Series
    series = kind(look, made, made, suite.repeats, sources, suite.paths, at_once=CORES)
    unbuilt = made.made.unbuilt if made.made else {}
    return replace(series, excuse=with_unmigrated(look, suite, excuse(unbuilt)))


def with_environment(made: Bench, facts: SuiteFacts) -> SuiteFacts:
    """Return the facts with what was installed for the suite, and what its runs had beside them."""
    return facts.model_copy(update={"environment": made.made, "world": describe_world(made)})


def needed_paths(suite: Suite) -> list[str | None]:
    """Return the paths that the manifest names for a suite."""
    named = suite.install if isinstance(suite.install, Install) else Install()
    parts = [named.folder, named.lock, *(named.requirements or ())]
    return [*suite.paths, suite.directory, suite.requirements, *parts]


def bench_of(look: Look, suite: Suite) -> Bench:
    """Return what the runs of a service's suite are made with.

    Raises:
        ProbeFault: the Python that it needs could not be had.
    """
    if suite.runner in BY_TOOLCHAIN:
        return toolchain_run.bench(look, suite)
    if suite.runner != "pytest":
        return _script_bench(look, suite, suite.runner)
    made = bench(
        look,
        suite,
        memory_mb=suite.memory_mb,
        arguments=suite.arguments,
        needs=() if suite.command else ("pytest",),
    )
    made = replace(made, environment=suite.environment)
    if not suite.command:
        return made
    return CommandBench(
        **{field.name: getattr(made, field.name) for field in fields(made)}, command=suite.command
    )


def _script_bench(look: Look, suite: Suite, runner: str) -> ScriptBench:
    """Return what the runs of a JavaScript suite are made with."""
    install = suite.install if isinstance(suite.install, Install) else Install()
    directory = suite.directory or "."
    modules = make_modules(look, install, directory)
    files = sorted(path for path, entry in look.tree.entries.items() if entry.is_file)
    called = runner_of(runner, modules, directory, files)
    tool = {f"{runner}": called.version, "node": modules.node.version}
    return ScriptBench(
        sandbox=look.sandbox(REPORTERS, *modules.readable),
        python=str(modules.node.program),
        own_environment=True,
        scratch=trees.room(look),
        paths=suite.paths,
        directory=directory,
        limits=script_limits(Limits.in_time(suite.timeout.total_seconds(), suite.memory_mb)),
        arguments=suite.arguments,
        environment=suite.environment,
        history=suite.history,
        made=modules.facts,
        modules=modules,
        runner=called,
        tools=tool,
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
    needs: tuple[str, ...] = ("pytest",),
) -> Bench:
    """Return what a suite's runs are made with.

    Raises:
        ProbeFault: the Python that it needs could not be had.
    """
    python = _interpreter(look, suite, needs)
    return Bench(
        sandbox=look.sandbox(*python.readable),
        python=python.python,
        own_environment=python.own_environment,
        scratch=trees.room(look),
        paths=suite.paths,
        directory=suite.directory or ".",
        limits=Limits.in_time(suite.timeout.total_seconds(), memory_mb),
        arguments=arguments,
        history=suite.history,
        roots=python.roots,
        site=python.site,
        built=python.built,
        made=python.facts,
    )


def _interpreter(look: Look, suite: Suite | Integration, needs: tuple[str, ...]) -> Interpreter:
    if suite.install is not None:
        install = Install() if suite.install == "auto" else suite.install
        return make(look, install, needs=needs, whole=not isinstance(suite, Suite))
    requirements = suite.requirements if isinstance(suite, Suite) else None
    return interpreter(look.tree, suite.interpreter, requirements, look.scratch)
