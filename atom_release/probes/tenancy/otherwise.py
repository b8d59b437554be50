"""What a policy would open if what it asks beside the tenant came out otherwise.

The clock, the database's name, a count of rows, any part that looks at no row, and any part that
looks at the row alone are read as if they said otherwise, tried, and taken back at once. What then
opens leaves isolation undecided: nothing crossed here, and elsewhere something may.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from atom_release.probes.tenancy.crossed import Crossed
from atom_release.probes.tenancy.crossing import cross
from atom_release.probes.tenancy.expressions import variants
from atom_release.probes.tenancy.groups import groups_beside_rows, groups_of_the_row

if TYPE_CHECKING:
    from atom_release.probes.tenancy.attempt import Session
    from atom_release.probes.tenancy.catalog import Table
    from atom_release.probes.tenancy.findings import Run
    from atom_release.probes.tenancy.policy_texts import Policy, Reads


def try_otherwise(run: Run, admin: Session, reads: Reads) -> None:
    """Read the policies as if what they ask came out otherwise; take it back at once."""
    for doubt, change in (*_circumstances(reads), *_decided(run, reads), *_by_the_row(run, reads)):
        result = _under(run, admin, reads.table, change)
        if result is not None and result.leaks:
            description = next(iter(result.leaks.values()))
            run.isolation.undecided.append(f"{reads.table.label}: {doubt}, {description}")
            return


def _depends(kind: str) -> str:
    return f"isolation depends on {kind}: where that is otherwise"


def _circumstances(reads: Reads) -> Iterator[tuple[str, Any]]:
    """Yield statements that make policies, or functions that they call, read other circumstances."""
    from psycopg.sql import SQL

    for policy, clause, text in _clauses(reads):
        for kind, variant in variants(text):
            yield _depends(kind), _altered(reads, policy, clause, variant)
    for body in reads.bodies:
        for kind, variant in variants(body.source):
            yield _depends(kind), SQL(body.definition.replace(body.source, variant))


def _decided(run: Run, reads: Reads) -> Iterator[tuple[str, Any]]:
    """Yield statements that let each part of a policy that looks at no row be true, and false."""
    left_to_others = {*run.isolation.allowed_settings, *(body.name for body in reads.bodies)}
    for policy, clause, text in _clauses(reads):
        for group in groups_beside_rows(text, reads.table.columns, left_to_others):
            for value in ("true", "false"):
                whole = group.replaced_in(text, value)
                yield _depends(group.words), _altered(reads, policy, clause, whole)


def _by_the_row(run: Run, reads: Reads) -> Iterator[tuple[str, Any]]:
    """Yield statements that let each part that looks at the row alone be true, and false."""
    left_to_others = {body.name for body in reads.bodies}
    for policy, clause, text in _clauses(reads):
        for group in groups_of_the_row(
            text, reads.table.name, reads.table.columns, run.tenancy.column, left_to_others
        ):
            for value in ("true", "false"):
                doubt = f"a row's own value opens it: where {group.words} is {value}"
                yield doubt, _altered(reads, policy, clause, group.replaced_in(text, value))


def _clauses(reads: Reads) -> Iterator[tuple[Policy, str, str]]:
    for policy in reads.policies:
        yield policy, "USING", policy.using
        yield policy, "WITH CHECK", policy.check


def _altered(reads: Reads, policy: Policy, clause: str, text: str) -> Any:  # noqa: ANN401 - a composed query
    from psycopg.sql import SQL, Identifier

    alter = SQL("ALTER POLICY {} ON {} {} ({})")
    return alter.format(Identifier(policy.name), reads.table.identifier, SQL(clause), SQL(text))


def _under(run: Run, admin: Session, table: Table, change: Any) -> Crossed | None:  # noqa: ANN401 - a composed query
    """Try the table as the application's role while the change holds."""
    import psycopg
    from psycopg.sql import SQL, Identifier

    try:
        with admin.transaction(force_rollback=True):
            admin.execute(change)
            admin.execute(SQL("SET LOCAL ROLE {}").format(Identifier(run.tenancy.role)))
            return cross_table(run, admin, table)
    except psycopg.Error:
        if admin.closed:
            raise
        return None  # the changed text is no policy: it says nothing


def cross_table(run: Run, session: Session, table: Table) -> Crossed | None:
    """Try the table until something leaks; None where there is nothing to try it with."""
    sides = run.sides.get(table.oid)
    if sides is None:
        return None
    return cross(session, run.population, table, sides, first_leak=True)
