"""T2: a system is asked within its time, whatever it does.

And what came of all of them as lines for the log.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.facts.system import SystemFacts
from atom_release.gate.printable import printable
from atom_release.gate.vocabulary import Answer, Assurance
from atom_release.lab.look import Look

_QUESTIONS_EACH = 8  # a probe puts some questions, each with the manifest's timeout


def within(look: Look, system: str, ask: Callable[[], Evidence]) -> Evidence:
    """Ask.

    A system that outlives its time (a server that sends a byte a second) is given up, and its
    thread dies with the gate.

    Raises:
        Exception: whatever the probe raised.
    """
    came: list[Evidence] = []
    raised: list[BaseException] = []

    def put() -> None:
        try:
            came.append(ask())
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            raised.append(error)

    thread = threading.Thread(target=put, daemon=True)
    thread.start()
    limit = _QUESTIONS_EACH * look.manifest.infrastructure.timeout.total_seconds()
    thread.join(limit)
    if raised:
        raise raised[0]
    if came:
        return came[0]
    reason = f"{system} did not finish its answers within {limit:g} s"
    facts = SystemFacts(how="given up", kind="timeout").to_json()
    return look.found(system, system, Answer.UNKNOWN, reason, assurance=Assurance.LIVE, facts=facts)


def log_lines(evidence: Sequence[Evidence]) -> list[str]:
    """Return one line for each observation and one for its control."""
    lines = []
    for item in evidence:
        how = item.facts.get("how", item.assurance)
        lines.append(
            f"{item.observed_at.isoformat()} {item.question}/{item.subject} [{how}] {item.answer}:"
            f" {item.reason}"
        )
        if item.control is not None:
            lines.append(
                f"{item.observed_at.isoformat()} {item.question}/{item.subject} control"
                f" {item.control.state}: {item.control.changed}: {item.control.found}"
            )
    return [printable(" ".join(line.split())) for line in lines]
