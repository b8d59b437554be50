"""The words that JUnit XML says an outcome with, runner by runner.

There is no standard: Ant's schema knows `failure`, `error` and `skipped`, and each runner adds its
own elements and attributes. Here stands what their documents or sources say, with the runner; what
stands nowhere here is unknown, and an unknown word never passes. Reading a file is `junit`.
"""

from __future__ import annotations

import re
from enum import IntEnum


class Outcome(IntEnum):
    """What became of one test, in rising order of badness."""

    PASSED = 0
    SKIPPED = 1
    UNKNOWN = 2
    ERROR = 3
    FAILED = 4

    @property
    def word(self) -> str:
        """The outcome as reports write it."""
        return self.name.lower()


_PASSED, _SKIPPED, _UNKNOWN, _ERROR, _FAILED = (
    Outcome.PASSED,
    Outcome.SKIPPED,
    Outcome.UNKNOWN,
    Outcome.ERROR,
    Outcome.FAILED,
)

ELEMENTS = {
    "failure": _FAILED,
    "error": _ERROR,
    "skipped": _SKIPPED,
    "skip": _SKIPPED,
    "disabled": _SKIPPED,
    "ignored": _SKIPPED,
    "notrun": _SKIPPED,
    "not-run": _SKIPPED,
    "pending": _SKIPPED,
    "incomplete": _SKIPPED,
    "todo": _SKIPPED,
    "timeout": _ERROR,
    "crash": _ERROR,
    "crashed": _ERROR,
    # writers of people's own
    "passed": _PASSED,
    "pass": _PASSED,
    "success": _PASSED,
    # Maven Surefire and cargo-nextest: passed only when it was run again
    "flakyfailure": _FAILED,
    "flakyerror": _FAILED,
    # the same two: failed again when it was run again, beside the first <failure>
    "rerunfailure": _FAILED,
    "rerunerror": _FAILED,
}
"""Elements of a case, in small letters, and what each makes of it."""

SILENT_ELEMENTS = frozenset(
    {
        "properties",
        "property",
        "system-out",
        "system-err",
        "attachments",  # dotnet's JunitXml.TestLogger
        "description",
    }
)
"""Elements that say nothing of an outcome, of cases and of suites."""

CONTAINERS = frozenset({"testsuites", "testsuite", "testrun"})  # the last: Eclipse

_WORDS = {
    _PASSED: (
        "pass passed ok success successful succeeded run ran completed complete finished executed"
        " true"
    ),
    _SKIPPED: (
        "notrun skip skipped disabled ignore ignored suppressed inactive pending todo untested"
        " notexecuted filtered deselected excluded xfail xfailed"
    ),
    _FAILED: "fail failed failure xpass bpass",  # the last two: Qt Test, an unexpected pass
    _ERROR: "error errored broken crash crashed timeout timedout aborted killed",
}
_OUTCOMES = {word: outcome for outcome, words in _WORDS.items() for word in words.split()}
_STATES = frozenset({"status", "result", "outcome", "state", "verdict"})
_TRUE, _FALSE = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0", ""})
_GOOD_FLAGS = {  # what their being false says
    "success": _FAILED,
    "passed": _FAILED,
    "executed": _SKIPPED,  # NUnit's, by way of its own converter
    "run": _SKIPPED,
    "enabled": _SKIPPED,
}
_BAD_FLAGS = {  # what their being there, and not false, says; Node writes failure="its message"
    **dict.fromkeys(("failed", "failure", "failures"), _FAILED),
    **dict.fromkeys(("error", "errors", "errored"), _ERROR),
    **dict.fromkeys(
        ("disabled", "skipped", "skip", "ignored", "notrun", "todo", "pending", "incomplete"),
        _SKIPPED,
    ),
    "flaky": _FAILED,  # Flank: passed only when it was run again
}
_SILENT = (
    "name classname class id file filepath path line lineno column time duration timestamp start"
    " end started finished assertions asserts tests hostname package module group url tags owner"
    " author description type_param value_param internaltype suite retries thread worker seed"
    " message type xmlns lang col feature"
)
SILENT_ATTRIBUTES = frozenset(_SILENT.split())
"""Attributes of a case that say nothing of its outcome."""
_BESIDE = (
    "time duration ms ns seconds line lineno column file path url uri link links id uuid guid class"
    " package host device browser platform arch date log logs output stdout stderr attachment"
    " attachments tag tags label labels comment comments screenshot screenshots"
)
_SILENT_PARTS = frozenset(_BESIDE.split())
_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_NUMBER = re.compile(r"\d+(\.\d+)?")


def word_outcome(text: str) -> Outcome:
    """Return what a word for a state means; UNKNOWN for one that no runner is known to write."""
    word = "".join(letter for letter in text.casefold() if letter.isalnum())
    return _OUTCOMES.get(word, Outcome.UNKNOWN)


def speaks_of_outcomes(attribute: str) -> bool:
    """Return whether an attribute of this name is one that runners say an outcome with."""
    return attribute.casefold() in _STATES | _GOOD_FLAGS.keys() | _BAD_FLAGS.keys()


def is_silent(name: str) -> bool:
    """Return whether a name that no runner is known to write is made of words for other things.

    As `webLink` and `sim_time_ns` are, and `skip-time` is not.
    """
    parts = {part.casefold() for part in _PART.findall(name)}
    return bool(parts & _SILENT_PARTS) and not _speaks(parts)


def _speaks(parts: set[str]) -> bool:
    return any(speaks_of_outcomes(part) or part in _OUTCOMES for part in parts)


def _is_measure(name: str, word: str) -> bool:
    """Return whether an attribute holds a number that is neither no nor yes, under another name.

    As googletest wrote what a test recorded, before it had <properties>.
    """
    parts = {part.casefold() for part in _PART.findall(name)}
    return word not in _TRUE | _FALSE and bool(_NUMBER.fullmatch(word)) and not _speaks(parts)


def attribute_outcome(name: str, value: str) -> Outcome:
    """Return what one attribute of a case says of it; PASSED where it says nothing.

    UNKNOWN for a name, or a value of a name, that no runner is known to write.
    """
    word = value.strip().casefold()
    if _is_measure(name, word) or (is_silent(name) and word_outcome(word) is _UNKNOWN):
        return _PASSED
    name = name.casefold()
    if name in _STATES:
        return word_outcome(word)
    if name in _BAD_FLAGS:
        return _PASSED if word in _FALSE else _BAD_FLAGS[name]
    if name in _GOOD_FLAGS:
        falsely = _GOOD_FLAGS[name] if word in _FALSE else Outcome.UNKNOWN
        return _PASSED if word in _TRUE else falsely
    return Outcome.PASSED if name in SILENT_ATTRIBUTES else Outcome.UNKNOWN
