"""Columns that are the label under another name: what is to be predicted is sent along.

Only where every cell says what the label says, over rows enough that chance does not do it. What
merely goes along with the label, as a region may, is a feature.
"""

from __future__ import annotations

from atom_release.gate.facts.accuracy import FEWEST
from atom_release.probes.accuracy.labelled import Labelled
from atom_release.probes.accuracy.scores import canonical

_TRUTH = {"yes": "1", "no": "0"}


def telling_columns(labelled: Labelled) -> list[str]:
    """Return the columns that are the label under another name, in the file's order."""
    labels = [_plain(label) for label in labelled.labels]
    if len(labels) < FEWEST or len(set(labels)) < len(("one", "another")):
        return []
    return [
        name
        for name in labelled.kinds
        if [_plain(row[name]) for row in labelled.features] == labels
    ]


def _plain(value: object) -> str:
    text = canonical(value)
    return _TRUTH.get(text.casefold(), text)
