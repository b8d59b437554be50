"""Run a check of the release's own as the tree is, and with the change that it has to find."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atom_release.errors import ProbeFault
from atom_release.gate.catalogue.leg_specs import OWN_CHECK
from atom_release.gate.facts.evidence import NegativeControl
from atom_release.gate.rules import proof
from atom_release.gate.vocabulary import Answer
from atom_release.lab.environments import NoToolchain
from atom_release.lab.proof.change import Change
from atom_release.lab.proof.series import Series
from atom_release.probes.own_check.surroundings import Surroundings, surroundings_of
from atom_release.probes.suite import trees
from atom_release.source.objects import MENDED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atom_release.gate.facts.evidence import Evidence
    from atom_release.gate.facts.own_check import OwnCheckFacts
    from atom_release.gate.manifest import Check, KnownBad
    from atom_release.lab.look import Look


def probe_own_check(look: Look, check: Check) -> Evidence:
    """Ask whether the check is green, and whether it is red with a known-bad change."""
    lacking = [path for path in _named(check) if path not in look.tree.entries]
    if lacking:
        why = f"the commit holds no {', '.join(lacking)}"
        return _unasked(look, check, why, "Commit it, or mend the manifest.")
    if look.tree.missing:
        why = f"this clone does not hold {look.tree.missing[0]}"
        return _unasked(look, check, why, f"Fetch it: {MENDED}")
    try:
        made = surroundings_of(look, check)
    except ProbeFault as fault:
        answer = Answer.ABSENT if isinstance(fault, NoToolchain) else Answer.UNKNOWN
        reason = f"{check.title} could not be asked: {fault.message}"
        return look.found(OWN_CHECK, check.id, answer, reason, remedy=fault.remedy)
    return _asked(look, check, made)


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


def _asked(look: Look, check: Check, made: Surroundings) -> Evidence:
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
        keep=look.keep,
        tell=lambda part: look.tell(f"{check.id}, {part}", 0.0),
    )
    facts = series.carry_out().model_copy(update={"environment": made.facts})
    return _evidence(look, check, facts, digest, series.isolation)


def change_of(look: Look, control: KnownBad) -> Change:
    """Return the known-bad change that a manifest names, its contents read from the tree."""
    patch = _patch(look, control.patch) if control.patch else Change()
    return Change(
        patch.patch,
        {path: look.tree.read(source) for path, source in control.files.items()},
        control.environment,
        control.command or "",
        patch.name,
    )


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
