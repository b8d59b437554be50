"""The ways by which people are told, each tried a few times before it counts as failed."""

from __future__ import annotations

import time
from collections.abc import Callable

from atom_release.notify.notices import Notices
from atom_release.notify.refusal import NotTold, Refusal

TRIES = 3
_PAUSE = 0.5


def tell(refusal: Refusal, notices: Notices, pause: Callable[[float], None] = time.sleep) -> None:
    """Tell everybody who is to be told; one way that fails keeps no other from being tried.

    Raises:
        NotTold: a way failed as often as it was tried; all of them are named.
    """
    from atom_release.notify import mail, webhook

    ways: list[Callable[[], None]] = []
    if notices.webhook:
        address = notices.webhook
        ways.append(lambda: webhook.post(refusal, address))
    if notices.mail_server:
        ways.append(lambda: mail.send(refusal, notices))
    failures = [failure for way in ways if (failure := _try(way, pause)) is not None]
    if failures:
        raise NotTold(
            " ".join(failure.message for failure in failures),
            " ".join(dict.fromkeys(failure.remedy for failure in failures)),
        )


def _try(way: Callable[[], None], pause: Callable[[float], None]) -> NotTold | None:
    """Take a way until it succeeds; return why it did not."""
    failure: NotTold | None = None
    for attempt in range(TRIES):
        try:
            way()
        except NotTold as error:
            failure = error
            pause(_PAUSE * 2**attempt)
        else:
            return None
    return failure
