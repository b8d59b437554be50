"""The last lines of runners that write their counts in an order or a shape of their own.

Gradle, PHPUnit with failures, gotestsum, Deno, Flutter, Minitest, ExUnit in one line; GoogleTest and
Playwright in several. As with the others, what such an output leaves out is zero.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from atom_release.reader.tally import Counts

_N = r"(\d{1,7})"
_WHOLE = (
    re.compile(
        r"\s*(?P<total>\d{1,7}) tests? completed(?:, (?P<failed>\d{1,7}) failed)?"
        r"(?:, (?P<skipped>\d{1,7}) skipped)?\s*"
    ),
    re.compile(
        r"\s*Tests: (?P<total>\d{1,7}), Assertions: \d{1,9}(?:, Errors: (?P<errors>\d{1,7}))?"
        r"(?:, Failures: (?P<failed>\d{1,7}))?(?:, (?:\w+ )?(?:Warnings|Deprecations|Notices): \d{1,7})*"
        r"(?:, Skipped: (?P<skipped>\d{1,7}))?\.\s*"
    ),
    re.compile(
        r"\s*DONE (?P<total>\d{1,7}) tests?(?:, (?P<skipped>\d{1,7}) skipped)?"
        r"(?:, (?P<failed>\d{1,7}) failures?)?(?:, (?P<errors>\d{1,7}) errors?)? in \d.{0,20}"
    ),
    re.compile(
        r"\s*(?:ok|FAILED) \| (?P<passed>\d{1,7}) passed(?: \(\d{1,7} steps?\))?"
        r" \| (?P<failed>\d{1,7}) failed(?: \(\d{1,7} steps?\))?(?: \| (?P<skipped>\d{1,7}) ignored)?"
        r"(?: \| \d{1,7} filtered out)? \(\d.{0,20}\)\s*"
    ),
    re.compile(
        r"\s*\d\d:\d\d \+(?P<passed>\d{1,7})(?: ~(?P<skipped>\d{1,7}))?(?: -(?P<failed>\d{1,7}))?:"
        r" (?:All tests passed!|Some tests failed\.)\s*"
    ),
    re.compile(
        r"\s*(?P<total>\d{1,7}) (?:runs|tests), \d{1,9} assertions, (?P<failed>\d{1,7}) failures,"
        r" (?P<errors>\d{1,7}) errors, (?P<skipped>\d{1,7}) skips\s*"
    ),
    re.compile(
        r"\s*(?:\d{1,7} doctests?, )?(?P<total>\d{1,7}) tests?, (?P<failed>\d{1,7}) failures?"
        r"(?:, \d{1,7} excluded)?(?:, (?P<skipped>\d{1,7}) skipped)?\s*"
    ),
)
"""Each the whole of a line."""
_NAMES = ("total", "passed", "failed", "skipped")
_GOOGLE_TOTAL = re.compile(
    rf"\s*\[=+\] {_N} tests? from \d{{1,6}} test (?:suites?|cases?) ran\..{{0,40}}"
)
_GOOGLE = re.compile(rf"\s*\[  (PASSED|FAILED|SKIPPED) {{1,2}}\] {_N} tests?[.,].{{0,40}}")
_WORKERS = re.compile(rf"\s*Running {_N} tests? using \d{{1,4}} workers?\s*")
_STACKED = re.compile(
    rf"\s*{_N} (passed|failed|skipped|flaky|did not run)(?: \(\d[^()]{{0,20}}\))?\s*"
)


def whole_line(number: int, line: str) -> Counts | None:
    """Return what one of these lines counts, or None where it is none of them."""
    match = next((match for pattern in _WHOLE if (match := pattern.fullmatch(line))), None)
    if match is None:
        return None
    groups = match.groupdict()
    failed = int(groups.get("failed") or 0) + int(groups.get("errors") or 0)
    skipped = int(groups.get("skipped") or 0)
    passed, total = groups.get("passed"), groups.get("total")
    printed = tuple(name for name in _NAMES if groups.get(name))
    if passed is not None:
        return Counts(number, int(passed), failed, skipped, int(passed) + failed + skipped, printed)
    of_all = int(total or 0)
    rest = of_all - failed - skipped
    return Counts(number, rest, failed, skipped, of_all, printed) if rest >= 0 else None


def several_lines(lines: Sequence[tuple[int, str]]) -> Iterator[Counts]:
    """Yield what GoogleTest's or Playwright's last lines count together."""
    total: tuple[int, int] | None = None
    listed: int | None = None
    numbers: dict[str, tuple[int, int]] = {}
    for number, line in lines:
        if match := _GOOGLE_TOTAL.fullmatch(line):
            total = (number, int(match[1]))
        elif match := _WORKERS.fullmatch(line):
            listed = int(match[1])
        elif total and (match := _GOOGLE.fullmatch(line)):
            numbers.setdefault(match[1].lower(), (number, int(match[2])))
        elif listed is not None and (match := _STACKED.fullmatch(line)):
            numbers.setdefault(match[2], (number, int(match[1])))
    if "passed" not in numbers or {"flaky", "did not run"} & set(numbers):
        return  # what passed at the second try is neither
    passed, failed, skipped = (numbers.get(name, (0, 0))[1] for name in _NAMES[1:])
    whole = total[1] if total else listed
    if whole == passed + failed + skipped:
        printed = tuple(name for name in _NAMES[1:] if name in numbers)
        yield Counts(numbers["passed"][0], passed, failed, skipped, whole, printed)
