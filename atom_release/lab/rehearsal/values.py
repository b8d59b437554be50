"""The values that a rehearsal makes up for the manifest's secrets.

Random in every rehearsal, private keys and their public halves among them.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence

from atom_release.gate.manifest import Secret


def make_values(wanted: Sequence[Secret]) -> dict[str, str]:
    """Return a fresh value for every secret.

    The public half of one belongs to the private key made here.
    """
    values = {
        secret.name: secrets.token_hex(secret.bytes)
        if secret.kind == "random"
        else _private_key(secret.kind)
        for secret in wanted
        if secret.public_of is None
    }
    return values | {
        secret.name: _public_half(values[secret.public_of])
        for secret in wanted
        if secret.public_of is not None
    }


def spelled(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield what must not be shown, with its name.

    Each value, and each line of one that has several, as a log may break it.
    """
    for name, value in values.items():
        yield name, value
        yield from ((name, line) for line in _lines(value) if line != value)


def readable(wanted: Iterable[Secret], service: str) -> list[Secret]:
    """Return the secrets that a service may read: those that name it, or nobody."""
    return [secret for secret in wanted if not secret.readers or service in secret.readers]


def _lines(value: str) -> list[str]:
    return [line for line in value.splitlines() if line and not line.startswith("-----")]


def _private_key(kind: str) -> str:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    key = (
        ed25519.Ed25519PrivateKey.generate()
        if kind == "ed25519"
        else ec.generate_private_key(ec.SECP256R1())
    )
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _public_half(pem: str) -> str:
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        PublicFormat,
        load_pem_private_key,
    )

    return (
        load_pem_private_key(pem.encode(), None)
        .public_key()
        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )
