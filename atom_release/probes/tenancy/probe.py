"""P-5 on a real PostgreSQL: do the migrations apply, and do they keep tenants apart?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atom_release.gate.facts.isolation import (
    CheckedFunction,
    CheckedView,
    IsolationFacts,
    LeakFact,
)
from atom_release.gate.facts.migrations import MigrationsFacts
from atom_release.gate.first_few import first_few
from atom_release.gate.vocabulary import Answer
from atom_release.lab.migrations import replay as replaying
from atom_release.lab.migrations.plan import plan_migrations
from atom_release.lab.migrations.scratch import LONGEST, Scratch, Server, scratch_database
from atom_release.probes.tenancy import companion, places
from atom_release.probes.tenancy.crossed import described
from atom_release.probes.tenancy.findings import Isolation
from atom_release.probes.tenancy.isolation import examine
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
    from atom_release.lab.migrations.replay import Replay
    from atom_release.lab.rehearsal.program import Made

_SUBJECT = "postgres"
_QUESTIONS = ("migrations", "isolation")
_NAMED = 5  # faults that a reason names


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
        return [look.found(question, _SUBJECT, Answer.UNKNOWN, reason) for question in _QUESTIONS]
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
        _SUBJECT,
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
        return Answer.UNKNOWN, _in_doubt(replay), replay.plan.doubts[0].remedy
    if replay.lacking:
        return (
            Answer.ABSENT,
            f"this server lacks {', '.join(replay.lacking)}",
            _remedy_of_lack(replay),
        )
    if replay.unreadable:
        first = replay.unreadable[0]
        return Answer.UNKNOWN, f"{first.path}: {first.error}", f"make {first.path} plain SQL"
    return Answer.YES, describe_success(replay), ""


def _remedy_of_lack(replay: Replay) -> str:
    if replay.missing:
        name = min(replay.missing)
        return (
            f"Install a PostgreSQL server with the extension {name} on this machine; the newest in"
            " /usr/lib/postgresql is used."
        )
    name = min(replay.platform)
    return f"Add a migration before it that makes {name} where it is not there."


def _in_doubt(replay: Replay) -> str:
    doubts = [str(doubt) for doubt in replay.plan.doubts]
    return f"cannot be read for certain: {first_few(doubts, _NAMED)}"


def isolation_evidence(
    look: Look, tenancy: Tenancy, replay: Replay, isolation: Isolation, extra: dict[str, Any]
) -> Evidence:
    """Return what was found as evidence; `extra` are further fields of it."""
    answer, reason = _answer(tenancy, replay, isolation)
    remedy = (
        " ".join(dict.fromkeys(leak.remedy for leak in isolation.leaks[:_NAMED]))
        if answer is Answer.NO
        else ""
    )
    return look.found(
        "isolation",
        _SUBJECT,
        answer,
        reason,
        remedy=remedy,
        control=isolation.control,
        facts=_facts(tenancy, isolation),
        **extra,
    )


def _answer(tenancy: Tenancy, replay: Replay, isolation: Isolation) -> tuple[Answer, str]:
    if replay.plan.doubts:
        return Answer.UNKNOWN, _in_doubt(replay)
    if isolation.leaks:
        more = (
            f"; and {len(isolation.leaks) - _NAMED} more" if len(isolation.leaks) > _NAMED else ""
        )
        return Answer.NO, "; ".join(str(leak) for leak in isolation.leaks[:_NAMED]) + more
    if replay.following:
        return (
            Answer.ABSENT,
            (
                f"{len(replay.following)} file(s) do not apply because this server lacks"
                f" {', '.join(replay.lacking)}: what they make was not asked"
            ),
        )
    if not replay.complete:
        return (
            Answer.UNKNOWN,
            (
                f"{len(replay.failed) + len(replay.unreadable)} migration(s) did not apply: the"
                " tables they make were not asked"
            ),
        )
    doubt = _doubt(tenancy, isolation)
    if doubt:
        return Answer.UNKNOWN, doubt
    views, functions = len(isolation.views), len(isolation.functions)
    return (
        Answer.YES,
        (
            f"no row crosses tenants on {len(isolation.crossed)} table(s), {views} view(s) and"
            f" {functions} SECURITY DEFINER function(s)"
        ),
    )


def _doubt(tenancy: Tenancy, isolation: Isolation) -> str:
    """Return what could not be established, or nothing."""
    if isolation.stopped:
        return (
            "a session was ended while the release's own code ran in it (a statement may take"
            f" {LONGEST:.0f} s): {isolation.stopped}"
        )
    if isolation.role is None:
        return f"there is no role {tenancy.role}: the migrations do not make it"
    if isolation.unconnected:
        return f"{tenancy.role} could not connect: {isolation.unconnected}"
    if not isolation.tables:
        return f"nothing to isolate: no table has the column {tenancy.column}"
    for trouble, names in (
        ("could not be populated", list(isolation.unpopulated.values())),
        (f"with {tenancy.setting} set, no own row was seen or written", isolation.unexercised),
        ("could not be decided", isolation.undecided),
        ("with row-level security switched off, no leak was seen", isolation.blind),
    ):
        if names:
            return f"{trouble}: {first_few(names, _NAMED)}"
    return (
        ""
        if isolation.crossed
        else f"{tenancy.role} reaches no table with the column {tenancy.column}"
    )


def _facts(tenancy: Tenancy, isolation: Isolation) -> dict[str, Any]:
    counted = ("tables", "crossed", "views", "functions", "leaks")
    return IsolationFacts(
        role=tenancy.role,
        column=tenancy.column,
        setting=tenancy.setting,
        tables=tuple(table.label for table in isolation.tables),
        children=tuple(table.label for table in isolation.children),
        checked=tuple(described(isolation.crossed)),
        views=tuple(CheckedView.model_validate(view) for view in isolation.views),
        functions=tuple(
            CheckedFunction.model_validate(function) for function in isolation.functions
        ),
        leaks=tuple(LeakFact.model_validate(leak.described()) for leak in isolation.leaks),
        allowed_settings=tuple(sorted(isolation.allowed_settings)),
        not_reachable=tuple(isolation.unreached),
        unpopulated=isolation.unpopulated,
        unexercised=tuple(isolation.unexercised),
        undecided=tuple(isolation.undecided),
        warnings=tuple(isolation.warnings),
        pgrls=isolation.beside,
        counts={name: len(getattr(isolation, name)) for name in counted},
    ).to_json()
