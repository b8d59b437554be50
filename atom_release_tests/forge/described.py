"""GitHub's own description of the part of its REST API that is used here: which requests it takes and what its answers look like.

`github_api.json` is cut out of that description by operation; nothing in it was written by hand.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

_DOCUMENT: dict[str, Any] = json.loads((Path(__file__).parent / "github_api.json").read_text())
_FORMATS = {"date-time": "2031-01-01T00:00:00Z", "uri": "https://forge.example.org/x"}


@cache
def operation(method: str, path: str) -> tuple[str, dict[str, Any]]:
    """Give the described operation that a request is.

    Raises:
        LookupError: it is none.
    """
    for template, methods in _DOCUMENT["paths"].items():
        if re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template)), path) and method.lower() in methods:
            described: dict[str, Any] = methods[method.lower()]
            return str(described["operationId"]), described
    raise LookupError(f"{method} {path}")


def check(schema: dict[str, Any], value: object) -> None:
    """Hold a document against a schema of the description.

    Raises:
        jsonschema.ValidationError: it does not fit.
    """
    jsonschema.Draft202012Validator({**schema, "components": _DOCUMENT["components"]}).validate(value)


def least(schema: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    """Give the smallest document that fits: every required field, and nothing else."""
    if "$ref" in schema:
        return least(_DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return least(schema[several][0])
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if isinstance(kind, list):
        return None
    if kind == "object":
        return {name: least(schema["properties"][name]) for name in schema.get("required", ())}
    return {"array": [], "string": _FORMATS.get(schema.get("format", ""), "x"), "integer": 1, "number": 1, "boolean": False}[kind]
