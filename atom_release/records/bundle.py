"""The audit bundle: a zip whose bytes depend on nothing but the names and contents of its files.

Its files are stored, not deflated: what a compressor writes differs between its versions, and then
two machines could not compare digests. Reading accepts only what building would have written, byte
for byte; so nothing hides in it, and nothing can blow up.
"""

from __future__ import annotations

import io
import re
import stat
import zipfile
from collections.abc import Mapping

from atom_release.errors import StoreError

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_VERSION = 20
_MODE = (stat.S_IFREG | 0o644) << 16
_MOST_FILES = 65_535
_MOST_BYTES = 2**31 - 1
_REMEDY = "Get the bundle again from where it was made."


def build_bundle(artifacts: Mapping[str, bytes]) -> bytes:
    """Return the zip of these files: sorted, dated 1980-01-01, stored, mode 0644.

    Raises:
        StoreError: a name could leave the folder it is unpacked to, or there is too much for a
            plain zip.
    """
    if len(artifacts) > _MOST_FILES or sum(map(len, artifacts.values())) > _MOST_BYTES:
        raise StoreError(
            "There is too much for one bundle.", "Keep raw samples out of the artifacts."
        )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", allowZip64=False) as bundle:
        for name in sorted(artifacts):
            bundle.writestr(_entry(_checked(name)), artifacts[name])
    return target.getvalue()


def read_bundle(content: bytes) -> dict[str, bytes]:
    """Return the files of a bundle that `build_bundle` wrote.

    Raises:
        StoreError: it is anything else; the sentence says what.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as bundle:
            entries = bundle.infolist()
            _check(entries, len(content))
            artifacts = {entry.filename: bundle.read(entry) for entry in entries}
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        EOFError,
        OSError,
        ValueError,
        RuntimeError,
    ) as error:
        raise StoreError(
            f"That is not a readable bundle: {type(error).__name__}.", _REMEDY
        ) from error
    if build_bundle(artifacts) != content:
        raise StoreError(
            "The bundle holds more than its files, or holds them otherwise than they were written.",
            _REMEDY,
        )
    return artifacts


def _check(entries: list[zipfile.ZipInfo], size: int) -> None:
    """Refuse by the directory alone, before a byte is unpacked."""
    seen: set[str] = set()
    for entry in entries:
        if _checked(entry.filename) in seen:
            raise StoreError(f"The bundle holds {entry.filename} twice.", _REMEDY)
        seen.add(entry.filename)
        if not stat.S_ISREG(entry.external_attr >> 16):
            raise StoreError(f"{entry.filename} in the bundle is not a plain file.", _REMEDY)
        if entry.compress_type != zipfile.ZIP_STORED:
            raise StoreError(
                f"{entry.filename} in the bundle is compressed; a bundle's files are stored.",
                _REMEDY,
            )
    if sum(entry.file_size for entry in entries) > size:
        raise StoreError("The bundle claims to hold more than its own size.", _REMEDY)


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise StoreError(
            f"{name[:200]!r} is not a name for a bundle's file.",
            "Use relative names of letters, digits, '.', '_', '-' and '/'.",
        )
    return name


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.create_system, entry.create_version, entry.extract_version = _UNIX, _VERSION, _VERSION
    entry.external_attr, entry.compress_type = _MODE, zipfile.ZIP_STORED
    return entry
