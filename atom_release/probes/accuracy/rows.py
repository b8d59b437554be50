"""Which labelled rows a service is scored by: the operator's, or those of the judged tree.

What lies in the tree is known to whoever wrote the service, and can be packed into it in any form.
Rows that only the operator has are not.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from atom_release.errors import ProbeFault
from atom_release.gate.manifest import Accuracy, Service
from atom_release.lab.look import Look


@dataclass(frozen=True)
class Rows:
    """The bytes of a file of labelled rows, what it is called in evidence, and whose it is."""

    content: bytes
    name: str
    of: Literal["tree", "operator"]

    @property
    def digest(self) -> str:
        """SHA-256 of the file."""
        return hashlib.sha256(self.content).hexdigest()


def rows_of(look: Look, service: Service, accuracy: Accuracy) -> Rows:
    """Return the rows to put to a service.

    Raises:
        ProbeFault: the operator's cannot be read, or the judged tree does not hold them.
    """
    place = look.operator.labelled.get(service.id)
    if place is None:
        return Rows(look.tree.read(accuracy.data), accuracy.data, "tree")
    try:
        return Rows(Path(place).read_bytes(), f"the operator's rows for {service.id}", "operator")
    except OSError as error:
        raise ProbeFault(
            f"the operator's labelled rows for {service.id} cannot be read: {error.strerror}",
            "Correct `labelled` in the operator's file.",
        ) from error
