"""What calls of which library ask for a variable, as `lookups.toml` has it."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def read(language: str) -> dict[str, Any]:
    """Return the tables of one language."""
    text = (Path(__file__).parent / "lookups.toml").read_text(encoding="utf-8")
    tables: dict[str, Any] = tomllib.loads(text)[language]
    return tables
