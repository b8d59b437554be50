"""Why a service did not start: the release's own doing, or this machine's.

A service that had all that it needs and ended by itself with an error failed. Where what it needs
is not here, the sandbox may have refused it something, it met a limit of the gate's, or it was
still alive, that is not established. Doubt is read generously from the log: a release gains nothing
by it but INCONCLUSIVE.
"""

from __future__ import annotations

import re
import shutil
import signal
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from atom_release.gate.first_few import first_few

_MODULE = {
    "the Python module {}": r"No module named '?([A-Za-z_]\w*)",
    "the Node package {}": (
        r"Cannot find (?:module|package) '(@[\w.-]+/[\w.-]+|(?!node:)[\w-][\w.-]*)[/']"
    ),
    "the Ruby library {}": r"cannot load such file -- ([\w-]+)",
    "the Java class {}": r"(?:ClassNotFoundException|NoClassDefFoundError):? ([\w./$]+)",
    "the Ruby gem {}": r"Could not find (?:gem ')?([\w-]+?)(?:-\d[\w.]*)?'? (?:\(|in )",
    "the shared library {}": (
        r"(?:error while loading shared libraries: |required library |(?=lib))"
        r"([\w.+-]+\.so[\w.]*)(?:: cannot open| could not be found)"
    ),
    "the .NET framework {}": r"(?s)install or update \.NET.{0,400}?Framework: '([\w.]+)'",
    "the C library's {}": r"version [`'](GLIBC(?:XX)?_[\d.]+)' not found",
    "the locale{}": r"unsupported locale setting()|locale: Cannot set LC_\w+()",
    "the time zone {}": r"No time zone found with key '?([\w/+-]+)",
    "the PHP driver{}": r"PDOException.{0,40}could not find driver()",
    "the program {}": (
        r"(?:sh|env|bash)\S*: (?:\d+: |line \d+: )?'?([\w.+-]+)'?: (?:command )?"
        r"(?:not found|No such file)"
    ),
    "the PHP file {}": r"Failed opening required '\S*?(vendor/autoload\.php)'",
}
_MODULES = {words: re.compile(pattern) for words, pattern in _MODULE.items()}
_REFUSALS = {
    "a place that cannot be written": (
        r"Read-only file system|\bEROFS\b|\[Errno 30\]|readonly database"
    ),
    "a permission": (
        # the database's own sentence goes on with `for` or `to`
        r"Permission denied(?! (?:for|to) )|\bEACCES\b|Operation not permitted|\bEPERM\b"
    ),
    "a call of the kernel": r"Function not implemented|\bENOSYS\b|\[Errno 38\]|bad system call",
    "a name for its user": (
        r"getpwuid|uv_os_get_passwd|unknown userid|no such user|cannot find name for user ID"
    ),
    "a port, which was in use": r"Address already in use|\bEADDRINUSE\b|\[Errno 98\]",
    "room on the disk": (
        r"No space left on device|\bENOSPC\b|File too large|\bEFBIG\b|Disk quota exceeded"
    ),
    "memory": (
        r"\bMemoryError\b|Cannot allocate memory|\bENOMEM\b|Out of memory"
        r"|OutOfMemory(?:Error|Exception)|\bstd::bad_alloc\b"
    ),
    "more processes or files": (
        r"Resource temporarily unavailable|\bEAGAIN\b|can't start new thread|Too many open files"
    ),
    "the network": (
        r"Network is unreachable|\bENETUNREACH\b|No route to host|\bEHOSTUNREACH\b|"
        r"Name or service not known|[Tt]emporary failure in name resolution|\bgaierror\b|"
        r"\bENOTFOUND\b|\bEAI_AGAIN\b|no such host|UnknownHostException|failed to lookup address"
    ),
    "another system, which refused the connection": (
        r"[Cc]onnection refused|\bECONNREFUSED\b|\[Errno 111\]"
    ),
}
_PATTERNS = {means: re.compile(pattern, re.IGNORECASE) for means, pattern in _REFUSALS.items()}
_ELSEWHERE = re.compile(
    r"(?:No such file or directory|\bENOENT\b|cannot find the path)\W[^\n]{0,80}?"
    r"(?<![\w./])(/[\w./@+-]+)"
)
_NOT_RUN = {126, 127}
_BY_THE_MACHINE = {signal.SIGKILL, signal.SIGXCPU, signal.SIGXFSZ, signal.SIGSYS}


_HIGHER = {"disk": ", which `disk_mb` in the operator's file raises"}


def name_limit(met: str) -> str:
    """Return a limit of the gate's in words, with what raises it."""
    return f"the gate's own limit ({met}{_HIGHER.get(met, '')})"


@dataclass(frozen=True)
class Ending:
    """How a service's process was found: its status (negative: a signal), or None while it lives.

    `met` is a limit of the gate's that ended it, `seen` what its address gave last.
    """

    alive: bool
    status: int | None = None
    met: str | None = None
    seen: str = ""
    waited: float = 0.0

    def __str__(self) -> str:
        """Return it in words."""
        if self.alive:
            return f"it was not ready within {self.waited:g} s ({self.seen or 'not asked'})"
        if self.met:
            return f"it ended at {name_limit(self.met)}"
        if self.status is None:
            return "it ended"
        if self.status < 0:
            return f"it ended by signal {-self.status}"
        return f"it ended with status {self.status}"


@dataclass(frozen=True)
class Given:
    """What a service was given: the first word of its command, where programs are looked for.

    The folders it was given, whether the judged tree itself has a module of some name, and which
    files of the tree it was not given, or the clone does not hold.
    """

    program: str
    path: str
    folders: tuple[Path, ...]
    has_module: Callable[[str], bool]
    withheld: frozenset[str] = frozenset()
    missing: tuple[str, ...] = ()


def explain_doubt(ending: Ending, log: bytes, given: Given) -> str:
    """Return why it is not the release's failure that a service did not start, or nothing."""
    text = log.decode("utf-8", "replace")
    return (
        _lacked(text, given)
        or _withheld(text, given.withheld)
        or _missing(given.missing)
        or _by_the_machine(ending)
        or next(
            (
                f"it may have been refused {means}"
                for means, pattern in _PATTERNS.items()
                if pattern.search(text)
            ),
            "",
        )
        or _missing_elsewhere(text, given.folders)
    )


def _by_the_machine(ending: Ending) -> str:
    if ending.alive:
        return "it is alive and does not listen, which more time might have changed"
    if ending.met or (ending.status is not None and -ending.status in _BY_THE_MACHINE):
        return "what ended it was this machine"
    if ending.status in _NOT_RUN:
        return f"its command could not be run (status {ending.status})"
    return "" if ending.status else "it ended without an error before it listened"


def _lacked(text: str, given: Given) -> str:
    for words, pattern in _MODULES.items():
        match = pattern.search(text)
        name = next((group for group in match.groups() if group is not None), "") if match else ""
        if match and not (name and given.has_module(name)):
            return f"{words.format(name)} is not installed here, and is not the release's own"
    if "/" not in given.program and shutil.which(given.program, path=given.path) is None:
        return f"the program {given.program} is not on this machine"
    return ""


def _withheld(text: str, paths: frozenset[str]) -> str:
    """Return the doubt of a log that speaks of a file which a service must not see."""
    named = sorted(path for path in paths if path.rpartition("/")[2] in text)
    return (
        f"it wants {named[0]}, the labelled rows that it is scored by, which no service is given"
        if named
        else ""
    )


def _missing(paths: tuple[str, ...]) -> str:
    """Return the doubt of a copy that lacks files which the clone does not hold."""
    named = first_few(paths, 1)
    return f"its copy lacked {named}, which this clone does not hold" if paths else ""


def _missing_elsewhere(text: str, own: Iterable[Path]) -> str:
    folders = [str(folder) for folder in own]
    for match in _ELSEWHERE.finditer(text):
        if not any(match[1] == folder or match[1].startswith(f"{folder}/") for folder in folders):
            return f"it wants {match[1]}, which it cannot see"
    return ""
