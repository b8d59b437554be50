"""Which tables' rows belong to a tenant: by the tenant column, or by way of a reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from atom_release.probes.tenancy.catalog import Catalog


def owned_tables(catalog: Catalog, column: str) -> tuple[set[int], set[int]]:
    """Return the oids of the tables whose rows stand for tenants, and of all with an owner.

    A table has an owner where it has the tenant column, is what that column refers to, or refers
    to a table with an owner.
    """
    tables = catalog.tables
    having = [table for table in tables.values() if column in table.columns]
    roots = {
        key.parent
        for table in having
        for key in table.foreign_keys
        if key.columns == (column,) and key.parent != table.oid
    }
    owned = {table.oid for table in having} | roots
    while more := {
        oid
        for oid, table in tables.items()
        if oid not in owned and any(key.parent in owned for key in table.foreign_keys)
    }:
        owned |= more
    return roots, owned
