"""A registry of npm and a repository with a suite of Node.js, for the modules that make environments.

A module that wants another repository defines its own `site`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from atom_release_tests.fixtures.environment_site import EnvironmentSite
from atom_release_tests.fixtures.npm_registry import NpmRegistry, npm_registry


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[NpmRegistry]:
    with npm_registry(tmp_path / "operator", monkeypatch) as site:
        yield site


@pytest.fixture
def site(tmp_path: Path) -> EnvironmentSite:
    suite = {"runner": "node", "paths": ["test"], "repeats": 1, "timeout": "60s"}
    return EnvironmentSite(tmp_path, tmp_path / "none", suite=suite)
