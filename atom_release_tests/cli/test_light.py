"""What reads, and asks nothing, answers at once: no Dagster, no client of a system is loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from atom_release_tests.fixtures import tiny
from atom_release_tests.fixtures.judged import judge
from atom_release_tests.fixtures.tiny import Tiny

# hvac comes with whoever verifies a signature: securesystemslib brings all its signers.
_HEAVY = (
    "altair",
    "betterleaks",
    "dagster",
    "github",
    "httpx",
    "numpy",
    "pandas",
    "prometheus_api_client",
    "psycopg",
    "starlette",
)
_PROGRAM = f"""
import contextlib, io, json, sys
from atom_release.cli.app import main
for arguments in json.loads(sys.argv[1]):
    sys.argv = ["atom-release", *arguments]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as told:
        try:
            main()
        except SystemExit as ended:
            status = ended.code or 0
    loaded = sorted(set({_HEAVY}) & set(sys.modules))
    print(json.dumps([arguments[0], status, loaded, told.getvalue()[-500:]]))
"""

BOMB = (
    "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "manifest: atom-release/v1\n"
)


def commands_in_one_process(
    home: Path, *commands: Iterable[str]
) -> list[tuple[str, int, list[str], str]]:
    """Return of each command its name, status, the heavy libraries loaded so far, its errors."""
    environment = {name: value for name, value in os.environ.items() if "ATOM_" not in name}
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, json.dumps([list(command) for command in commands])],
        env={
            **environment,
            "ATOM_RELEASE_HOME": str(home),
            "ATOM_RELEASE_OPERATOR": str(home.parent / "operator.yaml"),
        },
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """A release that was judged and not acted on."""
    release = tiny.make(tmp_path_factory.mktemp("light"))
    judge(release.settings, acts=False)
    return release


@pytest.mark.slow
def test_reading_loads_neither_dagster_nor_a_client(audited: Tiny, tmp_path: Path) -> None:
    """One process runs them all: what one had loaded would stand behind its name."""
    about = ("--repo", str(audited.repository), "--out", audited.settings.out)
    bundle = Path(audited.settings.out) / "releases" / "v1" / "PhaseX_AuditBundle.zip"
    key = f"{audited.settings.key_path}.pub"
    commands = (
        ("--help",),
        ("schema",),
        ("schema", "--operator"),
        ("schema", "--claims"),
        ("scenarios",),
        ("claims", str(audited.repository / "reports")),
        ("init", str(tmp_path)),
        ("explain", *about),
        ("ledger", *about, "--json"),
        ("diff", str(bundle), str(bundle)),
        ("verify", str(bundle), "--key", key),
        ("keygen",),
    )
    results = commands_in_one_process(audited.settings.home, *commands)
    assert [result[:3] for result in results if result[0] != "init"] == [
        (command[0], 0, []) for command in commands if command[0] != "init"
    ], results


@pytest.mark.slow
@pytest.mark.parametrize(
    "manifest", [BOMB, "[" * 100 + "]" * 100, "a: 1\na: 2\n", "x" * 200_000, "release: {}\n"]
)
def test_a_manifest_that_is_wrong_is_told_before_dagster(manifest: str, tmp_path: Path) -> None:
    """Exit status 2 from the manifest alone, committed or named."""
    release = tiny.make(tmp_path / "release")
    named = tmp_path / "named.yaml"
    named.write_text(manifest)
    release.commit("release.yaml", manifest)
    repository = ("--repo", str(release.repository), "--out", release.settings.out)
    results = commands_in_one_process(
        release.settings.home,
        ("run", *repository),
        ("audit", *repository),
        ("audit", *repository, "--manifest", str(named)),
    )
    assert [result[1:3] for result in results] == [(2, [])] * 3, results
    assert not Path(release.settings.out).exists()
