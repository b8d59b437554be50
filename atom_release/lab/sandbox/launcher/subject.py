"""The last steps before the subject's code runs.

Another uid, limits, no way to gain privileges, and proof of what holds.
"""

from __future__ import annotations

# pathlib takes longer to import than the launcher to run
# ruff: noqa: PTH123
import json
import os
import resource
import signal

from . import kernel, proof

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_HEADROOM = (
    4096  # where processes of that uid are counted for the whole machine, other people's count too
)
_MEGABYTE = 1 << 20


def start(order: dict[str, Any], how: str, outer: dict[str, Any]) -> tuple[int, list[str]]:
    """Start the subject.

    Returns:
        Its process id, and the isolation that it was seen to have just before its first
        instruction.

    Raises:
        OSError: it ended before that; the message says why.
    """
    order = {**order, "mappable": proof.sees_itself()}
    answer_end, tell = os.pipe()
    request_end, ask = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(answer_end)
        os.close(ask)
        try:
            _become(order, how, outer, tell, request_end)
        except BaseException as error:  # noqa: BLE001 - whatever happened, this process must end here and say it
            _tell_why(tell, str(error))
        os._exit(127)
    os.close(tell)
    os.close(request_end)
    kernel.close_to_others()  # not before: a process so closed cannot map its own user namespace
    with os.fdopen(answer_end, "rb") as answers:
        first = answers.read(1)
        if first == b"m":
            _map_all(child)
        os.close(ask)  # the end of this pipe is the word to go on
        answer = first.strip(b"m-") + answers.read()
    proven: list[str] | None = json.loads(answer) if answer.startswith(b'["') else None
    if proven is None:
        raise OSError(
            answer.decode("utf-8", "replace")
            or "the subject's process ended before its first instruction"
        )
    return child, proven


def _tell_why(tell: int, why: str) -> None:
    """Write why nothing runs.

    To the launcher while it still listens, else where the subject's output goes.
    """
    try:
        os.write(tell, why.encode())
    except OSError:
        os.write(2, f"{why}\n".encode())


def _become(
    order: dict[str, Any], how: str, outer: dict[str, Any], tell: int, request_end: int
) -> None:
    os.setsid()
    counted = _change_identity(order, how, tell, request_end)
    _limit(order["limits"], counted=counted)
    os.umask(0o022)
    kernel.renounce_privileges()
    kernel.die_with_parent(signal.SIGKILL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.write(tell, json.dumps(proof.isolation(order, outer)).encode())
    os.closerange(
        3, 65536
    )  # from here on what fails is the subject's own affair, and no reason to try without isolation
    os.chdir(order["directory"])
    for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    os.execvpe(order["argv"][0], order["argv"], order["environment"])  # noqa: S606 - the manifest's command, in the sandbox


def _change_identity(order: dict[str, Any], how: str, tell: int, request_end: int) -> bool:
    """Become the other uid, or the same one without its privileges.

    Whether processes are counted for this sandbox alone.
    """
    target = order["target"]
    counted = False
    if how == "root":
        counted = order["mappable"] and _own_user_namespace(kernel.CLONE_NEWUSER)
        os.write(tell, b"m" if counted else b"-")
        os.read(request_end, 1)
    elif how == "user":
        counted = _own_user_namespace(kernel.CLONE_NEWUSER | kernel.CLONE_NEWNS)
        if counted:
            write_maps(order["uid"], order["gid"], 0, 0)
        os.write(tell, b"-")
    else:
        os.write(tell, b"-")
    if target and how != "user":
        os.setgroups([])
        os.setresgid(target["gid"], target["gid"], target["gid"])
        os.setresuid(target["uid"], target["uid"], target["uid"])
    return counted


def _own_user_namespace(flags: int) -> bool:
    try:
        kernel.unshare(flags)
    except OSError:
        return False
    return True


def _map_all(child: int) -> None:
    """Return the child's user namespace every id as it is.

    It is there to count processes, and its capabilities end at exec.
    """
    for name in ("uid_map", "gid_map"):
        with open(f"/proc/{child}/{name}", "w") as handle:
            handle.write("0 0 4294967295")


def write_maps(uid: int, gid: int, outer_uid: int, outer_gid: int) -> None:
    """Map one user and one group of this process's new user namespace to those outside."""
    for name, line in (
        ("setgroups", "deny"),
        ("uid_map", f"{uid} {outer_uid} 1"),
        ("gid_map", f"{gid} {outer_gid} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as handle:
            handle.write(line)


def wanted_limits(limits: dict[str, Any], *, counted: bool) -> dict[int, tuple[int, int]]:
    """Return the resource limits that these limits stand for."""
    processes = limits["processes"] + (0 if counted else _HEADROOM)
    wanted = {
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_NOFILE: (limits["files"], limits["files"]),
        resource.RLIMIT_NPROC: (processes, processes),
        resource.RLIMIT_FSIZE: (limits["file_mb"] * _MEGABYTE, limits["file_mb"] * _MEGABYTE),
    }
    if limits["cpu"]:
        wanted[resource.RLIMIT_CPU] = (limits["cpu"], limits["cpu"] + 2)
    if limits["address_mb"]:
        wanted[resource.RLIMIT_AS] = (
            limits["address_mb"] * _MEGABYTE,
            limits["address_mb"] * _MEGABYTE,
        )
    return wanted


def _limit(limits: dict[str, Any], *, counted: bool) -> None:
    for kind, (soft, hard) in wanted_limits(limits, counted=counted).items():
        ceiling = resource.getrlimit(kind)[1]
        allowed = hard if ceiling == resource.RLIM_INFINITY else min(hard, ceiling)
        resource.setrlimit(kind, (min(soft, allowed), allowed))
