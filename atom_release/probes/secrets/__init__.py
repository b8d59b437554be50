"""Secrets in the judged tree (P-2).

Tokens in their issuers' forms (by a scanner that is kept up to date), private keys in every form,
dotenv files, passwords in the files and phrases of their own tools, literals under a secret's name.

What stands in tests, examples, documentation and third parties' code warns and does not decide; so
do values that somebody would have to guess to be secret. Ciphertext, references and public halves
are no secrets. The commit's own blobs are read, never a checkout. Nothing is sent anywhere to find
out whether a token still works.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from atom_release.errors import ProbeFault
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.facts.secrets import SecretsFacts
from atom_release.lab.look import Look
from atom_release.probes import schema_examples
from atom_release.probes.scanned import conclude
from atom_release.probes.secrets import engine
from atom_release.probes.secrets.canaries import canaries
from atom_release.probes.secrets.engine import Hits
from atom_release.source import archives
from atom_release.source.commit import JudgedTree
from atom_release.source.scan import Finding, Fingerprints, Scanner, control, scan
from atom_release.source.secret_forms import (
    apart,
    assigned,
    dotenv,
    handed,
    issued,
    keys,
    own_files,
    phrases,
    pipelines,
)
from atom_release.source.secret_forms.keys import Found
from atom_release.source.text import (
    decode,
    is_documentation,
    is_example,
    is_lock,
    is_test,
    is_vendored,
)

__all__ = ["HELD", "ONCE", "canaries", "probe_secrets", "read_hits", "scanner_of"]

_REMEDY = "Revoke the secret, remove it from the tree, and read it from Vault or the environment."
_BY_NAME = {"literal", "phrase"}  # what no issuer's form and no key's tells, but a name beside it
HELD = "HMAC-SHA256, key held by the gate"
ONCE = "HMAC-SHA256, key of this run only"


def probe_secrets(look: Look, fingerprint_key: bytes | None = None) -> Evidence:
    """Ask whether the judged tree holds a secret.

    Args:
        look: the run's surroundings.
        fingerprint_key: key of the findings' fingerprints; with one that is kept, equal secrets
            have equal fingerprints in every run.
    """
    planted = canaries()
    hits, trouble = read_hits([*_contents(look.tree), *planted.values()], look.scratch)
    scanner = scanner_of(Fingerprints(fingerprint_key or os.urandom(32)), hits)
    return conclude(
        look,
        "secrets",
        scan(look.tree, scanner, in_archives=True),
        control(scanner, planted, "secrets of every kind that is looked for"),
        thing="secrets in the tree",
        trouble=trouble,
        remedy=_REMEDY,
        facts=partial(SecretsFacts, fingerprints=HELD if fingerprint_key else ONCE),
        tools=engine.tool(),
    )


def read_hits(contents: Iterable[bytes], scratch: Path) -> tuple[Hits, str]:
    """Return what the engine matched in these contents, and why it could not be asked."""
    try:
        return engine.read_contents(contents, scratch), ""
    except ProbeFault as fault:
        return {}, f"{fault.message} {fault.remedy}"


def scanner_of(fingerprints: Fingerprints, hits: Hits) -> Scanner:
    """Return the scanner: each rule's findings in one blob, once for each place.

    They are weakened to warnings in tests, examples, documentation and third parties' code.
    """

    def scanner(path: str, content: bytes) -> Iterator[Finding]:
        exempt = is_exempt(path) or archives.is_in_package(path)
        short_lived = _of_a_job(path, content)
        is_example = schema_examples.find_lines(path, content)
        seen: dict[tuple[int, str], Finding] = {}
        for line, rule, description, value, sure in _found(path, content, hits):
            fingerprint = fingerprints.fingerprint("secret", value)
            decides = sure and not exempt and not short_lived(line, rule, value)
            decides = decides and not (rule in _BY_NAME and is_example(line))
            finding = Finding(path, line, rule, description, decides, fingerprint)
            former = seen.get((line, fingerprint))
            if former is None or (finding.decides and not former.decides):
                seen[line, fingerprint] = finding
        yield from seen.values()

    return scanner


def is_exempt(path: str) -> bool:
    """Return whether what stands in this file is a sample, or somebody else's."""
    return is_test(path) or is_example(path) or is_vendored(path) or is_documentation(path)


def _of_a_job(path: str, content: bytes) -> Callable[[int, str, str | bytes], bool]:
    """Return what tells a password of a job's own container from a secret, in a pipeline's file."""
    text = decode(content) if pipelines.is_pipeline(path) else None
    if text is None:
        return lambda _line, _rule, _value: False
    passwords, lines = pipelines.container_passwords(text.text), text.text.splitlines()

    def short_lived(line: int, rule: str, value: str | bytes) -> bool:
        return rule in {"literal", "address", "phrase"} and (
            value in passwords
            or (
                rule == "address"
                and 0 < line <= len(lines)
                and pipelines.is_of_the_job(lines[line - 1])
            )
        )

    return short_lived


def _contents(tree: JudgedTree) -> Iterator[bytes]:
    for path, entry in tree.entries.items():
        if entry.kind == "blob" and not is_lock(path):
            try:
                content = tree.read(path)
                yield content
                if archives.is_archive(content):
                    yield from (data for _, data in archives.read_members(path, content))
            except (ProbeFault, archives.ClosedArchive):
                continue  # the scan reads it too, and says so


def _found(path: str, content: bytes, hits: Hits) -> Iterator[Found]:
    if is_lock(path):
        text = decode(content)
        yield from keys.in_text(text) if text else ()
        return
    matched = hits.get(engine.digest(content), [])
    whole = [(0, *rest) for rest in keys.container(content)]
    yield from whole
    text = None if whole else decode(content)
    if text is None:
        yield from () if whole else keys.in_binary(content)
        yield from issued.in_binary(matched)
        return
    yield from keys.in_text(text)
    if dotenv.is_dotenv(path):
        yield from dotenv.values(text)
    yield from issued.tokens(text, matched)
    yield from own_files.values(path, text)
    yield from assigned.in_addresses(text)
    yield from assigned.literals(path, text)
    yield from apart.pairs(text)
    yield from handed.arguments(text)
    yield from phrases.values(text)
