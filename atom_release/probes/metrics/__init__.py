"""The question `metrics`: does Prometheus text come, and does it move when requests are sent?"""

from atom_release.probes.metrics.probe import probe_metrics

__all__ = ["probe_metrics"]
