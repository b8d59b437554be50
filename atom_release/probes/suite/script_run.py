"""The runs of a JavaScript suite, and its controls: without the code, and with wrong results.

There is no separate collection, so the first run stands for it: every later run must have the same
tests. A run that loads every file and runs no test tells which functions the loading needs.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from atom_release.gate.first_few import first_few
from atom_release.lab import javascript, junit
from atom_release.lab.failure_cause import UNLOADED
from atom_release.lab.javascript import witness
from atom_release.lab.junit import Outcome
from atom_release.lab.sandbox import Layer
from atom_release.probes.suite import script_canary, trees
from atom_release.probes.suite.command import CommandBench
from atom_release.probes.suite.control import Control
from atom_release.probes.suite.script_runners import Call
from atom_release.probes.suite.series import Series
from atom_release.probes.suite.sorting import compare

if TYPE_CHECKING:
    import threading
    from collections.abc import Collection, Mapping, Sequence
    from concurrent.futures import ThreadPoolExecutor
    from pathlib import Path
    from typing import Any

    from atom_release.lab.environments.node import Modules
    from atom_release.lab.rewriting import Call as Kept
    from atom_release.lab.rewriting import Rewrite
    from atom_release.lab.sandbox import Limits
    from atom_release.probes.suite.run import Run
    from atom_release.probes.suite.script_runners import ScriptRunner

_WITNESS = "script-witness.txt"
_CALLED, _LOADED = "called", "loaded"


@dataclass(frozen=True)
class ScriptBench(CommandBench):
    """How the runs of a JavaScript suite are made."""

    modules: Modules | None = field(default=None, repr=False)
    runner: ScriptRunner | None = field(default=None, repr=False)
    pattern: str = ""  # names of the tests that are to run; nothing for all
    tools: Mapping[str, str] = field(default_factory=dict)
    by_pytest: ClassVar[bool] = False

    @property
    def beneath(self) -> Layer | None:
        """The packages, as they lie under every copy."""
        modules = self.modules
        return Layer(modules.layer, modules.places) if modules else None

    def _command(self, copy: Path, out: Path, *, collect_only: bool) -> list[str]:
        del collect_only
        if self.runner is None:
            return super()._command(copy, out, collect_only=False)
        call = Call(copy, out, self.directory, self.paths, self.arguments, self.pattern)
        return [self.python, *self.runner.words(call)]

    def _results(self, xml: bytes) -> junit.Results:
        results = junit.read(xml)
        return junit.Results({name: _named(case) for name, case in results.cases.items()})

    def _environment(self, copy: Path, out: Path, seed: int, *, trace: bool) -> dict[str, str]:
        del seed, trace
        places = self.modules.places if self.modules else ()
        programs = [str(copy / place / ".bin") for place in places]
        own = os.path.dirname(self.python)  # noqa: PTH120 - as it is named
        return {
            "PATH": os.pathsep.join([own, "/usr/local/bin", "/usr/bin", "/bin", *programs]),
            "HOME": "/tmp",  # noqa: S108 - private there
            "LANG": "C.UTF-8",
            "CI": "true",
            "GIT_CONFIG_SYSTEM": str(out / "gitconfig"),
            **self.environment,
            "RELEASE_GATE_JUNIT": str(out / "junit.xml"),
            witness.VARIABLE: str(out / _WITNESS),
        }

    def _witness(self, out: Path) -> Mapping[str, Any]:
        traced = javascript.read_trace(out / _WITNESS)
        return {
            _CALLED: sorted(traced.called),
            _LOADED: sorted(traced.loaded),
            "distorted": traced.distorted,
            **self.tools,
        }


@dataclass(frozen=True)
class ScriptSeries(Series):
    """The runs of such a suite; the controls write its code anew function by function."""

    ways: ClassVar[tuple[Rewrite, Rewrite, Rewrite]] = (
        javascript.spare,
        javascript.distort,
        javascript.idle,
    )

    def _run_control(
        self, pool: ThreadPoolExecutor, collection: Run, stop: threading.Event
    ) -> Control | None:
        if stop.is_set():
            return None
        traced = self._run_traced()
        keep = {(path, line, name) for path, line, name in traced.witness[_CALLED]}
        beside = self._begin_beside(pool, keep, stop)
        control = self._run_ablated(collection, keep)
        loaded = set(traced.witness[_LOADED])
        control = replace(control, unreached=_unreached(control, loaded, self.sources, self.tests))
        control = self._beside_versions(control, loaded)
        return self._beside_others(control, keep, stop, beside)

    @property
    def _scripts(self) -> ScriptBench:
        if not isinstance(self.without, ScriptBench):
            message = "these runs are made with the bench of a JavaScript suite"
            raise TypeError(message)
        return self.without

    def _run_traced(self) -> Run:
        """Load every test file and run no test, where code tells that it runs."""
        with trees.control(self.look, self.bench.history, self.bench.built) as copy:
            javascript.trace(copy, self.sources, tests=self.tests)
            bench = replace(self._scripts, pattern=f"no test has this name {secrets.token_hex(8)}")
            return bench.run(copy, 1)

    def _run_ablated(self, collection: Run, keep: Collection[Kept]) -> Control:
        with self._rewritten(javascript.ablate, keep) as (copy, ablated):
            bench = self._scripts
            planted = script_canary.plant(copy, bench, collection.collected)
            run = (planted.bench if planted else bench).run(copy, 1)
            compared = compare(collection.collected, run, ablated, copy, setup_counts=True)
            return replace(compared, made_up=planted.passed(run) if planted else ())


def _named(case: junit.Case) -> junit.Case:
    """Return a case whose message says what it is: the kind of its error, a file not loaded.

    A file that could not be loaded has no tests that judged: what is missing may be what a build,
    or a service, would have made.
    """
    path, _, name = case.id.partition("::")
    if case.outcome not in {Outcome.FAILED, Outcome.ERROR}:
        return case
    if name == "(the file)" or (path and name.endswith(path)):
        return replace(case, message=f"{UNLOADED}: {case.message}")
    first = next(iter(case.text.strip().splitlines()), "")
    kind, colon, rest = first.partition(": ")
    if colon and kind.isidentifier() and rest and case.message.startswith(rest):
        return replace(case, message=f"{kind}: {case.message}")
    return case


def _unreached(
    control: Control, loaded: Collection[str], sources: Sequence[str], tests: Sequence[str]
) -> str:
    """Return why tests that all pass without the code do not show that they need none of it.

    They may load something else, in a form that is not seen here; or what they need ran while
    files were loaded, and was left whole.
    """
    if set(control.ablated.files) & set(loaded):
        kept = control.ablated.kept
        return (
            f"{first_few(kept)} ran while files were loaded, and kept their bodies" if kept else ""
        )
    others = sorted(path for path in loaded if not javascript.is_of_suite(path, tests, sources))
    if others:
        return f"the tests load {first_few(others)}, and no file whose bodies were taken out"
    return "the tests were seen to load no file whose bodies were taken out"


def excuse_unbuilt(unbuilt: Mapping[str, str], runs: Sequence[Run]) -> Mapping[str, str]:
    """Return every failing test with what could not be built here, if there is any."""
    if not unbuilt:
        return {}
    names = ", ".join(sorted(unbuilt))
    why = f"{names} could not be had or built here"
    return {
        case.id: why
        for run in runs
        if run.results
        for case in run.results.having(Outcome.FAILED, Outcome.ERROR)
    }


def excuse(unbuilt: Mapping[str, str]) -> partial[Mapping[str, str]]:
    """Return what a series asks of its failures, for these packages."""
    return partial(excuse_unbuilt, dict(unbuilt))


def script_limits(limits: Limits) -> Limits:
    """Return limits that count what is used: JavaScript engines reserve far more."""
    return replace(limits, address=False, processes=max(limits.processes, 512))
