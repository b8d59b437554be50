"""The facts of `secret-use`: what became of requests made with each value of a secret."""

from __future__ import annotations

from atom_release.gate.facts.model import Facts


class SecretUseFacts(Facts):
    """By the value (planted, made up, new, former): accepted, refused, or what came instead."""

    secret: str
    answers: dict[str, str]
