"""Run a check of the release's own as the tree is, and with the change that it has to find."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from atom_release.errors import ProbeFault
from atom_release.gate.catalogue.leg_specs import OWN_CHECK
from atom_release.gate.facts.evidence import NegativeControl
from atom_release.gate.first_few import first_few
from atom_release.gate.rules import proof
from atom_release.gate.vocabulary import Answer
from atom_release.lab.proof.change import Change
from atom_release.lab.proof.series import Series
from atom_release.probes.own_check.beside import join, standing_instead
from atom_release.probes.own_check.check_environment import CheckEnvironment, environment_of
from atom_release.probes.suite import trees
from atom_release.probes.unrunnable import answer_without_run
from atom_release.source.objects import MENDED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from atom_release.gate.facts.evidence import Evidence
    from atom_release.gate.facts.own_check import OwnCheckFacts
    from atom_release.gate.manifest import Check, Install, KnownBad
    from atom_release.lab.look import Look
    from atom_release.probes.own_check.beside import Beside

_AT_ONCE = 3


def probe_own_check(look: Look, check: Check, beside: Beside | None = None) -> Evidence:
    """Ask whether the check is green, and whether it is red with a known-bad change.

    `beside` are the rehearsed services, for a check that runs beside some.
    """
    lacking = [path for path in _named(check) if path not in look.tree.entries]
    if lacking:
        why = f"the commit holds no {', '.join(lacking)}"
        return _unasked(look, check, why, "Commit it, or mend the manifest.")
    if look.tree.missing:
        why = f"this clone does not hold {look.tree.missing[0]}"
        return _unasked(look, check, why, f"Fetch it: {MENDED}")
    control = control_of(check)
    try:
        made = environment_of(look, check, check.install)
        other = environment_of(look, check, control.install) if control.install else None
        if beside is not None:
            made = replace(made, bench=join(made.bench, check, beside))
            other = replace(other, bench=join(other.bench, check, beside)) if other else None
        return _asked(look, check, made, other, beside)
    except ProbeFault as fault:
        answer = answer_without_run(fault)
        reason = f"{check.title} could not be asked: {fault.message}"
        return look.found(OWN_CHECK, check.id, answer, reason, remedy=fault.remedy)


def _named(check: Check) -> Iterator[str]:
    """Yield the paths of the judged tree that the manifest names for a check."""
    control = control_of(check)
    parts = (control.patch, control.harmless, check.directory, *control.files.values())
    yield from (path.rstrip("/") for path in parts if path and path.strip("./"))


def control_of(check: Check) -> KnownBad:
    """Return the known-bad change of a check that a command asks, which the manifest wants."""
    if check.control is None:
        raise ProbeFault(f"{check.id} has no control", "Name one, or `none` with a reason.")
    return check.control


def _unasked(look: Look, check: Check, why: str, remedy: str) -> Evidence:
    return look.found(OWN_CHECK, check.id, Answer.UNKNOWN, why, remedy=remedy)


def _asked(
    look: Look,
    check: Check,
    made: CheckEnvironment,
    other: CheckEnvironment | None,
    beside: Beside | None,
) -> Evidence:
    base, digest = trees.judged(look, "commit", made.built)
    control = control_of(check)
    series = Series(
        made.bench,
        base,
        sorted(path for path, entry in look.tree.entries.items() if entry.kind == "blob"),
        None if control.none else change_of(look, control),
        harmless=_patch(look, control.harmless) if control.harmless else None,
        says=control.says,
        repeats=check.repeats,
        no_control=control.none or "",
        control_bench=other.bench if other else None,
        at_once=1 if beside else _AT_ONCE,  # the rehearsal is one user's at a time
        keep=look.keep,
        tell=lambda part: look.tell(f"{check.id}, {part}", 0.0),
    )
    with _standing(series.change, check, beside) as change:
        series.change = change
        facts = series.carry_out()
    facts = facts.model_copy(
        update={
            "environment": made.facts,
            "control_environment": other.facts if other else None,
            "services": list(check.services),
        }
    )
    return _evidence(look, check, facts, digest, series.isolation)


def _standing(
    change: Change | None, check: Check, beside: Beside | None
) -> AbstractContextManager[Change | None]:
    if change is None or beside is None:
        return nullcontext(change)
    return standing_instead(change, check, control_of(check), beside)


def change_of(look: Look, control: KnownBad) -> Change:
    """Return the known-bad change that a manifest names, its contents read from the tree."""
    patch = _patch(look, control.patch) if control.patch else Change()
    return Change(
        patch.patch,
        {path: look.tree.read(source) for path, source in control.files.items()},
        control.environment,
        control.command or "",
        patch.name,
        around=_environment(control.install) if control.install else "",
    )


def _environment(install: Install | Literal["auto"]) -> str:
    """Return what the control's environment is made from, in a few words."""
    if install == "auto":
        return "an environment made from the project's files"
    names = [*install.packages, *(install.requirements or ())]
    return f"an environment made from {first_few(names or [install.folder])}"


def _patch(look: Look, path: str) -> Change:
    return Change(look.tree.read(path), name=path)


def _evidence(
    look: Look, check: Check, facts: OwnCheckFacts, digest: str, isolation: tuple[str, ...]
) -> Evidence:
    tree, control = proof.judge_tree(facts), proof.judge_control(facts)
    answer = proof.answer_of(facts)
    shown = f"{tree.reason}; {control.reason}" if answer is Answer.YES else tree.reason
    return look.found(
        OWN_CHECK,
        check.id,
        answer,
        shown,
        remedy=control.remedy if answer is Answer.YES else tree.remedy,
        control=NegativeControl(
            state=proof.control_of(facts),
            changed=facts.control or "nothing was changed",
            found=control.reason,
        ),
        sources={"tree": digest},
        isolation=isolation,
        facts=facts.to_json(),
    )
