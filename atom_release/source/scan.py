"""Scanning every blob of the judged tree, counting what was read.

And showing on a planted copy that the scanner would have found it.

What is looked for is the scanners' business (`secrets`, `default_secrets`, `personal_data`,
`safety_mode`). A scan that read nothing looks clean: so the count of blobs read is part of the
evidence, and a scan that read fewer blobs than the tree has says nothing about it. A finding holds
the place, the rule and a keyed fingerprint; never the value.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from atom_release.errors import ProbeFault
from atom_release.gate.facts.evidence import NegativeControl
from atom_release.gate.facts.tree_scan import FindingFact
from atom_release.gate.vocabulary import ControlState
from atom_release.git import shown
from atom_release.source import archives
from atom_release.source.commit import JudgedTree

_POINTER = b"version https://git-lfs.github.com/spec/"
_LONGEST_POINTER = 1024


@dataclass(frozen=True)
class Finding:
    """One thing found: where, by which rule, and whether it decides or only warns."""

    path: str
    line: int
    rule: str
    description: str
    decides: bool
    fingerprint: str = ""

    @property
    def place(self) -> str:
        """`path:line`, as an editor takes it."""
        return f"{shown(self.path)}:{self.line}"

    def as_fact(self) -> FindingFact:
        """Return the finding as it stands in evidence."""
        return FindingFact(
            path=shown(self.path),
            line=self.line,
            rule=self.rule,
            what=self.description,
            fingerprint=self.fingerprint,
        )


Scanner = Callable[[str, bytes], Iterable[Finding]]


@dataclass
class Scan:
    """What one pass over the tree read and found."""

    expected: int
    files: int = 0
    bytes: int = 0
    findings: list[Finding] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)
    submodules: list[str] = field(default_factory=list)
    pointers: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)

    @property
    def deciding(self) -> list[Finding]:
        """What makes the answer NO."""
        return [finding for finding in self.findings if finding.decides]

    @property
    def warnings(self) -> list[Finding]:
        """What a person should look at, and which decides nothing."""
        return [finding for finding in self.findings if not finding.decides]

    @property
    def whole(self) -> bool:
        """Whether every blob of the tree was read, and there was one."""
        return self.files == self.expected and self.files > 0 and not self.unread


@dataclass(frozen=True)
class Fingerprints:
    """Keyed digests of found values.

    Equal values give equal ones, and without the key a value cannot be tried against them.
    """

    key: bytes = field(repr=False)

    def fingerprint(self, rule: str, value: str | bytes) -> str:
        """Return the fingerprint of a value that a rule found."""
        raw = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
        return hmac.new(self.key, rule.encode() + b"\0" + raw, hashlib.sha256).hexdigest()[:32]


def _every(_path: str) -> bool:
    return True


def scan(
    tree: JudgedTree,
    scanner: Scanner,
    reads: Callable[[str], bool] = _every,
    *,
    in_archives: bool = False,
) -> Scan:
    """Put every blob of the tree, raw and whole, to the scanner.

    What the tree only points to is named: submodules, and files whose content Git LFS keeps.

    Args:
        tree: the judged tree.
        scanner: finds in one blob.
        reads: says by its path whether the scanner reads a file at all; the others are not counted.
        in_archives: whether files in archives are put to it too; an archive that stays closed is
            named.
    """
    blobs = [path for path, entry in tree.entries.items() if entry.kind == "blob" and reads(path)]
    gitlinks = sorted(path for path, entry in tree.entries.items() if entry.kind == "commit")
    result = Scan(expected=len(blobs), submodules=[shown(path) for path in gitlinks])
    for path in blobs:
        try:
            content = tree.read(path)
        except ProbeFault as fault:
            result.unread[shown(path)] = fault.message
            continue
        result.files += 1
        result.bytes += len(content)
        if is_pointer(content):
            result.pointers.append(shown(path))
        result.findings.extend(scanner(path, content))
        if in_archives and archives.is_archive(content):
            try:
                for inner, data in archives.read_members(path, content):
                    result.findings.extend(scanner(inner, data))
            except archives.ClosedArchive:
                result.closed.append(shown(path))
    return result


def is_pointer(content: bytes) -> bool:
    """Return whether a blob is the pointer that Git LFS leaves in place of a file."""
    return len(content) < _LONGEST_POINTER and content.startswith(_POINTER)


def control(scanner: Scanner, canaries: Mapping[str, bytes], kind: str) -> NegativeControl:
    """Put planted files to the same scanner; each must make it say NO, or the control is dead."""
    missed = [
        path
        for path, content in canaries.items()
        if not any(finding.decides for finding in scanner(path, content))
    ]
    state = ControlState.DEAD if missed or not canaries else ControlState.ALIVE
    outcome = (
        f"missed {', '.join(missed)}" if missed else f"found in all {len(canaries)} planted files"
    )
    return NegativeControl(
        state=state,
        changed=f"planted {kind} in {len(canaries)} files beside the tree",
        found=outcome,
    )
