"""The last line that test runners print: pytest, unittest, jest, cargo.

And counts as the readers pass them on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

_PYTEST = re.compile(
    r"(?:\d{1,7}"
    r" (?:passed|failed|skipped|errors?|warnings?|xfailed|xpassed|deselected|rerun|subtests"
    r" passed)(?:, )?)+ in \d{1,7}(?:\.\d{1,6})?\s?s"
)
_JEST = re.compile(r"\s*Tests:\s+(?:\d{1,7} (?:passed|failed|skipped|todo|total)(?:, )?)+")
_CARGO = re.compile(r"test result: \w{2,6}\. \d{1,7} passed; \d{1,7} failed; \d{1,7} ignored")
_PIECE = re.compile(r"(\d{1,7}) (passed|failed|skipped|errors?|xfailed|xpassed|ignored|total)\b")
_UNITTEST = re.compile(r"Ran (\d{1,7}) tests? in \d")
_UNITTEST_END = re.compile(
    r"(OK|FAILED)\b(?: \((?:failures=(\d{1,6}))?(?:, )?(?:errors=(\d{1,6}))?(?:,"
    r" )?(?:skipped=(\d{1,6}))?\))?"
)
_DIGIT = re.compile(r"\d")
_CASE = re.compile(r"\S{1,300}::\S{1,300}.{0,20}\b(?:PASSED|FAILED|SKIPPED|ERROR)\b")


@dataclass(frozen=True)
class Counts:
    """Counts of one line.

    `printed` names those that stand there as numbers, the others follow from them.
    """

    line: int
    passed: int | None = None
    failed: int | None = None
    skipped: int | None = None
    total: int | None = None
    printed: tuple[str, ...] | None = None
    lines: tuple[tuple[str, int], ...] = ()

    @classmethod
    def of(
        cls,
        line: int,
        found: Mapping[str, int],
        printed: tuple[str, ...] | None = None,
        lines: Mapping[str, int] | None = None,
    ) -> Counts:
        """Give the counts found by their names; `lines` where they stand on lines of their own."""
        return cls(
            line,
            found.get("passed"),
            found.get("failed"),
            found.get("skipped"),
            found.get("total"),
            printed,
            tuple((lines or {}).items()),
        )

    def line_of(self, name: str) -> int:
        """Give the line on which that count stands."""
        return dict(self.lines).get(name, self.line)

    @property
    def key(self) -> tuple[int | None, ...]:
        """The counts without their line."""
        return self.passed, self.failed, self.skipped, self.total

    def names(self) -> tuple[str, ...]:
        """Give the counts that are printed on the line."""
        stated = tuple(
            name
            for name in ("passed", "failed", "skipped", "total")
            if getattr(self, name) is not None
        )
        return stated if self.printed is None else self.printed

    def agrees(self, other: Counts) -> bool:
        """Say whether nothing that both state differs, and they share something."""
        pairs = [
            (mine, theirs)
            for mine, theirs in zip(self.completed().key, other.completed().key, strict=True)
            if mine is not None and theirs is not None
        ]
        return bool(pairs) and all(mine == theirs for mine, theirs in pairs)

    def filled(self, other: Counts) -> Counts:
        """Take from the other what this one does not state."""
        return replace(
            self,
            **{
                name: getattr(other, name)
                for name in ("passed", "failed", "skipped", "total")
                if getattr(self, name) is None
            },
        )

    def completed(self) -> Counts:
        """Add what follows.

        All of n passed leaves none failed or skipped, and passed with failed makes a total.
        """
        if self.passed is not None and self.passed == self.total:
            return replace(
                self, printed=self.names(), failed=self.failed or 0, skipped=self.skipped or 0
            )
        if self.total is None and self.passed is not None and self.failed is not None:
            return replace(
                self, printed=self.names(), total=self.passed + self.failed + (self.skipped or 0)
            )
        return self

    def __str__(self) -> str:
        """Give the printed counts as a person would."""
        said = ", ".join(f"{getattr(self, name)} {name}" for name in self.names())
        return said or f"{self.passed} of {self.total} passed"


def pasted(number: int, line: str) -> Iterator[Counts]:
    """Give what pytest's last line says where it stands in prose.

    The other runners' could be anybody's words.
    """
    summary = _PYTEST.search(line)
    if summary:
        yield _summary(number, summary[0])


def runs(lines: Sequence[tuple[int, str]]) -> Iterator[Counts]:
    """Give what each runner's last line says in its output.

    Such a line is complete, so what it leaves out is zero.
    """
    ran: tuple[int, int] | None = None
    for number, line in lines:
        if ran is None and not _DIGIT.search(line):
            continue
        summary = _PYTEST.search(line) or _JEST.match(line) or _CARGO.search(line)
        if summary:
            yield _summary(number, summary[0])
        elif match := _UNITTEST.search(line):
            ran = int(match[1]), number
        elif ran and (end := _UNITTEST_END.match(line.strip())):
            yield _unittest(ran, end)
            ran = None


def speaks(lines: Sequence[tuple[int, str]]) -> bool:
    """Say whether a block is a runner's output, one line for each case."""
    return any(_CASE.search(line) for _, line in lines[:20])


def _summary(number: int, text: str) -> Counts:
    found: dict[str, int] = {}
    for match in _PIECE.finditer(text):
        found[match[2]] = int(match[1])
    passed, skipped = (
        found.get("passed", 0),
        found.get("skipped", 0) + found.get("ignored", 0) + found.get("xfailed", 0),
    )
    failed = found.get("failed", 0) + found.get("error", 0) + found.get("errors", 0)
    printed = tuple(name for name in ("passed", "failed", "skipped", "total") if name in found)
    return Counts(
        number,
        passed,
        failed,
        skipped,
        found.get("total", passed + failed + skipped + found.get("xpassed", 0)),
        printed,
    )


def _unittest(ran: tuple[int, int], end: re.Match[str]) -> Counts:
    total, number = ran
    failed = int(end[2] or 0) + int(end[3] or 0)
    skipped = int(end[4] or 0)
    return Counts(number, max(total - failed - skipped, 0), failed, skipped, total, ("total",))
