"""The routes with parameters that a service's code names, as far as a text of it shows them.

A handler may answer 404 for a row that is not there: that the path is not served can then not be
told by asking.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from atom_release.probes.addresses.ports import code_of

if TYPE_CHECKING:
    from atom_release.gate.manifest import Service
    from atom_release.lab.look import Look

_PARAMETER = r"(?:\{[^}\"'\s]*\}|<[^>\"'\s]*>|/:\w+\??|\*\w*)"
_ROUTE = re.compile(rf"[\"'`(]\^?(/?[\w\-./]*{_PARAMETER}(?:[\w\-./]|{_PARAMETER})*)\$?[\"'`]")
_ONE = re.compile(_PARAMETER)
_LITERAL = re.compile(r"[A-Za-z0-9]")


def has_parameters(look: Look, service: Service, path: str) -> bool:
    """Return whether the path may be that of a row: the end of it fits a route with a parameter."""
    bare = path.partition("?")[0]
    return any(
        _fits(route, bare, text)
        for _, text in code_of(look, service)
        for route in _ROUTE.findall(text)
    )


def _fits(route: str, path: str, text: str) -> bool:
    pattern = "".join(
        re.escape(part) if not _ONE.fullmatch(part) else _of_parameter(part)
        for part in re.split(f"({_PARAMETER})", route)
        if part
    )
    match = re.search(f"(?:^|(?<=/)|(?=/)){pattern}$", path)
    if match is None:
        return False
    before = path[: match.start()].rstrip("/")
    has_literal = _LITERAL.search(_ONE.sub("", route)) is not None
    return has_literal or not before or before in text


def _of_parameter(part: str) -> str:
    if part.startswith("*") or "path" in part:
        return ".+"
    return "/[^/]+" if part.startswith("/") else "[^/]+"
