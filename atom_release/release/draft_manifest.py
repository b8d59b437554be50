"""A first `release.yaml` for a repository that has none.

What can be seen in the work tree is filled in, the rest is left as a comment.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from atom_release.errors import Misuse

_HEAD = """\
# A release as atom-release judges it. `atom-release schema` says what every field means.
manifest: atom-release/v1
release:
  phase: {phase}
  name: {name}
  version: v0.1.0
  tag: v0.1.0
  branch: release-review/v0.1.0
  base: {base}
# A run prints what it would do until this says `on`.
acts: off
services:
"""
_SERVICE = """\
  - id: {phase}.{number}
    name: {name}
    source: [{source}]
    report: {report}
"""
_SUITE = """\
    suite: {{paths: [{tests}]}}
"""
_TAIL = """\
# What this release does not ask yet, each with its reason. Take a line away as soon as the manifest
# names what there is to ask: everything that is not listed here is asked.
left_out:
  AC2: no integration tests are named yet (integration)
  AC6: no pull request is asked for yet
  P-3: no dangerous action is named yet (approval)
  P-4: no running service is named yet (start, health, metrics)
  P-5: no tenancy is named yet (tenancy)
  P-6: no running service is named yet (start, endpoints)
  T5: no running service is named yet (start, endpoints, accuracy)
"""
_PLACES = ("services", "packages", "apps", "src")


def draft(repository: Path) -> Path:
    """Write a draft beside the repository's other files.

    Raises:
        Misuse: it is no work tree, or has a manifest already.
    """
    from git import InvalidGitRepositoryError, NoSuchPathError, Repo

    try:
        repo = Repo(repository, search_parent_directories=False)
    except (InvalidGitRepositoryError, NoSuchPathError) as error:
        raise Misuse(
            f"{repository} is not a git work tree.", "Name the repository's top folder."
        ) from error
    target = repository / "release.yaml"
    if target.exists():
        raise Misuse(
            f"{target} is there already.",
            "Change it by hand; `atom-release schema` says what it may hold.",
        )
    base = "main" if repo.head.is_detached else repo.active_branch.name
    target.write_text(_text(repository, base))
    return target


def _text(repository: Path, base: str) -> str:
    services = list(_services(repository))
    text = _HEAD.format(phase="A", name=repository.name, base=base)
    for number, folder in enumerate(services, start=1):
        source = folder.relative_to(repository).as_posix()
        report = f"reports/A.{number}*.md"
        text += _SERVICE.format(
            phase="A", number=number, name=folder.name, source=source, report=report
        )
        if (folder / "tests").is_dir():
            text += _SUITE.format(tests=f"{source}/tests")
    return text + _TAIL


def _services(repository: Path) -> Iterator[Path]:
    """Return the folders that look like services; the repository itself where none does."""
    any_service = False
    for place in _PLACES:
        for folder in (
            sorted((repository / place).iterdir()) if (repository / place).is_dir() else ()
        ):
            if (
                folder.is_dir()
                and any(folder.rglob("*.py"))
                and not folder.name.startswith((".", "_"))
            ):
                any_service = True
                yield folder
        if any_service:
            return
    yield repository
