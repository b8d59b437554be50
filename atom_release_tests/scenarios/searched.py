"""Searches all that was written below a folder for values that must not be there: plain, encoded, packed, or in a row of a database."""

from __future__ import annotations

import base64
import gzip
import io
import re
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote


def found(folders: Iterable[Path], planted: Mapping[str, str], *, apart_from: Iterable[Path] = ()) -> tuple[set[str], int]:
    """Give `name in place` for each planted value that stands somewhere, and how many bytes were read."""
    marks = {name: list(_spelled(value)) for name, value in planted.items()}
    where, total = set(), 0
    for place, content in _everything(folders, tuple(apart_from)):
        total += len(content)
        where |= {f"{name} in {place}" for name, spelled in marks.items() if any(one in content for one in spelled)}
    return where, total


def matching(folders: Iterable[Path], pattern: re.Pattern[bytes], *, apart_from: Iterable[Path] = ()) -> set[str]:
    """Give the places in which something of that form stands."""
    return {place for place, content in _everything(folders, tuple(apart_from)) if pattern.search(content)}


def _everything(folders: Iterable[Path], passed_over: tuple[Path, ...]) -> Iterator[tuple[str, bytes]]:
    for path in (one for folder in folders for one in sorted(folder.rglob("*"))):
        if path.is_symlink() or not path.is_file() or any(path.is_relative_to(one) for one in passed_over):
            continue
        yield from _readings(path.name, path.read_bytes(), path)


def _spelled(value: str) -> Iterator[bytes]:
    """Give the value as it stands, quoted, in hexadecimal, and in base64 whatever stands before it."""
    yield value.encode()
    yield quote(value, safe="").encode()
    yield value.encode().hex().encode()
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + value.encode())
        yield encoded[4 if before else 0 : -4]  # without the characters that depend on the neighbours


def _readings(name: str, content: bytes, path: Path | None = None) -> Iterator[tuple[str, bytes]]:
    yield name, content
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.namelist():
                yield from _readings(f"{name}/{member}", archive.read(member))
    elif content.startswith(b"\x1f\x8b"):
        yield from _readings(f"{name}/unpacked", gzip.decompress(content))
    elif content.startswith(b"SQLite format 3\0") and path is not None:
        # A long value is split over pages: only a reader of the database sees it whole.
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
            yield f"{name} (rows)", "\n".join(connection.iterdump()).encode()
