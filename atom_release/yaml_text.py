"""YAML as people write it into manifests and operators' files, read within limits.

An author chooses these bytes, so reading them costs a bounded amount of time: nesting, size and
what aliases stand for are counted before anything is built, and a key that stands twice is an error
instead of the last word. What the data means is for the models that take it.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    ScalarEvent,
)

LARGEST = 131_072
DEEPEST = 64
MOST_NODES = 20_000
LONGEST_NUMBER = 64

_BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NUMBERS = {"tag:yaml.org,2002:int", "tag:yaml.org,2002:float"}


class YamlTextError(ValueError):
    """The bytes are no YAML document that is read here; one sentence says why and where."""


def read_yaml(content: bytes, *, times: int = 1) -> Any:  # noqa: ANN401 - whatever the document is
    """Return the data of one YAML document, which may be so many times larger than a manifest.

    Raises:
        YamlTextError: it is no YAML, stands for more than the limits allow, or names a key twice.
    """
    if len(content) > LARGEST * times:
        message = f"{len(content)} bytes, at most {LARGEST * times} are read"
        raise YamlTextError(message)
    try:
        _check_extent(content, MOST_NODES * times)
        return yaml.load(content, _Loader)  # noqa: S506 - a subclass of the safe loader
    except (yaml.YAMLError, UnicodeError) as error:
        raise YamlTextError(" ".join(str(error).split())) from error
    except (ValueError, OverflowError, RecursionError, ArithmeticError) as error:
        if isinstance(error, YamlTextError):
            raise
        message = f"a value that cannot be read: {type(error).__name__}"
        raise YamlTextError(message) from error


def _check_extent(content: bytes, most: int) -> None:
    """Count what the document stands for, from its events alone; nothing is built yet."""
    extent = _Extent()
    for event in yaml.parse(content, _BASE):
        extent.take(event)
        if len(extent.counts) > DEEPEST:
            message = f"nested more than {DEEPEST} deep{_place(event.start_mark)}"
            raise YamlTextError(message)
        if extent.counts[-1] > most:
            message = (
                f"it stands for more than {most} values, with its aliases"
                f" (&name, *name){_place(event.start_mark)}"
            )
            raise YamlTextError(message)


class _Extent:
    """How many values the events so far stand for, aliases written out."""

    def __init__(self) -> None:
        self.counts = [0]  # of every open collection
        self._anchors: list[str | None] = [None]  # of every open collection
        self._sizes: dict[str | None, int] = {}  # of every anchor that is closed

    def take(self, event: yaml.Event) -> None:
        """Count one event."""
        if isinstance(event, CollectionStartEvent):
            self.counts.append(1)
            self._anchors.append(event.anchor)
        elif isinstance(event, CollectionEndEvent):
            self._add(self.counts.pop(), self._anchors.pop())
        elif isinstance(event, ScalarEvent):
            self._add(1, event.anchor)
        elif isinstance(event, AliasEvent):
            self._add(self._size_of(event), None)

    def _add(self, size: int, anchor: str | None) -> None:
        self.counts[-1] += size
        if anchor is not None:
            self._sizes[anchor] = size

    def _size_of(self, alias: AliasEvent) -> int:
        if alias.anchor in self._anchors:
            message = f"*{alias.anchor} stands for itself{_place(alias.start_mark)}"
            raise YamlTextError(message)
        return self._sizes.get(alias.anchor, 1)


def _place(mark: Any) -> str:  # noqa: ANN401 - the parser's own mark, in C or in Python
    return f", line {mark.line + 1}" if mark is not None else ""


class _Loader(_BASE):  # type: ignore[misc]  # either of PyYAML's safe loaders
    """The safe loader, with the rules for keys and numbers that the module describes."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 - as PyYAML calls it
        """Build a mapping whose keys differ; merged keys (`<<`) give way to written ones."""
        self._check_keys(node)
        built: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return built

    def _check_keys(self, node: yaml.MappingNode) -> None:
        written: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.value in written:
                message = f"the key {key.value[:80]!r} stands twice{_place(key.start_mark)}"
                raise YamlTextError(message)
            written.add(key.value)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002 - as PyYAML calls it
        """Build a value; a number of unreasonable length is an error before it is computed."""
        if node.tag in _NUMBERS and len(node.value) > LONGEST_NUMBER:
            message = f"a number of {len(node.value)} characters{_place(node.start_mark)}"
            raise YamlTextError(message)
        return super().construct_object(node, deep=deep)
