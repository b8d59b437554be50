"""Fields that a manifest had and has not any more.

They are refused where a manifest is judged, and read where it is kept.

A manifest that was recorded beside a decision says what was asked then, in the words of then. One
that is to be judged now says it in the words of now, and what only the operator may say, it does
not say at all. What a field of today means stands with that field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from atom_release.gate.manifest import Manifest
from atom_release.gate.vocabulary import FIXED_CRITERIA

_NOT_EXPECTED = "not among what this manifest expected"


@dataclass(frozen=True)
class FormerField:
    """A field of earlier manifests, and what takes its place."""

    path: tuple[str, ...]
    remedy: str

    @property
    def name(self) -> str:
        """The field as an error names it, e.g. `infrastructure.forge`."""
        return ".".join(self.path)


_OPERATORS = "Name it in the operator's file (ATOM_RELEASE_OPERATOR) as `{}`"
FORMER = (
    FormerField(
        ("expected",),
        "Name what is not asked as `left_out`, each with its reason, e.g. left_out: {P-5: no"
        " tenants}; everything else is asked.",
    ),
    FormerField(
        ("signing_key",),
        _OPERATORS.format("signing_key: URI") + ": a commit does not choose who vouches for it.",
    ),
    FormerField(
        ("infrastructure", "forge"),
        _OPERATORS.format("forge: {address: VARIABLE, token: VARIABLE}")
        + "; the default is ATOM_FORGE_URL.",
    ),
    FormerField(
        ("infrastructure", "forge_token"),
        _OPERATORS.format("forge: {address: VARIABLE, token: VARIABLE}")
        + "; the default is ATOM_FORGE_TOKEN.",
    ),
)


def former_fields(document: object) -> Iterator[FormerField]:
    """Find the fields in a manifest's data that are not part of a manifest any more."""
    for field in FORMER:
        holder = document
        for name in field.path[:-1]:
            holder = holder.get(name) if isinstance(holder, Mapping) else None
        if isinstance(holder, Mapping) and field.path[-1] in holder:
            yield field


def read_stored(document: object) -> Manifest:
    """Read the data of a manifest that was recorded beside a decision, former fields included.

    Raises:
        pydantic.ValidationError: it never was a manifest.
    """
    return Manifest.model_validate(in_present_words(document))


def in_present_words(document: Any) -> Any:  # noqa: ANN401 - whatever was recorded
    """Return a recorded manifest's data without former fields, those they became in their place."""
    if not isinstance(document, Mapping):
        return document
    rest = {name: value for name, value in document.items() if name not in _GONE}
    if isinstance(rest.get("infrastructure"), Mapping):
        rest["infrastructure"] = {
            name: value
            for name, value in rest["infrastructure"].items()
            if name not in {"forge", "forge_token"}
        }
    expected = document.get("expected")
    if isinstance(expected, list | tuple):
        rest["left_out"] = {
            criterion: _NOT_EXPECTED
            for criterion in (*_service_ids(document), *FIXED_CRITERIA)
            if criterion not in expected
        }
    return rest


_GONE = frozenset(field.path[0] for field in FORMER if len(field.path) == 1)


def _service_ids(document: Mapping[Any, Any]) -> Iterator[str]:
    for service in document.get("services") or ():
        if isinstance(service, Mapping):
            yield str(service.get("id"))
