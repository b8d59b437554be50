"""What git says when it does not do what it was asked, without credentials.

And as one of a few kinds of trouble.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from atom_release.errors import AtomReleaseError


class Trouble(StrEnum):
    """Why git did not do what it was asked, as far as its words tell."""

    DUBIOUS = "dubious ownership"
    NO_REPOSITORY = "no repository"
    UNREACHABLE = "unreachable"
    DENIED = "denied"
    TIMEOUT = "timeout"
    DISK = "disk"
    OTHER = "other"


_WORDS = {
    Trouble.DUBIOUS: ("dubious ownership",),
    Trouble.DISK: (
        "no space left",
        "disk quota exceeded",
        "read-only file system",
        "unable to create",
        "insufficient permission for adding an object",
    ),
    Trouble.DENIED: (
        "authentication failed",
        "could not read username",
        "could not read password",
        "terminal prompts disabled",
        "permission denied",
        "host key verification failed",
        "returned error: 401",
        "returned error: 403",
        "access denied",
        "invalid credentials",
    ),
    Trouble.TIMEOUT: ("timed out", "operation too slow"),
    Trouble.UNREACHABLE: (
        "could not resolve host",
        "connection refused",
        "name or service not known",
        "no address associated",
        "no route to host",
        "network is unreachable",
        "temporary failure in name resolution",
        "failed to connect",
        "couldn't connect",
        "unable to look up",
    ),
    Trouble.NO_REPOSITORY: (
        "not a git repository",
        "does not appear to be a git repository",
        "not found",
        "no such remote",
        "no such file or directory",
    ),
}


class GitError(AtomReleaseError):
    """Git ended with an error; what it said has no credentials left in it."""

    def __init__(
        self, message: str, remedy: str = "", *, stderr: str = "", trouble: Trouble = Trouble.OTHER
    ) -> None:
        """Keep git's own words beside the sentence.

        So that a caller can tell one refusal from another.
        """
        super().__init__(message, remedy)
        self.stderr = stderr
        self.trouble = trouble


@dataclass(frozen=True)
class Ran:
    """What one call of git came to; `stderr` is masked."""

    status: int
    out: bytes
    stderr: str

    @property
    def trouble(self) -> Trouble:
        """Why it failed, as far as its words tell."""
        return next(
            (
                trouble
                for trouble, words in _WORDS.items()
                if any(word in self.stderr.lower() for word in words)
            ),
            Trouble.OTHER,
        )


def failure(ran: Ran, subcommand: str, repository: Path) -> GitError:
    """Return the error for a call that failed, with the remedy where there is a known one."""
    message = _last(ran.stderr)
    if ran.trouble is Trouble.DUBIOUS:
        remedy = f"If you trust it: git config --global --add safe.directory {repository}"
        return GitError(
            f"The repository {repository} belongs to another user, so git does not open it.",
            remedy,
            stderr=ran.stderr,
            trouble=ran.trouble,
        )
    if ran.trouble is Trouble.DISK:
        return GitError(
            f"`git {subcommand}` could not write: {message}",
            "Free space, or mend the folder's permissions.",
            stderr=ran.stderr,
            trouble=ran.trouble,
        )
    return GitError(
        f"`git {subcommand}` failed: {message}",
        f"Run git in {repository} to see more.",
        stderr=ran.stderr,
        trouble=ran.trouble,
    )


def _last(message: str) -> str:
    lines = [
        line
        for line in message.splitlines()
        if line.startswith(("fatal:", "error:", "remote:", "ssh:")) or " ! [" in line
    ] or message.splitlines()
    return (
        (lines[0] if lines else "it said nothing")
        .removeprefix("fatal: ")
        .removeprefix("error: ")[:400]
    )


def masked(text: str) -> str:
    """Return the text without user names, passwords and tokens in its URLs and headers."""
    text = re.sub(r"(?i)\b([a-z][a-z0-9+.-]*://)[^\s/@'\"]*(?:@[^\s/@'\"]*)*@", r"\1***@", text)
    text = re.sub(
        r"(?i)([?&](?:access_token|private_token|token|password|key)=)[^\s&'\"]+", r"\1***", text
    )
    return re.sub(r"(?i)((?:proxy-)?authorization:\s*)[^\r\n]*", r"\1***", text)


def shown(path: str) -> str:
    """Return a path as text that any report can hold.

    What is not UTF-8 or not printable is written as an escape.
    """
    return "".join(
        (
            letter
            if letter.isprintable()
            else letter.encode("unicode_escape", "surrogatepass").decode()
        )
        for letter in path
    )
