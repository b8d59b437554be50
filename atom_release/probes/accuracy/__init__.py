"""Does the judged code, asked each labelled row, answer as well as the manifest says?

Reading the rows is `labelled`, asking and answering is `probe`, scoring is `scores`, and asking
again with numbers moved a little is `jitter`.
"""

from atom_release.probes.accuracy.probe import probe_accuracy

__all__ = ["probe_accuracy"]
