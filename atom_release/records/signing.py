"""Signed envelopes.

DSSE by securesystemslib, with a key of the gate's own, a key file, or a key that never leaves a
Vault.

An envelope is believed only if it is exactly what `sign` writes: one signature, by the expected
key, over the expected payload type. Whatever else stands in it (a second signature, a doubled JSON
key, bytes behind it) could be read differently by someone else, so it is refused instead of
ignored.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atom_release.errors import StoreError
from atom_release.records import canonical, keyfile

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
    from securesystemslib.signer import Signer, SSlibKey

_AGAIN = "Run the audit again, or name the public key that signed it."


@dataclass(frozen=True)
class PublicKey:
    """What verifies: a key's public half, and the id that envelopes name it by."""

    pem: bytes
    keyid: str
    scheme: str

    def _key(self) -> SSlibKey:
        from cryptography.hazmat.primitives.serialization import (
            load_pem_public_key,
        )
        from securesystemslib.signer import SSlibKey

        return SSlibKey.from_crypto(load_pem_public_key(self.pem), self.keyid, self.scheme)


@dataclass(frozen=True)
class KeyPair:
    """What signs: a key's public half, and a signer that holds or reaches the private one."""

    public: PublicKey
    _signer: Signer = field(repr=False)


def ensure_key(path: Path) -> KeyPair:
    """Return the key in this file; the first call makes it, of several at once too.

    The public half stands beside it as `<name>.pub`, for those who verify.

    Raises:
        StoreError: others can read the private key, it is not a key, or the folder cannot be
            written.
    """
    keyfile.ensure(path, _new_private_pem)
    pair = _pair(keyfile.read_private(path), path)
    keyfile.ensure_public(path, pair.public.pem)
    return pair


def load_key(path: Path) -> KeyPair:
    """Return the private key in this file, which must be there already.

    Raises:
        StoreError: it is not, others can read it, or it is not a key.
    """
    return _pair(keyfile.read_private(path), path)


def load_public(path: Path) -> PublicKey:
    """Return the public key in this PEM file.

    Raises:
        StoreError: there is none.
    """
    try:
        return public_from_pem(path.read_bytes())
    except OSError as error:
        raise StoreError(
            f"The public key {path} cannot be read: {error.strerror}.",
            "Name the public key's file with --key.",
        ) from error


def public_from_pem(pem: bytes) -> PublicKey:
    """Return the public key that this PEM text holds.

    Raises:
        StoreError: it holds none, or one of a kind that cannot verify.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import (
        load_pem_public_key,
    )

    try:
        return _public(load_pem_public_key(pem))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise StoreError(
            "That is not a public key in PEM form.",
            "Name the .pub file that stands beside the signing key.",
        ) from error


def signer_from_uri(uri: str, public: PublicKey | None = None) -> KeyPair:
    """Return the key that a URI names.

    `file2:<path>`, `hv:<name>/<version>` (Vault transit), or another that securesystemslib knows.

    The address and token of the Vault come from that client's own variables. Without `public`, a
    Vault key's public half is asked of the Vault.

    Raises:
        StoreError: the URI names no usable key.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PublicKey,
    )
    from securesystemslib.signer import Signer
    from securesystemslib.signer._vault_signer import VaultSigner

    scheme, _, name = uri.partition(":")
    if scheme == "file2":
        return _pair(keyfile.read_private(Path(name)), Path(name))
    try:
        if public is None and scheme == "hv":
            newest, key = VaultSigner.import_(name.partition("/")[0])
            if newest != uri:
                raise StoreError(
                    f"The Vault's newest key is {newest}, not {uri}.",
                    "Name that version in signing_key, or the public key of the other.",
                )
            public = _public(
                Ed25519PublicKey.from_public_bytes(bytes.fromhex(key.keyval["public"]))
            )
        if public is None:
            raise StoreError(
                f"The signing key {scheme}: needs its public key beside it.",
                "Name the public key's file.",
            )
        return KeyPair(public, Signer.from_priv_key_uri(uri, public._key()))  # noqa: SLF001 - the same module
    except _unusable() as error:  # not chained: a client's error may quote what it sent
        raise StoreError(
            f"The signing key {scheme}:{name} cannot be used: {type(error).__name__}.",
            "Check signing_key in the operator's file.",
        ) from None


def sign(payload: bytes, payload_type: str, key: KeyPair) -> bytes:
    """Return the canonical JSON of the envelope that holds the payload and its signature.

    Raises:
        StoreError: the key's holder, a Vault for example, does not sign now.
    """
    from securesystemslib.dsse import Envelope

    envelope = Envelope(payload, payload_type, {})
    try:
        envelope.sign(key._signer)  # noqa: SLF001 - the same module
    except _unusable() as error:  # not chained: a client's error may quote what it sent
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
        Envelope(payload, payload_type, {public.keyid: raw}).verify([public._key()], 1)  # noqa: SLF001 - the same module
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


def _unusable() -> tuple[type[Exception], ...]:
    """Return the errors by which a key, or the system holding it, says that it cannot be used."""
    from hvac.exceptions import VaultError
    from securesystemslib.exceptions import Error

    return ValueError, KeyError, OSError, Error, VaultError


def _public(key: PublicKeyTypes) -> PublicKey:
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        PublicFormat,
    )
    from securesystemslib.signer import SSlibKey

    named = SSlibKey.from_crypto(key)
    return PublicKey(
        key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        str(named.keyid),
        str(named.scheme),
    )


def _pair(pem: bytes, path: Path) -> KeyPair:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import (
        load_pem_private_key,
    )
    from securesystemslib.signer import CryptoSigner

    try:
        private = load_pem_private_key(pem, None)
        return KeyPair(_public(private.public_key()), CryptoSigner(private))
    except (
        ValueError,
        TypeError,
        UnsupportedAlgorithm,
    ):  # not chained: the cause may quote the file
        raise StoreError(
            f"{path} is not an unencrypted private key in PEM form.",
            "Remove it to have one made, or name another.",
        ) from None


def _new_private_pem() -> bytes:
    from securesystemslib.signer import CryptoSigner

    return bytes(CryptoSigner.generate_ecdsa().private_bytes)
