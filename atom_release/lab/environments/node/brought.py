"""A Node.js that files ask and this machine lacks, brought from the operator's npm registry.

Node.js's own builds are packages there, one name for each kind of machine, and npm is another. The
names are written here and nowhere else: of the release's files nothing but ranges of versions comes
this far. Archives have to have the digest that the registry names; no script of theirs runs. What
they hold is laid out by the gate, sealed, kept by its digests for every repository, and run in the
sandbox alone, where the author's code runs.
"""

from __future__ import annotations

import platform
import re
import sys
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atom_release.lab.environments.faults import NoEnvironment, NoToolchain
from atom_release.lab.environments.node.lock import Tarball
from atom_release.lab.environments.node.nodes import Node, satisfying
from atom_release.lab.environments.node.registry import Registry
from atom_release.lab.environments.store import Store, digest
from atom_release.lab.environments.workshop import carry_out
from atom_release.lab.sandbox.allowed import tool_paths

if TYPE_CHECKING:
    from collections.abc import Mapping

    from atom_release.lab.environments.node.nodes import Chosen
    from atom_release.lab.look import Look

_CPUS = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}
_PLAIN = re.compile(r"\d{1,4}\.\d{1,4}\.\d{1,4}")
_OLDEST = 8  # the first whose npm installs what a lock names
_NPM = ((16, "6"), (18, "8"), (24, "10"))
"""Majors of Node.js, each with the major of npm that those before it came with."""
_NEWEST_NPM = "11"
_KEPT = ("bin/node", "include/")
_MOST = 1 << 30  # bytes that an archive may come to
_REMEDY = (
    "Install it, so that `node` is on the path of whoever runs the gate, or let npm's registry be"
    " reached."
)
NODE_GYP = Path("lib", "node-gyp.js")
"""In what was brought: calls this machine's node-gyp, since one of its day may not run here."""
_SHIM = """\
var done = require("child_process").spawnSync(process.env.GATE_NODE, [process.env.GATE_NODE_GYP]
  .concat(process.argv.slice(2), ["--target=" + process.version]), {stdio: "inherit"});
process.exit(done.status === null ? 1 : done.status);
"""


def package_name() -> str:
    """Return the package that holds Node.js for this machine; "" where there is none."""
    cpu = _CPUS.get(platform.machine().casefold(), "")
    if sys.platform not in {"linux", "darwin"} or not cpu:
        return ""
    is_other_libc = sys.platform == "linux" and platform.libc_ver()[0] != "glibc"
    return "" if is_other_libc else f"node-{sys.platform}-{cpu}"


def bring(look: Look, ranges: Mapping[str, str], own: Node) -> Node:
    """Return a Node.js of the newest version that satisfies ranges, brought or found.

    Args:
        look: the surroundings.
        ranges: place in the files -> a range of versions as npm reads it.
        own: this machine's, by which npm asks the registry.

    Raises:
        NoToolchain: it could not be had; with why.
    """
    name = package_name()
    if not look.operator.bring_toolchains:
        raise NoToolchain(
            "the operator's file lets no toolchain be brought",
            "Install it, or let `bring_toolchains` be true in the operator's file.",
        )
    if not name:
        raise NoToolchain("no package holds Node.js for a machine of this kind", _REMEDY)
    try:
        return _Bringer(look, own, name).bring(ranges)
    except NoToolchain:
        raise
    except NoEnvironment as fault:
        raise NoToolchain(f"it could not be brought: {fault.message}", _REMEDY) from fault


def node_gyp_settings(chosen: Chosen) -> dict[str, str]:
    """Return the variables by which addons are built for the Node.js that was chosen.

    With its own headers, where it has them. node-gyp is a program of this machine: one of an older
    day does not run under the Python of today.
    """
    node, own = chosen.node, chosen.own
    has_headers = (node.prefix / "include" / "node" / "node.h").is_file()
    headers = {"npm_config_nodedir": str(node.prefix)} if has_headers else {}
    gyp = own.npm.parents[1] / "node_modules" / "node-gyp" / "bin" / "node-gyp.js"
    if not node.origin or not gyp.is_file():
        return headers
    called = {"GATE_NODE": str(own.program), "GATE_NODE_GYP": str(gyp)}
    return headers | called | {"npm_config_node_gyp": str(node.prefix / NODE_GYP)}


class _Bringer:
    def __init__(self, look: Look, own: Node, name: str) -> None:
        self._look, self._own, self._name = look, own, name
        self._store = Store(look, ("", ""))
        self._registry = Registry(own, self._store.root / "archives")

    def bring(self, ranges: Mapping[str, str]) -> Node:
        """Return the newest that satisfies them, made or found."""
        wanted = [text for text in ranges.values() if text]
        version = self._newest(self._name, wanted, _OLDEST)
        major = int(version.partition(".")[0])
        npm_major = next((npm for before, npm in _NPM if major < before), _NEWEST_NPM)
        npm_version = self._newest("npm", [npm_major], 0)
        tarballs = [self._tarball(self._name, version), self._tarball("npm", npm_version)]
        kept = digest([_SHIM, *(f"{each.label} {each.digest}" for each in tarballs)])[:16]

        def fill(room: Path) -> dict[str, Any]:
            self._look.tell(f"bringing Node.js {version}", 0.0)
            archives = self._registry.bring(tarballs)
            _lay_out(room, *(archives[each] for each in tarballs))
            self._check(room, version)
            return {}

        made = self._store.sealed(f"node-{version}-{kept}", fill)[0]
        node = tarballs[0]
        origin = f"brought as {node.label}, {node.kind}-{node.digest}, with {tarballs[1].label}"
        return Node(made / "bin" / "node", version, _npm_of(made), origin)

    def _newest(self, name: str, ranges: list[str], oldest: int) -> str:
        """Return the newest version that is offered and satisfies ranges.

        Raises:
            NoToolchain: none does.
        """
        for anew in (False, True):
            offered = [
                version
                for version in self._registry.versions(name, anew=anew)
                if _PLAIN.fullmatch(version) and int(version.partition(".")[0]) >= oldest
            ]
            fitting = satisfying(self._own, ranges, offered)
            if fitting:
                return max(fitting, key=lambda version: [*map(int, version.split("."))])
        raise NoToolchain(
            f"of the versions of {name} that npm's registry offers, from {oldest} on, none fits",
            _REMEDY,
        )

    def _tarball(self, name: str, version: str) -> Tarball:
        return Tarball(name, version, *self._registry.integrity(name, version))

    def _check(self, room: Path, version: str) -> None:
        """See in the sandbox that it runs on this machine, and is what it is called.

        Raises:
            NoEnvironment: it does not run.
            NoToolchain: it is another.
        """
        place = self._store.workplace(room.name) / "check"
        place.mkdir(parents=True, exist_ok=True)
        program = str(room / "bin" / "node")
        text = carry_out(
            self._look,
            place,
            "node --version",
            [program, "--version"],
            environment={"PATH": "/usr/bin:/bin", "HOME": str(place), "LANG": "C.UTF-8"},
            readable=tool_paths(program, {}, self._look.hidden),
        )
        if text.strip() != f"v{version}":
            raise NoToolchain(f"what the registry calls Node.js {version} says {text[:80]!r}")


def _npm_of(room: Path) -> Path:
    return room / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def _lay_out(room: Path, node: Path, npm: Path) -> None:
    """Lay an installation out, as Node.js's own archives do."""
    _unpack(node, room, _KEPT)
    _unpack(npm, room / "lib" / "node_modules" / "npm", ("",))
    for name in ("npm", "npx"):
        if (_npm_of(room).parent / f"{name}-cli.js").is_file():
            program = Path("..", "lib", "node_modules", "npm", "bin", f"{name}-cli.js")
            (room / "bin" / name).symlink_to(program)
            (room / "bin" / program).chmod(0o755)
    (room / NODE_GYP).write_text(_SHIM)
    if not (room / "bin" / "node").is_file() or not _npm_of(room).is_file():
        raise NoEnvironment("the archives that the registry has hold no Node.js with its npm")
    (room / "bin" / "node").chmod(0o755)


def _unpack(archive: Path, folder: Path, kept: tuple[str, ...]) -> None:
    """Unpack files of a package, links and all else left out.

    Raises:
        NoEnvironment: it is no such archive.
    """
    folder.mkdir(parents=True, exist_ok=True)
    left = _MOST
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for member in tar:
                path = member.name.partition("/")[2]
                if not member.isfile() or not path.startswith(kept):
                    continue
                left -= member.size
                if left < 0:
                    raise NoEnvironment(
                        f"an archive of npm's registry is larger than {_MOST} bytes"
                    )
                tar.extract(member.replace(name=path, deep=False), folder, filter="data")
    except (tarfile.TarError, OSError, EOFError) as error:
        raise NoEnvironment(f"what npm's registry gave is no archive: {error}") from error
