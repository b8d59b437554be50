"""The moment until which a commit's authors could have had what a registry offers.

A commit that names ranges and no lock was made with what they came to then. Today they may come to
what its code does not bear, which is no fault of it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


def end_of_next_day(moment: datetime) -> str:
    """Return the end of the day after a moment's, as registries write it."""
    return f"{(moment.date() + timedelta(days=2)).isoformat()}T00:00:00Z"
