"""How a failed run of tests is described: the test, its line, and the command that runs it alone.

Also tests that pass whatever the code does. Everything stands in the facts of the run.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from atom_release.gate.documents.description import Description, JudgedLeg
from atom_release.gate.facts.suite import IntegrationFacts, SuiteFacts
from atom_release.gate.first_few import first_few
from atom_release.gate.vocabulary import ControlState, Outcome

if TYPE_CHECKING:
    from atom_release.gate.facts.suite import FailureFacts

_SHOWN = 2


def suite(judged: JudgedLeg) -> Description | None:
    """Describe what a service's suite shows against it."""
    facts, service = SuiteFacts.read(judged.evidence.facts), judged.service
    if facts is None or service is None or judged.leg.outcome is not Outcome.FAIL:
        return None
    code = f"the code in {', '.join(service.source)}"
    if facts.failure:
        return _failed(judged, facts, facts.failure, f"the tests of {judged.name}", code)
    tests = " ".join(service.suite.paths) if service.suite else ""
    if judged.leg.control is ControlState.VACUOUS:
        return Description(
            f"the tests of {judged.name} do not test its code: the gate took out the body of every"
            f" function in {', '.join(service.source)}, and {_still(facts)} passed all the same",
            _places(judged, facts, tests),
            f"In {tests}, let each of them call {code} and assert what it returns, so that it fails"
            " without that code; commit.",
            title=f"the tests of {judged.name} do not test its code",
            code=service.source,
        )
    return None


def integration(judged: JudgedLeg) -> Description | None:
    """Describe what the cross-service tests show."""
    facts = IntegrationFacts.read(judged.evidence.facts)
    if facts is None or judged.leg.outcome is not Outcome.FAIL:
        return None
    named = (entry for entry in judged.grounds.manifest.integration)
    tests = next((entry.paths for entry in named if entry.name == judged.leg.subject), ())
    if facts.failure:
        return _failed(
            judged, facts, facts.failure, "the cross-service tests", _asked_services(facts)
        )
    if judged.leg.control is ControlState.VACUOUS:
        return Description(
            f"the cross-service tests do not test the services: where each one answered 503,"
            f" {_still(facts)} passed all the same",
            " ".join(tests),
            f"In {' '.join(tests)}, send requests to the services and assert what they answer, so"
            " that the tests fail without them; commit.",
            title="the cross-service tests do not test the services",
        )
    return None


def _failed(
    judged: JudgedLeg, facts: SuiteFacts, failure: FailureFacts, whose: str, code: str
) -> Description:
    others = f" and {failure.failed - 1} more" if failure.failed > 1 else ""
    runs = len(facts.runs)
    if failure.runs < runs:
        return Description(
            f"{whose} pass and fail on the same commit: {failure.test} failed in {failure.runs} of"
            f" {runs} runs ({failure.message})",
            failure.place or failure.node or failure.test,
            f"In {code}, make what {failure.test} asks come to the same in every run (the order of"
            " a set, the time, random numbers); commit.",
            "correct the test, if its own data vary",
            title=f"{whose} pass and fail",
        )
    return Description(
        f"{whose} fail: {failure.test}{others} ({failure.message})",
        failure.place or failure.node or failure.test,
        f"Correct {code} until this command passes, and commit:"
        if failure.node and judged.leg.question == "suite"
        else f"Correct {code} so that this test passes, and commit.",
        "correct the test, if it asks the wrong thing",
        title=f"{whose} fail",
        code=judged.code,
        command=f"python -m pytest {shlex.quote(failure.node)}"
        if failure.node and judged.leg.question == "suite"
        else "",
    )


def _places(judged: JudgedLeg, facts: SuiteFacts, tests: str) -> str:
    """Return where the first of the tests stand, or the folder with all of them."""
    lines = [line for name in _names(facts) if (line := judged.line(name))]
    return first_few(lines, _SHOWN) or tests


def _asked_services(facts: IntegrationFacts) -> str:
    return f"the service that it asks ({', '.join(facts.services)})"


def _still(facts: SuiteFacts) -> str:
    names = _names(facts)
    passed = facts.control.passed if facts.control else 0
    of = f" of {passed}" if passed >= len(names) else ""
    return f"{len(names)}{of} tests ({first_few(names, _SHOWN)})" if names else "they all"


def _names(facts: SuiteFacts) -> list[str]:
    names = facts.control.still_passing if facts.control else []
    return [name.rpartition("::")[2] for name in names]
