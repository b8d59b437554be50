"""One way to write JSON.

So that the same document has the same bytes and the same digest everywhere (RFC 8785).
"""

from __future__ import annotations

import hashlib
from typing import Any

from pydantic import BaseModel

from atom_release.gate.printable import escape_acting


def encode(document: object) -> bytes:
    """Return the canonical bytes of a JSON document (or of a model, as one), ending in a newline.

    Raises:
        ValueError: the document holds what JSON cannot (NaN, an integer beyond 2**53).
    """
    import rfc8785

    plain: Any = document.model_dump(mode="json") if isinstance(document, BaseModel) else document
    return bytes(rfc8785.dumps(plain)) + b"\n"


def artifact(document: object) -> bytes:
    """Return the bytes of a JSON document as an artifact that people open and print.

    The canonical ones, in which what acts on a terminal or turns the direction of reading is
    written as JSON's own escape: whoever parses them has the same document, and `encode` of that
    has the same bytes as before.

    Raises:
        ValueError: the document holds what JSON cannot.
    """
    return escape_acting(encode(document).decode()).encode()


def digest(content: bytes) -> str:
    """Return the SHA-256 of the bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
