"""Columns that are the label under another name: what is to be predicted is sent along.

Only where every value stands beside one label and every label beside one value, over rows enough
that chance does not do it. What merely predicts well is a feature.
"""

from __future__ import annotations

from collections.abc import Sequence

from atom_release.gate.facts.accuracy import FEWEST
from atom_release.probes.accuracy.labelled import Labelled
from atom_release.probes.accuracy.scores import canonical


def telling_columns(labelled: Labelled) -> list[str]:
    """Return the columns that are the label under another name, in the file's order."""
    labels = [canonical(label) for label in labelled.labels]
    if len(labels) < FEWEST or len(set(labels)) < len(("one", "another")):
        return []
    return [
        name
        for name in labelled.kinds
        if _are_one([canonical(row[name]) for row in labelled.features], labels)
    ]


def _are_one(values: Sequence[str], labels: Sequence[str]) -> bool:
    pairs = set(zip(values, labels, strict=True))
    return len(pairs) == len(set(values)) == len(set(labels))
