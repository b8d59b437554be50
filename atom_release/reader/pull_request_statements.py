"""Where a document says that a pull request was opened, and from which branch.

Of one that was merged nothing is read: its branch may be gone, as it should.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from atom_release.gate.claims.record import ClaimKind, ClaimRecord
from atom_release.reader.document_rows import is_said_of_now
from atom_release.reader.facts import Document, Kind

_REQUEST = r"(?:pull request|merge request|PR|MR)"
_OPENED = r"(?:opened|created|submitted|raised|is open)"
_SAYS = re.compile(
    rf"\b{_REQUEST}\b[^.|;]{{0,60}}?\b{_OPENED}\b|\b{_OPENED}\b[^.|;]{{0,30}}?\b{_REQUEST}\b"
    rf"|\b{_REQUEST}\b\W+(?i:opened?)\b",
    re.IGNORECASE,
)
_OTHERWISE = re.compile(
    r"\b(?:not|no|never|will|to be|should|must|can|could|when|once|if|after|before|pending|todo"
    r"|ready|needs?|please|each|every|any|all|template|automatic\w*|merged|closed|on each|whenever"
    r"|by hand|next|planned)\b|n't\b|\?",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"#\d+|/pulls?/\d+|/merge_requests/\d+|!\d+")
_NUMBER = re.compile(
    rf"\b{_REQUEST}\W{{0,3}}(?:number|no\.?|id)?\W{{0,3}}?(?P<mark>[#!])(?P<number>\d{{1,7}})\b"
    r"|https?://[^/\s]+/(?P<repository>[\w.-]+(?:/[\w.-]+)+?)/(?:-/)?(?P<kind>pulls?|merge_requests)"
    r"/(?P<at>\d{1,7})\b",
    re.IGNORECASE,
)
_IS_THERE = re.compile(
    rf"\b{_OPENED}\b|\b(?:merged|closed|landed|reviewed|approved)\b"
    rf"|^\W*{_REQUEST}\W*[:|]|^\W*{_REQUEST}\W*(?:#|!)\d+\W*(?:[:|]|$)",
    re.IGNORECASE,
)
_FINISHED = re.compile(
    r"\b(?:merged|closed|approved|reviewed|after|before|by hand)\b", re.IGNORECASE
)
_BRANCH = re.compile(
    r"(?:from|branch|head)\s+`?((?:[\w.-]+/)+[\w.-]+|`[\w.-]+`)|`((?:[\w.-]+/)+[\w.-]+)`"
    r"|\b((?:feature|release|prod-[a-z]+|hotfix|bugfix|review)/[\w./-]+\w)"
)


_READ = frozenset({Kind.LINE, Kind.ITEM, Kind.ROW, Kind.HEADING})


@dataclass(frozen=True)
class Numbered:
    """A line that says of a pull request with a number that there is one.

    `mark` is `#` or `!`, as the number or its URL has it; `repository` is that of the URL, if any;
    `branch` is empty where the line names none.
    """

    number: int
    mark: str
    repository: str
    branch: str
    line: int
    text: str


@dataclass(frozen=True)
class Opened:
    """A line that says so; `branch` is empty where neither it nor the header names one."""

    branch: str
    line: int
    text: str


def opened_requests(document: Document, record: ClaimRecord) -> Iterator[Opened]:
    """Yield where a pull request is said to have been opened; one with a number is a forge's."""
    of_header = next(
        (str(claim.value) for claim in record.claims if claim.kind is ClaimKind.BRANCH), ""
    )
    for fact in document.lines:
        if not _SAYS.search(fact.text) or not is_said_of_now(fact):
            continue
        if _OTHERWISE.search(fact.text) or _NUMBERED.search(fact.raw):
            continue
        match = _BRANCH.search(fact.raw)
        named = next((part for part in match.groups() if part), "") if match else ""
        yield Opened(named.strip("`") or of_header, fact.line, fact.text)


def numbered_requests(document: Document) -> Iterator[Numbered]:
    """Yield where a pull request is said to be there by its number; each number once a line."""
    for fact in document.facts:
        if fact.kind not in _READ or not is_said_of_now(fact):
            continue
        if not _IS_THERE.search(fact.raw) or _OTHERWISE.search(_FINISHED.sub(" ", fact.text)):
            continue
        matches = {
            int(match["number"] or match["at"]): match for match in _NUMBER.finditer(fact.raw)
        }
        named = _BRANCH.search(_NUMBER.sub(" ", fact.raw)) if len(matches) == 1 else None
        branch = next(filter(None, named.groups()), "") if named else ""
        for number, match in matches.items():
            kind = match["kind"] or ""
            mark = match["mark"] or ("!" if kind.lower() == "merge_requests" else "#")
            repository = match["repository"] or ""
            yield Numbered(number, mark, repository, branch.strip("`"), fact.line, fact.text)
