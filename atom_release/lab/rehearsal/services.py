"""Starts the manifest's services, all at once.

And waits until each answers or shows that it will not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from atom_release.errors import ProbeFault
from atom_release.gate.manifest import Service, Start, slug
from atom_release.lab.address import StartFailure
from atom_release.lab.processor import longest_wait
from atom_release.lab.rehearsal.launcher import Launcher
from atom_release.lab.rehearsal.layers import Layer
from atom_release.lab.rehearsal.ports import free_ports, status_of, was_taken
from atom_release.lab.rehearsal.start_failure import Ending, Given, explain_doubt, name_limit
from atom_release.lab.rehearsal.templates import fill
from atom_release.lab.rehearsal.toolchains import Toolchain
from atom_release.lab.sandbox import Running

_MEMORY_MB = 2048
_LINES = 5
_STEP_SECONDS = 120.0


@dataclass(frozen=True)
class Ground:
    """What all services of one rehearsal stand on.

    Their copies of the judged tree, the folder they share, the values they are told.
    """

    launcher: Launcher
    layers: Mapping[str, Layer]
    state: Path
    values: Mapping[str, str]
    has_module: Callable[[str], bool]  # whether the judged tree itself has a module of that name
    redact: Callable[[bytes], bytes]
    tokens: Mapping[str, str] = field(
        default_factory=dict, repr=False
    )  # of services that may read only some of the secrets
    drafted: bool = False  # whether the manifest is a draft, or comes from outside the release
    withheld: frozenset[str] = frozenset()  # files of the judged tree that no copy has
    missing: tuple[str, ...] = ()  # those that the clone does not hold
    toolchains: Mapping[str, Toolchain] = field(default_factory=dict)  # of services with their own


@dataclass
class Started:
    """Which services answer, which did not start though they had all that they need.

    And of which that is not established, with why.
    """

    base_urls: dict[str, str] = field(default_factory=dict)
    failures: dict[str, StartFailure] = field(default_factory=dict)
    lacks: dict[str, StartFailure] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    ill: set[str] = field(default_factory=set)  # those that listen, and whose health is not well

    def told_url(self, service_id: str) -> str:
        """Return the address that services and tests are told, where they run."""
        return f"http://127.0.0.1:{self.ports[service_id]}"


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
            for service_id in (*started.failures, *started.lacks)
            if was_taken(ground.launcher.tail(log_name(service_id)))
        ]
        if not taken or attempt == attempts - 1:
            break
        for service, _ in services:
            ground.launcher.stop(log_name(service.id))
    return started


def _start_together(ground: Ground, services: list[tuple[Service, Start]]) -> Started:
    ids = [service.id for service, _ in services]
    fixed = {service.id: start.port for service, start in services if start.port is not None}
    started = Started(ports={**dict(zip(ids, free_ports(len(ids)), strict=True)), **fixed})
    decided = {service_id: Event() for service_id in ids}
    with ThreadPoolExecutor(max(1, len(ids))) as threads:
        list(threads.map(lambda each: _start_in_turn(ground, started, decided, *each), services))
    started.base_urls = {
        service_id: started.base_urls[service_id]
        for service_id in ids
        if service_id in started.base_urls
    }
    return started


def _start_in_turn(
    ground: Ground, started: Started, decided: Mapping[str, Event], service: Service, start: Start
) -> None:
    """Start a service once those before it answer; where one of them does not, say so of both."""
    try:
        for other in start.after:
            if other in decided:
                decided[other].wait()
        absent = [other for other in start.after if other not in started.base_urls]
        if absent:
            started.lacks[service.id] = StartFailure(
                f"it starts after {absent[0]}, which did not start"
            )
        else:
            start_one(ground, started, service, start)
    finally:
        decided[service.id].set()


def start_one(ground: Ground, started: Started, service: Service, start: Start) -> None:
    """Start one service on its port, in a new copy of the tree, and record what became of it."""
    name, port = log_name(service.id), started.ports[service.id]
    values = {
        **ground.values,
        "port": str(port),
        **{f"url:{other}": started.told_url(other) for other in started.ports},
    }
    toolchain = ground.toolchains.get(service.id, Toolchain())
    values["python"] = toolchain.python
    tree = ground.layers[service.id].folder
    if service.id in ground.tokens:
        values["vault_token"] = ground.tokens[service.id]
    home = ground.state / "homes" / slug(service.id)
    environment = {
        **_environment(home),
        **toolchain.environment(tree),
        **{name: fill(value, values) for name, value in start.environment.items()},
    }
    argv = [fill(word, values) for word in start.command]
    steps = [[fill(word, values) for word in step] for step in start.before_start]
    place = _Place(ground, service.id, start.directory, environment, toolchain)
    ground.launcher.stop(name)
    offset = len(ground.launcher.tail(name))
    try:
        ground.layers[service.id].renew()
        toolchain.lay_into(tree)
    except ProbeFault as fault:
        started.lacks[service.id] = StartFailure(fault.message)
        return
    for step in steps:
        trouble = _take_step(place, step)
        if trouble:
            log = ground.redact(ground.launcher.tail(name)[offset:])
            started.lacks[service.id] = StartFailure(
                f"the step before it, `{' '.join(step)}`, {trouble}", _end_of(log)
            )
            return
    running = place.run(argv)
    seen: list[str] = []
    well = ground.launcher.until(
        lambda: answers(ground.launcher, port, service.health, seen),
        start.ready.total_seconds(),
        going_on=running.alive,
        delayed=lambda: longest_wait(running.pid),
    )
    started.ill.discard(service.id)
    if well or (running.alive() and ground.launcher.is_listening(port)):
        # It listens: whether its health path answers well is the question of that leg, not of this.
        started.base_urls[service.id] = ground.launcher.outside(port)
        if not well:
            started.ill.add(service.id)
        return
    ending = _ending(running, seen, start)
    ground.launcher.stop(name)
    log = ground.redact(ground.launcher.tail(name)[offset:])
    doubt = (
        "how it is started is a guess"
        if start.is_guess
        else "the manifest is a draft, or not the release's own"
        if ground.drafted
        else toolchain.doubt
        or explain_doubt(
            ending,
            log,
            Given(
                argv[0],
                environment["PATH"],
                (ground.layers[service.id].folder, ground.state),
                ground.has_module,
                ground.withheld,
                ground.missing,
            ),
        )
    )
    if ending.met:
        _give_room_back(ground.layers[service.id])
    if doubt:
        started.lacks[service.id] = StartFailure(f"{doubt}: {ending}", _end_of(log))
    else:
        started.failures[service.id] = StartFailure(str(ending), _end_of(log))


@dataclass(frozen=True)
class _Place:
    """Where one service's processes run: its copy of the tree, a folder there, an environment."""

    ground: Ground
    service_id: str
    directory: str
    environment: Mapping[str, str]
    toolchain: Toolchain

    def run(self, argv: Sequence[str]) -> Running:
        tree = self.ground.layers[self.service_id].folder
        return self.ground.launcher.start(
            log_name(self.service_id),
            argv,
            directory=tree / self.directory,
            writable=[self.ground.state, tree],
            environment=self.environment,
            memory_mb=_MEMORY_MB,
            readable=self.toolchain.readable,
        )


def _take_step(place: _Place, argv: Sequence[str]) -> str:
    """Run a step that comes before the start to its end; return what went wrong, or nothing."""
    launcher = place.ground.launcher
    running = place.run(argv)
    ended = launcher.until(lambda: not running.alive(), _STEP_SECONDS, going_on=lambda: True)
    status, met = running.ending() if ended else (None, None)
    launcher.stop(log_name(place.service_id))
    if not ended:
        return f"did not end within {_STEP_SECONDS:g} s"
    if met:
        return f"met {name_limit(met)}"
    return "" if status == 0 else f"ended with status {status}"


def _give_room_back(layer: Layer) -> None:
    """Make a copy of the tree anew that a process which ended at a limit may have filled.

    The others would meet that limit by what it left.
    """
    with suppress(ProbeFault):  # it does not run any more: nobody misses its copy
        layer.renew()


def _ending(running: Running, seen: Sequence[str], start: Start) -> Ending:
    if running.alive():
        return Ending(alive=True, seen=seen[-1] if seen else "", waited=start.ready.total_seconds())
    status, met = running.ending()
    return Ending(alive=False, status=status, met=met)


def answers(launcher: Launcher, port: int, health: str | None, last: list[str]) -> bool:
    """Return whether a service answers its health path with success.

    Or takes a connection where it has none; `last` notes what was seen.
    """
    if health is None:
        last[:] = ["nobody listens on its port"]
        return launcher.is_listening(port)
    status = status_of(launcher.outside(port), health)
    last[:] = [f"GET {health} answered {status}" if status else "no HTTP answer on its port"]
    return 200 <= status < 300  # noqa: PLR2004 - success


def log_name(service_id: str) -> str:
    """Return the name under which a service's process and log are kept."""
    return f"service-{slug(service_id)}"


def _environment(home: Path) -> dict[str, str]:
    """Return all of a service's environment but the manifest's.

    Nothing of the gate's own is handed on.
    """
    return {
        "HOME": str(home),
        "TMPDIR": str(home / "tmp"),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
    }


def _end_of(log: bytes) -> str:
    """Return how a log ends, in one line; nothing where it has none."""
    lines = [line.strip() for line in log.decode("utf-8", "replace").splitlines() if line.strip()]
    return " | ".join(line[:200] for line in lines[-_LINES:])
