"""Ask what is rehearsed: each leg in its turn, from the rehearsal's first state."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.manifest import Service
from atom_release.gate.printable import printable
from atom_release.gate.vocabulary import Answer, Assurance
from atom_release.lab.rehearsal.start_failure import name_limit
from atom_release.release.ask import Question
from atom_release.release.guessed_starts import without_guesses
from atom_release.release.work import Work

if TYPE_CHECKING:
    from atom_release.lab.look import Look
    from atom_release.lab.rehearsal import Rehearsal
    from atom_release.lab.rehearsal.toolchains import Toolchain

Asks = Callable[["Rehearsal"], Evidence | list[Evidence]]
_APART = {"migrations", "isolation"}
_PATIENCE = 1.0  # seconds for what was ended at a limit to say so
Leg = tuple[tuple[tuple[str, str], ...], Asks]


def keep_logs(look: Look, logs: list[bytes]) -> Look:
    """Return the same surroundings, in which what tests write is added to `logs`."""

    def keep(heading: str, text: str) -> None:
        body = text if text.endswith("\n") or not text else f"{text}\n"
        logs.append(f"== {heading}\n{body}".encode("utf-8", "replace"))

    return replace(look, keep=keep)


def log_of(logs: Sequence[bytes]) -> bytes:
    """Return what the rehearsed services wrote during a step, as its artifact has it.

    What would act on a terminal that shows the file is written out.
    """
    text = b"".join(logs).decode("utf-8", "replace")
    return printable(text).encode() or b"no service was rehearsed for this step\n"


def rehearsed(
    work: Work,
    asks: list[Leg],
    *,
    logs: list[bytes] | None = None,
    together: bool = False,
    aside: Callable[[Rehearsal], list[Evidence]] = lambda _: [],
) -> list[Evidence]:
    """Ask the rehearsal, which is first returned to its first state.

    Where it cannot be had, every leg says so. `aside` is only shown, and `logs` is given what the
    services wrote.
    """
    wanted = [(legs, ask) for legs, ask in asks if work.boundary.wants(legs)]

    def put() -> list[Evidence]:
        rehearsal = work.rehearsal()
        with rehearsal.lease():
            questions = [Question(legs, _bound(ask, rehearsal)) for legs, ask in wanted]
            try:
                answers = (
                    work.boundary.ask_together(questions)
                    if together
                    else work.boundary.ask(*questions)
                )
                counted = without_guesses(work.look, _take_back(rehearsal, answers))
                counted = tell_runtimes(rehearsal.toolchains, counted)
                return counted + aside(rehearsal)
            finally:
                if logs is not None:
                    logs.append(rehearsal.transcript())

    return work.boundary.ask(Question(tuple(leg for legs, _ in wanted for leg in legs), put))


def show_rehearsed(work: Work, asks: list[Leg], logs: list[bytes]) -> list[Evidence]:
    """Ask the rehearsal what no criterion has to need, so that the reports can show it."""

    def put() -> list[Evidence]:
        rehearsal = work.rehearsal()
        with rehearsal.lease():
            questions = [Question(legs, _bound(ask, rehearsal)) for legs, ask in asks]
            try:
                answers = without_guesses(work.look, work.boundary.show(*questions))
                return tell_runtimes(rehearsal.toolchains, answers)
            finally:
                logs.append(rehearsal.transcript())

    return work.boundary.show(Question(tuple(leg for legs, _ in asks for leg in legs), put))


def tell_runtimes(
    toolchains: Mapping[str, Toolchain], answers: Sequence[Evidence]
) -> list[Evidence]:
    """Return answers of services with what ran each, and where that is from.

    A NO of a service whose authors have another, which could not be had here, does not count; a yes
    says what it had to do without.
    """
    counted: list[Evidence] = []
    for evidence in answers:
        toolchain = toolchains.get(evidence.subject)
        update: dict[str, object] = {}
        if toolchain and toolchain.runtime and evidence.assurance is Assurance.REHEARSED:
            update["tools"] = {**evidence.tools, toolchain.language: toolchain.runtime}
            if evidence.answer is Answer.NO and toolchain.doubt:
                reason = f"{toolchain.doubt}; so this does not count: {evidence.reason}"
                update |= {"answer": Answer.UNKNOWN, "reason": reason}
            elif evidence.answer is Answer.YES and toolchain.unbuilt:
                update["reason"] = f"{evidence.reason}; {toolchain.doubt}"
        counted.append(evidence.model_copy(update=update) if update else evidence)
    return counted


def _take_back(rehearsal: Rehearsal, answers: list[Evidence]) -> list[Evidence]:
    """Return the answers without a NO given while a limit of the gate's ended what was asked."""
    refused = any(_is_of_services(evidence) for evidence in answers)
    met = rehearsal.limits_met(_PATIENCE) if refused else {}
    if not met:
        return answers
    why = " and ".join(f"{name} met {name_limit(limit)}" for name, limit in sorted(met.items()))
    return [
        evidence.model_copy(
            update={
                "answer": Answer.UNKNOWN,
                "reason": f"{why}; so this does not count: {evidence.reason}",
            }
        )
        if _is_of_services(evidence)
        else evidence
        for evidence in answers
    ]


def _is_of_services(evidence: Evidence) -> bool:
    """Return whether it is a NO of what runs in the rehearsal; the probed server runs apart."""
    return evidence.answer is Answer.NO and evidence.question not in _APART


def _bound(ask: Asks, rehearsal: Rehearsal) -> Callable[[], Evidence | list[Evidence]]:
    return lambda: ask(rehearsal)


def ask_leg(question: str, subject: str, ask: Asks) -> Leg:
    """Return one leg with how the rehearsal is asked for it."""
    return ((question, subject),), ask


def ask_service(work: Work, service: Service, probe: Callable[..., Evidence]) -> Asks:
    """Return how a probe asks the rehearsed service."""
    return lambda rehearsal: probe(work.look, service, rehearsal)
