"""A first `release.yaml` for a repository that has none, and which manifest a first audit takes.

The files of the judged commit are surveyed (`drafting`), tags and branches come from the
repository; nothing of the repository is run.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atom_release.drafting import manifest
from atom_release.drafting.files import Files
from atom_release.drafting.findings import Survey
from atom_release.drafting.manifest import Release
from atom_release.drafting.survey import survey
from atom_release.drafting.version import next_version
from atom_release.errors import Misuse, ProbeFault
from atom_release.git import Git
from atom_release.release.operators_places import check_places
from atom_release.settings import Settings
from atom_release.source.commit import open_tree
from atom_release.source.manifest_file import MANIFEST_PATH, parse_manifest
from atom_release.yaml_text import YamlTextError, read_yaml

if TYPE_CHECKING:
    from atom_release.source.commit import JudgedTree

_TASK = re.compile(r"([A-Za-z]{1,8})\.(\d{1,4})")
_ANSWERED = ("phase", "name", "version", "tag", "branch", "base")


@dataclass(frozen=True)
class Draft:
    """A draft's text, what was found for it, and what it says of the release."""

    text: str
    survey: Survey
    release: Release


def draft(repository: Path, answers: Mapping[str, Any] | None = None) -> tuple[Path, Draft]:
    """Write a draft beside the repository's other files.

    Raises:
        Misuse: it is no work tree, has a manifest already, or an answer does not fit.
    """
    tree = open_tree(repository, "HEAD")
    target = repository / MANIFEST_PATH
    _check_is_new(target)
    if not (repository / ".git").exists():
        raise Misuse(f"{repository} is not a git work tree.", "Name the repository's top folder.")
    made = make_draft(tree, answers or {})
    _write_new(target, made.text)
    return target, made


def _check_is_new(target: Path) -> None:
    if target.is_symlink():
        raise Misuse(
            f"{target} is a link, and a draft is written to no place that a link names.",
            "Remove it, then run `atom-release init` again.",
        )
    if target.exists():
        raise Misuse(
            f"{target} is there already.",
            "Change it by hand; `atom-release schema` says what it may hold.",
        )


def _write_new(target: Path, text: str) -> None:
    """Write a file that is new, through no link: also where one appeared meanwhile."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        descriptor = os.open(target, flags, 0o644)
    except FileExistsError:
        _check_is_new(target)
        raise
    except OSError as error:
        raise Misuse(
            f"{target} cannot be written: {error.strerror}.", "Make its folder writable."
        ) from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def make_draft(tree: JudgedTree, answers: Mapping[str, Any]) -> Draft:
    """Return the draft of one commit; answers take the place of what was concluded.

    Raises:
        Misuse: an answer does not fit.
    """
    git = Git(tree.repository)
    name = _repository_name(git)
    seen = survey(_files(tree), name)
    release = _release(git, seen, name)
    stated = {key: str(answers[key]) for key in _ANSWERED if key in answers}
    release = _answered(release, stated)
    text = manifest.write(seen, release)
    parse_manifest(text.encode(), "the draft")
    return Draft(text, seen, release)


def read_answers(path: Path) -> Mapping[str, Any]:
    """Return the answers of a file: phase, name, version, tag, branch or base.

    Raises:
        Misuse: it cannot be read, or answers something else.
    """
    try:
        document = read_yaml(path.read_bytes())
    except (OSError, YamlTextError) as error:
        raise Misuse(f"{path} cannot be read: {error}.", "Name a YAML or JSON file.") from error
    if not isinstance(document, dict) or not set(document) <= set(_ANSWERED):
        raise Misuse(
            f"{path} does not hold answers alone.", f"What it may answer: {', '.join(_ANSWERED)}."
        )
    return document


def with_manifest(settings: Settings) -> Settings:
    """Return the settings of an audit: where no manifest is in the commit, one that stands for it.

    The work tree's, else the draft that `init` would write, kept in the home: both are external.

    Raises:
        Misuse: there is no such repository or revision.
    """
    if settings.manifest is not None or settings.repository is None:
        return settings
    tree = open_tree(settings.repository, settings.revision)
    if MANIFEST_PATH in tree.entries:
        return settings
    beside = settings.repository / MANIFEST_PATH
    if beside.is_file():
        return replace(settings, manifest=beside)
    check_places(settings, tree)
    kept = settings.home / "drafts" / f"{tree.commit}.yaml"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(make_draft(tree, {}).text, encoding="utf-8")
    return replace(settings, manifest=kept)


def _files(tree: JudgedTree) -> Files:
    paths = [path for path, entry in tree.entries.items() if entry.is_file]

    def read(path: str) -> bytes | None:
        try:
            return tree.read(path)
        except ProbeFault:  # a partial clone lacks it, or it is a gitlink: noted as unread
            return None

    return Files(paths, read)


def _repository_name(git: Git) -> str:
    """Return the name under which the repository is known: its remote's, else its folder's."""
    remote = _line(git, "config", "--get", "remote.origin.url").rstrip("/").removesuffix(".git")
    is_address = "://" in remote or re.match(r"[\w.-]+@[\w.-]+:", remote)
    return (remote.rpartition("/")[2] if is_address else "") or git.repository.name


def _release(git: Git, seen: Survey, name: str) -> Release:
    tags = _line(git, "for-each-ref", "--format=%(refname:strip=2)", "refs/tags").splitlines()
    version = next_version(tags, seen.version)
    remotes = _line(git, "remote").splitlines()
    remote = "origin" if "origin" in remotes or len(remotes) != 1 else remotes[0]
    phase, ids = _ids(seen)
    branches = _line(git, "for-each-ref", "--format=%(refname:strip=2)", "refs/heads").splitlines()
    branch = f"release-review/{version.tag}"
    while branch in branches:
        branch += "-next"
    return Release(name, version, branch, _base(git, remote), phase, remote, ids)


def _base(git: Git, remote: str) -> str:
    head = _line(git, "symbolic-ref", "--quiet", "--short", f"refs/remotes/{remote}/HEAD")
    return (
        head.partition("/")[2] or _line(git, "symbolic-ref", "--quiet", "--short", "HEAD") or "main"
    )


def _line(git: Git, *arguments: str) -> str:
    """Return what git says, nothing where it says no."""
    ran = git.call(*arguments)
    return ran.out.decode("utf-8", "replace").strip() if ran.status == 0 else ""


def _ids(seen: Survey) -> tuple[str, dict[str, str]]:
    """Return phase and ids: the tasks that the services' own reports name, else numbers."""
    tasks = {
        service.name: match
        for service in seen.services
        if service.report and (match := _TASK.fullmatch(service.report.task))
    }
    phases = {match[1] for match in tasks.values()}
    phase = phases.pop() if len(phases) == 1 else "A"
    ids: dict[str, str] = {}
    for name, match in tasks.items():
        if match[1] == phase and match[0] not in ids.values():
            ids[name] = match[0]
    number = 0
    for service in seen.services:
        while service.name not in ids:
            number += 1
            if f"{phase}.{number}" not in ids.values():
                ids[service.name] = f"{phase}.{number}"
    return phase, ids


def _answered(release: Release, stated: Mapping[str, str]) -> Release:
    version = replace(
        release.version,
        version=stated.get("version", release.version.version),
        tag=stated.get("tag", stated.get("version", release.version.tag)),
        after="as answered" if {"version", "tag"} & stated.keys() else release.version.after,
    )
    return replace(
        release,
        name=stated.get("name", release.name),
        phase=stated.get("phase", release.phase),
        branch=stated.get("branch", release.branch),
        base=stated.get("base", release.base),
        version=version,
    )
