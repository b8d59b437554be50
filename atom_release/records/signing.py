"""Signed envelopes.

DSSE by securesystemslib, with one of the keys of `signing_keys`.

An envelope is believed only if it is exactly what `sign` writes: one signature, by the expected
key, over the expected payload type. Whatever else stands in it (a second signature, a doubled JSON
key, bytes behind it) could be read differently by someone else, so it is refused instead of
ignored.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from atom_release.errors import StoreError
from atom_release.records import canonical
from atom_release.records.signing_keys import KeyPair, PublicKey, unusable

_AGAIN = "Run the audit again, or name the public key that signed it."


def sign(payload: bytes, payload_type: str, key: KeyPair) -> bytes:
    """Return the canonical JSON of the envelope that holds the payload and its signature.

    Raises:
        StoreError: the key's holder, a Vault for example, does not sign now.
    """
    from securesystemslib.dsse import Envelope

    envelope = Envelope(payload, payload_type, {})
    try:
        envelope.sign(key.signer)
    except unusable() as error:  # not chained: a client's error may quote what it sent
        raise StoreError(
            f"The signing key did not sign: {type(error).__name__}.",
            "Check that its Vault answers, is unsealed, and lets this token sign.",
        ) from None
    return canonical.encode(envelope.to_dict())


def verify(envelope: bytes, public: PublicKey, payload_type: str) -> bytes:
    """Return the payload of an envelope that this key signed.

    Raises:
        StoreError: anything else; the sentence says what.
    """
    from securesystemslib.dsse import Envelope
    from securesystemslib.exceptions import VerificationError
    from securesystemslib.signer import Signature

    document = _strict_json(envelope)
    payload, signature = _parts(document, payload_type)
    if signature["keyid"] != public.keyid:
        raise StoreError(
            f"The envelope is signed by key {signature['keyid'][:12]!r}, expected"
            f" {public.keyid[:12]!r}.",
            _AGAIN,
        )
    raw = Signature(public.keyid, _decoded(signature["sig"], "signature").hex())
    try:
        Envelope(payload, payload_type, {public.keyid: raw}).verify([public.verifying_key()], 1)
    except (VerificationError, ValueError) as error:
        raise StoreError("The envelope's signature does not fit its payload.", _AGAIN) from error
    return payload


def unverified(envelope: bytes) -> Any:  # noqa: ANN401 - whatever JSON it holds
    """Return the JSON that an envelope of any key holds: to be shown, and never to be believed.

    Raises:
        StoreError: it is no envelope.
    """
    document = _strict_json(envelope)
    kind = document.get("payloadType") if isinstance(document, dict) else None
    return _strict_json(_parts(document, str(kind))[0])


def named_key(envelope: bytes) -> str:
    """Return the id of the key that an envelope says it is signed by; nothing where it says none.

    By it a key is chosen to verify with, and nothing is believed.
    """
    try:
        return str(json.loads(envelope)["signatures"][0]["keyid"])
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        return ""


def _parts(document: object, payload_type: str) -> tuple[bytes, dict[str, str]]:
    if not isinstance(document, dict) or document.keys() != {
        "payload",
        "payloadType",
        "signatures",
    }:
        raise StoreError(
            "The envelope is not a DSSE envelope: it must hold payload, payloadType and signatures,"
            " and nothing else.",
            _AGAIN,
        )
    if document["payloadType"] != payload_type:
        raise StoreError(
            f"The envelope holds {str(document['payloadType'])[:80]!r}, expected {payload_type!r}.",
            _AGAIN,
        )
    signatures = document["signatures"]
    if not isinstance(signatures, list) or len(signatures) != 1:
        raise StoreError("The envelope must hold exactly one signature.", _AGAIN)
    signature = signatures[0]
    if (
        not isinstance(signature, dict)
        or signature.keys() != {"keyid", "sig"}
        or not all(isinstance(value, str) for value in signature.values())
    ):
        raise StoreError(
            "The envelope's signature must hold keyid and sig, and nothing else.", _AGAIN
        )
    return _decoded(document["payload"], "payload"), signature


def _decoded(text: object, envelope_part: str) -> bytes:
    """Decode base64 that has exactly one way to be written."""
    try:
        content = base64.b64decode(text) if isinstance(text, str) else None
    except (binascii.Error, ValueError):
        content = None
    if content is None or base64.b64encode(content).decode() != text:
        raise StoreError(f"The envelope's {envelope_part} is not canonical base64.", _AGAIN)
    return content


def _strict_json(content: bytes) -> object:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in pairs}) != len(pairs):
            raise StoreError("The envelope holds a JSON key twice.", _AGAIN)
        return dict(pairs)

    try:
        return json.loads(content.decode("utf-8"), object_pairs_hook=unique)
    except (ValueError, RecursionError) as error:
        raise StoreError(f"The envelope is not JSON: {type(error).__name__}.", _AGAIN) from error
