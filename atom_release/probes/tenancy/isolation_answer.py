"""What was found of tenants in a scratch database, as evidence: the answer, its words, its facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atom_release.gate.facts.isolation import (
    CheckedFunction,
    CheckedView,
    IsolationFacts,
    LeakFact,
)
from atom_release.gate.first_few import first_few
from atom_release.gate.vocabulary import Answer
from atom_release.lab.migrations.scratch import LONGEST
from atom_release.probes.tenancy.crossed import described

if TYPE_CHECKING:
    from atom_release.gate.facts.evidence import Evidence
    from atom_release.gate.manifest import Tenancy
    from atom_release.lab.look import Look
    from atom_release.lab.migrations.replay import Replay
    from atom_release.probes.tenancy.findings import Isolation

SUBJECT = "postgres"
_NAMED = 5  # faults that a reason names


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
        SUBJECT,
        answer,
        reason,
        remedy=remedy,
        control=isolation.control,
        facts=_facts(tenancy, isolation),
        **extra,
    )


def _answer(tenancy: Tenancy, replay: Replay, isolation: Isolation) -> tuple[Answer, str]:
    if replay.plan.doubts:
        return Answer.UNKNOWN, in_doubt(replay)
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


def in_doubt(replay: Replay) -> str:
    """Return why migrations cannot be read for certain."""
    doubts = [str(doubt) for doubt in replay.plan.doubts]
    return f"cannot be read for certain: {first_few(doubts, _NAMED)}"
