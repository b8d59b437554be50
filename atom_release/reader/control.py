"""The reader's negative control.

Change one number or status in a copy of a report, read it again, and see exactly that change.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from atom_release.gate.claims.record import Claim, ClaimKind, ClaimRecord, ReportStatus
from atom_release.gate.facts.evidence import NegativeControl
from atom_release.gate.vocabulary import ControlState
from atom_release.reader.claims_block import FILE
from atom_release.reader.decoding import NotText, decode
from atom_release.reader.report import read_report

_TRIED = 40
_PASSED = re.compile(r"(?i)\b(?:pass(?:ed|ing)?|complete[d]?|success(?:ful)?|done|ok)\b|✅")


def changed_copy(record: ClaimRecord, raw: bytes, beside: bytes | None = None) -> NegativeControl:
    """Change one claim in a copy and return whether the reader saw that change and no other.

    Of a record that is given beside the report, the copy is of that file.
    """
    apart = record.given == FILE and beside is not None
    try:
        lines = decode(beside or b"" if apart else raw).split("\n")
    except NotText:
        return NegativeControl(
            state=ControlState.DEAD, changed="nothing: the report is no text", found="nothing"
        )
    for claim in _candidates(record):
        if apart and claim.file is None:
            continue
        for new, old, line in _edits(claim, lines[claim.line - 1]):
            copy = "\n".join([*lines[: claim.line - 1], line, *lines[claim.line :]]).encode(
                "utf-8", "replace"
            )
            after = (
                read_report(record.path, raw, limit=len(raw), beside=copy)
                if apart
                else read_report(record.path, copy, limit=len(copy), beside=beside)
            )
            if _differs_only_in(claim, new, record, after):
                changed = f"{old!r} became {new!r} on line {claim.line} of a copy"
                return NegativeControl(
                    state=ControlState.ALIVE,
                    changed=changed,
                    found=f"{claim.kind.value} {new} instead of {claim.value}",
                )
    return NegativeControl(
        state=ControlState.DEAD,
        changed="each number and status of a copy in turn",
        found="the reader did not see exactly that change",
    )


def _candidates(record: ClaimRecord) -> list[Claim]:
    counts = [claim for claim in record.claims if claim.kind is ClaimKind.TESTS]
    return [*counts[:4], *[claim for claim in record.claims if claim.kind is ClaimKind.STATUS][:2]]


def _edits(claim: Claim, line: str) -> Iterator[tuple[int | str, str, str]]:
    """Yield the new value, the text it replaces and the changed line.

    For each place on the line where the old value stands.
    """
    if claim.kind is ClaimKind.TESTS and isinstance(claim.value, int):
        new: int | str = claim.value + 1
        places = re.finditer(rf"(?<![\d.]){claim.value}(?![\d.])", line)
    elif claim.value == ReportStatus.PASS:
        new = ReportStatus.FAIL.value
        places = _PASSED.finditer(line)
    else:
        return
    for count, place in enumerate(places):
        if count >= _TRIED:
            return
        rest = line[place.end() :]
        shown = str(new)
        before = line[: place.start()]
        if claim.kind is ClaimKind.STATUS:  # a tick beside the word goes with it
            before, rest = before.replace("✅", ""), rest.replace("✅", "")
        yield new, place[0], f"{before}{shown}{rest}"


def _differs_only_in(claim: Claim, new: int | str, before: ClaimRecord, after: ClaimRecord) -> bool:
    values_before, says = _values(before), _values(after)
    lost = values_before - says
    gained = says - values_before
    expected = (claim.kind, claim.line, claim.unit)
    return list(lost.elements()) == [(*expected, claim.value)] and list(gained.elements()) == [
        (*expected, new)
    ]


def _values(record: ClaimRecord) -> Counter[tuple[ClaimKind, int, str | None, str | float | None]]:
    return Counter((claim.kind, claim.line, claim.unit, claim.value) for claim in record.claims)
