"""Values for columns, made from their types: text that PostgreSQL reads as that type.

Whether a check accepts them, PostgreSQL says.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from atom_release.probes.tenancy.base_values import base_candidates, escaped


@dataclass(frozen=True)
class Type:
    """One type of the catalog."""

    oid: int
    schema: str
    name: str
    kind: str  # b(ase), c(omposite), d(omain), e(num), p(seudo), r(ange), m(ultirange)
    category: str
    base: int = 0
    base_modifier: int = -1
    element: int = 0
    not_null: bool = False
    labels: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    fields: tuple[int, ...] = ()
    subtype: int = 0


@dataclass
class Types:
    """All types, by oid."""

    by_oid: dict[int, Type] = field(default_factory=dict)

    def plain(self, oid: int, modifier: int) -> tuple[Type, int]:
        """Return the type beneath domains, and its modifier."""
        type_ = self.by_oid[oid]
        while type_.kind == "d":
            modifier, type_ = (
                (type_.base_modifier if type_.base_modifier >= 0 else modifier),
                self.by_oid[type_.base],
            )
        return type_, modifier

    def candidates(
        self, oid: int, modifier: int, seed: str, checks: tuple[str, ...] = ()
    ) -> list[str]:
        """Return values of that type, the likeliest first.

        Different for every seed where the type has room; `checks` lend literals.
        """
        type_, modifier = self.plain(oid, modifier)
        checks = (*checks, *self.domain_checks(oid))
        if type_.kind == "e":
            return list(type_.labels)
        if type_.kind == "c":
            return [
                "("
                + ",".join(
                    _in_row(next(iter(self.candidates(each, -1, seed)), ""))
                    for each in type_.fields
                )
                + ")"
            ]
        if type_.kind in "rm":
            return self._range(type_, seed)
        if type_.category == "A":
            inner = (
                self.candidates(type_.element, modifier, seed, checks)
                if type_.element in self.by_oid
                else []
            )
            return [*("{" + _in_array(value) + "}" for value in inner[:8]), "{}"]
        return base_candidates(type_.name, modifier, seed, checks)

    def domain_checks(self, oid: int) -> tuple[str, ...]:
        """Return the checks of a domain and of those beneath it, with VALUE for the value."""
        type_ = self.by_oid[oid]
        checks: tuple[str, ...] = ()
        while type_.kind == "d":
            checks = (*checks, *type_.checks)
            type_ = self.by_oid[type_.base]
        return checks

    def _range(self, type_: Type, seed: str) -> list[str]:
        inner = self.candidates(type_.subtype, -1, seed) if type_.subtype in self.by_oid else []
        if type_.kind == "m":
            return ["{}"]
        return [f'["{value}","{value}"]' for value in inner[:2]] + ["empty"]


def _in_array(text: str) -> str:
    return f'"{escaped(text)}"'


def _in_row(text: str) -> str:
    return f'"{escaped(text)}"'
