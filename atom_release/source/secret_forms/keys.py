"""Private keys in every form that tools write.

PEM (also inside strings), DER, PKCS#12, Java key stores, PuTTY, JSON Web Keys, WireGuard, XML and
DNSSEC, and base64 of any of them. A key that is encrypted, or the public half of one, is none.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from atom_release.source.text import Text

Found = tuple[int, str, str, str | bytes, bool]  # line, rule, what, value, decides

_GLUE = r"(?:\\[nrt]|[\s\"'+,\\|>&;]|<br>)"
_BLOCK = (
    r"-----BEGIN (?P<label>(?:[A-Z0-9]+ ){0,3})PRIVATE KEY(?: BLOCK)?-----"
    rf"(?P<head>(?:{_GLUE}*+[A-Za-z-]{{3,20}}: ?[^\n\\]{{0,200}}+)*+)"
    rf"(?P<body>{_GLUE}*+[A-Za-z0-9+/=]{{40,}}+(?:{_GLUE}*+[A-Za-z0-9+/=]{{16,}}+)*+"  # one line
    rf"|(?:{_GLUE}*+[A-Za-z0-9+/=]{{16,}}+){{2,}}+)"
)
_PEM = re.compile(_BLOCK)
_PEM_BYTES = re.compile(_BLOCK.encode())
_PUTTY = re.compile(
    r"PuTTY-User-Key-File-\d+: [^\n]*\n(?:[^\n]*\n){0,9}?Encryption: (?P<how>[\w-]+)[^\n]*\n"
    r"(?:[^\n]*\n){1,400}?Private-Lines: \d+\s*\n(?P<value>[A-Za-z0-9+/=]{16,})"
)
_KTY = re.compile(r"""["']?\bkty["']?\s*[:=]\s*["']?(?P<kty>EC|OKP|RSA|oct)\b""")
_PART = r"""(?<![\w-])\\?["']?{name}\\?["']?\s*[:=]\s*\\?["']?(?P<value>[A-Za-z0-9_-]{{20,}})"""
_PRIVATE_PART = re.compile(_PART.format(name="d"))
_OCTETS = re.compile(_PART.format(name="k"))
_WIREGUARD = re.compile(
    r"^[ \t]*(?:PrivateKey|PresharedKey)[ \t]*=[ \t]*(?P<value>[A-Za-z0-9+/]{43}=)[ \t]*\r?$",
    re.MULTILINE,
)
_XML = re.compile(r"<D>\s*(?P<value>[A-Za-z0-9+/=\s]{40,})</D>")
_DNSSEC = re.compile(r"^Private(?:Key|Exponent): (?P<value>[A-Za-z0-9+/=]{40,})", re.MULTILINE)
_AGE_QUANTUM = re.compile(r"\b(?P<value>AGE-SECRET-KEY-PQ-1[0-9A-Z]{40,120})\b")
_OPENVPN = re.compile(
    r"-----BEGIN OpenVPN Static key V1-----\s+(?P<value>[0-9a-zA-Z]{32}\s+[0-9a-zA-Z]{32})"
)
_MINISIGN = re.compile(r"minisign secret key[^\n]*\n(?P<value>[A-Za-z0-9+/]{100,}={0,2})")
_SIGNIFY = re.compile(r"signify secret key[^\n]*\n(?P<value>[A-Za-z0-9+/]{100,}={0,2})")
_TOR = b"== ed25519v1-secret: type0 ==\0\0\0"
_ETHEREUM = re.compile(r"(?<![0-9A-Za-z])0x(?P<value>[0-9a-fA-F]{64})(?![0-9A-Za-z])")
_SPEAKS_OF_KEY = re.compile(r"private.?key|priv.?key|mnemonic|deployer.?key", re.IGNORECASE)
_BASE64 = re.compile(
    r"(?<![A-Za-z0-9+/])(?:LS0tLS1CRUdJTi|M[CEHI][A-Za-z0-9])[A-Za-z0-9+/]{40,}={0,2}"
)
_DATA = bytes.fromhex("06092a864886f70d010701")
_KEY_BAGS = tuple(bytes.fromhex(f"060b2a864886f70d010c0a010{kind}") for kind in "12")
_JKS = (b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce")
_MOST = 65_536
_NEAR = 4000


def in_text(text: Text) -> Iterator[Found]:
    """Find private keys in text: a marker alone is how code speaks of keys."""
    for match in _PEM.finditer(text.text):
        yield text.line_of(match.start()), *_pem(match["label"], match["head"], match["body"])
    for match in _PUTTY.finditer(text.text):
        plain = match["how"] == "none"
        yield text.line_of(match.start()), "private-key", _named(plain), match["value"], plain
    if "kty" in text.text:
        yield from _web_keys(text)
    yield from _own_forms(text)
    for match in _BASE64.finditer(text.text):
        yield from ((text.line_of(match.start()), *rest) for rest in _decoded(match[0]))


def in_binary(content: bytes) -> Iterator[Found]:
    """Find private keys in a blob that is not text; its line is 0."""
    for match in _PEM_BYTES.finditer(content):
        label, head, body = (match[name].decode("latin-1") for name in ("label", "head", "body"))
        yield 0, *_pem(label, head, body)
    yield from ((0, *rest) for rest in container(content))


def container(content: bytes) -> Iterator[tuple[str, str, bytes, bool]]:
    """Yield the key that a whole blob is: DER, PKCS#12 or a Java key store.

    With its kind, what it is in words, its bytes, and whether a private key lies open in it.
    """
    if content.startswith(_TOR):
        yield "private-key", "a private key of Tor", content, True
    elif content[:1] == b"\x30" and _DATA in content[:64]:
        holds = any(bag in content for bag in _KEY_BAGS)
        description = "a PKCS#12 file with a private key" if holds else "a PKCS#12 file"
        yield "private-key", description, content, holds
    elif content[:1] == b"\x30" and len(content) <= _MOST:
        plain = _is_der_key(content)
        if plain is not None:
            yield "private-key", _named(plain), content, plain
    elif content[:4] in _JKS and content[8:16] != b"\0" * 8:
        holds = _holds_private_entry(content)
        description = "a Java key store with a private key" if holds else "a Java key store"
        yield "private-key", description, content, holds


def _pem(label: str, head: str, body: str) -> tuple[str, str, str, bool]:
    plain = "ENCRYPTED" not in label + head and not _is_encrypted_openssh(body)
    return "private-key", _named(plain), body, plain


def _named(plain: bool) -> str:  # noqa: FBT001 - reads as what it is
    return "a private key" if plain else "an encrypted private key"


def _is_encrypted_openssh(body: str) -> bool:
    """Return whether the body is OpenSSH's and names a cipher."""
    raw = _unpacked(re.sub(rf"{_GLUE}|[^A-Za-z0-9+/=]", "", body)[:96])
    magic = b"openssh-key-v1\0"
    return raw.startswith(magic) and not raw[len(magic) + 4 :].startswith(b"none")


def _unpacked(text: str) -> bytes:
    try:
        return base64.b64decode(text[: len(text) // 4 * 4])
    except (binascii.Error, ValueError):
        return b""


def _is_der_key(content: bytes) -> bool | None:
    """Return whether a private key is plain (True) or encrypted (False); None if it is none."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    try:
        load_der_private_key(content, None)
    except TypeError:
        return False
    except (ValueError, UnsupportedAlgorithm):
        return None
    return True


def _holds_private_entry(content: bytes) -> bool:
    """Walk over the certificates that a key store begins with, up to a private entry (tag 1)."""
    place, count = 12, int.from_bytes(content[8:12])
    for _ in range(min(count, 1000)):
        tag = int.from_bytes(content[place : place + 4])
        if tag != 2:  # noqa: PLR2004 - a trusted certificate
            return tag in {1, 3}
        place = _after_string(content, place + 4) + 8
        place = _after_string(content, place)
        place += 4 + int.from_bytes(content[place : place + 4])
    return False


def _after_string(content: bytes, place: int) -> int:
    return place + 2 + int.from_bytes(content[place : place + 2])


def _web_keys(text: Text) -> Iterator[Found]:
    for match in _KTY.finditer(text.text):
        start, near = _object_around(text.text, match.start())
        private = (_OCTETS if match["kty"] == "oct" else _PRIVATE_PART).search(near)
        if private and len(set(private["value"])) > 8:  # noqa: PLR2004 - else made up
            line = text.line_of(start + private.start("value"))
            yield (
                line,
                "private-key",
                "a JSON Web Key with its private part",
                private["value"],
                True,
            )


def _object_around(text: str, place: int) -> tuple[int, str]:
    """Return the braces around a place and where they start, or the lines near it."""
    start = text.rfind("{", max(0, place - _NEAR), place)
    if start >= 0:
        end = text.find("}", place, place + _NEAR)
        return start, text[start : end if end >= 0 else place + _NEAR]
    start = max(text.rfind("\n\n", 0, place), place - _NEAR // 4, 0)
    return start, text[start : place + _NEAR // 4]


def _own_forms(text: Text) -> Iterator[Found]:
    forms = (
        ("AGE-SECRET-KEY-PQ-", _AGE_QUANTUM, "a private key of age"),
        ("OpenVPN Static key", _OPENVPN, "a static key of OpenVPN"),
        ("minisign secret key", _MINISIGN, "a private key of minisign"),
        ("PrivateKey", _WIREGUARD, "a WireGuard private key"),
        ("PresharedKey", _WIREGUARD, "a WireGuard private key"),
        ("RSAKeyValue", _XML, "a private key in XML"),
        ("Private-key-format", _DNSSEC, "a DNSSEC private key"),
    )
    for marker, pattern, description in forms:
        if marker in text.text:
            for match in pattern.finditer(text.text):
                yield (
                    text.line_of(match.start("value")),
                    "private-key",
                    description,
                    match["value"],
                    True,
                )
    for match in _SIGNIFY.finditer(text.text) if "signify secret key" in text.text else ():
        if _unpacked(match["value"])[4:8] == b"\0\0\0\0":  # no rounds: no passphrase
            place = text.line_of(match.start("value"))
            yield place, "private-key", "a private key of signify", match["value"], True
    for match in _ETHEREUM.finditer(text.text):
        line = text.line_at(match.start())
        if len(line) <= _NEAR and _SPEAKS_OF_KEY.search(line) and len(set(match["value"])) > 8:  # noqa: PLR2004 - as above
            yield text.line_of(match.start()), "private-key", "a private key", match["value"], True


def _decoded(value: str) -> Iterator[tuple[str, str, str | bytes, bool]]:
    """Find the key that a run of base64 stands for."""
    raw = _unpacked(value + "=" * (-len(value) % 4)) if len(value) <= _MOST else b""
    match = _PEM_BYTES.search(raw)
    if match:
        label, head, body = (match[name].decode("latin-1") for name in ("label", "head", "body"))
        rule, description, text, plain = _pem(label, head, body)
        yield rule, f"{description} in base64", text, plain
    for rule, description, key, plain in container(raw):
        yield rule, f"{description} in base64", key, plain
