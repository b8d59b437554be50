"""How the runs of one suite are made: pytest over a throwaway copy of the tree, in the sandbox.

What one run came to is `run`.
"""

from __future__ import annotations

import os
import secrets
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from atom_release.lab import junit, places
from atom_release.lab.failure_cause import limit_met
from atom_release.lab.log_text import without_values
from atom_release.lab.sandbox import Limits, Network, Sandbox
from atom_release.lab.sandbox.forgetting import forgotten_copy
from atom_release.lab.throwaway import throwaway
from atom_release.probes.suite.run import Run, read_witness

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from atom_release.gate.facts.environment import EnvironmentFacts
    from atom_release.gate.manifest.suite import History
    from atom_release.lab.interpreter import Built
    from atom_release.lab.sandbox import Finished, Layer
    from atom_release.lab.worlds import Kit, World

_WITNESS = Path(__file__).parents[2] / "lab" / "witness" / "release_gate_witness.py"
_PLUGIN = "plugin"
_TO_FILL = '_OUT, _COPY, _TRACE = "", "", False'
_MORE = 4
_START = (
    "import os, sys; here = os.getcwd();"
    " sys.path[:] = [path for path in sys.path if path and os.path.abspath(path) != here];"
    " import pytest; sys.path.insert(0, here); sys.exit(pytest.main(sys.argv[1:]))"
)  # as `python -m pytest`, but for a module of the suite's own that has pytest's name
_SAFE = """\
[safe]
	directory = *
"""  # the copy's .git may belong to another uid than the one that the suite runs under


@dataclass(frozen=True)
class Bench:
    """How the runs of one suite are made.

    Every run sees its tree as it was, whatever other runs wrote.
    """

    sandbox: Sandbox
    python: str
    own_environment: (
        bool  # the suite names its Python, so that Python's pytest plugins are the suite's own
    )
    scratch: Path
    paths: Sequence[str]
    directory: str
    limits: Limits
    arguments: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    secret: Sequence[str] = field(
        default=(), repr=False
    )  # values that must not come out again in what tests say
    network: bool | Network = False
    history: History = "commit"
    roots: Sequence[str] = ()  # folders of the copy that the project is imported from
    site: Path | None = None  # metadata and programs of the installed project
    built: Built | None = None  # what its build wrote beside its sources
    made: EnvironmentFacts | None = field(default=None, repr=False)
    kit: Kit | None = field(default=None, repr=False)  # makes a world for each run
    prepared: Sequence[str] = ()  # files, among `built`, that steps before the suite wrote
    tracebacks: str = "native"  # a control's failures are many, and pytest's own form takes longer
    by_pytest: ClassVar[bool] = True

    def run(self, tree: Path, seed: int, *, collect_only: bool = False) -> Run:
        """Run once; a failure that met a limit once more, with limits four times as high."""
        first = self._run(tree, seed, self.limits, collect_only=collect_only)
        if first.met_limit is None or first.status == 0:
            return first
        return self._run(tree, seed, self.limits.times(_MORE), collect_only=collect_only)

    def run_once(self, tree: Path, seed: int) -> Run:
        """Run once, and no second time where it meets a limit: that is an answer here."""
        return self._run(tree, seed, self.limits, collect_only=False)

    def as_collection(self, run: Run) -> Run:
        """Return a run as it stands for a collection."""
        return run

    def _run(self, tree: Path, seed: int, limits: Limits, *, collect_only: bool) -> Run:
        with places.take_one(self.sandbox.ended), throwaway(self.scratch, "run-") as room:
            if self.kit is None:
                return self.run_in(room, tree, seed, limits, collect_only=collect_only)
            with self.kit.open(room) as world:
                bench = self.within(world)
                return bench.run_in(room, tree, seed, limits, collect_only=collect_only)

    def within(self, world: World) -> Self:
        """Return the bench of one run that has this world beside it."""
        return replace(
            self,
            environment=world.fill(self.environment),
            network=world.network,
            secret=(*self.secret, *world.secret),
        )

    def run_in(
        self, room: Path, tree: Path, seed: int, limits: Limits, *, collect_only: bool
    ) -> Run:
        """Run once, in a folder that holds nothing yet, in the network that the bench names."""
        with forgotten_copy(self.sandbox, tree, room, self.beneath) as copy:
            out = _place_out(room)
            sandbox = replace(self.sandbox, readable=(*self.sandbox.readable, room / _PLUGIN))
            environment = self._environment(copy, out, seed, trace=collect_only)
            done = sandbox.run(
                self._command(copy, out, collect_only=collect_only),
                directory=copy / self.directory,
                writable=[out],
                environment=environment,
                limits=limits,
                network=self.network,
                throwaway=[copy],
                beneath={copy: self.beneath} if self.beneath else {},
            )
            text = without_values(done.output, self.secret).decode("utf-8", "replace")
            results, problem = (None, "") if collect_only else self._read(out / "junit.xml")
            if results is not None:
                results = results.naming_hidden(done.shown.hidden_path)
            met = done.met_limit or limit_met(results)
            return Run(
                seed,
                done.status,
                results,
                problem,
                self._witness(out),
                met,
                text,
                done.isolation,
                copy=os.path.realpath(copy),
                hidden_path=(done.status != 0 and done.shown.hidden_path(text)) or "",
            )

    def carry_out(self, tree: Path, room: Path, words: Callable[[Path], Sequence[str]]) -> Finished:
        """Run a command where the tests run, as they run; what it writes there is forgotten.

        It is made of the folder in which it may leave something.
        """
        with forgotten_copy(self.sandbox, tree, room, self.beneath) as copy:
            out = _place_out(room)
            return self.sandbox.run(
                words(out),
                directory=copy / self.directory,
                writable=[out],
                environment=self._environment(copy, out, 0, trace=False),
                limits=self.limits,
                network=self.network,
                throwaway=[copy],
                beneath={copy: self.beneath} if self.beneath else {},
            )

    @property
    def beneath(self) -> Layer | None:
        """What lies under every copy, as if the commit held it; nothing where it holds all."""
        return None

    def _witness(self, out: Path) -> Mapping[str, Any]:
        """Return what the subject's process wrote about itself."""
        return read_witness(out / "witness.json")

    def _read(self, path: Path) -> tuple[junit.Results | None, str]:
        """Return what the JUnit file says, or why it could not be read."""
        try:
            return self._results(without_values(path.read_bytes(), self.secret)), ""
        except FileNotFoundError:
            return None, "no JUnit file was written"
        except junit.UnreadableResults as error:
            return None, error.message

    def _results(self, xml: bytes) -> junit.Results:
        return junit.read(xml, by_pytest=True)

    def _command(self, copy: Path, out: Path, *, collect_only: bool) -> list[str]:
        root = copy / self.directory
        paths = [os.path.relpath(copy / path, root) for path in self.paths]
        options = (
            ["--collect-only"]
            if collect_only
            else [
                f"--junitxml={out / 'junit.xml'}",
                "-o",
                "junit_family=xunit2",
                "-o",
                "junit_logging=no",
                "--junit-prefix=",
                f"--tb={self.tracebacks}",
            ]
        )
        fixed = [
            "-q",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:rerunfailures",
            "-p",
            "no:flaky",
            "-p",
            *[plugin.stem for plugin in (out.parent / _PLUGIN).glob("*.py")],
        ]
        return [
            self.python,
            "-c",
            _START,
            *fixed,
            f"--rootdir={root}",
            f"--confcutdir={copy}",
            *self.arguments,
            *options,
            *paths,
        ]

    def _environment(self, copy: Path, out: Path, seed: int, *, trace: bool) -> dict[str, str]:
        witness = _place_witness(out, copy, trace=trace)
        plugins = {} if self.own_environment else {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        return {
            "PATH": os.pathsep.join([*self._programs, "/usr/local/bin", "/usr/bin", "/bin"]),
            "HOME": "/tmp",  # noqa: S108 - private there
            "LANG": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            "GIT_CONFIG_SYSTEM": str(out / "gitconfig"),
            **self.environment,
            **plugins,
            "PYTHONHASHSEED": str(seed),
            "PYTHONPATH": os.pathsep.join(self._import_path(copy, witness)),
        }

    @property
    def _programs(self) -> list[str]:
        own = [str(self.site / "bin")] if self.site else []
        return [str(Path(self.python).parent), *own]

    def _import_path(self, copy: Path, witness: Path) -> list[str]:
        """Return where modules are looked for before the Python's own places.

        The copy's folders first, so that a copy without bodies is what is imported.
        """
        roots = [os.path.normpath(copy / root) for root in self.roots]
        site = [str(self.site)] if self.site else []
        given = self.environment.get("PYTHONPATH", "")
        return [str(witness.parent), *roots, *site, *filter(None, [given])]


def _place_out(room: Path) -> Path:
    """Make the folders that one run needs beside its copy; return the one that it writes."""
    out = room / "out"
    out.mkdir()
    (out / "gitconfig").write_text(_SAFE)
    (room / _PLUGIN).mkdir(mode=0o755)
    return out


def seen_by(sandbox: Sandbox, *more: Path) -> Sandbox:
    """Return the sandbox in which those folders can be read, to be stopped by itself."""
    return replace(sandbox, readable=(*sandbox.readable, *more), stopped=threading.Event())


def _place_witness(out: Path, copy: Path, *, trace: bool) -> Path:
    """Write the witness of one run, under a name of its own and with what it has to know."""
    given = (str(out / "witness.json"), f"{os.path.realpath(copy)}/", trace)
    file = out.parent / _PLUGIN / f"p{secrets.token_hex(8)}.py"
    file.write_text(_WITNESS.read_text().replace(_TO_FILL, f"_OUT, _COPY, _TRACE = {given!r}"))
    file.chmod(0o644)
    return file
