"""The ways in which a conversation over HTTP fails, told apart.

A refused or unresolved address, a silence and a broken conversation mean different things to the
rules, so each is an error of its own.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

from atom_release.errors import ProbeFault


class Refused(ProbeFault):
    """Nobody listens at the address, or its name does not resolve: the system is absent."""


class TimedOut(ProbeFault):
    """The address took the connection or the request, and did not answer in time."""


class ProtocolFault(ProbeFault):
    """An answer that is not one: TLS failed, the connection broke, or what came is not HTTP."""


class NotStarted(ProbeFault):
    """The request goes to a service that has no address, since it did not start."""


class Unfilled(ProbeFault):
    """A `{name}` in a request for which nothing gave a value."""


FAULTS: dict[str, type[ProbeFault]] = {
    "refused": Refused,
    "unresolved": Refused,
    "timeout": TimedOut,
}
_KINDS: tuple[tuple[type[BaseException], str], ...] = (
    (ssl.SSLError, "tls"),
    (socket.gaierror, "unresolved"),
    (TimeoutError, "timeout"),
    (ConnectionRefusedError, "refused"),
    (ConnectionError, "broken"),
)


def kind_of(error: BaseException) -> str:
    """Return how a connection failed, whichever library said so.

    Refused, unresolved, timeout, tls, broken or protocol.
    """
    chain = list(_chain(error))
    for kind, name in _KINDS:
        if any(isinstance(link, kind) for link in chain):
            return name
    return (
        "timeout" if any("timeout" in type(link).__name__.lower() for link in chain) else "protocol"
    )


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and all that it was raised from.

    Some libraries wrap in arguments or `reason` instead of `from`.
    """
    waiting, seen = [error], set[int]()
    while waiting:
        link = waiting.pop()
        if not isinstance(link, BaseException) or id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        waiting += [link.__cause__, link.__context__, getattr(link, "reason", None), *link.args]
