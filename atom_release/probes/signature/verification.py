"""Detached signatures as cosign writes them.

Base64 of the raw signature beside the file, or inside a bundle's JSON.

ECDSA over SHA-256, Ed25519 and RSA (PKCS #1 v1.5 over SHA-256): what `cosign sign-blob` makes with
a key, and what `openssl dgst -sha256 -verify` or, for Ed25519, `openssl pkeyutl -verify -rawin`
checks. Certificates and transparency logs are not looked at.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from atom_release.errors import ProbeFault

ENDINGS = (".sig", ".bundle")
"""What a signature's file is called after the artifact's own name.

In the order in which they are looked for.
"""

_KINDS = "ECDSA, Ed25519 and RSA"


def load_public(pem: bytes) -> Any:  # noqa: ANN401 - one of cryptography's many kinds of key
    """Return the public key of a PEM.

    Raises:
        ProbeFault: it is none, or of a kind that signs nothing here.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
    from cryptography.hazmat.primitives.serialization import (
        load_pem_public_key,
    )

    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        raise ProbeFault(
            "the public key cannot be read as PEM",
            "Give it as `cosign public-key` or `openssl pkey -pubout` writes it.",
        ) from None
    if not isinstance(key, ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey):
        raise ProbeFault(
            f"the public key is {type(key).__name__}; signatures are verified with {_KINDS}",
            "Sign with an ECDSA P-256 key.",
        )
    return key


def signature_of(written: bytes) -> bytes | None:
    """Return the signature of a `.sig` or a bundle: base64 in JSON, base64 alone, or the raw bytes.

    None of what cannot be one.
    """
    text = written.strip()
    if text.startswith(b"{"):
        text = _of_bundle(text)
    try:
        decoded = base64.b64decode(text, validate=True)
    except binascii.Error:
        decoded = written
    return decoded or None


def _of_bundle(text: bytes) -> bytes:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return b""
    message = document.get("messageSignature")
    signature = document.get("base64Signature") or (
        message.get("signature") if isinstance(message, dict) else None
    )
    return signature.encode() if isinstance(signature, str) else b""


def verifies(content: bytes, signature: bytes, key: Any) -> bool:  # noqa: ANN401 - one of cryptography's many kinds of key
    """Return whether this key's owner signed exactly this content."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, content, ec.ECDSA(hashes.SHA256()))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, content, padding.PKCS1v15(), hashes.SHA256())
        else:
            key.verify(signature, content)
    except InvalidSignature:
        return False
    return True


def tampered(content: bytes) -> dict[str, bytes]:
    """Return copies of an artifact that its signature must not cover, each with a change."""
    copies = {"a byte was added": content + b"\n"}
    for where, place in (("first", 0), ("middle", len(content) // 2), ("last", len(content) - 1)):
        if content:
            copies[f"the {where} byte was flipped"] = flipped(content, place)
    return copies


def flipped(content: bytes, place: int) -> bytes:
    """Return the content with one bit of one byte changed."""
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
