"""Judges a scenario of the reference release as `atom-release run` does, and gives what it came to."""

from __future__ import annotations

from pathlib import Path

from atom_release.gate.decision import Decision
from atom_release.git import Git
from atom_release.graph import running
from atom_release.settings import Settings


def run(scenario: str, place: Path) -> running.RunResult:
    """Run the whole graph on a scenario, acts included, with a home and a store of its own."""
    settings = Settings(scenario=scenario, out=str(place / "reports"), home=place / "home")
    return running.run(settings, acts=True)


def outcomes(decision: Decision) -> dict[str, str]:
    """Give every criterion's outcome."""
    return {one.id: one.outcome.value for one in decision.criteria}


def release_refs(place: Path, scenario: str) -> list[str]:
    """Give the tags and release branches at the reference's origin."""
    listed = Git(place / "home" / "reference" / scenario / "origin.git").line("for-each-ref", "--format=%(refname)")
    return [ref for ref in listed.splitlines() if ref != "refs/heads/main"]
