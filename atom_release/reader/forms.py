"""How sure each form of a claim is, and what becomes of a value that has it.

A form is how and where a value stands: a path in a list of files, a bound, a runner's last line. On
reports that nobody had seen some forms were right nearly always and some were not, whatever the
words; a reader that takes only the first is right on the next report, too. What each was worth
when it was fresh, and what follows, stands in `forms.toml` as data; the decisions ask here and know
no figures. What is not given is no claim, and its line is shown among those that were not read.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources


class Form(StrEnum):
    """How and where a value stands."""

    FILE_IN_LIST = "file-in-list"
    FILE_INSIDE_ITEM = "file-inside-item"
    FILE_BELOW_FOLDER = "file-below-folder"
    FILE_SAID_MADE = "file-said-made"
    FILE_AMONG_FILES = "file-among-files"
    FILE_OF_WORK = "file-of-work"
    FILE_OF_WHAT_WAS_MADE = "file-of-what-was-made"
    FILE_BEHIND_WORK = "file-behind-work"
    FILE_BEHIND_TICK = "file-behind-tick"
    FILE_IN_SENTENCE = "file-in-sentence"
    FILE_IN_SLOT = "file-in-slot"
    FILE_IN_OTHER_SLOT = "file-in-other-slot"
    FILE_IN_HEADING = "file-in-heading"
    FILE_IN_WORK_HEADING = "file-in-work-heading"
    FILE_AS_WORK_HEADING = "file-as-work-heading"
    FILE_IN_OTHER_HEADING = "file-in-other-heading"
    FILE_IN_TABLE = "file-in-table"
    FILE_IN_OTHER_TABLE = "file-in-other-table"
    FILE_IN_TREE = "file-in-tree"
    FILE_IN_BLOCK = "file-in-block"
    LATENCY_PERCENTILE = "latency-percentile"
    LATENCY_AVERAGE = "latency-average"
    LATENCY_NAMED = "latency-named"
    LATENCY_HELD = "latency-held"
    LATENCY_BOUND = "latency-bound"
    LATENCY_DURATION = "latency-duration"
    TESTS_FIELD = "tests-field"
    TESTS_TOTAL = "tests-total"
    TESTS_HEADING = "tests-heading"
    TESTS_HEADING_OF_PART = "tests-heading-of-part"
    TESTS_LINE = "tests-line"
    TESTS_LINE_OF_ALL = "tests-line-of-all"
    TESTS_RUN = "tests-run"
    TESTS_RUN_OF_PART = "tests-run-of-part"
    TESTS_LONE = "tests-lone"
    VERSION_IN_HEADER = "version-in-header"
    VERSION_AT_FOOT = "version-at-foot"
    VERSION_OF_DOCUMENT = "version-of-document"
    COVERAGE_STATED = "coverage-stated"
    COVERAGE_IN_SENTENCE = "coverage-in-sentence"


class Gives(StrEnum):
    """What becomes of a value of a form."""

    ALL = "all"
    WHOLE = "whole"
    NEVER = "never"
    AGREEING = "agreeing"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a form was worth on fresh reports, what becomes of it, and why.

    `short` says it of a line whose value is withheld.
    """

    right: int
    given: int
    gives: Gives
    why: str
    short: str


@cache
def standings() -> dict[Form, Standing]:
    """Return the standing of each form, read once."""
    text = resources.files("atom_release.reader").joinpath("forms.toml").read_text("utf-8")
    return {
        Form(name): Standing(
            row["right"], row["given"], Gives(row["gives"]), row["why"], row.get("short", "")
        )
        for name, row in tomllib.loads(text).items()
    }


def why_withheld(form: Form) -> str:
    """Return in a few words why a value of a form is not given."""
    return standings()[form].short


def is_given(form: Form, *, whole: bool = True, agreeing: bool = False) -> bool:
    """Return whether a value of a form is given.

    Args:
        form: how and where it stands.
        whole: of a path, whether it has its folder.
        agreeing: whether another place of the report states the same.
    """
    gives = standings()[form].gives
    return (
        gives is Gives.ALL
        or (gives is Gives.WHOLE and whole)
        or (gives is Gives.AGREEING and agreeing)
    )
