"""Whose private keys lie in the judged tree.

Every private key that can be read there, by the digest of its public half.

Tests and examples are no exception here: a "test" key that signs what is released is the release's
key. A key is looked for as PEM (also with escaped line ends, in JSON or a dotenv file), as PEM or
DER in base64, as a DER file, and as the bare 32 bytes of a P-256 or Ed25519 key in hexadecimal or
base64. One that a passphrase protects is compared by the `.pub` beside it; without one, nobody can
tell whose it is.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from atom_release.errors import ProbeFault
from atom_release.source.commit import JudgedTree
from atom_release.source.text import decode, is_example, is_lock, is_test

_BLOCK = re.compile(
    rb"-----BEGIN (?P<label>(?:[A-Z0-9]+ ){0,3}PRIVATE KEY)-----(?P<body>[\s\S]{16,20000}?)-----END"
    rb" (?P=label)-----"
)
_BETWEEN = re.compile(rb"\\[nr]|[^A-Za-z0-9+/=]")
_RUN = re.compile(rb"[A-Za-z0-9+/_-]{43,8192}={0,2}")
_PEM_IN_BASE64 = b"LS0tLS1CRUdJTi"
_HEX = re.compile(rb"(?:0x)?([0-9a-fA-F]{64})")
_SCALAR = 32
_LARGEST_DER = 16_384
_MOST_SCALARS = 20_000
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

_guard = threading.Lock()
_last: dict[tuple[Path, str], PrivateKeys] = {}


@dataclass
class PrivateKeys:
    """What one pass over a tree found; it keeps only what is public."""

    holders: dict[str, list[str]] = field(
        default_factory=dict
    )  # digest of a public key -> paths that hold its private half
    protected: list[str] = field(
        default_factory=list
    )  # paths of keys under a passphrase, with no public key beside them
    files: int = 0
    unread: list[str] = field(default_factory=list)
    scalars: int = 0

    def holders_of(self, public: Any) -> list[str]:  # noqa: ANN401 - one of cryptography's many kinds of key
        """Return the paths that hold the private half of this public key."""
        return self.holders.get(digest_of(public), [])


def digest_of(public: Any) -> str:  # noqa: ANN401 - one of cryptography's many kinds of key
    """Return the SHA-256 of a public key's standard form."""
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        PublicFormat,
    )

    return hashlib.sha256(
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    ).hexdigest()


def private_keys_in(tree: JudgedTree) -> PrivateKeys:
    """Read every blob of a tree; one tree is read once, however many keys are asked about."""
    key = (tree.repository, tree.tree)
    with _guard:
        if key not in _last:
            keys = _read(tree)
            _last.clear()
            _last[key] = keys
        return _last[key]


def _read(tree: JudgedTree) -> PrivateKeys:
    keys = PrivateKeys()
    tried: dict[bytes, list[str]] = {}  # what may be a key -> digests of its public halves
    for path, entry in tree.entries.items():
        if entry.kind != "blob":
            continue
        try:
            content = tree.read(path)
        except ProbeFault:
            keys.unread.append(path)
            continue
        keys.files += 1
        text = decode(content)
        raw = text.text.encode("utf-8", "replace") if text else content
        for public in _publics(raw):
            _note(keys, digest_of(public), path)
        for scalar in () if is_lock(path) else _scalars(raw):
            if scalar not in tried and len(tried) < _MOST_SCALARS:
                tried[scalar] = [digest_of(public) for public in _publics_of_scalar(scalar)]
            for digest in tried.get(scalar, ()):
                _note(keys, digest, path)
        if _is_protected(raw):
            _compare_protected(tree, path, keys)
    keys.scalars = len(tried)
    return keys


def _note(keys: PrivateKeys, digest: str, path: str) -> None:
    paths = keys.holders.setdefault(digest, [])
    if path not in paths:
        paths.append(path)


def _publics(content: bytes, depth: int = 0) -> Iterator[Any]:
    """Yield the public halves of the whole private keys in a blob."""
    for block in _BLOCK.finditer(content):
        yield from _loaded_pem(block["label"], _BETWEEN.sub(b"", block["body"]))
    if depth == 0 and content.startswith(b"\x30") and len(content) <= _LARGEST_DER:
        yield from _loaded_der(content)
    for run in _RUN.findall(content) if depth == 0 else ():
        if run.startswith(_PEM_IN_BASE64):
            yield from _publics(_decoded(run), depth + 1)
        elif run.startswith(b"M") and len(run) <= _LARGEST_DER:
            yield from _loaded_der(_decoded(run))


def _scalars(content: bytes) -> Iterator[bytes]:
    """Yield what may be the 32 bytes of a private key.

    So many are digests that only trying them tells.
    """
    for run in _RUN.findall(content):
        hexadecimal = _HEX.fullmatch(run)
        if hexadecimal:
            yield bytes.fromhex(hexadecimal[1].decode())
        elif len(run.rstrip(b"=")) == 43 and len(decoded := _decoded(run)) == _SCALAR:  # noqa: PLR2004 - 32 bytes in base64
            yield decoded


def _publics_of_scalar(scalar: bytes) -> Iterator[Any]:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    yield ed25519.Ed25519PrivateKey.from_private_bytes(scalar).public_key()
    number = int.from_bytes(scalar, "big")
    if 0 < number < _ORDER:
        yield ec.derive_private_key(number, ec.SECP256R1()).public_key()


def _loaded_pem(label: bytes, body: bytes) -> Iterator[Any]:
    from cryptography.hazmat.primitives.serialization import (
        load_pem_private_key,
        load_ssh_private_key,
    )

    pem = (
        b"-----BEGIN "
        + label
        + b"-----\n"
        + b"\n".join(body[at : at + 64] for at in range(0, len(body), 64))
        + b"\n-----END "
        + label
        + b"-----\n"
    )
    yield from _public_half(
        lambda: (load_ssh_private_key if label.startswith(b"OPENSSH") else load_pem_private_key)(
            pem, None
        )
    )


def _loaded_der(content: bytes) -> Iterator[Any]:
    from cryptography.hazmat.primitives.serialization import (
        load_der_private_key,
    )

    yield from _public_half(lambda: load_der_private_key(content, None))


def _public_half(load: Any) -> Iterator[Any]:  # noqa: ANN401 - a loader of keys of any kind
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        yield load().public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return  # what cannot be loaded signs nothing


def _decoded(run: bytes) -> bytes:
    text = run.rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4))
    except binascii.Error:
        return b""


def _is_protected(content: bytes) -> bool:
    return any(
        b"ENCRYPTED" in block["label"] or b"Proc-Type: 4,ENCRYPTED" in block["body"]
        for block in _BLOCK.finditer(content)
    )


def _compare_protected(tree: JudgedTree, path: str, keys: PrivateKeys) -> None:
    """Take the public key beside a protected one for its public half.

    As `cosign generate-key-pair` and `ssh-keygen` lay them.
    """
    place = PurePosixPath(path)
    beside = [
        str(candidate)
        for candidate in (place.with_suffix(".pub"), PurePosixPath(f"{path}.pub"))
        if str(candidate) in tree.entries
    ]
    from atom_release.probes.signature.verification import load_public

    for blob in beside:
        try:
            _note(keys, digest_of(load_public(tree.read(blob))), path)
        except ProbeFault:
            continue
        return
    if not (is_test(path) or is_example(path)):
        keys.protected.append(path)
