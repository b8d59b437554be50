"""Two whole runs of one release at once, each a process of its own as a person would start it.

One acts, and the other finds that it was done.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from atom_release_tests.fixtures import tiny


@pytest.mark.slow
def test_two_whole_runs_at_once_make_one_release(tmp_path: Path) -> None:
    release = tiny.make(tmp_path / "r")
    environment = {
        **os.environ,
        "ATOM_RELEASE_HOME": str(tmp_path / "home"),
        "ATOM_RELEASE_OPERATOR": str(release.settings.operator),
        "DAGSTER_HOME": "",
    }
    command = [
        sys.executable,
        "-m",
        "atom_release",
        "run",
        "--repo",
        str(release.repository),
        "--json",
        "--out",
    ]
    started = [
        subprocess.Popen(
            [*command, str(tmp_path / f"out{number}")],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            cwd=tmp_path,
        )
        for number in range(2)
    ]
    try:
        ended = [process.communicate(timeout=300) for process in started]
    finally:
        for process in started:
            process.kill()
            process.wait()
    assert [process.returncode for process in started] == [0, 0], [
        errors.decode()[-2000:] for _, errors in ended
    ]
    documents = [json.loads(out) for out, _ in ended]
    assert [document["decision"] for document in documents] == ["GREEN", "GREEN"]
    assert documents[0]["tag"] == documents[1]["tag"]
    tag, commit = (
        release.git("rev-parse", "v1-phaseX"),
        release.git("rev-parse", "v1-phaseX^{commit}"),
    )
    assert release.tags() == {"refs/tags/v1-phaseX": tag, "origin refs/tags/v1-phaseX": tag}
    assert (
        release.git("rev-list", "--count", f"{release.git('rev-parse', 'HEAD')}..{commit}") == "1"
    )
    (entry,) = (tmp_path / "home" / "journal").rglob("*.json")
    stages = json.loads(entry.read_text())
    assert {name for name, moment in stages.items() if moment is None} == {"proposed"}
