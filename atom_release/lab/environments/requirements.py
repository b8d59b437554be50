"""Requirements files: what they name, without what only pip would do.

Options that choose a registry are the author's word and are passed over: the operator's settings
choose it. An address, which no registry has, is refused by name.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from atom_release.lab.environments.faults import NoEnvironment

if TYPE_CHECKING:
    from collections.abc import Callable

_HASH = re.compile(r"\s--hash[=\s](\w+:[0-9a-fA-F]+)")
_OPTION = re.compile(r"--?[A-Za-z][\w-]*")
_INCLUDE = {"-r": False, "--requirement": False, "-c": True, "--constraint": True}
_EDITABLE = ("-e", "--editable")
_LOCAL = re.compile(
    r"(?P<path>\.{1,2}(?:/[^\[;#\s]*)?|[^\[;#\s:]+/[^\[;#\s:]*)(?:\[(?P<extras>[^\]]*)\])?\s*(?:;.*)?"
)
_DEEPEST = 10


@dataclass
class Listed:
    """What requirements files come to.

    `hashes` are by package's name; `local` are folders of the repository, each with the extras that
    are asked of it; `elsewhere` are packages that are named by an address, each with its line.
    """

    names: list[str] = field(default_factory=list)
    constraints: list[str] = field(default_factory=list)
    hashes: dict[str, set[str]] = field(default_factory=dict)
    local: dict[str, set[str]] = field(default_factory=dict)
    passed_over: list[str] = field(default_factory=list)
    elsewhere: dict[str, str] = field(default_factory=dict)

    def joined(self, exported: Listed) -> Listed:
        """Return this with what a lock exports before it; the lock's digests are the ones held."""
        return Listed(
            names=[*exported.names, *self.names],
            constraints=self.constraints,
            hashes={**self.hashes, **exported.hashes},
            passed_over=self.passed_over,
            elsewhere={**self.elsewhere, **exported.elsewhere},
        )


def merge(listed: Listed, more: Listed) -> None:
    """Add to what is listed what else is."""
    listed.names += more.names
    listed.constraints += more.constraints
    listed.passed_over += more.passed_over
    listed.elsewhere |= more.elsewhere
    for name, hashes in more.hashes.items():
        listed.hashes.setdefault(name, set()).update(hashes)
    for folder, extras in more.local.items():
        listed.local.setdefault(folder, set()).update(extras)


def read_requirements(read: Callable[[str], bytes], path: str) -> Listed:
    """Return what a requirements file names, with the files that it includes.

    Raises:
        NoEnvironment: a line names what no registry has.
        ProbeFault: a file is not in the judged tree.
    """
    listed = Listed()
    _read_into(listed, read, path, constraint=False, above=())
    return listed


def _read_into(
    listed: Listed,
    read: Callable[[str], bytes],
    path: str,
    *,
    constraint: bool,
    above: tuple[str, ...],
) -> None:
    if path in above or len(above) > _DEEPEST:
        return
    base = posixpath.dirname(path)
    for line in _logical_lines(read(path).decode("utf-8-sig", "replace")):
        word, _, rest = (
            line.replace("=", " ", 1).partition(" ") if line[0] == "-" else (line, "", "")
        )
        if word in _INCLUDE:
            _read_into(
                listed,
                read,
                inside(base, rest.strip()),
                constraint=constraint or _INCLUDE[word],
                above=(*above, path),
            )
        elif word in _EDITABLE:
            _add_local(listed, base, rest.strip(), line)
        elif _OPTION.match(line):
            listed.passed_over.append(word)
        else:
            add_line(listed, base, line, constraint=constraint)


def _logical_lines(text: str) -> list[str]:
    joined = re.sub(r"\\\r?\n", " ", text)
    lines = (re.sub(r"(^|\s)#.*", "", line).strip() for line in joined.splitlines())
    return [line for line in lines if line]


def add_line(listed: Listed, base: str, line: str, *, constraint: bool = False) -> None:
    """Put one requirement where it belongs.

    Raises:
        NoEnvironment: it names what no registry has.
    """
    hashes = {value.lower() for value in _HASH.findall(line)}
    text = _HASH.sub("", line).strip()
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        _add_local(listed, base, text, line)
        return
    if requirement.url:
        listed.elsewhere[canonicalize_name(requirement.name)] = text
        return
    if hashes:
        listed.hashes.setdefault(canonicalize_name(requirement.name), set()).update(hashes)
    (listed.constraints if constraint else listed.names).append(str(requirement))


def _add_local(listed: Listed, base: str, text: str, line: str) -> None:
    match = _LOCAL.fullmatch(text) or _LOCAL.fullmatch(f"./{text}")
    if match is None or "://" in text:
        raise refused(line)
    extras = {name.strip() for name in (match["extras"] or "").split(",") if name.strip()}
    listed.local.setdefault(inside(base, match["path"]), set()).update(extras)


class NamedByAddress(NoEnvironment):
    """A package is named by an address, and no registry has it there."""


def refused(line: str) -> NamedByAddress:
    """Return why a line of requirements cannot be followed."""
    return NamedByAddress(
        f"the requirements hold what no package registry has: {line[:80]!r}",
        "Name a released version, or name the suite's packages in `install`.",
    )


def inside(base: str, path: str) -> str:
    """Return a path of the repository that is written as seen from a folder of it.

    Raises:
        NoEnvironment: it leads out of the repository.
    """
    joined = posixpath.normpath(posixpath.join(base, path or "."))
    if joined.startswith(("/", "..")):
        raise NoEnvironment(
            f"the project's files name a path outside the repository: {path[:80]!r}",
            "Name what lies in it.",
        )
    return joined


def names_package(lines: list[str], name: str) -> bool:
    """Return whether lines as of a requirements file name this package."""
    listed = Listed()
    for line in lines:
        add_line(listed, ".", line)
    return name in {canonicalize_name(Requirement(line).name) for line in listed.names}
