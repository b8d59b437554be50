"""What a plug-in is given: the judged files, the packages that were installed, and the sandbox.

Everything can be replaced, which is how a plug-in makes the known-bad subject of its control.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from atom_release.gate.manifest.verdict import Verdict
from atom_release.lab.proof.bench import CheckBench, Run
from atom_release.lab.proof.change import Change, copied, make
from atom_release.lab.sandbox import Limits
from atom_release.probes.suite import trees

if TYPE_CHECKING:
    from atom_release.lab.look import Look

_SECONDS, _MEMORY_MB = 300, 2048


@dataclass(frozen=True)
class Package:
    """An installed package, as its own metadata has it; nothing of it was imported.

    `licence` is what it states: an SPDX expression where there is one, else its words.
    """

    name: str
    version: str
    licence: str = ""


@dataclass(frozen=True)
class Subject:
    """The judged tree as a plug-in sees it.

    `settings` are the manifest's for this check; `packages` those of every environment that the
    release's suites and checks are installed with, made when they are first asked for.
    """

    paths: Sequence[str]
    settings: Mapping[str, Any]
    _look: Look = field(repr=False)
    _installed: Callable[[], Sequence[Package]] = field(repr=False)
    _changed: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    _packages: Sequence[Package] | None = field(default=None, repr=False)

    def read(self, path: str) -> bytes:
        """Return a file's bytes.

        Raises:
            ProbeFault: the commit has no such file.
        """
        return self._changed[path] if path in self._changed else self._look.tree.read(path)

    @property
    def packages(self) -> Sequence[Package]:
        """The installed packages, by name.

        Raises:
            ProbeFault: no environment is made for this release, or one could not be made.
        """
        return self._installed() if self._packages is None else self._packages

    def run(self, *command: str, network: bool = False) -> Run:
        """Run a command over a copy of the tree, in the sandbox, and return what it came to.

        Raises:
            ProbeFault: it could not be isolated.
        """
        look = self._look
        bench = CheckBench(
            look.sandbox(),
            trees.room(look),
            command,
            Limits(_SECONDS, _SECONDS, _MEMORY_MB, address=False),
            Verdict("exit"),
            network=network,
        )
        base, _ = trees.judged(look)
        if not self._changed:
            return bench.run(base)
        with copied(base, bench.scratch) as copy:
            make(Change(files=self._changed), copy)
            return bench.run(copy)

    def with_file(self, path: str, content: bytes) -> Subject:
        """Return this subject with a file put in place."""
        paths = sorted({*self.paths, path})
        return replace(self, paths=paths, _changed={**self._changed, path: content})

    def with_package(self, package: Package) -> Subject:
        """Return this subject with one package more."""
        return replace(self, _packages=[*self.packages, package])
