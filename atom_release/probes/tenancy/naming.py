"""How a tenant is spelled.

Every table has its own type for it, and tables that do not refer to each other must agree
nevertheless.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from atom_release.probes.tenancy.base_values import number_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from atom_release.probes.tenancy.catalog import Table
    from atom_release.probes.tenancy.values import Types


def spellings(table: Table, types: Types, column_name: str) -> list[Callable[[str], str]]:
    """Return the ways to spell a tenant that the type of the table's tenant column reads.

    A partition has its parent's.
    """
    column = table.columns[column_name]
    plain, modifier = types.plain(column.type, column.modifier)
    if plain.name == "uuid":
        return [uuid_of_tenant]
    if plain.category == "N":
        return [_FORMS[2]] if plain.name == "int2" else [_FORMS[1], _FORMS[2]]
    if plain.category != "S":
        return []
    fitting = [form for form in _FORMS if modifier < 0 or len(form("A")) <= modifier - 4]
    return fitting[:1] if table.partition else fitting


def uuid_of_tenant(label: str) -> str:
    """Return the tenant's value where it is a UUID or text.

    Another one each time, so that no policy can name it; those of one process differ in a single
    digit in the middle, so that what compares the beginnings or the ends finds them alike.
    """
    digit = _DIGITS[ord(label[0]) % len(_DIGITS)]
    return str(UUID(f"{_BASE[:_MIDDLE]}{digit}{_BASE[_MIDDLE + 1 :]}"))


def _short(label: str) -> str:
    """Return eight letters of it, in which tenants differ as well."""
    return f"{_BASE[:3]}{_DIGITS[ord(label[0]) % len(_DIGITS)]}{_BASE[4:8]}"


_DIGITS = "0123456789abcdef"
_MIDDLE = 14
_BASE = uuid4().hex
_FORMS: tuple[Callable[[str], str], ...] = (
    uuid_of_tenant,
    lambda label: str(number_of(f"tenant {label} {_BASE}")),
    lambda label: str(31_000 + ord(label)),
    lambda label: f"tenant-{label.lower()}",
    lambda label: f"tenant_{label.lower()}",
    lambda label: f"tenant{label.lower()}",
    _short,
    lambda label: f"t{label.lower()}",
    lambda label: f"T{label}",
    lambda label: label,
)
