"""P-5 on a real PostgreSQL: do the migrations apply, and do they keep tenants apart?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atom_release.gate.facts.migrations import MigrationsFacts
from atom_release.gate.vocabulary import Answer
from atom_release.lab.migrations import replay as replaying
from atom_release.lab.migrations.plan import plan_migrations
from atom_release.lab.migrations.scratch import Scratch, Server, scratch_database
from atom_release.probes.tenancy import companion, places
from atom_release.probes.tenancy.findings import Isolation
from atom_release.probes.tenancy.isolation import examine
from atom_release.probes.tenancy.isolation_answer import SUBJECT, in_doubt, isolation_evidence
from atom_release.probes.tenancy.restored import (
    describe_success,
    doubt_failures,
    owned_by,
    plan_restoring,
    why_none,
)

if TYPE_CHECKING:
    from atom_release.gate.facts.evidence import Evidence
    from atom_release.gate.manifest import Tenancy
    from atom_release.lab.look import Look
    from atom_release.lab.migrations.apply import Applied
    from atom_release.lab.migrations.replay import Replay
    from atom_release.lab.rehearsal.program import Made

_QUESTIONS = ("migrations", "isolation")
_RIGHTS = (
    "Let the rights of the database's owner be enough for it, or move it to where servers and roles"
    " are set up."
)


def probe_tenancy(
    look: Look,
    postgres: Server,
    held: tuple[str, ...] = (),
    allowed_settings: frozenset[str] = frozenset(),
    made: Made | None = None,
) -> list[Evidence]:
    """Answer `migrations` and `isolation` about the judged tree, in a scratch database.

    `held` is the isolation of the server's process. A setting that the application's role may make
    and that opens other tenants' rows is a leak unless it is one of `allowed_settings`: those that
    the operator's file or the previous release's manifest names. `made` is what the release's own
    tool made, where its migrations are programs.
    """
    tenancy = look.manifest.tenancy
    if tenancy is None:
        return []
    pattern = look.manifest.sql_migrations
    plan = plan_migrations(look.tree, pattern) if pattern else plan_restoring(made)
    if not plan.steps:
        reason = f"no file of the judged tree matches {pattern}" if pattern else why_none(made)
        return [look.found(question, SUBJECT, Answer.UNKNOWN, reason) for question in _QUESTIONS]
    extra: dict[str, Any] = {"isolation": held}
    if pattern:
        extra["sources"] = {step.path: look.tree.digest(step.path) for step in plan.steps}
    with scratch_database(
        postgres,
        tenancy.role,
        create_role=not replaying.makes_role([step.content for step in plan.steps], tenancy.role),
    ) as scratch:
        extra["tools"] = {"postgresql": scratch.version}
        plan = plan if pattern else owned_by(plan, scratch.owner)
        files = [(step.path, step.content) for step in plan.steps]
        replay = replaying.replay(scratch.target, plan)
        if not pattern:
            doubt_failures(replay)
        migrations = _migrations(look, scratch, replay, extra)
        examined = examine_scratch(scratch, tenancy, files, allowed_settings)
        isolation = isolation_evidence(look, tenancy, replay, examined, extra)
    return [migrations, isolation]


def examine_scratch(
    scratch: Scratch,
    tenancy: Tenancy,
    files: list[tuple[str, bytes]],
    allowed_settings: frozenset[str],
) -> Isolation:
    """Return what is found in a scratch database in which the schema is; `files` made it.

    Where the release's own code held a session so long that it was ended, that is what was found.
    """
    import psycopg

    isolation = Isolation(
        beside=companion.examine_database(scratch), allowed_settings=allowed_settings
    )
    try:
        examine(scratch, tenancy, isolation)
    except psycopg.OperationalError as error:
        isolation.stopped = error.diag.message_primary or str(error).partition("\n")[0]
    isolation.leaks = places.placed(isolation.leaks, files)
    return isolation


def _migrations(look: Look, scratch: Scratch, replay: Replay, extra: dict[str, Any]) -> Evidence:
    answer, reason, remedy = _applied(replay)
    plan = replay.plan
    facts = MigrationsFacts(
        files=len(replay.applied),
        not_applied=tuple(replaying.described(replay)),
        missing_extensions={name: tuple(paths) for name, paths in replay.missing.items()},
        missing_from_platform={name: tuple(paths) for name, paths in replay.platform.items()},
        doubts=tuple(str(doubt) for doubt in plan.doubts),
        left_out=plan.left_out,
        ordered_by=plan.ordered_by,
        by_psql=tuple(step.path for step in plan.steps if step.by_psql),
        notes=tuple(replay.notes),
        applied_as="an owner that is not superuser",
        server_version=scratch.version,
        tables=tuple(_relations(scratch, "r", "p")),
        views=tuple(_relations(scratch, "v", "m")),
    ).to_json()
    return look.found(
        "migrations",
        SUBJECT,
        answer,
        reason,
        remedy=remedy,
        control=replaying.control(scratch.target),
        facts=facts,
        **extra,
    )


def _relations(scratch: Scratch, *kinds: str) -> list[str]:
    """Return the relations of these kinds that the migrations made, by schema and name."""
    query = """
        SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind::text = ANY(%s) AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%%' ORDER BY 1
    """
    with scratch.session() as connection:
        return [str(row[0]) for row in connection.execute(query, (list(kinds),)).fetchall()]


def _applied(replay: Replay) -> tuple[Answer, str, str]:
    if replay.failed:
        first = replay.failed[0]
        where = f"{first.path}:{first.line}" if first.line else first.path
        more = (
            f"; {len(replay.failed) - 1} more file(s) do not apply"
            if len(replay.failed) > 1
            else ""
        )
        return (
            Answer.NO,
            f"{where} does not apply: {first.error} ({first.sqlstate}){more}",
            f"mend {where}",
        )
    if replay.plan.doubts:
        return Answer.UNKNOWN, in_doubt(replay), replay.plan.doubts[0].remedy
    if replay.lacking:
        return (
            Answer.ABSENT,
            f"this server lacks {', '.join(replay.lacking)}",
            _remedy_of_lack(replay),
        )
    if replay.unprivileged:
        return Answer.UNKNOWN, _unprivileged(replay.unprivileged[0]), _RIGHTS
    if replay.unreadable:
        first = replay.unreadable[0]
        return Answer.UNKNOWN, f"{first.path}: {first.error}", f"make {first.path} plain SQL"
    return Answer.YES, describe_success(replay), ""


def _unprivileged(applied: Applied) -> str:
    return (
        f"{applied.path}:{applied.line or 1} applies to a superuser at most, whom the gate does not"
        f" make of the migrations' owner: {applied.error} ({applied.sqlstate})"
    )


def _remedy_of_lack(replay: Replay) -> str:
    if replay.missing:
        name = min(replay.missing)
        return (
            f"Install a PostgreSQL server with the extension {name} on this machine; the newest in"
            " /usr/lib/postgresql is used."
        )
    name = min(replay.platform)
    return f"Add a migration before it that makes {name} where it is not there."
