"""What changed since the last look.

At a git revision by the digests of its reports, at a folder by size and time before any byte is
read.

A look is a pure step from one cursor (JSON) to the next. A run key hashes the previous cursor with
the new content, so that content which goes back to an earlier state starts a run again. A file
counts once two looks in a row see it with the same size and time.
"""

from __future__ import annotations

import fnmatch
import hashlib
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from atom_release.errors import Misuse
from atom_release.release.subject import Subject, open_subject
from atom_release.settings import Settings

_SUFFIXES = {".md", ".json", ".markdown"}


@dataclass(frozen=True)
class RevisionLook:
    """What a look at the revision found.

    The services whose report changed, or None with why there is nothing to run.
    """

    cursor: str
    commit: str
    changed: tuple[str, ...] | None
    run_key: str = ""
    why: str = ""


@dataclass(frozen=True)
class FolderLook:
    """What a look at the inbox found.

    The settled files by name, empty where there is nothing to run.
    """

    cursor: str
    settled: Mapping[str, bytes]
    run_key: str = ""
    why: str = ""


@dataclass(frozen=True)
class Overlay:
    """A repository of the gate's own whose commit lays uncommitted reports over the judged one."""

    repository: Path
    commit: str
    paths: tuple[str, ...]


def look_at_revision(settings: Settings, cursor: str | None) -> RevisionLook:
    """Compare the reports at the revision with those of the last look.

    Raises:
        Misuse: the revision or its manifest cannot be read.
    """
    subject = open_subject(settings, create=True)
    before = _read(cursor)
    if before.get("commit") == subject.commit:
        return RevisionLook(
            cursor or "",
            subject.commit,
            None,
            why=f"{settings.revision} is still {subject.commit[:12]}",
        )
    reports = {
        service.id: [subject.tree.digest(path) for path in subject.tree.glob(service.report)]
        for service in subject.manifest.services
        if service.report is not None
    }
    following = json.dumps({"commit": subject.commit, "reports": reports}, sort_keys=True)
    reports_then = before.get("reports", {})
    changed = tuple(
        service for service, digests in reports.items() if digests != reports_then.get(service, [])
    )
    if not changed:
        return RevisionLook(
            following, subject.commit, None, why=f"no report changed in {subject.commit[:12]}"
        )
    return RevisionLook(following, subject.commit, changed, run_key=_key(cursor, following))


def look_at_folder(folder: Path, cursor: str | None) -> FolderLook:
    """Compare the inbox with the last look.

    No file is opened unless one has changed and settled.
    """
    before = _read(cursor)
    seen = {name: list(facts) for name, facts in _listing(folder).items()}
    if seen == before.get("judged", {}):
        return FolderLook(
            json.dumps({**before, "seen": seen}, sort_keys=True), {}, why="the inbox is unchanged"
        )
    if seen != before.get("seen"):
        return FolderLook(
            json.dumps({**before, "seen": seen}, sort_keys=True),
            {},
            why="the inbox changes; waiting for a second equal look",
        )
    contents = {name: (folder / name).read_bytes() for name in seen}
    following = json.dumps({"seen": seen, "judged": seen}, sort_keys=True)
    digests = json.dumps(
        {name: hashlib.sha256(content).hexdigest() for name, content in sorted(contents.items())}
    )
    return FolderLook(
        following,
        contents,
        run_key=_key(cursor, digests),
        why="" if contents else "the inbox is empty again",
    )


def _listing(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Return size, time and inode of every report in the folder.

    A folder that is not there is empty.
    """
    listing = {}
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                facts = entry.stat(follow_symlinks=False)
                if (
                    stat.S_ISREG(facts.st_mode)
                    and Path(entry.name).suffix in _SUFFIXES
                    and not entry.name.startswith(".")
                ):
                    listing[entry.name] = (facts.st_size, facts.st_mtime_ns, facts.st_ino)
    except FileNotFoundError:
        return {}
    return dict(sorted(listing.items()))


def lay_over(subject: Subject, reports: Mapping[str, bytes]) -> Overlay:
    """Make a commit on top of the judged one that holds these reports.

    In a repository of the gate's own.

    Raises:
        Misuse: a file's name is that of no report of the manifest.
    """
    from atom_release.acts.inbox_commit import (
        commit_over,
    )

    placed = {_place(subject, name): content for name, content in reports.items()}
    repository = subject.settings.home / "inbox" / subject.commit
    return Overlay(
        repository,
        commit_over(subject.tree.repository, subject.commit, repository, placed),
        tuple(placed),
    )


def _place(subject: Subject, name: str) -> str:
    for service in subject.manifest.services:
        if service.report is None:
            continue
        glob = PurePosixPath(service.report)
        if fnmatch.fnmatchcase(name, glob.name):
            return str(glob.parent / name)
    raise Misuse(
        f"{name} in the inbox is no report of this manifest.",
        "Name it as `services[].report` says.",
    )


def _read(cursor: str | None) -> dict[str, Any]:
    """Read a cursor; one that is not this module's own is the same as none."""
    try:
        document = json.loads(cursor or "{}")
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _key(cursor: str | None, following: str) -> str:
    return hashlib.sha256(f"{cursor or ''}\0{following}".encode()).hexdigest()
