"""What a date that people write can mean, and how far a moment is from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EASTMOST, _WESTMOST = timedelta(hours=14), timedelta(hours=12)
"""A bare date may be any zone's."""
_BARE = len("2000-01-01")


def span_of(value: str) -> tuple[datetime, datetime] | None:
    """Return the moments a date can mean: of a bare date, all of that day in every zone."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    if len(value) > _BARE and moment.tzinfo is not None:
        return moment, moment
    moment = moment.replace(tzinfo=UTC)
    length = timedelta(0) if len(value) > _BARE else timedelta(days=1)
    try:
        return moment - _EASTMOST, moment + length + _WESTMOST
    except OverflowError:
        return None
