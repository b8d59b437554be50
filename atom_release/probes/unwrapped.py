"""What bytes hold once their wrappings are taken off: packed, escaped or encoded, one in another.

Serves questions that look for a value wherever it may stand: a token in a log, a cursor of a page
and a mail are base64 of what a person said, and a page writes it in its own escapes. A service
chooses these bytes, so how much is unwrapped is bounded; where that is met, `unwrap` says so.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import html
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

_DEEPEST = 3
_MOST = 64 << 20
_TIMES = 8
"""Bytes that are looked through beneath an answer: these, or so many times as many as it has."""

_ZIP, _GZIP, _ZLIB = b"PK\x03\x04", b"\x1f\x8b", b"\x78"
_FAULTS = (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError)
_ESCAPED = re.compile(rb"(?<!\\)\\++u([0-9a-fA-F]{4})")
_QUOTED = re.compile(rb"=([0-9A-F]{2})|=\r?\n")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{12,}")
_AS_IN_MAILS = bytes.maketrans(b"-_", b"+/")
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){8,}")
_INVISIBLE = re.compile(
    rb"\x00|\x1b\[[0-9;]*m|\xe2\x80[\x8b-\x8f\xaa-\xae]|\xe2\x81\xa0|\xef\xbb\xbf|\xc2\xad"
)


@dataclass
class Unwrapped:
    """All forms of some bytes, they themselves first, and whether there were more than are read."""

    forms: list[bytes] = field(default_factory=list)
    is_whole: bool = True


def unwrap(content: bytes) -> Unwrapped:
    """Return the bytes, and what they hold beneath up to three wrappings."""
    unwrapped, seen = Unwrapped([content]), {content}
    left = max(_MOST, _TIMES * len(content))
    layer = [content]
    for _ in range(_DEEPEST):
        beneath: list[bytes] = []
        for outer in layer:
            for form in _forms(outer, left):
                if form is None or len(form) > left:
                    unwrapped.is_whole = False
                elif form and form not in seen:
                    seen.add(form)
                    left -= len(form)
                    beneath.append(form)
        unwrapped.forms += beneath
        layer = beneath
    return unwrapped


def _forms(content: bytes, most: int) -> Iterator[bytes | None]:
    """Yield what lies right beneath, None for what is longer than may be read."""
    yield from _unpacked(content, most)
    yield b"\n".join(_decoded(content))
    plain = _unescaped(content)
    yield plain
    if b"=" in plain:  # apart: what stands behind `name=` looks like an escape of mails, too
        yield _QUOTED.sub(lambda match: bytes.fromhex((match[1] or b"").decode()), plain)


def _unescaped(content: bytes) -> bytes:
    """Return the bytes without what pages, JSON and addresses write letters as."""
    plain = _INVISIBLE.sub(b"", content)
    if b"&" in plain:
        plain = html.unescape(plain.decode("utf-8", "replace")).encode("utf-8", "replace")
    if b"\\" in plain:
        plain = _ESCAPED.sub(lambda match: chr(int(match[1], 16)).encode("utf-8", "replace"), plain)
    if b"%" in plain or b"+" in plain:
        plain = unquote_to_bytes(plain.replace(b"+", b" "))
    return plain


def _decoded(content: bytes) -> Iterator[bytes]:
    """Yield what stands there in base64 or in hexadecimal digits, whatever it comes to."""
    for match in _BASE64.finditer(content):
        run = match[0][: len(match[0]) - (len(match[0]) % 4 == 1)]
        try:
            yield base64.b64decode(run.translate(_AS_IN_MAILS) + b"=" * (-len(run) % 4))
        except binascii.Error:
            continue  # it only looked encoded
    for match in _HEX.finditer(content):
        yield bytes.fromhex(match[0].decode())


def _unpacked(content: bytes, most: int) -> Iterator[bytes | None]:
    try:
        if content.startswith(_GZIP):
            with gzip.open(io.BytesIO(content)) as packed:
                yield _some(packed.read(most + 1), most)
        elif content.startswith(_ZLIB):
            yield _some(zlib.decompressobj().decompress(content, most + 1), most)
        elif content.startswith(_ZIP):
            yield from _zipped(content, most)
    except _FAULTS:
        return  # only looked packed: the bytes themselves are read


def _zipped(content: bytes, most: int) -> Iterator[bytes | None]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in archive.infolist():
            with archive.open(member) as packed:
                form = _some(packed.read(most + 1), most)
            yield form
            if form is None:
                return
            most -= len(form)


def _some(data: bytes, most: int) -> bytes | None:
    return data if len(data) <= most else None
