"""Writes a scenario of the reference release as real git repositories.

One with a work tree, and its bare origin.

The same scenario has the same commits everywhere: authors, dates and order are fixed, and nothing
of the user's configuration takes part.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from atom_release.errors import Misuse
from atom_release.git import Git, Ran
from atom_release.reference.scenarios import find
from atom_release.reference.scenarios.scenario import MESSY, TREE, Files, Scenario

_AUTHOR = "Reference Author <author@example.org>"
_LAST = 1_763_481_600 + 365 * 86400  # 2026-11-18T16:00:00Z, the commit that is judged
_DAY = 86400
_LONGEST_NAME = 160
# The far side of a push runs the hooks of the user's configuration too, and knows nothing of what
# this side switched off.
_OWN_CONFIGURATION_ONLY = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
Stages = tuple[tuple[str, int, tuple[str, ...]], ...]
_STAGES: Stages = (
    ("Lay the foundation", _LAST - 3 * _DAY, ("README.md", ".gitignore", "services/platform/")),
    (
        "C.1: predictive engine",
        _LAST - 2 * _DAY - 4 * 3600,
        ("services/predictive-engine/", "infra/db/migrations/003", "data/", "reports/0C.1"),
    ),
    (
        "C.2: performance profiler",
        _LAST - 2 * _DAY,
        ("services/perf-profiler/", "infra/db/migrations/004", "reports/0C.2"),
    ),
    (
        "C.3: tenant RBAC",
        _LAST - _DAY - 4 * 3600,
        ("services/authz/", "infra/db/migrations/005", "reports/0C.3"),
    ),
    (
        "C.4: analytics",
        _LAST - _DAY,
        ("services/analytics/", "infra/db/migrations/006", "reports/0C.4"),
    ),
    (
        "C.5: model pipeline",
        _LAST - 4 * 3600,
        ("services/model-pipeline/", "infra/db/migrations/007", "reports/0C.5"),
    ),
    ("Phase C: manifest and cross-service tests", _LAST, ("",)),
)
_MESSY_STAGES: Stages = (
    ("Lay the foundation", _LAST - 2 * _DAY, ("README.md", "conftest.py", "services/")),
    ("M.1 and M.2: reports", _LAST - _DAY, ("docs/M.", "evidence/")),
    ("Phase M: final documents and manifest", _LAST, ("",)),
)
_HISTORIES = {TREE: _STAGES, MESSY: _MESSY_STAGES}


@dataclass(frozen=True)
class Built:
    """Where a scenario was written, and the commit that is to be judged."""

    repository: Path
    origin: Path
    commit: str


class _Alone(Git):
    """Git that reads no configuration but the repository's own, on both sides of a push."""

    def call(
        self,
        *arguments: str,
        stdin: bytes = b"",
        network: bool = False,
        environment: Mapping[str, str] | None = None,
        timeout: float | None = None,
        address: str | None = None,
    ) -> Ran:
        """Run git as its base does."""
        return super().call(
            *arguments,
            stdin=stdin,
            network=network,
            environment={**(environment or {}), **_OWN_CONFIGURATION_ONLY},
            timeout=timeout,
            address=address,
        )


def folder_name(scenario: str) -> str:
    """Return what the folder of a scenario is called; of many together, also a digest."""
    if len(scenario) <= _LONGEST_NAME:
        return scenario
    return f"{scenario[:_LONGEST_NAME]}-{hashlib.sha256(scenario.encode()).hexdigest()[:12]}"


def build(directory: Path, scenario: str = "green") -> Built:
    """Write a scenario to `directory/repository` and `directory/origin.git`.

    What is there already is left as it is.

    Raises:
        Misuse: there is no such scenario, or the folder holds something else.
    """
    chosen = find(scenario)
    stream = b"".join(
        _stream(
            _HISTORIES[chosen.release],
            chosen.files(),
            chosen.earlier.files() if chosen.earlier else None,
            chosen.once,
        )
    )
    mark = f"{chosen.name} {hashlib.sha256(stream).hexdigest()}\n"
    marker = directory / ".reference"
    if not (marker.is_file() and marker.read_text() == mark):
        _replace(directory, marker, lambda place: _write(place, stream, chosen, mark))
    repository = directory / "repository"
    return Built(
        repository,
        directory / "origin.git",
        Git(repository).line("rev-parse", "--verify", "refs/heads/main"),
    )


def _replace(directory: Path, marker: Path, write: Callable[[Path], None]) -> None:
    """Write beside the place and move it there whole.

    Only a folder that this function made is ever replaced.
    """
    if directory.exists() and any(directory.iterdir()) and not marker.exists():
        raise Misuse(f"{directory} is not empty.", "Name a new or empty folder.")
    directory.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{directory.name}.", dir=directory.parent))
    try:
        fresh.chmod(0o755)
        write(fresh)
        if directory.exists():
            shutil.rmtree(directory)
        fresh.replace(directory)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _write(place: Path, stream: bytes, scenario: Scenario, mark: str) -> None:
    repository, origin = place / "repository", place / "origin.git"
    for folder, kind in ((repository, ()), (origin, ("--bare",))):
        folder.mkdir()
        _Alone(folder).output("init", "--quiet", "--template=", "--initial-branch=main", *kind, ".")
    git = _Alone(repository)
    git.output("fast-import", "--quiet", stdin=stream)
    for key, value in (
        ("core.autocrlf", "false"),
        ("user.name", "Reference Author"),
        ("user.email", "author@example.org"),
        ("remote.origin.url", "../origin.git"),
    ):
        git.output("config", key, value)
    git.output("config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")
    git.output("reset", "--hard", "--quiet", "main")
    git.output("push", "--quiet", "origin", "main", network=True)
    if scenario.prepare is not None:
        scenario.prepare(git)
    (place / ".reference").write_text(mark)


def _stream(
    stages: Stages, files: Files, earlier: Files | None, once: Mapping[str, bytes]
) -> Iterator[bytes]:
    """Yield the whole history as git's fast-import reads it.

    A file belongs to the first stage that names its folder.

    Where an earlier release was made, the history first comes to its files, and then to the judged
    ones by one more commit. What is there only once is brought by the first commit and removed by
    the second.
    """
    left = dict(sorted((earlier or files).items()))
    for number, (message, when, prefixes) in enumerate(stages):
        taken = {path: content for path, content in left.items() if path.startswith(prefixes)}
        left = {path: content for path, content in left.items() if path not in taken}
        yield _commit(
            message, when, {**taken, **once} if number == 0 else taken, once if number == 1 else ()
        )
    if earlier is not None:
        yield _commit(
            "Go on after the release",
            _LAST + 3600,
            {
                path: content
                for path, content in sorted(files.items())
                if earlier.get(path) != content
            },
        )


def _commit(
    message: str, when: int, files: Mapping[str, bytes], removed: Iterable[str] = ()
) -> bytes:
    lines = [
        f"commit refs/heads/main\nauthor {_AUTHOR} {when} +0000\n"
        f"committer {_AUTHOR} {when} +0000\n".encode(),
        _data(message.encode()),
    ]
    for path, content in files.items():
        lines += [f"M 100644 inline {path}\n".encode(), _data(content)]
    lines += [f"D {path}\n".encode() for path in removed]
    return b"".join([*lines, b"\n"])


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)
