"""Every table that the application's role reaches is tried.

And tried again with its protection switched off.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from atom_release.gate.facts.evidence import NegativeControl
from atom_release.gate.vocabulary import ControlState
from atom_release.probes.tenancy import faults
from atom_release.probes.tenancy.crossed import Crossed, Sides
from atom_release.probes.tenancy.crossing import cross, without_tenant
from atom_release.probes.tenancy.faults import Leak
from atom_release.probes.tenancy.populate import Unpopulated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from atom_release.probes.tenancy.catalog import Table
    from atom_release.probes.tenancy.findings import Run

_FURTHER = "CDEFGHIJKLMNOPQR"  # tenants tried where a partition takes neither of the two


def _sides(run: Run, table: Table) -> Sides | None:
    """Choose the tenant that is set and the other one.

    A partition may have room for other tenants only.
    """
    from psycopg.sql import SQL, Identifier

    rows, column = run.population.rows, run.tenancy.column
    for label in ("B", "A", *_FURTHER) if table.partition else ("B",):
        with contextlib.suppress(Unpopulated):
            foreign_row = run.population.ensure(table, label)
            own = rows.get((table.oid, "A" if label != "A" else "B"), {}).get(
                column
            ) or run.population.outsider(table)
            foreign = foreign_row[column]
            if foreign is None or own == foreign:
                continue
            count = SQL("SELECT count(*) FROM {} WHERE {} = %s OR {} IS NULL").format(
                table.identifier, Identifier(column), Identifier(column)
            )
            expected = run.population.connection.execute(count, (own,)).fetchone()
            return Sides(own, foreign, foreign_row, int(expected[0]) if expected else 0)
    return None


def cross_all(run: Run, tables: Sequence[Table]) -> None:
    """Try every table, all of them without a tenant first.

    A session in which one was set is never again one in which none was.
    """
    for table in tables:
        sides = _sides(run, table)
        if sides is None:
            run.isolation.unpopulated.setdefault(
                table.label, f"{table.label} takes no row of another tenant"
            )
            continue
        run.sides[table.oid] = sides
        result = Crossed(table)
        without_tenant(run.role, run.population, table, sides, result)
        run.isolation.crossed.append(result)
    for result in run.isolation.crossed:
        later = cross(run.role, run.population, result.table, run.sides[result.table.oid])
        result.results |= later.results
        result.leaks |= later.leaks
        result.undecided += later.undecided
        result.own_visible, result.own_written = later.own_visible, later.own_written
        _judge(run, result)


def _judge(run: Run, result: Crossed) -> None:
    """Turn what was tried into leaks.

    Where the table is not protected at all, that is the one fault and the rest its consequence.
    """
    label = result.table.label
    if result.table.protected:
        remedy = faults.policy(result.table, run.tenancy, restrictive=True)
        run.isolation.leaks += [
            Leak(f"policy-{operation.replace(' ', '-')}", label, description, remedy)
            for operation, description in result.leaks.items()
        ]
    run.isolation.undecided += [f"{label}: {operation}" for operation in result.undecided]
    has_own = (result.table.oid, "A") in run.population.rows
    if (
        has_own
        and not result.exercised
        and result.table.policies
        and label not in {leak.where for leak in run.isolation.leaks}
    ):
        run.isolation.unexercised.append(label)


def control(run: Run) -> None:
    """Switch row-level security off on every table found right.

    The same questions must now find the leak there.
    """
    from psycopg.sql import SQL

    wrong = {leak.where for leak in run.isolation.leaks if leak.fault != "rls-not-forced"}
    right = [
        crossed
        for crossed in run.isolation.crossed
        if crossed.table.protected and crossed.table.label not in wrong and not crossed.leaks
    ]
    for crossed in right:
        run.population.connection.execute(
            SQL("ALTER TABLE {} DISABLE ROW LEVEL SECURITY").format(crossed.table.identifier)
        )
    for crossed in right:
        again = cross(
            run.role, run.population, crossed.table, run.sides[crossed.table.oid], first_leak=True
        )
        if not again.leaks:
            run.isolation.blind.append(crossed.table.label)
    if right:
        seen = len(right) - len(run.isolation.blind)
        changed = (
            f"row-level security switched off on {len(right)} table(s) found right,"
            f" {right[0].table.label} first"
        )
        state = ControlState.ALIVE if seen else ControlState.DEAD
        run.isolation.control = NegativeControl(
            state=state, changed=changed, found=f"a leak on {seen} of {len(right)}"
        )
    elif run.isolation.crossed and run.isolation.leaks:
        faults_found = f"{len(run.isolation.leaks)} fault(s)"
        run.isolation.control = NegativeControl(
            state=ControlState.ALIVE,
            changed="nothing: no table was right as it stands",
            found=faults_found,
        )
