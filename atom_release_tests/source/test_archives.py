"""What lies in an archive of the tree is read, within bounds; what stays closed is said."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable

import pytest

from atom_release.source import archives

FILES = {"conf/.env": b"KEY=1\n", "readme.txt": b"hello\n"}


def zipped(files: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


def taped(files: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return held.getvalue()


@pytest.mark.parametrize(
    "packed",
    [
        zipped,
        taped,
        lambda files: gzip.compress(taped(files)),
        lambda files: bz2.compress(taped(files)),
        lambda files: lzma.compress(taped(files)),
    ],
    ids=["zip", "tar", "gzip", "bzip2", "xz"],
)
def test_every_file_of_an_archive_is_read_under_both_paths(
    packed: Callable[[dict[str, bytes]], bytes],
) -> None:
    content = packed(FILES)
    assert archives.is_archive(content)
    members = dict(archives.read_members("dist/app.bin", content))
    assert members == {f"dist/app.bin!/{name}": data for name, data in FILES.items()}


def test_a_compressed_file_keeps_its_name_without_the_ending() -> None:
    members = archives.read_members("data/people.csv.gz", gzip.compress(b"id\n1\n"))
    assert members == [("data/people.csv.gz!/people.csv", b"id\n1\n")]


@pytest.mark.parametrize(
    "content",
    [
        zipped(FILES)[:-40],
        gzip.compress(bytes(1 << 20))[:-20],
        b"PK\x03\x04" + bytes(40),
        gzip.compress(bytes((64 << 20) + 1)),
        zipped({"zeros": bytes((64 << 20) + 1)}),
        zipped({f"{number}": b"" for number in range(5001)}),
    ],
    ids=["cut off zip", "cut off gzip", "no zip", "bomb", "bomb in a zip", "many files"],
)
def test_what_is_broken_or_too_large_stays_closed(content: bytes) -> None:
    with pytest.raises(archives.ClosedArchive):
        archives.read_members("a.bin", content)


def test_text_is_no_archive() -> None:
    assert not archives.is_archive(b"id,name\n1,a\n" * 40)


@pytest.mark.parametrize(
    ("path", "is_package"),
    [("lib/a.jar!/a.txt", True), ("dist/a.zip!/a.txt", False), ("lib/a.jar", False)],
)
def test_packages_are_told_from_archives(path: str, *, is_package: bool) -> None:
    assert archives.is_in_package(path) is is_package
