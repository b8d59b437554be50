"""What a report says against itself, beyond what one reader sees alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice

from atom_release.gate.claims.record import ReportStatus
from atom_release.reader.clauses import speaks_of_now
from atom_release.reader.counted_lists import miscounted_lists
from atom_release.reader.facts import Document, Kind
from atom_release.reader.policies import PoliciesRead
from atom_release.reader.status import StatusRead
from atom_release.reader.tally import Counts
from atom_release.reader.vocabulary import words

_TOLD = 10  # of one kind
_MAY_DENY = re.compile(r"hard-?coded|embedded|secret|credential|keys?\b", re.IGNORECASE)
_NO_SECRET = re.compile(
    r"\bno (?:\w+ )?(?:hard-?coded|embedded)(?: (?:secrets?|credentials?|keys?|passwords?|"
    r"tokens?))?\b|\bno (?:secrets?|credentials?|keys?) (?:in|are hard-?coded)",
    re.IGNORECASE,
)
_DEFAULT_SECRET = re.compile(
    r"\b(?:dev(?:elopment)?|hard-?coded|built-?in|insecure|static) (?:default )?(?:\w+"
    r" )?(?:key|secret|password|token|credentials?)\b|"
    r"\bdefault (?:\w+ )?(?:key|secret|password|token|credentials?)\b|\bdev(?:elopment)? default\b",
    re.IGNORECASE,
)
_SECRET_NAME = re.compile(
    r"SECRET|KEY|TOKEN|PASSWORD|CREDENTIAL|\b(?:secret|key|token|password)\b", re.IGNORECASE
)
_DENIED = re.compile(
    r"\b(?:no|not|never|none|zero|0|without|removed|replaced|rejects?|refuses?|refused|forbid\w*)\b",
    re.IGNORECASE,
)
_CODE_DEFAULT = re.compile(
    r"(?:getenv|environ\.get)\(\s*['\"]\w*(?:SECRET|KEY|TOKEN|PASSWORD)\w*['\"]\s*,\s*['\"][^'\"]{4,}['\"]"
)


@cache
def _every_test() -> re.Pattern[str]:
    """Return what matches, in lower case, that every test passes."""
    noun, passed = words("test_noun").pattern, words("n_passed").pattern
    return re.compile(
        rf"(?:{words('all_of').pattern})\s(?:\w+\s)?(?:{noun})\s(?:are\s)?(?:{passed})"
        rf"|(?<![\w.,])100\s?%\s(?:of\s)?(?:{noun})\s(?:are\s)?(?:{passed})"
    )


def _says_every_test_passes(lowered: str) -> bool:
    """Return whether a text in lower case says it, and neither denies it nor takes it back."""
    every = (
        _every_test().search(lowered)
        if words("all_of").search(lowered) or "100" in lowered
        else None
    )
    if every is None or words("t_takes_back").search(lowered, every.end()):
        return False
    return words("negation").search(lowered[: every.start()]) is None


def find_contradictions(
    document: Document, status: StatusRead, counts: Counts | None, policies: PoliciesRead
) -> Iterator[str]:
    """Yield each contradiction with its lines."""
    of_tests = dict(_tests_against_prose(document, counts))
    if status.status is ReportStatus.PASS and status.line not in of_tests:
        yield from _passed_over_failures(status, counts, policies)
    yield from of_tests.values()
    yield from _secrets(document)
    yield from islice(miscounted_lists(document), _TOLD)


def _passed_over_failures(
    status: StatusRead, counts: Counts | None, policies: PoliciesRead
) -> Iterator[str]:
    stated = f"the status is {status.raw!r} on line {status.line}"
    if counts is not None and counts.failed and "failed" in counts.names():
        yield f"{stated}, and line {counts.line_of('failed')} has {counts.failed} failed"
    for claim in policies.claims:
        if str(claim.value).endswith(" FAIL"):
            yield f"{stated}, and {claim.value} stands on line {claim.line}"


def _tests_against_prose(document: Document, counts: Counts | None) -> Iterator[tuple[int, str]]:
    """Yield the lines that say that all tests pass where some failed, each with what is told."""
    if counts is None or not counts.failed or "failed" not in counts.names():
        return
    for fact in document.lines:
        if not _says_every_test_passes(fact.text.lower()):
            continue
        if fact.section.own and speaks_of_now(fact.text):
            failed = f"line {counts.line_of('failed')} has {counts.failed} failed"
            yield fact.line, f"line {fact.line} says that all tests pass, and {failed}"


def _secrets(document: Document) -> Iterator[str]:
    if not _MAY_DENY.search("\n".join(document.source)):
        return
    denied = next((number for number, text in _texts(document) if _NO_SECRET.search(text)), None)
    if denied is None:
        return
    named = (
        number for number, text in _texts(document) if number != denied and _is_default_secret(text)
    )
    for number in islice(named, _TOLD):
        yield (
            f"no hard-coded secret is said on line {denied}, and line {number} names a default one"
        )


def _is_default_secret(text: str) -> bool:
    if _CODE_DEFAULT.search(text):
        return True
    return bool(
        _DEFAULT_SECRET.search(text) and _SECRET_NAME.search(text) and not _DENIED.search(text)
    )


def _texts(document: Document) -> Iterator[tuple[int, str]]:
    for fact in document.facts:
        if fact.kind is not Kind.FIELD:
            yield fact.line, fact.text
