"""From a report's bytes to its lines, whatever wrote them: the encoding is found, never asked for.

UTF-16 without a byte order mark is valid UTF-8 full of NULs, so NULs are looked at before UTF-8 is
believed. Text that went through the wrong code page once ("âœ…" for a tick) is put right, because a
tick is a status.
"""

from __future__ import annotations

import codecs
import re
from functools import cache

from atom_release.reader.vocabulary import lexicon

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CODE_PAGES = (
    ("gb18030", "zh"), ("big5", "zh"), ("cp932", "ja"), ("euc_jp", "ja"), ("euc_kr", "ko"), ("cp1251", "ru"),
    ("koi8_r", "ru"), ("cp1250", "pl"), ("cp1254", "tr"),
)  # fmt: skip
_FEWEST = 2  # known words, below which a code page is not believed
_SAMPLE = 65_536
_MOSTLY = 0.4
_BINARY = 0.1
_CONTROL = re.compile(r"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f�]")
_LINE_END = re.compile(r"\r\n?")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_CODE_PAGE = "".join(
    bytes([byte]).decode("cp1252", "replace") for byte in range(0x80, 0x100)
).replace("�", "")
_GARBLED = re.compile(f"[ÂÃâðï][\x80-\x9f{re.escape(_CODE_PAGE)}]{{1,3}}")


class NotText(ValueError):
    """The bytes are no text in any encoding that is looked for."""


def decode(raw: bytes) -> str:
    r"""Return the text with `\n` line ends, without NULs, lone surrogates or a byte order mark.

    Raises:
        NotText: the bytes are not text.
    """
    text = _decode(raw)
    if "\r" in text:
        text = _LINE_END.sub("\n", text)
    if "\0" in text:
        text = text.replace("\0", "")
    if not text.isascii():
        text = _GARBLED.sub(_put_right, text)
    return clean(text).removeprefix("\ufeff")


def clean(text: str) -> str:
    """Return the text without lone surrogates, which no JSON document may hold."""
    return text if text.isascii() else _SURROGATE.sub("�", text)


def _decode(raw: bytes) -> str:
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return raw[len(mark) :].decode(encoding, "replace")
    wide = _wide(raw[:_SAMPLE])
    if wide:
        return raw.decode(wide, "replace")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = _of_a_code_page(raw)
    sample = text[:_SAMPLE]
    if sample and len(_CONTROL.findall(sample)) / len(sample) > _BINARY:
        message = "the file is not text"
        raise NotText(message)
    return text


def _of_a_code_page(raw: bytes) -> str:
    """Return the text of bytes that are no UTF: of the code page in which it holds most known words.

    Nearly any bytes are text in nearly any code page, so that only the vocabulary can tell.
    """
    best, most = "cp1252", _FEWEST - 1
    for encoding, language in _CODE_PAGES:
        try:
            sample = codecs.getincrementaldecoder(encoding)().decode(raw[:_SAMPLE]).lower()
        except UnicodeDecodeError:
            continue
        words = sum(name in sample for name in _names(language))
        if words > most:
            best, most = encoding, words
    return raw.decode(best, "replace")


@cache
def _names(language: str) -> tuple[str, ...]:
    """Return the names of a language that need more than ASCII."""
    languages = lexicon().languages
    return tuple(name for name in languages if language in languages[name] and not name.isascii())


def _wide(sample: bytes) -> str | None:
    """Return which UTF-16 this is if every other byte is mostly NUL."""
    pairs = len(sample) // 2
    if not pairs or b"\0" not in sample:
        return None
    even, odd = sample[0 : pairs * 2 : 2].count(0), sample[1 : pairs * 2 : 2].count(0)
    if odd / pairs > _MOSTLY and even < odd / 4:
        return "utf-16-le"
    if even / pairs > _MOSTLY and odd < even / 4:
        return "utf-16-be"
    return None


def _put_right(match: re.Match[str]) -> str:
    """Undo one pass through the Western code page, if the result is a character of UTF-8."""
    garbled = match[0]
    for length in range(len(garbled), 1, -1):
        try:
            return _bytes(garbled[:length]).decode("utf-8") + garbled[length:]
        except UnicodeError:
            continue
    return garbled


def _bytes(text: str) -> bytes:
    return b"".join(
        character.encode("latin-1") if ord(character) < 0x100 else character.encode("cp1252")  # noqa: PLR2004 - Latin-1 ends there
        for character in text
    )
