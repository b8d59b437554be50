"""A request as it is sent, an answer as it came, and what a JSON pointer finds in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode


@dataclass(frozen=True)
class Answered:
    """What came back, whatever its status; `json` is None where the body is not JSON."""

    status: int
    body: bytes
    json: Any
    headers: Mapping[str, str]  # names in lower case
    seconds: float


@dataclass(frozen=True)
class Prepared:
    """A request as it is sent; `name` tells of it without what was filled in."""

    name: str
    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes | None


def content_of(
    headers: Mapping[str, str],
    body: Any,  # noqa: ANN401 - any JSON
) -> tuple[dict[str, str], bytes | None]:
    """Return a body as bytes, and the header that it needs where none says its kind."""
    if body is None:
        return {}, None
    kind = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    if kind.lower().startswith("application/x-www-form-urlencoded") and isinstance(body, dict):
        return {}, urlencode(body, doseq=True).encode()
    if kind and "json" not in kind.lower() and isinstance(body, str):
        return {}, body.encode()
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    return ({} if kind else {"Content-Type": "application/json"}), content


def json_of(content: bytes) -> Any:  # noqa: ANN401 - any JSON
    """Return a body's JSON; None where it is none."""
    try:
        return json.loads(content)
    except ValueError:
        return None
