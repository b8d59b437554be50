"""The facts of `privacy`: where a planted person went in, was looked for, and was seen."""

from __future__ import annotations

from atom_release.gate.facts.model import Facts


class PrivacyFacts(Facts):
    """By the place: what a request came to, what of the person stood there, bytes that were read.

    `unread` says why a place could not be.
    """

    planted: dict[str, str]
    found: dict[str, tuple[str, ...]]
    bytes_read: dict[str, int]
    unread: dict[str, str]
