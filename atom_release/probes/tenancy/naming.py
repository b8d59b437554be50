"""How a tenant is spelled.

Every table has its own type for it, and tables that do not refer to each other must agree
nevertheless.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atom_release.probes.tenancy.base_values import number_of, uuid_of

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
    """Return the tenant's value where it is a UUID or text."""
    return uuid_of(f"tenant {label}")


_FORMS: tuple[Callable[[str], str], ...] = (
    uuid_of_tenant,
    lambda label: str(number_of(f"tenant {label}")),
    lambda label: str(31_000 + ord(label)),
    lambda label: f"tenant-{label.lower()}",
    lambda label: f"tenant_{label.lower()}",
    lambda label: f"tenant{label.lower()}",
    lambda label: f"{uuid_of_tenant(label)[:8]}",
    lambda label: f"t{label.lower()}",
    lambda label: f"T{label}",
    lambda label: label,
)
