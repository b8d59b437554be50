"""What a record of the dangerous action has to hold, however it was read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_DIGEST = re.compile(
    rb"\b(?:[0-9a-f]{128}|[0-9a-f]{96}|[0-9a-f]{64}|[0-9a-f]{40})\b", re.IGNORECASE
)
_BOTH = 2  # what was before, and what is after


@dataclass(frozen=True)
class Recorded:
    """The names that a record lacks, and how many digests it holds."""

    lacks: list[str]
    digests: int

    @property
    def why_not(self) -> str:
        """Why it is no record of the action; empty where it is one."""
        if self.lacks:
            return f"the record of the action lacks {', '.join(self.lacks)}"
        if self.digests < _BOTH:
            return (
                f"the record of the action holds {self.digests} digests: it must tell what was"
                " before and what is after"
            )
        return ""


def read_record(content: bytes, names: Sequence[str]) -> Recorded:
    """Return what a record lacks of what it has to hold."""
    text = content.decode("utf-8", "replace")
    return Recorded([name for name in names if name not in text], len({*_DIGEST.findall(content)}))
