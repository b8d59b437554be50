"""Ask for the dangerous action by the release's own programs, and read its rows around each step.

One copy of the tree, one database, one run: what a step leaves is there for the next. Without
approval the rows have to stay as they are, then and some seconds later, whatever the step says:
what it started in the background may do it. With it they have to change, which is the control. A
step that fails for what is not here never happens with approval either, and nothing is decided
then.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import JsonValue

from atom_release.errors import ProbeFault
from atom_release.gate.facts.approval import ApprovalFacts
from atom_release.gate.vocabulary import Answer
from atom_release.lab.environments import NoToolchain
from atom_release.lab.log_text import kept_log, without_values
from atom_release.lab.throwaway import throwaway
from atom_release.lab.worlds.world import NoSystem, find_postgres
from atom_release.probes.approval.recorded import read_record
from atom_release.probes.approval.script import BY_ITSELF, STATES, Script, Step, read_steps
from atom_release.probes.approval.step_answer import judge_steps
from atom_release.probes.suite import trees
from atom_release.probes.suite.bench import seen_by
from atom_release.probes.suite.probe import bench_of
from atom_release.probes.suite.worlds import in_world

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from atom_release.gate.facts.evidence import Evidence
    from atom_release.gate.manifest import Service, Suite
    from atom_release.gate.manifest.programs import ApprovalByProgram
    from atom_release.lab.look import Look
    from atom_release.probes.suite.bench import Bench

_QUESTION = "approval"


def probe_by_program(look: Look, service: Service) -> Evidence:
    """Try the action without approval, then with it.

    Raises:
        ProbeFault: the manifest names no such action, or what runs it could not be made.
    """
    approval, suite = service.approval_by_program, service.suite
    if approval is None or suite is None:
        raise ProbeFault(f"the manifest names no dangerous action of {service.id}, or no suite")
    try:
        made = bench_of(look, suite)
        with (
            in_world(look, suite, made, service.source) as ready,
            throwaway(trees.room(look), "approval-") as room,
        ):
            steps, isolation = _carry_out(look, ready, room, approval, suite)
    except (NoSystem, NoToolchain) as fault:
        return look.found(_QUESTION, service.id, Answer.ABSENT, fault.message, remedy=fault.remedy)
    answer, reason, control = judge_steps(approval, steps)
    return look.found(
        _QUESTION,
        service.id,
        answer,
        reason,
        control=control,
        remedy=(
            f"Let nothing but {approval.act.name} do it, and only after {approval.approve.name},"
            " and write down who, why, before and after."
            if answer is Answer.NO
            else ""
        ),
        facts=ApprovalFacts.model_validate(_facts(approval, steps)).to_json(),
        isolation=isolation,
    )


def _carry_out(
    look: Look, made: Bench, room: Path, approval: ApprovalByProgram, suite: Suite
) -> tuple[Mapping[str, Step], tuple[str, ...]]:
    """Run all steps in one copy of the tree and one world, and return what each left."""
    tree, _ = trees.judged(look, made.history, made.built)
    rows = (approval.state, approval.record)
    client = ""
    if any(entry.sqlite is None for entry in rows):
        if "postgres" not in suite.needs:
            raise ProbeFault(
                "the rows are asked of a PostgreSQL, and the suite needs none",
                "Name `needs: [postgres]` in the suite, or `sqlite` with the rows.",
            )
        server = find_postgres()
        client = str(server.bin / "psql")
        made = replace(made, sandbox=seen_by(made.sandbox, server.bin.parent))
    if made.kit is None:
        return _run(look, made, tree, room, Script(approval, made.python, client, {}))
    with made.kit.open(room) as world:
        script = Script(approval, made.python, client, world.values)
        return _run(look, made.within(world), tree, room, script)


def _run(
    look: Look, bench: Bench, tree: Path, room: Path, script: Script
) -> tuple[Mapping[str, Step], tuple[str, ...]]:
    done = bench.carry_out(tree, room, lambda out: ["/bin/sh", "-c", script.text(out)])
    steps = {
        name: replace(step, err=without_values(step.err.encode(), bench.secret).decode())
        for name, step in read_steps(room / "out", [name for name, _ in script.steps()]).items()
    }
    shown = "".join(f"{name}: {step.status}\n{step.err}" for name, step in steps.items())
    look.keep("the dangerous action", kept_log(shown))
    if done.met_limit:
        raise ProbeFault(f"the steps met the {done.met_limit} limit of the suite")
    return steps, done.isolation


def _facts(approval: ApprovalByProgram, steps: Mapping[str, Step]) -> dict[str, JsonValue]:
    facts: dict[str, JsonValue] = {
        name: step.status for name, step in steps.items() if step.status is not None
    }
    facts |= {f"{name}_sha256": steps[name].digest for name in (*STATES, BY_ITSELF)}
    recorded = read_record(steps["record"].out, approval.names)
    return facts | {"record_lacks": [*recorded.lacks], "digests_in_record": recorded.digests}
