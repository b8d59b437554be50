"""What the subject's code sees of the file system.

Hidden folders empty, everything read-only but what it was given to write.

Nothing changes outside: this runs in a mount namespace of its own, and the kernel forgets it when
the last process there ends.
"""

from __future__ import annotations

# pathlib takes longer to import than the launcher to run
# ruff: noqa: PTH103, PTH112, PTH114, PTH116, PTH120
import contextlib
import os
import stat

from . import copying, kernel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

PRIVATE = ("/tmp", "/var/tmp", "/dev/shm", "/run")  # noqa: S108 - private there
_NO_DEVICES = kernel.MS_NOSUID | kernel.MS_NODEV


class View:
    """The file system as arranged for one subject."""

    def __init__(self, order: dict[str, Any], uid: int, gid: int, *, as_root: bool) -> None:
        self._order = order
        self._uid, self._gid = uid, gid
        self._size = f"size={order['disk_mb']}m,nr_inodes=65536"
        self._as_root = as_root
        self._handles: dict[str, int] = {}
        self._returns: list[tuple[str, int]] = []
        self._filled: list[str] = []
        self._stage = -1

    def arrange(self) -> None:
        """Make the view; the calling process and all it starts live in it from here on."""
        kernel.mount("none", "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
        steps = plan(self._order, self._closed())
        for path, verb in steps:
            if verb not in {"cover", "private"}:
                self._handles[path] = os.open(
                    path, os.O_RDONLY if os.path.isdir(path) else os.O_PATH
                )
        self._open_stage()
        for path, verb in steps:
            getattr(self, f"_{verb}")(path)
        kernel.set_read_only("/", read_only=True, below=True)
        for path, verb in steps:
            if verb in {"private", "writable", "bounded", "throwaway"} and os.path.isdir(path):
                kernel.set_read_only(path, read_only=False, below=False)
        for _, handle in self._returns:
            kernel.set_handle_writable(handle)
        self._own_proc()

    def _own_proc(self) -> None:
        """Show the processes of the sandbox and no others.

        Where the outer /proc is masked the kernel refuses, and the outer one stays.
        """
        kernel.set_read_only(
            "/proc", read_only=False, below=False
        )  # the maps of user namespaces are written there
        with contextlib.suppress(OSError):
            kernel.mount("proc", "/proc", "proc", _NO_DEVICES | kernel.MS_NOEXEC)
        if (
            self._order["uid"] == 0 and not self._as_root
        ):  # the kernel's settings belong to uid 0, capable or not
            for path in filter(os.path.exists, ("/proc/sys", "/proc/sysrq-trigger")):
                kernel.mount(path, path, None, kernel.MS_BIND)
                kernel.set_read_only(path, read_only=True, below=False)

    def hand_back(self) -> None:
        """Copy what the subject left in its bounded folders to where the gate reads it.

        Plain files and folders only.
        """
        for path, handle in self._returns:
            copying.copy(path, handle, owner=None)

    def full(self) -> bool:
        """Whether any bounded folder is as good as full."""
        return any(_full(os.statvfs(path)) for path in self._filled)

    def _closed(self) -> set[str]:
        """Give the folders on the way to what must be reached that another uid may not enter."""
        if not self._as_root:
            return set()
        return {
            path
            for kept in _kept(self._order)
            for path in _ancestors(kept)
            if not _enterable(path, self._uid, self._gid)
        }

    def _open_stage(self) -> None:
        """Mount room for overlays where it will be covered again.

        So that the subject cannot reach it.
        """
        kernel.mount("stage", PRIVATE[0], "tmpfs", _NO_DEVICES, f"{self._size},mode=755")
        self._stage = os.open(PRIVATE[0], os.O_RDONLY)
        os.close(os.open("blank", os.O_CREAT | os.O_WRONLY, 0o444, dir_fd=self._stage))
        self._filled.append(f"/proc/self/fd/{self._stage}")

    def _cover(self, path: str) -> None:
        if os.path.isdir(path):
            kernel.mount("hidden", path, "tmpfs", _NO_DEVICES, "size=1m,mode=755")
        elif os.path.lexists(path):
            kernel.mount(f"/proc/self/fd/{self._stage}/blank", path, None, kernel.MS_BIND)

    def _private(self, path: str) -> None:
        if os.path.isdir(path) and not os.path.islink(path):
            mode = "755" if path == "/run" else "1777"
            kernel.mount("private", path, "tmpfs", _NO_DEVICES, f"{self._size},mode={mode}")
            self._filled.append(path)

    def _readable(self, path: str) -> None:
        handle = self._handles[path]
        _make_target(path, folder=stat.S_ISDIR(os.fstat(handle).st_mode))
        kernel.mount(f"/proc/self/fd/{handle}", path, None, kernel.MS_BIND | kernel.MS_REC)

    _writable = _readable

    def _bounded(self, path: str) -> None:
        self._readable(path)
        outside = os.open(path, os.O_RDONLY)
        kernel.mount(
            "bounded",
            path,
            "tmpfs",
            _NO_DEVICES,
            f"{self._size},mode=755,uid={self._uid},gid={self._gid}",
        )
        inside = os.open(path, os.O_RDONLY)
        copying.copy(f"/proc/self/fd/{outside}", inside, owner=(self._uid, self._gid))
        os.close(inside)
        self._returns.append((path, outside))
        self._filled.append(path)

    def _throwaway(self, path: str) -> None:
        """Let the subject write, and forget what it wrote.

        An overlay, or a copy where the kernel refuses one.
        """
        below = self._handles[path]
        _make_target(path, folder=True)
        name = f"over{below}"
        for part in ("", "/upper", "/work"):
            os.mkdir(name + part, 0o755, dir_fd=self._stage)
        os.chown(f"{name}/upper", self._uid, self._gid, dir_fd=self._stage)
        room = f"/proc/self/fd/{self._stage}/{name}"
        layers = f"lowerdir=/proc/self/fd/{below},upperdir={room}/upper,workdir={room}/work"
        for options in (layers, f"{layers},userxattr"):
            with contextlib.suppress(OSError):
                return kernel.mount("throwaway", path, "overlay", _NO_DEVICES, options)
        kernel.mount(f"{room}/upper", path, None, kernel.MS_BIND)
        inside = os.open(path, os.O_RDONLY)
        copying.copy(f"/proc/self/fd/{below}", inside, owner=(self._uid, self._gid))
        os.close(inside)
        return None


def plan(order: dict[str, Any], closed: Iterable[str]) -> list[tuple[str, str]]:
    """Give what is mounted, outermost first.

    A folder bound back into a cover comes after that cover.
    """
    covers = {*order["hidden"], *closed}
    steps = [(path, "cover") for path in covers] + [(path, "private") for path in PRIVATE]
    written = {path: verb for verb in ("writable", "bounded", "throwaway") for path in order[verb]}
    steps += list(written.items())
    steps += [
        (path, "readable")
        for path in set(_kept(order)) - set(written)
        if any(_under(path, cover) for cover in (*covers, *PRIVATE))
    ]
    rank = {"private": 0, "cover": 1}
    return sorted(steps, key=lambda step: (step[0].count("/"), rank.get(step[1], 2), step[0]))


def _kept(order: dict[str, Any]) -> list[str]:
    return [
        path for verb in ("readable", "writable", "bounded", "throwaway") for path in order[verb]
    ]


def _under(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _ancestors(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(2, len(parts))]


def _enterable(path: str, uid: int, gid: int) -> bool:
    found = os.stat(path)
    if found.st_uid == uid:
        return bool(found.st_mode & stat.S_IXUSR)
    return bool(found.st_mode & (stat.S_IXGRP if found.st_gid == gid else stat.S_IXOTH))


def _make_target(path: str, *, folder: bool) -> None:
    if os.path.lexists(path):
        return
    os.makedirs(path if folder else os.path.dirname(path), mode=0o755, exist_ok=True)
    if not folder:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o444))


def _full(room: os.statvfs_result) -> bool:
    return room.f_bavail * 100 < room.f_blocks or room.f_favail * 100 < room.f_files
