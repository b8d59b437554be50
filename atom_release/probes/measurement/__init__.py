"""Latencies that others measured: read with care, and worth no more than a claim."""

from atom_release.probes.measurement.probe import probe_measurements

__all__ = ["probe_measurements"]
