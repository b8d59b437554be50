"""The commands that a release's documents and reports name for files that they cite.

A command counts where its script is one file of the commit whose text has the cited file's name: so
the two belong together. What such a command shows is told, and decides nothing.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from atom_release.gate.manifest import Artifact
from atom_release.lab.rewriting import is_test
from atom_release.probes.artifact.command import MakingCommand
from atom_release.probes.documents import documents_and_reports
from atom_release.reader.decoding import NotText, decode
from atom_release.source.objects import MissingBlob

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atom_release.lab.look import Look

_MOST = 4
_PATIENCE = timedelta(seconds=10)
_LARGEST = 512 << 10
_COMMAND = re.compile(
    r"(?:^|[`$>|]|&&)\s*((?:python[\d.]*|bash|sh|node|ruby)\s+[\w./-]+\.(?:py|sh|[cm]?js|rb)(?:\s+[^`|&;<>#]*)?)"
)
_CITED = re.compile(r"[\w./-]*\w\.(?:json|log|txt|csv|md|xml|html|ya?ml)\b")
_LINE_ENDS = re.compile(r"\s\s+|\s+[#(].*")


@dataclass(frozen=True)
class Named:
    """A file and a command, and the place of a document that names the command."""

    artifact: Artifact
    place: str


def named_commands(look: Look) -> list[Named]:
    """Return the commands that documents name, each with a file that it may make."""
    texts = dict(_texts(look))
    cited = {PurePosixPath(path).name for text in texts.values() for path in _CITED.findall(text)}
    declared = {artifact.file for artifact in look.manifest.artifacts}
    files = {
        path
        for path, entry in look.tree.entries.items()
        if entry.kind == "blob" and PurePosixPath(path).name in cited and path not in texts
    } - declared
    entries = chain.from_iterable(
        _of_document(look, path, text, files) for path, text in texts.items()
    )
    unique = {(entry.artifact.directory, entry.artifact.made_by): entry for entry in entries}
    return list(unique.values())[:_MOST]


def _texts(look: Look) -> Iterator[tuple[str, str]]:
    for path in documents_and_reports(look):
        try:
            raw = look.tree.read(path)
            if len(raw) <= _LARGEST:
                yield path, decode(raw)
        except (MissingBlob, NotText):
            continue


def _of_document(look: Look, path: str, text: str, files: set[str]) -> Iterator[Named]:
    for number, line in enumerate(text.splitlines(), 1):
        for match in _COMMAND.finditer(line):
            try:
                words = tuple(shlex.split(_LINE_ENDS.sub("", match[1])))
            except ValueError:
                continue
            yield from _of_command(look, words, f"{path}:{number}", files)


def _of_command(look: Look, words: tuple[str, ...], place: str, files: set[str]) -> Iterator[Named]:
    script = next((word for word in words[1:] if not word.startswith("-")), "").removeprefix("./")
    held = [path for path in look.tree.entries if path == script or path.endswith(f"/{script}")]
    if len(held) != 1 or is_test(held[0], ()) or look.tree.entries[held[0]].kind != "blob":
        return
    folder = held[0].removesuffix(script).rstrip("/") or "."
    try:
        text = look.tree.read(held[0]).decode("utf-8", "replace")
    except MissingBlob:
        return
    for file in sorted(path for path in files if PurePosixPath(path).name in text):
        artifact = Artifact(file=file, made_by=words, directory=folder, timeout=_PATIENCE)
        if MakingCommand(words, folder, look.tree.entries).script == held[0]:
            yield Named(artifact, place)
