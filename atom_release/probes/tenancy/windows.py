"""What a session sees through views, materialized views and calls of functions.

And whether another tenant's rows change it.

No row is recognized by its content: what one tenant sees must not change when another tenant's rows
come into being.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from atom_release.probes.tenancy.attempt import Came, counted, set_tenant
from atom_release.probes.tenancy.functions import Call, invoked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import psycopg

    from atom_release.probes.tenancy.attempt import Session
    from atom_release.probes.tenancy.catalog import Catalog, Window


@dataclass
class Seen:
    """What one reading of all windows gave.

    (name, arguments) -> the answer, None for the signature where it differs from call to call.
    """

    answers: dict[tuple[str, tuple[str | None, ...]], Came] = field(default_factory=dict)
    unsteady: set[tuple[str, tuple[str | None, ...]]] = field(default_factory=set)


def of_interest(catalog: Catalog, tables: Sequence[int]) -> list[Window]:
    """Return the views that the role may read and that reach a tenant table, or a function.

    Which may read anything.
    """
    wanted = {*tables, 0}
    return [
        window
        for window in catalog.windows
        if window.selectable and window.readable and wanted & set(window.over_tables)
    ]


def refresh(
    filler: psycopg.Connection[tuple[Any, ...]],
    windows: Sequence[Window],
    setting: str,
    tenant: str,
) -> dict[str, str]:
    """Refresh the materialized views as their owners would with that tenant set.

    Gives those that cannot be, with the reason.
    """
    import psycopg
    from psycopg.sql import SQL, Identifier

    failed: dict[str, str] = {}
    for window in windows:
        if window.materialized:
            try:
                with filler.transaction():
                    set_tenant(filler, setting, tenant)
                    filler.execute(
                        SQL("REFRESH MATERIALIZED VIEW {}").format(
                            Identifier(window.schema, window.name)
                        )
                    )
            except psycopg.Error as error:
                failed[window.label] = error.diag.message_primary or type(error).__name__
    return failed


def look(
    session: Session,
    windows: Sequence[Window],
    calls: Sequence[Call],
    setting: str,
    tenant: str | None,
) -> Seen:
    """Read every window and call every function twice as the application's role."""
    seen = Seen()
    with session.transaction(force_rollback=True):
        if tenant is not None:
            set_tenant(session, setting, tenant)
        for key, query, values in _readings(windows, calls):
            first, again = counted(session, query, values), counted(session, query, values)
            seen.answers[key] = first
            if (first.value, first.sqlstate) != (again.value, again.sqlstate):
                seen.unsteady.add(key)
    return seen


def changed(before: Seen, after: Seen) -> Iterator[tuple[str, tuple[str | None, ...]]]:
    """Yield what another tenant's rows changed.

    Other rows, or another number of rows where the rows differ from call to call anyway.
    """
    for key, later in after.answers.items():
        earlier = before.answers.get(key)
        if earlier is None or later.sqlstate or later.rows == 0:
            continue
        steady = key not in before.unsteady and key not in after.unsteady
        if earlier.rows != later.rows or (
            steady and not earlier.sqlstate and earlier.value != later.value
        ):
            yield key


def _readings(
    windows: Sequence[Window], calls: Sequence[Call]
) -> Iterator[tuple[tuple[str, tuple[str | None, ...]], Any, list[str | None]]]:
    from psycopg.sql import SQL, Identifier

    for window in windows:
        columns = SQL(", ").join(Identifier(name) for name in window.readable)
        yield (
            (window.label, ()),
            _summary(
                SQL("SELECT {} FROM {}").format(columns, Identifier(window.schema, window.name))
            ),
            [],
        )
    for call in calls:
        for arguments in () if call.function.procedure else call.arguments:
            yield (
                (call.function.label, arguments),
                _summary(SQL("SELECT * FROM ") + invoked(call)),
                list(arguments),
            )


def _summary(inner: Any) -> Any:  # noqa: ANN401 - a composed query
    from psycopg.sql import SQL

    text = SQL("gate_row::text")
    digest = SQL("md5(coalesce(string_agg({}, '|' ORDER BY {}), ''))").format(text, text)
    return SQL("SELECT count(*), {} FROM ({}) AS gate_row").format(digest, inner)
