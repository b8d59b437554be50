"""Variables that Kubernetes gives a workload: values of its own, and those of maps in the tree.

What a secret of the cluster holds stands in no file that is read here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from atom_release.drafting import words
from atom_release.drafting.files import Files
from atom_release.drafting.findings import Place

_MARK = re.compile(
    r"^kind:\s*[\"']?(?:Deployment|StatefulSet|DaemonSet|Rollout|ConfigMap)\b", re.MULTILINE
)
_LEVELS = ("spec", "template", "spec", "containers")


def find(files: Files, names: Collection[str]) -> Iterator[tuple[Mapping[str, str], Place]]:
    """Yield what the workloads of these names are given, the shortest path first."""
    wanted = {words.slug(name) for name in names}
    paths = [path for path in files.matching(r".*\.ya?ml") if _MARK.search(files.text(path))]
    documents = [
        (document, Place(path, line))
        for path in sorted(paths, key=lambda path: (path.count("/"), path))
        for document, line in files.yaml_documents(path)
    ]
    maps = _maps(document for document, _ in documents)
    for document, where in documents:
        container = _container(document, wanted)
        given = dict(_given(container, maps)) if container else {}
        if given:
            yield given, where


def _maps(documents: Iterator[Mapping[Any, Any]]) -> dict[str, Mapping[str, str]]:
    named: dict[str, Mapping[str, str]] = {}
    for document in documents:
        data = document.get("data")
        if document.get("kind") == "ConfigMap" and isinstance(data, Mapping):
            texts = {str(key): str(value) for key, value in data.items() if _is_plain(value)}
            named.setdefault(_name(document), texts)
    return named


def _name(document: Mapping[Any, Any]) -> str:
    metadata = document.get("metadata")
    return str(metadata.get("name", "")) if isinstance(metadata, Mapping) else ""


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float) and "\n" not in str(value)


def _container(document: Mapping[Any, Any], wanted: Collection[str]) -> Mapping[Any, Any] | None:
    held: Any = document if words.slug(_name(document)) in wanted else None
    for level in _LEVELS if held and document.get("kind") != "ConfigMap" else ():
        held = held.get(level) if isinstance(held, Mapping) else None
    first = held[0] if isinstance(held, list) and held else None
    return first if isinstance(first, Mapping) else None


def _given(
    container: Mapping[Any, Any], maps: Mapping[str, Mapping[str, str]]
) -> Iterator[tuple[str, str]]:
    for entry in _listed(container.get("envFrom")):
        reference = entry.get("configMapRef")
        name = str(reference.get("name", "")) if isinstance(reference, Mapping) else ""
        yield from maps.get(name, {}).items()
    for entry in _listed(container.get("env")):
        name, value = str(entry.get("name", "")), entry.get("value")
        source = entry.get("valueFrom")
        key = source.get("configMapKeyRef") if isinstance(source, Mapping) else None
        if isinstance(key, Mapping):
            value = maps.get(str(key.get("name", "")), {}).get(str(key.get("key", "")))
        if value is not None and _is_plain(value):
            yield name, str(value)


def _listed(value: object) -> Iterator[Mapping[Any, Any]]:
    for entry in value if isinstance(value, list) else ():
        if isinstance(entry, Mapping):
            yield entry
