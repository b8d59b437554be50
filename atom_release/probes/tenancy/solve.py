"""Which of the candidate values a table's checks accept.

PostgreSQL itself is asked, so that no rule of it is rewritten here.
"""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import psycopg

    from atom_release.probes.tenancy.catalog import Check, Table
    from atom_release.probes.tenancy.values import Types

_COMBINATIONS = 20_000
_SINGLY = 300
_VALUE = re.compile(r"\bVALUE\b")

Row = dict[str, str | None]


def valid_rows(
    connection: psycopg.Connection[tuple[Any, ...]],
    table: Table,
    types: Types,
    candidates: Mapping[str, Sequence[str | None]],
    limit: int = 4,
) -> list[Row]:
    """Return combinations of the candidates that meet every check among those columns.

    The likeliest first; none where there is none.

    Columns that no check names keep their first candidate. Columns that share a check are tried
    together.
    """
    rows: list[Row] = [
        {name: values[0] for name, values in candidates.items() if values} for _ in range(limit)
    ]
    for group, checks in _groups(table, types, candidates):
        accepted = _accepted(
            connection,
            Question(table, types, group, checks, limit),
            [list(candidates[name]) for name in group],
        )
        if not accepted:
            return []
        for index, row in enumerate(rows):
            row.update(accepted[index % len(accepted)])
    return rows


@dataclass(frozen=True)
class Question:
    """Columns of a table that share checks, and how many combinations are wanted."""

    table: Table
    types: Types
    names: list[str]
    checks: list[str]
    limit: int

    def query(self, limit: int) -> Any:  # noqa: ANN401 - a composed query
        """Return the query; it takes a list of candidates for each column."""
        from psycopg.sql import (
            SQL,
            Identifier,
        )

        columns, sources, orders = [], [], []
        for index, name in enumerate(self.names):
            alias = Identifier(f"gate_{index}")
            columns.append(
                SQL("{}.v::{} AS {}").format(
                    alias, SQL(spelled(self.table, self.types, name)), Identifier(name)
                )
            )
            sources.append(SQL("unnest(%s::text[]) WITH ORDINALITY AS {}(v, o)").format(alias))
            orders.append(SQL("{}.o").format(alias))
        inner = SQL("SELECT {}, {} AS gate_order FROM {}").format(
            SQL(", ").join(columns), SQL(" + ").join(orders), SQL(" CROSS JOIN ").join(sources)
        )
        wanted = SQL(", ").join(SQL("{}::text").format(Identifier(name)) for name in self.names)
        conditions = SQL(" AND ").join(
            SQL("({}) IS NOT FALSE").format(SQL(check.replace("%", "%%"))) for check in self.checks
        )
        shape = SQL("SELECT {} FROM ({}) AS {} WHERE {} ORDER BY gate_order LIMIT {}")
        return shape.format(wanted, inner, Identifier(self.table.name), conditions, SQL(str(limit)))


def _groups(
    table: Table, types: Types, candidates: Mapping[str, Sequence[str | None]]
) -> list[tuple[list[str], list[str]]]:
    """Split the columns into groups that share checks, each with its checks."""
    checks = [check for check in table.checks if set(check.columns) <= set(candidates)]
    groups: list[tuple[set[str], list[str]]] = []
    for columns, expression in [
        *_of_domains(table, types, candidates),
        *((set(check.columns), check.expression) for check in checks),
    ]:
        if not columns:
            continue
        joined = [group for group in groups if group[0] & columns]
        merged = (
            set(columns).union(*(group[0] for group in joined)),
            [expression, *(check for group in joined for check in group[1])],
        )
        groups = [*(group for group in groups if not group[0] & columns), merged]
    return [(sorted(names), expressions) for names, expressions in groups]


def _of_domains(
    table: Table, types: Types, candidates: Mapping[str, Sequence[str | None]]
) -> list[tuple[set[str], str]]:
    from psycopg.sql import Identifier

    domains = []
    for name in candidates:
        quoted = Identifier(name).as_string(None)
        domains += [
            ({name}, _VALUE.sub(lambda _: quoted, check))  # noqa: B023 - used at once
            for check in types.domain_checks(table.columns[name].type)
        ]
    return domains


def _accepted(
    connection: psycopg.Connection[tuple[Any, ...]],
    question: Question,
    lists: list[list[str | None]],
) -> list[Row]:
    """Ask for the combinations that meet the checks.

    Where a value breaks the query (a type or a check that fails on it), one by one.
    """
    import psycopg

    while math.prod(len(values) for values in lists) > _COMBINATIONS:
        longest = max(lists, key=len)
        del longest[-max(1, len(longest) // 8) :]
    try:
        with connection.transaction():
            rows = connection.execute(question.query(question.limit), lists).fetchall()
    except psycopg.OperationalError:  # too slow, or ended: not to be tried again and again
        raise
    except psycopg.Error:
        rows = _one_by_one(connection, question, lists)
    return [dict(zip(question.names, row, strict=True)) for row in rows]


def _one_by_one(
    connection: psycopg.Connection[tuple[Any, ...]],
    question: Question,
    lists: list[list[str | None]],
) -> list[tuple[Any, ...]]:
    """Try the combinations singly, so that one that breaks the query does not hide the others."""
    import psycopg

    rows: list[tuple[Any, ...]] = []
    query = question.query(1)
    for combination in itertools.islice(itertools.product(*lists), _SINGLY):
        try:
            with connection.transaction():
                rows += connection.execute(query, [[value] for value in combination]).fetchall()
        except psycopg.OperationalError:
            raise
        except psycopg.Error:  # this combination breaks the query
            continue
        if len(rows) >= question.limit:
            break
    return rows


def spelled(table: Table, types: Types, name: str) -> str:
    """Return the type of a column as SQL spells it.

    What lies beneath a domain instead of the domain.
    """
    column = table.columns[name]
    plain, _ = types.plain(column.type, column.modifier)
    if plain.oid == column.type:
        return column.spelled
    from psycopg.sql import Identifier

    return Identifier(plain.schema, plain.name).as_string(None)


def relevant(checks: Sequence[Check], column: str) -> tuple[str, ...]:
    """Return the checks that name the column, as SQL."""
    return tuple(check.expression for check in checks if column in check.columns)
