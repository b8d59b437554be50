"""The kinds of value a manifest's fields take.

Durations, paths inside the repository, names of variables, keys and git references.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from atom_release.gate.printable import acts
from atom_release.gate.units import Unit

LONGEST = timedelta(days=3660)


def _duration(value: object) -> object:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)", value) if isinstance(value, str) else None
    if match is None:
        return value
    seconds = Unit(match[2]).convert(float(match[1]), Unit.SECOND)
    if seconds > LONGEST.total_seconds():
        message = f"at most {LONGEST.days} days"
        raise ValueError(message)
    return timedelta(seconds=seconds)


def _limited(value: timedelta) -> timedelta:
    if value > LONGEST:
        message = f"at most {LONGEST.days} days"
        raise ValueError(message)
    return value


def _inside(value: str) -> str:
    path = PurePosixPath(value)
    if not value or path.is_absolute() or ".." in path.parts or "\\" in value or "\0" in value:
        message = f"{value!r} is not a path inside the repository"
        raise ValueError(message)
    return value


def _variable(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value):
        message = "name an environment variable here, never a value"
        raise ValueError(message)
    return value


def switch(value: object) -> object:
    """Return the word that is meant: YAML 1.1 reads a bare `on` or `off` as a boolean."""
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else value


def _reason(value: str) -> str:
    if not value.strip():
        message = "say why it is not asked: an empty reason is none"
        raise ValueError(message)
    return " ".join(value.split())


def _title(value: str) -> str:
    text = value.strip()
    if acts(text) or {"\n", "\t"} & {*text}:
        message = f"{text[:80]!r} is no name: give it one line, without control characters"
        raise ValueError(message)
    return text


TimeUnit = Literal["seconds", "milliseconds", "microseconds", "nanoseconds"]
Duration = Annotated[
    timedelta, BeforeValidator(_duration), Field(gt=timedelta(0)), AfterValidator(_limited)
]
Reason = Annotated[str, Field(max_length=300), AfterValidator(_reason)]
Title = Annotated[str, Field(max_length=200), AfterValidator(_title)]
InRepository = Annotated[str, AfterValidator(_inside)]
VariableName = Annotated[str, AfterValidator(_variable)]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(?!\n)$")]
Reference = Annotated[
    str,
    Field(
        pattern=r"^(?!/|-)(?!.*(\.\.|//|@\{|\.lock(/|$)))[^\s~^:?*\[\\\x00-\x1f]+(?<![/.])(?!\n)$"
    ),
]


class Strict(BaseModel):
    """A part of the manifest: immutable, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", regex_engine="python-re")


def slug(name: str) -> str:
    """Return the id as Dagster takes it in a name: letters, digits and `_` only."""
    return re.sub(r"[^A-Za-z0-9]", "_", name)
