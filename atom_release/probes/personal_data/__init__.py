"""Personal data in the judged tree (P-1).

Reports, fixtures, logs, exports, and SQLite databases row by row.

Numbers with a check digit decide: cards, IBANs, and national ids where the surroundings speak of
one. In the code of tests and examples, and in third parties' code, they warn. E-mail addresses, and
ids without a check digit, decide only where an export or a database holds many of them; elsewhere
they warn, as phone numbers always do. Many addresses in the data of a test leave the answer open:
libraries make such people up, at domains that exist. What cannot be opened here is named.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from pathlib import Path, PurePosixPath

from atom_release.errors import ProbeFault
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.facts.personal_data import PersonalDataFacts
from atom_release.gate.first_few import first_few
from atom_release.gate.vocabulary import Answer
from atom_release.lab.look import Look
from atom_release.probes.personal_data import databases, mail, nearby_words, recognizers
from atom_release.probes.scanned import conclude
from atom_release.source import archives
from atom_release.source.scan import Finding, Fingerprints, Scanner, control, scan
from atom_release.source.text import Text, decode, is_example, is_lock, is_test, is_vendored

_REMEDY = "Replace it by made-up data: published test numbers, and addresses at example.com."
_EXPORTS = frozenset(
    {".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".sql", ".xml", ".yaml", ".yml", ".log"}
)
_OPAQUE = frozenset(
    {
        ".xlsx",
        ".xls",
        ".parquet",
        ".pdf",
        ".docx",
        ".zip",
        ".gz",
        ".bz2",
        ".xz",
        ".tar",
        ".tgz",
        ".7z",
        ".feather",
        ".avro",
        ".pkl",
        ".h5",
    }
)


@dataclass
class _Seen:
    """What the pass over the tree met beside its findings."""

    rows: int = 0
    databases: list[str] = field(default_factory=list)
    corrupt: dict[str, str] = field(default_factory=dict)
    not_opened: list[str] = field(default_factory=list)
    perhaps_made_up: list[str] = field(default_factory=list)

    def trouble(self) -> str:
        """Return what leaves the answer open though all was read, or nothing."""
        if not self.perhaps_made_up:
            return ""
        named = first_few(sorted(set(self.perhaps_made_up)))
        return (
            f"many e-mail addresses in the data of tests, made up or of people: {named}; where they"
            " are made up, let them end in example.com;"
        )


def probe_personal_data(look: Look, fingerprint_key: bytes | None = None) -> Evidence:
    """Ask whether the judged tree holds personal data."""
    fingerprints = Fingerprints(fingerprint_key or os.urandom(32))
    seen = _Seen()
    result = scan(look.tree, _scanner(fingerprints, look, seen), in_archives=True)
    seen.not_opened += result.closed
    checked = control(
        _scanner(fingerprints, look, _Seen()), canaries(look.scratch), "made-up personal data"
    )
    facts = partial(
        PersonalDataFacts,
        rows=seen.rows,
        databases=seen.databases,
        corrupt_databases=seen.corrupt,
        not_opened=seen.not_opened,
    )
    tools = {"python-stdnum": version("python-stdnum")}
    if seen.corrupt and not result.deciding:
        reason = f"a committed database could not be read: {', '.join(sorted(seen.corrupt)[:3])}"
        remedy = "Remove the database from the tree, or commit one that SQLite can read."
        return look.found(
            "personal-data",
            "tree",
            Answer.UNKNOWN,
            reason,
            control=checked,
            facts=facts().to_json(),
            remedy=remedy,
            tools=tools,
        )
    return conclude(
        look,
        "personal-data",
        result,
        checked,
        thing="personal data in the tree",
        trouble=seen.trouble(),
        remedy=_REMEDY,
        facts=facts,
        tools=tools,
    )


def _scanner(fingerprints: Fingerprints, look: Look, seen: _Seen) -> Scanner:
    def scanner(path: str, content: bytes) -> Iterator[Finding]:
        if databases.is_database(path, content):
            yield from _in_database(path, content)
            return
        text = decode(content)
        if text is not None:
            yield from _in_text(path, text, fingerprints, seen)
        elif PurePosixPath(path.lower()).suffix in _OPAQUE and not archives.is_archive(content):
            seen.not_opened.append(path)

    def _in_database(path: str, content: bytes) -> Iterator[Finding]:
        seen.databases.append(path)
        log = content_of(look, path + "-wal")
        try:
            columns = databases.read_columns(content, log, look.scratch)
        except databases.Unreadable as error:
            seen.corrupt[path] = str(error)
            return
        for column in columns:
            seen.rows += column.rows
            yield from _in_column(path, column, fingerprints, seen)

    return scanner


def _in_text(path: str, text: Text, fingerprints: Fingerprints, seen: _Seen) -> Iterator[Finding]:
    suffix = PurePosixPath(path.lower()).suffix
    matches = [*recognizers.find(nearby_words.read_nearby_words(path, text))]
    made_up = _is_made_up(path, matches)
    register = suffix in _EXPORTS and not is_test(path) and recognizers.are_many_ids(matches)
    for match in matches:
        yield Finding(
            path,
            text.line_of(match.start),
            match.kind,
            match.description,
            (match.decides or (register and match.kind in recognizers.UNCHECKED)) and not made_up,
            fingerprints.fingerprint(match.kind, match.value),
        )
    if is_lock(path) or mail.is_authorship(path):
        return
    addresses = [(start, address) for start, address in mail.addresses(text.text)]
    many = suffix in _EXPORTS and mail.are_many(address for _, address in addresses)
    if many and is_test(path):
        seen.perhaps_made_up.append(path)
    for start, address in addresses:
        description = "an e-mail address in an export of many" if many else "an e-mail address"
        yield Finding(
            path,
            text.line_of(start),
            "email",
            description,
            many and not is_test(path),
            fingerprints.fingerprint("email", address.lower()),
        )


def _is_made_up(path: str, matches: list[recognizers.Match]) -> bool:
    """Return whether numbers are a test's: in its code, and few in an export of somebody else's."""
    is_export = PurePosixPath(path.lower()).suffix in _EXPORTS
    if is_vendored(path) or archives.is_in_package(path):
        many = len({match.value for match in matches if match.decides}) >= mail.MANY
        return not (many and is_export)
    return (is_test(path) or is_example(path)) and not is_export


def _in_column(
    path: str, column: databases.Column, fingerprints: Fingerprints, seen: _Seen
) -> Iterator[Finding]:
    place = f"in {column.table}.{column.name}"
    addresses: list[tuple[int, str]] = []
    heading = f"{column.table} {column.name}"
    rows = nearby_words.Prose(
        "\n".join(value.replace("\n", " ") for _, value in column.values), heading
    )
    numbers = Text(rows.text)
    matches = [*recognizers.find(rows)]
    register = not is_test(path) and recognizers.are_many_ids(matches)
    for match in matches:
        row = column.values[numbers.line_of(match.start) - 1][0]
        yield Finding(
            path,
            row,
            match.kind,
            f"{match.description} {place}",
            match.decides or (register and match.kind in recognizers.UNCHECKED),
            fingerprints.fingerprint(match.kind, match.value),
        )
    for row, value in column.values:
        addresses += [(row, address) for _, address in mail.addresses(value)]
    many = mail.are_many(address for _, address in addresses)
    if many and is_test(path):
        seen.perhaps_made_up.append(path)
    for row, address in addresses:
        yield Finding(
            path,
            row,
            "email",
            f"an e-mail address {place}",
            many and not is_test(path),
            fingerprints.fingerprint("email", address.lower()),
        )


def content_of(look: Look, path: str) -> bytes:
    """Return a blob's bytes, or none where the tree has no such blob."""
    try:
        return look.tree.read(path) if path in look.tree.entries else b""
    except ProbeFault:
        return b""


def canaries(scratch: Path) -> dict[str, bytes]:
    """Make files that hold made-up but well-formed personal data of each deciding kind."""
    card, iban = recognizers.made_up_card(), recognizers.made_up_iban()
    people = "".join(f"{number},person{number}@mail-of-canary.net\n" for number in range(mail.MANY))
    return {
        "canary/export.csv": f"id,card_number\n1,{card}\n".encode(),
        "canary/service.log": f"payment by {iban} accepted\n".encode(),
        "canary/people.csv": f"id,email\n{people}".encode(),
        "canary/store.db": databases.made_up(scratch, "payments", "card_number", card),
    }
