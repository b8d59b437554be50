"""Rows of several tenants, made from the catalog.

Parents first, values that the checks accept, keys that no other row has.

Written by the filler, past row-level security. What cannot be made is an `Unpopulated` with
PostgreSQL's reason, never silence.

One module, since it is one recursion: a row needs its parents' rows and its tenant's name, and a
name may be another row's.
"""

from __future__ import annotations

import contextlib
import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from atom_release.probes.tenancy.attempt import insert_statement
from atom_release.probes.tenancy.naming import spellings
from atom_release.probes.tenancy.ownership import owned_tables
from atom_release.probes.tenancy.solve import Row, relevant, valid_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

    from atom_release.probes.tenancy.catalog import Catalog, ForeignKey, Table

_ATTEMPTS = 6
_DEPTH = 60


class Unpopulated(Exception):
    """No row could be made; the message says why and holds no values."""


class _Circular(Unpopulated):
    """No row could be made yet: one that it needs is being made for the same purpose."""


@dataclass
class Population:
    """The rows that were made: (table, tenant's label) -> the first row as text.

    Label "" where a table belongs to no tenant.
    """

    connection: psycopg.Connection[tuple[Any, ...]]
    catalog: Catalog
    column: str
    setting: str
    rows: dict[tuple[int, str], Row] = field(default_factory=dict)
    failed: dict[tuple[int, str], str] = field(default_factory=dict)
    _underway: set[tuple[int, str]] = field(default_factory=set)
    _spares: dict[tuple[int, str], Row | None] = field(default_factory=dict)
    _tenants: dict[tuple[int, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Find the tables whose rows stand for tenants, and those whose rows belong to one."""
        self.roots, self.owned = owned_tables(self.catalog, self.column)

    def ensure(self, table: Table, label: str) -> Row:
        """Return that tenant's row of the table, made if need be, its parents with it.

        Raises:
            Unpopulated: no such row can be made.
        """
        key = (table.oid, label if table.oid in self.owned else "")
        if key in self.rows:
            return self.rows[key]
        if key in self.failed:
            raise Unpopulated(self.failed[key])
        if key in self._underway or len(self._underway) > _DEPTH:
            raise _Circular(f"{table.label} refers to itself in a circle of required references")
        self._underway.add(key)
        try:
            self.rows[key] = self._first_row(table, key[1])
        except _Circular:
            raise
        except Unpopulated as reason:
            self.failed[key] = str(reason)
            raise
        finally:
            self._underway.discard(key)
        return self.rows[key]

    def tenant(self, table: Table, label: str) -> str:
        """Return the tenant's value as the table's tenant column has it.

        Raises:
            Unpopulated: the column takes no two tenants.
        """
        key = (table.oid, label)
        if key not in self._tenants:
            self._tenants[key] = self._tenant(table, label)
        return self._tenants[key]

    def further(self, table: Table, label: str, ordinal: int) -> Iterator[Row]:
        """Yield rows that could be inserted for that tenant beside the first, not inserted."""
        for child in self.catalog.inherits.get(table.oid, ()) if table.kind == "p" else ():
            if (child, label) in self.rows:
                yield from self.further(self.catalog.tables[child], label, ordinal)
        if table.kind != "p":
            yield from self._plans(table, label, ordinal)

    def planned_key(self, table: Table, label: str, column: str) -> str | None:
        """Return the value that the column of that tenant's first row is going to have.

        As far as it can be told.
        """
        return next(iter(self._candidates(table, column, f"{table.label}/{label}/0/0")), None)

    def spare(self, table: Table, label: str, tenant: str) -> Row | None:
        """Return a row that could be inserted for that tenant beside those that are there.

        It was tried, and taken back.
        """
        key = (table.oid, label)
        if key not in self._spares:
            self._spares[key] = self._spare(table, label, tenant)
        row = self._spares[key]
        return None if row is None else dict(row)

    def _spare(self, table: Table, label: str, tenant: str) -> Row | None:
        first: Row | None = None
        with contextlib.suppress(Unpopulated):
            for plan in itertools.chain(self._alike(table, label), self.further(table, label, 1)):
                row = (
                    plan if table.columns[self.column].generated else {**plan, self.column: tenant}
                )
                first = first or row
                if self._fits(table, row, tenant):
                    return row
        return first

    def _alike(self, table: Table, label: str) -> Iterator[Row]:
        """Yield a row like the first, with keys of its own.

        Cheaper than asking again what the checks accept.
        """
        row = self.rows.get((table.oid, label))
        if row is None:
            return
        alike = {name: value for name, value in row.items() if not table.columns[name].generated}
        bound = {self.column, *(name for key in table.foreign_keys for name in key.columns)}
        for name in {name for columns in table.unique for name in columns} - bound:
            alike[name] = self._candidates(table, name, f"{table.label}/{label}/alike")[0]
        yield alike

    def _fits(self, table: Table, row: Row, tenant: str) -> bool:
        """Insert the row and take it back."""
        import psycopg

        try:
            with self.connection.transaction(force_rollback=True):
                self.insert(table, row, tenant)
        except psycopg.Error:
            if self.connection.closed:
                raise
            return False
        return True

    def insert(self, table: Table, row: Row, tenant: str | None) -> Row:
        """Insert one row and give it back whole, with what the database filled in.

        Raises:
            Unpopulated: the insert adds no row.
        """
        from psycopg.sql import (
            SQL,
            Identifier,
        )

        returned = SQL(", ").join(
            SQL("{}::text").format(Identifier(name)) for name in table.columns
        )
        with self.connection.transaction():
            self.connection.execute("SELECT set_config(%s, %s, true)", (self.setting, tenant or ""))
            written = self.connection.execute(
                insert_statement(table, list(row)) + SQL(" RETURNING ") + returned,
                list(row.values()),
            ).fetchone()
        if written is None:
            raise Unpopulated(f"an insert into {table.label} adds no row")
        return dict(zip(table.columns, written, strict=True))

    def _first_row(self, table: Table, label: str) -> Row:
        import psycopg

        if table.kind == "f":
            raise Unpopulated(f"{table.label} is a foreign table")
        if table.kind == "p":
            return self._through_partition(table, label)
        reason = "no value meets its checks"
        tenant = self.tenant(table, label) if self.column in table.columns and label else None
        for row in self._plans(table, label, 0):
            try:
                return self.insert(table, row, tenant or self._setting_for(label))
            except psycopg.Error as error:
                reason = f"{error.diag.message_primary or type(error).__name__} ({error.sqlstate})"
                if isinstance(error, psycopg.errors.QueryCanceled):
                    break
                if self.connection.closed:
                    raise
        raise Unpopulated(f"{table.label}: {reason}")

    def _through_partition(self, table: Table, label: str) -> Row:
        """Write into the first partition that takes such a row: it is a row of the whole table."""
        reason = "it has no partition"
        for child in self.catalog.inherits.get(table.oid, ()):
            try:
                return self.ensure(self.catalog.tables[child], label)
            except Unpopulated as error:
                reason = str(error)
        raise Unpopulated(f"{table.label}: {reason}")

    def _setting_for(self, label: str) -> str | None:
        """Return the tenant as other tables spell it, for triggers that read the setting."""
        return next(
            (value for (_, spelling), value in self._tenants.items() if spelling == label), None
        )

    def _plans(self, table: Table, label: str, ordinal: int) -> Iterator[Row]:
        """Yield rows to try.

        Every column that has no default, then what is required and checked, then every column.
        """
        fixed = self.references(table, label)
        if self.column in table.columns and label and not table.columns[self.column].generated:
            fixed[self.column] = self.tenant(table, label)
        referring = {
            name
            for key in table.foreign_keys
            for name in key.columns
            if not table.columns[name].needed
        } - set(fixed)
        checked = {name for check in table.checks for name in check.columns}
        keys = {name for columns in table.unique for name in columns}
        open_columns = {column.name for column in table.columns.values() if not column.has_default}
        for number, more in enumerate((checked | open_columns, set(), checked, set(table.columns))):
            names = [
                column.name
                for column in table.columns.values()
                if column.needed
                or column.name in more
                or (column.name in keys and not column.generated)
            ]
            wanted = [
                name
                for name in names
                if name not in fixed and name not in referring and not table.columns[name].generated
            ]
            seeds = f"{table.label}/{label}/{ordinal}/{number}"
            candidates: dict[str, list[str | None]] = {
                name: [value] for name, value in fixed.items()
            }
            for name in wanted:
                candidates[name] = self._candidates(table, name, seeds)
            yield from self._solved(table, candidates)

    def _solved(self, table: Table, candidates: dict[str, list[str | None]]) -> Iterator[Row]:
        rows = valid_rows(
            self.connection,
            table,
            self.catalog.types,
            {name: values for name, values in candidates.items() if values},
        )
        unique: list[Row] = []
        for row in rows:
            if row not in unique:
                unique.append(row)
        yield from unique[:_ATTEMPTS]

    def _candidates(self, table: Table, name: str, seed: str) -> list[str | None]:
        column = table.columns[name]
        candidates: list[str | None] = [
            *self.catalog.types.candidates(
                column.type, column.modifier, f"{seed}/{name}", relevant(table.checks, name)
            )
        ]
        return candidates if column.not_null and candidates else [*candidates, None]

    def references(self, table: Table, label: str) -> Row:
        """Return the values of the columns that refer to other rows.

        A reference that may be null is left so where it cannot be made.
        """
        fixed: Row = {}
        for key in table.foreign_keys:
            optional = any(
                not table.columns[name].not_null and name != self.column for name in key.columns
            )
            if key.parent == table.oid:
                fixed |= {} if optional else self._itself(table, key, label)
                continue
            try:
                parent = self.ensure(self.catalog.tables[key.parent], label)
            except (Unpopulated, KeyError):
                if not optional:
                    raise
                continue
            for name, referenced in zip(key.columns, key.referenced, strict=True):
                fixed.setdefault(name, parent[referenced])
        return fixed

    def _itself(self, table: Table, key: ForeignKey, label: str) -> Row:
        """Let a row that must refer to one of its own table refer to itself."""
        made: Row = {}
        for name, referenced in zip(key.columns, key.referenced, strict=True):
            if self.column in (name, referenced) and label:
                continue
            value = next(
                iter(self._candidates(table, referenced, f"{table.label}/{label}/self")), None
            )
            made |= {name: value, referenced: value}
        return made

    def _tenant(self, table: Table, label: str) -> str:
        for key in table.foreign_keys:
            if (
                self.column in key.columns
                and key.parent != table.oid
                and key.parent in self.catalog.tables
            ):
                parent = self.catalog.tables[key.parent]
                value = self.ensure(parent, label)[key.referenced[key.columns.index(self.column)]]
                if value is not None:
                    return value
        labels = [label] if table.partition else sorted({"A", "B", label})
        for form in spellings(table, self.catalog.types, self.column):
            if all(
                valid_rows(
                    self.connection,
                    table,
                    self.catalog.types,
                    {self.column: [form(other_label)]},
                    1,
                )
                for other_label in labels
            ):
                return form(label)
        return self._listed(table, label)

    def outsider(self, table: Table) -> str:
        """Return a tenant's value that the column's type reads, whether or not a row may have it."""
        forms = spellings(table, self.catalog.types, self.column)
        return forms[0]("A") if forms else "A"

    def _listed(self, table: Table, label: str) -> str:
        """Take the tenants from the values that the column's type or checks name.

        Where only those are allowed.
        """
        values = self._candidates(table, self.column, f"{table.label}/tenant")
        one_by_one = [
            valid_rows(self.connection, table, self.catalog.types, {self.column: [value]}, 1)
            for value in values
            if value is not None
        ]
        tenants = [row[0][self.column] for row in one_by_one if row]
        place = 0 if table.partition and label == "B" else ord(label) - ord("A")
        alone = len(tenants) < 2 and not table.partition  # noqa: PLR2004 - isolation is between two
        if place >= len(tenants) or tenants[place] is None or alone:
            raise Unpopulated(f"{table.label}: {self.column} takes no two tenants")
        return str(tenants[place])
