"""Tables without a tenant column whose rows belong to a tenant nevertheless: by what they refer to.

A comment belongs to whom its note belongs to. Such a table needs row-level security of its own;
whether that holds is tried with rows that hang on two tenants' rows, read, changed and deleted by
their keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from atom_release.probes.tenancy import faults
from atom_release.probes.tenancy.attempt import Came, counted, set_tenant, written
from atom_release.probes.tenancy.faults import Leak
from atom_release.probes.tenancy.populate import Unpopulated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from atom_release.probes.tenancy.attempt import Session
    from atom_release.probes.tenancy.catalog import Catalog, ForeignKey, Table
    from atom_release.probes.tenancy.findings import Run
    from atom_release.probes.tenancy.solve import Row

_LIKELY = ("tenant", "org", "account", "customer", "company", "workspace", "team", "client")


def hanging(catalog: Catalog, column: str) -> dict[int, ForeignKey]:
    """Return the tables that hang on a tenant table, each with the reference by which it does."""
    holding = {table.oid for table in catalog.with_column(column)}
    hanging_by: dict[int, ForeignKey] = {}
    while True:
        more = {
            table.oid: key
            for table in catalog.tables.values()
            if table.oid not in holding and table.kind != "f"
            for key in table.foreign_keys
            if key.parent in holding
        }
        if not more:
            return hanging_by
        hanging_by |= more
        holding |= set(more)


def reached(table: Table) -> bool:
    """Return whether the application's role may see or change rows that are there."""
    return bool(table.privileges & {"SELECT", "UPDATE", "DELETE"})


def name_unlooked(run: Run) -> None:
    """Name the tables that the application reaches and in which nobody looked for tenants."""
    isolation, tenancy = run.isolation, run.tenancy
    looked = {table.oid for table in (*isolation.tables, *isolation.children)}
    plain = []
    for table in sorted(run.catalog.tables.values(), key=lambda table: table.label):
        if table.oid in looked or table.partition or not table.privileges - {"TRUNCATE"}:
            continue
        likely = _likely_column(table, run)
        if likely:
            description = f"its column {likely} may name the tenant"
            isolation.warnings.append(
                f"{table.label}: {tenancy.role} reaches it, and it has no column {tenancy.column}"
                f"{'' if table.policies else ' and no policy'}: {description}, which was not asked"
            )
        elif not table.policies:
            plain.append(table.label)
    if plain:
        isolation.warnings.append(
            f"{tenancy.role} reaches tables with neither a column {tenancy.column} nor a policy,"
            f" in which no tenant was looked for: {', '.join(plain)}"
        )


def _likely_column(table: Table, run: Run) -> str:
    """Return the column that refers to the tenants, or whose name sounds like one's."""
    for key in table.foreign_keys:
        if key.parent in run.population.roots and len(key.columns) == 1:
            return key.columns[0]
    return next(
        (
            name
            for name in table.columns
            if name.lower().removesuffix("id").rstrip("_").rstrip("s") in _LIKELY
            or any(name.lower().startswith(f"{word}_") for word in _LIKELY)
        ),
        "",
    )


@dataclass(frozen=True)
class _Child:
    """One such table, and the rows of it that hang on the two tenants' rows."""

    table: Table
    own: Row
    foreign: Row


def cross_children(run: Run) -> None:
    """Try every such table that the application reaches."""
    for table in run.isolation.children:
        label = table.label
        if not table.protected and not table.policies:
            run.isolation.leaks.append(_unprotected(run, table))
            continue
        child = _rows(run, table)
        if child is None:
            continue
        leaked, seen = _try(run, child)
        run.isolation.leaks += [
            Leak(f"child-policy-{operation}", label, leak, _remedy(run, table, restrictive=True))
            for operation, leak in leaked.items()
        ]
        if not leaked and not seen and table.may("SELECT"):
            run.isolation.unexercised.append(label)
        if not leaked and not _leaks_unprotected(run, child):
            run.isolation.blind.append(label)


def _rows(run: Run, table: Table) -> _Child | None:
    try:
        own, foreign = (run.population.ensure(table, label) for label in "AB")
    except Unpopulated as reason:
        run.isolation.unpopulated.setdefault(table.label, str(reason))
        return None
    return _Child(table, own, foreign) if own != foreign else None


def _unprotected(run: Run, table: Table) -> Leak:
    key = run.hanging[table.oid]
    parent = run.catalog.tables[key.parent]
    description = (
        f"hangs on {parent.label} by {', '.join(key.columns)}, and {run.tenancy.role} reaches the"
        " rows of every tenant in it: there is no row-level security"
    )
    remedy = f"{faults.protecting(table)} {_remedy(run, table)}"
    return Leak("child-rls-missing", table.label, description, remedy)


def _remedy(run: Run, table: Table, *, restrictive: bool = False) -> str:
    """Return the SQL of a policy that shows a row to whom its parent row is shown."""
    key = run.hanging[table.oid]
    parent = run.catalog.tables[key.parent]
    here, there = faults.quoted(table.schema, table.name), faults.quoted(parent.schema, parent.name)
    same = " AND ".join(
        f"parent.{faults.quoted(theirs)} = {faults.quoted(table.name)}.{faults.quoted(ours)}"
        for ours, theirs in zip(key.columns, key.referenced, strict=True)
    )
    kind = " AS RESTRICTIVE" if restrictive else ""
    name = "parent_only" if restrictive else "parent_isolation"
    rule = f"(EXISTS (SELECT FROM {there} parent WHERE {same}))"
    return f"CREATE POLICY {name} ON {here}{kind} USING {rule} WITH CHECK {rule};"


def _try(run: Run, child: _Child) -> tuple[dict[str, str], bool]:
    """Return what leaked as the first tenant, and whether its own row was seen."""
    leaked: dict[str, str] = {}
    spelled = run.spelled("A")
    with run.role.transaction(force_rollback=True):
        set_tenant(run.role, run.tenancy.setting, spelled[0] if spelled else "")
        for operation, came in _operations(run.role, child, child.foreign):
            if came.rows or came.stopped_by_constraint:
                leaked[operation] = (
                    f"rows that hang on another tenant's rows are {_DONE[operation]}"
                )
            elif came.undecided:
                run.isolation.undecided.append(f"{child.table.label}: {operation}")
        seen = any(
            came.rows for name, came in _operations(run.role, child, child.own) if name == "select"
        )
    return leaked, seen


_DONE = {"select": "read", "update": "changed", "delete": "deleted"}


def _operations(session: Session, child: _Child, row: Row) -> Sequence[tuple[str, Came]]:
    """Try to read, change and delete one row by its key."""
    from psycopg.sql import SQL, Identifier

    table = child.table
    keys = next(
        (names for names in table.unique if all(row.get(name) is not None for name in names)),
        tuple(name for name, value in row.items() if value is not None),
    )
    if not set(keys) <= table.readable:
        return []
    where = SQL(" AND ").join(SQL("{}::text = %s").format(Identifier(name)) for name in keys)
    values: list[Any] = [row[name] for name in keys]
    at = {"table": table.identifier, "where": where, "column": Identifier(keys[0])}
    tried = []
    if table.may("SELECT"):
        query = SQL("SELECT count(*) FROM {table} WHERE {where}").format(**at)
        tried.append(("select", counted(session, query, values)))
    if table.may("UPDATE"):
        query = SQL("UPDATE {table} SET {column} = {column} WHERE {where}").format(**at)
        tried.append(("update", written(session, query, values)))
    if table.may("DELETE"):
        query = SQL("DELETE FROM {table} WHERE {where}").format(**at)
        tried.append(("delete", written(session, query, values)))
    return tried


def _leaks_unprotected(run: Run, child: _Child) -> bool:
    """Switch row-level security off: the same questions must find the leak now."""
    from psycopg.sql import SQL

    connection = run.population.connection
    alter = SQL("ALTER TABLE {} {} ROW LEVEL SECURITY")
    connection.execute(alter.format(child.table.identifier, SQL("DISABLE")))
    try:
        return bool(_try(run, child)[0])
    finally:
        connection.execute(alter.format(child.table.identifier, SQL("ENABLE")))
