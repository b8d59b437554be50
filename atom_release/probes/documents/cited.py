"""What a file that a passed row cites says of itself, and whether the judged commit holds it."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from atom_release.gate.claims.record import ReportStatus
from atom_release.gate.facts.documents import Citation
from atom_release.lab import junit
from atom_release.lab.junit import Outcome
from atom_release.reader import json_lines
from atom_release.reader.decoding import NotText, decode
from atom_release.reader.report import read_report
from atom_release.source.history import is_named

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from atom_release.lab.look import Look
    from atom_release.reader.json_lines import Leaf
    from atom_release.reader.release_document import Cites, DocumentRead

_STATES = frozenset({"status", "state", "result", "outcome", "health", "verdict", "overallstatus"})
_REFUTED = frozenset({"down", "failed", "fail", "failure", "error", "errored", "unreachable"})
_SIMULATED = re.compile(r"(?:simulat|mock|dry[-_ ]?run|fake)\w*", re.IGNORECASE)
_SIMULATED_NAME = re.compile(
    r"(?:^|[_\-. ])(?:simulated|mocked|dry[-_]?run)(?=[_\-. ])", re.IGNORECASE
)
_ASIDE = frozenset({"previous", "before", "baseline", "history", "expected", "example", "schema"})
_DATA = frozenset({".json", ".log", ".txt", ".csv", ".md", ".html", ".xml", ".yaml", ".yml"})
_FILE_NAME = re.compile(r"(?:^|/)[\w.@+-]*\w{2}[\w.@+-]*\.[a-z][a-z0-9]{0,7}$")
_NO_LETTER = re.compile(r"[^a-z]+")


def never_held(
    look: Look, documents: Sequence[DocumentRead], made: frozenset[str]
) -> frozenset[str]:
    """Return the names of cited files that no commit ever held; none where history is cut.

    Args:
        look: the judged commit.
        documents: what was read.
        made: names of files that the gate makes itself, which no commit has to hold.
    """
    names = {
        PurePosixPath(path).name
        for read in documents
        for cites in read.cites
        for path in cites.paths
        if is_file(path) and not held_files(look, read.path, path)
    } - made
    held = look.tree.ever_held(names)
    return frozenset(names - held) if held is not None else frozenset()


def is_file(path: str) -> bool:
    """Return whether a path names a file and no folder, version or abbreviation such as `4.C`."""
    return _FILE_NAME.search(path) is not None and ".." not in path


def citations(look: Look, read: DocumentRead, never: frozenset[str]) -> Iterator[Citation]:
    """Yield what is wrong with the files that a document's passed rows cite.

    `never` are the names of files that no commit ever held: what was there once is history.
    """
    absent = set[str]()
    for cites in read.cites:
        for path in filter(is_file, cites.paths):
            held = held_files(look, read.path, path)
            if held:
                yield from _own_word(look, cites, held[0])
            elif PurePosixPath(path).name in never and path not in absent:
                absent.add(path)
                yield Citation(
                    subject=cites.subject,
                    path=path,
                    state="absent",
                    line=cites.line,
                    text=cites.text,
                )


def held_files(look: Look, document: str, path: str) -> list[str]:
    """Return the files of the commit that a path may mean."""
    beside = (PurePosixPath(document).parent / path).as_posix()
    wanted = path.strip("/")
    exact = [name for name in (wanted, beside) if name in look.tree.entries]
    if exact:
        return exact[:1]
    inside = [name for name in look.tree.entries if name.endswith(f"/{wanted}")]
    if inside or "/" in wanted:
        return inside
    return [name for name in look.tree.entries if is_named(name, wanted)]


def _own_word(look: Look, cites: Cites, path: str) -> Iterator[Citation]:
    state, word = own_status(look, path)
    if state:
        yield Citation.model_validate(
            {
                "subject": cites.subject,
                "path": path,
                "state": state,
                "line": cites.line,
                "text": cites.text,
                "word": word,
            }
        )


def own_status(look: Look, path: str) -> tuple[str, str]:
    """Return how a file's own word speaks against a pass, and that word; or nothing."""
    name, entry = PurePosixPath(path), look.tree.entries[path]
    if name.suffix.lower() not in _DATA or entry.kind != "blob":
        return "", ""
    if entry.oid in look.tree.objects.missing:
        return "", ""
    raw = look.tree.read(path)
    if len(raw) <= look.manifest.report_limit:
        status = _by_content(name, raw)
        if status[0]:
            return status
    return ("simulated", name.name) if _SIMULATED_NAME.search(name.name) else ("", "")


def _by_content(name: PurePosixPath, raw: bytes) -> tuple[str, str]:
    suffix = name.suffix.lower()
    if suffix == ".json":
        return _of_json(raw)
    if suffix == ".xml":
        return _of_junit(raw)
    if suffix == ".md":
        record = read_report(name.as_posix(), raw, limit=len(raw))
        stated = f"its status: {record.status_raw}"
        if record.status is ReportStatus.FAIL:
            return "refuted", stated
        return ("simulated", stated) if record.status is ReportStatus.SIMULATED else ("", "")
    return "", ""


def _of_json(raw: bytes) -> tuple[str, str]:
    try:
        leaves, _ = json_lines.leaves(decode(raw))
    except (NotText, json_lines.NotJson):
        return "", ""
    spoken = [leaf for leaf in leaves if not _ASIDE & {str(key).lower() for key in leaf.path}]
    for leaf in spoken:
        if _is_state(leaf) and str(leaf.value).strip().lower() in _REFUTED:
            return "refuted", _quoted(leaf)
    for leaf in spoken:
        if _is_state(leaf) and _SIMULATED.match(str(leaf.value)):
            return "simulated", _quoted(leaf)
        if leaf.value is True and _SIMULATED.fullmatch(str(leaf.path[-1])):
            return "simulated", _quoted(leaf)
    return "", ""


def _is_state(leaf: Leaf) -> bool:
    """Return whether a value is the state of what the document is of, and not of one of many."""
    key = _NO_LETTER.sub("", str(leaf.path[-1]).lower()) if leaf.path else ""
    return key in _STATES and not any(isinstance(part, int) for part in leaf.path)


def _quoted(leaf: Leaf) -> str:
    return f"/{'/'.join(map(str, leaf.path))} is {leaf.value!r}, line {leaf.line}"


def _of_junit(raw: bytes) -> tuple[str, str]:
    try:
        results = junit.read(raw)
    except junit.UnreadableResults:
        return "", ""
    bad = list(results.having(Outcome.FAILED, Outcome.ERROR))
    return ("refuted", f"{len(bad)} of its tests failed: {bad[0].id}") if bad else ("", "")
