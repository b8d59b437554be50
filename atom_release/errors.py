"""The errors a person can meet, each with the one thing that mends it.

`Misuse` is the caller's (exit status 2). `Refused` and `ActFailed` are the only errors that may
leave the graph's probe boundary: whatever else a probe raises becomes evidence (`errored`) and is
judged like any other.
"""

from __future__ import annotations


class AtomReleaseError(Exception):
    """Base of every error of this project: a sentence, and the remedy that a person can apply."""

    def __init__(self, message: str, remedy: str = "") -> None:
        """Keep the message and its remedy apart, so that each surface can show them its own way."""
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        """Return one line: the message, then the remedy."""
        return f"{self.message} {self.remedy}".strip()


class Misuse(AtomReleaseError):
    """Arguments, manifest, revision or output folder are not usable; nothing was written."""


class ManifestError(Misuse):
    """The manifest is missing, malformed, or names something outside the repository."""


class Refused(AtomReleaseError):
    """An act must not happen: the signed artifacts do not say GREEN for this commit, now."""


class ActFailed(AtomReleaseError):
    """The decision was GREEN, and the world did not let the act happen."""


class Interrupted(AtomReleaseError):
    """A signal ended the run before it had decided (exit status 130); nothing is half done."""


class StoreError(AtomReleaseError):
    """An artifact is missing from the store, or is not what its signed index says."""


class ProbeFault(AtomReleaseError):
    """A probe could not establish what it was asked; becomes `errored` evidence."""


class RunEnded(AtomReleaseError):
    """The run is over, and what was asked beside its steps is not wanted any more."""


class TimeboxExceeded(AtomReleaseError):
    """The manifest's timebox ended before the run did."""
