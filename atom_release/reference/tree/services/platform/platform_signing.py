"""Signatures of models, as `cosign sign-blob` writes them: ECDSA over SHA-256, base64 of the DER form."""

import base64

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key


class BadSignature(Exception):
    """The content is not what the holder of the key signed."""


def private_key(pem):
    """Read the signing key."""
    return load_pem_private_key(pem.encode(), None)


def public_key(pem):
    """Read the key that verifies what the signing key signed."""
    return load_pem_public_key(pem.encode())


def sign(content, key):
    """Give the signature of the content."""
    return base64.b64encode(key.sign(content, ec.ECDSA(hashes.SHA256()))).decode()


def verify(content, signature, key):
    """Check a signature.

    Raises:
        BadSignature: it does not match, or there is no key to check it with.
    """
    try:
        key.verify(base64.b64decode(signature), content, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError, AttributeError) as error:
        raise BadSignature("the signature does not verify") from error
