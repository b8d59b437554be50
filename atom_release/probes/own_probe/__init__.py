"""The question `own-probe`: a criterion that a package of somebody's own asks in Python.

A package names a `PlugIn` under the entry point `atom_release.probes`, and a manifest names it in
`checks[].probe`. The plug-in's code runs in the gate's own process, as whoever installed it wants:
nothing is loaded from a judged tree.
"""

from atom_release.gate.facts.model import Facts
from atom_release.probes.own_probe.plug_in import PlugIn, Reply
from atom_release.probes.own_probe.probe import probe_by_plug_in
from atom_release.probes.own_probe.subject import Package, Subject

__all__ = ["Facts", "Package", "PlugIn", "Reply", "Subject", "probe_by_plug_in"]
