"""Routes of Starlette that stand in lists: `Route("/users", users, methods=["GET", "POST"])`.

An endpoint that is a class has its methods; a function answers GET where nothing else is said.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from atom_release.drafting.ecosystems import python_classes
from atom_release.drafting.findings import Endpoint, Place, Seen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atom_release.drafting.ecosystems.python_classes import Classes

_IMPORTS = re.compile(
    r"^[ \t]*+from[ \t]++(?:starlette|fastapi)\.routing[ \t]++import\b", re.MULTILINE
)
_ROUTE = re.compile(
    r"(?<![\w.])(?:API)?Route\(\s*+(?:path[ \t]*+=[ \t]*+)?[\"'](?P<path>/[^\"'\n]{0,200})[\"']"
    r"\s*+,\s*+(?:endpoint[ \t]*+=[ \t]*+)?(?:\w++\.)*+(?P<to>\w++)(?P<rest>[^()]{0,300})"
)
_METHODS = re.compile(r"methods\s*=\s*[\[{(]([^\])}]*)[\])}]")


def routes(path: str, text: str, classes: Classes, before: str) -> Iterator[Seen[Endpoint]]:
    """Yield the routes that a file lists, behind what others put before them."""
    for match in _ROUTE.finditer(text) if _IMPORTS.search(text) else ():
        if "#" in text[text.rfind("\n", 0, match.start()) + 1 : match.start()]:
            continue
        stated = _METHODS.search(match["rest"].partition("Route")[0])
        named = re.findall(r"[A-Z]+", stated[1].upper()) if stated else []
        where = Place(path, text.count("\n", 0, match.start()) + 1)
        for method in named or python_classes.methods_of(match["to"], classes) or ["GET"]:
            shown = f"{before}{match['path']}"
            yield Seen(Endpoint(method, shown), where, "the list there, without outer prefixes")
