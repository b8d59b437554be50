"""What the launcher is asked to do, as plain data.

Which folders are hidden, readable and writable, which limits hold, as whom.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import stat
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from atom_release.lab.sandbox import allowed
from atom_release.lab.sandbox.launcher.mounts import PRIVATE
from atom_release.lab.sandbox.process import NotIsolated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from atom_release.lab.sandbox.network import Network
    from atom_release.lab.sandbox.room import Room

Namespaces = Literal["any", "user", "none"]

_NEVER = {"/", "/proc", "/dev", "/sys", *PRIVATE}
"""What is there in any case, with what the list puts into it, and never as this machine has it."""

DISK_MB = 256
"""How much is held in memory of what is written into each folder that is not written in place."""

SUBJECT = ("nobody",)
"""Whom the subject's code runs as."""

APART = ("games", "news", "uucp", "daemon", "nobody")
"""Whom something runs as that the subject's code must not reach, though it runs beside it."""


@dataclass(frozen=True)
class Bounds:
    """The launcher's limits; None or 0 is no limit."""

    wall: float | None = None
    cpu: int | None = None
    address_mb: int | None = None
    resident_mb: int | None = None
    processes: int = 512
    file_mb: int = 1024
    files: int = 4096


@dataclass(frozen=True)
class Layer:
    """A folder that lies under another; below `open` its subject may write, in its own layer."""

    folder: Path
    open: Sequence[str] = ()


@dataclass(frozen=True)
class Folders:
    """What the subject may see and write.

    `writable` in place, `bounded` in memory and handed back, `throwaway` forgotten. `beneath` is
    laid under a throwaway folder: seen there as if it were part of it, and never written.
    """

    hidden: Sequence[Path] = ()
    readable: Sequence[Path] = ()
    writable: Sequence[Path] = ()
    bounded: Sequence[Path] = ()
    throwaway: Sequence[Path] = ()
    beneath: Mapping[Path, Layer] = field(default_factory=dict)


@dataclass(frozen=True)
class Order:
    """One run of the launcher.

    `network` is False for none but its own loopback, True for the host's, or one to join.
    """

    argv: Sequence[str]
    directory: Path
    environment: Mapping[str, str]
    folders: Folders
    bounds: Bounds
    network: bool | Network
    disk_mb: int = DISK_MB
    namespaces: Namespaces = "any"
    accounts: Sequence[str] = SUBJECT
    room: Room | None = None

    def plain(self) -> dict[str, Any]:
        """Return the order as the launcher reads it.

        With every path resolved and every person numbered.

        Raises:
            NotIsolated: what is hidden would be written, or the working directory leads out.
        """
        folders, target = self.folders, self._target()
        written = _existing({*folders.writable, *folders.bounded, *folders.throwaway})
        if set(written) & set(_existing(folders.hidden)):
            raise NotIsolated("a folder that is hidden from what is run is one that it writes")
        named = self._readable()
        readable = _existing(named)
        return {
            "argv": [str(word) for word in self.argv],
            "directory": self._directory(),
            "environment": dict(self.environment),
            "hidden": _existing(folders.hidden),
            "readable": [
                path
                for path in readable
                if not any(path == folder or path.startswith(f"{folder}/") for folder in written)
            ],
            "links": self._links(named),
            "files": _small_files(target, self._names),
            "writable": _existing(folders.writable),
            "bounded": _existing(folders.bounded),
            "throwaway": _existing(folders.throwaway),
            "beneath": {
                _real(path): {"folder": _real(layer.folder), "open": list(layer.open)}
                for path, layer in folders.beneath.items()
            },
            "limits": asdict(self.bounds),
            "network": self._network(),
            "joins": list(self.joins),
            "disk_mb": self.disk_mb,
            "disk": self.room.plain() if self.room else None,
            "namespaces": self.namespaces,
            "gate": os.getpid(),
            "uid": os.geteuid(),
            "gid": os.getegid(),
            "target": target,
        }

    def _network(self) -> str:
        if isinstance(self.network, bool):
            return "host" if self.network else "none"
        return "joined"

    @property
    def _names(self) -> Sequence[str]:
        """What loopback is called beside its own name, in a network that is joined."""
        return () if isinstance(self.network, bool) else self.network.names

    @property
    def joins(self) -> tuple[int, ...]:
        """Descriptors of the namespaces that are entered and not made."""
        return () if isinstance(self.network, bool) else self.network.namespaces

    def _readable(self) -> set[Path]:
        """Return all that is seen and not written: the system's, the tools', the order's own."""
        folders = self.folders
        program = self.argv[0] if self.argv else ""
        shown = {
            *map(Path, allowed.system_paths()),
            *allowed.gate_paths(folders.hidden),
            *allowed.tool_paths(
                program, self.environment, folders.hidden, self._written(), folders.readable
            ),
            *folders.readable,
            *(() if self._is_written(self.directory) else (self.directory,)),
        }
        return {path for path in shown if _real(path) not in _NEVER}

    def _written(self) -> tuple[Path, ...]:
        folders = self.folders
        return (*folders.writable, *folders.bounded, *folders.throwaway)

    def _is_written(self, path: Path) -> bool:
        return any(allowed.lies_in(path, folder) for folder in self._written())

    def _directory(self) -> str:
        """Return the working directory, its links followed.

        Raises:
            NotIsolated: it lies in what the subject writes, and a link there leads out of it.
        """
        real = Path(_real(self.directory))
        for folder in self._written():
            inside = allowed.lies_in(self.directory, folder)
            if inside and not real.is_relative_to(_real(folder)):
                raise NotIsolated(
                    f"the directory {self.directory.name} is a link that leads out of the copy",
                    "Let `directory` name a folder of the tree.",
                )
        return str(real)

    def _links(self, readable: set[Path]) -> dict[str, str]:
        """Return the symbolic links without which a path that the subject is told leads nowhere."""
        folders = self.folders
        visible = {*readable, *folders.writable, *folders.bounded, *folders.throwaway}
        links: dict[str, str] = {}
        for path in sorted(visible):
            links |= allowed.trail(str(path.absolute()))
        return links

    def _target(self) -> dict[str, Any] | None:
        """Return the user to become, or None.

        Not root, or without namespaces that user could not reach what it must run.
        """
        account = _account(self.accounts)
        if account is None or self.namespaces == "user":
            return None
        needed = (*allowed.interpreter(), self.directory)
        if self.namespaces == "none" and not all(_reachable(path, account) for path in needed):
            return None
        return {"name": account.pw_name, "uid": account.pw_uid, "gid": account.pw_gid}


def _account(names: Sequence[str]) -> pwd.struct_passwd | None:
    """Return the first of these users that exists: whom a gate that is root runs an order as."""
    if os.geteuid() != 0:
        return None
    for name in names:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    return None


def _small_files(target: dict[str, Any] | None, names: Sequence[str]) -> dict[str, str]:
    if target is not None:
        return allowed.small_files(target["name"], target["uid"], target["gid"], names)
    name = "root" if os.geteuid() == 0 else "release"
    return allowed.small_files(name, os.geteuid(), os.getegid(), names)


def _real(path: Path) -> str:
    return os.path.realpath(path)


def _existing(paths: Sequence[Path] | set[Path]) -> list[str]:
    return sorted({_real(path) for path in paths if os.path.exists(path)})  # noqa: PTH110 - false, not an error, where the path may not be looked at


def _reachable(path: Path, user: pwd.struct_passwd) -> bool:
    real = Path(_real(path))
    return all(
        _enterable(folder.stat(), user) for folder in (real, *real.parents) if folder.is_dir()
    )


def _enterable(status: os.stat_result, user: pwd.struct_passwd) -> bool:
    if status.st_uid == user.pw_uid:
        return bool(status.st_mode & stat.S_IXUSR)
    return bool(status.st_mode & stat.S_IXOTH)
