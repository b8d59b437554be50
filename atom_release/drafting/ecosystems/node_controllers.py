"""Routes that decorators of classes declare: NestJS, routing-controllers, tsoa."""

from __future__ import annotations

import re
from collections.abc import Iterator

from atom_release.drafting.findings import Endpoint, Place, Seen

_CONTROLLER = re.compile(
    r"@(?:Rest|Json)?Controller\(\s*(?:\{[^}]*?path\s*:\s*)?(?:[\"'`](?P<path>[^\"'`]*)[\"'`])?"
    r"|@Route\(\s*[\"'`](?P<route>[^\"'`]*)[\"'`]"
)
_METHOD = re.compile(
    r"^\s*@(?:Http)?(?P<method>Get|Post|Put|Patch|Delete)\(\s*(?:[\"'`](?P<path>[^\"'`]*)[\"'`])?\s*\)",
    re.MULTILINE,
)


def declared(path: str, text: str) -> Iterator[Seen[Endpoint]]:
    """Yield the routes of a file whose classes are controllers, each below its controller's path.

    A prefix that the application sets for all of them is not known.
    """
    controllers = list(_CONTROLLER.finditer(text))
    for match in _METHOD.finditer(text) if controllers else ():
        above = [controller for controller in controllers if controller.start() < match.start()]
        if not above:
            continue
        base = above[-1]["path"] or above[-1]["route"] or ""
        parts = [part.strip("/") for part in (base, match["path"] or "") if part.strip("/")]
        yield Seen(
            Endpoint(match["method"].upper(), f"/{'/'.join(parts)}"),
            Place(path, text.count("\n", 0, match.start("method")) + 1),
            "the decorators there, without outer prefixes",
        )
