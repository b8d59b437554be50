"""Reading JUnit XML test case by test case.

The file is written by the subject's own process, so it is treated as hostile: no DTD, no entities,
a bounded size, and a header never counts a test as passed. What a word of it means is
`junit_words`; a word that stands nowhere there leaves its case, or its suite, unknown.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from atom_release.errors import ProbeFault
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

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["Case", "Outcome", "Results", "UnreadableResults", "case_id", "read"]

_LARGEST = 64 << 20
_LONGEST_TEXT = 4000
_LONGEST_WORD = 60
_PYTEST = "pytest"  # the name of the suite, unless the subject's configuration says otherwise
_DEEPEST = 20  # suites that a case's id can name
_ENCODING = re.compile(rb"""<\?xml[^>]{1,100}?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")


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
        """Return passed, failed, errors, skipped and total, counted; unknown where there is one."""
        counted = Counter(case.outcome for case in self.cases.values())
        unknown = {"unknown": counted[Outcome.UNKNOWN]} if counted[Outcome.UNKNOWN] else {}
        return {
            "passed": counted[Outcome.PASSED],
            "failed": counted[Outcome.FAILED],
            "errors": counted[Outcome.ERROR],
            "skipped": counted[Outcome.SKIPPED],
            "total": len(self.cases),
            **unknown,
        }

    def having(self, *outcomes: Outcome) -> list[Case]:
        """Return the cases with one of these outcomes, in the file's order."""
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
    """The file is no JUnit XML."""


@dataclass(frozen=True)
class _Suite:
    """A suite on the way down to a case, and what it says of all its cases."""

    name: str = ""
    parent: _Suite | None = None
    skipped: bool = False

    @property
    def path(self) -> tuple[str, ...]:
        """The names of the innermost suites, outermost first; those without a name left out."""
        names: list[str] = []
        suite: _Suite | None = self
        for _ in range(_DEEPEST):
            if suite is None:
                break
            names.append(suite.name)
            suite = suite.parent
        return tuple(name for name in reversed(names) if name)


def read(xml: bytes, *, by_pytest: bool = False) -> Results:
    """Read the cases.

    Args:
        xml: the file.
        by_pytest: whether pytest itself wrote it. It writes one test as several nodes of one name,
            and its `record_xml_attribute` adds any attribute to a node.

    Raises:
        UnreadableResults: too large, not well-formed, with a DTD or entities, or not JUnit XML.
    """
    root = _parsed(xml)
    if _local(root.tag) not in CONTAINERS:
        raise UnreadableResults(
            "the JUnit file has another root element than testsuites:"
            f" <{_local(root.tag)[:_LONGEST_WORD]}>"
        )
    read_cases = [*_walk(root, by_pytest=by_pytest)]
    return Results(_by_id(read_cases))


def _parsed(xml: bytes) -> Any:  # noqa: ANN401 - untyped where it comes from
    from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
    from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

    if len(xml) > _LARGEST:
        raise UnreadableResults(f"the JUnit file is larger than {_LARGEST >> 20} MiB")
    try:
        return fromstring(_decoded(xml.lstrip()), forbid_dtd=True)
    except DefusedXmlException as error:
        raise UnreadableResults(
            f"the JUnit file declares what JUnit XML never does: {type(error).__name__}"
        ) from error
    except (SyntaxError, ValueError, LookupError) as error:  # ParseError is a SyntaxError
        raise UnreadableResults("the JUnit file is not well-formed XML") from error


def _decoded(xml: bytes) -> str | bytes:
    """Return the text where the parser would not find out its encoding, else the bytes.

    UTF-16 under a declaration of UTF-8, as a redirected output on Windows is, and encodings of
    several bytes a letter.

    Raises:
        LookupError: the file names an encoding that does not exist.
        ValueError: its bytes are not of that encoding.
    """
    if xml.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return xml.decode("utf-16")
    for start, encoding in ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be")):
        if xml.startswith(start):
            return xml.decode(encoding)
    declared = _ENCODING.match(xml)
    if declared is None:
        return xml
    codec = codecs.lookup(declared[1].decode()).name
    return xml if codec.startswith(("utf", "iso8859", "cp12")) else xml.decode(codec)


@dataclass(frozen=True)
class _Read:
    """A case with the suites that it stands in; `by_pytest` as `read` has it."""

    case: Case
    suite: _Suite
    by_pytest: bool


def _walk(root: Any, *, by_pytest: bool) -> Iterator[_Read]:  # noqa: ANN401 - the same
    """Yield every case in the file's order, and one of its own for what a suite says of itself."""
    ahead: list[tuple[Any, _Suite, bool]] = [(root, _Suite(), by_pytest)]
    while ahead:
        element, parent, pytest_s = ahead.pop()
        if _local(element.tag) == "testcase":
            yield _Read(_skipped_with(parent, _case(element, by_pytest=pytest_s)), parent, pytest_s)
            continue
        suite = _Suite(element.get("name", ""), parent, parent.skipped or _is_skipped(element))
        yield from (_Read(case, suite, pytest_s) for case in _own_words(element, suite))
        below = pytest_s or suite.name == _PYTEST
        ahead += [
            (child, suite, below)
            for child in reversed(element)
            if _local(child.tag) in CONTAINERS or _local(child.tag) == "testcase"
        ]


def _local(tag: object) -> str:
    """Return a tag's name in small letters without its namespace."""
    return str(tag).rpartition("}")[2].casefold()


def _is_skipped(suite: Any) -> bool:  # noqa: ANN401 - the same
    """Return whether a suite says of itself that it did not run."""
    return any(
        ELEMENTS.get(_local(child.tag)) is Outcome.SKIPPED for child in suite
    ) or Outcome.SKIPPED in {outcome for _, outcome in _suite_states(suite)}


def _suite_states(suite: Any) -> Iterator[tuple[str, Outcome]]:  # noqa: ANN401 - the same
    """Yield what attributes of a suite say of it as a whole, each with its text.

    `skipped="3"` and the like are counts, which are the header's and are not read.
    """
    for name, value in suite.attrib.items():
        local = _local(name)
        if local in {"status", "result", "outcome", "state"}:
            yield f'{local}="{value[:_LONGEST_WORD]}"', word_outcome(value)
        elif local in {"disabled", "skipped", "ignored"} and value.casefold() in {"true", "yes"}:
            yield f'{local}="{value}"', Outcome.SKIPPED


def _own_words(element: Any, suite: _Suite) -> Iterator[Case]:  # noqa: ANN401 - the same
    """Yield a case for each thing that a suite says of itself and that does not pass.

    That it could not be built or set up, or a word that is not known.
    """
    where = f"{' > '.join(suite.path) or 'the file'} (the suite itself)"
    for child in element:
        name = _local(child.tag)
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
        ELEMENTS.get(_local(element.tag)) in bad
        or (
            _local(element.tag) == "testcase"
            and any(attribute_outcome(_local(n), v) in bad for n, v in element.attrib.items())
        )
        for element in suite.iter()
    )


def _skipped_with(suite: _Suite, case: Case) -> Case:
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
        name = _local(child.tag)
        if _says_nothing(child):
            continue
        outcome = ELEMENTS.get(name, Outcome.UNKNOWN)
        if outcome is Outcome.PASSED and (child.text or "").strip().casefold() not in {"", "true"}:
            outcome = Outcome.UNKNOWN
        message = _message(child)
        if outcome is Outcome.UNKNOWN:
            message = f"<{name[:_LONGEST_WORD]}> {message}".strip()
        elif name.startswith("flaky"):
            message = f"failed, and passed when it was run again: {message}"
        yield outcome, message, child.text or ""


def _says_nothing(element: Any) -> bool:  # noqa: ANN401 - the same
    """Return whether an element is beside the outcome, and holds none that is hidden in it."""
    name = str(element.tag).rpartition("}")[2]
    return (name.casefold() in SILENT_ELEMENTS or is_silent(name)) and not any(
        _local(inner.tag) in ELEMENTS for inner in element.iter() if inner is not element
    )


def _is_todo(case: Any) -> bool:  # noqa: ANN401 - the same
    """Return whether a case is marked as still to be done.

    Node's runner runs it, writes its failure, and fails no run by it ("todo tests are executed, but
    are not treated as test failures").
    """
    return any(
        _local(child.tag) == "skipped" and child.get("type", "").casefold() == "todo"
        for child in case
    )


def _attributes(case: Any, by_pytest: bool) -> Iterator[tuple[Outcome, str, str]]:  # noqa: ANN401, FBT001 - the same
    """Yield what each attribute of a case says that does not pass."""
    for name, value in case.attrib.items():
        if by_pytest and not speaks_of_outcomes(_local(name)):
            continue
        outcome = attribute_outcome(name.rpartition("}")[2], value)
        if outcome is not Outcome.PASSED:
            yield outcome, f'{_local(name)[:_LONGEST_WORD]}="{value[:_LONGEST_WORD]}"', ""


def _message(element: Any) -> str:  # noqa: ANN401 - the same
    return str(element.get("message") or "")


def _by_id(cases: Iterable[_Read]) -> dict[str, Case]:
    """Return the cases by an id that no two tests share.

    Class and name; the suites' names too where tests of several suites have both in common; and a
    number where one suite has a test of that name again, which in pytest's file is another phase of
    the same test.
    """
    listed = list(cases)
    suites: dict[str, set[tuple[str, ...]]] = {}
    for listed_case in listed:
        suites.setdefault(listed_case.case.id, set()).add(listed_case.suite.path)
    named: dict[str, Case] = {}
    times: Counter[str] = Counter()
    for listed_case in listed:
        name = listed_case.case.id
        if len(suites[name]) > 1:
            name = " > ".join([*listed_case.suite.path, name])
        times[name] += 1
        if times[name] > 1 and not listed_case.by_pytest:
            name = f"{name} ({times[name]})"
        earlier = named.get(name)
        if earlier is None or listed_case.case.outcome > earlier.outcome:
            named[name] = replace(listed_case.case, id=name)
    return named


def case_id(node: str) -> str:
    """Return the id under which pytest's JUnit file holds the test that pytest calls `node`.

    For a run whose pytest does not say it itself: folders may have brackets, parameters too.
    """
    path, separator, rest = node.partition("::")
    inner, bracket, parameters = rest.partition("[")
    names = [path.replace("/", ".").removesuffix(".py"), *(inner.split("::") if separator else ())]
    names[-1] += bracket + parameters
    return f"{'.'.join(names[:-1])}::{names[-1]}"
