"""Environments of JavaScript and TypeScript suites: a Node.js and the packages that a lock names.

With a network, the operator's npm brings archives into a folder of the gate's own; nothing is
unpacked and nothing runs. In the sandbox, without network and as the subject, npm unpacks them and
their install scripts run. `make` is what probes use.
"""

from atom_release.lab.environments.node.make import Modules, make

__all__ = ["Modules", "make"]
