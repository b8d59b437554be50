"""What forges that speak REST through a client library have alike.

How a token is shown, and how a forge's failures are told: in a sentence, without the token. What a
pull request is there stays each forge's own.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

from atom_release.errors import ActFailed
from atom_release.forge import Place
from atom_release.git import masked

AGAIN = "Run again: what is done is found again and not done twice."
TOO_MANY = 429
_LONGEST = 300


@dataclass(frozen=True)
class Library:
    """The client library of a forge, which is an extra."""

    name: str
    module: str
    install: str

    @property
    def absent(self) -> ActFailed:
        """What is raised where it is not installed."""
        return ActFailed(
            f"The manifest names a forge, and {self.name} is not installed.", self.install
        )


class RestForge:
    """The part of `Forge` that such forges share."""

    library: ClassVar[Library]

    def missing_library(self) -> tuple[str, str] | None:
        """Return the client library where it is not installed."""
        there = importlib.util.find_spec(self.library.module)
        return None if there else (self.library.name, self.library.install)

    def user_path(self) -> str:
        """Return where the forge says whose the token is."""
        return "/user"

    def headers(self, token: str) -> Mapping[str, str]:
        """Return the token as a bearer's."""
        return {"Authorization": f"Bearer {token}", "Accept": "application/json"}


@contextmanager
def answering(place: Place, describe: Callable[[Exception, Place], ActFailed]) -> Iterator[None]:
    """Turn whatever the forge or the way there raises into a sentence without the token."""
    try:
        yield
    except ActFailed:
        raise
    except Exception as error:  # noqa: BLE001 - the client raises what it likes for an answer that is no JSON, or of another host
        raise describe(error, place) from None


def no_usable_answer(error: Exception, place: Place, request: str) -> ActFailed:
    """Return what is raised for an answer, or silence, that no forge gives."""
    return ActFailed(
        f"{masked(place.address)} gave no usable answer to the {request}: {type(error).__name__}.",
        f"Look whether it is well. {AGAIN}",
    )


def no_more_requests(place: Place) -> ActFailed:
    """Return what is raised where the token has asked too often."""
    return ActFailed(
        f"{masked(place.address)} takes no more requests of this token for now.",
        f"Wait until its limit is reset. {AGAIN}",
    )


def refused(place: Place, request: str, status: int, words: str, remedy: str) -> ActFailed:
    """Return what is raised for a status that says no, with the forge's own words."""
    return ActFailed(
        f"{masked(place.address)} answered {status} to the {request} of {place.repository}:"
        f" {words.rstrip('.')}.",
        f"{remedy} {AGAIN}",
    )


def no_address(place: Place, request: str) -> ActFailed:
    """Return what is raised where a request was opened and nobody knows where."""
    return ActFailed(
        f"{masked(place.address)} did not say where the {request} is.",
        f"Check that the address is the forge's API. {AGAIN}",
    )


def without_token(text: str, place: Place) -> str:
    """Return a forge's words without the token, and no more of them than one reads."""
    return masked(text.replace(place.token, "***"))[:_LONGEST]
