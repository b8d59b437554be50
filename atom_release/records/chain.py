"""Signed lines of which each names the one before it: none can be changed, taken out or moved.

What the lines say is known to who keeps them; where they lie is `records.history_lines`'s.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from atom_release.errors import StoreError
from atom_release.records import canonical, signing
from atom_release.records.history_lines import Lines
from atom_release.records.signing_keys import KeyPair, PublicKey


@dataclass(frozen=True)
class Chain:
    """The lines in one place: read by whom is believed, and signed by the gate's own key.

    Args:
        kept: where they are.
        key: signs what is added.
        payload_type: what the lines are.
        title: what they are called in a sentence.
        believed: further keys whose lines count, such as the gate's own before it was changed.
    """

    kept: Lines
    key: KeyPair
    payload_type: str
    title: str
    believed: tuple[PublicKey, ...] = ()

    def lines(self) -> Sequence[Mapping[str, Any]]:
        """Return every line, checked.

        Raises:
            StoreError: a line was changed by someone else.
        """
        return _believed(self.kept.read(), self)

    def append(self, line: Mapping[str, object]) -> None:
        """Sign a line behind the last one, and add it."""
        last = self.kept.read().splitlines()[-1:]
        envelope = signing.sign(
            canonical.encode({**line, "after": _link(last[0]) if last else ""}),
            self.payload_type,
            self.key,
        )
        self.kept.append(envelope)

    @property
    def keys(self) -> tuple[PublicKey, ...]:
        """The keys whose lines count, the gate's own first."""
        return (self.key.public, *self.believed)


@lru_cache(maxsize=8)
def _checked_before(
    place: str, keys: tuple[PublicKey, ...]
) -> dict[str, tuple[bytes, tuple[Mapping[str, Any], ...]]]:
    """Return where the newest whole lines that were checked are kept, with their bytes."""
    del place, keys
    return {}


def _believed(content: bytes, chain: Chain) -> tuple[Mapping[str, Any], ...]:
    """Check every line, and those that follow what was checked before alone.

    Every step of a run asks several times and adds a line or two: the same bytes need to be checked
    only once.
    """
    kept = _checked_before(chain.kept.place, chain.keys)
    before, known_lines = kept.get("newest", (b"", ()))
    if not content.startswith(before):
        before, known_lines = b"", ()
    lines = (*known_lines, *_check_lines(content[len(before) :], known_lines, before, chain))
    if content.endswith(b"\n"):
        kept["newest"] = (content, lines)
    return lines


def _check_lines(
    added: bytes, known_lines: Sequence[Mapping[str, Any]], before: bytes, chain: Chain
) -> list[Mapping[str, Any]]:
    """Check lines that stand after others."""
    remedy = (
        f"Find out who changed it; {chain.kept.place} can be moved away, and the next decision then"
        " says that it has no history."
    )
    lines: list[Mapping[str, Any]] = []
    after = _link(before.splitlines()[-1]) if before else ""
    for number, envelope in enumerate(added.splitlines(), start=len(known_lines) + 1):
        try:
            line = _verified(envelope, chain)
        except StoreError as error:
            raise StoreError(
                f"Line {number} of the {chain.title} is not signed by the gate's key:"
                f" {error.message}",
                remedy,
            ) from error
        if line.get("after") != after:
            raise StoreError(
                f"Line {number} of the {chain.title} does not follow the one before it: a line was"
                " taken out or moved.",
                remedy,
            )
        after = _link(envelope)
        lines.append(line)
    return lines


def _verified(envelope: bytes, chain: Chain) -> Mapping[str, Any]:
    """Return what a line says, verified by the key that it names where that one is believed."""
    named = signing.named_key(envelope)
    key = next((key for key in chain.keys if key.keyid == named), chain.key.public)
    line: Mapping[str, Any] = json.loads(signing.verify(envelope, key, chain.payload_type))
    return line


def _link(envelope: bytes) -> str:
    """Return what a line says of the one before it, so that none can be taken out of the middle."""
    return canonical.digest(envelope.rstrip(b"\n"))
