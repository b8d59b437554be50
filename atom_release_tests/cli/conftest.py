"""What every test of the command line starts from: a home, a tiny release, and a caller."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from atom_release.cli import app
from atom_release_tests.fixtures import tiny
from atom_release_tests.fixtures.asking import NO_FLOOR
from atom_release_tests.fixtures.calling import Called, Caller
from atom_release_tests.fixtures.dagster_home import place_dagster_home
from atom_release_tests.fixtures.tiny import Tiny


@pytest.fixture
def call(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> Caller:
    """Return a caller that runs the command line in this process, as its entry point does.

    Processes of their own are in `test_process`.
    """
    for name in [name for name in os.environ if name.startswith(("ATOM_", "DAGSTER_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "160")
    (tmp_path / "operator.yaml").write_text(NO_FLOOR)
    monkeypatch.setenv("ATOM_RELEASE_OPERATOR", str(tmp_path / "operator.yaml"))

    def run(*arguments: str, home: Path) -> Called:
        monkeypatch.setenv("ATOM_RELEASE_HOME", str(home))
        monkeypatch.setattr(sys, "argv", ["atom-release", *arguments])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            app.main()
        output = capfd.readouterr()
        return Called(int(ended.value.code or 0), output.out, output.err)

    return run


@pytest.fixture
def home(tmp_path: Path) -> Path:
    place = tmp_path / "home"
    place_dagster_home(place)
    return place


@pytest.fixture
def release(tmp_path: Path) -> Tiny:
    return tiny.make(tmp_path / "release")
