"""Secrets by their surroundings.

A random literal under a secret's name, and a password inside an address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import unquote

from atom_release.source.secret_forms.asking_names import asks_for_secret, words
from atom_release.source.secret_forms.keys import Found
from atom_release.source.secret_forms.plausible import (
    is_placeholder,
    is_public,
    is_random,
    is_reference,
    is_sealed,
    names_itself,
)
from atom_release.source.text import Text, is_translation

_NAMED = (
    r"(?:\$[Ee][Nn][Vv]:)?(?P<name>[A-Za-z_][\w.-]{0,60}?)\\?[\"']?\]?[ \t]*"
    r"(?:(?::[ \t]*(?:&\s?)?(?:'\w+\s)?|[ \t]As[ \t]+)[A-Za-z_][\w.\[\] |]{0,40}"
    r"|[ \t](?:secure)?string)?[ \t]*"
)
_QUOTED = re.compile(
    _NAMED + r"(?:=>|:=|==?|<-|:|,)[ \t]*\(?[ \t]*[bruN@]{0,2}(?P<quote>\\?["
    r"\"'`])(?P<value>[^\"'`\s\\]{8,512})(?P=quote)"
)
_WRAPPED = re.compile(
    _NAMED + r"(?:=>|:=|=|:)[ \t]*(?:[\w.:]+\.|new[ \t]+|[\"']{2}\.)?"
    r"(?:fromhex|unhexlify|hex2bin|parseHex|b64decode|urlsafe_b64decode|base64_decode|decode64"
    r"|strict_decode64|FromBase64String|decodeBase64|DecodeString|atob|from|SecretStr"
    r"|SecretKeySpec|SymmetricSecurityKey|\[\]byte|join)\(\[?[ \t]*"
    r"[bruN@]{0,2}(?P<quote>[\"'`])(?P<value>[^\"'`\s\\]{8,512})(?P=quote)"
)
_KEYWORD = re.compile(
    r"(?<![\w:]):(?P<name>[a-z][\w.-]{0,60})[ \t]+(?P<quote>\")(?P<value>[^\"\s\\]{8,512})\""
)
_LONG_BRACKET = re.compile(
    r"(?P<name>[A-Za-z_][\w.]{0,60})[ \t]*=[ \t]*"
    r"\[(?P<quote>=*)\[(?P<value>[^\]\s]{8,512})\](?P=quote)\]"
)
_USER_AND_PASS = re.compile(
    r"[\"']user(?:name)?[\"'][ \t]*(?::|=>)[^\n]{1,200}?"
    r"[\"'](?P<name>pass|pw|psk)[\"'][ \t]*(?::|=>)[ \t]*"
    r"(?P<quote>[\"'])(?P<value>[^\"'\s\\]{8,512})(?P=quote)"
)
_BARE = re.compile(
    r"^[ \t]*(?:-[ \t]+)?(?:[\w-]{1,40}:(?=\w))?(?P<name>[A-Za-z_][\w.-]{0,60})[ \t]*[:=]["
    r" \t]*(?P<value>[^\s\"'#,{}\[\]]{8,512})[ \t]*(?:#.*)?$",
    re.MULTILINE,
)
_SPACED = re.compile(
    r"^[ \t]*(?:\(def\w*[ \t]+|set[ \t]+)?(?P<name>[A-Za-z_][\w-]{0,60})[ \t]+(?P<quote>[\"'])"
    r"(?P<value>[^\"'\s\\]{8,512})(?P=quote)[ \t]*[)}]?;?[ \t]*$",
    re.MULTILINE,
)
# Each with what a line must hold for it: a search for that is cheap, and spares most lines.
_LITERAL = re.compile(r"[\"'`][^\"'`\s\\]{8,512}[\"'`\\]")
_BRACKETED = re.compile(r"\[[^\]\s]{8}")
_ANYWHERE = (
    (_QUOTED, _LITERAL),
    (_SPACED, _LITERAL),
    (_WRAPPED, _LITERAL),
    (_KEYWORD, _LITERAL),
    (_LONG_BRACKET, _BRACKETED),
    (_USER_AND_PASS, _LITERAL),
)
# A set of letters first is what makes the search fast; the letters that fold to `k` and `s` too.
_LIKELY = re.compile(
    "[sSpPtTkKcC\u017f\u212a](?i:(?<=s)ecret|(?<=p)(?:ass|wd|sk)|(?<=t)oken|(?<=k)ey|(?<=c)redential)"
)
_SEALED_DOCUMENT = re.compile(r"kind:\s*[\"']?SealedSecret|^sops[:_]|\"sops\":", re.MULTILINE)
_CONFIGURATION = frozenset(
    {".yaml", ".yml", ".ini", ".cfg", ".conf", ".toml", ".properties", ".env", ".tfvars", ".cnf"}
    | {".http", ".rest", ".txt"}
)
_UNQUOTED = re.compile(r"\.\w+rc|\.?\w*cfg|(\w+\.)?\.?(config|credentials?|kubeconfig|boto|pypirc)")
_BROWSER = re.compile(r"firebase|authDomain|maps\.google|google-services|mobilesdk", re.IGNORECASE)
_DIGEST_WORDS = frozenset(
    {
        "hash",
        "hashed",
        "sha",
        "sha1",
        "sha256",
        "sha512",
        "digest",
        "checksum",
        "fingerprint",
        "commit",
        "rev",
        "revision",
        "etag",
        "id",
        "public",
    }
)
_ADDRESS = re.compile(
    r"\b(?P<scheme>[a-z][a-z0-9+.-]{1,30})://(?P<user>[^\s/:@\"'<>{}$]{0,100}):(?P<value>[^\s/:@\"'<>]{1,200})@(?P<host>[A-Za-z0-9._-]+|\[[0-9a-f:]+\])"
)
_SAID = frozenset({"password", "pass", "passwd", "pw", "pwd", "secret", "token"})


def literals(path: str, text: Text) -> Iterator[Found]:
    """Find literals under a secret's name that look random.

    In configuration quotes are not needed.
    """
    likely = list(_likely_lines(text))
    if not likely or _SEALED_DOCUMENT.search(text.text) or is_translation(path):
        return
    browser = bool(_BROWSER.search(text.text))
    holding = {
        needed: [(start, line) for start, line in likely if needed.search(line)]
        for needed in (_LITERAL, _BRACKETED)
    }
    patterns = [(pattern, holding[needed]) for pattern, needed in _ANYWHERE]
    if _is_configuration(path):
        patterns.append((_BARE, likely))
    for pattern, lines in patterns:
        for start, line in lines:
            for match in _overlapping(pattern, line):
                asks = pattern is _USER_AND_PASS
                if is_secret(match["name"], match["value"], browser=browser, asks=asks):
                    yield (
                        text.line_of(start),
                        "literal",
                        f"a literal under the name {match['name']}",
                        match["value"],
                        True,
                    )


def _overlapping(pattern: re.Pattern[str], line: str) -> Iterator[re.Match[str]]:
    """Find all matches; one's value may be another's name, as in `"ci", "password": "x"`."""
    match = pattern.search(line)
    while match:
        yield match
        match = pattern.search(line, match.start("value"))


def in_addresses(text: Text) -> Iterator[Found]:
    """Find passwords in addresses; those that are words warn, for they stand in every manual."""
    for match in _ADDRESS.finditer(text.text):
        value = unquote(match["value"])
        if not is_placeholder(value) and value.lower() not in {match["user"].lower(), *_SAID}:
            yield (
                text.line_of(match.start()),
                "address",
                "a password in an address",
                value,
                is_random(value),
            )


def is_secret(name: str, value: str, *, browser: bool = False, asks: bool = False) -> bool:
    """Return whether a literal under this name looks random and is meant to be secret.

    Args:
        name: what it stands under.
        value: the literal.
        browser: whether the file speaks of keys that browsers are given.
        asks: whether the name is known to ask for one by what stands around it.
    """
    if is_public(value) or (browser and value.startswith("AIza")):
        return False
    asks = asks or asks_for_secret(name, loose=True)
    if not asks or _DIGEST_WORDS.intersection(words(name)):
        return False
    return is_random(value) and not (
        is_placeholder(value)
        or is_reference(value)
        or is_sealed(value)
        or names_itself(name, value)
    )


def _is_configuration(path: str) -> bool:
    name = PurePosixPath(path.lower())
    return name.suffix in _CONFIGURATION or bool(_UNQUOTED.fullmatch(name.name))


def _likely_lines(text: Text) -> Iterator[tuple[int, str]]:
    """Yield the lines that speak of secrets at all, with their offsets.

    One cheap search spares the rest.
    """
    end = -1
    for match in _LIKELY.finditer(text.text):
        if match.start() >= end:
            line = text.line_at(match.start())
            end = _line_end(text.text, match.start())
            if len(line) <= 20_000:  # noqa: PLR2004 - longer ones are generated
                yield match.start(), line


def _line_end(text: str, offset: int) -> int:
    end = text.find("\n", offset)
    return len(text) if end < 0 else end
