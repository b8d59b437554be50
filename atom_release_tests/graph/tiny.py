"""The smallest release that runs the whole graph for real: one report, a bare origin, and only criteria that need nothing but git."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from atom_release.graph.blueprint import Blueprint
from atom_release.graph.building import build_definitions
from atom_release.graph.subject import Subject, manifest_for_loading, open_subject
from atom_release.settings import Settings

MANIFEST = """\
release: {phase: X, name: Example, version: v1, tag: v1-phaseX, branch: review/PhaseX, base: main}
services:
  - {id: X.1, name: one, source: [src], report: reports/X.1.md}
expected: [AC1, AC5]
acts: ACTS
"""
REPORT = "# X.1 One\n\n**Status:** PASS\n"
_GIT = ("git", "-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "init.defaultBranch=main", "-c", "core.hooksPath=/dev/null")


@dataclass(frozen=True)
class Tiny:
    """A repository with its origin, and the settings that judge it."""

    repository: Path
    origin: Path
    settings: Settings

    def git(self, *arguments: str, at: Path | None = None) -> str:
        """Run git in the repository (or elsewhere) and give what it says."""
        return subprocess.run([*_GIT, "-C", str(at or self.repository), *arguments], check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, path: str, content: str) -> str:
        """Commit one file and give the commit."""
        target = self.repository / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", f"change {path}")
        return self.git("rev-parse", "HEAD")

    def tags(self) -> dict[str, str]:
        """Give every tag, at home and at the origin: what no refused route may change."""
        here = self.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/tags")
        there = self.git("for-each-ref", "--format=origin %(refname) %(objectname)", at=self.origin)
        return dict(line.rsplit(" ", 1) for line in f"{here}\n{there}".splitlines() if "refs/tags" in line)

    def definitions(self) -> dg.Definitions:
        """Give the definitions as a process would load them now."""
        return build_definitions([Blueprint(manifest_for_loading(self.settings))], settings=self.settings)

    def subject(self) -> Subject:
        """Open what is judged now."""
        return open_subject(self.settings, create=True)


def make(directory: Path, acts: str = "on", manifest: str = MANIFEST) -> Tiny:
    """Make the release in an empty folder."""
    repository, origin = directory / "repository", directory / "origin.git"
    settings = Settings(repository=repository, out=str(directory / "reports"), home=directory / "home")
    tiny = Tiny(repository, origin, settings)
    repository.mkdir(parents=True)
    tiny.git("init", "-q")
    tiny.git("init", "-q", "--bare", str(origin))
    tiny.git("config", "user.name", "Test")
    tiny.git("config", "user.email", "test@example.com")
    (repository / "src").mkdir()
    (repository / "src" / "one.py").write_text("def one() -> int:\n    return 1\n")
    (repository / "reports").mkdir()
    (repository / "reports" / "X.1.md").write_text(REPORT)
    tiny.commit("release.yaml", manifest.replace("ACTS", acts))
    tiny.git("remote", "add", "origin", str(origin))
    tiny.git("push", "-q", "origin", "main")
    return tiny
