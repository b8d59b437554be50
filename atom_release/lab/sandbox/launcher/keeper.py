"""The process that the gate starts: it enters the namespaces, and ends all when the gate ends."""

from __future__ import annotations

import json
import os
import select
import signal
import sys

from . import disk, kernel, mounts, proof, subject, supervise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def main() -> None:
    """Read the order from standard input, carry it out.

    And report on the descriptor that the command line names.
    """
    os.umask(0o022)  # what is made for the subject can be seen by it, whatever the gate's own is
    report = int(sys.argv[2])
    order = json.loads(_read(0, int(sys.argv[3])))
    gate = os.pidfd_open(order["gate"])
    if os.getppid() != order["gate"]:
        return
    outer = proof.outside(order)
    signal.pthread_sigmask(signal.SIG_BLOCK, supervise.SIGNALS)
    keeper = os.pidfd_open(os.getpid())
    try:
        how = _enter(order)
        first = os.fork()
    except OSError as error:
        _say(report, {"failed": str(error)})
        return
    if first == 0:
        try:
            _first_process(order, how, outer, report, keeper)
        except BaseException as error:  # noqa: BLE001 - whatever happened, this process must end here and say it
            _say(report, {"failed": repr(error)})
        finally:
            os._exit(0)
    kernel.close_to_others()
    _attend(first, gate)


def _enter(order: dict[str, Any]) -> str:
    """Enter new namespaces.

    `root`, `user`, or `none` where they are not asked for or not to be had.
    """
    flags = (
        kernel.CLONE_NEWNS
        | kernel.CLONE_NEWPID
        | kernel.CLONE_NEWIPC
        | (kernel.CLONE_NEWNET if order["network"] == "none" else 0)
    )
    joined = _join(order["joins"])
    if order["namespaces"] == "none":
        return "none"
    if joined == "user":
        kernel.unshare(flags)
        return "user"
    if os.geteuid() == 0 and order["namespaces"] == "any":
        kernel.unshare(flags)
        return "root"
    uid, gid = os.geteuid(), os.getegid()
    kernel.unshare(flags | kernel.CLONE_NEWUSER)
    subject.write_maps(0, 0, uid, gid)
    return "user"


def _join(handles: list[int]) -> str:
    """Enter a network that is there already, by way of its users' namespace if it has one."""
    kinds = (kernel.CLONE_NEWNET, kernel.CLONE_NEWUSER)
    for handle, kind in reversed(list(zip(handles, kinds, strict=False))):
        kernel.setns(handle, kind)
        os.close(handle)
    return "user" if len(handles) == len(kinds) else ""


def _first_process(
    order: dict[str, Any], how: str, outer: dict[str, Any], report: int, keeper: int
) -> None:
    """Be the first process of the namespaces, or the reaper of all orphans where there are none."""
    kernel.die_with_parent(signal.SIGUSR1 if how == "none" else signal.SIGKILL)
    if select.select([keeper], [], [], 0)[0]:
        return
    view = None
    try:
        written = disk.Disk(order["disk"]) if order["disk"] else None
        if how == "none":
            kernel.become_subreaper()
        else:
            ids = (order["target"]["uid"], order["target"]["gid"]) if how == "root" else (0, 0)
            view = mounts.View(order, *ids, as_root=how == "root")
            view.arrange()
            if order["network"] == "none":
                kernel.raise_loopback()
        child, isolation = subject.start(order, how, outer)
    except OSError as error:
        _say(report, {"failed": str(error)})
        return
    _say(report, {"isolation": isolation})
    watch = supervise.Watch(child, order["limits"], written)
    watch.until_end()
    if view:
        watch.met = watch.met or ("disk" if view.full() else None)
        view.hand_back()
    _say(report, {"status": watch.status, "met_limit": watch.met})


def _attend(first: int, gate: int) -> None:
    """Wait for the first process.

    End it when the gate ends or closes standard input, pass a `t` on as SIGTERM.
    """
    inside = os.pidfd_open(first)
    waiting = [inside, gate, 0]
    while True:
        ready = select.select(waiting, [], [])[0]
        if inside in ready:
            os.waitpid(first, 0)
            return
        if gate not in ready and os.read(0, 1) == b"t":
            os.kill(first, signal.SIGTERM)
        else:
            waiting = [inside]
            os.kill(first, signal.SIGUSR1)


def _read(handle: int, length: int) -> bytes:
    """Read the order and nothing beyond it: what follows are the gate's later words."""
    got = b""
    while len(got) < length:
        piece = os.read(handle, length - len(got))
        if not piece:
            raise SystemExit(0)
        got += piece
    return got


def _say(report: int, message: dict[str, Any]) -> None:
    os.write(report, json.dumps(message).encode() + b"\n")
