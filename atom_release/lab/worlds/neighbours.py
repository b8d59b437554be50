"""Other services of the release that one run of a suite has beside it, as the rehearsal has them.

They are whole in every run, also where the suite's own code is taken out: a control shows what its
tests need of that code, and not that another service cannot run.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from atom_release.errors import ProbeFault
from atom_release.gate.manifest import slug
from atom_release.lab.rehearsal.layers import Layer
from atom_release.lab.rehearsal.services import Ground, start_all
from atom_release.lab.rehearsal.templates import redactor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from atom_release.gate.manifest import Service, Start
    from atom_release.lab.rehearsal.launcher import Launcher
    from atom_release.lab.rehearsal.toolchains import Toolchain


@dataclass(frozen=True)
class Neighbours:
    """Services, the copy of the judged tree that each gets a copy of, and what they are run with.

    `weight` is what their copies take on the disk: MiB and files.
    """

    services: tuple[tuple[Service, Start], ...]
    tree: Path
    toolchains: Mapping[str, Toolchain] = field(repr=False)
    has_module: Callable[[str], bool] = field(repr=False)  # whether the tree has one of that name
    weight: tuple[int, int]

    def start(self, launcher: Launcher, room: Path, given: Mapping[str, str]) -> dict[str, str]:
        """Start them in a world; return what `{url:<id>}` stands for there.

        Raises:
            ProbeFault: one of them did not start.
        """
        state = room / "state"
        for folder in (room, state, state / "scratch", state / "homes"):
            folder.mkdir()
        for service, _ in self.services:
            (state / "homes" / slug(service.id) / "tmp").mkdir(parents=True)
        ground = Ground(
            launcher,
            {
                service.id: Layer(self.tree, room / "trees" / slug(service.id))
                for service, _ in self.services
            },
            state,
            {"python": sys.executable, **given, "scratch": str(state / "scratch")},
            self.has_module,
            redactor({name: text for name, text in given.items() if name.endswith("_token")}),
            toolchains=self.toolchains,
        )
        started = start_all(ground, [*self.services])
        for service_id, why in {**started.lacks, **started.failures}.items():
            raise ProbeFault(
                f"{service_id}, which they need beside them, did not start: {why}",
                f"Mend `start` of {service_id}, or what it needs.",
            )
        return {f"url:{name}": started.told_url(name) for name in started.base_urls}
