"""Does any row cross from one tenant to another? Rows of two tenants are made.

And the application's role tries every way.

The order matters: what is read without a tenant is read before any is set in a session, and what
the first tenant sees is read before the second tenant has rows and again after.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from atom_release.probes.tenancy import children, faults, openings, policies, tables, windows
from atom_release.probes.tenancy.catalog import Role, read_catalog, read_role
from atom_release.probes.tenancy.findings import Isolation, Run
from atom_release.probes.tenancy.populate import Population, Unpopulated

if TYPE_CHECKING:
    from atom_release.gate.manifest import Tenancy
    from atom_release.lab.migrations.scratch import Scratch
    from atom_release.probes.tenancy.attempt import Session

_OWNERS = """
SELECT DISTINCT rolname FROM pg_roles r JOIN (SELECT relowner AS owner FROM pg_class UNION SELECT proowner FROM pg_proc) o ON o.owner = r.oid WHERE NOT rolsuper
"""


def examine(scratch: Scratch, tenancy: Tenancy, isolation: Isolation) -> None:
    """Examine the scratch database, whose migrations were applied; write down what is found."""
    import psycopg

    with scratch.session() as admin:
        isolation.role = read_role(admin, tenancy.role)
        if isolation.role is None:
            return
        _prepare(admin, scratch)
        scratch.server.let_in(tenancy.role)
    with contextlib.ExitStack() as stack:
        stack.callback(_restore, scratch, tenancy.role, isolation.role)
        filler = stack.enter_context(scratch.session(scratch.filler))
        try:
            role = stack.enter_context(scratch.session(tenancy.role))
        except psycopg.OperationalError as error:
            isolation.unconnected = str(error).strip().rpartition("\n")[2]
            return
        catalog = read_catalog(filler, tenancy.role)
        isolation.tables = catalog.with_column(tenancy.column)
        isolation.leaks += [
            *faults.of_role(isolation.role, tenancy),
            *faults.of_catalog(catalog, tenancy),
        ]
        population = Population(filler, catalog, tenancy.column, tenancy.setting)
        run = Run(scratch, tenancy, catalog, population, role, isolation)
        run.hanging = children.hanging(catalog, tenancy.column)
        reached = [catalog.tables[oid] for oid in run.hanging]
        isolation.children = [table for table in reached if children.reached(table)]
        _examine(run)


def _prepare(admin: Session, scratch: Scratch) -> None:
    """Let the filler write wherever an owner may."""
    from psycopg.sql import SQL, Identifier

    filler = Identifier(scratch.filler)
    admin.execute(SQL("GRANT pg_read_all_data, pg_write_all_data TO {}").format(filler))
    admin.execute(
        SQL("GRANT CONNECT ON DATABASE {} TO {}").format(Identifier(scratch.database), filler)
    )
    for (owner,) in admin.execute(_OWNERS).fetchall():
        if owner != scratch.filler:
            admin.execute(SQL("GRANT {} TO {}").format(Identifier(owner), filler))


def _restore(scratch: Scratch, role: str, before: Role) -> None:
    """Take the login away again from a role that was on this server before without one."""
    from psycopg.sql import SQL, Identifier

    if role in scratch.roles_before and not before.may_login:
        with scratch.session() as admin:
            admin.execute(SQL("ALTER ROLE {} NOLOGIN").format(Identifier(role)))


def _examine(run: Run) -> None:
    isolation, tenancy = run.isolation, run.tenancy
    reached = [
        table for table in isolation.tables if table.privileges - {"TRUNCATE"} and table.kind != "f"
    ]
    isolation.unreached = [table.label for table in isolation.tables if table not in reached]
    isolation.warnings += [
        f"{table.label}: {tenancy.role} may TRUNCATE it, which no policy holds back"
        for table in reached
        if table.may("TRUNCATE")
    ]
    children.name_unlooked(run)
    views = windows.of_interest(
        run.catalog, [table.oid for table in (*isolation.tables, *isolation.children)]
    )
    _parents_first(run)
    nobody = windows.look(run.role, views, [], tenancy.setting, None)
    populated = _populate(run, "A")
    calls, uncallable = openings.calls_for(run)
    with run.scratch.session(tenancy.role) as second:
        before = openings.look_as_tenant(run, second, views, calls)
        populated = _populate(run, "B") & populated
        after = openings.look_as_tenant(run, second, views, calls)
    nobody_after = windows.look(run.role, views, [], tenancy.setting, None)
    openings.report_windows(
        run, views, [(nobody, nobody_after, "without a tenant"), (before, after, "to a tenant")]
    )
    tables.cross_all(run, [table for table in reached if table.oid in populated or table.partition])
    children.cross_children(run)
    openings.report_functions(run, calls, uncallable, (before, after))
    policies.examine_policies(run)
    tables.control(run)


def _parents_first(run: Run) -> None:
    """Make the rows that belong to no tenant, and the tenants themselves.

    They must be there before the first look.
    """
    for table in run.isolation.tables:
        for key in table.foreign_keys:
            parent = run.catalog.tables.get(key.parent)
            if parent is None or run.tenancy.column in parent.columns:
                continue
            if parent.oid in run.population.roots or parent.oid not in run.population.owned:
                for label in "AB":
                    with contextlib.suppress(Unpopulated):
                        run.population.ensure(parent, label)


def _populate(run: Run, label: str) -> set[int]:
    done: set[int] = set()
    for table in run.isolation.tables:
        try:
            run.population.ensure(table, label)
            done.add(table.oid)
        except Unpopulated as reason:
            if (
                table.label not in run.isolation.unpopulated
                and not table.partition
                and table.label not in run.isolation.unreached
            ):
                run.isolation.unpopulated[table.label] = str(reason)
    for table in run.isolation.children:
        with contextlib.suppress(Unpopulated):  # said where the rows are wanted
            run.population.ensure(table, label)
    return done
