"""What a project's own files ask an environment to have.

Only text is read: nothing of the project runs. What a build backend alone can tell (dependencies
that are computed) is asked of it later, in the sandbox.
"""

from __future__ import annotations

import posixpath
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from atom_release.lab.environments import locks, pipfile, poetry
from atom_release.lab.environments.preferred import preferred_version
from atom_release.lab.environments.requirements import (
    Listed,
    add_line,
    inside,
    merge,
    read_requirements,
)
from atom_release.source.globs import matcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from atom_release.gate.manifest import Install
    from atom_release.source.commit import JudgedTree

_TESTS = frozenset({"test", "tests", "testing", "unittest", "unittests", "unit-tests", "pytest"})
_DEVELOPERS = frozenset({"dev", "develop", "devel", "development"})
_REQUIREMENTS_OF_TESTS = (
    "requirements-test.txt",
    "requirements-tests.txt",
    "requirements-testing.txt",
    "requirements_test.txt",
    "requirements_tests.txt",
    "requirements.test.txt",
    "test-requirements.txt",
    "test_requirements.txt",
    "requirements/test.txt",
    "requirements/tests.txt",
    "requirements/testing.txt",
    "tests/requirements.txt",
    "test/requirements.txt",
)
_REQUIREMENTS_OF_DEVELOPERS = (
    "requirements-dev.txt",
    "requirements_dev.txt",
    "requirements.dev.txt",
    "dev-requirements.txt",
    "dev_requirements.txt",
    "requirements/dev.txt",
    "requirements/development.txt",
)
LOCKS = ("uv.lock", "pylock.toml", "poetry.lock")


@dataclass(frozen=True)
class Wanted:
    """What the files ask.

    `projects` are folders of the repository that are built, each with the extras asked of it (None:
    those for tests); `exported` is a uv.lock, of which uv itself says what it holds;
    `of_workspace` are groups of the workspace that the lock is of, for a member of it.
    """

    folder: str
    requires_python: str = ""
    preferred: str | None = None
    listed: Listed = field(default_factory=Listed)
    projects: Mapping[str, tuple[str, ...] | None] = field(default_factory=dict)
    extras: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    exported: str | None = None
    of_workspace: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


class Reader:
    """Reads the files of one folder of the judged tree."""

    def __init__(self, tree: JudgedTree, install: Install) -> None:
        """Read pyproject.toml, if there is one."""
        self._tree, self._install = tree, install
        self.folder = inside(".", install.folder)
        self.seen: list[str] = []
        self._listed = Listed()
        self.pyproject = self._toml("pyproject.toml")
        self._tool: dict[str, Any] = _table(self.pyproject, "tool")
        self._project: dict[str, Any] = _table(self.pyproject, "project")
        self._groups = _groups_of(self.pyproject)
        self._extras: dict[str, Any] = {
            canonicalize_name(name): lines
            for name, lines in _table(self._project, "optional-dependencies").items()
        }
        self._pipfile = self._pipenv()

    def read(self) -> Wanted:
        """Return what the files ask.

        Raises:
            NoEnvironment: they ask for what no registry has, or what they name is not in the tree.
        """
        lock = self._lock()
        groups, extras = self._chosen()
        exported = lock if lock and lock.endswith("uv.lock") else None
        requirements = self._requirements(locked=bool(lock))
        if lock and not exported:
            locks.pin(self._listed, lock, self._read(lock))
        if not exported:
            self._add_groups(groups)
            self._add_static(extras)
        for path in requirements:
            merge(self._listed, read_requirements(self._read, path))
        self._add_pipfile(groups)
        for package in self._install.packages:
            add_line(self._listed, self.folder, package)
        return Wanted(
            folder=self.folder,
            requires_python=self._requires_python(),
            preferred=self._preferred(),
            listed=self._listed,
            projects=self._projects(extras),
            extras=extras or (),
            groups=groups,
            exported=exported,
            of_workspace=self._of_workspace(exported),
            sources=tuple(dict.fromkeys([*self.seen, *([exported] if exported else [])])),
        )

    def _path(self, name: str) -> str:
        return posixpath.normpath(posixpath.join(self.folder, name))

    def _has(self, path: str) -> bool:
        entry = self._tree.entries.get(path)
        return entry is not None and entry.is_file

    def _read(self, path: str) -> bytes:
        content = self._tree.read(path)
        self.seen.append(path)
        return content

    def _toml(self, name: str) -> dict[str, Any]:
        path = self._path(name)
        if not self._has(path):
            return {}
        try:
            return tomllib.loads(self._read(path).decode("utf-8-sig", "replace"))
        except tomllib.TOMLDecodeError:
            return {}

    def _lock(self) -> str | None:
        if self._install.lock:
            return inside(".", self._install.lock)
        own = next((path for name in LOCKS if self._has(path := self._path(name))), None)
        return own or self._lock_of_workspace()

    def _lock_of_workspace(self) -> str | None:
        """Return the uv.lock of the workspace that names this folder among its members."""
        folder = self.folder
        while folder not in {"", "."}:
            folder = posixpath.dirname(folder)
            path = posixpath.join(folder, "uv.lock")
            if not self._has(path):
                continue
            members = _table(_table(self._root(path), "tool"), "uv").get("workspace")
            patterns = _texts(members.get("members")) if isinstance(members, dict) else []
            way = posixpath.relpath(self.folder, folder or ".")
            return (
                path if any(matcher(posixpath.normpath(each))(way) for each in patterns) else None
            )
        return None

    def _root(self, lock: str) -> dict[str, Any]:
        """Return the pyproject.toml beside a lock."""
        place = posixpath.join(posixpath.dirname(lock), "pyproject.toml")
        return self._toml(posixpath.relpath(place, self.folder))

    def _of_workspace(self, exported: str | None) -> tuple[str, ...]:
        """Return the groups for tests, else for developers, of the workspace around this folder."""
        here = posixpath.normpath(self.folder)
        if exported is None or posixpath.normpath(posixpath.dirname(exported) or ".") == here:
            return ()
        return for_tests(_groups_of(self._root(exported)))

    def _chosen(self) -> tuple[tuple[str, ...], tuple[str, ...] | None]:
        """Return groups and extras: those named, else those for tests, else for developers."""
        named_groups, named_extras = self._install.groups, self._install.extras
        groups = [*self._groups, *poetry.groups(self._tool), *pipfile.groups(self._pipfile)]
        narrow = [name for name in (*groups, *self._extras) if name in _TESTS]
        wanted = _TESTS if narrow or self._present(_REQUIREMENTS_OF_TESTS) else _DEVELOPERS
        chosen_groups = tuple(name for name in groups if name in wanted)
        chosen_extras = tuple(name for name in self._extras if name in wanted)
        return (
            chosen_groups if named_groups is None else tuple(map(canonicalize_name, named_groups)),
            (chosen_extras if self._extras else None)
            if named_extras is None
            else tuple(map(canonicalize_name, named_extras)),
        )

    def _present(self, names: Iterable[str]) -> list[str]:
        return [path for name in names if self._has(path := self._path(name))]

    def _requirements(self, *, locked: bool) -> list[str]:
        if self._install.requirements is not None:
            return [inside(".", path) for path in self._install.requirements]
        return usual_requirements(self._present, locked=locked)

    def _add_groups(self, groups: Iterable[str]) -> None:
        for name in groups:
            for line in [*self._group(name, ()), *poetry.group(self._tool, name)]:
                add_line(self._listed, self.folder, line)

    def _pipenv(self) -> dict[str, Any]:
        """Return the Pipfile of a folder in which no other file asks for packages."""
        path = self._path(pipfile.NAME)
        others = self._present(["requirements.txt", "setup.py", *LOCKS])
        named = self._project or self._groups or "poetry" in self._tool
        if others or named or self._install.requirements or not self._has(path):
            return {}
        return pipfile.read(self._read(path))

    def _add_pipfile(self, groups: Iterable[str]) -> None:
        if not self._pipfile:
            return
        for name in ("", *groups):
            for line in pipfile.group(self._pipfile, name):
                add_line(self._listed, self.folder, line)
        lock = self._path(pipfile.LOCK)
        if self._has(lock):
            pipfile.pin(self._listed, self._read(lock))

    def _group(self, name: str, above: tuple[str, ...]) -> Iterator[str]:
        for entry in self._groups.get(name, ()) if name not in above else ():
            if isinstance(entry, str):
                yield entry
            elif isinstance(entry, dict) and isinstance(entry.get("include-group"), str):
                yield from self._group(canonicalize_name(entry["include-group"]), (*above, name))

    def _add_static(self, extras: Iterable[str] | None) -> None:
        """Add the dependencies of a project that is not built: those that stand in its file."""
        if self._is_built:
            return
        lines = [*_texts(self._project.get("dependencies")), *poetry.dependencies(self._tool)]
        for name in extras or ():
            lines += _texts(self._extras.get(name))
        for line in lines:
            add_line(self._listed, self.folder, line)

    @property
    def _is_built(self) -> bool:
        if not self._install.project or self._is_virtual:
            return False
        return "build-system" in self.pyproject or bool(self._present(["setup.py"]))

    @property
    def _is_virtual(self) -> bool:
        uv, own = _table(self._tool, "uv"), _table(self._tool, "poetry")
        if uv.get("package") is False or own.get("package-mode") is False:
            return True
        system = _table(self.pyproject, "build-system")
        by_poetry = str(system.get("build-backend", "")).startswith("poetry.")
        return by_poetry and not self._has_package(str(own.get("name") or ""), own)

    def _has_package(self, name: str, own: Mapping[str, Any]) -> bool:
        """Return whether a project of Poetry's has anything to build: what it names, or its name.

        People install what else it asks with `--no-root`: nobody can build it.
        """
        if not name or own.get("packages") or own.get("include") or own.get("build"):
            return True
        module = canonicalize_name(name).replace("-", "_")
        start = f"{posixpath.normpath(self.folder)}/".removeprefix("./")
        places = [f"{start}{before}{each}" for before in ("", "src/") for each in (module, name)]
        return any(
            path == f"{place}.py" or path.startswith(f"{place}/")
            for place in places
            for path in self._tree.entries
        )

    def _projects(self, extras: tuple[str, ...] | None) -> dict[str, tuple[str, ...] | None]:
        projects: dict[str, tuple[str, ...] | None] = {}
        if self._is_built:
            projects[self.folder] = extras
        for folder, own in self._listed.local.items():
            before = projects.get(folder)
            if self._install.project:
                projects[folder] = tuple(sorted({*(before or ()), *own}))
        return projects

    def _requires_python(self) -> str:
        return str(self._project.get("requires-python") or poetry.requires_python(self._tool))

    def _preferred(self) -> str | None:
        version, path = preferred_version(self._tree, self.folder)
        if path is not None:
            self.seen.append(path)
        return version


def usual_requirements(
    present: Callable[[Iterable[str]], list[str]], *, locked: bool = False
) -> list[str]:
    """Return the requirements files that are taken where none is named.

    Those for tests, else those for developers; `present` returns which of some names a folder has.
    """
    base = [] if locked else present(["requirements.txt"])
    tests = present(_REQUIREMENTS_OF_TESTS)
    if tests or locked:
        return base + tests
    return base + present(_REQUIREMENTS_OF_DEVELOPERS)


def for_tests(names: Iterable[str]) -> tuple[str, ...]:
    """Return those of these names that are for tests, else those for developers."""
    canonical = [canonicalize_name(name) for name in names]
    return tuple(name for name in canonical if name in _TESTS) or tuple(
        name for name in canonical if name in _DEVELOPERS
    )


def _groups_of(pyproject: Mapping[str, Any]) -> dict[str, Any]:
    """Return the groups of a project, those that uv had before groups were agreed on included."""
    former = _table(_table(pyproject, "tool"), "uv").get("dev-dependencies")
    stated = _table(pyproject, "dependency-groups")
    groups: dict[str, Any] = {"dev": former} if isinstance(former, list) else {}
    return groups | {str(canonicalize_name(name)): lines for name, lines in stated.items()}


def _table(value: Mapping[str, Any], name: str) -> dict[str, Any]:
    inner = value.get(name)
    return inner if isinstance(inner, dict) else {}


def _texts(value: object) -> list[str]:
    return [line for line in value if isinstance(line, str)] if isinstance(value, list) else []
