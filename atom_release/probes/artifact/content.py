"""Compare what a command made with what was committed, or with what it made otherwise.

Two looks: `is_same` sets aside only what any two runs differ in (moments, ids, absolute paths), so
that what was measured counts; `differences` sets aside measured figures too, since nobody measures
the same twice.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import zip_longest

from atom_release.gate.facts.artifact import Difference
from atom_release.reader.decoding import NotText, decode

Value = str | float | bool | None
_NOISE = 1e-6
_LONGEST = 80
TIMES, IDS, PATHS, FIGURES, NOISE = (
    "moments",
    "ids of runs",
    "paths",
    "measured figures",
    "rounding",
)
NO_TEXT = "bytes that are no text"
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?"
)
_PATTERNS = {
    TIMES: re.compile(
        _MOMENT.pattern + r"|\b\d{4}[-/]\d\d[-/]\d\d\b|\b\d\d:\d\d:\d\d(?:\.\d+)?\b"
        r"|\b1[5-9]\d{8}(?:\d{3})?(?:\.\d+)?\b"
        r"|\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\w*,? (?:\d\d? )?[A-Z][a-z]{2}(?: \d\d?)?(?: \d{4})?\b"
    ),
    IDS: re.compile(
        r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"
        r"|\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,64}\b|\b0x[0-9a-f]+\b",
        re.IGNORECASE,
    ),
    PATHS: re.compile(r"(?<![\w.:/])(?:/[\w.@+-]+){2,}/?|\b(?:localhost|127\.0\.0\.1):\d{2,5}\b"),
}
_MEASURED = re.compile(
    r"\b\d+(?:\.\d+)? ?(?:ns|[µu]s|ms|s|secs?|seconds?|min(?:utes)?|[kKMG]i?B|rps|qps"
    r"|req(?:uests)?/s)\b"
)
_TIME_KEY = re.compile(
    r"time|date|stamp|(?:_|^)at$|generated|created|updated|started|finished", re.IGNORECASE
)
_ID_KEY = re.compile(
    r"(?:run|build|trace|session|request|job|correlation)[-_ ]?id$|^(?:uu)?id$|uuid|^pid$"
    r"|host(?:name)?$|commit|sha\d*$|digest|seed|nonce",
    re.IGNORECASE,
)
_FIGURE_KEY = re.compile(
    r"(?:_|^)(?:ms|s|sec|secs|seconds|us|ns|mb|kb)$|duration|elapsed|latency|^p\d\d|throughput|rps|qps"
    r"|per_?sec|cpu|memory|rss|took",
    re.IGNORECASE,
)
_PASSED = re.compile(
    r"\b(?:pass(?:ed|ing)?|success(?:ful)?|completed?|ok|healthy|green|approved|compliant|verified"
    r"|within budget)\b|✅",
    re.IGNORECASE,
)
_NONE_FAILED = re.compile(
    r"\b(?:0|no) (?:tests? )?(?:fail(?:ed|ures?)?|errors?|skipped|violations?)\b"
    r"|\b(?:fail(?:ed|ures?)?|errors?|skipped|violations?)\W{0,4}[:=|]\W{0,3}(?:0\b|\[\]|null|none|false)",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"\b(?:fail(?:ed|ures?|s)?|errors?|down|unreachable|refused|red|violat\w+|blocked|simulated"
    r"|skipped|unknown|not available|n/a)\b|❌",
    re.IGNORECASE,
)


@dataclass
class Compared:
    """The places that differ, the first of them, and what kinds of difference were set aside."""

    places: list[Difference] = field(default_factory=list)
    aside: set[str] = field(default_factory=set)


def is_same(first: bytes, second: bytes) -> bool:
    """Return whether two outputs are one but for moments, ids and absolute paths."""
    return first == second or _bare(first) == _bare(second)


def is_alike(first: bytes, second: bytes) -> bool:
    """Return whether two outputs are one but for what is measured anew each time, too."""
    compared = differences(first, second)
    return not compared.places and NO_TEXT not in compared.aside


def says_pass(raw: bytes) -> bool:
    """Return whether an output says that something passed, and nothing that did not."""
    text = _NONE_FAILED.sub("", _text(raw))
    return bool(_PASSED.search(text)) and not says_failed(raw)


def says_failed(raw: bytes) -> bool:
    """Return whether an output says that something did not pass."""
    return bool(_FAILED.search(_NONE_FAILED.sub("", _text(raw))))


def moments_in(raw: bytes) -> set[str]:
    """Return the moments, date and time of day, that a text states."""
    return set(_MOMENT.findall(_text(raw)))


def differences(committed: bytes, made: bytes) -> Compared:
    """Return where a committed file is not what its command made; nothing of other than text."""
    compared = Compared()
    if committed == made:
        return compared
    try:
        before, after = decode(committed), decode(made)
    except NotText:
        compared.aside.add(NO_TEXT)
        return compared
    try:
        _compare_leaves(_leaves(before), _leaves(after), compared)
    except (ValueError, RecursionError):
        _compare_lines(before, after, compared)
    return compared


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _bare(raw: bytes) -> str:
    text = _text(raw)
    for kind, pattern in _PATTERNS.items():
        text = pattern.sub(f"<{kind}>", text)
    return text


def _leaves(text: str) -> dict[str, Value]:
    """Return the scalars of a JSON document by their JSON pointers.

    Raises:
        ValueError, RecursionError: it is none, or one nested too deep.
    """
    leaves, waiting = dict[str, Value](), [("", json.loads(text))]
    while waiting:
        place, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [(f"{place}/{key}", value[key]) for key in reversed(value)]
        elif isinstance(value, list):
            waiting += [(f"{place}/{at}", value[at]) for at in reversed(range(len(value)))]
        else:
            leaves[place or "/"] = value
    return leaves


def _compare_leaves(before: dict[str, Value], after: dict[str, Value], compared: Compared) -> None:
    for place in dict.fromkeys((*before, *after)):
        committed, made = before.get(place), after.get(place)
        if committed == made and (place in before) == (place in after):
            continue
        kind = _kind_of_leaf(place.rpartition("/")[2], committed, made)
        if kind:
            compared.aside.add(kind)
        else:
            compared.places.append(
                Difference(
                    place=place,
                    committed=_shown(committed) if place in before else "nothing",
                    made=_shown(made) if place in after else "nothing",
                )
            )


def _kind_of_leaf(key: str, committed: Value, made: Value) -> str:
    """Return what kind of difference two values have that two runs may have; or nothing."""
    if committed is None or made is None:
        return ""
    numbers = [value for value in (committed, made) if isinstance(value, int | float)]
    if len(numbers) == len((committed, made)) and not isinstance(committed, bool):
        if abs(numbers[0] - numbers[1]) <= _NOISE * max(map(abs, numbers)):
            return NOISE
        for kind, pattern in ((FIGURES, _FIGURE_KEY), (TIMES, _TIME_KEY), (IDS, _ID_KEY)):
            if pattern.search(key):
                return kind
        return ""
    if _ID_KEY.search(key):
        return IDS
    return _kind_of_text(str(committed), str(made))


def _kind_of_text(committed: str, made: str) -> str:
    for kind, pattern in ({**_PATTERNS, FIGURES: _MEASURED}).items():
        committed, made = pattern.sub(f"<{kind}>", committed), pattern.sub(f"<{kind}>", made)
        if committed == made:
            return kind
    return ""


def _compare_lines(before: str, after: str, compared: Compared) -> None:
    committed, made = before.splitlines(), after.splitlines()
    left_masked, right_masked = map(_masked, committed), map(_masked, made)
    matcher = SequenceMatcher(None, [*left_masked], [*right_masked], autojunk=False)
    for tag, start, end, other, last in matcher.get_opcodes():
        for at, (left, right) in enumerate(
            zip_longest(committed[start:end], made[other:last], fillvalue=""), start + 1
        ):
            if tag == "equal":
                compared.aside |= {_kind_of_text(left, right)} - {""} if left != right else set()
            elif left.strip() != right.strip():
                place = Difference(place=f"line {at}", committed=_shown(left), made=_shown(right))
                compared.places.append(place)


def _masked(line: str) -> str:
    for kind, pattern in ({**_PATTERNS, FIGURES: _MEASURED}).items():
        line = pattern.sub(f"<{kind}>", line)
    return line.rstrip()


def _shown(value: Value) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
