"""Every way around the tables is tried: views, materialized views, SECURITY DEFINER functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atom_release.probes.tenancy import faults, functions, windows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from atom_release.probes.tenancy.attempt import Session
    from atom_release.probes.tenancy.catalog import Function, Window
    from atom_release.probes.tenancy.findings import Run
    from atom_release.probes.tenancy.functions import Call
    from atom_release.probes.tenancy.windows import Seen


def calls_for(run: Run) -> tuple[list[Call], list[Function]]:
    """Choose the calls, with the keys that the other tenant's rows are going to have."""
    keys = []
    for table in run.isolation.tables:
        key = functions.key_of(table, run.catalog.types)
        value = run.population.planned_key(table, "B", key[0]) if key else None
        if key and value:
            keys.append((table.name, key[1], value))
    return functions.calls_of(run.catalog, functions.Foreign(run.spelled("B"), keys))


def look_as_tenant(
    run: Run, session: Session, views: Sequence[Window], calls: Sequence[Call]
) -> Seen:
    """Refresh what is materialized as the other tenant would, then read everything as the first."""
    own, foreign = run.spelled("A"), run.spelled("B")
    failed = windows.refresh(
        run.population.connection, views, run.tenancy.setting, foreign[0] if foreign else ""
    )
    for name, reason in failed.items():
        note = f"materialized view {name} could not be refreshed: {reason}"
        run.isolation.undecided += [] if note in run.isolation.undecided else [note]
    return windows.look(session, views, calls, run.tenancy.setting, own[0] if own else "")


def report_windows(
    run: Run, views: Sequence[Window], looks: Sequence[tuple[Seen, Seen, str]]
) -> None:
    """Write down every view.

    What it showed before the other tenant had rows and what after tells whether it leaks.
    """
    for view in views:
        key = (view.label, ())
        leaking = [
            when for before, after, when in looks if key in set(windows.changed(before, after))
        ]
        seen = looks[-1][1].answers[key]
        if leaking:
            run.isolation.leaks.append(faults.of_window(view, run.tenancy, leaking[-1]))
        elif not view.invoker and not view.materialized:
            run.isolation.warnings.append(
                f"{view.label}: without security_invoker it is safe only while its owner is bound by"
                " the tables' policies"
            )
        if (
            not leaking
            and seen.rows == 0
            and not seen.sqlstate
            and not view.invoker
            and set(view.over_tables) & {table.oid for table in run.isolation.tables}
        ):
            run.isolation.undecided.append(f"{view.label} shows no row at all")
        shown = {
            "materialized": view.materialized,
            "security_invoker": view.invoker,
            "rows_for_a_tenant": str(seen),
            "leaks": leaking,
        }
        run.isolation.views.append({"view": view.label, **shown})


def report_functions(
    run: Run, calls: Sequence[Call], uncallable: Sequence[Function], looks: tuple[Seen, Seen]
) -> None:
    """Call every function, and write down those that return.

    Change or choose what is another tenant's.
    """
    own, foreign = run.spelled("A"), run.spelled("B")
    returning = {name for name, _ in windows.changed(*looks)}
    tables = [
        (table, run.sides[table.oid].foreign)
        for table in run.isolation.tables
        if table.oid in run.sides
    ]
    with run.scratch.session(run.tenancy.role) as session:
        for call in calls:
            watched = functions.watching(call.function, tables, run.tenancy.column)
            setting = functions.sets_tenant(
                session, call, run.tenancy.setting, own[0] if own else "", foreign
            )
            damaging = functions.damages(
                session, call, run.tenancy.setting, own[0] if own else "", watched
            )
            leaks = list(
                faults.of_function(
                    call.function,
                    run.tenancy,
                    setting=setting,
                    returning=call.function.label in returning,
                    damaging=damaging,
                )
            )
            run.isolation.leaks += leaks
            run.isolation.functions.append(
                {
                    "function": call.function.label,
                    "calls": len(call.arguments),
                    "leaks": [leak.fault for leak in leaks],
                }
            )
    for function in uncallable:
        if functions.mentions_setting(function, run.tenancy.setting):
            run.isolation.undecided.append(
                f"{function.label} is SECURITY DEFINER, sets the tenant, and could not be called"
            )
        run.isolation.functions.append({"function": function.label, "calls": 0, "leaks": []})
