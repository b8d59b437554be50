"""Pages that are written over: the newest of a name is what counts, whole or not at all.

In a folder of this machine each is a file. Where several machines share them, nothing is written
over: each writing is a signed line behind the ones before it, so that an old one cannot be played
again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from upath import UPath

from atom_release.errors import StoreError
from atom_release.records.chain import Chain
from atom_release.records.history_lines import Lines, Shelf
from atom_release.records.paths import place
from atom_release.records.signing_keys import KeyPair, PublicKey

_PAGE_TYPE = "application/vnd.atom-release.page+json"


class Pages(Protocol):
    """Pages by their names."""

    def place_of(self, name: str) -> str:
        """Return where a page is, for a person who has to look."""

    def read(self, name: str) -> bytes | None:
        """Return the newest writing of a page, None where there is none."""

    def write(self, name: str, content: bytes) -> None:
        """Write a page; it survives a crash once this returns.

        Raises:
            OSError: the folder cannot be written.
            StoreError: the shared state does not answer, or another writer was there first.
        """


@dataclass(frozen=True)
class FolderPages:
    """Pages as files of one folder."""

    folder: Path

    def place_of(self, name: str) -> str:
        """Return the file's path."""
        return str(self._path(name))

    def read(self, name: str) -> bytes | None:
        """Return the file's bytes."""
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, name: str, content: bytes) -> None:
        """Let the file appear whole."""
        place(UPath(self._path(name)), content)

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.json"


@dataclass(frozen=True)
class SignedPages:
    """Pages of which every writing stays, signed, and names the one before it."""

    shelf: Shelf
    key: KeyPair
    believed: tuple[PublicKey, ...] = ()

    def place_of(self, name: str) -> str:
        """Return where its writings are."""
        return self.shelf.lines(name).place

    def read(self, name: str) -> bytes | None:
        """Return the last writing.

        Raises:
            StoreError: a writing was changed by someone else.
        """
        lines = self.shelf.lines(name)
        writings = self._chain(lines).lines()
        if any(writing["name"] != name for writing in writings):
            raise StoreError(
                f"What stands as {lines.place} was written as another page.",
                "Find out who changed the shared state.",
            )
        return str(writings[-1]["content"]).encode() if writings else None

    def write(self, name: str, content: bytes) -> None:
        """Add a writing."""
        lines = self.shelf.lines(name)
        with lines.alone():
            self._chain(lines).append({"name": name, "content": content.decode()})

    def _chain(self, lines: Lines) -> Chain:
        return Chain(lines, self.key, _PAGE_TYPE, "journal", self.believed)
