"""What the subject's code sees of the file system: a root made for it, with what it may see.

Nothing is hidden one by one: a new, empty root is filled with the paths that the order names, and
the old one is let go of. Nothing changes outside: this runs in a mount namespace of its own, and
the kernel forgets it when the last process there ends.
"""

from __future__ import annotations

# pathlib takes longer to import than the launcher to run
# ruff: noqa: PTH102, PTH103, PTH112, PTH120, PTH211, PTH123
import contextlib
import os
import stat

from . import copying, kernel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PRIVATE = ("/tmp", "/var/tmp", "/dev/shm", "/run")  # noqa: S108 - private there
_STAGE = "/tmp"  # noqa: S108 - covered in this mount namespace alone
_ROOT = f"{_STAGE}/root"
_NO_DEVICES = kernel.MS_NOSUID | kernel.MS_NODEV
_IN_DEV = {
    "/dev/fd": "/proc/self/fd",
    "/dev/stdin": "/proc/self/fd/0",
    "/dev/stdout": "/proc/self/fd/1",
    "/dev/stderr": "/proc/self/fd/2",
    "/dev/ptmx": "pts/ptmx",
}


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
        steps = plan(self._order)
        for path, verb in steps:
            if verb in {"readable", "writable", "bounded", "throwaway"}:
                self._handles[path] = os.open(
                    path, os.O_RDONLY if os.path.isdir(path) else os.O_PATH
                )
        for layer in self._order.get("beneath", {}).values():
            self._handles[layer["folder"]] = os.open(layer["folder"], os.O_RDONLY)
        self._open_stage()
        for path, verb in steps:
            getattr(self, f"_{verb}")(path)
        kernel.set_read_only(_ROOT, read_only=True, below=True)
        for path, verb in steps:
            if verb in {"private", "writable", "bounded", "throwaway"} and os.path.isdir(
                _ROOT + path
            ):
                kernel.set_read_only(_ROOT + path, read_only=False, below=False)
        self._own_terminals()
        self._own_proc()
        kernel.change_root(_ROOT)

    def _own_terminals(self) -> None:
        """Return the subject terminals of its own, where the kernel does."""
        with contextlib.suppress(OSError):
            kernel.mount(
                "devpts",
                f"{_ROOT}/dev/pts",
                "devpts",
                kernel.MS_NOSUID | kernel.MS_NOEXEC,
                "newinstance,ptmxmode=0666,mode=620",
            )

    def _own_proc(self) -> None:
        """Show the processes of the sandbox and no others.

        Where the outer /proc is masked the kernel refuses; then the outer one is seen, and the
        proof does not name a /proc of its own.
        """
        proc = f"{_ROOT}/proc"
        try:
            kernel.mount("proc", proc, "proc", _NO_DEVICES | kernel.MS_NOEXEC)
        except OSError:
            kernel.mount("/proc", proc, None, kernel.MS_BIND | kernel.MS_REC)
        if (
            self._order["uid"] == 0 and not self._as_root
        ):  # the kernel's settings belong to uid 0, capable or not
            for path in filter(os.path.exists, (f"{proc}/sys", f"{proc}/sysrq-trigger")):
                kernel.mount(path, path, None, kernel.MS_BIND)
                kernel.set_read_only(path, read_only=True, below=False)

    def hand_back(self) -> None:
        """Copy what the subject left in its bounded folders to where the gate reads it.

        Plain files and folders only.
        """
        for path, handle in self._returns:
            copying.copy(path, handle, owner=None)

    def full(self) -> bool:
        """Return whether any bounded folder is as good as full."""
        return any(_full(os.statvfs(path)) for path in self._filled)

    def _open_stage(self) -> None:
        """Mount the new root, and room for overlays beside it, where the subject never comes."""
        kernel.mount("stage", _STAGE, "tmpfs", _NO_DEVICES, f"{self._size},mode=755")
        self._stage = os.open(_STAGE, os.O_RDONLY)
        os.close(os.open("blank", os.O_CREAT | os.O_WRONLY, 0o444, dir_fd=self._stage))
        self._filled.append(f"/proc/self/fd/{self._stage}")
        os.mkdir(_ROOT)
        kernel.mount("root", _ROOT, "tmpfs", _NO_DEVICES, "size=8m,mode=755")
        for path in ("/proc", "/dev/pts"):
            os.makedirs(_ROOT + path, mode=0o755)

    def _cover(self, path: str) -> None:
        target = _ROOT + path
        if os.path.isdir(target):
            kernel.mount("hidden", target, "tmpfs", _NO_DEVICES, "size=1m,mode=755")
        elif os.path.lexists(target):
            kernel.mount(f"/proc/self/fd/{self._stage}/blank", target, None, kernel.MS_BIND)

    def _private(self, path: str) -> None:
        _make_target(_ROOT + path, folder=True)
        mode = "755" if path == "/run" else "1777"
        kernel.mount("private", _ROOT + path, "tmpfs", _NO_DEVICES, f"{self._size},mode={mode}")
        self._filled.append(path)

    def _link(self, path: str) -> None:
        """Make a symbolic link, unless what lies around it brought it along."""
        if not os.path.lexists(_ROOT + path):
            os.makedirs(os.path.dirname(_ROOT + path), mode=0o755, exist_ok=True)
            os.symlink(links(self._order)[path], _ROOT + path)

    def _file(self, path: str) -> None:
        """Show a file with a content of its own; the machine's own is covered, never written."""
        target, name = _ROOT + path, path.strip("/").replace("/", "-")
        with open(os.open(name, os.O_CREAT | os.O_WRONLY, 0o644, dir_fd=self._stage), "w") as sink:
            sink.write(self._order["files"][path])
        _make_target(target, folder=False)
        kernel.mount(f"/proc/self/fd/{self._stage}/{name}", target, None, kernel.MS_BIND)

    def _readable(self, path: str) -> None:
        """Show a path as it is outside, and let nothing be written through it from here on."""
        self._writable(path)
        kernel.set_read_only(_ROOT + path, read_only=True, below=True)

    def _writable(self, path: str) -> None:
        handle, target = self._handles[path], _ROOT + path
        _make_target(target, folder=stat.S_ISDIR(os.fstat(handle).st_mode))
        kernel.mount(f"/proc/self/fd/{handle}", target, None, kernel.MS_BIND | kernel.MS_REC)

    def _bounded(self, path: str) -> None:
        outside, target = self._handles[path], _ROOT + path
        _make_target(target, folder=True)
        kernel.mount(
            "bounded",
            target,
            "tmpfs",
            _NO_DEVICES,
            f"{self._size},mode=755,uid={self._uid},gid={self._gid}",
        )
        inside = os.open(target, os.O_RDONLY)
        copying.copy(f"/proc/self/fd/{outside}", inside, owner=(self._uid, self._gid))
        os.close(inside)
        self._returns.append((path, outside))
        self._filled.append(path)

    def _throwaway(self, path: str) -> None:
        """Let the subject write, and forget what it wrote.

        An overlay, or a copy where the kernel refuses one.
        """
        below, target = self._handles[path], _ROOT + path
        _make_target(target, folder=True)
        name = f"over{below}"
        for part in ("", "/upper", "/work"):
            os.mkdir(name + part, 0o755, dir_fd=self._stage)
        os.chown(f"{name}/upper", self._uid, self._gid, dir_fd=self._stage)
        room = f"/proc/self/fd/{self._stage}/{name}"
        lower = [below, *self._beneath(path, f"{room}/upper")]
        folders = ":".join(f"/proc/self/fd/{handle}" for handle in lower)
        layers = f"lowerdir={folders},upperdir={room}/upper,workdir={room}/work"
        for options in (layers, f"{layers},userxattr"):
            with contextlib.suppress(OSError):
                return kernel.mount("throwaway", target, "overlay", _NO_DEVICES, options)
        kernel.mount(f"{room}/upper", target, None, kernel.MS_BIND)
        inside = os.open(target, os.O_RDONLY)
        for handle in reversed(lower):
            copying.copy(f"/proc/self/fd/{handle}", inside, owner=(self._uid, self._gid))
        os.close(inside)
        return None

    def _beneath(self, path: str, upper: str) -> list[int]:
        """Return what lies under a throwaway folder, once its open folders are the subject's."""
        layer = self._order.get("beneath", {}).get(path)
        if layer is None:
            return []
        for folder in layer["open"]:
            at = upper
            for part in folder.split("/"):
                at = f"{at}/{part}"
                with contextlib.suppress(FileExistsError):
                    os.mkdir(at, 0o755)
                os.chown(at, self._uid, self._gid)
        return [self._handles[layer["folder"]]]


def plan(order: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what is put into the new root, outermost first.

    Something hidden inside a shown folder is covered, and what is shown inside the cover comes
    after it. What is hidden is never shown itself, whoever named it.
    """
    written = {path: verb for verb in ("writable", "bounded", "throwaway") for path in order[verb]}
    readable = [path for path in order["readable"] if path not in order["hidden"]]
    shown = [*readable, *written]
    covers = [
        path
        for path in order["hidden"]
        if path not in written and any(_under(path, folder) for folder in shown)
    ]
    between = [*covers, *PRIVATE]
    steps = [(path, "private") for path in PRIVATE] + [(path, "cover") for path in covers]
    steps += [(path, "link") for path in links(order)] + [(path, "file") for path in order["files"]]
    steps += list(written.items())
    steps += [
        (path, "readable")
        for path in set(readable) - set(written)
        if not any(
            _under(path, outer)
            and path != outer
            and not any(_under(path, cover) and _under(cover, outer) for cover in between)
            for outer in readable
        )
    ]
    rank = {"private": 0, "cover": 1}
    return sorted(steps, key=lambda step: (step[0].count("/"), rank.get(step[1], 2), step[0]))


def links(order: dict[str, Any]) -> dict[str, str]:
    """Return the symbolic links of the new root, each with its target."""
    return {**_IN_DEV, **order["links"]}


def _under(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _make_target(path: str, *, folder: bool) -> None:
    if os.path.lexists(path):
        return
    os.makedirs(path if folder else os.path.dirname(path), mode=0o755, exist_ok=True)
    if not folder:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o444))


def _full(room: os.statvfs_result) -> bool:
    return room.f_bavail * 100 < room.f_blocks or room.f_favail * 100 < room.f_files
