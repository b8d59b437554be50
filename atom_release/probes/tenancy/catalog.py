"""What the catalog says of a scratch database.

Its tables, their columns and rules, and what the application's role may do.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from atom_release.probes.tenancy import questions
from atom_release.probes.tenancy.values import Type, Types

if TYPE_CHECKING:
    import psycopg
    from psycopg.sql import Composable


@dataclass(frozen=True)
class Column:
    """One column."""

    name: str
    number: int
    type: int
    modifier: int
    not_null: bool
    has_default: bool
    identity: str  # "", "a"(lways), "d"(efault)
    generated: bool
    spelled: str  # the type as SQL spells it, without domains

    @property
    def needed(self) -> bool:
        """Whether a row cannot do without a value for it."""
        return self.not_null and not self.has_default and not self.identity and not self.generated


@dataclass(frozen=True)
class ForeignKey:
    """A reference; columns and referenced columns in step."""

    columns: tuple[str, ...]
    parent: int
    referenced: tuple[str, ...]


@dataclass(frozen=True)
class Check:
    """A rule that a row must meet: a CHECK constraint, or what puts it into a partition."""

    columns: tuple[str, ...]
    expression: str


@dataclass
class Table:
    """One table, partitioned table or partition."""

    oid: int
    schema: str
    name: str
    kind: str  # r(elation), p(artitioned), f(oreign)
    owner: str
    protected: bool  # row-level security is enabled
    forced: bool
    partition: bool
    policies: int
    triggers: bool
    privileges: frozenset[str]  # of the application's role
    columns: dict[str, Column] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)
    foreign_keys: list[ForeignKey] = field(default_factory=list)
    unique: list[tuple[str, ...]] = field(default_factory=list)
    readable: frozenset[str] = frozenset()  # columns that the application's role may select

    @property
    def label(self) -> str:
        """How reports call it."""
        return f"{self.schema}.{self.name}"

    @property
    def identifier(self) -> Composable:
        """Its name, quoted."""
        from psycopg.sql import Identifier

        return Identifier(self.schema, self.name)

    def may(self, privilege: str) -> bool:
        """Return whether the application's role has that privilege on the table or on a column."""
        return privilege in self.privileges


@dataclass(frozen=True)
class Window:
    """A view or materialized view that the application's role may read."""

    oid: int
    schema: str
    name: str
    materialized: bool
    invoker: bool
    owner: str
    over_tables: tuple[int, ...]
    readable: tuple[str, ...]
    selectable: bool

    @property
    def label(self) -> str:
        """How reports call it."""
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True)
class Function:
    """A SECURITY DEFINER function or procedure that the application's role may execute."""

    schema: str
    name: str
    procedure: bool
    arguments: tuple[int, ...]
    signature: str
    source: str
    volatile: bool

    @property
    def label(self) -> str:
        """How reports call it."""
        return (
            self.signature
            if self.signature.startswith((f"{self.schema}.", f'"{self.schema}"'))
            else f"{self.schema}.{self.signature}"
        )


@dataclass
class Catalog:
    """Everything that was read."""

    tables: dict[int, Table]
    types: Types
    windows: list[Window]
    functions: list[Function]
    inherits: dict[int, list[int]]

    def with_column(self, column: str) -> list[Table]:
        """Return the tables that have the tenant column, by name."""
        return sorted(
            (table for table in self.tables.values() if column in table.columns),
            key=lambda table: table.label,
        )


@dataclass(frozen=True)
class Role:
    """What the application's role is."""

    superuser: bool
    bypasses: bool
    may_login: bool
    may_become: tuple[str, ...]  # other roles it is a member of, that are exempt or own tables


def read_role(connection: psycopg.Connection[tuple[Any, ...]], role: str) -> Role | None:
    """Read the application's role, None where there is none."""
    row = connection.execute(questions.ROLE, {"role": role}).fetchone()
    return Role(row[0], row[1], row[2], tuple(row[3])) if row else None


def read_catalog(connection: psycopg.Connection[tuple[Any, ...]], role: str) -> Catalog:
    """Read the catalog as it stands."""
    tables = {row["oid"]: _table(row) for row in _rows(connection, questions.TABLES, role)}
    for row in _rows(connection, questions.COLUMNS, role):
        if row["table"] in tables:
            table = tables[row["table"]]
            table.columns[row["name"]] = _column(row)
            table.readable |= {row["name"]} if row["readable"] else set()
    _add_rules(connection, tables, role)
    inherits: dict[int, list[int]] = defaultdict(list)
    for row in _rows(connection, questions.INHERITS, role):
        inherits[row["parent"]].append(row["child"])
    windows = [_window(row) for row in _rows(connection, questions.WINDOWS, role)]
    functions = [_function(row) for row in _rows(connection, questions.FUNCTIONS, role)]
    return Catalog(tables, _types(connection, role), windows, functions, inherits)


def _rows(
    connection: psycopg.Connection[tuple[Any, ...]], query: str, role: str
) -> list[dict[str, Any]]:
    from psycopg.rows import dict_row

    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query.encode(), {"role": role}).fetchall()


def _table(row: dict[str, Any]) -> Table:
    return Table(
        row["oid"],
        row["schema"],
        row["name"],
        row["kind"],
        row["owner"],
        row["protected"],
        row["forced"],
        row["partition"],
        row["policies"],
        row["triggers"],
        frozenset(row["privileges"]),
    )


def _column(row: dict[str, Any]) -> Column:
    return Column(
        row["name"],
        row["number"],
        row["type"],
        row["modifier"],
        row["not_null"],
        row["has_default"],
        row["identity"],
        row["generated"],
        row["spelled"],
    )


def _add_rules(
    connection: psycopg.Connection[tuple[Any, ...]], tables: dict[int, Table], role: str
) -> None:
    for row in _rows(connection, questions.CHECKS, role):
        if row["table"] in tables:
            tables[row["table"]].checks.append(Check(tuple(row["columns"]), row["expression"]))
    for row in _rows(connection, questions.FOREIGN_KEYS, role):
        if row["table"] in tables:
            tables[row["table"]].foreign_keys.append(
                ForeignKey(tuple(row["columns"]), row["parent"], tuple(row["referenced"]))
            )
    for row in _rows(connection, questions.UNIQUE, role):
        if row["table"] in tables:
            tables[row["table"]].unique.append(tuple(row["columns"]))


def _types(connection: psycopg.Connection[tuple[Any, ...]], role: str) -> Types:
    types = Types()
    for row in _rows(connection, questions.TYPES, role):
        types.by_oid[row["oid"]] = Type(
            row["oid"],
            row["schema"],
            row["name"],
            row["kind"],
            row["category"],
            row["base"],
            row["base_modifier"],
            row["element"],
            row["not_null"],
            tuple(row["labels"]),
            tuple(row["checks"]),
            tuple(row["fields"]),
            row["subtype"],
        )
    return types


def _window(row: dict[str, Any]) -> Window:
    return Window(
        row["oid"],
        row["schema"],
        row["name"],
        row["materialized"],
        row["invoker"],
        row["owner"],
        tuple(row["over_tables"]),
        tuple(row["readable"]),
        row["selectable"],
    )


def _function(row: dict[str, Any]) -> Function:
    return Function(
        row["schema"],
        row["name"],
        row["procedure"],
        tuple(row["arguments"]),
        row["signature"],
        row["source"],
        row["volatile"],
    )
