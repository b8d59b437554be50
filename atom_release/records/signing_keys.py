"""The gate's keys: a key of its own, a key file, or a key that never leaves a Vault.

What they sign stands in `signing`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from atom_release.errors import StoreError
from atom_release.records import keyfile

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
    from securesystemslib.signer import Signer, SSlibKey


@dataclass(frozen=True)
class PublicKey:
    """What verifies: a key's public half, and the id that envelopes name it by."""

    pem: bytes
    keyid: str
    scheme: str

    def verifying_key(self) -> SSlibKey:
        """Return the key as securesystemslib verifies with it."""
        from cryptography.hazmat.primitives.serialization import (
            load_pem_public_key,
        )
        from securesystemslib.signer import SSlibKey

        return SSlibKey.from_crypto(load_pem_public_key(self.pem), self.keyid, self.scheme)


@dataclass(frozen=True)
class KeyPair:
    """What signs: a key's public half, and a signer that holds or reaches the private one."""

    public: PublicKey
    signer: Signer = field(repr=False)


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
        return KeyPair(public, Signer.from_priv_key_uri(uri, public.verifying_key()))
    except unusable() as error:  # not chained: a client's error may quote what it sent
        raise StoreError(
            f"The signing key {scheme}:{name} cannot be used: {type(error).__name__}.",
            "Check signing_key in the operator's file.",
        ) from None


def secret_of(pair: KeyPair) -> bytes:
    """Return bytes that only who has this key, or may sign with it, can know; always the same.

    Of a key that its holder keeps to itself, what it signs of a fixed text, which is the same each
    time for a key of Ed25519 alone.

    Raises:
        StoreError: the key's holder does not sign now, or signs differently each time.
    """
    from securesystemslib.signer import CryptoSigner

    if isinstance(pair.signer, CryptoSigner):
        return bytes(pair.signer.private_bytes)
    if pair.public.scheme != "ed25519":
        raise StoreError(
            f"A key of {pair.public.scheme} in a Vault makes no fingerprints that stay the same.",
            "Name one of Ed25519 in the operator's file.",
        )
    try:
        return str(pair.signer.sign(b"atom-release fingerprints").signature).encode()
    except unusable() as error:  # not chained: a client's error may quote what it sent
        raise StoreError(
            f"The signing key did not sign: {type(error).__name__}.",
            "Check that its Vault answers, is unsealed, and lets this token sign.",
        ) from None


def unusable() -> tuple[type[Exception], ...]:
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
