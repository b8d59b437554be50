"""Kubernetes manifests: workloads by name and image; where their code is, their name has to say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from atom_release.drafting.files import Files
from atom_release.drafting.findings import Deployment, Place, Seen
from atom_release.source.text import is_test

_STAYS = {"Deployment", "StatefulSet", "DaemonSet", "Rollout"}
_ONCE = {"Job", "CronJob"}
_MARK = re.compile(
    r"^kind:\s*[\"']?(?:Deployment|StatefulSet|DaemonSet|Rollout|Job|CronJob)\b", re.MULTILINE
)


def deployments(files: Files) -> Iterator[Deployment]:
    """Yield the workloads of all manifests, each name once."""
    taken: set[str] = set()
    for path in files.matching(r".*\.ya?ml"):
        if is_test(path) or not _MARK.search(files.text(path)):
            continue
        for document, line in files.yaml_documents(path):
            workload = _workload(path, document, line)
            if workload is not None and workload.name not in taken:
                taken.add(workload.name)
                yield workload


def _workload(path: str, document: Mapping[Any, Any], line: int) -> Deployment | None:
    kind, metadata = document.get("kind"), document.get("metadata")
    container = _container(document)
    if kind not in _STAYS | _ONCE or not isinstance(metadata, Mapping) or container is None:
        return None
    where = Place(path, line)
    listed = container.get("ports")
    port = (
        listed[0].get("containerPort")
        if isinstance(listed, list) and listed and isinstance(listed[0], Mapping)
        else None
    )
    return Deployment(
        str(metadata.get("name", "")),
        "",
        where,
        "Kubernetes",
        str(container.get("image", "")),
        command=None,
        port=Seen(port, where) if isinstance(port, int) else None,
        health=_health(container, where),
        variables=tuple(_variables(container, where)),
        once=kind in _ONCE,
    )


def _container(document: Mapping[Any, Any]) -> Mapping[Any, Any] | None:
    """Return the first container of a workload, at whatever depth its kind keeps it."""
    held: Any = document
    for name in ("spec", "jobTemplate", "spec", "template", "spec", "containers"):
        if isinstance(held, Mapping) and name in held:
            held = held[name]
    first = held[0] if isinstance(held, list) and held else None
    return first if isinstance(first, Mapping) else None


def _health(container: Mapping[Any, Any], where: Place) -> Seen[str] | None:
    for probe in ("readinessProbe", "livenessProbe", "startupProbe"):
        stated = container.get(probe)
        http_get = stated.get("httpGet") if isinstance(stated, Mapping) else None
        path = http_get.get("path") if isinstance(http_get, Mapping) else None
        if isinstance(path, str) and path.startswith("/"):
            return Seen(path, where)
    return None


def _variables(container: Mapping[Any, Any], where: Place) -> Iterator[Seen[str]]:
    listed = container.get("env")
    for entry in listed if isinstance(listed, list) else ():
        if isinstance(entry, Mapping) and isinstance(entry.get("name"), str):
            yield Seen(entry["name"], where)
