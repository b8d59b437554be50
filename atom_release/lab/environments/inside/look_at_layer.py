"""Say what a build backend made of a project, and take out of it where it was made.

Runs in the sandbox under the suite's Python. A copy of the judged tree lies elsewhere in each run,
so the places that an editable installation names are said relative to the tree, and removed.
"""

# The Pythons that run this may know no annotations of today.
# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201, ANN202
# ruff: noqa: PTH103, PTH108, PTH110, PTH112, PTH114, PTH118, PTH120, PTH123, PTH208

import ast
import email.parser
import json
import os
import shutil
import sys

_SKIPPED = {".git", "__pycache__", "build", "dist", ".eggs", "uv-cache", "node_modules"}


def look_at(source, layer, built, listing):
    """Return names, dependencies and import roots, and keep what the build wrote beside them."""
    source = os.path.realpath(source)
    packages, roots = [], []
    for name in sorted(os.listdir(layer)):
        path = os.path.join(layer, name)
        if name.endswith(".dist-info"):
            packages.append(_metadata(path))
        elif name.endswith(".pth"):
            roots += _of_pth(path, source)
            os.unlink(path)
        elif _is_finder(name):
            roots += _of_finder(path, source)
            os.unlink(path)
    _mend_programs(os.path.join(layer, "bin"))
    with open(listing, encoding="utf-8") as handle:
        committed = set(json.load(handle))
    return {
        "packages": packages,
        "roots": sorted(set(roots)),
        "built": _keep_built(source, built, committed),
    }


def _metadata(path):
    with open(os.path.join(path, "METADATA"), encoding="utf-8", errors="replace") as handle:
        header = email.parser.HeaderParser().parse(handle)
    url = {}
    if os.path.exists(os.path.join(path, "direct_url.json")):
        with open(os.path.join(path, "direct_url.json"), encoding="utf-8") as handle:
            url = json.load(handle)
    return {
        "name": header.get("Name", ""),
        "version": header.get("Version", ""),
        "requires": header.get_all("Requires-Dist", []),
        "extras": header.get_all("Provides-Extra", []),
        "from": url.get("url", ""),
    }


def _of_pth(path, source):
    with open(path, encoding="utf-8", errors="replace") as handle:
        return [root for line in handle for root in _root(line.strip(), source)]


def _root(place, source):
    place = os.path.realpath(place) if place.startswith("/") else ""
    if place == source or place.startswith(source + os.sep):
        return [os.path.relpath(place, source)]
    return []


def _is_finder(name):
    return name.endswith(".py") and name.startswith(("__editable__", "_editable_impl"))


def _of_finder(path, source):
    """Read the folders that the packages of a finder lie in, where it says them as plain text."""
    with open(path, encoding="utf-8", errors="replace") as handle:
        tree = ast.parse(handle.read())
    roots = []
    for node in ast.walk(tree):
        pairs = []
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values)  # noqa: B905 - Pythons before 3.10
        elif isinstance(node, ast.Call) and len(node.args) == 2:  # noqa: PLR2004
            pairs = [node.args]
        for name, place in pairs:
            texts = [_text(name), _text(place)]
            if None not in texts:
                roots += _parent(*texts, source)
    return roots


def _text(node):
    """Return what a constant of text says: Pythons before 3.8 have a kind of node for it."""
    text = getattr(node, "s" if type(node).__name__ == "Str" else "value", None)
    return text if isinstance(text, str) else None


def _parent(name, place, source):
    for ending in ("/__init__.py", ".py"):  # Pythons before 3.9 take no ending away
        place = place[: -len(ending)] if place.endswith(ending) else place  # noqa: FURB188
    tail = os.sep + name.replace(".", os.sep)
    return _root(place[: -len(tail)] or "/", source) if place.endswith(tail) else []


def _mend_programs(folder):
    for name in os.listdir(folder) if os.path.isdir(folder) else []:
        path = os.path.join(folder, name)
        with open(path, "rb") as handle:
            first, rest = handle.readline(), handle.read()
        if first.startswith(b"#!") and b"python" in first:
            with open(path, "wb") as handle:
                handle.write(b"#!/usr/bin/env python\n" + rest)


def _keep_built(source, built, committed):
    """Copy the files that the build wrote into the tree and that the commit does not have."""
    kept = []
    for folder, names, files in os.walk(source):
        names[:] = [
            name for name in names if name not in _SKIPPED and not name.endswith(".egg-info")
        ]
        for name in files:
            path = os.path.join(folder, name)
            relative = os.path.relpath(path, source)
            if relative not in committed and not name.endswith(".pyc") and not os.path.islink(path):
                os.makedirs(os.path.dirname(os.path.join(built, relative)), exist_ok=True)
                shutil.copyfile(path, os.path.join(built, relative))
                kept.append(relative)
    return sorted(kept)


if __name__ == "__main__":
    with open(sys.argv[5], "w", encoding="utf-8") as out:
        json.dump(look_at(*sys.argv[1:5]), out)
