"""What other files put before the routes of a Python file: routers, blueprints, includes of urls.

Read from the text: `include_router(users.router, prefix="/users")`, `register_blueprint(bp,
url_prefix="/auth")`, `path("up/", include("up.urls"))`. A prefix that a constant holds is looked
up by its name; what cannot be read adds nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from atom_release.drafting.files import Files, folder_of, is_product

_INCLUDES = re.compile(
    r"\b(?:include_router|register_blueprint|add_router)\(\s*(?:(?:router|blueprint)\s*=\s*)?(?P<given>[\w.]+)"
    r"(?P<rest>(?:[^()]|\([^()]*\))*)\)"
)
_PREFIX = re.compile(r"\b(?:url_)?prefix\s*=\s*(?:f?[\"'](?P<text>[^\"']*)[\"']|(?P<name>[\w.]+))")
_DJANGO = re.compile(
    r"\b(?:re_path|path|url)\(\s*r?[\"']\^?(?P<text>[^\"']*)[\"']\s*,\s*include\(\s*"
    r"\(?[\"'](?P<module>[\w.]+)[\"']"
)
_MOUNTS = re.compile(
    r"\bMount\(\s*+(?:path[ \t]*+=[ \t]*+)?[\"'](?P<text>/[^\"'\n]{0,200})[\"']\s*+,\s*+"
    r"(?:routes|app)[ \t]*+=[ \t]*+(?P<given>[\w.]++)"
)
_IMPORT = re.compile(
    r"^[ \t]*+from\s+(?P<module>[\w.]+)\s+import\s+(?P<names>\([^)]*\)|[^\n#]+)", re.MULTILINE
)
_PLAIN_IMPORT = re.compile(r"^[ \t]*+import\s+([\w.]+)(?:\s+as\s+(\w+))?", re.MULTILINE)
_CONSTANT = re.compile(
    r"^[ \t]*+(?P<name>[A-Za-z_]\w*)\s*(?::\s*\w+\s*)?=\s*f?[\"'](?P<text>/[^\"'\s]*)[\"']",
    re.MULTILINE,
)
_WORD = re.compile(
    r"^(?P<name>[A-Za-z_]\w*+)[ \t]*+=[ \t]*+[\"'](?P<text>[\w.-]{1,40}+)[\"']", re.MULTILINE
)
_FIELD = re.compile(r"\{([\w.]+)\}")
_MARKED = re.compile(r"include_router|register_blueprint|include\(|\bMount\(")
_DEPTH = 4
_Edges = Mapping[str, Sequence[tuple[str, str]]]


def prefixes(files: Files, paths: Sequence[str]) -> dict[str, str]:
    """Return what stands before the routes of each of these files, where anything does."""
    python = [path for path in paths if path.endswith(".py") and is_product(path)]
    constants = {
        name: text for path in python for name, text in _constants(files.text(path)).items()
    }
    edges: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for path in python:
        text = files.text(path)
        if _MARKED.search(text):
            for module, prefix in _included(path, text, constants):
                for inner in _files_of(module, path, python):
                    edges[inner].append((path, prefix))
    whole = {path: _whole(path, edges, _DEPTH) for path in python}
    return {path: prefix for path, prefix in whole.items() if prefix}


def _constants(text: str) -> dict[str, str]:
    """Return the paths that the constants of a file hold, words of the same file filled in."""
    words = {match["name"]: match["text"] for match in _WORD.finditer(text)}
    return {
        match["name"]: _FIELD.sub(lambda field: words.get(field[1], ""), match["text"])
        for match in _CONSTANT.finditer(text)
    }


def _whole(path: str, edges: _Edges, depth: int) -> str:
    """Return the prefix of a file behind that of what includes it; of several, the first."""
    for parent, prefix in edges.get(path, ()):
        if parent != path and depth:
            return f"{_whole(parent, edges, depth - 1)}{prefix}"
    return ""


def _included(path: str, text: str, constants: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each module whose routes a file includes, with what it puts before them."""
    for match in _DJANGO.finditer(text):
        yield match["module"], f"/{match['text'].strip('/')}".rstrip("/")
    names = _imported(path, text)
    for match in _MOUNTS.finditer(text):
        if module := names.get(match["given"].partition(".")[0]):
            yield module, match["text"].rstrip("/")
    for match in _INCLUDES.finditer(text):
        head, _, _ = match["given"].partition(".")
        stated = _PREFIX.search(match["rest"])
        if head in names:
            yield names[head], _text(stated, constants) if stated else ""


def _text(stated: re.Match[str], constants: Mapping[str, str]) -> str:
    """Return a prefix as it stands, or what the constants in it hold."""
    if stated["name"]:
        return constants.get(stated["name"].rpartition(".")[2], "").rstrip("/")
    filled = _FIELD.sub(
        lambda match: constants.get(match[1].rpartition(".")[2], ""), stated["text"]
    )
    return filled.rstrip("/")


def _imported(path: str, text: str) -> dict[str, str]:
    """Return the module that each imported name may be, or be of, as dotted words."""
    names: dict[str, str] = {}
    for match in _PLAIN_IMPORT.finditer(text):
        names[match[2] or match[1].partition(".")[0]] = match[1]
    for match in _IMPORT.finditer(text):
        module = match["module"]
        if module.startswith("."):
            up = len(module) - len(module.lstrip(".")) - 1
            folder = folder_of(path).split("/")
            base = folder[: len(folder) - up] if up else folder
            module = ".".join(part for part in (*base, module.lstrip(".")) if part)
        for entry in re.sub(r"[()\\]|#[^\n]*", " ", match["names"]).split(","):
            name, _, other = entry.strip().partition(" as ")
            if name.strip():
                names[(other or name).strip()] = f"{module}.{name.strip()}"
    return names


def _files_of(module: str, path: str, python: Sequence[str]) -> list[str]:
    """Return the files that a dotted name may mean: the module itself, or the package it is of."""
    parts = module.split(".")
    for words in (parts, parts[:-1]):
        tail = "/".join(words)
        if not tail:
            continue
        own = [other for other in python if f"/{other}".endswith(f"/{tail}.py")]
        if own:
            return [other for other in own if other != path]
        inside = [
            other
            for other in python
            if f"/{folder_of(other)}".endswith(f"/{tail}") and other != path
        ]
        if inside:
            return inside
    return []
