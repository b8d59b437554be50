"""The variables of one folder's code, each once, and what is made for those that nothing gives."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from atom_release.drafting.asked_variables import (
    node_names,
    python_calls,
    python_module,
    python_settings_classes,
    values,
)
from atom_release.drafting.asked_variables.variable import Made, Need, Variable
from atom_release.drafting.files import is_product

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from atom_release.drafting.asked_variables.values import Ground
    from atom_release.drafting.files import Files

_BESIDE = re.compile(
    r"(?:^|/)(?:scripts?|tools?|bin|deploy(?:ment)?|infra(?:structure)?|terraform|benchmarks?|notebooks?"
    r"|commands|setup\.py$|docs?|examples?|samples?|\.[^/]+)(?:/|$)"
)
_MOST = 600
_SUFFIXES = (".py", ".js", ".cjs", ".mjs", ".jsx", ".ts", ".cts", ".mts", ".tsx")
_RANK = {Need.REQUIRED: 0, Need.ASKED: 1, Need.DEFAULTED: 2}


@dataclass(frozen=True)
class Asked:
    """What code asks for, and what it sets of itself."""

    variables: tuple[Variable, ...]
    set_by_code: frozenset[str] = frozenset()


def find(files: Files, paths: Iterable[str], *, tests: bool = False) -> Asked:
    """Return what the code among these files asks for; that of tests only where it is wanted."""
    code = [path for path in paths if path.endswith(_SUFFIXES) and not _BESIDE.search(path)]
    code = [path for path in code if tests or is_product(path)][:_MOST]
    texts = [(path, files.text(path)) for path in code]
    modules = python_module.read_modules(pair for pair in texts if pair[0].endswith(".py"))
    seen = [
        *python_settings_classes.find(modules),
        *python_calls.find(modules),
        *node_names.find(texts),
    ]
    return Asked(tuple(_each_once(seen)), frozenset(python_calls.set_by_code(modules)))


def _each_once(seen: Sequence[Variable]) -> list[Variable]:
    """Return each variable as the place asks that needs it most, with the best known kind."""
    named: dict[str, list[Variable]] = {}
    for variable in seen:
        named.setdefault(variable.name, []).append(variable)
    chosen = []
    for several in named.values():
        first = min(several, key=lambda variable: _RANK[variable.need])
        typed = next((each for each in several if each.form.kind != "str"), first)
        default = next((each.default for each in several if each.default), "")
        chosen.append(replace(first, form=typed.form, default=first.default or default))
    return chosen


def make(wanted: Asked, given: Collection[str], ground: Ground) -> tuple[Made, ...]:
    """Return what is made for the variables that neither a file nor the code itself gives."""
    taken = {*given, *({} if ground.starts else wanted.set_by_code)}
    ground = replace(ground, names_async=any("ASYNC" in each.name for each in wanted.variables))
    upper = {name.upper() for name in taken}
    made = (
        values.make(variable, ground)
        for variable in wanted.variables
        if variable.name not in taken and variable.name.upper() not in upper
    )
    return tuple(sorted((each for each in made if each), key=lambda each: each.name))
