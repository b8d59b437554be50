"""Does PostgreSQL answer, and is the application's role one that row-level security binds.

Neither superuser nor BYPASSRLS?

A set address is asked, read-only; without one the rehearsal's server answers, for the role that its
services have.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from atom_release.gate.facts.evidence import Evidence, NegativeControl
from atom_release.gate.facts.postgres import PostgresFacts
from atom_release.gate.vocabulary import Answer, Assurance, ControlState
from atom_release.lab.address import absent, unreached
from atom_release.lab.look import Look
from atom_release.lab.migrations.replay import makes_role

if TYPE_CHECKING:
    from atom_release.lab.rehearsal import Rehearsal

_QUESTION = "postgres"
_ROLE = """
SELECT r.rolname, r.rolsuper, r.rolbypassrls,
       array(SELECT o.rolname::text FROM pg_roles o
             WHERE (o.rolsuper OR o.rolbypassrls) AND o.oid <> r.oid
           AND pg_has_role(r.oid, o.oid, 'MEMBER') AND NOT r.rolsuper ORDER BY 1)
FROM pg_roles r WHERE r.oid = {}
"""
_SELF = _ROLE.format("current_user::regrole")
_BOOTSTRAP = _ROLE.format("10")  # the superuser that initdb made has this id in every cluster
_TEXTS = (
    (("timeout expired", "timed out"), "timeout"),
    (("connection refused",), "refused"),
    (
        (
            "could not translate host name",
            "failed to resolve",
            "name or service not known",
            "nodename nor servname",
        ),
        "unresolved",
    ),
    (("ssl", "tls", "certificate"), "tls"),
    (
        (
            "password authentication failed",
            "no password supplied",
            "authentication failed",
            "no pg_hba.conf entry",
            "does not exist",
        ),
        "unauthorized",
    ),
    (("server closed the connection", "connection reset", "broken pipe"), "broken"),
)


@dataclass(frozen=True)
class _Role:
    name: str
    superuser: bool
    bypasses: bool
    may_become: Sequence[str]

    @property
    def unbound(self) -> str:
        """Why row-level security does not bind this role, or nothing."""
        if self.superuser:
            return "is superuser"
        if self.bypasses:
            return "has BYPASSRLS"
        return (
            f"may become {', '.join(self.may_become)}, which row-level security does not bind"
            if self.may_become
            else ""
        )


def probe(look: Look, rehearsal: Rehearsal | None) -> Evidence:
    """Ask the PostgreSQL of the manifest's variable, or the rehearsed one where it is unset."""
    variable = look.manifest.infrastructure.postgres
    live = look.environment.get(variable) if variable else None
    if live and variable:
        return _ask(look, live, Assurance.LIVE, variable)
    tenancy = look.manifest.tenancy
    if rehearsal is None or rehearsal.systems.postgres is None or tenancy is None:
        why = (
            rehearsal.absent.get("postgres", "the manifest names no migrations")
            if rehearsal
            else "no rehearsal"
        )
        return absent(
            look,
            _QUESTION,
            f"no PostgreSQL: its variable is unset, and none could be rehearsed ({why})",
            assurance=Assurance.REHEARSED,
        )
    from atom_release.lab.rehearsal import (
        DATABASE,
    )

    steps = rehearsal.systems.replay.plan.steps
    by_release = makes_role((step.content for step in steps), tenancy.role)
    return _ask(
        look,
        rehearsal.systems.postgres.dsn(DATABASE, tenancy.role),
        Assurance.REHEARSED,
        "",
        isolation=rehearsal.isolation,
        made_by_gate=not by_release,
    )


def _ask(  # noqa: PLR0913 - what is asked, and what is known of it
    look: Look,
    dsn: str,
    assurance: Assurance,
    variable: str,
    *,
    isolation: tuple[str, ...] = (),
    made_by_gate: bool = False,
) -> Evidence:
    import psycopg

    live = assurance is Assurance.LIVE
    name = "PostgreSQL" if live else "the rehearsed PostgreSQL"
    try:
        version, role, bootstrap = _look_at(
            dsn, look.manifest.infrastructure.timeout.total_seconds()
        )
    except psycopg.Error as error:
        if live:
            return unreached(look, _QUESTION, name, kind(error), variable)
        return look.found(
            _QUESTION,
            _QUESTION,
            Answer.UNKNOWN,
            f"{name}: {kind(error)}",
            facts=PostgresFacts(how="rehearsed", kind=kind(error)).to_json(),
        )
    reason = (
        f"{name} {version} answers, and role {role.name}"
        f" {role.unbound or 'is neither superuser nor BYPASSRLS'}"
    )
    facts = PostgresFacts(
        how=str(assurance),
        kind="answers",
        variable=variable,
        role=role.name,
        superuser=role.superuser,
        bypassrls=role.bypasses,
        may_become=tuple(role.may_become),
    )
    if made_by_gate and not role.unbound:
        empty = f"{name} {version} answers; no migration makes the role {role.name}: {role.name} is"
        empty += " made by the gate, and that it is ordinary says nothing about the release"
        facts = facts.model_copy(update={"not_applicable": empty})
    return look.found(
        _QUESTION,
        _QUESTION,
        Answer.NO if role.unbound else Answer.YES,
        reason,
        remedy=(
            f"ALTER ROLE {role.name} NOSUPERUSER NOBYPASSRLS, and let the application own nothing."
            if role.unbound
            else ""
        ),
        assurance=assurance,
        control=_control(bootstrap),
        isolation=isolation,
        tools={"postgresql": version},
        facts=facts.to_json(),
    )


def _control(bootstrap: _Role | None) -> NegativeControl:
    outcome = (
        f"it {bootstrap.unbound}" if bootstrap and bootstrap.unbound else "nothing wrong with it"
    )
    state = ControlState.ALIVE if bootstrap and bootstrap.superuser else ControlState.DEAD
    return NegativeControl(
        state=state, changed="asked the same of the cluster's first superuser", found=outcome
    )


def _look_at(dsn: str, timeout: float) -> tuple[str, _Role, _Role | None]:
    import psycopg

    with psycopg.connect(
        dsn, connect_timeout=max(1, math.ceil(timeout)), prepare_threshold=None
    ) as connection:
        connection.read_only = True
        connection.execute(
            "SELECT set_config('statement_timeout', %s, true)", [f"{max(1, math.ceil(timeout))}s"]
        )
        own, first = connection.execute(_SELF).fetchone(), connection.execute(_BOOTSTRAP).fetchone()
        version = connection.info.parameter_status("server_version") or ""
    if own is None:
        raise psycopg.DataError("the catalog does not know the role that asks it")
    return version, _Role(*own), _Role(*first) if first else None


def kind(error: Exception) -> str:
    """Return how a connection failed.

    The message itself may quote what the address holds, so it is read and not passed on.
    """
    text = str(error).lower()
    return next((name for marks, name in _TEXTS if any(mark in text for mark in marks)), "protocol")
