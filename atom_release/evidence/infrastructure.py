"""T2: every named system asked at once, each within its time, and what came of it as lines for the log."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from atom_release.evidence import postgres, prometheus, vault
from atom_release.evidence.look import Look
from atom_release.gate.evidence import Evidence
from atom_release.gate.vocabulary import Answer

if TYPE_CHECKING:
    from atom_release.evidence.rehearsal import Rehearsal

_QUESTIONS_EACH = 8  # a probe puts some questions, each with the manifest's timeout


def probe(look: Look, rehearsal: Rehearsal | None) -> list[Evidence]:
    """Ask Vault, Prometheus and, where there are tenants or an address, PostgreSQL; all at once."""
    return at_once(look, questions(look, rehearsal))


def questions(look: Look, rehearsal: Rehearsal | None) -> dict[str, Callable[[], Evidence]]:
    """Give each system's question, to be put separately."""
    asked: dict[str, Callable[[], Evidence]] = {"vault": lambda: vault.probe(look, rehearsal), "prometheus": lambda: prometheus.probe(look)}
    if look.manifest.tenancy is not None or look.manifest.infrastructure.postgres is not None:
        asked["postgres"] = lambda: postgres.probe(look, rehearsal)
    return asked


def at_once(look: Look, asked: dict[str, Callable[[], Evidence]]) -> list[Evidence]:
    """Ask all at the same time; one that outlives its time (a server that sends a byte a second) is given up, and its thread dies with the gate."""
    answers: dict[str, Evidence] = {}

    def put(name: str, question: Callable[[], Evidence]) -> None:
        try:
            answers[name] = question()
        except Exception as error:  # noqa: BLE001 - recorded; a probe that fails must not take the other answers with it
            answers[name] = look.found(name, name, Answer.UNKNOWN, f"the probe raised {type(error).__name__}", errored=True)

    threads = {name: threading.Thread(target=put, args=(name, question), daemon=True) for name, question in asked.items()}
    for thread in threads.values():
        thread.start()
    limit = _QUESTIONS_EACH * look.manifest.infrastructure.timeout.total_seconds()
    return [_outcome(look, name, thread, limit, answers) for name, thread in threads.items()]


def _outcome(look: Look, name: str, thread: threading.Thread, limit: float, answers: dict[str, Evidence]) -> Evidence:
    thread.join(limit)
    return answers.get(name) or look.found(name, name, Answer.UNKNOWN, f"{name} did not finish its answers within {limit:g} s", facts={"kind": "timeout"})


def log_lines(evidence: Sequence[Evidence]) -> list[str]:
    """Give one line for each observation and one for its control."""
    lines = []
    for one in evidence:
        how = one.facts.get("how", one.assurance)
        lines.append(f"{one.observed_at.isoformat()} {one.question}/{one.subject} [{how}] {one.answer}: {one.reason}")
        if one.control is not None:
            lines.append(f"{one.observed_at.isoformat()} {one.question}/{one.subject} control {one.control.state}: {one.control.changed}: {one.control.found}")
    return lines
