"""What a table's policies read beside the tenant's setting, and what comes of it.

A setting that the application's role may make itself and that opens another tenant's rows is a
leak, unless the tenant's setting that the manifest names opens no row at all: then the manifest
names the wrong one, and nothing was shown. What no session can make is `otherwise`. Everything
that is read is named. Where rows of other tables open a table, and with none of them planted not
even an own row was seen, nothing was shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from atom_release.gate.first_few import first_few
from atom_release.probes.tenancy import faults
from atom_release.probes.tenancy.faults import Leak
from atom_release.probes.tenancy.otherwise import cross_table, try_otherwise
from atom_release.probes.tenancy.policy_texts import Reads, read_policies

if TYPE_CHECKING:
    from atom_release.probes.tenancy.attempt import Session
    from atom_release.probes.tenancy.catalog import Table
    from atom_release.probes.tenancy.findings import Run

_VALUES = ("on", "true", "1", "yes", "admin", "system", "*", "")
_LITERALS = 12  # texts of the policies that are tried as values
_LISTED = 6


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
                try_otherwise(run, admin, reads)


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


def _try_settings(run: Run, reads: Reads, others: Sequence[str]) -> None:
    """Make each setting as the application's role may, and look whether other tenants' rows open."""
    if _leaks(run, reads.table):
        return
    for made in _assignments(run, reads, others):
        with run.scratch.session(run.tenancy.role) as session:
            if not _make(session, made):
                continue
            result = cross_table(run, session, reads.table)
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
