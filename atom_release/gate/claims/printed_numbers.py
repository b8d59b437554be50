"""What range a printed number stands for, and what a measured share can be told apart from."""

from __future__ import annotations

import re
from fractions import Fraction
from math import isclose

from atom_release.gate.statistics import wilson

_NUMBER = re.compile(r"(?<![\w.])(\d{1,9}(?:\.(\d{1,8}))?)\s?(%?)")
_OTHER_DATA = re.compile(
    r"\b(?:cross.?validat\w*|cv|train(?:ing)?|validation|k-?fold|\d+-?fold)\b", re.IGNORECASE
)
_SLACK = 1e-12


def printed_range(value: float, text: str) -> tuple[float, float]:
    """Return the half-open range that a number means as its line prints it.

    81.8 % is [0.8175, 0.8185).
    """
    step = min(_steps(value, text), default=10.0 ** -_digits(value))
    return value - step / 2 - _SLACK, value + step / 2 - _SLACK


def _steps(value: float, text: str) -> list[float]:
    steps = []
    for match in _NUMBER.finditer(text):
        scale = 0.01 if match[3] else 1.0
        if isclose(float(match[1]) * scale, value, rel_tol=1e-9, abs_tol=1e-12):
            steps.append(scale * 10.0 ** -len(match[2] or ""))
    return steps


def _digits(value: float) -> int:
    return len(repr(value).partition(".")[2].rstrip("0")) if "e" not in repr(value) else 0


def speaks_of_other_data(text: str) -> bool:
    """Return whether the line tells of training or validation data, not of what the gate asked."""
    return _OTHER_DATA.search(text) is not None


def interval(share: float, trials: int) -> tuple[float, float]:
    """Return Wilson's interval of a measured share."""
    return wilson(round(share * trials), trials)


def least_trials(share: float, most: int) -> int:
    """Return the least number of trials that can have this share.

    Its denominator in lowest terms, which errs toward a wider interval.
    """
    return max(1, Fraction(share).limit_denominator(max(1, 2 * most)).denominator // 2)
