"""Which services have all that they need to be started, and why the others have not.

Starting them is `services`'; the servers they ask for are `systems`'.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from atom_release.errors import ProbeFault
from atom_release.gate.manifest import Manifest, Service, Start
from atom_release.lab.address import StartFailure
from atom_release.lab.environments import NoToolchain
from atom_release.lab.look import Look
from atom_release.lab.rehearsal.templates import services_asked, systems_asked
from atom_release.lab.rehearsal.toolchains import Toolchain, make_toolchain

_INSTALL = "Install what it is run by, so that `atom-release doctor` lists it."
Startable = list[tuple[Service, Start]]


def startable(manifest: Manifest) -> Startable:
    """Return the services for which the manifest names a command that starts them."""
    return [(service, service.start) for service in manifest.services if service.start is not None]


@dataclass
class Toolchains:
    """What services have of their own to be run with, and why some could not be made."""

    made: dict[str, Toolchain] = field(default_factory=dict)
    unmade: dict[str, StartFailure] = field(default_factory=dict)

    def make(self, look: Look) -> None:
        """Make that of each service; note those that cannot be made."""
        for service, start in startable(look.manifest):
            try:
                self.made[service.id] = make_toolchain(look, start.install, start.directory)
            except NoToolchain as fault:
                self.unmade[service.id] = StartFailure(
                    fault.message, absent=fault.remedy or _INSTALL
                )
            except ProbeFault as fault:
                why = f"its environment could not be made: {fault.message}"
                self.unmade[service.id] = StartFailure(why)


def divide(
    services: Startable, unmade: Mapping[str, StartFailure], absent: Mapping[str, str]
) -> tuple[Startable, dict[str, StartFailure]]:
    """Return those that can be started, and of the others what each lacks.

    Args:
        services: those with a command.
        unmade: service -> why its toolchain could not be made.
        absent: server -> why it could not be had.
    """
    ids = {service.id for service, _ in services}
    lacking = {
        service.id: unmade.get(service.id) or StartFailure(lack)
        for service, start in services
        if (lack := _missing(start, ids, absent)) or service.id in unmade
    }
    return [entry for entry in services if entry[0].id not in lacking], lacking


def _missing(start: Start, ids: set[str], absent: Mapping[str, str]) -> str:
    names = sorted(systems_asked(start) & absent.keys()) + sorted(services_asked(start) - ids)
    no_command = "the manifest names no command that starts it"
    return "; ".join(f"{name}: {absent.get(name, no_command)}" for name in names)
