"""What the elements of a JUnit file say: of a case its worst word, of a suite what befell it.

The file is hostile; a word that stands nowhere in `junit_words` leaves its case, or its suite,
unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from atom_release.lab.junit_results import Case
from atom_release.lab.junit_words import (
    CONTAINERS,
    ELEMENTS,
    SILENT_ELEMENTS,
    Outcome,
    attribute_outcome,
    is_silent,
    speaks_of_outcomes,
    word_outcome,
)

_LONGEST_TEXT = 4000
LONGEST_WORD = 60
_PYTEST = "pytest"  # the name of the suite, unless the subject's configuration says otherwise
_DEEPEST = 20  # suites that a case's id can name


@dataclass(frozen=True)
class Suite:
    """A suite on the way down to a case, and what it says of all its cases."""

    name: str = ""
    parent: Suite | None = None
    skipped: bool = False

    @property
    def path(self) -> tuple[str, ...]:
        """The names of the innermost suites, outermost first; those without a name left out."""
        names: list[str] = []
        suite: Suite | None = self
        for _ in range(_DEEPEST):
            if suite is None:
                break
            names.append(suite.name)
            suite = suite.parent
        return tuple(name for name in reversed(names) if name)


@dataclass(frozen=True)
class ReadCase:
    """A case with the suites that it stands in; `by_pytest` as `read` has it."""

    case: Case
    suite: Suite
    by_pytest: bool


def walk_cases(root: Any, *, by_pytest: bool) -> Iterator[ReadCase]:  # noqa: ANN401 - the same
    """Yield every case in the file's order, and one of its own for what a suite says of itself."""
    ahead: list[tuple[Any, Suite, bool]] = [(root, Suite(), by_pytest)]
    while ahead:
        element, parent, pytest_s = ahead.pop()
        if local_name(element.tag) == "testcase":
            yield ReadCase(
                _skipped_with(parent, _case(element, by_pytest=pytest_s)), parent, pytest_s
            )
            continue
        suite = Suite(element.get("name", ""), parent, parent.skipped or _is_skipped(element))
        yield from (ReadCase(case, suite, pytest_s) for case in _own_words(element, suite))
        below = pytest_s or suite.name == _PYTEST
        ahead += [
            (child, suite, below)
            for child in reversed(element)
            if local_name(child.tag) in CONTAINERS or local_name(child.tag) == "testcase"
        ]


def local_name(tag: object) -> str:
    """Return a tag's name in small letters without its namespace."""
    return str(tag).rpartition("}")[2].casefold()


def _is_skipped(suite: Any) -> bool:  # noqa: ANN401 - the same
    """Return whether a suite says of itself that it did not run."""
    return any(
        ELEMENTS.get(local_name(child.tag)) is Outcome.SKIPPED for child in suite
    ) or Outcome.SKIPPED in {outcome for _, outcome in _suite_states(suite)}


def _suite_states(suite: Any) -> Iterator[tuple[str, Outcome]]:  # noqa: ANN401 - the same
    """Yield what attributes of a suite say of it as a whole, each with its text.

    `skipped="3"` and the like are counts, which are the header's and are not read.
    """
    for name, value in suite.attrib.items():
        local = local_name(name)
        if local in {"status", "result", "outcome", "state"}:
            yield f'{local}="{value[:LONGEST_WORD]}"', word_outcome(value)
        elif local in {"disabled", "skipped", "ignored"} and value.casefold() in {"true", "yes"}:
            yield f'{local}="{value}"', Outcome.SKIPPED


def _own_words(element: Any, suite: Suite) -> Iterator[Case]:  # noqa: ANN401 - the same
    """Yield a case for each thing that a suite says of itself and that does not pass.

    That it could not be built or set up, or a word that is not known.
    """
    where = f"{' > '.join(suite.path) or 'the file'} (the suite itself)"
    for child in element:
        name = local_name(child.tag)
        outcome = ELEMENTS.get(name)
        if outcome is Outcome.SKIPPED or name in CONTAINERS | {"testcase"} or _says_nothing(child):
            continue
        message = _message(child) or (child.text or "").strip()
        yield Case(where, Outcome.UNKNOWN, f"the suite itself has <{name}> {message}".strip())
    for text, outcome in _suite_states(element):
        if outcome not in {Outcome.PASSED, Outcome.SKIPPED}:
            yield Case(where, Outcome.UNKNOWN, f"the suite itself has {text}")
    if _counts_bad(element) and not _holds_bad(element):
        yield Case(
            where, Outcome.UNKNOWN, "its header counts failures or errors that no case shows"
        )


def _counts_bad(suite: Any) -> bool:  # noqa: ANN401 - the same
    return any(
        (count := suite.get(name, "").strip()).isdecimal() and int(count[:9]) > 0
        for name in ("failures", "errors", "failed")
    )


def _holds_bad(suite: Any) -> bool:  # noqa: ANN401 - the same
    bad = {Outcome.FAILED, Outcome.ERROR}
    return any(
        ELEMENTS.get(local_name(element.tag)) in bad
        or (
            local_name(element.tag) == "testcase"
            and any(attribute_outcome(local_name(n), v) in bad for n, v in element.attrib.items())
        )
        for element in suite.iter()
    )


def _skipped_with(suite: Suite, case: Case) -> Case:
    """Return the case, which did not run where its suite says that it did not."""
    if suite.skipped and case.outcome is Outcome.PASSED:
        return replace(case, outcome=Outcome.SKIPPED, message="its suite says it did not run")
    return case


def _case(element: Any, *, by_pytest: bool) -> Case:  # noqa: ANN401 - the same
    """Read one case: the worst that its elements and attributes say."""
    where = element.get("classname") or element.get("class") or ""
    name = f"{where}::{element.get('name') or element.get('id') or ''}"
    worst = Case(name, Outcome.PASSED)
    todo = _is_todo(element)
    for reported, message, text in (*_elements(element), *_attributes(element, by_pytest)):
        outcome = Outcome.SKIPPED if todo else reported
        if outcome > worst.outcome:
            worst = Case(name, outcome, message[:_LONGEST_TEXT], text[-_LONGEST_TEXT:])
    return worst


def _elements(case: Any) -> Iterator[tuple[Outcome, str, str]]:  # noqa: ANN401 - the same
    """Yield what each element of a case says: outcome, message, text."""
    for child in case:
        name = local_name(child.tag)
        if _says_nothing(child):
            continue
        outcome = ELEMENTS.get(name, Outcome.UNKNOWN)
        if outcome is Outcome.PASSED and (child.text or "").strip().casefold() not in {"", "true"}:
            outcome = Outcome.UNKNOWN
        message = _message(child)
        if outcome is Outcome.UNKNOWN:
            message = f"<{name[:LONGEST_WORD]}> {message}".strip()
        elif name.startswith("flaky"):
            message = f"failed, and passed when it was run again: {message}"
        yield outcome, message, child.text or ""


def _says_nothing(element: Any) -> bool:  # noqa: ANN401 - the same
    """Return whether an element is beside the outcome, and holds none that is hidden in it."""
    name = str(element.tag).rpartition("}")[2]
    return (name.casefold() in SILENT_ELEMENTS or is_silent(name)) and not any(
        local_name(inner.tag) in ELEMENTS for inner in element.iter() if inner is not element
    )


def _is_todo(case: Any) -> bool:  # noqa: ANN401 - the same
    """Return whether a case is marked as still to be done.

    Node's runner runs it, writes its failure, and fails no run by it ("todo tests are executed, but
    are not treated as test failures").
    """
    return any(
        local_name(child.tag) == "skipped" and child.get("type", "").casefold() == "todo"
        for child in case
    )


def _attributes(case: Any, by_pytest: bool) -> Iterator[tuple[Outcome, str, str]]:  # noqa: ANN401, FBT001 - the same
    """Yield what each attribute of a case says that does not pass."""
    for name, value in case.attrib.items():
        if by_pytest and not speaks_of_outcomes(local_name(name)):
            continue
        outcome = attribute_outcome(name.rpartition("}")[2], value)
        if outcome is not Outcome.PASSED:
            yield outcome, f'{local_name(name)[:LONGEST_WORD]}="{value[:LONGEST_WORD]}"', ""


def _message(element: Any) -> str:  # noqa: ANN401 - the same
    return str(element.get("message") or "")
