"""Who is told of a refusal, and by which way."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Notices:
    """Who is told: the address of a webhook, and a mail server with a sender and receivers."""

    webhook: str | None = None
    mail_server: str | None = None
    mail_from: str = ""
    mail_to: tuple[str, ...] = ()

    @property
    def wanted(self) -> bool:
        """Whether anybody is told."""
        return bool(self.webhook or self.mail_server)
