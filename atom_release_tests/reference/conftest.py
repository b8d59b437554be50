"""One run on the reference release, for all tests that ask what it came to."""

from __future__ import annotations

from pathlib import Path

import pytest

from atom_release.graph.running import RunResult
from atom_release_tests.fixtures.judged import GREEN, judge_unstarved


@pytest.fixture(scope="session")
def green(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunResult, Path]:
    """Run the whole graph on the release as it is, acts included: the result, and its place."""
    place = tmp_path_factory.mktemp("green")
    place.chmod(0o755)
    return judge_unstarved("green", place, GREEN)
