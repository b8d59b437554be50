"""Reading JUnit XML test case by test case.

The file is written by the subject's own process, so it is treated as hostile: no DTD, no entities,
a bounded size, and the totals in its header are never read. A failing call with a failing teardown
is two nodes and one failed test.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from atom_release.errors import ProbeFault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_LARGEST = 64 << 20
_LONGEST_TEXT = 4000


class Outcome(IntEnum):
    """What became of one test, in rising order of badness."""

    PASSED = 0
    SKIPPED = 1
    ERROR = 2
    FAILED = 3

    @property
    def word(self) -> str:
        """The outcome as reports write it."""
        return self.name.lower()


@dataclass(frozen=True)
class Case:
    """One test: its worst outcome over call, setup and teardown, and what was said of it."""

    id: str
    outcome: Outcome
    message: str = ""
    text: str = field(default="", repr=False)
    hidden_path: str = ""  # what it wanted that this machine has and the sandbox does not show


@dataclass(frozen=True)
class Results:
    """The cases of one file, by id."""

    cases: Mapping[str, Case]

    def count(self) -> dict[str, int]:
        """Give passed, failed, errors, skipped and total, counted."""
        counted = Counter(case.outcome for case in self.cases.values())
        return {
            "passed": counted[Outcome.PASSED],
            "failed": counted[Outcome.FAILED],
            "errors": counted[Outcome.ERROR],
            "skipped": counted[Outcome.SKIPPED],
            "total": len(self.cases),
        }

    def having(self, *outcomes: Outcome) -> list[Case]:
        """Give the cases with one of these outcomes, in the file's order."""
        return [case for case in self.cases.values() if case.outcome in outcomes]

    def naming_hidden(self, hidden_path: Callable[[str], str | None]) -> Results:
        """Return these results with the path that each failing test wanted and was not shown."""
        return Results(
            {
                name: replace(case, hidden_path=hidden_path(case.message) or "")
                if case.outcome in {Outcome.FAILED, Outcome.ERROR}
                else case
                for name, case in self.cases.items()
            }
        )


class UnreadableResults(ProbeFault):
    """The file is not the JUnit XML that pytest writes."""


def read(xml: bytes) -> Results:
    """Read the cases.

    Raises:
        UnreadableResults: too large, not well-formed, with a DTD or entities, or not JUnit XML.
    """
    from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
    from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

    if len(xml) > _LARGEST:
        raise UnreadableResults(f"the JUnit file is larger than {_LARGEST >> 20} MiB")
    try:
        root = fromstring(xml, forbid_dtd=True)
    except DefusedXmlException as error:
        raise UnreadableResults(
            f"the JUnit file declares what JUnit XML never does: {type(error).__name__}"
        ) from error
    except (SyntaxError, ValueError, LookupError) as error:  # ParseError is a SyntaxError
        raise UnreadableResults("the JUnit file is not well-formed XML") from error
    if root.tag not in {"testsuites", "testsuite"}:
        raise UnreadableResults("the JUnit file has another root element than testsuites")
    return Results(_merged(root))


def _merged(root: Any) -> dict[str, Case]:  # noqa: ANN401 - untyped where it comes from
    from junitparser import TestCase

    cases: dict[str, Case] = {}
    for element in root.iter("testcase"):
        case = _case(TestCase.fromelem(element))  # type: ignore[no-untyped-call]
        known = cases.get(case.id)
        if known is None or case.outcome > known.outcome:
            cases[case.id] = case
    return cases


def _case(found: Any) -> Case:  # noqa: ANN401 - untyped where it comes from
    name = f"{found.classname or ''}::{found.name or ''}"
    worst = Case(name, Outcome.PASSED)
    for result in found.result:
        outcome = {
            "Failure": Outcome.FAILED,
            "Error": Outcome.ERROR,
            "Skipped": Outcome.SKIPPED,
        }.get(type(result).__name__, Outcome.PASSED)
        if outcome > worst.outcome:
            worst = Case(
                name,
                outcome,
                (result.message or "")[:_LONGEST_TEXT],
                (result.text or "")[-_LONGEST_TEXT:],
            )
    return worst


def case_id(node: str) -> str:
    """Give the id under which pytest's JUnit file holds the test that pytest calls `node`."""
    path, bracket, parameters = node.partition("[")
    names = path.split("::")
    names[0] = names[0].replace("/", ".").removesuffix(".py")
    names[-1] += bracket + parameters
    return f"{'.'.join(names[:-1])}::{names[-1]}"
