"""OpenAPI and Swagger files: the endpoints that a service's own description lists."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from atom_release.drafting.files import Files
from atom_release.drafting.findings import Endpoint, Place, Seen

_FILE = re.compile(r"(?:.*/)?[\w.-]*(?:openapi|swagger)[\w.-]*\.(?:json|ya?ml)", re.IGNORECASE)
_METHODS = ("get", "post", "put", "patch", "delete")


def endpoints(files: Files, paths: Sequence[str]) -> Iterator[Seen[Endpoint]]:
    """Yield the endpoints of the descriptions among these files, each once."""
    taken: set[Endpoint] = set()
    for path in paths:
        if not _FILE.fullmatch(path):
            continue
        documents = [files.json(path)] if path.endswith(".json") else files.yaml(path)
        for document in documents:
            for endpoint in _listed(document):
                if endpoint not in taken:
                    taken.add(endpoint)
                    yield Seen(endpoint, Place(path))


def _listed(document: Mapping[Any, Any]) -> Iterator[Endpoint]:
    if not ({"openapi", "swagger"} & document.keys()) or not isinstance(
        document.get("paths"), dict
    ):
        return
    base = _base(document)
    for path, operations in document["paths"].items():
        for method in _METHODS:
            if isinstance(operations, Mapping) and method in operations:
                yield Endpoint(method.upper(), f"{base}{path}")


def _base(document: Mapping[Any, Any]) -> str:
    stated = document.get("basePath")
    servers = document.get("servers")
    if stated is None and isinstance(servers, list) and servers and isinstance(servers[0], Mapping):
        stated = re.sub(r"^https?://[^/]+", "", str(servers[0].get("url", "")))
    base = str(stated or "").rstrip("/")
    return base if base.startswith("/") and "{" not in base else ""
