"""Run the subject's code where it can neither see the gate nor outlive it.

`Sandbox.run` is for suites (no network but their own loopback), `Sandbox.start` for rehearsed
services (a `Network` of the rehearsal's own). As root another existing uid and new namespaces, as
an ordinary user a user namespace, elsewhere limits only; the isolation that a result names was
asked of the kernel inside, just before the subject's first instruction.
"""

from atom_release.lab.sandbox.box import Sandbox
from atom_release.lab.sandbox.network import Network, network
from atom_release.lab.sandbox.order import Layer
from atom_release.lab.sandbox.process import CORES, Finished, Limits, Running
from atom_release.lab.sandbox.room import Room

__all__ = [
    "CORES",
    "Finished",
    "Layer",
    "Limits",
    "Network",
    "Room",
    "Running",
    "Sandbox",
    "network",
]
