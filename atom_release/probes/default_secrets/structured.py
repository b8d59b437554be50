"""Default secrets in YAML and JSON, by the documents' structure.

Variables that stand as name and value (Kubernetes, ECS, Render, Beanstalk), as `NAME=value` in a
list, as a name with a `value` or a `Default` of its own, and names that only mean a secret below
their parent (`jwt: secret:`). Read from the parser's events, so that nesting and aliases cost
nothing; a document with templates in it is left to the line patterns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from atom_release.probes.default_secrets.configuration import (
    Default,
    is_settings_json,
    is_usable,
    names_secret,
    repeats,
)
from atom_release.source.secret_forms.asking_names import asks_for_secret, words
from atom_release.source.secret_forms.plausible import is_random
from atom_release.source.text import Text

_LARGEST = 250_000
_DOCUMENTS = frozenset({".yaml", ".yml", ".json"})
_READER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NAMES = ("name", "key", "option_name", "Name", "Key", "OptionName")
_VALUES = ("value", "Value")
_LISTS = frozenset({"environment", "env", "literals", "env_vars", "envVars", "build_args"})
_ASSIGNMENT = re.compile(r"(?P<name>[A-Za-z_][\w.-]{2,80})=(?P<value>[^\s].{2,200})")
_HOLDS = re.compile(r"secret|pass|pwd|token|key|credential", re.IGNORECASE)
_ABOVE = frozenset(
    {"jwt", "session", "cookie", "cookies", "hmac", "signing", "webhook", "csrf", "encryption"}
)
_BELOW = frozenset({"secret", "key", "secretkey", "signingkey"})


@dataclass
class _Frame:
    """An open mapping or sequence: under which key it stands, and the scalars right in it."""

    key: str
    mapping: bool
    pending: str | None = None
    scalars: dict[str, tuple[str, int]] = field(default_factory=dict)


def defaults(path: str, text: Text) -> Iterator[Default]:
    """Find the default secrets of a YAML or JSON document; of none where it cannot be parsed."""
    suffix = PurePosixPath(path.lower()).suffix
    if not (suffix in _DOCUMENTS or ".ebextensions/" in path) or len(text.text) > _LARGEST:
        return
    if not _HOLDS.search(text.text):
        return
    try:
        fallbacks = list(_walk(text.text, is_json=suffix == ".json" and is_settings_json(path)))
    except (yaml.YAMLError, ValueError, RecursionError):
        return
    yield from fallbacks


def _walk(text: str, *, is_json: bool) -> Iterator[Default]:
    frames: list[_Frame] = []
    for event in yaml.parse(text, _READER):
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            key = _take_key(frames)
            frames.append(_Frame(key, isinstance(event, MappingStartEvent)))
        elif isinstance(event, CollectionEndEvent) and frames:
            yield from _judge(frames.pop(), frames)
        elif isinstance(event, ScalarEvent | AliasEvent) and frames:
            yield from _scalar(frames, event, is_json=is_json)


def _take_key(frames: list[_Frame]) -> str:
    """Return the key that a collection stands under; of one in a sequence, the sequence's."""
    if not frames:
        return ""
    top = frames[-1]
    key, top.pending = (top.pending or "", None) if top.mapping else (top.key, None)
    return key


def _scalar(frames: list[_Frame], event: Event, *, is_json: bool) -> Iterator[Default]:
    top = frames[-1]
    value = event.value if isinstance(event, ScalarEvent) else ""
    line = event.start_mark.line + 1 if event.start_mark else 1
    if not top.mapping:
        if top.key in _LISTS:
            yield from _assigned(value, line)
        return
    if top.pending is None:
        top.pending = value
        return
    key, top.pending = top.pending, None
    top.scalars[key] = (value, line)
    yield from _nested(top.key, key, value, line)
    named = is_json and names_secret(key) and not repeats(key, value)
    if named and is_usable(value, weak=key.isupper()):
        yield line, key, value, "the literal under"


def _assigned(value: str, line: int) -> Iterator[Default]:
    match = _ASSIGNMENT.fullmatch(value.strip())
    if match and names_secret(match["name"]) and is_usable(match["value"]):
        yield line, match["name"], match["value"], "the value of the variable"


def _nested(parent: str, key: str, value: str, line: int) -> Iterator[Default]:
    """Read `jwt: secret: x`: what `secret` alone does not say, its parent does."""
    squashed = "".join(words(key))
    if squashed in _BELOW and _ABOVE.intersection(words(parent)) and is_usable(value):
        yield line, f"{parent}.{key}", value, "the literal under"


def _judge(frame: _Frame, above: list[_Frame]) -> Iterator[Default]:
    """Read a closed mapping as a variable with its value, where it is one."""
    if not frame.mapping:
        return
    value, line = next((frame.scalars[key] for key in _VALUES if key in frame.scalars), ("", 0))
    name = next((frame.scalars[key][0] for key in _NAMES if key in frame.scalars), "")
    if not name and above and above[-1].mapping:
        name = frame.key
        if "Default" in frame.scalars and "Type" in frame.scalars:
            value, line = frame.scalars["Default"]
            if asks_for_secret(name) and is_usable(value):
                yield line, name, value, "the default of the parameter"
            return
    if not name or not value:
        return
    variable = name.isupper() and asks_for_secret(name, loose=True) and is_usable(value)
    if variable or (asks_for_secret(name, loose=True) and is_random(value) and is_usable(value)):
        yield line, name, value, "the value of the variable"
