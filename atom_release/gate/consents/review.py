"""What people approve of: the commits since the release before, and who made them.

And who these people are: a person is every address and every key that a trusted place binds to one
name, never what a commit or an approval says of itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import BaseModel, ConfigDict


class Signatory(BaseModel):
    """A person whose signature counts.

    `keys` are public keys as PEM. Without an address nobody can say which commits are theirs.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    addresses: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    def made(self, change: Change) -> bool:
        """Return whether this person wrote or committed it."""
        own = {address.casefold() for address in self.addresses}
        return any(address.casefold() in own for address in change.addresses)


class Change(BaseModel):
    """Commits that the same people made; `addresses` are authors, committers and co-authors."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    addresses: tuple[str, ...]
    commits: int
    example: str

    def __str__(self) -> str:
        """Name it by its newest commit."""
        more = f" and {self.commits - 1} more" if self.commits > 1 else ""
        return f"{self.example[:12]}{more} by {', '.join(self.addresses)}"


class Review(BaseModel):
    """All that has to be looked at before a release.

    `digest` is over the judged commit and tree and every commit in the range: an approval names it,
    and falls when any of them is another. `unknown` says why the range could not be told.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    digest: str = ""
    since: str = ""
    unknown: str = ""
    changes: tuple[Change, ...] = ()


def merge_people(people: Iterable[Signatory]) -> tuple[Signatory, ...]:
    """Return the people with those taken together who share a key or an address.

    A second name for a key makes no second person.
    """
    merged: list[Signatory] = []
    for person in people:
        same = [other for other in merged if _same(other, person)]
        merged = [other for other in merged if other not in same]
        merged.append(_joined([*same, person]))
    return tuple(sorted(merged, key=lambda person: person.name))


def _same(person: Signatory, other: Signatory) -> bool:
    addresses = {address.casefold() for address in person.addresses}
    return bool(
        addresses & {address.casefold() for address in other.addresses}
        or {"".join(key.split()) for key in person.keys}
        & {"".join(key.split()) for key in other.keys}
    )


def _joined(people: Sequence[Signatory]) -> Signatory:
    return Signatory(
        name=" = ".join(sorted({person.name for person in people})),
        addresses=tuple(sorted({address for person in people for address in person.addresses})),
        keys=tuple(sorted({key for person in people for key in person.keys})),
    )
