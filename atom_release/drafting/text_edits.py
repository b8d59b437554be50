"""Edits of a YAML text in place, so that all that is not edited stays as a person wrote it.

Where things stand is told by the parser's own nodes; nothing of a manifest is known here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

import yaml


@dataclass(frozen=True, order=True)
class Edit:
    """From where to where the text is replaced, and by what."""

    start: int
    end: int
    text: str

    @classmethod
    def of(cls, node: yaml.Node, text: str) -> Self:
        """Return the edit that replaces a node."""
        return cls(node.start_mark.index, node.end_mark.index, text)


def applied(text: str, edits: Iterable[Edit]) -> str:
    """Return the text with all edits, none of which may overlap another."""
    for edit in sorted(set(edits), reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def pairs(node: yaml.MappingNode) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
    """Yield the keys of a mapping that are plain text, each with its value."""
    for key, value in node.value:
        if isinstance(key, yaml.ScalarNode):
            yield key, value


def entry_of(node: yaml.MappingNode, name: str) -> yaml.Node | None:
    """Return the value of a key; None where there is none."""
    return next((value for key, value in pairs(node) if key.value == name), None)


def is_flow(node: yaml.CollectionNode) -> bool:
    """Return whether a mapping or sequence stands in braces or brackets."""
    return bool(node.flow_style)


def set_entry(text: str, node: yaml.MappingNode, name: str, value: str, after: str) -> Edit | None:
    """Return the edit that gives a key a value; a key that is not there goes behind another.

    None where it has that value, or where the other key is not there either.
    """
    present, before = entry_of(node, name), entry_of(node, after)
    written = yaml_text(value)
    if present is not None:
        same = isinstance(present, yaml.ScalarNode) and present.value == value
        return None if same else Edit.of(present, written)
    if before is None:
        return None
    column = " " * node.value[0][0].start_mark.column
    gap = ", " if is_flow(node) else f"\n{column}"
    # behind the other's own edit, which may end where this one begins
    end = before.end_mark.index
    line_end = text.find("\n", end)
    place = end if is_flow(node) or line_end < 0 else line_end
    return Edit(place, place, f"{gap}{name}: {written}")


def without_entry(text: str, node: yaml.MappingNode, name: str, comment: str) -> Edit:
    """Return the edit that takes a key away; between lines a comment stays in its place."""
    entries = list(node.value)
    place = next(number for number, (key, _) in enumerate(entries) if key.value == name)
    key, value = entries[place]
    start = key.start_mark.index
    end = start + len(text[start : value.end_mark.index].rstrip())
    if place == 0 and len(entries) > 1:
        return Edit(start, entries[1][0].start_mark.index, "")
    if is_flow(node):
        return Edit(entries[place - 1][1].end_mark.index, end, "")
    return Edit(start, end, f"# {comment}")


def yaml_text(value: str) -> str:
    """Return a text as YAML takes it: plain where nothing in it means anything else."""
    is_plain = re.fullmatch(r"[A-Za-z][\w./+-]*(?: [\w&./+-]+)*", value) is not None
    words = {"true", "false", "yes", "no", "on", "off", "null"}
    return value if is_plain and value.lower() not in words else json.dumps(value)
