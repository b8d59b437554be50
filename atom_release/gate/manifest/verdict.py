"""How a check of one's own says yes or no: by its exit status, JUnit, SARIF, or a JSON value.

Here stands what a person writes and what it means; reading a run's files is `lab.proof.reading`.
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator

from atom_release.gate.json_pointer import resolve_pointer

Form = Literal["exit", "junit", "sarif", "json"]

_COMPARISON = re.compile(r"(?P<pointer>/\S*) +(?P<operator>==|!=|<=|>=|<|>) +(?P<value>\S.*)")
_EQUALITY: Mapping[str, Callable[[Any, Any], bool]] = {"==": operator.eq, "!=": operator.ne}
_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class NoVerdict(ValueError):
    """A value that the comparison cannot be made with, or a text that is no verdict form."""


@dataclass(frozen=True)
class Verdict:
    """A verdict form; of `json` the pointer (RFC 6901) and the comparison of what is there."""

    form: Form
    pointer: str = ""
    operator: str = ""
    value: Any = None

    def holds(self, document: object) -> tuple[bool, object]:
        """Return whether a document's value compares as it has to, and that value.

        Raises:
            NoVerdict: the document has no such value, or it cannot be ordered with this one.
        """
        value = _at(document, "" if self.pointer == "/" else self.pointer)
        if self.operator in _EQUALITY:
            same = type(value) is type(self.value) or _are_numbers(value, self.value)
            equal = same and value == self.value
            return equal is (self.operator == "=="), value
        if not _are_numbers(value, self.value) and not (
            isinstance(value, str) and isinstance(self.value, str)
        ):
            message = f"{json.dumps(value)[:80]} and {json.dumps(self.value)} have no order"
            raise NoVerdict(message)
        return _ORDER[self.operator](value, self.value), value


def parse_verdict(text: str) -> Verdict:
    """Return the form that a text names.

    Args:
        text: `exit`, `junit`, `sarif`, or a comparison such as `/totals/percent_covered >= 80`.

    Raises:
        NoVerdict: it is none of these.
    """
    for form in ("exit", "junit", "sarif"):
        if text == form:
            return Verdict(form)
    match = _COMPARISON.fullmatch(text)
    if match is None:
        message = (
            f"{text[:80]!r} is no verdict: name `exit`, `junit`, `sarif`, or compare a value of a"
            " JSON document as in `/totals/percent_covered >= 80`"
        )
        raise NoVerdict(message)
    try:
        value = json.loads(match["value"])
    except ValueError as error:
        message = f"{match['value'][:80]!r} is no JSON value: write a text in double quotes"
        raise NoVerdict(message) from error
    if match["operator"] in _ORDER and not (_are_numbers(value) or isinstance(value, str)):
        message = f"{match['value'][:80]} has no order: compare it with == or !="
        raise NoVerdict(message)
    return Verdict("json", match["pointer"], match["operator"], value)


def _are_numbers(*values: object) -> bool:
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def _at(document: object, pointer: str) -> object:
    try:
        return resolve_pointer(document, pointer)
    except LookupError as error:
        message = f"the document has nothing at {pointer}"
        raise NoVerdict(message) from error


def _verdict_text(text: str) -> str:
    parse_verdict(text)
    return text


VerdictText = Annotated[str, AfterValidator(_verdict_text)]
