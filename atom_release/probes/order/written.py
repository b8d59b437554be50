"""What was written of the release, as `order` needs it: texts, and the files that they stand on."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from atom_release.gate.claims.record import ClaimKind
from atom_release.gate.facts.contradiction import Place
from atom_release.probes.documents.cited import held_files, is_file
from atom_release.probes.documents.reading import read_documents
from atom_release.probes.report import read_once, report_paths
from atom_release.reader.decoding import NotText, decode
from atom_release.reader.facts import Document
from atom_release.reader.markdown import read_markdown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from atom_release.gate.claims.record import ClaimRecord
    from atom_release.gate.manifest import Service
    from atom_release.lab.look import Look
    from atom_release.reader.release_document import DocumentRead

EVIDENCE = frozenset({".json", ".log", ".txt", ".csv", ".md", ".html", ".xml", ".out"})
"""How names of files end that may be evidence; a deliverable that is code is none."""
_LONGEST = 160


@dataclass(frozen=True)
class Cited:
    """A file of the judged commit that is cited; `passed` by a row that says so of its subject."""

    path: str
    subject: str
    place: Place
    passed: bool = False


@dataclass(frozen=True)
class Written:
    """A document of the release, or the report of a service."""

    path: str
    text: str
    record: ClaimRecord
    service: Service | None = None
    cited: tuple[Cited, ...] = field(default=())

    @cached_property
    def document(self) -> Document:
        """Its facts; none of JSON, whose lines are no sentences."""
        return Document([]) if self.path.endswith(".json") else read_markdown(self.text)

    @cached_property
    def stands_on(self) -> Mapping[str, Place]:
        """The files that it stands on, with the place that cites each.

        A service's report stands on itself; a document of the release may be written after its tag.
        """
        own = {self.path: Place(path=self.path, line=0, text="")} if self.service else {}
        others = (cited for cited in self.cited if cited.path != self.path)
        return {**{cited.path: cited.place for cited in others}, **own}


def read_written(look: Look) -> list[Written]:
    """Return the documents, then the reports, of those that can be read.

    Raises:
        MissingBlob: the clone does not hold one of them.
    """
    return [*_documents(look), *_reports(look)]


def _documents(look: Look) -> Iterator[Written]:
    for read in read_documents(look):
        text = "" if read.unread else _text(look, read.path)
        if text:
            record = read_once(look, read.path, look.tree.read(read.path))
            cited = [
                *_of_rows(look, read),
                *_of_record(look, record),
            ]
            yield Written(read.path, text, record, cited=tuple(cited))


def _reports(look: Look) -> Iterator[Written]:
    for service in look.manifest.services:
        for path in report_paths(look, service):
            is_blob = look.tree.entries[path].kind == "blob"
            if is_blob and (text := _text(look, path)):
                record = read_once(look, path, look.tree.read(path))
                cited = tuple(_of_record(look, record))
                yield Written(path, text, record, service, cited)


def _text(look: Look, path: str) -> str:
    raw = look.tree.read(path)
    if len(raw) > look.manifest.report_limit:
        return ""
    try:
        return decode(raw)
    except NotText:
        return ""


def _of_rows(look: Look, read: DocumentRead) -> Iterator[Cited]:
    """Yield the files that passed rows cite, each where it is clear which one is meant."""
    for cites in read.cites:
        place = Place(path=read.path, line=cites.line, text=cites.text)
        for path in filter(is_file, cites.paths):
            held = held_files(look, read.path, path)
            if len(held) == 1 and look.tree.entries[held[0]].is_file:
                yield Cited(held[0], cites.subject, place, passed=True)


def _of_record(look: Look, record: ClaimRecord) -> Iterator[Cited]:
    """Yield the files of evidence that it names by their whole path, from the root or beside it."""
    folder = PurePosixPath(record.path).parent
    for claim in record.claims:
        if claim.kind is not ClaimKind.DELIVERABLE or claim.file is not None:
            continue
        named = str(claim.value)
        for path in (named, (folder / named).as_posix()):
            entry = look.tree.entries.get(path)
            if entry is not None and entry.is_file and PurePosixPath(path).suffix in EVIDENCE:
                place = Place(path=record.path, line=claim.line, text=claim.text[:_LONGEST])
                yield Cited(path, "", place)
                break
