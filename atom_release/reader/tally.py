"""Test counts of one place in a report, and what follows from them by arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

UNITS = ("passed", "failed", "skipped", "total")


@dataclass(frozen=True)
class Counts:
    """Counts of one place.

    `printed` names those that stand there as numbers, the others follow from them; `lines` the
    lines of those that stand on lines of their own.
    """

    line: int
    passed: int | None = None
    failed: int | None = None
    skipped: int | None = None
    total: int | None = None
    printed: tuple[str, ...] | None = None
    lines: tuple[tuple[str, int], ...] = ()

    @classmethod
    def from_numbers(
        cls,
        line: int,
        numbers: Mapping[str, int],
        printed: tuple[str, ...] | None = None,
        lines: Mapping[str, int] | None = None,
    ) -> Counts:
        """Return the counts by their names; `lines` where they stand on lines of their own."""
        return cls(
            line,
            numbers.get("passed"),
            numbers.get("failed"),
            numbers.get("skipped"),
            numbers.get("total"),
            printed,
            tuple((lines or {}).items()),
        )

    def line_of(self, name: str) -> int:
        """Return the line on which that count stands."""
        return dict(self.lines).get(name, self.line)

    @property
    def key(self) -> tuple[int | None, ...]:
        """The counts without their line."""
        return self.passed, self.failed, self.skipped, self.total

    def names(self) -> tuple[str, ...]:
        """Return the names of the counts that are printed there."""
        if self.printed is not None:
            return self.printed
        return tuple(name for name in UNITS if getattr(self, name) is not None)

    def agrees(self, other: Counts) -> bool:
        """Return whether nothing that both state differs, and they share something."""
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
            printed=self.names(),
            **{name: getattr(other, name) for name in UNITS if getattr(self, name) is None},
        )

    def completed(self) -> Counts:
        """Add what follows.

        All of n passed leaves none failed, nor skipped where both are counted; passed with failed makes a total; of a total
        with passed and skipped the rest failed, and of one with only failed or skipped beside it
        nothing follows.
        """
        passed, failed, skipped, total = self.key
        if passed is not None and passed == total:
            counted = {"passed", "total"} <= set(self.names())  # not by a rate of 100 %
            completed = self._with(failed=failed or 0)
            return completed._with(skipped=skipped or 0) if counted else completed  # noqa: SLF001 - itself
        if passed is not None and failed is not None and total is None:
            return self._with(total=passed + failed + (skipped or 0))
        if None not in {passed, skipped, total} and failed is None:
            return self._with(failed=max((total or 0) - (passed or 0) - (skipped or 0), 0))
        if total is not None and passed is None and failed is not None and skipped is not None:
            return self._with(passed=max(total - failed - skipped, 0))
        return self

    def _with(self, **numbers: int) -> Counts:
        return replace(self, printed=self.names(), **numbers)  # type: ignore[arg-type]

    def adds_up(self) -> bool:
        """Return whether the parts are not more than the total."""
        parts = sum(part or 0 for part in (self.passed, self.failed, self.skipped))
        return self.total is None or self.passed is None or parts <= self.total

    def __str__(self) -> str:
        """Return the printed counts as a person would say them."""
        printed = ", ".join(f"{getattr(self, name)} {name}" for name in self.names())
        return printed or f"{self.passed} of {self.total} passed"
