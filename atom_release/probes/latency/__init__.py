"""How long a service's endpoints take under arrivals at a set rate, and how sure that is (P-6.

T5).
"""

from atom_release.probes.latency.probe import probe_latency

__all__ = ["probe_latency"]
