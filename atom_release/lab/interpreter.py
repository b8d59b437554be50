"""Which Python runs a suite: the gate's own, one that is named, or an environment of its own.

Requirements are the subject's text. Only names and versions are taken from it, only wheels are
installed, and nothing of the subject's runs.
"""

from __future__ import annotations

import fcntl
import hashlib
import re
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from atom_release.errors import ProbeFault
from atom_release.lab.sandbox.allowed import is_program, tool_paths
from atom_release.lab.throwaway import passing, remove

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atom_release.gate.facts.environment import EnvironmentFacts
    from atom_release.source.commit import JudgedTree

_REQUIREMENT = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[A-Za-z0-9._,\s-]*\])?\s*(?:[<>=!~][^;@/\\]*)?(?:;[^@\\]*)?"
)
_PATIENCE = 600


@dataclass(frozen=True)
class Built:
    """Files that a project's build wrote beside its sources: paths of the tree, and their place."""

    folder: Path
    paths: tuple[str, ...]


@dataclass(frozen=True)
class Interpreter:
    """A Python, whether its packages are the suite's own.

    And the folders that it must be able to read.
    """

    python: str
    own_environment: bool
    readable: tuple[Path, ...] = ()
    roots: tuple[str, ...] = ()  # folders of the copy that are imported from
    site: Path | None = None  # metadata and programs of the project itself
    built: Built | None = None
    facts: EnvironmentFacts | None = None


class NoInterpreter(ProbeFault):
    """The Python that the manifest asks for could not be had."""


def interpreter(
    tree: JudgedTree, named: str | None, requirements: str | None, scratch: Path
) -> Interpreter:
    """Return the Python that a manifest names for a suite, made first if need be.

    Raises:
        NoInterpreter: it is not there, or its requirements could not be installed as wheels.
    """
    if requirements:
        return _installed(tree.read(requirements), scratch / "environments")
    if named is None:
        return Interpreter(sys.executable, own_environment=False)
    python = Path(named)
    if not python.is_absolute() or not is_program(python):
        raise NoInterpreter(
            f"there is no interpreter at {named}", "Mend `interpreter` in the manifest."
        )
    return Interpreter(named, own_environment=True, readable=tool_paths(named, {}, ()))


def wanted(requirements: bytes) -> Iterator[str]:
    """Yield the requirements, one a line.

    Raises:
        NoInterpreter: a line is not a name with versions: an option, a path, an address.
    """
    for line in requirements.decode("utf-8-sig", "replace").splitlines():
        text = re.sub(r"(^|\s)#.*", "", line).strip()
        if not text:
            continue
        if not _REQUIREMENT.fullmatch(text):
            raise NoInterpreter(
                f"the requirements hold a line that is not a name with versions: {text[:80]!r}",
                "Name packages only.",
            )
        yield text


def _installed(requirements: bytes, folder: Path) -> Interpreter:
    lines = sorted(set(wanted(requirements)))
    made = folder / hashlib.sha256("\n".join([sys.version, *lines]).encode()).hexdigest()[:32]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            _make(made, lines)
    return Interpreter(str(made / "bin" / "python"), own_environment=True, readable=(made,))


def _make(made: Path, lines: list[str]) -> None:
    """Make the environment under its own name.

    And take it away again if the installation does not succeed.
    """
    venv.create(made, symlinks=True)
    try:
        _install(made, lines)
    except BaseException:
        remove(made)
        raise


def _install(made: Path, lines: list[str]) -> None:
    with passing() as home:
        listed = home / "requirements.txt"
        listed.write_text("\n".join(lines) + "\n")
        done = subprocess.run(
            [
                *_PIP,
                "--python",
                str(made / "bin" / "python"),
                "install",
                "--only-binary",
                ":all:",
                "--no-input",
                "-r",
                str(listed),
            ],
            env={"HOME": str(home), "PATH": "/usr/bin:/bin", "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
    if done.returncode != 0:
        raise NoInterpreter(
            f"the suite's requirements could not be installed as wheels: {_why(done.stderr)}",
            "See that they can be had.",
        )


_PIP = (sys.executable, "-I", "-m", "pip")


def _why(output: bytes) -> str:
    lines = [
        line for line in output.decode("utf-8", "replace").splitlines() if line.startswith("ERROR")
    ]
    return re.sub(r"//[^/@\s]*@", "//", lines[-1])[:300] if lines else "pip did not say why"
