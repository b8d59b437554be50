"""Forges: where pull requests are opened, and where a commit's state is shown.

Asked by probes, used by acts. `Forge` is all that the gate needs of one; each forge is one module
that has it, and `choice` says which one speaks at an address. What a decision is stays unknown
here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True)
class PullRequest:
    """What is asked to be pulled, and into what.

    `tagged` is False where the commit gets its tag only after the merge.
    """

    title: str
    remote: str
    base: str
    branch: str
    commit: str
    tag: str
    tagged: bool = True


@dataclass(frozen=True)
class Place:
    """Where the repository is on the forge, and the token that may write there."""

    address: str
    repository: str
    timeout: float
    token: str = field(repr=False)


class State(StrEnum):
    """How a commit does, in the words that GitHub has for it."""

    SUCCESS = "success"
    FAILURE = "failure"
    ERROR = "error"


@dataclass(frozen=True)
class Status:
    """What stands beside a commit on the forge."""

    commit: str
    context: str
    description: str
    state: State = State.SUCCESS


@dataclass(frozen=True)
class Comment:
    """What is said in the pull requests of a commit; `key` tells it from others of the gate's."""

    key: str
    text: str


@dataclass(frozen=True)
class Opened:
    """The pull request as it stands on the forge.

    No address where the base already holds everything.
    """

    address: str
    draft: bool
    notes: tuple[str, ...] = ()


class Forge(Protocol):
    """One kind of forge: how it is asked what a token may do, and for a pull request."""

    def missing_library(self) -> tuple[str, str] | None:
        """Return what is not installed and opens pull requests there, and how it is installed."""

    def user_path(self) -> str:
        """Return the path, under the API's address, at which a valid token is answered with 200."""

    def repository_path(self, repository: str) -> str:
        """Return the path that describes a repository (`owner/name`) and what the token may do."""

    def pull_requests_path(self, repository: str, number: int | None = None) -> str:
        """Return the path of a repository's pull requests, or of the one with a number."""

    def names_pull_request(self, mark: str) -> bool:
        """Return whether a number after this mark (`#`, `!`) is that of a pull request there."""

    def branches_of(self, document: object) -> tuple[str, ...]:
        """Return the branches of a described pull request: its own, then the one it goes into."""

    def headers(self, token: str) -> Mapping[str, str]:
        """Return the headers of a request with this token."""

    def may_write(self, document: object) -> bool | None:
        """Say whether the token may open a pull request, by the repository's own description.

        None where it does not say.
        """

    def request(
        self, place: Place, pull: PullRequest, text: str, status: Status, *, draft: bool
    ) -> Opened:
        """Open the pull request, or bring the one that is there up to date.

        And put the status beside the commit; asked again, nothing is there twice.

        Args:
            place: where.
            pull: what is to be pulled.
            text: the body, as Markdown.
            status: what to say beside the released commit.
            draft: whether a person still has to look at something before it may be merged.

        Raises:
            ActFailed: the forge does not let it happen, does not answer, or a library is missing.
        """

    def show(
        self, place: Place, status: Status, comment: Comment, *, anew: bool
    ) -> tuple[str, ...]:
        """Put the status beside its commit, and the comment into its open pull requests.

        Those whose head the commit is. What this token's user said there before is replaced; nobody
        else's words are, whatever they look like.

        Args:
            place: where.
            status: what to say beside the commit.
            comment: what to say in the pull requests, as Markdown.
            anew: whether to say it where nothing was said before, or only to replace what was.

        Returns:
            The addresses of the comments.

        Raises:
            ActFailed: as `request` does; also where the forge does not hold the commit.
        """
