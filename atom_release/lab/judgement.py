"""Whether a failing test judged what it got, or only met an error on its way.

Told by what JUnit has of the failure: its message, and the traceback in its text, where the
options of the suite leave one. An assertion of the judged code's own is no judgement of the test's;
an error that is raised by hand outside of that code is one, and so is a reader that refuses a
content.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from atom_release.lab.junit_results import Case

_ITS_OWN = re.compile(r"\s*(?!Failed: Timeout)(?:AssertionError|assert |Failed: )")
_OF_A_FIXTURE = re.compile(r'failed on (?:setup|teardown) with "')
_OF_JAVASCRIPT = re.compile(r"AssertionError|ERR_ASSERTION|\bexpect\(|[Ss]napshot")
_OF_GO_S_RUNTIME = re.compile(r"^\s*(?:panic: |fatal error: |runtime error: )", re.MULTILINE)
_OF_A_DOCTEST = re.compile(r"^(?:Expected|Expected nothing|Got):?$|DocTestFailure", re.MULTILINE)
_OF_A_LIBRARY = re.compile(  # named by their modules, whatever those are
    r"(?:[\w.]+\.)?\w*(?:AssertionError|ApprovalException|CheckFailed)\b"
)
_REFUSALS = re.compile(
    r"SystemExit\b|(?:[\w.]+\.)?ParseError\b"
    r"|ValueError: (?:invalid literal for int|could not convert string|Invalid isoformat)"
)
_FRAME = re.compile(r'\s+File "[^"\n]+", line \d+')
_PLACE = re.compile(r'^(?:(\S[^\n:]*\.py):\d+:|\s+File "([^"\n]+)", line \d+)', re.MULTILINE)


def judged(case: Case, code: Collection[str]) -> bool:
    """Return whether a failing test judged by itself.

    Args:
        case: the test, failed or in error.
        code: the files of the judged code, by their paths in the judged tree.
    """
    if any(path.endswith((".js", ".cjs", ".mjs", ".ts", ".jsx", ".tsx")) for path in code):
        return bool(_OF_JAVASCRIPT.search(f"{case.message}\n{case.text}"))
    if any(path.endswith(".go") for path in code):
        return not _OF_GO_S_RUNTIME.search(f"{case.message}\n{case.text}")
    message = _OF_A_FIXTURE.sub("", case.message.lstrip(), count=1)
    if _OF_A_DOCTEST.search(message):
        return True
    places = [first or second for first, second in _PLACE.findall(case.text)]
    within = [any(f"/{place}".endswith(f"/{path}") for path in code) for place in places]
    if _ITS_OWN.match(message) or _OF_A_LIBRARY.match(message):
        return not within or not within[-1]
    if not within or any(within):
        return False
    return bool(_REFUSALS.match(message)) or _raised(case.text)


def _raised(text: str) -> bool:
    """Return whether the last line of code in a traceback raises by hand."""
    lines = [line for line in text.splitlines() if line.strip(" ^~")]
    places = [number for number, line in enumerate(lines) if _FRAME.match(line)]
    if places:  # Python's own form: a line of code below the place
        return _begins_with_raise(lines[places[-1] + 1 :][:1])
    error = max((number for number, line in enumerate(lines) if line.startswith("E  ")), default=0)
    while error and lines[error].startswith("E  "):
        error -= 1
    return _begins_with_raise(lines[error:][:1])


def _begins_with_raise(lines: Sequence[str]) -> bool:
    return any(line.lstrip("> ").startswith("raise") for line in lines)
