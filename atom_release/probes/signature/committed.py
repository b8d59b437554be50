"""Signed artifacts in the judged tree, and the public key that verifies what this release signs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from atom_release.errors import ProbeFault
from atom_release.gate.manifest import Signed
from atom_release.lab.look import Look
from atom_release.probes.signature.verification import ENDINGS
from atom_release.source.scan import is_pointer

_LARGEST_KEY = 65_536


class Unset(ProbeFault):
    """The variable that the manifest names for the public key is not set."""


def files(look: Look, signed: Signed) -> dict[str, bytes]:
    """Return the artifacts of the tree that the globs name.

    And whatever signatures lie beside them.

    Raises:
        ProbeFault: the commit holds only the name of one, which nobody signed.
    """
    paths = {path for glob in signed.paths for path in look.tree.glob(glob)}
    beside = {
        path + ending for path in paths for ending in ENDINGS if path + ending in look.tree.entries
    }
    contents = {path: look.tree.read(path) for path in sorted(paths | beside)}
    pointers = [path for path, content in contents.items() if is_pointer(content)]
    if pointers:
        raise ProbeFault(
            f"{', '.join(pointers[:3])}: a pointer of Git LFS, so the commit holds the name of what"
            " is signed and not the thing itself",
            "Commit the signed files themselves, or name how they are produced.",
        )
    return contents


def public_key(look: Look, signed: Signed, secrets: Mapping[str, str]) -> bytes:
    """Return the PEM of the public key, or of a rehearsal secret's private key its public half.

    Raises:
        ProbeFault: it is not where the manifest says.
        Unset: the variable that the manifest names for it is unset.
    """
    if signed.public_key is not None:
        return look.tree.read(signed.public_key)
    if signed.public_key_from is not None:
        if signed.public_key_from not in secrets:
            raise ProbeFault(
                f"the rehearsal has no secret {signed.public_key_from}",
                "Name it under `secrets` in release.yaml.",
            )
        return _public_half(secrets[signed.public_key_from].encode())
    value = look.environment.get(signed.public_key_variable or "")
    if not value:
        raise Unset(
            f"{signed.public_key_variable} is unset",
            f"Set {signed.public_key_variable} to the public key's PEM, or to the path of its"
            " file.",
        )
    return (
        value.encode()
        if value.lstrip().startswith("-----BEGIN")
        else _of_file(Path(value), str(signed.public_key_variable))
    )


def _of_file(path: Path, variable: str) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST_KEY)
    except OSError as error:
        raise ProbeFault(
            f"the file that {variable} names cannot be read: {error.strerror}",
            f"Set {variable} to the public key's file.",
        ) from None


def _public_half(pem: bytes) -> bytes:
    if b"PRIVATE KEY-----" not in pem:
        return pem
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        PublicFormat,
        load_pem_private_key,
    )

    return (
        load_pem_private_key(pem, None)
        .public_key()
        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
