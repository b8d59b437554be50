"""The parts of a record that Markdown and JSON reports make alike."""

from __future__ import annotations

import re
from collections.abc import Sequence

from atom_release.gate.claims.record import Claim, ClaimKind, TestCounts
from atom_release.reader.facts import Document
from atom_release.reader.tally import Counts

_SERVICE_FOLDER = re.compile(r"(?:^|/)(?:services|apps|packages|components)/([\w.-]+)/")


def test_claims(parsed: Document, stated: Sequence[Counts]) -> list[Claim]:
    """Return a claim for each count that is printed on a line.

    What only follows from others is not claimed twice.
    """
    return [
        parsed.claim(
            ClaimKind.TESTS, getattr(counts, name), counts.line_of(name), unit=name, comparator="="
        )
        for counts in stated
        for name in counts.names()
    ]


def counted(counts: Counts | None) -> TestCounts | None:
    """Return the suite's counts as the record holds them."""
    return (
        None
        if counts is None
        else TestCounts(
            passed=counts.passed, failed=counts.failed, skipped=counts.skipped, total=counts.total
        )
    )


def service_of(paths: Sequence[str]) -> str | None:
    """Return the one service folder that the deliverables lie in, if it is one."""
    names = {match[1] for path in paths if (match := _SERVICE_FOLDER.search(path))}
    return names.pop() if len(names) == 1 else None


def ordered(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """Return the claims in the order of their lines, each once."""
    return tuple(sorted(dict.fromkeys(claims), key=lambda claim: (claim.line, claim.kind.value)))
