"""What a release's own validator is worth, by what it says of servers that are not well.

One that passes a server which answers 404, answers too late or is not there shows nothing of the
criterion that it is run for. What it says no to is not asked further: a no is not wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atom_release.gate.facts.contradiction import Contradiction, Place
from atom_release.gate.facts.validator import ValidatorFacts
from atom_release.gate.rules.recheck import Recheck
from atom_release.gate.vocabulary import Answer

if TYPE_CHECKING:
    from collections.abc import Collection

    from atom_release.gate.facts.evidence import Evidence
    from atom_release.gate.facts.validator import Server

CANNOT_REFUSE = "validator-cannot-refuse"
BOUNDARY = "validator-passes-at-the-budget"
_LATENCY = frozenset({"T5", "P-6"})
_SERVERS: dict[Server, str] = {
    "404": "a server that answers 404 to everything",
    "dead": "a port on which nobody listens",
    "slow": "a server that answers after {slow:g} ms",
}


def judge(evidence: Evidence, deciding: Collection[str]) -> tuple[Answer, str]:
    """Judge what it said again; the kinds of finding in `deciding` are a no."""
    return Recheck(
        ValidatorFacts,
        findings_of,
        unreadable="what the validator said cannot be read",
        answer_of=answer_of,
    ).judge(evidence, deciding)


def answer_of(facts: ValidatorFacts) -> tuple[Answer, str]:
    """Return whether the validator can say no, and why."""
    if facts.lacking:
        return Answer.UNKNOWN, f"the commit holds no {facts.lacking[0]}, which {facts.name} runs"
    passed = passed_servers(facts)
    if passed:
        return Answer.UNKNOWN, _cannot(facts, passed)
    well = any(run.passed for run in facts.runs if run.server == "well")
    also = "" if well or not facts.runs else ", nor the one that is: it may refuse for its own sake"
    return Answer.YES, f"`{facts.command}` passes no server that is not well{also}"


def passed_servers(facts: ValidatorFacts) -> list[str]:
    """Return the servers that are not well and that it passed, each in a few words.

    A late answer is one only of a validator that is evidence for latency.
    """
    of_latency = _LATENCY.intersection(facts.criteria)
    return [
        _SERVERS[run.server].format(slow=facts.slow_ms)
        for run in facts.runs
        if run.passed and run.server in _SERVERS and (of_latency or run.server != "slow")
    ]


def findings_of(facts: ValidatorFacts) -> list[Contradiction]:
    """Return what is to be shown of the validator."""
    script = Place(path=facts.script, line=0, text=facts.command)
    subject, entries = ", ".join(facts.criteria), list[Contradiction]()
    if passed := passed_servers(facts):
        sentence = _cannot(facts, passed)
        entries.append(
            Contradiction(id=CANNOT_REFUSE, subject=subject, sentence=sentence, first=script)
        )
    if place := facts.boundary:
        entries.append(
            Contradiction(
                id=BOUNDARY,
                subject=subject,
                sentence=(
                    f"{place.path}:{place.line} lets pass what is exactly at the budget"
                    f" ({place.text!r}); the budget is strictly below it"
                ),
                first=place,
                show=place.command,
            )
        )
    return entries


def _cannot(facts: ValidatorFacts, passed: list[str]) -> str:
    slow = _SERVERS["slow"].format(slow=facts.slow_ms)
    shows = "nothing of latency" if passed == [slow] else "nothing"
    return f"`{facts.command}` passes {' and '.join(passed)}, so what it passed shows {shows}"
