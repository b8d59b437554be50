"""Worlds: the systems of others that one run of a suite has to itself, and nobody else.

A database, a Redis, a Vault of its own, in a network of its own, on the ports that they have
everywhere. What is here knows no suite, decides nothing, and reads no file of the judged tree.
`Kit` is made once for a suite, `Kit.open` gives each run a world of its own.
"""

from atom_release.lab.worlds.kit import Kit, make_kit
from atom_release.lab.worlds.world import NoSystem, Wanted, World

__all__ = ["Kit", "NoSystem", "Wanted", "World", "make_kit"]
