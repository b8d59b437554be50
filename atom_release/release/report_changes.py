"""What changed in reports since a sensor's last look, at a revision or in a folder.

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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from atom_release.gate.first_few import first_few
from atom_release.gate.manifest import Manifest
from atom_release.release.subject import Subject, open_subject
from atom_release.settings import Settings

_SUFFIXES = (".md", ".json", ".markdown")


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

    The settled files by name, empty where there is nothing to run, and the names of those that
    could not be read. `waiting` is the cursor by which the next look finds them again, for where
    judging them did not come about.
    """

    cursor: str
    settled: Mapping[str, bytes]
    run_key: str = ""
    why: str = ""
    unread: tuple[str, ...] = ()
    waiting: str = ""


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

    No file is opened unless one has changed and settled. One that cannot be read is told and hides
    no other.
    """
    before = _read(cursor)
    listing = _listing(folder)
    seen, judged = _digest(listing), before.get("judged", _digest([]))
    waiting = json.dumps({"seen": seen, "judged": judged}, sort_keys=True)
    if seen == judged:
        return FolderLook(waiting, {}, why="the inbox is unchanged")
    if seen != before.get("seen"):
        return FolderLook(waiting, {}, why="the inbox changes; waiting for a second equal look")
    contents, unread = _contents(folder, [line.partition("\0")[0] for line in listing])
    digests = json.dumps(
        {name: hashlib.sha256(content).hexdigest() for name, content in sorted(contents.items())}
    )
    return FolderLook(
        json.dumps({"seen": seen, "judged": seen}, sort_keys=True),
        contents,
        run_key=_key(cursor, digests),
        why=_why_nothing(unread) if not contents else "",
        unread=unread,
        waiting=waiting,
    )


def _contents(folder: Path, names: Sequence[str]) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Read these files; return what they hold by name, and the names of those that let nobody."""
    contents: dict[str, bytes] = {}
    unread = []
    for name in names:
        try:
            contents[name] = (folder / name).read_bytes()
        except OSError:
            unread.append(name)
    return contents, tuple(unread)


def _why_nothing(unread: Sequence[str]) -> str:
    if unread:
        return f"nothing in the inbox can be read: {first_few(unread)}"
    return "the inbox is empty again"


def _listing(folder: Path) -> list[str]:
    """Return name, size, time and inode of every report in the folder, each as one line, sorted.

    A folder that is not there is empty. A look costs little more than the system's own listing.
    """
    listing = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                name = entry.name
                if not name.endswith(_SUFFIXES) or name.startswith("."):
                    continue
                facts = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(facts.st_mode):
                    listing.append(f"{name}\0{facts.st_size} {facts.st_mtime_ns} {facts.st_ino}")
    except FileNotFoundError:
        return []
    return sorted(listing)


def _digest(listing: Sequence[str]) -> str:
    lines = "\n".join(listing)
    return hashlib.sha256(lines.encode("utf-8", "surrogateescape")).hexdigest()


def place_reports(
    manifest: Manifest, contents: Mapping[str, bytes]
) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Return the files that are reports of the manifest, by their path, and the names of others."""
    places = {name: _place(manifest, name) for name in contents}
    placed = {path: contents[name] for name, path in places.items() if path is not None}
    return placed, tuple(name for name, path in places.items() if path is None)


def lay_over(subject: Subject, placed: Mapping[str, bytes]) -> Overlay:
    """Make a commit on top of the judged one that holds these reports.

    In a repository of the gate's own.
    """
    from atom_release.acts.inbox_commit import (
        commit_over,
    )

    repository = subject.settings.home / "inbox" / subject.commit
    return Overlay(
        repository,
        commit_over(subject.tree.repository, subject.commit, repository, placed),
        tuple(placed),
    )


def _place(manifest: Manifest, name: str) -> str | None:
    """Return the path of the report that a file's name is that of; None for any other file."""
    for service in manifest.services:
        if service.report is None:
            continue
        glob = PurePosixPath(service.report)
        if fnmatch.fnmatchcase(name, glob.name):
            return str(glob.parent / name)
    return None


def _read(cursor: str | None) -> dict[str, Any]:
    """Read a cursor; one that is not this module's own is the same as none."""
    try:
        document = json.loads(cursor or "{}")
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _key(cursor: str | None, following: str) -> str:
    return hashlib.sha256(f"{cursor or ''}\0{following}".encode()).hexdigest()
