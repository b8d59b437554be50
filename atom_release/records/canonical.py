"""One way to write JSON.

So that the same document has the same bytes and the same digest everywhere (RFC 8785).
"""

from __future__ import annotations

import hashlib
from typing import Any

from pydantic import BaseModel


def encode(document: object) -> bytes:
    """Return the canonical bytes of a JSON document (or of a model, as one), ending in a newline.

    Raises:
        ValueError: the document holds what JSON cannot (NaN, an integer beyond 2**53).
    """
    import rfc8785

    plain: Any = document.model_dump(mode="json") if isinstance(document, BaseModel) else document
    return bytes(rfc8785.dumps(plain)) + b"\n"


def digest(content: bytes) -> str:
    """Return the SHA-256 of the bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
