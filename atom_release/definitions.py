"""What Dagster loads.

The definitions of the release that the environment names, by default the bundled reference release.
"""

from __future__ import annotations

from atom_release.graph.building import build_definitions
from atom_release.settings import close_to_writers

__all__ = ["build_definitions", "defs"]

close_to_writers()
defs = build_definitions()
