"""Real repositories with planted files, and the look that a probe gets at them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from atom_release.evidence.look import Look
from atom_release.evidence.source import open_tree
from atom_release.gate.evidence import Evidence
from atom_release.gate.manifest import Manifest

NOW = datetime(2031, 5, 1, 12, tzinfo=UTC)
MANIFEST = Manifest.model_validate(
    {
        "release": {"phase": "X", "name": "Example", "version": "v1", "tag": "v1", "branch": "review/v1"},
        "services": [{"id": "X.1", "name": "one", "source": ["src"], "report": "r.md"}],
    }
)
GIT = shutil.which("git") or "git"
SHARED = Path(__file__).resolve().parents[4] / "shared" / "atom" / "reports"


def look_at(folder: Path, files: Mapping[str, bytes | str], *commit: str) -> Look:
    """Commit the files to a new repository, and look at that commit."""
    repository = folder / "repository"
    for name, content in files.items():
        path = repository / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    _git(repository, "init", "--quiet")
    _git(repository, "add", "--all", "--force", ".")
    _git(repository, "commit", "--quiet", "--message", "planted", *commit)
    return Look(MANIFEST, open_tree(repository, "HEAD"), folder / "scratch", lambda: NOW)


def lose_blob(look: Look, path: str) -> Look:
    """Remove a blob's object from the repository, as a partial clone lacks it, and look again."""
    oid = look.tree.entries[path].oid
    (look.tree.repository / ".git" / "objects" / oid[:2] / oid[2:]).unlink()
    return Look(look.manifest, open_tree(look.tree.repository, "HEAD"), look.scratch, look.clock)


def places(evidence: Evidence, which: str = "findings") -> set[tuple[str, int]]:
    """Give path and line of what was found."""
    found = evidence.facts[which]
    assert isinstance(found, list)
    return {(str(one["path"]), int(str(one["line"]))) for one in found if isinstance(one, dict)}


def _git(repository: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=Someone", "-c", "user.email=someone@example.com", "-c", "core.hooksPath=/dev/null", "-c", "core.autocrlf=false"]
    subprocess.run([GIT, "-C", str(repository), *identity, *arguments], check=True, capture_output=True)
