"""What a file of evidence holds where nothing was measured: an error's text, a page, a pointer.

Only what a machine wrote is read (logs, JSON, tables): prose may speak of errors that it mended.
An output that goes on to say that all went well is what it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from atom_release.reader import json_lines
from atom_release.reader.decoding import NotText, decode

_LONGEST = 160
_OUTPUT = frozenset({".log", ".txt", ".out"})
_DATA = frozenset({".json", ".csv"})
_POINTER = re.compile(r"version https://git-lfs\.github\.com/spec/v1\b")
_PAGE = re.compile(r"\s*(?:<\?xml[^>]{0,80}>\s*)?<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_ERRORS = (
    (
        "a traceback",
        re.compile(r"Traceback \(most recent call last\):|Exception in thread \"main\""),
    ),
    (
        "a command that was not found",
        re.compile(
            r"(?:^|\s)[\w./+-]{1,60}: (?:command )?not found\s*$"
            r"|is not recognized as an internal or external command"
        ),
    ),
    (
        "a program that did not start",
        re.compile(
            r"^\s*(?:ModuleNotFoundError|ImportError): |Error: Cannot find module "
            r"|can't open file '|^panic: |^thread '\w+' panicked at "
        ),
    ),
    (
        "a refused connection",
        re.compile(
            r"ECONNREFUSED|[Cc]onnection refused|Max retries exceeded with url"
            r"|Could not resolve host|Failed to establish a new connection"
        ),
    ),
)
_SUMMARY = re.compile(
    r"\b[1-9]\d* (?:tests? )?pass(?:ed|ing)\b|\bBUILD SUCCESS|^OK\b|\ball (?:tests|checks) pass"
    r"|\bexit(?:ed)?(?: with)?(?: code| status)?[ :=]+0\b",
    re.IGNORECASE,
)
_WELL = re.compile(
    r"\b(?:ok|pass(?:ed)?|success\w*|succeeded|connected|recovered|healthy|ready)\b|✅|✓",
    re.IGNORECASE,
)
_TOLD = frozenset({"error", "exception", "traceback", "stderr", "errormessage"})
_ASIDE = frozenset({"previous", "before", "baseline", "history", "expected", "example", "schema"})
_NO_LETTER = re.compile(r"[^a-z]+")


@dataclass(frozen=True)
class Problem:
    """What stands there in place of evidence, at a line, which is 0 for the whole file."""

    problem: str
    line: int
    text: str
    pointer: bool = False


def find_problem(path: str, raw: bytes) -> Problem | None:
    """Return what a file of evidence holds in place of it, or None."""
    suffix = PurePosixPath(path).suffix.lower()
    try:
        text = decode(raw) if suffix in _OUTPUT | _DATA else ""
    except NotText:
        return None
    if _POINTER.match(text):
        head = text.split("\n", 1)[0]
        return Problem("a pointer of git-lfs and not the content", 1, head, pointer=True)
    if suffix in _DATA and _PAGE.match(text):
        return Problem("an HTML page", 1, text.strip().split("\n", 1)[0][:_LONGEST])
    if suffix == ".json":
        return _in_json(text)
    return _in_output(text) if suffix in _OUTPUT else None


def _in_json(text: str) -> Problem | None:
    try:
        leaves, _ = json_lines.leaves(text)
    except json_lines.NotJson:
        return _in_output(text)
    return next(_in_leaves(leaves), None)


def _in_output(text: str) -> Problem | None:
    """Return the last error of an output, unless it says that all went well, or does so later."""
    if _SUMMARY.search(text):
        return None
    last: Problem | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        problem = _error_of(line)
        if problem:
            last = Problem(problem, number, line.strip()[:_LONGEST])
        elif last is not None and _WELL.search(line):
            last = None
    return last


def _in_leaves(leaves: list[json_lines.Leaf]) -> Iterator[Problem]:
    for leaf in leaves:
        keys = {str(key).lower() for key in leaf.path}
        key = _NO_LETTER.sub("", str(leaf.path[-1]).lower()) if leaf.path else ""
        in_list = any(isinstance(part, int) for part in leaf.path)
        if key not in _TOLD or in_list or keys & _ASIDE or not isinstance(leaf.value, str):
            continue
        problem = next(filter(None, map(_error_of, leaf.value.split("\n"))), "")
        if problem:
            yield Problem(problem, leaf.line, leaf.value.strip().split("\n")[0][:_LONGEST])


def _error_of(line: str) -> str:
    return next((problem for problem, form in _ERRORS if form.search(line)), "")
