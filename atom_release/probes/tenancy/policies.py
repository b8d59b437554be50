"""What a table's policies read beside the tenant's setting, and what comes of it.

A setting that the application's role may make itself and that opens another tenant's rows is a
leak, unless the tenant's setting that the manifest names opens no row at all: then the manifest
names the wrong one, and nothing was shown. What no session can make (the clock, the database's
name, a count of rows, and any part that looks at no row) is tried by reading the policy as if it
were otherwise: rows that open then leave isolation undecided. Everything that is read is named.
Where rows of other tables open a table, and with none of them planted not even an own row was seen,
nothing was shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from atom_release.gate.first_few import first_few
from atom_release.probes.tenancy import faults, questions
from atom_release.probes.tenancy.crossed import Crossed
from atom_release.probes.tenancy.crossing import cross
from atom_release.probes.tenancy.expressions import Reading, read_expression, variants
from atom_release.probes.tenancy.faults import Leak
from atom_release.probes.tenancy.groups import groups_beside_rows

if TYPE_CHECKING:
    from atom_release.probes.tenancy.attempt import Session
    from atom_release.probes.tenancy.catalog import Table
    from atom_release.probes.tenancy.findings import Run

_VALUES = ("on", "true", "1", "yes", "admin", "system", "*", "")
_LITERALS = 12  # texts of the policies that are tried as values
_LISTED = 6


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


def examine_policies(run: Run) -> None:
    """Name what policies read, try every other setting, and read them in other circumstances."""
    with run.scratch.session() as admin:
        every = read_policies(run, admin)
        for reads in every:
            _name(run, reads)
            if reads.table.label not in run.isolation.unexercised:
                others = sorted(
                    reads.settings - {run.tenancy.setting} - run.isolation.allowed_settings
                )
                _try_settings(run, reads, others)
            if reads.computed:
                run.isolation.undecided.append(
                    f"{reads.table.label}: a policy reads a setting whose name it puts together"
                )
            if not _leaks(run, reads.table):
                _doubt_unseen(run, reads)
                _try_circumstances(run, admin, reads)


def _name(run: Run, reads: Reads) -> None:
    """Write down what is read beside the tenant's setting."""
    settings = [f"the setting {name}" for name in sorted(reads.settings - {run.tenancy.setting})]
    kinds = sorted({kind for text in reads.texts for kind in text.kinds})
    catalogs = sorted({name for text in reads.texts for name in text.catalogs})
    relations = sorted({name for policy in reads.policies for name in policy.relations})
    named = [*settings, *kinds, *catalogs, *(name for name in relations if name not in catalogs)]
    if named:
        run.isolation.warnings.append(
            f"{reads.table.label}: its policies read, beside {run.tenancy.setting}:"
            f" {first_few(named, _LISTED)}"
        )


def _doubt_unseen(run: Run, reads: Reads) -> None:
    """Doubt a table that other tables' rows open for reading, where not even an own row was seen.

    The gate planted nothing there, so that no foreign row was seen either shows nothing.
    """
    relations = sorted(
        {name for policy in reads.policies if policy.opens_reading for name in policy.relations}
    )
    unseen = any(
        crossed.table is reads.table and crossed.own_visible is False
        for crossed in run.isolation.crossed
    )
    if relations and unseen and reads.table.label not in run.isolation.unexercised:
        run.isolation.undecided.append(
            f"{reads.table.label}: with {run.tenancy.setting} set, no own row was seen, and what"
            f" opens it for reading is {first_few(relations, _LISTED)}"
        )


def _leaks(run: Run, table: Table) -> bool:
    return any(leak.where == table.label for leak in run.isolation.leaks)


def _crossing(run: Run, session: Session, table: Table) -> Crossed | None:
    """Try the table until something leaks; None where there is nothing to try it with."""
    sides = run.sides.get(table.oid)
    if sides is None:
        return None
    return cross(session, run.population, table, sides, first_leak=True)


def _try_settings(run: Run, reads: Reads, others: Sequence[str]) -> None:
    """Make each setting as the application's role may, and look whether other tenants' rows open."""
    if _leaks(run, reads.table):
        return
    for made in _assignments(run, reads, others):
        with run.scratch.session(run.tenancy.role) as session:
            if not _make(session, made):
                continue
            result = _crossing(run, session, reads.table)
        if result is not None and result.leaks:
            description = next(iter(result.leaks.values()))
            settings = " and ".join(f"{name} is {value!r}" for name, value in made.items())
            run.isolation.leaks.append(
                Leak(
                    "policy-other-setting",
                    reads.table.label,
                    f"{description} once {settings}, which {run.tenancy.role} may set itself",
                    faults.policy(reads.table, run.tenancy, restrictive=True),
                )
            )
            return


def _assignments(run: Run, reads: Reads, others: Sequence[str]) -> Iterator[Mapping[str, str]]:
    """Yield what the settings are set to: what stands behind each, together; then one by one."""
    beside = {name: value for text in reads.texts for name, value in text.beside.items()}
    together = {name: beside[name] for name in others if name in beside}
    if len(together) > 1:
        yield together
    literals = [text for text in reads.literals if text not in reads.settings]
    words = [word for text in literals for word in re.findall(r"\w[\w-]*", text)]  # of patterns
    tried = list(dict.fromkeys([*literals, *words]))[:_LITERALS]
    values = dict.fromkeys([*tried, *_VALUES, *run.spelled("B")])
    for name in others:
        for value in values:
            yield {name: value}


def _make(session: Session, made: Mapping[str, str]) -> bool:
    """Set the settings for the session; False where the role may not, or a value is refused."""
    import psycopg

    try:
        for name, value in made.items():
            session.execute("SELECT set_config(%s, %s, false)", (name, value))
    except psycopg.Error:
        if session.closed:
            raise
        return False
    return True


def _try_circumstances(run: Run, admin: Session, reads: Reads) -> None:
    """Read the policies as if the circumstances were others; take it back at once."""
    for kind, change in (*_changes(reads), *_decided(run, reads)):
        result = _under(run, admin, reads.table, change)
        if result is not None and result.leaks:
            description = next(iter(result.leaks.values()))
            run.isolation.undecided.append(
                f"{reads.table.label}: isolation depends on {kind}: where that is otherwise, {description}"
            )
            return


def _changes(reads: Reads) -> Iterator[tuple[str, Any]]:
    """Yield statements that make policies, or functions that they call, read other circumstances."""
    from psycopg.sql import SQL, Identifier

    for policy in reads.policies:
        for clause, text in (("USING", policy.using), ("WITH CHECK", policy.check)):
            for kind, variant in variants(text):
                alter = SQL("ALTER POLICY {} ON {} " + clause + " ({})")
                yield (
                    kind,
                    alter.format(Identifier(policy.name), reads.table.identifier, SQL(variant)),
                )
    for body in reads.bodies:
        for kind, variant in variants(body.source):
            yield kind, SQL(body.definition.replace(body.source, variant))


def _decided(run: Run, reads: Reads) -> Iterator[tuple[str, Any]]:
    """Yield statements that let each part of a policy that looks at no row be true, and false."""
    from psycopg.sql import SQL, Identifier

    left_to_others = {*run.isolation.allowed_settings, *(body.name for body in reads.bodies)}
    for policy in reads.policies:
        for clause, text in (("USING", policy.using), ("WITH CHECK", policy.check)):
            for group in groups_beside_rows(text, reads.table.columns, left_to_others):
                for value in ("true", "false"):
                    alter = SQL("ALTER POLICY {} ON {} " + clause + " ({})")
                    names = Identifier(policy.name), reads.table.identifier
                    whole = SQL(group.replaced_in(text, value))
                    yield group.words, alter.format(*names, whole)


def _under(run: Run, admin: Session, table: Table, change: Any) -> Crossed | None:  # noqa: ANN401 - a composed query
    """Try the table as the application's role while the change holds."""
    import psycopg
    from psycopg.sql import SQL, Identifier

    try:
        with admin.transaction(force_rollback=True):
            admin.execute(change)
            admin.execute(SQL("SET LOCAL ROLE {}").format(Identifier(run.tenancy.role)))
            return _crossing(run, admin, table)
    except psycopg.Error:
        if admin.closed:
            raise
        return None  # the changed text is no policy: it says nothing
