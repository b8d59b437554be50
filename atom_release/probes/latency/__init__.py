"""How long endpoints take under arrivals at a set rate (P-6, T5), and how sure that is."""

from atom_release.probes.latency.probe import probe_latency

__all__ = ["probe_latency"]
