"""A variable that code asks for: its name, where, how urgently, and what its value has to be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from atom_release.drafting.findings import Place


class Need(StrEnum):
    """What code does where a variable is not set."""

    REQUIRED = "ends without it"
    ASKED = "goes on with nothing"
    DEFAULTED = "has a default"


@dataclass(frozen=True)
class Form:
    """What a value has to be: the word of its kind, `str` where nothing says more.

    `choices` are the values of an enumeration; `least` is the length that a text must have.
    """

    kind: str = "str"
    choices: tuple[str, ...] = ()
    least: int = 0


@dataclass(frozen=True)
class Variable:
    """One variable of the environment as code asks for it; `default` is a literal one."""

    name: str
    where: Place
    need: Need
    form: Form = Form()
    default: str = ""


@dataclass(frozen=True)
class Made:
    """A value that was made for a variable, with where the code asks for it and why it is that."""

    name: str
    value: str
    where: Place
    why: str
