"""Asks: one module or package for each question of the catalogue, under the question's name.

A probe decides nothing and changes nothing. Modules that answer no question of their own serve
several probes, and say so.
"""

from __future__ import annotations

TOGETHER = {
    "migrations": "tenancy",
    "isolation": "tenancy",
    "tampered-artifact": "signature",
}
"""Questions that are asked in one go with another, and the module that asks both."""

SERVING = frozenset(
    {
        "crossing",
        "forge_requests",
        "given",
        "infrastructure",
        "remote_refs",
        "scanned",
        "schema_examples",
        "served_paths",
        "simulated_prometheus",
        "unrunnable",
        "unwrapped",
        "measurement",
    }
)
"""Modules that answer no leg by themselves; `measurement` is shown and never counted."""
