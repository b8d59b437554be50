"""Secrets in the history of the judged commit (P-2).

What was once committed is known to everybody who ever fetched it, removed or not.

It warns, since no new commit can mend it: only revoking the secret does. A manifest can have it
fail (`secrets_in_history: fail`); what is known and revoked is then waived, by fingerprints that
are the same in every run. The recognizers and their exemptions are those of `secrets`; what the
judged commit itself holds is that question's, and not asked again. A finding holds commit, path,
line and a keyed fingerprint; never the value.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from atom_release.errors import ProbeFault
from atom_release.gate.facts.evidence import Evidence, NegativeControl
from atom_release.gate.facts.secret_history import HistoryFinding, SecretHistoryFacts
from atom_release.gate.facts.tree_scan import FindingCounts
from atom_release.gate.first_few import first_few
from atom_release.gate.rules.regression import WARNING
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.git import Git, shown
from atom_release.lab.look import Look
from atom_release.lab.throwaway import passing
from atom_release.probes import secrets
from atom_release.probes.secret_history.walk import Bounds, Brought, Walk, blobs
from atom_release.probes.secrets import engine
from atom_release.source.commit import JudgedTree, open_tree
from atom_release.source.scan import Finding, Fingerprints, Scanner

QUESTION = "secret-history"
_SHOWN = 200
_REMEDY = (
    "Revoke each of them, then have it waived (atom-release waive), or rewrite the history (git"
    " filter-repo) and judge the new commit."
)
_DEEPEN = (
    "Fetch the whole history: git fetch --unshallow origin, or git fetch --refetch --no-filter"
    " origin."
)
_BOUNDS = Bounds()
_NOT_IN_TIME = "not judged in time"
_SEVERAL_LINES = (
    b"PRIVATE KEY",
    b"PuTTY-User-Key-File",
    b"kty",
    b"kind: Secret",
    b"Private-key-format",
)


@dataclass
class Known:
    """One secret of the history: the first place that had it, and all the paths that ever did."""

    brought: Brought
    finding: Finding
    paths: set[str] = field(default_factory=set)

    def add(self, brought: Brought, finding: Finding) -> None:
        """Note a further place."""
        self.paths.add(brought.path)
        if brought.order < self.brought.order:
            self.brought, self.finding = brought, finding

    @property
    def place(self) -> str:
        """`commit:path:line`."""
        return f"{self.brought.commit[:12]}:{self.finding.place}"

    def as_fact(self) -> HistoryFinding:
        """Return the finding as it stands in evidence.

        What it names is no path of the judged commit, so nobody looks for it there.
        """
        finding = self.finding
        description = f"{finding.description}, in {self.place}"
        return HistoryFinding(
            commit=self.brought.commit,
            file=shown(finding.path),
            line=finding.line,
            paths=len(self.paths),
            rule=finding.rule,
            what=description,
            fingerprint=finding.fingerprint,
        )


def probe_secret_history(
    look: Look, fingerprint_key: bytes | None = None, bounds: Bounds = _BOUNDS
) -> Evidence:
    """Ask whether the history of the judged commit holds secrets that the commit itself does not.

    Args:
        look: the run's surroundings.
        fingerprint_key: key of the findings' fingerprints; a waiver holds in another run only if it
            is kept.
        bounds: how much is read at most.
    """
    fingerprints = Fingerprints(fingerprint_key or os.urandom(32))
    history_secrets, walk = scan(look.tree, fingerprints, look.scratch, bounds)
    fails = look.manifest.secrets_in_history == "fail"
    answer, reason = _judged(history_secrets, walk, fails=fails)
    return look.found(
        QUESTION,
        "history",
        answer,
        reason,
        remedy={Answer.NO: _REMEDY, Answer.UNKNOWN: _DEEPEN}.get(answer, ""),
        control=_control(look.scratch, fingerprints),
        facts=_facts(
            history_secrets,
            walk,
            "findings" if fails else "warnings",
            secrets.HELD if fingerprint_key else secrets.ONCE,
        ).to_json(),
        tools=engine.tool(),
    )


def _facts(
    history_secrets: Sequence[Known], walk: Walk, weight: str, fingerprints: str
) -> SecretHistoryFacts:
    return SecretHistoryFacts.model_validate(
        {
            weight: [secret.as_fact() for secret in history_secrets[:_SHOWN]],
            "counts": FindingCounts.model_validate({weight: len(history_secrets)}),
            "commits": walk.commits,
            "blobs": walk.blobs,
            "bytes": walk.bytes,
            "not_examined": walk.left_out,
            "gaps": walk.gaps,
            "fingerprints": fingerprints,
        }
    )


def scan(
    tree: JudgedTree, fingerprints: Fingerprints, scratch: Path, bounds: Bounds = _BOUNDS
) -> tuple[list[Known], Walk]:
    """Put every blob of the history to the scanner.

    Without the lines that the same path had before or has now.

    One secret is one finding, however many versions of however many files have it.
    """
    walk = Walk()
    brought = list(_fresh(tree, walk, bounds))
    hits, trouble = secrets.read_hits((content for _, content in brought), scratch)
    if trouble:
        walk.gaps += (trouble,)
    ends = time.monotonic() + bounds.seconds
    return _known(brought, secrets.scanner_of(fingerprints, hits), walk, ends), walk


def _fresh(tree: JudgedTree, walk: Walk, bounds: Bounds) -> Iterator[tuple[Brought, bytes]]:
    """Find what each version of each path had for the first time, where it had anything."""
    for path, versions in groupby(blobs(tree, walk, bounds), key=lambda secret: secret[0].path):
        seen = _lines_now(tree, path)
        for brought, content in versions:
            unseen = _unseen(content, seen)
            if unseen.strip():
                yield brought, unseen


def _known(
    brought: list[tuple[Brought, bytes]], scanner: Scanner, walk: Walk, ends: float
) -> list[Known]:
    """Find each secret once; what is not judged by that moment is counted in `walk`."""
    by_fingerprint: dict[str, Known] = {}
    for place, content in brought:
        if time.monotonic() > ends:
            walk.left_out[_NOT_IN_TIME] += 1
            continue
        deciding = [hit for hit in scanner(place.path, content) if hit.decides]
        for fingerprint, finding in {
            secret.fingerprint: secret for secret in reversed(deciding)
        }.items():
            by_fingerprint.setdefault(fingerprint, Known(place, finding)).add(place, finding)
    return sorted(
        by_fingerprint.values(),
        key=lambda secret: (secret.finding.path, secret.finding.line, secret.brought.order),
    )


def _lines_now(tree: JudgedTree, path: str) -> set[bytes]:
    """Return the lines of this path in the judged commit.

    What they hold is found there, by the same rules.
    """
    entry = tree.entries.get(path)
    try:
        return (
            set(tree.read(path).split(b"\n"))
            if entry is not None and entry.kind == "blob"
            else set()
        )
    except ProbeFault:
        return set()


def _unseen(content: bytes, seen: set[bytes]) -> bytes:
    """Empty the lines that were seen before, and remember the others.

    What is not text, or may hold a secret of several lines, stays whole.
    """
    if b"\0" in content or any(part in content for part in _SEVERAL_LINES):
        return content
    lines = content.split(b"\n")
    fresh = b"\n".join(b"" if line in seen else line for line in lines)
    seen.update(lines)
    return fresh


def _judged(history_secrets: list[Known], walk: Walk, *, fails: bool) -> tuple[Answer, str]:
    read = f"{walk.blobs} former blobs of {walk.commits} commits read"
    lacks = [*walk.gaps, *(f"{count} blobs {why}" for why, count in sorted(walk.left_out.items()))]
    if lacks:
        read += f"; not examined: {'; '.join(lacks)}"
    if history_secrets:
        named = first_few(
            [f"{secret.place} ({secret.finding.description})" for secret in history_secrets]
        )
        summary = f"{len(history_secrets)} secrets in the history: {named}; {read}"
    else:
        summary = f"no secret in the history; {read}"
    if fails:
        return (Answer.NO if history_secrets else Answer.UNKNOWN if lacks else Answer.YES), summary
    return Answer.YES, f"{WARNING if history_secrets or lacks else ''}{summary}"


def _control(scratch: Path, fingerprints: Fingerprints) -> NegativeControl:
    """Commit a secret to a repository of our own and remove it again.

    The same walk must find it there.
    """
    planted = secrets.canaries()["canary/.env"]
    scratch.mkdir(parents=True, exist_ok=True)
    with passing(scratch) as folder:
        tree = _planted(folder, planted)
        hits, walk = scan(tree, fingerprints, scratch)
    alive = any(hit.finding.path == ".env" for hit in hits) and walk.commits == 2  # noqa: PLR2004 - one that adds, one that removes
    sighting = (
        f"found {', '.join(shown(hit.finding.path) for hit in hits) or 'nothing'} in"
        f" {walk.commits} commits"
    )
    state = ControlState.ALIVE if alive else ControlState.DEAD
    return NegativeControl(
        state=state,
        changed=(
            "committed a dotenv file to a repository of the gate's own, and removed it in the next"
            " commit"
        ),
        found=sighting,
    )


def _planted(folder: Path, content: bytes) -> JudgedTree:
    git = Git(folder)
    git.output("init", "--quiet", "--template=", "--initial-branch=planted", ".")
    who = b"Release Gate <gate@example.org> 0 +0000"
    commit = b"commit refs/heads/planted\nauthor %s\ncommitter %s\ndata 1\nx\n" % (who, who)
    files = b"M 100644 inline .env\ndata %d\n%s\nM 100644 inline a\ndata 1\na\n" % (
        len(content),
        content,
    )
    git.output("fast-import", "--quiet", stdin=commit + files + b"\n" + commit + b"D .env\n\n")
    return open_tree(folder, "planted")
