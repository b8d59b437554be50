"""What the worlds of one suite are made from: a database that was prepared once.

Preparing runs the release's own code, migrations above all, as whole as it was committed; every
run of the suite, and every control without the code, starts with a copy of what that left. So a
control shows what tests need of the code, and not that its migrations cannot run without it.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from atom_release.lab.worlds import database
from atom_release.lab.worlds.shelf import empty_cluster
from atom_release.lab.worlds.world import Cluster, Wanted, World, open_world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from atom_release.lab.sandbox import Sandbox


@dataclass(frozen=True)
class Kit:
    """What is wanted, and the cluster that every world's database is a copy of."""

    wanted: Wanted
    sandbox: Sandbox = field(repr=False)
    cluster: Cluster | None = None

    @contextmanager
    def open(self, room: Path) -> Iterator[World]:
        """Give one run a world of its own.

        Raises:
            ProbeFault: it could not be made.
        """
        with open_world(self.sandbox, room, self.wanted, self.cluster) as world:
            yield world


def make_kit(
    sandbox: Sandbox, shelf: Path, room: Path, wanted: Wanted, prepare: Callable[[World], None]
) -> Kit:
    """Return what worlds are made from; `prepare` is run in the first of them.

    Args:
        sandbox: how the systems are kept apart.
        shelf: a folder of the gate's own where empty clusters are kept.
        room: a folder that is there as long as the kit is used.
        wanted: what is needed.
        prepare: runs the release's own commands in the world that it is given.

    Raises:
        NoSystem: this machine does not have what is needed.
        ProbeFault: it could not be started, or not be prepared.
    """
    wanted.versions  # noqa: B018 - says what this machine lacks
    has_overlays = "mount-namespace" in sandbox.holds
    first = None
    if "postgres" in wanted.needs:
        folder = empty_cluster(sandbox, shelf if has_overlays else room, wanted)
        first = Cluster(folder, forgetting=False)
    if wanted.prepare:
        alone = replace(wanted, neighbours=None)  # they may need what the steps make
        with Kit(alone, sandbox, first).open(room) as world:
            prepare(world)
            database.end(world.launcher)
        first = Cluster(room / "world" / database.NAME, forgetting=False) if first else None
    return Kit(wanted, sandbox, replace(first, forgetting=has_overlays) if first else None)
