"""JavaScript's routes: calls of Express and its kin, decorators of classes, folders of routes.

Read from the text alone, with what other files put before a path (`node_prefixes`) as far as that
can be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from atom_release.drafting.ecosystems import node_controllers
from atom_release.drafting.ecosystems.node_prefixes import Prefixes, under
from atom_release.drafting.files import Files, is_product
from atom_release.drafting.findings import Endpoint, Place, Seen

_ROUTE = re.compile(
    r"\b(?P<router>\w{0,60}?(?:app|router|server|fastify|routes?|api)\w{0,60}+)(?:\.\w+)?\s*+\.\s*+"
    r"(?P<method>get|post|put|patch|delete|del)\(\s*[\"'`](?P<path>/[^\"'`]*)[\"'`]\s*,",
    re.IGNORECASE,
)
_ROUTED = re.compile(
    r"(?:(?<![\w$])(?P<router>[\w$]++)\s*+)?\.\s*+route\(\s*[\"'`](?P<path>/[^\"'`]*)[\"'`]\s*\)"
    r"(?P<calls>(?:\s*\.\s*(?:get|post|put|patch|delete|all)\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))+)"
)
_CALLED = re.compile(r"(?:^|\))\s*\.\s*(get|post|put|patch|delete)\(")
_EXPORTED = re.compile(
    r"^export\s+(?:(?:async\s+)?function|const)\s+(GET|POST|PUT|PATCH|DELETE)\b"
    r"|\bas\s+(GET|POST|PUT|PATCH|DELETE)\s*[,}]",
    re.MULTILINE,
)
_FILE_ROUTE = re.compile(r"createFileRoute\(\s*[\"'](?P<path>/[^\"']*)[\"']\s*\)")
_HANDLER = re.compile(r"^[ \t]++(GET|POST|PUT|PATCH|DELETE)\s*[:(]", re.MULTILINE)
_CONSTANT = re.compile(
    r"^(?:export\s+)?(?:const|let|var)\s+(?P<name>\w+)\s*=\s*[\"'`](?P<path>/[^\"'`$\s]*)[\"'`]",
    re.MULTILINE,
)
_NAMED = re.compile(r"(?<=[a-z]\()(?P<name>[A-Za-z_]\w*)(?=\s*,)|\$\{(?P<inside>\w+)\}")
_CONDITION = re.compile(r"(?<=\w)\((?:[^()/]|\([^()/]*\))*\)")  # that a parameter has to meet
_NEXT_FILE = re.compile(r"(?:^|/)app/(?P<path>(?:.*/)?)route\.[jt]s$")


def routes(files: Files, paths: Sequence[str]) -> Iterator[Seen[Endpoint]]:
    """Yield the routes of Express's idiom and its kin, and of Next's route handlers."""
    prefixes = Prefixes(files, paths)
    controllers = node_controllers.Outer(files, paths)
    for path in paths:
        if not re.search(r"\.[cm]?[jt]sx?$", path) or not is_product(path):
            continue
        text = _with_constants(files.text(path))
        for match, method in _called(text):
            before = prefixes.before(path, match["router"] or "")
            shown = _plain(match["path"])
            yield Seen(
                Endpoint(method, under(before, shown) if before else shown),
                Place(path, text.count("\n", 0, match.start("path")) + 1),
                f"the call there, {'below what mounts it' if before else 'without outer prefixes'}",
            )
        yield from node_controllers.declared(path, text, controllers)
        yield from _by_file(path, text)


def _called(text: str) -> Iterator[tuple[re.Match[str], str]]:
    """Yield each call that declares a route, with its method."""
    for match in _ROUTE.finditer(text):
        method = match["method"].upper()
        yield match, "DELETE" if method == "DEL" else method
    for match in _ROUTED.finditer(text):
        for method in _CALLED.findall(match["calls"]):
            yield match, method.upper()


def _with_constants(text: str) -> str:
    """Return a file's text in which paths that it has under a name stand where they are used."""
    named = {match["name"]: match["path"] for match in _CONSTANT.finditer(text)}

    def fill(match: re.Match[str]) -> str:
        if match["inside"]:
            return named.get(match["inside"], match[0])
        return f'"{named[match["name"]]}"' if match["name"] in named else match[0]

    return _NAMED.sub(fill, text) if named else text


def _plain(path: str) -> str:
    """Return a path without the conditions of its parameters: `/:id([0-9]+)` is `/:id`."""
    return _CONDITION.sub("", path)


def _by_file(path: str, text: str) -> Iterator[Seen[Endpoint]]:
    """Yield the routes of Next's route handlers and of TanStack's file routes."""
    handler, stated = _NEXT_FILE.search(path), _FILE_ROUTE.search(text)
    if handler is not None:
        methods = {first or second for first, second in _EXPORTED.findall(text)}
        for method in sorted(methods):
            shown = f"/{handler['path'].rstrip('/')}"
            yield Seen(Endpoint(method, shown), Place(path), "Next's folder of routes")
    elif stated is not None and "handlers" in text:
        for method in sorted(set(_HANDLER.findall(text))):
            yield Seen(Endpoint(method, stated["path"]), Place(path), "the route of that file")
