"""Which files of the judged commit a path in a report means.

As written, relative to the report's folder or to the service's, or by a name that only one file
has. A path inside a submodule, or on somebody's machine, cannot be told: None is not the same as
nowhere. With a slash before it, a path may be a machine's, a container's or a route: that there is no
such file is only said where the commit has its first folder, and that is none of a machine's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from atom_release.reader.first_folders import may_be_of_machine
from atom_release.source.listing import Entry

_FILE_AT_ROOT = 2


class Resolver:
    """The paths of one commit, found by their last part."""

    def __init__(self, entries: Mapping[str, Entry], report: str, source: Iterable[str]) -> None:
        self._entries = entries
        self._report = PurePosixPath(report).parent
        self._source = tuple(source)
        self._gitlinks = tuple(path for path, entry in entries.items() if entry.kind == "commit")
        self._folders = {path.partition("/")[0] for path in entries if "/" in path}
        self._named: dict[str, list[str]] = {}
        for path, entry in entries.items():
            if entry.kind != "commit":
                self._named.setdefault(path.rsplit("/", 1)[-1], []).append(path)

    def find(self, written: str) -> tuple[str, ...] | None:
        """Return the paths that the written one can mean, none if there is no such file.

        None if the commit cannot tell.
        """
        parts = PurePosixPath(written).parts
        if written.startswith("/") or (parts and parts[0].endswith(":")):
            return self._on_a_machine(parts)
        path = "/".join(parts)
        for base in ("", str(self._report)):
            candidate = path if base in {"", "."} else f"{base}/{path}"
            if candidate in self._entries and self._entries[candidate].kind != "commit":
                return (candidate,)
        matches = self._ending(path)
        if not matches and self._gitlinks:
            return None
        return matches

    def _on_a_machine(self, parts: tuple[str, ...]) -> tuple[str, ...] | None:
        """Return the file that the end of a path names; none only where it is the repository's own."""
        for start in range(1, len(parts)):
            candidate = "/".join(parts[start:])
            if candidate in self._entries and (start < len(parts) - 1 or start == 1):
                return (candidate,)
        if not self._begins_here(parts) or self._gitlinks:
            return None
        return self._ending("/".join(parts[1:]))

    def _begins_here(self, parts: tuple[str, ...]) -> bool:
        """Return whether a path with a slash before it begins at a folder that the commit has."""
        first = parts[1] if parts[0] == "/" and len(parts) > _FILE_AT_ROOT else ""
        return first in self._folders and not may_be_of_machine(first)

    def _ending(self, path: str) -> tuple[str, ...]:
        candidates = [
            path_found
            for path_found in self._named.get(path.rsplit("/", 1)[-1], ())
            if path_found.endswith(f"/{path}")
        ]
        near = [
            candidate
            for candidate in candidates
            if any(candidate.startswith(f"{source.rstrip('/')}/") for source in self._source)
        ]
        return tuple(sorted(near if len(near) == 1 else candidates))
