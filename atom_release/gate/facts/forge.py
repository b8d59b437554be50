"""The facts of `forge`: what a forge says of the token and of the repository."""

from __future__ import annotations

from atom_release.gate.facts.system import SystemFacts


class ForgeFacts(SystemFacts):
    """Its address without credentials, and two statuses."""

    forge: str = ""
    repository: str = ""
    user_status: int | None = None
    repository_status: int | None = None
