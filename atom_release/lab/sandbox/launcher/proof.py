"""What isolation holds, asked of the kernel by the process it is to hold for.

Nothing is named because it was intended.
"""

from __future__ import annotations

# pathlib takes longer to import than the launcher to run
# ruff: noqa: PTH110, PTH115, PTH116, PTH208
import os
import resource

from . import kernel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_NAMESPACES = {
    "mnt": "mount-namespace",
    "pid": "pid-namespace",
    "ipc": "ipc-namespace",
    "user": "user-namespace",
}


def outside(order: dict[str, Any]) -> dict[str, Any]:
    """Note what a process of the gate's own sees, to compare with later."""
    links = {kind: _link(kind) for kind in (*_NAMESPACES, "net")}
    return {
        "links": links,
        "hidden": {path: _identity(path) for path in order["hidden"] if os.path.exists(path)},
        "root": _identity("/"),
        "uid": os.geteuid(),
    }


def isolation(order: dict[str, Any], outer: dict[str, Any]) -> list[str]:
    """Name what holds for the calling process.

    `none` first if it shares uid and namespaces with the gate.
    """
    strong = []
    target = order["target"]
    if (
        target
        and os.getresuid() == (target["uid"],) * 3
        and os.getgroups() in ([], [target["gid"]])
        and outer["uid"] != target["uid"]
    ):
        strong.append(f"uid:{target['name']}")
    strong += [
        name for kind, name in _NAMESPACES.items() if _link(kind) not in {"", outer["links"][kind]}
    ]
    if "mount-namespace" in strong and os.statvfs("/").f_flag & os.ST_RDONLY:
        strong.append("read-only")
    unseen = all(_identity(path) != seen for path, seen in outer["hidden"].items())
    in_own_root = "mount-namespace" in strong and _identity("/") != outer["root"]
    if in_own_root and unseen and _only_allowed(order):  # a list with a hidden folder on it is none
        strong.append("allow-list")
    if "pid-namespace" in strong and sees_itself():
        strong.append("own-proc")
    if outer["hidden"] and unseen:
        strong.append("hidden-folders")
    return (strong or ["none"]) + [_network(order, outer)] + _weak()


def sees_itself() -> bool:
    """Return whether /proc is that of this process's own pid namespace.

    So that process ids mean the same there.
    """
    return os.readlink("/proc/self") == str(os.getpid())


def _only_allowed(order: dict[str, Any]) -> bool:
    """Return whether the root holds nothing but what is shown and the folders on the way there."""
    shown = [*order["readable"], *order["writable"], *order["bounded"], *order["throwaway"]]
    shown += [*order["links"], *order["files"], "/proc", "/dev", "/tmp", "/var", "/run"]  # noqa: S108 - private there
    return {path.split("/")[1] for path in shown} >= set(os.listdir("/"))


def _network(order: dict[str, Any], outer: dict[str, Any]) -> str:
    """Name the network: none but its own loopback, the rehearsal's own, or the host's."""
    own = _link("net") not in {"", outer["links"]["net"]}
    if not own or set(kernel.interfaces_up()) - {"lo"}:
        return "network:host"
    return "network:own" if order["network"] == "joined" else "network:none"


def _weak() -> list[str]:
    held = []
    if kernel.privileges_renounced():
        held.append("no-new-privileges")
    if (
        resource.getrlimit(resource.RLIMIT_FSIZE)[1] != resource.RLIM_INFINITY
        and resource.getrlimit(resource.RLIMIT_CORE)[1] == 0
    ):
        held.append("rlimits")
    return held


def _link(kind: str) -> str:
    try:
        return os.readlink(f"/proc/self/ns/{kind}")
    except OSError:
        return ""


def _identity(path: str) -> tuple[int, int] | None:
    try:
        stat = os.stat(path)
    except OSError:
        return None
    return stat.st_dev, stat.st_ino
