"""What a rehearsed process is run with: the gate's own Python, or an environment made for it.

How environments are made is `lab.environments`. Nothing is started here.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from atom_release.gate.first_few import first_few
from atom_release.gate.manifest import Install
from atom_release.lab.beneath import copy_beneath
from atom_release.lab.copying import allow_writing, copy_folder
from atom_release.lab.environments.kind import is_of_node
from atom_release.lab.environments.make import make
from atom_release.lab.environments.node import make as make_modules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from atom_release.lab.interpreter import Built
    from atom_release.lab.look import Look

_SYSTEM = ("/usr/local/bin", "/usr/bin", "/bin")


@dataclass(frozen=True)
class Toolchain:
    """A Python or a Node.js with its packages, as one service or one program is run with it.

    `roots` are the folders of the copy that Python imports from, `modules` what is laid into the
    copy before anything starts, `places` its folders of programs there. `runtime` says in words
    which Node.js it is and where that is from, or which Python, where a package is another;
    `instead_of` what its authors have and could not be had here, `unbuilt` the packages that could
    not be built, or that another version stands for.
    """

    python: str = sys.executable
    programs: tuple[str, ...] = ()
    readable: tuple[Path, ...] = ()
    roots: tuple[str, ...] = ()
    site: Path | None = None
    built: Built | None = None
    modules: Path | None = None
    places: tuple[str, ...] = ()
    language: str = "node"
    runtime: str = ""
    instead_of: Mapping[str, str] = field(default_factory=dict)
    unbuilt: frozenset[str] = frozenset()

    @property
    def doubt(self) -> str:
        """Why what fails under it may not be the release's failure; nothing where it is."""
        had, unbuilt = first_few(sorted(self.instead_of), 1), first_few(sorted(self.unbuilt))
        if had:
            return f"it was run by {self.runtime}, and its authors have {had}"
        return (
            f"it was run without {unbuilt}, which could not be had or built here" if unbuilt else ""
        )

    def lay_into(self, tree: Path) -> None:
        """Add what was built or installed to a copy of the tree, where the commit has nothing.

        Raises:
            ProbeFault: this machine has no room for it.
        """
        for path in self.built.paths if self.built else ():
            copy_beneath(self.built.folder, path, tree)  # type: ignore[union-attr]
        if self.modules is None:
            return
        copy_folder(self.modules, tree, "the packages", "--no-preserve=ownership", inside=True)
        allow_writing(tree)

    def environment(self, tree: Path) -> dict[str, str]:
        """Return the variables by which programs and modules are found, in a copy of the tree."""
        own = [str(tree / place / ".bin") for place in self.places]
        folders = [*self.programs, str(Path(self.python).parent), *own, *_SYSTEM]
        stated = {"PATH": os.pathsep.join(dict.fromkeys(folders))}
        imported = [os.path.normpath(tree / root) for root in self.roots]
        imported += [str(self.site)] if self.site else []
        return stated | ({"PYTHONPATH": os.pathsep.join(imported)} if imported else {})


def make_toolchain(look: Look, install: Install | str | None, directory: str) -> Toolchain:
    """Return what a process in that folder of the tree is run with, made first if need be.

    Raises:
        NoToolchain: this machine has no Python or Node.js that fits.
        NoEnvironment: it could not be had, or not be built without network.
    """
    if install is None:
        return Toolchain()
    named = install if isinstance(install, Install) else Install()
    folder = named.folder if "folder" in named.model_fields_set else directory
    if is_of_node(look.tree.entries, folder):
        modules = make_modules(look, named, directory)
        return Toolchain(
            programs=(str(modules.node.program.parent),),
            readable=modules.readable,
            modules=modules.layer,
            places=modules.places,
            runtime=f"{modules.facts.runtime}, {modules.node.origin or 'of this machine'}",
            instead_of=modules.instead_of,
            unbuilt=frozenset(modules.facts.unbuilt),
        )
    python = make(look, named)
    facts = python.facts
    unbuilt = frozenset(facts.unbuilt if facts else ())
    return Toolchain(
        python.python,
        (str(python.site / "bin"),) if python.site else (),
        python.readable,
        python.roots,
        python.site,
        python.built,
        language="python",
        runtime=f"Python {facts.python}" if unbuilt and facts else "",
        unbuilt=unbuilt,
    )
