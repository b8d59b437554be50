"""The question `routes`: does the started service serve the routes that it is said to?"""

from atom_release.probes.routes.probe import QUESTION, probe_routes

__all__ = ["QUESTION", "probe_routes"]
