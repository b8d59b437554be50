"""Routes whose methods classes have: views of Flask, viewsets of Django REST framework.

Read from the text: the class that a route names is looked for by its name in the same files, and a
method of it is a method of the route. Bases of others are known by their usual names alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from atom_release.drafting.files import Files, is_product
from atom_release.drafting.findings import Endpoint, Place, Seen

_CLASS = re.compile(
    r"^class (?P<name>\w+)\((?P<bases>[^()]*)\)\s*:[^\n]*\n(?P<body>(?:(?:[ \t][^\n]*)?\n)*)",
    re.MULTILINE,
)
_BELOW = re.compile(r"\s*(?:@[^\n]*\n\s*)*class (?P<name>\w+)\(")
_METHOD = re.compile(r"^[ \t]+(?:async )?def (get|post|put|patch|delete)\(", re.MULTILINE)
_RESOURCE = re.compile(r"\badd_resource\(\s*(?:\w+\.)*(?P<name>\w+)\s*,(?P<rest>[^()]*)\)")
_PATH = re.compile(r"[\"'](/[^\"']*)[\"']")
_REGISTERED = re.compile(
    r"\.register\(\s*(?:prefix\s*=\s*)?r?[\"'](?P<path>[^\"']*)[\"']\s*,"
    r"\s*(?:viewset\s*=\s*)?(?:\w+\.)*(?P<name>\w+)"
)
_ACTION = re.compile(
    r"@(?:action|detail_route|list_route)\((?P<given>(?:[^()]|\([^()]*\))*)\)\s*"
    r"(?:@[^\n]*\n\s*)*def (?P<name>\w+)"
)
_LISTS = {"list": "GET", "create": "POST"}
_DETAILS = {"retrieve": "GET", "update": "PUT", "partial_update": "PATCH", "destroy": "DELETE"}
_OF_BASES = {
    "ModelViewSet": (*_LISTS, *_DETAILS),
    "ReadOnlyModelViewSet": ("list", "retrieve"),
    "ListModelMixin": ("list",),
    "CreateModelMixin": ("create",),
    "RetrieveModelMixin": ("retrieve",),
    "UpdateModelMixin": ("update", "partial_update"),
    "DestroyModelMixin": ("destroy",),
}
_VIEWS = {
    "FormView": ("GET", "POST"),
    "CreateView": ("GET", "POST"),
    "UpdateView": ("GET", "POST"),
    "DeleteView": ("GET", "POST"),
    "LoginView": ("GET", "POST"),
    "ListAPIView": ("GET",),
    "RetrieveAPIView": ("GET",),
    "CreateAPIView": ("POST",),
    "UpdateAPIView": ("PUT", "PATCH"),
    "DestroyAPIView": ("DELETE",),
    "ListCreateAPIView": ("GET", "POST"),
    "RetrieveUpdateAPIView": ("GET", "PUT", "PATCH"),
    "RetrieveDestroyAPIView": ("GET", "DELETE"),
    "RetrieveUpdateDestroyAPIView": ("GET", "PUT", "PATCH", "DELETE"),
}
"""What a view of Django, or of its REST framework, answers by its base alone."""
_SHOWS = re.compile(r"(?:Detail|List|Template|Redirect|Archive\w*)View|FormMixin")
_DEPTH = 4
Classes = dict[str, tuple[str, str]]


def classes_of(files: Files, paths: Sequence[str]) -> Classes:
    """Return the classes of these files by name, each with its bases and its body."""
    return {
        match["name"]: (match["bases"], match["body"])
        for path in paths
        if path.endswith(".py") and is_product(path)
        for match in _CLASS.finditer(files.text(path))
    }


def methods_below(text: str, end: int, classes: Classes) -> list[str]:
    """Return the methods of the class that a decorator, which ends there, stands above."""
    line = text.find("\n", end)
    match = _BELOW.match(text, line) if line >= 0 else None
    return methods_of(match["name"], classes) if match else []


def methods_of(name: str, classes: Classes) -> list[str]:
    """Return the methods that a class answers, in the order in which it has them."""
    body = classes.get(name, ("", ""))[1]
    return [method.upper() for method in dict.fromkeys(_METHOD.findall(body))]


def methods_of_view(name: str, classes: Classes, depth: int = _DEPTH) -> list[str]:
    """Return the methods of a class that a url pattern names: its own, and those of its bases."""
    bases, _ = classes.get(name, ("", ""))
    methods = dict.fromkeys(_VIEWS.get(name, ()) or (("GET",) if _SHOWS.fullmatch(name) else ()))
    for base in re.findall(r"(\w+)\s*(?:,|$)", bases.strip()):
        inner = methods_of_view(base, classes, depth - 1) if depth else []
        methods |= dict.fromkeys(inner)
    return [*(methods | dict.fromkeys(methods_of(name, classes)))]


def resources(path: str, text: str, classes: Classes, before: str) -> Iterator[Seen[Endpoint]]:
    """Yield the routes of the resources that a file adds to its application."""
    for match in _RESOURCE.finditer(text):
        for shown in _PATH.findall(match["rest"]):
            for method in methods_of(match["name"], classes):
                yield _seen(path, text, match.start(), method, f"{before}{shown}")


def viewsets(path: str, text: str, classes: Classes, before: str) -> Iterator[Seen[Endpoint]]:
    """Yield the routes of the viewsets that a file registers with its router."""
    for match in _REGISTERED.finditer(text):
        place = f"{before}/{match['path'].strip('/')}"
        actions = _actions(match["name"], classes, _DEPTH)
        for action, method in (_LISTS | _DETAILS).items():
            if action in actions:
                inner = "/{pk}/" if action in _DETAILS else "/"
                yield _seen(path, text, match.start(), method, f"{place}{inner}")
        for marked in _ACTION.finditer(classes.get(match["name"], ("", ""))[1]):
            given = marked["given"]
            stated = re.search(r"url_path\s*=\s*[\"']([\w-]+)[\"']", given)
            verb = re.search(r"methods\s*=\s*[\[(]\s*[\"'](\w+)", given)
            detail = "/{pk}" if re.search(r"detail\s*=\s*True", given) else ""
            shown = f"{place}{detail}/{stated[1] if stated else marked['name']}/"
            yield _seen(path, text, match.start(), verb[1].upper() if verb else "GET", shown)


def _actions(name: str, classes: Classes, depth: int) -> set[str]:
    """Return what a viewset does, by its bases and its own methods."""
    bases, body = classes.get(name, ("", ""))
    own = {action for action in (*_LISTS, *_DETAILS) if f"def {action}(" in body}
    for base in re.findall(r"(\w+)\s*(?:,|$)", bases.strip()):
        own |= {*_OF_BASES.get(base, ())}
        if depth and base in classes:
            own |= _actions(base, classes, depth - 1)
    return own


def _seen(path: str, text: str, start: int, method: str, shown: str) -> Seen[Endpoint]:
    where = Place(path, text.count("\n", 0, start) + 1)
    return Seen(Endpoint(method, shown), where, "the class named there, without outer prefixes")
