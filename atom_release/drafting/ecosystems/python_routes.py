"""Python's routes: decorators of FastAPI, Flask and Starlette, url patterns of Django.

Read from the text alone, with the prefixes that other files add (`python_prefixes`) as far as
these can be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from atom_release.drafting.ecosystems import python_classes, python_prefixes, python_starlette
from atom_release.drafting.ecosystems.python_classes import Classes
from atom_release.drafting.files import Files, is_product
from atom_release.drafting.findings import Endpoint, Place, Seen

_ROUTER = re.compile(
    r"^[ \t]*+@(?P<router>\w+)\.(?P<method>get|post|put|patch|delete|route|api_route|websocket)\("
    r"\s*+(?:path\s*+=\s*+)?+[rf]?[\"'](?P<path>[^\"']*)[\"'](?P<rest>[^\n]*(?:\n\s+[^@\n][^\n]*)?)",
    re.MULTILINE,
)
_PREFIX = re.compile(
    r"^[ \t]*+(\w+)\s*=\s*(?:\w+\.)?(?:APIRouter|Blueprint)\((?:[^()]|\([^()]*\))*?"
    r"(?:url_)?prefix\s*=\s*[\"']([^\"']*)[\"']",
    re.MULTILINE,
)
_DJANGO = re.compile(
    r"\b(?P<kind>re_path|path|url)\(\s*[rf]?[\"'](?P<path>[^\"']*)[\"']\s*,\s*(?P<to>\w+)"
    r"(?P<within>(?:\.\w+){0,4}+)"
)
_METHODS = re.compile(r"methods\s*=\s*[\[(]([^\])]*)[\])]")


def routes(files: Files, paths: Sequence[str]) -> Iterator[Seen[Endpoint]]:
    """Yield the routes that decorators and url patterns declare, with their router's prefix."""
    outer = python_prefixes.prefixes(files, paths)
    classes = python_classes.classes_of(files, paths)
    for path in paths:
        if not path.endswith(".py") or not is_product(path):
            continue
        text, before = files.text(path), outer.get(path, "")
        if path.endswith("urls.py"):
            yield from _django(path, text, before, classes)
            yield from python_classes.viewsets(path, text, classes, before)
        inner = dict(_PREFIX.findall(text))
        for match in _ROUTER.finditer(text):
            prefix = f"{before}{inner.get(match['router'], '')}"
            yield from _decorated(path, text, match, prefix, classes)
        yield from python_classes.resources(path, text, classes, before)
        yield from python_starlette.routes(path, text, classes, before)


def _decorated(
    path: str, text: str, match: re.Match[str], prefix: str, classes: Classes
) -> Iterator[Seen[Endpoint]]:
    methods = [match["method"].upper()]
    if match["method"] == "websocket":
        return
    if match["method"] in {"route", "api_route"}:
        stated = _METHODS.search(match["rest"])
        named = re.findall(r"[A-Z]+", stated[1].upper()) if stated else []
        end = match.end("path")
        methods = named or python_classes.methods_below(text, end, classes) or ["GET"]
    where = Place(path, text.count("\n", 0, match.start("router")) + 1)
    shown = f"{prefix}{match['path']}" or "/"
    for method in methods:
        yield Seen(Endpoint(method, shown), where, "the decorator there, without outer prefixes")


def _django(path: str, text: str, before: str, classes: Classes) -> Iterator[Seen[Endpoint]]:
    for match in _DJANGO.finditer(text):
        if match["to"] == "include" or _is_comment(text, match.start()):
            continue
        shown = match["path"].removeprefix("^").removesuffix("$").removesuffix("/?")
        where = Place(path, text.count("\n", 0, match.start()) + 1)
        for method in _methods_of_pattern(match, classes):
            endpoint = Endpoint(method, f"{before}/{shown}")
            yield Seen(endpoint, where, "a url pattern, without outer prefixes")


def _methods_of_pattern(match: re.Match[str], classes: Classes) -> list[str]:
    """Return what the class that a pattern names answers; GET where it names none that is known."""
    named = f"{match['to']}{match['within']}".split(".")
    methods = python_classes.methods_of_view(named[-2], classes) if named[1:] else []
    return methods if methods and named[-1] == "as_view" else ["GET"]


def _is_comment(text: str, offset: int) -> bool:
    line = text[text.rfind("\n", 0, offset) + 1 : offset]
    return "#" in line or (text.count('"""', 0, offset) % 2 == 1)
