"""Why a test failed, where the surroundings are to blame and not the code.

Such a failure proves nothing against the release.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from atom_release.lab import package_mismatch
from atom_release.lab.junit import Outcome
from atom_release.lab.junit_results import Case, Results

if TYPE_CHECKING:
    from collections.abc import Iterable

_NO_ASYNC = "a pytest plugin for async tests is missing"
_REFUSED = "a connection was refused"
_TIME = "its runner ended it at the test's own time limit"
UNLOADED = "a test file could not be loaded"
"""How the message of a case begins that stands for a file, none of whose tests ran."""
_NO_DOCKER = "Docker is not here"
_NO_EXTENSION = "the database lacks an extension"
_NO_DATABASE = "the database server lacks a database or a role"
_NOT_BUILT = "files that a step of the build makes are not there"
_NO_VARIABLE = "a variable of the environment is not set"
_NO_REDIS_MODULE = "the Redis lacks a module"
_CAUSES = {
    _NO_ASYNC: r"async def functions? (?:are not natively supported|and no async plugin installed)",
    UNLOADED: rf"^{UNLOADED}",
    _NO_DOCKER: (
        r"Could not find a valid Docker environment|Cannot connect to the Docker daemon"
        r"|Could not find a working container runtime|rootless Docker not found"
        r"|docker\.sock\b|executable file not found in \$PATH: docker|docker: command not found"
    ),
    "a browser is missing": (
        r"browserType\.launch: Executable doesn't exist|Could not find (?:Chrome|Firefox)\b"
        r"|cannot find Chrome binary|No usable sandbox!"
    ),
    _NO_EXTENSION: (
        r"extension \"[^\"]+\" is not available|could not open extension control file"
        r"|could not access file \"\$libdir/"
    ),
    _NO_DATABASE: r"FATAL:\s+(?:database|role) \"[^\"]+\" does not exist",
    _NOT_BUILT: (
        r"Missing staticfiles manifest entry for|Could not find a production build in"
        r"|\bDjangoViteAssetNotFoundError\b|\bWebpackLoaderBadStatsError\b"
    ),
    _NO_REDIS_MODULE: r"unknown command ['`\"]?(?:FT|JSON|TS|BF|CF|CMS|TOPK|TDIGEST|GRAPH)\.",
    "a module is missing": (
        r"ModuleNotFoundError|No module named |Cannot find (?:module|package) '(?![./])"
        r"|LoadError: cannot load such file|NoClassDefFoundError|ClassNotFoundException"
    ),
    "a fixture is missing": r"fixture '[^']*' not found",
    "a name could not be resolved": (
        r"gaierror|Name or service not known|Temporary failure in name resolution|nodename nor"
        r" servname|\bENOTFOUND\b|\bEAI_AGAIN\b|no such host|UnknownHostException"
        r"|failed to lookup address|getaddrinfo|name resolution failed"
    ),
    _REFUSED: (
        r"ConnectionRefusedError|Connection refused|ECONNREFUSED|\[Errno 111\]"
        r"|Can't reach database"
    ),
    "the network is out of reach": (
        r"Network is unreachable|No route to host|\[Errno 101\]|\[Errno 113\]|\bENETUNREACH\b"
        r"|\bEHOSTUNREACH\b|NoRouteToHostException|\bfetch failed\b"
    ),
    "a port was in use": r"Address already in use|\[Errno 98\]|\bEADDRINUSE\b",
    "the disk was full": (
        r"No space left on device|File too large|\[Errno 28\]|\[Errno 27\]|Disk quota exceeded"
        r"|\bENOSPC\b|\bEFBIG\b"
    ),
    "memory ran out": (
        r"\bMemoryError\b|Cannot allocate memory|\[Errno 12\]|\bENOMEM\b"
        r"|OutOfMemory(?:Error|Exception)|heap out of memory|\bstd::bad_alloc\b"
    ),
    "no more processes could be started": (
        r"BlockingIOError|Resource temporarily unavailable|can't start new thread"
        r"|unable to create (?:new )?native thread|newosproc|\bEMFILE\b"
    ),
    _TIME: r"Exceeded timeout of \d|Timeout of \d+ ?ms exceeded|(?:Test|Hook) timed out in \d",
    "a place outside the copy cannot be written": (r"Read-only file system|\[Errno 30\]|\bEROFS\b"),
}
_PATTERNS = {cause: re.compile(pattern, re.IGNORECASE) for cause, pattern in _CAUSES.items()}
_LIMITS = {
    "the disk was full": "disk",
    "memory ran out": "memory",
    "no more processes could be started": "processes",
}
_LACKING = "Name an interpreter or requirements with what the suite imports."
_NO_NETWORK = (
    "A suite has no network but its own loopback: let the tests start what they ask for, or move"
    " them to `integration`, which runs against the rehearsed services."
)
_NO_SYSTEM = (
    "A suite reaches nothing but its own loopback: give it the database that it asks, for example"
    " `needs: [postgres]`, let the tests start what they ask for, or move them to `integration`."
)
_REMEDIES = {
    package_mismatch.CAUSE: package_mismatch.REMEDY,
    _NO_DOCKER: (
        "A suite has no Docker: leave out the tests that start containers, and name what they need"
        " as the release's own services."
    ),
    "a browser is missing": "Leave out the tests that drive a browser: a suite is run without one.",
    _NO_EXTENSION: (
        "Install a PostgreSQL server with that extension on this machine; the newest in"
        " /usr/lib/postgresql is used."
    ),
    _NO_DATABASE: (
        "Name the database and its user under the suite's `database`, or let `prepare` make them."
    ),
    _NOT_BUILT: "Let a step of the suite's `prepare` make them, such as `collectstatic`.",
    _NO_VARIABLE: "Name it under the suite's `environment`, with what it is where the code runs.",
    _NO_REDIS_MODULE: "Leave out the tests that need it: a suite's Redis has no modules.",
    _NO_ASYNC: _LACKING,
    "a module is missing": _LACKING,
    "a fixture is missing": (
        "Name an interpreter or requirements with the plugin that has the fixture, or define it in"
        " a conftest.py."
    ),
    "a name could not be resolved": _NO_NETWORK,
    _REFUSED: _NO_SYSTEM,
    "the network is out of reach": _NO_NETWORK,
    "a port was in use": "Let the tests ask for a free port (port 0) in place of a fixed one.",
    "a place outside the copy cannot be written": (
        "Let the tests write below the working directory or in /tmp; nothing else can be written."
    ),
}
_UNSET = re.compile(r"\bKeyError: '[A-Z][A-Z0-9_]*'")
_IN_ENVIRON = re.compile(
    r"File \"(?:<frozen os>|[^\"]*/os\.py)\", line \d+, in __getitem__\n(?:[^\n]*\n){0,3}KeyError: "
)
_SAYS_NOTHING = re.compile(
    r"(?:(?:test )?fail(?:ed|ure)|error|test failure with exit code \d+)?\W*", re.IGNORECASE
)
_COMPARES = re.compile(
    r"assert|expect|\bwant(?:ed)?\b|\bgot\b|should (?:be|have|equal|contain)"
    r"|to(?:Be|Equal|Match|Throw)\b|!=|not equal",
    re.IGNORECASE,
)
_JUDGED = re.compile(r"(?:AssertionError\b|assert\b|Failed:|failed on setup with \"AssertionError)")


def cause(case: Case) -> str | None:
    """Return what in the surroundings made a test fail, or None where the test itself judged.

    Only the message of the error that ended the test is read, and not where the test compared
    something: a text that a test expected is the code's affair.
    """
    if _PATTERNS[_NO_ASYNC].search(
        f"{case.message}\n{case.text}" if case.outcome is Outcome.SKIPPED else case.message
    ):
        return _NO_ASYNC
    if case.outcome is Outcome.SKIPPED or _JUDGED.match(case.message):
        return None
    if case.hidden_path:
        return f"{case.hidden_path} is outside what the tests may see"
    if _is_unset(case):
        return _NO_VARIABLE
    if package_mismatch.is_mismatch(case.message, case.text):
        return package_mismatch.CAUSE
    text = _told(case)
    return next((name for name, pattern in _PATTERNS.items() if pattern.search(text)), None)


def _is_unset(case: Case) -> bool:
    """Return whether Python's own error of a variable that is not set ended the test."""
    return _UNSET.search(case.message) is not None and _IN_ENVIRON.search(case.text) is not None


def _told(case: Case) -> str:
    """Return what a failure says of its cause.

    Its message; with the text below it where pytest's set-up names a file only, or where a runner
    of another language writes no message of its own (`Failed`) and the text compares nothing.
    """
    in_setup = case.message.startswith("failed on setup") and "file " in case.message[:40]
    silent = _SAYS_NOTHING.fullmatch(case.message.strip()) and not _COMPARES.search(case.text)
    return f"{case.message}\n{case.text}" if in_setup or silent else case.message


def words_of_cause(case: Case, why: str) -> str:
    """Return the line of a failure in which its cause is seen, such as the name of what lacks.

    At most 160 characters; empty where the cause is not seen by words of the failure.
    """
    pattern = _PATTERNS.get(why)
    match = pattern.search(_told(case)) if pattern else None
    if match is None:
        return ""
    line = next((line for line in _told(case).splitlines() if match[0] in line), match[0])
    return " ".join(line.removeprefix("E ").removeprefix(f"{why}: ").split())[:160]


def remedy(why: str) -> str:
    """Return what would let tests run that failed for this cause; nothing where none is known."""
    return _REMEDIES.get(why, "")


def stays(why: str) -> bool:
    """Return whether a further run in the same surroundings would fail for the same cause."""
    return why in _REMEDIES


def limit_met(results: Results | None) -> str | None:
    """Return a limit that the failing tests say they met."""
    for case in results.having(Outcome.FAILED, Outcome.ERROR) if results else ():
        if (reason := cause(case)) in _LIMITS:
            return _LIMITS[reason]
    return None


def causes(cases: Iterable[Case]) -> dict[str, str]:
    """Return, for each failing test, what in the surroundings made it fail.

    Those that judged are left out.
    """
    return {case.id: reason for case in cases if (reason := cause(case))}
