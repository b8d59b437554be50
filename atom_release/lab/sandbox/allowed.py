"""Which paths of this machine the subject may see: system libraries, tools, a little of `/etc`.

The list is complete: what is not on it does not exist for the subject. Nothing is mounted here;
the launcher does that from plain data.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin")
"""Programs and libraries, whole."""

ETC = (
    "/etc/alternatives",
    "/etc/bindresvport.blacklist",
    "/etc/ca-certificates.conf",
    "/etc/crypto-policies",
    "/etc/debian_version",
    "/etc/fonts",
    "/etc/gai.conf",
    "/etc/host.conf",
    "/etc/inputrc",
    "/etc/java-11-openjdk",
    "/etc/java-17-openjdk",
    "/etc/java-21-openjdk",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/locale.alias",
    "/etc/locale.conf",
    "/etc/localtime",
    "/etc/magic",
    "/etc/mime.types",
    "/etc/nsswitch.conf",
    "/etc/os-release",
    "/etc/pki/ca-trust/extracted",
    "/etc/pki/tls/cert.pem",
    "/etc/pki/tls/certs",
    "/etc/pki/tls/openssl.cnf",
    "/etc/protocols",
    "/etc/rpc",
    "/etc/services",
    "/etc/shells",
    "/etc/ssl/cert.pem",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
    "/etc/terminfo",
    "/etc/timezone",
)
"""Settings that libraries read and that hold no secret and no person."""

SYSFS = ("/sys/devices/system/cpu", "/sys/devices/system/node")
"""How many processors there are: numeric libraries ask."""

DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty")

_HOPS = 40
_HOST_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")
_PARTS = ("bin", "lib", "lib64", "libexec", "include", "pyvenv.cfg")


def system_paths() -> list[str]:
    """Return the paths that every subject sees, as far as this machine has them."""
    return [path for path in (*SYSTEM, *ETC, *SYSFS, *DEVICES) if os.path.lexists(path)]


def interpreter() -> set[Path]:
    """Return the folders without which the gate's own Python does not start."""
    return {
        Path(sys.prefix),
        Path(sys.base_prefix),
        Path(sys.exec_prefix),
        Path(sys.base_exec_prefix),
    }


def gate_paths(hidden: Iterable[Path]) -> list[Path]:
    """Return what of the gate's own Python is seen: the programs of the environment it runs in."""
    return [part for prefix in interpreter() for part in _shown_parts(prefix, hidden)]


def tool_paths(
    program: str,
    environment: Mapping[str, str],
    hidden: Iterable[Path],
    written: Iterable[Path] = (),
    given: Iterable[Path] = (),
) -> tuple[Path, ...]:
    """Return what a program outside the system's folders needs to be seen to run.

    A Python or Node installation is seen whole, unless something hidden lies in it: then only its
    programs and libraries. Of any other program its own file is seen and no more: its folder may
    be somebody's home. What is no program shows nothing, and neither does one that lies in what
    the subject writes: a link there may lead to any file of this machine. A bare name that is
    there in a folder which is `given` to be seen anyway shows no more than that folder: an
    environment's programs are what a build of the subject's wrote.
    """
    path_text = program if "/" in program else shutil.which(program, path=environment.get("PATH"))
    if not path_text or not path_text.startswith("/") or not is_program(path_text):
        return ()
    apart = (*written, *(() if "/" in program else given))
    start = _place(Path(path_text))
    if any(
        lies_in(Path(path_text), folder) or lies_in(start, folder.resolve()) for folder in apart
    ):
        return ()
    shown: dict[Path, None] = {}
    for path in _chain(start):
        for needed in (*_installation(path, hidden), path):
            shown.setdefault(needed)
    shown.setdefault(Path(path_text))
    return tuple(shown)


def path_folders(path_text: str, hidden: Iterable[Path]) -> tuple[Path, ...]:
    """Return the folders of a PATH, each with the installation that it belongs to.

    The system's are seen anyway; one that holds something hidden is left out.
    """
    covered = [folder.resolve() for folder in hidden]
    shown: dict[Path, None] = {}
    for entry in map(Path, path_text.split(os.pathsep)):
        real = entry.resolve()
        if (
            not entry.is_absolute()
            or not entry.is_dir()
            or str(entry).startswith(tuple(f"{folder}/" for folder in SYSTEM))
            or any(folder.is_relative_to(real) for folder in covered)
        ):
            continue
        for place in (*_installation(entry / "program", covered), entry):
            shown.setdefault(place)
    return tuple(shown)


def is_program(path: str | Path) -> bool:
    """Check whether there is a file that can be executed, at the end of its links."""
    return Path(path).is_file() and os.access(path, os.X_OK)


def lies_in(path: Path, folder: Path) -> bool:
    """Check by their names alone, no link followed, whether a path lies in a folder or is it."""
    return Path(os.path.abspath(path)).is_relative_to(os.path.abspath(folder))  # noqa: PTH100 - links must stay


def _place(path: Path) -> Path:
    """Return a path with the links above its last part followed, as the kernel follows them.

    In words alone, `link/..` is where the link lies; to the kernel it is above where it leads.
    """
    return path.parent.resolve() / path.name if path.name != ".." else path.resolve()


def _chain(program: Path) -> list[Path]:
    """Return a program's path and those that its links lead over, the file itself last."""
    chain = [_place(program)]
    while chain[-1].is_symlink() and len(chain) < _HOPS:
        chain.append(_place(chain[-1].parent / chain[-1].readlink()))
    return chain


def _installation(program: Path, hidden: Iterable[Path]) -> list[Path]:
    """Return the folders of the Python or Node installation that a program belongs to."""
    prefix = program.parent.parent
    if program.parent.name != "bin" or prefix.resolve() == Path("/"):
        return []
    if (config := prefix / "pyvenv.cfg").is_file():
        base = _home_of(config)
        return [*_shown_parts(prefix, hidden), *(_installation(base, hidden) if base else [])]
    if any(prefix.glob("lib/python3*/os.py")) or (prefix / "lib/node_modules").is_dir():
        return _shown_parts(prefix, hidden)
    return []


def _home_of(config: Path) -> Path | None:
    """Return the interpreter that an environment was made from."""
    for line in config.read_text("utf-8", "replace").splitlines():
        name, _, value = line.partition("=")
        if name.strip() == "home" and value.strip():
            return Path(value.strip(), "python3")
    return None


def _shown_parts(prefix: Path, hidden: Iterable[Path]) -> list[Path]:
    real = prefix.resolve()
    if not any(path.resolve().is_relative_to(real) for path in hidden):
        return [prefix]
    return [prefix / part for part in _PARTS if (prefix / part).exists()]


def trail(path: str) -> dict[str, str]:
    """Return the symbolic links on the way to an absolute path, each with its own target.

    Without them a path that the subject is told would not lead to what is shown under its real
    name.
    """
    links: dict[str, str] = {}
    at, ahead = "/", [part for part in path.split("/") if part]
    while ahead and len(links) < _HOPS:
        part = ahead.pop(0)
        step = os.path.normpath(f"{at.rstrip('/')}/{part}")
        if Path(step).is_symlink():
            target = links[step] = str(Path(step).readlink())
            at = "/" if target.startswith("/") else at
            ahead = [piece for piece in target.split("/") if piece] + ahead
        else:
            at = step
    return links


def small_files(user: str, uid: int, gid: int, names: Sequence[str] = ()) -> dict[str, str]:
    """Return files that are made for the subject: who it is, and that only loopback has a name.

    `names` are further ones of loopback, as systems beside it are called where it is deployed. What
    the machine calls itself is one too: a container finds itself by the name that it is told.
    """
    own_name = socket.gethostname()
    if _HOST_NAME.fullmatch(own_name) and own_name not in {"localhost", *names}:
        names = (*names, own_name)
    people = {"root": (0, 0), "nobody": (65534, 65534)}
    people = {name: ids for name, ids in people.items() if ids[0] != uid} | {user: (uid, gid)}
    return {
        "/etc/passwd": "".join(
            f"{name}:x:{own}:{group}:{name}:/tmp:/bin/sh\n"
            for name, (own, group) in sorted(people.items())
        ),
        "/etc/group": "".join(
            f"{name}:x:{group}:\n" for name, (_, group) in sorted(people.items())
        ),
        "/etc/hosts": "".join(
            [
                "127.0.0.1 localhost\n::1 localhost ip6-localhost\n",
                *(f"127.0.0.1 {name}\n" for name in names),
            ]
        ),
    }
