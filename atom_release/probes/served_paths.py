"""What a rehearsed service answers at a path, held beside a path that cannot exist.

Serves the questions that ask whether a path is served; answers none itself. A handler may answer
404 too: what differs from the answer where nothing is, but for path, moments and ids, is served.
"""

from __future__ import annotations

import re
from secrets import token_hex
from typing import TYPE_CHECKING

from atom_release.gate.manifest import Request

if TYPE_CHECKING:
    from atom_release.lab.http_exchange import Exchange
    from atom_release.lab.http_messages import Answered

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_VARIES = re.compile(rb"[0-9a-fA-F-]{6,}|\d+")
_SHORTEST = 4


class ServedPaths:
    """Asks one service at paths, and compares its answers with those where nothing is."""

    def __init__(self, exchange: Exchange, service: str) -> None:
        """Ask this service by this conversation."""
        self._exchange, self._service = exchange, service
        self._nowhere: dict[str, tuple[int, bytes]] = {}

    def send(self, method: str, path: str) -> Answered:
        """Return the answer to one request; an empty body where the method has one.

        Raises:
            ProbeFault: no whole answer.
        """
        request = Request.model_validate(
            {"method": method, "path": path, "body": None if method == "GET" else {}}
        )
        return self._exchange.send(request, service=self._service)

    def differs(self, method: str, path: str, got: Answered | None = None) -> bool:
        """Return whether a path that cannot exist gets another answer; `got` is that of the path.

        Raises:
            ProbeFault: no whole answer.
        """
        if method not in self._nowhere:
            nowhere = f"/{token_hex(12)}"
            self._nowhere[method] = _without(self.send(method, nowhere), nowhere)
        answered = self.send(method, path) if got is None else got
        return self._nowhere[method] != _without(answered, path)

    def differs_from(self, other: str, method: str, path: str, got: Answered) -> bool:
        """Return whether another path gets another answer than the one that this path got.

        Raises:
            ProbeFault: no whole answer.
        """
        return _without(self.send(method, other), other) != _without(got, path)


def _without(answered: Answered, path: str) -> tuple[int, bytes]:
    """Return status and body without the path, moments and ids in it."""
    body = answered.body
    bare = path.partition("?")[0]
    inner = bare.strip("/")
    named = [path, bare] if inner else []
    for part in (*named, *([inner] if len(inner) >= _SHORTEST else ())):
        body = body.replace(part.encode(), b"PATH")
    return answered.status, _VARIES.sub(b"#", body)
