"""The system calls that Python 3.11 does not wrap."""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct

CLONE_NEWNS = 0x00020000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000

(
    _PR_SET_PDEATHSIG,
    _PR_SET_DUMPABLE,
    _PR_SET_CHILD_SUBREAPER,
    _PR_SET_NO_NEW_PRIVS,
    _PR_GET_NO_NEW_PRIVS,
) = (
    1,
    4,
    36,
    38,
    39,
)
_SYS_MOUNT_SETATTR, _AT_FDCWD, _AT_RECURSIVE, _MOUNT_ATTR_RDONLY = 442, -100, 0x8000, 1
_MNT_DETACH = 2
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, action: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{action}: {os.strerror(number)}")


def unshare(flags: int) -> None:
    """Leave the namespaces named by `flags` for new ones."""
    _checked(_libc.unshare(ctypes.c_int(flags)), "unshare")


def setns(handle: int, kind: int) -> None:
    """Enter the namespace of that kind that the open descriptor stands for."""
    _checked(_libc.setns(ctypes.c_int(handle), ctypes.c_int(kind)), "setns")


def mount(source: str, target: str, kind: str | None, flags: int, data: str = "") -> None:
    """Do what the system call of this name does."""
    _checked(
        _libc.mount(
            source.encode(),
            os.fsencode(target),
            kind.encode() if kind else None,
            ctypes.c_ulong(flags),
            data.encode() if data else None,
        ),
        f"mount {target}",
    )


def set_read_only(path: str, *, read_only: bool, below: bool) -> None:
    """Set or clear the read-only attribute of the mount at `path`, and of all `below` it."""
    attributes = (_MOUNT_ATTR_RDONLY, 0) if read_only else (0, _MOUNT_ATTR_RDONLY)
    _mount_setattr(_AT_FDCWD, path, _AT_RECURSIVE if below else 0, (*attributes, 0, 0))


def change_root(path: str) -> None:
    """Make the mount at `path` the root, and let go of the old one and all below it."""
    os.chdir(path)
    _checked(_libc.pivot_root(b".", b"."), "pivot_root")
    _checked(_libc.umount2(b".", ctypes.c_int(_MNT_DETACH)), "umount2")
    os.chdir("/")


def _mount_setattr(folder: int, path: str, flags: int, attributes: tuple[int, ...]) -> None:
    packed = struct.pack("QQQQ", *attributes)
    result = _libc.syscall(
        ctypes.c_long(_SYS_MOUNT_SETATTR),
        ctypes.c_int(folder),
        os.fsencode(path),
        ctypes.c_uint(flags),
        packed,
        ctypes.c_size_t(len(packed)),
    )
    _checked(result, f"mount_setattr {path}")


def _prctl(option: int, value: int) -> int:
    return int(
        _libc.prctl(
            ctypes.c_int(option),
            ctypes.c_ulong(value),
            ctypes.c_ulong(0),
            ctypes.c_ulong(0),
            ctypes.c_ulong(0),
        )
    )


def die_with_parent(signal_number: int) -> None:
    """Have the kernel send this process a signal when its parent ends."""
    _checked(_prctl(_PR_SET_PDEATHSIG, signal_number), "prctl")


def become_subreaper() -> None:
    """Have orphaned descendants become children of this process, so that none is lost."""
    _checked(_prctl(_PR_SET_CHILD_SUBREAPER, 1), "prctl")


def close_to_others() -> None:
    """Keep processes of the same uid from reading this one's memory."""
    _checked(_prctl(_PR_SET_DUMPABLE, 0), "prctl")


def renounce_privileges() -> None:
    """Give up, for this process and all it starts, gaining privileges by exec."""
    _checked(_prctl(_PR_SET_NO_NEW_PRIVS, 1), "prctl")


def privileges_renounced() -> bool:
    """Return whether `renounce_privileges` holds for this process."""
    return _prctl(_PR_GET_NO_NEW_PRIVS, 0) == 1


def raise_loopback() -> None:
    """Bring up `lo` in this network namespace."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        flags = _interface_flags(handle, b"lo")
        fcntl.ioctl(handle, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | _IFF_UP))


def interfaces_up() -> list[str]:
    """Return the names of this network namespace's interfaces that are up."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        return [
            name
            for _, name in socket.if_nameindex()
            if _interface_flags(handle, name.encode()) & _IFF_UP
        ]


def _interface_flags(handle: socket.socket, name: bytes) -> int:
    reply = fcntl.ioctl(handle, _SIOCGIFFLAGS, struct.pack("16sH14x", name, 0))
    return int(struct.unpack("16xH14x", reply)[0])
