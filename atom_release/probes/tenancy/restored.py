"""What the release's own tool made, made again where no code of the release runs.

The tool ran in the rehearsed cluster; its dump is applied here by the scratch database's owner, as
the steps of any release are. Where that does not succeed, it is the dump's doing, and nothing is
held against the release.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from atom_release.lab.migrations.markers import Doubt
from atom_release.lab.migrations.plan import Plan, Step
from atom_release.lab.rehearsal.postgres import OWNER

if TYPE_CHECKING:
    from atom_release.lab.migrations.replay import Replay
    from atom_release.lab.rehearsal.program import Made

_OWNER = re.compile(rf"\b{OWNER}\b".encode())
_REMEDY = "See the log of the migrations, or let tenancy.migrations name the steps as plain SQL."
BY_TOOL = "the release's own tool"


def plan_restoring(made: Made | None) -> Plan:
    """Return the steps that make it again; none where nothing was made."""
    if made is None or made.trouble:
        return Plan()
    label = f"what `{'; '.join(made.commands)}` made"
    steps = [
        Step(f"{label} ({part})", content)
        for part, content in (("roles", made.roles), ("schema", made.schema))
        if content.strip()
    ]
    return Plan(steps, ordered_by=BY_TOOL)


def why_none(made: Made | None) -> str:
    """Return why there is nothing to make again."""
    if made is None:
        return "the release's own tool was not run: there was no database for it"
    return made.trouble or f"`{'; '.join(made.commands)}` made nothing of an empty database"


def owned_by(plan: Plan, owner: str) -> Plan:
    """Return the steps with that owner in place of the rehearsed one."""
    steps = [replace(step, content=_OWNER.sub(owner.encode(), step.content)) for step in plan.steps]
    return replace(plan, steps=steps)


def describe_success(replay: Replay) -> str:
    """Return what it means that every step applied, in words."""
    if replay.plan.ordered_by == BY_TOOL:
        label = replay.plan.steps[-1].path.rpartition(" (")[0]
        return f"{label} of an empty database was made again, and it all applied"
    return f"all {len(replay.applied)} migrations apply in order to an empty database"


def doubt_failures(replay: Replay) -> None:
    """Turn what could not be made again into doubt: the release's own tool made it."""
    for applied in replay.applied:
        if applied.error and not applied.missing_extension:
            words = f"it could not be made again: {applied.error}"
            replay.plan.doubts.append(Doubt(applied.path, applied.line or 1, words, _REMEDY))
