"""The question `surroundings`: does a suite hold where something around it is otherwise?

Asked only where the manifest names surroundings, since each is one run more. A test counts that
failed twice there and passes as the suite is run else; what the gate could not do is told as such.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from atom_release.errors import ProbeFault
from atom_release.gate.facts.evidence import NegativeControl
from atom_release.gate.facts.surroundings import Surrounded, SurroundingsFacts
from atom_release.gate.printable import printable
from atom_release.gate.rules.surroundings import findings_of
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.junit import Outcome
from atom_release.probes.suite import trees
from atom_release.probes.suite.probe import bench_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from atom_release.gate.facts.evidence import Evidence
    from atom_release.gate.manifest import Service, Suite
    from atom_release.gate.manifest.origins import Surrounding
    from atom_release.lab.look import Look
    from atom_release.probes.suite.bench import Bench
    from atom_release.probes.suite.run import Run

QUESTION, TOGETHER = "surroundings", "release"
_C_LOCALE = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
_THREADS = (
    *("-W", "error::pytest.PytestUnhandledThreadExceptionWarning"),
    *("-W", "error::pytest.PytestUnraisableExceptionWarning"),
)
_COLLECTION = "the collection of its tests"
_LONGEST = 160


def suites_to_surround(look: Look) -> list[Service]:
    """Return the services whose suites can be run so: by pytest, without a world of their own."""
    return [
        service for service in look.manifest.services if service.suite and service.suite.is_plain
    ]


def probe_surroundings(look: Look, service: Service) -> Evidence:
    """Run the suite of one service once in each of the surroundings that the manifest names."""
    suite = service.suite
    if suite is None:
        raise ProbeFault(f"{service.id} has no suite", "Name one.")
    bench = bench_of(look, suite)
    runs = [_surround(look, suite, bench, kind) for kind in _own(look)]
    return _evidence(look, service.id, list(suite.paths), runs)


def probe_together(look: Look) -> Evidence:
    """Run all suites in one process, where each could be run in that of the first."""
    suites = [service.suite for service in suites_to_surround(look) if service.suite]
    paths = [path for suite in suites for path in suite.paths]
    bench = bench_of(look, suites[0])
    together = replace(bench, paths=paths)
    apart = [replace(bench, paths=suite.paths) for suite in suites]
    return _evidence(look, TOGETHER, paths, [_held_against(look, "one-process", together, apart)])


def runs_together(look: Look) -> bool:
    """Return whether all suites are to be run in one process, and could be."""
    suites = [service.suite for service in suites_to_surround(look) if service.suite]
    alike = {
        suite.model_dump_json(include={"install", "interpreter", "requirements", "directory"})
        for suite in suites
    }
    return "one-process" in look.manifest.surroundings and len(suites) > 1 and len(alike) == 1


def _own(look: Look) -> list[Surrounding]:
    """Return the surroundings that are of one suite alone."""
    return [kind for kind in look.manifest.surroundings if kind != "one-process"]


def _surround(look: Look, suite: Suite, bench: Bench, kind: Surrounding) -> Surrounded:
    if kind == "requirements-only":
        return _with_declared(look, suite, bench)
    if kind == "c-locale":
        around = replace(bench, environment={**bench.environment, **_C_LOCALE})
    elif kind == "thread-exceptions":
        around = replace(bench, arguments=(*bench.arguments, *_THREADS))
    else:
        around = replace(bench, directory=_other_directory(look, suite))
    return _held_against(look, kind, around, [bench])


def _other_directory(look: Look, suite: Suite) -> str:
    """Return the folder of the suite's tests, or the root where they are run from there."""
    path = suite.paths[0].partition("::")[0].rstrip("/")
    entry = look.tree.entries.get(path)
    folder = str(PurePosixPath(path).parent) if entry and entry.kind == "blob" else path
    return folder if folder != (suite.directory or ".") else "."


def _with_declared(look: Look, suite: Suite, bench: Bench) -> Surrounded:
    kind: Surrounding = "requirements-only"
    if suite.install or suite.requirements:
        return Surrounded(surrounding=kind)  # it has nothing else as it is
    declared = suite.model_copy(update={"install": "auto", "interpreter": None})
    try:
        return _held_against(look, kind, bench_of(look, declared), [bench])
    except ProbeFault as fault:
        return Surrounded(surrounding=kind, unasked=fault.message)


def _held_against(
    look: Look, kind: Surrounding, around: Bench, usual: Sequence[Bench]
) -> Surrounded:
    """Run there, and where tests fail once more, and as the suites are run else."""
    tree, _ = trees.judged(look, around.history, around.built)
    first = around.run(tree, 1)
    failing = _failing(first)
    if not failing:
        return Surrounded(surrounding=kind)
    if first.met_limit or first.hidden_path:
        return Surrounded(surrounding=kind, unasked=first.met_limit or first.hidden_path)
    again = _failing(around.run(tree, 1))
    as_usual = {name for bench in usual for name in _failing(bench.run(tree, 1))}
    kept = sorted(
        name
        for name in failing & again
        if not any(is_same_test(name, usual_name) for usual_name in as_usual)
    )
    if _COLLECTION in as_usual:
        return Surrounded(surrounding=kind, unasked="the suite fails as it is")
    look.keep(f"{kind}, {', '.join(around.paths)}", first.output)
    return Surrounded(surrounding=kind, fails=kept, why=_why(first, kept))


def _failing(run: Run) -> set[str]:
    cases = run.results.having(Outcome.FAILED, Outcome.ERROR) if run.results else ()
    return {case.id for case in cases} or ({_COLLECTION} if run.status else set())


def is_same_test(first: str, second: str) -> bool:
    """Return whether two ids are of one test; its module's begins at whatever folder it ran from.

    A module that cannot be collected has no name but its own.
    """
    (module, _, name), (other, _, other_name) = first.partition("::"), second.partition("::")
    if not module and not other:
        return _ends_alike(name, other_name)
    return name == other_name and _ends_alike(module, other)


def _ends_alike(first: str, second: str) -> bool:
    return first == second or first.endswith(f".{second}") or second.endswith(f".{first}")


def _why(run: Run, names: Sequence[str]) -> str:
    """Return what the first of these tests said, in one line."""
    cases = run.results.having(Outcome.FAILED, Outcome.ERROR) if run.results else ()
    messages = [case.message for case in cases if case.id in names]
    message = next(filter(None, messages), run.last_words if names else "")
    return printable(" ".join(message.split()))[:_LONGEST]


def _evidence(look: Look, subject: str, places: list[str], runs: list[Surrounded]) -> Evidence:
    facts = SurroundingsFacts(subject=subject, places=places, runs=runs)
    facts = facts.model_copy(update={"contradictions": findings_of(facts)})
    fails = [run.surrounding for run in runs if run.fails]
    return look.found(
        QUESTION,
        subject,
        Answer.YES,
        f"run in {len(runs)} other surroundings; tests fail {', '.join(fails) or 'nowhere'}",
        control=NegativeControl(
            state=ControlState.ALIVE if fails else ControlState.WEAK,
            changed="the suite's surroundings",
            found=", ".join(fails) or "nothing failed",
        ),
        facts=facts.to_json(),
    )
