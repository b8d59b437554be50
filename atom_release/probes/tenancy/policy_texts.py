"""The policies of the tenants' tables as the catalog has them, and all that their texts read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from atom_release.probes.tenancy import questions
from atom_release.probes.tenancy.expressions import Reading, read_expression

if TYPE_CHECKING:
    from atom_release.probes.tenancy.attempt import Session
    from atom_release.probes.tenancy.catalog import Table
    from atom_release.probes.tenancy.findings import Run


@dataclass(frozen=True)
class Policy:
    """One policy as the catalog has it."""

    table: int
    name: str
    using: str
    check: str
    relations: tuple[str, ...]
    command: str  # r, a, w, d as the catalog has it, or * for all

    @property
    def opens_reading(self) -> bool:
        """Whether it says which rows are read."""
        return self.command in ("*", "r")


@dataclass(frozen=True)
class Body:
    """One function of the release that policies may call."""

    name: str
    source: str
    definition: str
    language: str


@dataclass
class Reads:
    """All that the policies of one table read, their functions included."""

    table: Table
    policies: list[Policy]
    bodies: list[Body]
    texts: list[Reading] = field(default_factory=list)

    @property
    def settings(self) -> set[str]:
        """Every setting that is read."""
        return {name for text in self.texts for name in text.settings}

    @property
    def computed(self) -> bool:
        """Whether a setting is read whose name is put together."""
        return any(text.computed for text in self.texts)

    @property
    def literals(self) -> list[str]:
        """Every text that stands in them."""
        return list(dict.fromkeys(literal for text in self.texts for literal in text.literals))


def read_policies(run: Run, session: Session) -> list[Reads]:
    """Return what the policies of each tenant table read; tables without any are left out."""
    policies = [
        Policy(row[0], row[1], row[2] or "", row[3] or "", tuple(row[4]), row[5])
        for row in _rows(session, questions.POLICIES)
    ]
    bodies = [Body(*row) for row in _rows(session, questions.BODIES)]
    reads = []
    for table in (*run.isolation.tables, *run.isolation.children):
        own = [policy for policy in policies if policy.table == table.oid]
        if own:
            reads.append(_read(table, own, bodies))
    return reads


def _rows(session: Session, query: str) -> list[tuple[Any, ...]]:
    return session.execute(query.encode(), {}).fetchall()


def _read(table: Table, policies: list[Policy], bodies: Sequence[Body]) -> Reads:
    texts = [
        read_expression(text)
        for policy in policies
        for text in (policy.using, policy.check)
        if text
    ]
    reached: list[Body] = []
    while True:
        called = {word for text in texts for word in text.called}
        more = [body for body in bodies if body.name in called and body not in reached]
        if not more:
            return Reads(table, policies, reached, texts)
        reached += more
        texts += [read_expression(body.source) for body in more]
