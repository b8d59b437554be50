"""Forges: where pull requests are opened.

Asked by probes, used by acts; each forge is one module behind one interface.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PullRequest:
    """What is asked to be pulled, and into what."""

    title: str
    remote: str
    base: str
    branch: str
    commit: str
    tag: str
