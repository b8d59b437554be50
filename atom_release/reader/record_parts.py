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
            ClaimKind.TESTS, getattr(one, name), one.line_of(name), unit=name, comparator="="
        )
        for one in stated
        for name in one.names()
    ]


def counted(found: Counts | None) -> TestCounts | None:
    """Return the suite's counts as the record holds them."""
    return (
        None
        if found is None
        else TestCounts(
            passed=found.passed, failed=found.failed, skipped=found.skipped, total=found.total
        )
    )


def service_of(paths: Sequence[str]) -> str | None:
    """Return the one service folder that the deliverables lie in, if it is one."""
    names = {match[1] for path in paths if (match := _SERVICE_FOLDER.search(path))}
    return names.pop() if len(names) == 1 else None


def ordered(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """Return the claims in the order of their lines, each once."""
    return tuple(sorted(dict.fromkeys(claims), key=lambda claim: (claim.line, claim.kind.value)))
