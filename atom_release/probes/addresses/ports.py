"""Which port is a service's, and what says so: the manifest, or the service's own files alone.

A port that several services name is none's, and so is one of several that a service's files name.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from atom_release.gate.facts.contradiction import Place
from atom_release.reader.decoding import NotText, decode
from atom_release.source.objects import MissingBlob

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from atom_release.gate.manifest import Service
    from atom_release.lab.look import Look

_MANIFEST = "release.yaml"
_DEFAULT = re.compile(
    r"(?<![\w.])PORT(?:[\"'],\s*[\"']?|:-|\s*(?:\|\||\?\?)\s*[\"']?|\s*=\s*[\"']?)(\d{4,5})\b"
    r"|(?:uvicorn|app|web|server|application|socketio)\.run\w*\([^)\n]*\bport\s*=\s*(\d{4,5})\b"
    r"|\.listen\(\s*(\d{4,5})\b|^EXPOSE\s+(\d{4,5})\b",
    re.MULTILINE,
)
_LARGEST = 256 << 10
_LONGEST = 160


def _ports(look: Look) -> Mapping[str, tuple[int, Place]]:
    """Return the port of each service of which one is certain, with what says so."""

    def read() -> Mapping[str, tuple[int, Place]]:
        named = {service.id: _named(look, service) for service in look.manifest.services}
        every = [port for of_service in named.values() for port in of_service]
        return {
            service_id: (port, place)
            for service_id, of_service in named.items()
            if len(of_service) == 1
            for port, place in of_service.items()
            if every.count(port) == 1
        }

    return look.tree.once(("ports", look.manifest.model_dump_json()), read)


def port_of(look: Look, service: Service) -> tuple[int, Place] | None:
    """Return the service's port and what says so; None where nothing is certain."""
    return _ports(look).get(service.id)


def code_of(look: Look, service: Service) -> Iterator[tuple[str, str]]:
    """Yield the texts of the service's own files, by path."""
    for path, entry in look.tree.entries.items():
        pure = PurePosixPath(path)
        inside = any(root in {".", ""} or pure.is_relative_to(root) for root in service.source)
        if entry.is_file and inside and entry.size <= _LARGEST:
            try:
                yield path, decode(look.tree.read(path))
            except (MissingBlob, NotText):
                continue


def _named(look: Look, service: Service) -> dict[int, Place]:
    """Return the ports that are said to be the service's, each with its first place."""
    stated = service.start.port if service.start is not None else None
    if stated is not None:
        return {stated: _in_manifest(look, stated)}
    places: dict[int, Place] = {}
    for path, text in code_of(look, service):
        for match in _DEFAULT.finditer(text):
            port = int(next(filter(None, match.groups())))
            places.setdefault(port, _place(path, text, match.start()))
    return places


def _in_manifest(look: Look, port: int) -> Place:
    if _MANIFEST in look.tree.entries:
        text = decode(look.tree.read(_MANIFEST))
        match = re.search(rf"\bport:\s*{port}\b", text)
        if match is not None:
            return _place(_MANIFEST, text, match.start())
    return Place(path=_MANIFEST, line=0, text="")


def _place(path: str, text: str, at: int) -> Place:
    line = text.count("\n", 0, at) + 1
    return Place(path=path, line=line, text=text.splitlines()[line - 1].strip()[:_LONGEST])
