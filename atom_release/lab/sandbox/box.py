"""The sandbox as probes use it: `run` to the end, `start` what stays, and which isolation holds."""

from __future__ import annotations

import os
import subprocess
import threading
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from atom_release.errors import RunEnded
from atom_release.gate.rules.isolation import doubt
from atom_release.lab.sandbox.order import DISK_MB, SUBJECT, Bounds, Folders, Namespaces, Order
from atom_release.lab.sandbox.process import (
    Finished,
    Limits,
    NotIsolated,
    Running,
    launch,
    launched,
    met_limit,
    read_all,
)
from atom_release.lab.sandbox.room import Room
from atom_release.lab.sandbox.shown import Shown
from atom_release.lab.throwaway import passing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from atom_release.lab.sandbox.network import Network
    from atom_release.lab.sandbox.order import Layer


_MOST_FILES = 65536
"""In the folders that a run writes, as many as fit into those that are held in memory."""


class _Either:
    """Two words to stop, of which one is enough."""

    def __init__(self, *words: threading.Event) -> None:
        self._words = words

    def is_set(self) -> bool:
        """Return whether one was said."""
        return any(word.is_set() for word in self._words)


@dataclass(frozen=True)
class Sandbox:
    """Runs the subject's code.

    It sees the system's libraries, its tools, what it writes and what is `readable`; `hidden`
    folders are empty even where they lie inside one of those.

    `namespaces` is `any` (the strongest to be had), `user` (a user namespace even as root) or
    `none`. `accounts` are whom it runs as where the gate is root: the first that exists.

    Where this machine has no namespaces at all, nothing is run unless the levels of isolation that
    are then missing are `accepted`, and never as root. An order that this machine could not carry
    out although it has namespaces is not run in any other way.
    """

    hidden: Sequence[Path]
    readable: Sequence[Path] = ()
    namespaces: Namespaces = "any"
    accounts: Sequence[str] = SUBJECT
    accepted: Sequence[str] = ()
    stopped: threading.Event = field(
        default_factory=threading.Event, repr=False, compare=False
    )  # once set, what runs here ends
    ended: threading.Event = field(
        default_factory=threading.Event, repr=False, compare=False
    )  # once set, the whole run is over: what runs here ends, and nothing is run any more

    def run(  # noqa: PLR0913 - one parameter for each thing the subject is given
        self,
        argv: Sequence[str],
        *,
        directory: Path,
        writable: Sequence[Path],
        environment: Mapping[str, str],
        limits: Limits,
        network: bool | Network,
        throwaway: Sequence[Path] = (),
        beneath: Mapping[Path, Layer] | None = None,
    ) -> Finished:
        """Run to the end and give what came of it.

        `network` is False for none but its own loopback, True for the host's, or one to join.
        What is written in `writable` is held in memory, `limits.file_mb` at most, and handed back
        as plain files at the end; what is written in `throwaway` is forgotten (without namespaces
        both are written in place). `beneath` is laid under throwaway folders, where there are
        namespaces.
        """
        bounds = Bounds(
            limits.wall,
            limits.cpu,
            limits.memory_mb if limits.address else None,
            limits.memory_mb,
            limits.processes,
            limits.file_mb,
            files=1024,
        )
        folders = Folders(
            self.hidden, self.readable, bounded=writable, throwaway=throwaway, beneath=beneath or {}
        )
        order = Order(
            argv,
            directory,
            environment,
            folders,
            bounds,
            network,
            limits.file_mb,
            self.namespaces,
            self.accounts,
        )
        possible = self._possible(order)
        if possible.namespaces == "none":
            in_place = [*writable, *throwaway]
            room = Room.beside(in_place, limits.file_mb, _MOST_FILES)
            possible = replace(possible, room=room)
        self._must_go_on()
        done = _finish(possible, _Either(self.stopped, self.ended))
        self._must_go_on()
        return done

    def _must_go_on(self) -> None:
        """Check that the run is not over.

        Raises:
            RunEnded: it is.
        """
        if self.ended.is_set():
            raise RunEnded("The run was ended while this was asked.", "Run it again.")

    def start(  # noqa: PLR0913 - one parameter for each thing the subject is given
        self,
        argv: Sequence[str],
        *,
        directory: Path,
        writable: Sequence[Path],
        environment: Mapping[str, str],
        log: Path,
        memory_mb: int | None = None,
        network: bool | Network = True,
        throwaway: Sequence[Path] = (),
        disk_mb: int = DISK_MB,
        room: Room | None = None,
    ) -> Running:
        """Start a process that lives until it is stopped or the gate ends.

        In that network (True: the host's own, False: one without anybody), with `writable` in
        place. What it writes in `throwaway` is held in memory, `disk_mb` at most, and forgotten
        when it ends (without namespaces it is written in place). It ends where more lies on the
        disk than there is `room` for.
        """
        folders = Folders(self.hidden, self.readable, writable=writable, throwaway=throwaway)
        order = Order(
            argv,
            directory,
            environment,
            folders,
            Bounds(resident_mb=memory_mb),
            network=network,
            disk_mb=disk_mb,
            namespaces=self.namespaces,
            accounts=self.accounts,
            room=room,
        )
        return _begin(self._possible(order), log)

    @cached_property
    def holds(self) -> tuple[str, ...]:
        """The isolation that `run` without network has on this machine, found by doing it.

        Once in a process, and with no folder of any release in it.
        """
        return _isolation(self.namespaces, tuple(self.accounts), tuple(self.accepted))

    def _possible(self, order: Order) -> Order:
        """Return the order as this machine can carry it out.

        Raises:
            NotIsolated: it has no namespaces, and nobody accepted that or it would be root.
        """
        if self.namespaces == "none" or _has_namespaces(
            self.namespaces, tuple(self.accounts), host_network=order.network is not False
        ):
            return order
        if doubt(("none",), self.accepted):
            raise NotIsolated(
                "this machine gives the gate no namespaces, so code of the release was not run; the"
                " operator's file accepts to run it without as `isolation: [none]`"
            )
        bare = replace(order, namespaces="none")
        if os.geteuid() == 0 and bare.plain()["target"] is None:
            raise NotIsolated(
                "this machine gives the gate no namespaces, and without them what it runs would be"
                " root: run the gate as an ordinary user"
            )
        return bare


@cache
def _isolation(
    namespaces: Namespaces, accounts: tuple[str, ...], accepted: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the isolation of a sandbox with nothing hidden or readable of its own."""
    with passing() as folder:
        done = Sandbox((), (), namespaces, accounts, accepted).run(
            ["/bin/true"],
            directory=folder,
            writable=[folder],
            environment={},
            limits=Limits(wall=30, cpu=10, memory_mb=512),
            network=False,
        )
        return done.isolation


@cache
def _has_namespaces(
    namespaces: Namespaces, accounts: tuple[str, ...], *, host_network: bool
) -> bool:
    """Return whether this machine lets an order of the gate's own into namespaces.

    Found once in a process, with nothing of any release in it: what a later order names can make
    that one fail, and is no reason to run it without.
    """
    with passing() as place:
        order = Order(
            ["/bin/true"],
            place,
            {},
            Folders(bounded=[place]),
            Bounds(wall=30, cpu=10, address_mb=512),
            network=host_network,
            namespaces=namespaces,
            accounts=accounts,
        )
        try:
            _finish(order, _Either())
        except NotIsolated:
            return False
    return True


def _finish(order: Order, stopped: _Either) -> Finished:
    written_in_place = order.folders.bounded if order.namespaces == "none" else ()
    _give_to_subject(order, [*order.folders.throwaway, *written_in_place])
    with launched(order, subprocess.PIPE) as work:
        isolation = tuple(work.read_word()["isolation"])
        output = read_all(work, order.bounds.wall or 0, stopped)
        work.tell(b"")
        last = work.read_word()
    met = met_limit(last)
    return Finished(
        last["status"],
        output,
        met == "wall",
        met,
        isolation,
        Shown.by(work.order, isolation),
    )


def _begin(order: Order, log: Path) -> Running:
    _give_to_subject(order, [*order.folders.writable, *order.folders.throwaway])
    with log.open("ab") as sink:
        work = launch(order, sink.fileno())
    try:
        isolation = tuple(work.read_word()["isolation"])
        return Running(work, isolation, Shown.by(work.order, isolation))
    except BaseException:
        work.end()
        raise


def _give_to_subject(order: Order, folders: Sequence[Path]) -> None:
    """Make the subject's uid, as root, the owner of folders it is to write.

    Unless they are its own already.
    """
    target = order.plain()["target"]
    for folder in folders if target else ():
        if folder.stat().st_uid != target["uid"]:
            _own(folder, target["uid"], target["gid"])


def _own(folder: Path, uid: int, gid: int) -> None:
    """Return a folder and all below it to a user, following no link.

    The folder itself last, as the sign that it is done.
    """
    for path, names, files in os.walk(folder):
        for name in (*names, *files):
            os.chown(Path(path, name), uid, gid, follow_symlinks=False)
    os.chown(folder, uid, gid, follow_symlinks=False)
