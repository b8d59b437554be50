"""Keeps a rehearsal's services answering: waits for them, and starts again what ended."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from atom_release.gate.manifest import Manifest, Service, Start
from atom_release.lab.processor import longest_wait
from atom_release.lab.rehearsal.services import (
    Ground,
    Started,
    answers,
    log_name,
    start_all,
    start_one,
)


@dataclass
class Keeper:
    """The services of one rehearsal once there is ground to start them on.

    `restarted` counts those that had ended by themselves, `answered` are those that did at first.
    """

    manifest: Manifest
    ground: Ground | None = None
    started: Started = field(default_factory=Started)
    restarted: dict[str, int] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)

    @property
    def lost(self) -> set[str]:
        """The services that answered at first, and did not once they were started again."""
        return self.answered - self.started.base_urls.keys()

    def start(self, ground: Ground, services: list[tuple[Service, Start]]) -> None:
        """Start them all for the first time."""
        self.ground = ground
        self.started = start_all(ground, services)
        self.answered = set(self.started.base_urls)

    def note(self) -> None:
        """Remember what stands in each service's copy of the tree, now that all are up."""
        for service_id, layer in self.ground.layers.items() if self.ground else ():
            if service_id in self.started.base_urls:
                layer.note()

    @property
    def wrote(self) -> set[str]:
        """The services that wrote into their copy of the tree since it was noted."""
        layers = self.ground.layers if self.ground else {}
        return {
            service_id
            for service_id in self.started.base_urls
            if service_id in layers and layers[service_id].changed
        }

    def start_again(self, services: Collection[str]) -> None:
        """Start these services anew, all at once, each on the port it had."""
        with ThreadPoolExecutor(max(1, len(services))) as threads:
            list(threads.map(self._start_again, services))

    def wait(self) -> None:
        """Wait until each service answers again on its new connections.

        One that was ended meanwhile is started again.
        """
        with ThreadPoolExecutor(max(1, len(self.started.base_urls))) as threads:
            list(threads.map(self._wait, list(self.started.base_urls)))

    def _wait(self, service_id: str) -> None:
        if self.ground is None:
            return
        launcher, port = self.ground.launcher, self.started.ports[service_id]
        running, health = (
            launcher.running.get(log_name(service_id)),
            self.manifest.service(service_id).health,
        )
        if running is not None:
            if service_id in self.started.ill and running.alive():
                return
            before = longest_wait(running.pid)
            if launcher.until(
                lambda: answers(launcher, port, health, []),
                3,
                going_on=running.alive,
                delayed=lambda: longest_wait(running.pid) - before,
            ):
                return
        if launcher.open:
            self.restarted[service_id] = self.restarted.get(service_id, 0) + 1
            self._start_again(service_id)

    def _start_again(self, service_id: str) -> None:
        service = self.manifest.service(service_id)
        if self.ground is not None and service.start is not None and self.ground.launcher.open:
            self.started.base_urls.pop(service_id, None)
            self.started.failures.pop(service_id, None)
            self.started.lacks.pop(service_id, None)
            start_one(self.ground, self.started, service, service.start)
