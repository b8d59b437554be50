"""The question `order`: did evidence, documents, tag and dates come to be in the order they say?"""

from atom_release.probes.order.probe import probe_order

__all__ = ["probe_order"]
