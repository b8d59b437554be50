"""Which URLs a release writes down, in which of its texts, and of which of its services.

Texts are the release's documents, the services' reports, and scripts: what is run to see or to
drive a service. A service's own code, tests, examples and what others wrote are none, nor are files
of containers, in which a port is that of the container.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from atom_release.gate.facts.contradiction import Place
from atom_release.probes.addresses.ports import port_of
from atom_release.probes.documents.reading import documents_and_reports
from atom_release.reader.decoding import NotText, decode
from atom_release.reader.markdown import read_markdown
from atom_release.reader.written_addresses import WrittenURL, read_addresses
from atom_release.source.listing import EXECUTABLE
from atom_release.source.objects import MissingBlob

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atom_release.gate.manifest import Service
    from atom_release.lab.look import Look

_SCRIPTS = frozenset(
    {".sh", ".bash", ".zsh", ".ps1", ".bat", ".cmd", ".py", ".js", ".mjs", ".cjs", ".ts", ".rb"}
)
_SCRIPT_NAMES = frozenset({"makefile", "justfile", "gnumakefile"})
_OF_OTHERS = frozenset(
    {"test", "tests", "__tests__", "spec", "specs", "e2e", "example", "examples", "sample"}
    | {"samples", "vendor", "node_modules", "third_party", "fixtures", "testdata", "mock"}
    | {"mocks", "stub", "stubs", "archive"}
)
_OF_RUNNING = frozenset({"scripts", "script", "tools", "bin", "ci", "ops", "deploy"})
_THIS_MACHINE = re.compile(r"localhost|127(?:\.\d+){3}|0(?:\.0){3}|\[::1?\]")
_LARGEST = 256 << 10
_LONGEST = 160


def services_written_of(look: Look) -> list[Service]:
    """Return the started services of which some text writes down a URL."""
    return [
        service
        for service in look.manifest.services
        if service.start is not None and not service.start.guessed and written_of(look, service)
    ]


def written_of(look: Look, service: Service) -> dict[str, Place]:
    """Return each path that a text writes down for the service's port, with its first place."""
    port = port_of(look, service)
    places: dict[str, Place] = {}
    for path, url in _urls(look) if port is not None else ():
        if port is not None and url.port == port[0] and _is_of(url.host, service):
            place = Place(path=path, line=url.line, text=url.text[:_LONGEST])
            places.setdefault(url.path, place)
    return places


def _urls(look: Look) -> list[tuple[str, WrittenURL]]:
    """Return the URLs of all texts, documents and reports first."""

    def read() -> list[tuple[str, WrittenURL]]:
        documents = documents_and_reports(look)
        scripts = sorted(set(_scripts(look)) - set(documents))
        return [
            *((path, url) for path in documents for url in _of_document(look, path)),
            *((path, url) for path in scripts for url in _of_script(look, path)),
        ]

    return look.tree.once(("written addresses", look.manifest.model_dump_json()), read)


def _of_document(look: Look, path: str) -> Iterator[WrittenURL]:
    """Yield what a document says of now; of another version or of later, nothing."""
    text = _text(look, path)
    if "http://" not in text:
        return
    otherwise = set[int]()
    if PurePosixPath(path).suffix.lower() == ".md":
        for fact in read_markdown(text).facts:
            topic = fact.section.inherited
            if topic.history or topic.foreign or fact.checked is False:
                otherwise.add(fact.line)
    yield from (url for url in read_addresses(text, code=False) if url.line not in otherwise)


def _of_script(look: Look, path: str) -> Iterator[WrittenURL]:
    text = _text(look, path)
    if "http://" in text:
        yield from read_addresses(text, code=True)


def _scripts(look: Look) -> Iterator[str]:
    for path, entry in look.tree.entries.items():
        pure = PurePosixPath(path)
        is_script = (
            pure.suffix.lower() in _SCRIPTS
            or pure.name.lower() in _SCRIPT_NAMES
            or (entry.mode == EXECUTABLE and not pure.suffix)
        )
        folders = {part.lower() for part in pure.parts[:-1]}
        if entry.is_file and is_script and not folders & _OF_OTHERS and not _is_test(pure):
            in_source = any(pure.is_relative_to(root) for root in _sources(look))
            if not in_source or folders & _OF_RUNNING:
                yield path


def _sources(look: Look) -> list[str]:
    """Return the services' own code; a folder that is the whole repository holds more than that."""
    roots = [root for service in look.manifest.services for root in service.source]
    return [root for root in roots if root not in {".", "./", ""}]


def _is_test(path: PurePosixPath) -> bool:
    return re.search(r"(?:^|[_.-])(?:test|spec)s?(?:[_.-]|$)", path.stem.lower()) is not None


def _is_of(host: str, service: Service) -> bool:
    """Return whether a host is this machine, or called as the service is."""
    names = {service.name, *(PurePosixPath(root).name for root in service.source)}
    return _THIS_MACHINE.fullmatch(host) is not None or _plain(host) in {
        _plain(name) for name in names
    }


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _text(look: Look, path: str) -> str:
    """Return the text of a file, nothing of one that is too large, binary or not in the clone."""
    if look.tree.entries[path].size > _LARGEST:
        return ""
    try:
        return decode(look.tree.read(path))
    except (MissingBlob, NotText):
        return ""
