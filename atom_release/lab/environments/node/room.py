"""The folder in which packages are unpacked and their install scripts run, in the sandbox.

This machine's npm unpacks, since it reads the lock that it is given; scripts run under the Node.js
that the project is run with, called by the npm that goes with that one.
"""

from __future__ import annotations

import base64
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atom_release.lab.environments.faults import NoEnvironment
from atom_release.lab.environments.node import prisma
from atom_release.lab.environments.node.brought import node_gyp_settings
from atom_release.lab.environments.node.registry import write_packages
from atom_release.lab.environments.workshop import carry_out
from atom_release.lab.sandbox.allowed import tool_paths
from atom_release.lab.throwaway import remove

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from atom_release.lab.environments.node.lock import Lock, Tarball
    from atom_release.lab.environments.node.nodes import Chosen, Node
    from atom_release.lab.environments.node.prisma import Schema
    from atom_release.lab.look import Look

_OFFLINE = ("--offline", "--no-audit", "--no-fund", "--no-update-notifier", "--no-progress")
MODULES = "node_modules"


@dataclass(frozen=True)
class Room:
    """The folder in which the packages are unpacked, as the subject."""

    look: Look
    room: Path
    chosen: Chosen
    folder: str

    def install(
        self,
        packages: Mapping[str, Mapping[str, Any]],
        lock: Lock,
        archives: Mapping[Tarball, Path],
    ) -> None:
        """Unpack what the lock names."""
        write_packages(self._project, packages)
        (self._project / "package-lock.json").write_text(lock.text)
        for tarball, path in archives.items():
            _put(self._cache, tarball, path)
        step, words = "the installation of the packages", ["ci", "--ignore-scripts"]
        try:
            self._npm(step, words, by=self.chosen.own)
        except NoEnvironment as fault:
            if not any(sign in fault.message for sign in ("ERESOLVE", "EUSAGE")):
                raise
            self._npm(step, [*words, "--legacy-peer-deps"], by=self.chosen.own)

    def finish(self, lock: Lock, schema: Schema | None = None) -> dict[str, str]:
        """Run the install scripts, and leave nothing but the packages; return what failed.

        With a schema of Prisma's, its client is written among the packages too.
        """
        unbuilt: dict[str, str] = {}
        for name in sorted({tarball.name for tarball in lock.tarballs if tarball.scripts}):
            try:
                self._npm(f"the install script of {name}", ["rebuild", name], by=self.chosen.node)
            except NoEnvironment as fault:
                unbuilt[name] = fault.message
        if schema is not None:
            unbuilt |= self._write_client(schema)
        _strip(self.room)
        return unbuilt

    def _write_client(self, schema: Schema) -> dict[str, str]:
        engine = schema.put(self._project)
        node = self.chosen.node
        try:
            carry_out(
                self.look,
                self.room,
                "prisma generate",
                [str(node.program), *schema.words],
                environment={**self._environment(node), **prisma.variables(engine)},
                readable=shown(self.look, node),
                directory=self._project,
            )
        except NoEnvironment as fault:
            return {"the client of Prisma": fault.message}
        return {prisma.ENGINE: prisma.WITHOUT}

    @property
    def _project(self) -> Path:
        return self.room / self.folder

    @property
    def _cache(self) -> Path:
        return self.room / ".npm-cache"

    def _npm(self, step: str, words: Sequence[str], *, by: Node) -> None:
        nodes = {self.chosen.node, self.chosen.own}
        readable = [path for node in nodes for path in shown(self.look, node)]
        carry_out(
            self.look,
            self.room,
            step,
            [str(by.program), str(by.npm), *words, *_OFFLINE, f"--cache={self._cache}"],
            environment=self._environment(by),
            readable=readable,
            directory=self._project,
        )

    def _environment(self, by: Node) -> dict[str, str]:
        return {
            "PATH": f"{by.program.parent}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.room / ".home"),
            "TMPDIR": str(self.room),
            "LANG": "C.UTF-8",
            "CI": "true",
            **node_gyp_settings(self.chosen),
        }


def shown(look: Look, node: Node) -> tuple[Path, ...]:
    """Return what of this machine a Node.js needs to be seen to run."""
    return tool_paths(str(node.program), {}, look.hidden)


def _put(cache: Path, tarball: Tarball, path: Path) -> None:
    """Put an archive where npm looks for it by its digest."""
    name = base64.b64decode(tarball.digest).hex()
    place = cache / "_cacache" / "content-v2" / tarball.kind / name[:2] / name[2:4] / name[4:]
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, place)


def _strip(folder: Path) -> bool:
    """Remove what is no folder of packages; return whether one was left."""
    left = False
    for path in list(folder.iterdir()):
        if path.is_symlink() or not path.is_dir():
            path.unlink()
        elif path.name == MODULES or _strip(path):
            left = True
        else:
            remove(path)
    return left
