"""The last lines that test runners print, each with what it counts.

pytest, unittest, jest, vitest, bun, mocha, cargo, nextest, dotnet, phpunit, rspec, jasmine, maven,
ctest, swift, node; others are in `runner_shapes`. Such a line is complete, so what it leaves out is zero.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from atom_release.reader import runner_shapes
from atom_release.reader.phrases import read_phrase
from atom_release.reader.tally import Counts

_N = r"(\d{1,7})"
_WORDED = re.compile(
    r"(\d{1,7}) (passed|failed|skipped|errors?|xfailed|xpassed|ignored|total|todo|pending)\b"
)
_PYTEST = re.compile(
    r"(?:\d{1,7}"
    r" (?:passed|failed|skipped|errors?|warnings?|xfailed|xpassed|deselected|rerun|subtests"
    r" passed)(?:, )?)+ in \d{1,7}(?:\.\d{1,6})?\s?s"
)
_WHOLE_LINES = (
    re.compile(r"\s*Tests:\s+(?:\d{1,7} (?:passed|failed|skipped|todo|total|pending)(?:, )?)+\s*$"),
    re.compile(r"test result: \w{2,6}\. \d{1,7} passed; \d{1,7} failed; \d{1,7} ignored"),
    re.compile(
        r"\s*Tests\s+\d{1,7} (?:passed|failed|skipped|todo)(?: \| \d{1,7}"
        r" (?:passed|failed|skipped|todo))* \(\d{1,7}\)"
    ),
    re.compile(r"\s*Tests:\s+\d{1,7} passed \(\d{1,7} total\)"),
)
_IN_BRACKET = re.compile(r"\((\d{1,7})(?: total)?\)\s*$")
_NEXTEST = re.compile(
    rf"Summary \[[^\]]{{1,20}}\]\s+{_N} tests? run: {_N} passed(?: \([^)]{{1,40}}\))?(?:, {_N}"
    rf" failed)?(?:, {_N} timed out)?(?:, {_N} skipped)?"
)
_DOTNET = re.compile(
    rf"(?:Passed|Failed)!\s+-\s+Failed:\s+{_N}, Passed:\s+{_N}, Skipped:\s+{_N}, Total:\s+{_N}"
)
_MAVEN = re.compile(
    rf"Tests run: {_N}, Failures: {_N}, Errors: {_N}(?:, Skipped: {_N})?(.{{0,20}})"
)
_PHPUNIT = re.compile(rf"OK \({_N} tests?, \d{{1,9}} assertions?\)")
_RSPEC = re.compile(
    rf"^\s*{_N} (?:examples?|specs?), {_N} failures?(?:, {_N} pending(?: specs?)?)?\s*$"
)
_CTEST = re.compile(rf"\d{{1,3}}% tests passed, {_N} tests? failed out of {_N}")
_SWIFT = re.compile(rf"Executed {_N} tests?, with (?:{_N} tests? skipped and )?{_N} failures?")
_RAN = re.compile(rf"Ran {_N} tests? (?:in \d|across \d)")
_UNITTEST_END = re.compile(
    r"(OK|FAILED)\b(?: \((?:failures=(\d{1,6}))?(?:, )?(?:errors=(\d{1,6}))?(?:,"
    r" )?(?:skipped=(\d{1,6}))?\))?"
)
_STACKED = re.compile(
    r"^\s*(?:[#ℹ✓✗✔✖-]\s*)?(?:(\d{1,7}) (passing|failing|pending|pass|fail|skip|todo)\b(?: \([^)]{1,20}\))?|"
    r"(tests|pass|fail|skipped|todo|cancelled) (\d{1,7}))\s*$"
)
_STACKED_NAMES = {
    "passing": "passed",
    "pass": "passed",
    "failing": "failed",
    "fail": "failed",
    "pending": "skipped",
    "skip": "skipped",
    "skipped": "skipped",
    "tests": "total",
}
_RUN_OF = re.compile(
    rf"{_N} (?:tests? )?run, {_N} (?:failures?|failed)(?:, {_N} errors?)?(?:, {_N} (?:skipped|ignored))?",
    re.IGNORECASE,
)
_SHARE = re.compile(rf"\W{{0,6}}{_N}\s?/\s?{_N} tests? (?:passed|passing|successful)\W*")
_DIGIT = re.compile(r"\d")
_CASE = re.compile(r"\S{1,300}::\S{1,300}.{0,20}\b(?:PASSED|FAILED|SKIPPED|ERROR)\b")
_LOOKED_AT = 20
_SUMS_UP = re.compile(
    r"\W*(?:(?:test |final |overall )?(?:summary|results?|totals?|tests))\W|=+\s", re.IGNORECASE
)
_CALL = r"\b(?:pytest|jest|vitest|mocha|go test|cargo test|dotnet test|phpunit|rspec|npx|npm|yarn|mvn|gradlew?)\b"
_CALLED = re.compile(rf"\s*(?:[$>#%]\s*)?(?:\S{{1,40}}\s+){{0,4}}{_CALL}")
_TESTS_KEY = re.compile(r"\btests?\b|\"(?:passed|failed|skipped)\"", re.IGNORECASE)
_SELECTED = re.compile(
    rf"{_CALL}.*"
    r"(?:::\w|\s-k\s|\s-t\s|\s--filter|\s-run\s|\s-Dtest=|\s--grep|\s--testNamePattern|\s--tests\s)"
)


def pasted(number: int, line: str) -> Iterator[Counts]:
    """Yield what pytest's, rspec's or jasmine's last line says where it stands in prose.

    The other runners' could be anybody's words.
    """
    summary = _PYTEST.search(line) if " in " in line else None
    if summary:
        yield _worded(number, summary[0])
    elif " failure" in line and _RSPEC.match(line) and (counts := _numbered(number, line)):
        yield counts
    elif " run, " in line.lower() and (match := _RUN_OF.search(line)):
        total, failures, errors, skipped = (int(digits or 0) for digits in match.groups())
        failed = failures + errors
        yield Counts(number, max(total - failed - skipped, 0), failed, skipped, total, ("total",))


def runs(lines: Sequence[tuple[int, str]]) -> Iterator[Counts]:
    """Yield what each runner's last line says in its output; of nothing run, nothing."""
    ran: tuple[int, int] | None = None
    stack: dict[str, tuple[int, int]] = {}
    for number, line in lines:
        if ran is None and not _DIGIT.search(line):
            continue
        counts = _one_line(number, line)
        stacked = None if counts else _STACKED.match(line)
        if counts:
            yield from _worth(counts)
        elif stacked:
            name = stacked[2] or stacked[3]
            stack[_STACKED_NAMES.get(name, name)] = (int(stacked[1] or stacked[4]), number)
        elif match := _RAN.search(line):
            ran = (int(match[1]), number)
        elif ran and (end := _UNITTEST_END.match(line.strip())):
            yield from _worth(_unittest(ran, end))
            ran = None
    if "passed" in stack:
        yield from _worth(_stacked(stack))
    for counts in runner_shapes.several_lines(lines):
        yield from _worth(counts)


def _worth(counts: Counts) -> Iterator[Counts]:
    if counts.total:
        yield counts


def _one_line(number: int, line: str) -> Counts | None:
    summary = _PYTEST.search(line)
    if summary:
        return _worded(number, summary[0])
    for pattern in _WHOLE_LINES:
        match = pattern.search(line)
        if match:
            return _worded(number, match[0])
    return _numbered(number, line) or runner_shapes.whole_line(number, line)


def _numbered(number: int, line: str) -> Counts | None:  # noqa: PLR0911 - one for each runner
    """Read the lines that name their counts in an order of their own."""
    if match := _NEXTEST.search(line):
        run, passed, failed, late, skipped = (int(digits or 0) for digits in match.groups())
        printed = tuple(
            name for name, at in (("passed", 2), ("failed", 3), ("skipped", 5)) if match[at]
        )
        return Counts(number, passed, failed + late, skipped, run + skipped, printed)
    if match := _DOTNET.search(line):
        failed, passed, skipped, total = (int(digits) for digits in match.groups())
        return Counts(number, passed, failed, skipped, total)
    if (match := _MAVEN.search(line)) and "Time" not in match[5]:
        total, failures, errors, skipped = (int(match[at] or 0) for at in (1, 2, 3, 4))
        failed = failures + errors
        return Counts(number, total - failed - skipped, failed, skipped, total, ("total",))
    if match := _PHPUNIT.search(line):
        return Counts(number, int(match[1]), 0, 0, int(match[1]), ("passed",))
    if match := _RSPEC.search(line):
        total, failed, skipped = (int(match[at] or 0) for at in (1, 2, 3))
        return Counts(number, total - failed - skipped, failed, skipped, total, ("failed", "total"))
    if match := _CTEST.search(line):
        failed, total = int(match[1]), int(match[2])
        return Counts(number, total - failed, failed, 0, total, ("failed", "total"))
    if match := _SWIFT.search(line):
        total, skipped, failed = (int(match[at] or 0) for at in (1, 2, 3))
        return Counts(number, total - failed - skipped, failed, skipped, total, ("failed", "total"))
    return None


def speaks(lines: Sequence[tuple[int, str]]) -> bool:
    """Return whether a block is a runner's output, one line for each case."""
    return any(_CASE.search(line) for _, line in lines[:_LOOKED_AT])


def selects(lines: Sequence[tuple[int, str]]) -> bool:
    """Return whether a block's command runs tests that it selects by name, and not the suite."""
    return any(_SELECTED.search(text) for _, text in lines)


def counts_tests(lines: Sequence[tuple[int, str]]) -> bool:
    """Return whether what a block counts by keys may be tests; JSON is anybody's, such as an answer's."""
    if not lines[0][1].lstrip().startswith(("{", "[", '"')):
        return True
    return any(_TESTS_KEY.search(line) for _, line in lines)


def names_call(lines: Sequence[tuple[int, str]]) -> bool:
    """Return whether a block shows by what command its output came."""
    return any(_CALLED.match(text) for _, text in lines)


def summed(lines: Sequence[tuple[int, str]]) -> Iterator[Counts]:
    """Yield what a line of output that sums up counts: "Summary: 9 passed, 0 failed".

    Also "9/9 tests passed", where no other line of the output is such a share.
    """
    shares = [(number, match) for number, text in lines if (match := _SHARE.fullmatch(text))]
    if len(shares) == 1:
        ((number, match),) = shares
        passed, total = int(match[1]), int(match[2])
        if 0 < passed <= total:
            yield Counts(number, passed, total - passed, 0, total, ("passed", "total"))
    for number, text in lines:
        if not (_SUMS_UP.match(text) and _DIGIT.search(text)):
            continue
        phrase = read_phrase(text)
        if "passed" in phrase.numbers and len(phrase.numbers) > 1 and phrase.named:
            yield Counts.from_numbers(number, phrase.numbers)


def _worded(number: int, text: str) -> Counts:
    """Read "7 passed, 1 failed"; what passed unexpectedly passed, as JUnit files have it."""
    numbers: dict[str, int] = {}
    for match in _WORDED.finditer(text):
        numbers[match[2]] = int(match[1])
    passed = numbers.get("passed", 0) + numbers.get("xpassed", 0)
    skipped = sum(
        numbers.get(name, 0) for name in ("skipped", "ignored", "xfailed", "todo", "pending")
    )
    failed = sum(numbers.get(name, 0) for name in ("failed", "error", "errors"))
    whole = _IN_BRACKET.search(text)
    total = numbers.get("total", int(whole[1]) if whole else passed + failed + skipped)
    printed = tuple(
        name
        for name in ("passed", "failed", "skipped", "total")
        if name in numbers and not (name == "passed" and "xpassed" in numbers)
    )
    return Counts(number, passed, failed, skipped, total, printed)


def _unittest(ran: tuple[int, int], end: re.Match[str]) -> Counts:
    total, number = ran
    failed = int(end[2] or 0) + int(end[3] or 0)
    skipped = int(end[4] or 0)
    return Counts(number, max(total - failed - skipped, 0), failed, skipped, total, ("total",))


def _stacked(stack: dict[str, tuple[int, int]]) -> Counts:
    """Read counts that stand below each other, as bun, mocha and node print them."""
    numbers = {name: number for name, (number, _) in stack.items()}
    lines = {
        name: line
        for name, (_, line) in stack.items()
        if name in {"passed", "failed", "skipped", "total"}
    }
    passed, failed = numbers["passed"], numbers.get("failed", 0)
    skipped = numbers.get("skipped", 0) + numbers.get("todo", 0)
    return Counts(
        min(lines.values()),
        passed,
        failed,
        skipped,
        numbers.get("total", passed + failed + skipped),
        tuple(lines),
        tuple(lines.items()),
    )
