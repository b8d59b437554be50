"""Starts the manifest's services, all at once.

And waits until each answers or shows that it will not.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from atom_release.gate.manifest import Service, Start, slug
from atom_release.lab.rehearsal.launcher import Launcher
from atom_release.lab.rehearsal.ports import free_ports, is_listening, status_of, was_taken
from atom_release.lab.rehearsal.templates import fill

_NO_MODULE = re.compile(rb"No module named '?([A-Za-z_]\w*)")
_MEMORY_MB = 2048
_LINES = 5


@dataclass(frozen=True)
class Ground:
    """What all services of one rehearsal stand on.

    The copy of the judged tree, the folder they write, the values they are told.
    """

    launcher: Launcher
    copy: Path
    state: Path
    values: Mapping[str, str]
    has_module: Callable[[str], bool]  # whether the judged tree itself has a module of that name
    redact: Callable[[bytes], bytes]
    tokens: Mapping[str, str] = field(
        default_factory=dict, repr=False
    )  # of services that may read only some of the secrets


@dataclass
class Started:
    """Which services answer, which did not start.

    And which lack something that is not the release's to bring.
    """

    base_urls: dict[str, str] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    lacks: dict[str, str] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)


def start_all(
    ground: Ground, services: list[tuple[Service, Start]], *, attempts: int = 3
) -> Started:
    """Start every service at once.

    Should somebody take a port meanwhile, start all again, since each was told the others'
    addresses.
    """
    for attempt in range(attempts):
        started = _start_together(ground, services)
        taken = [
            service_id
            for service_id in started.failures
            if was_taken(ground.launcher.tail(log_name(service_id)))
        ]
        if not taken or attempt == attempts - 1:
            break
        for service, _ in services:
            ground.launcher.stop(log_name(service.id))
    return started


def _start_together(ground: Ground, services: list[tuple[Service, Start]]) -> Started:
    ids = [service.id for service, _ in services]
    started = Started(ports=dict(zip(ids, free_ports(len(ids)), strict=True)))
    with ThreadPoolExecutor(max(1, len(ids))) as threads:
        list(threads.map(lambda one: start_one(ground, started, *one), services))
    started.base_urls = {
        service_id: started.base_urls[service_id]
        for service_id in ids
        if service_id in started.base_urls
    }
    return started


def start_one(ground: Ground, started: Started, service: Service, start: Start) -> None:
    """Start one service on its port and record what became of it."""
    name, url = log_name(service.id), f"http://127.0.0.1:{started.ports[service.id]}"
    values = {
        **ground.values,
        "port": str(started.ports[service.id]),
        **{f"url:{other}": f"http://127.0.0.1:{port}" for other, port in started.ports.items()},
    }
    if service.id in ground.tokens:
        values["vault_token"] = ground.tokens[service.id]
    home = ground.state / "homes" / slug(service.id)
    argv = [fill(word, values) for word in start.command]
    environment = {
        **_environment(home),
        **{name: fill(value, values) for name, value in start.environment.items()},
    }
    offset = len(ground.launcher.tail(name))
    last: list[str] = []
    running = ground.launcher.start(
        name,
        argv,
        directory=ground.copy / start.directory,
        writable=[ground.state],
        environment=environment,
        memory_mb=_MEMORY_MB,
    )
    if ground.launcher.until(
        lambda: answers(url, service.health, last),
        start.ready.total_seconds(),
        going_on=running.alive,
    ):
        started.base_urls[service.id] = url
        return
    ended = (
        "it ended"
        if not running.alive()
        else (
            f"it was not ready within {start.ready.total_seconds():g} s"
            f" ({last[-1] if last else 'not asked'})"
        )
    )
    ground.launcher.stop(name)
    log = ground.redact(ground.launcher.tail(name)[offset:])
    lacked = _lacked(ground, argv[0], environment["PATH"], log)
    hidden = running.shown.hidden_path(log.decode("utf-8", "replace"))
    if hidden and not lacked:
        lacked = f"{hidden} is outside what the service may see; its log ends: {_tail(log)}"
    if lacked:
        started.lacks[service.id] = lacked
    else:
        started.failures[service.id] = f"{ended}; its log ends: {_tail(log)}"


def _lacked(ground: Ground, program: str, path: str, log: bytes) -> str:
    """Say what this machine does not have that the release did not promise to bring.

    If that is why a service ended; else nothing.
    """
    missing = _NO_MODULE.search(log)
    if missing and not ground.has_module(missing[1].decode()):
        return (
            f"the Python module {missing[1].decode()} is not installed beside the gate and is not"
            " the release's own"
        )
    if "/" not in program and shutil.which(program, path=path) is None:
        return f"the program {program} is not on this machine"
    return ""


def answers(url: str, health: str | None, last: list[str]) -> bool:
    """Whether a service answers its health path with success.

    Or takes a connection where it has none; `last` notes what was seen.
    """
    if health is None:
        last[:] = ["nobody listens on its port"]
        return is_listening(url)
    status = status_of(url, health)
    last[:] = [f"GET {health} answered {status}" if status else "no HTTP answer on its port"]
    return 200 <= status < 300  # noqa: PLR2004 - success


def log_name(service_id: str) -> str:
    """Give the name under which a service's process and log are kept."""
    return f"service-{slug(service_id)}"


def _environment(home: Path) -> dict[str, str]:
    """Give all of a service's environment but the manifest's.

    Nothing of the gate's own is handed on.
    """
    return {
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(home),
        "TMPDIR": str(home / "tmp"),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
    }


def _tail(log: bytes) -> str:
    lines = [line.strip() for line in log.decode("utf-8", "replace").splitlines() if line.strip()]
    return " | ".join(line[:200] for line in lines[-_LINES:]) or "(empty)"
