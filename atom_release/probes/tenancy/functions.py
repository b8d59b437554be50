"""Do rows cross through a SECURITY DEFINER function that the application's role may call?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice, product
from typing import TYPE_CHECKING, Any

from atom_release.probes.tenancy.attempt import Came, counted, set_tenant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from atom_release.probes.tenancy.attempt import Session
    from atom_release.probes.tenancy.catalog import Catalog, Function, Table
    from atom_release.probes.tenancy.values import Types

_CALLS = 24  # calls of one function at most
_WATCHED = 8  # tables watched during a call at most
_SIMPLE = frozenset("BDNSUEVITA")
_KEYS = frozenset({"uuid", "int2", "int4", "int8"})


@dataclass
class Call:
    """One function and the arguments it is called with."""

    function: Function
    casts: list[tuple[str, str]]  # schema and name of each argument's type
    arguments: list[tuple[str | None, ...]]


@dataclass(frozen=True)
class Foreign:
    """What belongs to the other tenant.

    Its spellings, and the keys that its rows are going to have.
    """

    tenants: Sequence[str]
    keys: Sequence[tuple[str, str, str]]  # the table's name, the type's name, the key


def invoked(call: Call) -> Any:  # noqa: ANN401 - a composed query
    """Return the call as SQL, with a parameter for each argument."""
    from psycopg.sql import SQL, Identifier

    arguments = SQL(", ").join(SQL("%s::{}").format(Identifier(*cast)) for cast in call.casts)
    return SQL("{}({})").format(Identifier(call.function.schema, call.function.name), arguments)


def calls_of(catalog: Catalog, foreign: Foreign) -> tuple[list[Call], list[Function]]:
    """Choose arguments for every function, what belongs to the other tenant first.

    Gives those that cannot be called too.
    """
    calls, uncallable = [], []
    for function in catalog.functions:
        lists = [_arguments(catalog.types, oid, foreign, function) for oid in function.arguments]
        if not all(lists):
            uncallable.append(function)
            continue
        wide = lists if len(lists) == 1 else [values[:4] for values in lists]
        casts = [
            (catalog.types.by_oid[oid].schema, catalog.types.by_oid[oid].name)
            for oid in function.arguments
        ]
        calls.append(Call(function, casts, list(islice(product(*wide), _CALLS))))
    return calls, uncallable


def _arguments(types: Types, oid: int, foreign: Foreign, function: Function) -> list[str]:
    """Return arguments of that type.

    The other tenant, keys of its rows (of tables that the function names first), then anything it
    reads.
    """
    if oid not in types.by_oid:
        return []
    plain, _ = types.plain(oid, -1)
    if plain.category not in _SIMPLE or plain.kind == "p":
        return []
    fitting = [value for value in foreign.tenants if _reads(plain.name, plain.category, value)]
    keys = sorted(foreign.keys, key=lambda key: not _names(function, key[0]))
    fitting += [value for _, kind, value in keys if kind == plain.name]
    return list(dict.fromkeys([*fitting[: _CALLS - 3], *types.candidates(oid, -1, "argument")[:3]]))


def _reads(name: str, category: str, value: str) -> bool:
    if name == "uuid":
        return re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value) is not None
    return value.isdigit() if category == "N" else category == "S"


def _names(function: Function, table: str) -> bool:
    return (
        re.search(rf"(?<!\w){re.escape(table)}(?!\w)", function.source, re.IGNORECASE) is not None
    )


def key_of(table: Table, types: Types) -> tuple[str, str] | None:
    """Return the column and the type's name of a table's key.

    Where one column of a simple type is the key.
    """
    for columns in table.unique:
        if len(columns) == 1:
            column = table.columns[columns[0]]
            name = types.plain(column.type, column.modifier)[0].name
            if name in _KEYS:
                return column.name, name
    return None


def sets_tenant(
    session: Session, call: Call, setting: str, own: str, foreign: Sequence[str]
) -> bool:
    """Return whether the session is another tenant's after a call, though it had named its own."""
    for arguments in call.arguments:
        with session.transaction(force_rollback=True):
            set_tenant(session, setting, own)
            if _called(session, call, arguments):
                row = session.execute("SELECT current_setting(%s, true)", (setting,)).fetchone()
                if row and row[0] in foreign:
                    return True
    return False


def damages(
    session: Session, call: Call, setting: str, own: str, watched: Sequence[tuple[Any, str]]
) -> bool:
    """Return whether a call changes or deletes rows of the other tenant.

    `watched` are queries of those rows and the tenant who may see them.
    """
    if not call.function.volatile or not watched:
        return False
    for arguments in call.arguments:
        with session.transaction(force_rollback=True):
            before = _watch(session, setting, watched)
            set_tenant(session, setting, own)
            if _called(session, call, arguments) and before != _watch(session, setting, watched):
                return True
    return False


def watching(
    function: Function, tables: Sequence[tuple[Table, str]], column: str
) -> list[tuple[Any, str]]:
    """Return queries of the other tenant's rows in the tables that the function names.

    Each with the tenant's value there.
    """
    from psycopg.sql import SQL, Identifier

    query = SQL(
        "SELECT count(*), md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {} t"
        " WHERE {} = %s"
    )
    readable = [
        (table, tenant)
        for table, tenant in tables
        if _names(function, table.name) and set(table.columns) <= table.readable
    ]
    return [
        (query.format(table.identifier, Identifier(column)), tenant)
        for table, tenant in readable[:_WATCHED]
    ]


def _watch(session: Session, setting: str, watched: Sequence[tuple[Any, str]]) -> list[Came]:
    came = []
    for query, tenant in watched:
        set_tenant(session, setting, tenant)
        came.append(counted(session, query, [tenant]))
    return came


def _called(session: Session, call: Call, arguments: tuple[str | None, ...]) -> bool:
    import psycopg
    from psycopg.sql import SQL

    try:
        with session.transaction():
            session.execute(
                SQL("CALL " if call.function.procedure else "SELECT * FROM ") + invoked(call),
                list(arguments),
            )
    except psycopg.Error:
        if session.closed:
            raise
        return False
    return True


def mentions_setting(function: Function, setting: str) -> bool:
    """Return whether the function's text sets the tenant from something that is not constant."""
    name = re.escape(setting)
    return (
        re.search(
            rf"set_config\s*\(\s*'{name}'\s*,\s*(?!'[^']*'\s*,)|format\s*\(\s*'set\s+(?:local\s+|session\s+)?{name}",
            function.source,
            re.IGNORECASE,
        )
        is not None
    )
