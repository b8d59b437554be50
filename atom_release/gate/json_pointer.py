"""What a JSON pointer (RFC 6901) says, e.g. `/items/0/id`; the empty one is the document."""

from __future__ import annotations

import re
from typing import Any


def parts_of(pointer: str) -> list[str]:
    """Return the names on the way that a pointer goes."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def resolve_pointer(document: Any, pointer: str) -> Any:  # noqa: ANN401 - any JSON
    """Return what a pointer leads to.

    Raises:
        LookupError: the document has nothing there.
    """
    if pointer and not pointer.startswith("/"):
        raise LookupError(f"{pointer!r} is not a JSON pointer")
    for name in parts_of(pointer):
        if isinstance(document, list) and re.fullmatch(r"0|[1-9][0-9]*", name):
            document = document[int(name)]
        elif isinstance(document, dict):
            document = document[name]
        else:
            raise LookupError(f"nothing at {pointer!r}")
    return document
