"""A server's empty cluster is made once in a process, and no two copies of it are one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from atom_release.errors import ProbeFault
from atom_release.lab.rehearsal import postgres
from atom_release.lab.rehearsal.empty_cluster import empty_cluster
from atom_release.lab.rehearsal.launcher import Launcher
from atom_release.lab.sandbox import Sandbox
from atom_release_tests.fixtures.tenancy_release import started

pytestmark = pytest.mark.live

_GATE = """
import os, sys
from pathlib import Path
from atom_release.lab.rehearsal import postgres
from atom_release.lab.rehearsal.empty_cluster import empty_cluster
from atom_release.lab.rehearsal.launcher import Launcher
from atom_release.lab.sandbox import Sandbox
launcher = Launcher(Sandbox(hidden=()), Path(sys.argv[1]))
data = empty_cluster(launcher, "postgres", postgres.servers()[0].bin).data
if (child := os.fork()) == 0:
    sys.exit()
os.waitpid(child, 0)
print(data, data.is_dir())
"""


def test_copies_share_neither_data_nor_password(tmp_path: Path) -> None:
    """What reached one server's superuser would be no nearer to the other's."""
    server = postgres.servers()[0]
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder in folders:
        folder.mkdir()
    with started(folders[0], server) as first, started(folders[1], server) as second:
        first.create("shop")
        with second.admin() as connection:
            names = connection.execute("SELECT datname FROM pg_database").fetchall()
        assert ("shop",) not in names
        bootstrap = empty_cluster(Launcher(Sandbox(()), tmp_path), "unused", server.bin).password
        assert len({first.password, second.password, bootstrap}) == 3
        for password in (first.password, bootstrap):
            wrong = second.admin_dsn().replace(second.password, password)
            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                psycopg.connect(wrong)


@pytest.mark.slow
def test_it_goes_with_the_process_that_made_it_and_not_with_a_fork(tmp_path: Path) -> None:
    gate = subprocess.run(
        [sys.executable, "-c", _GATE, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    data, _, there = gate.stdout.strip().rpartition(" ")
    assert there == "True"
    assert not Path(data).parents[1].exists()


def test_a_server_that_cannot_make_one_is_told_with_its_last_line(tmp_path: Path) -> None:
    launcher, programs = Launcher(Sandbox(hidden=()), tmp_path), tmp_path / "nowhere"
    with pytest.raises(ProbeFault, match=r"initdb failed: .*initdb: not found"):
        empty_cluster(launcher, "postgres", programs)
