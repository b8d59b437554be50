"""The key that signs models: ECDSA P-256, derived from a secret that only Vault holds."""

import base64
import hashlib

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def private_key(secret):
    """Give the signing key that the secret stands for."""
    number = int.from_bytes(hashlib.sha512(b"model-signing\0" + secret.encode()).digest(), "big")
    return ec.derive_private_key(number % (_ORDER - 1) + 1, ec.SECP256R1())


def public_key(secret):
    """Give the key that verifies what the signing key signed."""
    return private_key(secret).public_key()


def sign(content, key):
    """Give a cosign-compatible blob signature: base64 of the DER form, over SHA-256."""
    return base64.b64encode(key.sign(content, ec.ECDSA(hashes.SHA256()))).decode()
