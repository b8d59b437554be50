"""Reading JUnit XML test case by test case.

The file is written by the subject's own process, so it is treated as hostile: no DTD, no entities,
a bounded size, and a header never counts a test as passed. What a word of it means is
`junit_words`; a word that stands nowhere there leaves its case, or its suite, unknown.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from atom_release.errors import ProbeFault
from atom_release.lab.junit_elements import LONGEST_WORD, ReadCase, local_name, walk_cases
from atom_release.lab.junit_results import Case, Results
from atom_release.lab.junit_words import (
    CONTAINERS,
    Outcome,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Case", "Outcome", "Results", "UnreadableResults", "case_id", "read"]

_LARGEST = 64 << 20
_ENCODING = re.compile(rb"""<\?xml[^>]{1,100}?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")


class UnreadableResults(ProbeFault):
    """The file is no JUnit XML."""


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
    if local_name(root.tag) not in CONTAINERS:
        raise UnreadableResults(
            "the JUnit file has another root element than testsuites:"
            f" <{local_name(root.tag)[:LONGEST_WORD]}>"
        )
    read_cases = [*walk_cases(root, by_pytest=by_pytest)]
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


def _by_id(cases: Iterable[ReadCase]) -> dict[str, Case]:
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
