"""What a service and its suite have beside them and are given: systems, variables, made values.

What files give comes first (`worlds`); what only code names has a value made for it
(`asked_variables`), and a draft says so of each.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from atom_release.drafting import addresses, expected_files, image_variables, preparations, worlds
from atom_release.drafting.asked_variables import find, ground, values
from atom_release.drafting.asked_variables.variable import Made, Need
from atom_release.drafting.deployment import image_paths, kubernetes_variables
from atom_release.drafting.ecosystems import django_settings, python_settings
from atom_release.drafting.files import Files, is_product, joined
from atom_release.drafting.findings import Seen, Suite, World

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from atom_release.drafting.asked_variables.find import Asked
    from atom_release.drafting.findings import Place

_REFERENCE = re.compile(r"\$\{?([A-Za-z_]\w*)")
_FILE = re.compile(r"/(?:[\w.@-]+/)+[\w@-]+(?:\.[\w@-]+)+")
_SYSTEMS = ("postgres", "redis", "vault")
_ASSIGNED = re.compile(r"^(?:[DR]:)*([A-Za-z_]\w*)\s*=?")


@dataclass(frozen=True)
class Code:
    """The code of a service: files of its own, those that all services share, and how it starts."""

    folder: str
    own: Sequence[str]
    shared: Sequence[str] = ()
    by_node: bool = False
    command: Sequence[str] = ()
    workloads: Sequence[str] = ()  # its names in a cluster


@dataclass(frozen=True)
class Surroundings:
    """What a service is started with."""

    world: World | None
    variables: tuple[tuple[str, str], ...]
    made: tuple[Made, ...]


def of_service(files: Files, code: Code) -> Surroundings:
    """Return what a service is started with.

    A variable that the code cannot do without gets its value from any file that shows one; what an
    image or a cluster sets is given where the code, or the command, asks for it.
    """
    folder = code.folder
    wanted = find.find(files, [*code.own, *code.shared])
    world = worlds.find_world(files, folder, node=code.by_node, addressed=_systems(wanted))
    needs = world.needs if world else ()
    variables = dict(worlds.find_variables(files, folder, needs))
    shown = worlds.find_shown(files, folder, needs)
    required = {each.name for each in wanted.variables if each.need is Need.REQUIRED}
    named = {each.name for each in wanted.variables if values.is_given(each.name)}
    named |= {name for word in code.command for name in _REFERENCE.findall(word)}
    image = worlds.spoken(image_variables.stated(files, folder), needs)
    deployed: dict[str, str] = {}
    for stated, _ in kubernetes_variables.find(files, code.workloads):
        deployed = worlds.spoken(stated, needs) | deployed
    variables = (
        {name: text for name, text in image.items() if name in named}
        | {name: text for name, text in deployed.items() if name in named}
        | {name: text for name, text in shown.items() if name in required}
        | variables
    )
    if settings := django_settings.of_service(files, folder):
        variables = {"DJANGO_SETTINGS_MODULE": settings} | variables
    variables = {name: values.answering_here(name, text) for name, text in variables.items()}
    given = {*variables, *worlds.names_of_itself(files, folder)}
    around = ground.find(files, folder, code.own, needs, starts=True)
    made = (*find.make(wanted, given, around), *_paths_here(files, folder, wanted, given))
    return Surroundings(world, tuple(sorted(variables.items())), made)


def _paths_here(files: Files, folder: str, wanted: Asked, given: Collection[str]) -> Iterator[Made]:
    """Yield files of the repository that code looks for, by default, where an image has them."""
    for variable in wanted.variables:
        default = variable.default if _FILE.fullmatch(variable.default) else ""
        here = image_paths.find(files, folder, default)
        if here != default and variable.name not in given and values.is_given(variable.name):
            why = f"a file that its image holds elsewhere; the code {variable.need.value}"
            yield Made(variable.name, here, variable.where, why)


def with_world(files: Files, seen: Seen[Suite]) -> Seen[Suite]:
    """Return a suite with what its tests need beside them, where the gate could run it."""
    suite = seen.value
    if suite.across or not (suite.runner.by_pytest or suite.runner.by_node):
        return seen
    node = bool(suite.runner.by_node)
    folder = suite.directory
    own = [path for path in files.below(folder) if is_product(path)]
    wanted = find.find(files, files.below(folder), tests=True)
    world = worlds.find_world(files, folder, node=node, addressed=_systems(wanted))
    needs = world.needs if world else ()
    required = {each.name for each in wanted.variables if each.need is Need.REQUIRED}
    shown = worlds.find_shown(files, folder, needs, node=node)
    by_lines = worlds.find_set_by_lines(files, folder, needs, node=node)
    if chosen := django_settings.configuration(files, folder, suite.settings):
        by_lines = {"DJANGO_CONFIGURATION": chosen} | by_lines
    if world is not None:
        variables = dict(world.variables)
        world = replace(
            world, variables=tuple(sorted((_only(shown, required) | variables).items()))
        )
    given = {
        *(dict(world.variables) if world else {}),
        *worlds.names_of_itself(files, folder),
        *dict(suite.variables),
        *by_lines,
        *_by_its_runner(files, folder),
    }
    beside = {} if world else _only(shown, required)
    made = find.make(
        wanted, {*given, *beside}, ground.find(files, folder, own, needs, starts=False)
    )
    suite = replace(
        suite,
        world=world,
        prepare=(
            *expected_files.steps(files, folder, own, folder),
            *preparations.steps(files, suite),
        ),
        variables=tuple((beside | by_lines | dict(suite.variables)).items()),
        made=made,
    )
    return replace(seen, value=suite)


def _only(shown: Mapping[str, str], names: set[str]) -> dict[str, str]:
    return {name: text for name, text in shown.items() if name in names}


def _systems(wanted: Asked) -> dict[str, Place]:
    """Return the systems whose address the code asks for, each with the first place."""
    named: dict[str, Place] = {}
    for variable in wanted.variables:
        system = values.speaks_of(
            variable, lambda name, text: addresses.address(name, text, _SYSTEMS)
        )
        if system:
            named.setdefault(system, variable.where)
    return named


def _by_its_runner(files: Files, folder: str) -> set[str]:
    """Return the variables that a plug-in of pytest sets by its configuration."""
    lines = [*python_settings.listed(files, folder, "env")]
    document = files.toml(joined(folder, "pyproject.toml"))
    tool = document.get("tool")
    table = tool.get("pytest_env") if isinstance(tool, dict) else None
    lines += list(table) if isinstance(table, dict) else []
    return {match[1] for line in lines if (match := _ASSIGNED.match(str(line)))}
