"""Under which paths a route may lie: as it stands, as the service describes it, or under a prefix.

Routes are often declared without what another file puts before them. The running service tells it
where it describes itself; else the prefixes that its code names are candidates, to be asked. What
is read here decides nothing: only an answer does.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from atom_release.lab.http_faults import ProtocolFault, Refused, TimedOut
from atom_release.probes.addresses.ports import code_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atom_release.gate.manifest import Service
    from atom_release.lab.look import Look
    from atom_release.probes.served_paths import ServedPaths

_DESCRIPTIONS = (
    "/openapi.json",
    "/swagger.json",
    "/api-json",
    "/docs-json",
    "/v3/api-docs",
    "/swagger/doc.json",
    "/api-docs/swagger.json",
    "/docs/openapi.json",
)
_OK = 200
_MOST_PREFIXES = 24
_MOST_OUTER = 4
_TEXT = r"[\"'`]\^?(/?[A-Za-z][\w.\-]*(?:/[\w.\-]+)*)/?[\"'`]"
_NAMED = r"(?:(?:url_|path_|base_)?prefix|basePath|base_path|root_path)\s*[=:]\s*f?"
_CALLED = (
    r"\b(?:setGlobalPrefix|use|mount|register|[Gg]roup|route|scope|nest|Mount|Controller|path|url"
    r"|re_path|RequestMapping|Route|namespace|Router|add_namespace|Namespace)"
    r"\(\s*(?:r|f|value\s*=\s*|path\s*=\s*)?"
)
_CONSTANT = r"\b[A-Z][A-Z0-9_]*(?:PREFIX|API|BASE|STR|V\d|PATH)[A-Z0-9_]*\s*(?::\s*\w+\s*)?=\s*f?"
_PREFIXES = re.compile("|".join(before + _TEXT for before in (_NAMED, _CALLED, _CONSTANT)))
_PARAMETER = re.compile(r"\{[^}]*\}|<[^>]*>|:\w+\??|\[[^\]]*\]|\*\w*")
_NO_ID = "00000000-0000-4000-8000-000000000000"


def fill_parameters(path: str) -> str:
    """Return a path of a route with something in the place of each parameter."""
    return _PARAMETER.sub(lambda match: _NO_ID if "uuid" in match[0].lower() else "1", path)


def shape_of(path: str) -> str:
    """Return a path with its parameters unnamed and without a slash at its end."""
    return _PARAMETER.sub("{}", path).rstrip("/")


class Outer:
    """Knows under which paths the routes of one service may lie."""

    def __init__(self, look: Look, service: Service, paths: ServedPaths) -> None:
        """Ask the service for its description, and read the prefixes that its code names."""
        self.prefixes = _prefixes(look, service)
        self.described_at, self._described = _description(paths, self.prefixes)

    def candidates(self, method: str, path: str) -> Iterator[tuple[str, str]]:
        """Yield each path that the route may have, and the prefix in it that was only tried."""
        yield path, ""
        shape = shape_of(path)
        fitting = [
            described
            for own, described in self._described
            if own == method
            and described != path
            and (shape_of(described).endswith(shape) if shape else described.endswith("/"))
        ]
        yield from ((described, "") for described in sorted(fitting, key=len)[:1])
        if not self._described:
            yield from ((f"{prefix}{path}", prefix) for prefix in self.prefixes)

    def prefer(self, prefix: str) -> None:
        """Try first what was right for a route before."""
        self.prefixes.remove(prefix)
        self.prefixes.insert(0, prefix)


def _prefixes(look: Look, service: Service) -> list[str]:
    """Return prefixes that the service's code names, those named most often first."""
    counted: Counter[str] = Counter()
    for _, text in code_of(look, service):
        for match in _PREFIXES.finditer(text):
            named = next(filter(None, match.groups()), "")
            counted[f"/{named.strip('/')}"] += 1
    single = [prefix for prefix, _ in counted.most_common(_MOST_PREFIXES)]
    outer = [prefix for prefix in single if re.match(r"/(?:api|v\d)", prefix)][:_MOST_OUTER]
    double = [f"{first}{prefix}" for first in outer for prefix in single if prefix != first]
    return [*single, *double]


def _description(paths: ServedPaths, prefixes: list[str]) -> tuple[str, list[tuple[str, str]]]:
    """Return where the service describes its interface, and each method and path that it lists."""
    under = [f"{prefix}/openapi.json" for prefix in prefixes[:_MOST_PREFIXES]]
    for path in dict.fromkeys((*_DESCRIPTIONS, *under)):
        try:
            answered = paths.send("GET", path)
        except (TimedOut, ProtocolFault, Refused):
            return "", []
        document = answered.json
        if answered.status == _OK and isinstance(document, dict):
            listed = list(_listed(document))
            if listed:
                return path, listed
    return "", []


def _listed(document: dict[str, object]) -> Iterator[tuple[str, str]]:
    stated = document.get("paths")
    if not {"openapi", "swagger"} & document.keys() or not isinstance(stated, dict):
        return
    base = _base(document)
    for path, operations in stated.items():
        for method in operations if isinstance(operations, dict) else ():
            yield str(method).upper(), f"{base}{path}"


def _base(document: dict[str, object]) -> str:
    servers = document.get("servers")
    first = servers[0] if isinstance(servers, list) and servers else {}
    url = first.get("url", "") if isinstance(first, dict) else ""
    base = str(document.get("basePath") or urlsplit(str(url)).path).rstrip("/")
    return base if base.startswith("/") and "{" not in base else ""
