"""What lies in an archive of the judged tree: zip, tar and single compressed files.

Documents of office programs and packages of languages are zip files too. An author chooses these
bytes, so what is unpacked is bounded, nothing is written, and an archive within an archive stays
closed. What cannot be opened is named by who reads it; it is never taken for empty.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import IO

MARK = "!/"
"""Stands between an archive's path and that of a file in it."""
_MOST_FILES = 5000
_MOST_BYTES = 64 << 20
_ZIP, _GZIP, _BZIP2, _XZ = b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00"
_TAR, _TAR_AT = b"ustar", 257
_COMPRESSED = (_GZIP, _BZIP2, _XZ)
_PACKAGES = frozenset(
    {".jar", ".war", ".ear", ".aar", ".apk", ".whl", ".egg", ".nupkg", ".gem", ".crate", ".xpi"}
    | {".vsix", ".phar", ".conda"}
)
_FAULTS = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,  # a zip file under a password
    NotImplementedError,  # compressed in a way that is not known here
)


class ClosedArchive(Exception):
    """An archive that cannot be opened here, or holds more than is unpacked; one phrase why."""


def is_archive(content: bytes) -> bool:
    """Return whether a blob begins as an archive that can be read here."""
    return (
        content.startswith((_ZIP, *_COMPRESSED)) or content[_TAR_AT : _TAR_AT + len(_TAR)] == _TAR
    )


def is_in_package(path: str) -> bool:
    """Return whether a path leads into a package, which is mostly a third party's."""
    outer, mark, _ = path.partition(MARK)
    return bool(mark) and PurePosixPath(outer.lower()).suffix in _PACKAGES


def read_members(path: str, content: bytes) -> list[tuple[str, bytes]]:
    """Return the files in an archive, each under the archive's path and its own.

    Raises:
        ClosedArchive: it is broken, encrypted, or larger than what is unpacked.
    """
    members: list[tuple[str, bytes]] = []
    left = _MOST_BYTES
    try:
        for name, stream in _files(path, content):
            data = stream.read(left + 1)
            left -= len(data)
            if left < 0 or len(members) >= _MOST_FILES:
                raise ClosedArchive("it holds more than is unpacked")
            members.append((f"{path}{MARK}{name}", data))
    except _FAULTS as error:
        raise ClosedArchive(f"it cannot be opened ({type(error).__name__})") from error
    return members


def _files(path: str, content: bytes) -> Iterator[tuple[str, IO[bytes]]]:
    if content.startswith(_ZIP):
        yield from _zipped(content)
        return
    opened = _unpacked(content)
    if opened[_TAR_AT : _TAR_AT + len(_TAR)] == _TAR:
        yield from _taped(opened)
        return
    name = PurePosixPath(path).name
    yield name.rpartition(".")[0] or name, io.BytesIO(opened)


def _zipped(content: bytes) -> Iterator[tuple[str, IO[bytes]]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for entry in archive.infolist():
            if not entry.is_dir():
                with archive.open(entry) as stream:
                    yield entry.filename, stream


def _taped(content: bytes) -> Iterator[tuple[str, IO[bytes]]]:
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for entry in archive:
            stream = archive.extractfile(entry) if entry.isreg() else None
            if stream is not None:
                yield entry.name, stream


def _unpacked(content: bytes) -> bytes:
    """Return what a compressed file holds, or the content itself where it is not compressed."""
    held = io.BytesIO(content)
    if content.startswith(_GZIP):
        with gzip.GzipFile(fileobj=held) as stream:
            data = stream.read(_MOST_BYTES + 1)
    elif content.startswith(_BZIP2):
        with bz2.BZ2File(held) as stream:
            data = stream.read(_MOST_BYTES + 1)
    elif content.startswith(_XZ):
        with lzma.LZMAFile(held) as stream:
            data = stream.read(_MOST_BYTES + 1)
    else:
        return content
    if len(data) > _MOST_BYTES:
        raise ClosedArchive("it holds more than is unpacked")
    return data
