"""A service that fills the disk, on which other releases' history, journals and copies lie.

Whatever it writes in, it is ended at the operator's limit, which is nobody's failure: the answer is
not established and names the limit. The honest twin writes what services write.
"""

from __future__ import annotations

import re
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from atom_release.errors import ProbeFault
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.manifest import Manifest
from atom_release.gate.operator import Operator
from atom_release.gate.vocabulary import Answer
from atom_release.lab.rehearsal import Rehearsal, service_logs
from atom_release.lab.rehearsal.written import read_files
from atom_release.lab.sandbox import Limits, Room, Sandbox
from atom_release.lab.sandbox.launcher.disk import Disk
from atom_release.probes.health import probe_health
from atom_release.release.ask import Boundary
from atom_release.release.ask_rehearsal import ask_leg, rehearsed
from atom_release.release.work import Work
from atom_release_tests.fixtures import rehearsal_tree
from atom_release_tests.fixtures.deep import WriteDeep, write_deep
from atom_release_tests.fixtures.processes import until

__all__ = ["write_deep"]  # the fixture

SERVICE = """
import os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

def write():
    {writes}

class Service(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path != "/health" and {later}:
            write()
        self.send_response(200 if self.path == "/health" else 404)
        self.end_headers()

if not {later}:
    write()
HTTPServer(("127.0.0.1", int(sys.argv[1])), Service).serve_forever()
"""
WITHOUT_END = """
    number = 0
    while True:
        number += 1
        with open(f"{place}/{{number}}", "wb") as sink:
            sink.write(bytes({size}))
"""
MANY_PROCESSES = (
    """
    import subprocess
    subprocess.Popen(["/bin/sh", "-c", "while :; do (/bin/true &) ; done"])
"""
    + WITHOUT_END
)
LITTLE = "open('beside-the-code', 'wb').write(bytes(8 << 20))"
SHARED = WITHOUT_END.format(place="{os.environ['SCRATCH']}", size="1 << 20")
FILLS = {
    "beside its code": WITHOUT_END.format(place=".", size="1 << 20"),
    "by names alone": WITHOUT_END.format(place=".", size=0),
    "while processes come and go": MANY_PROCESSES.format(place=".", size="1 << 20"),
}
LIMIT = "the gate's own limit (disk, which `disk_mb` in the operator's file raises)"


@contextmanager
def rehearsing(place: Path, writes: str, *, later: bool) -> Iterator[tuple[Work, Rehearsal]]:
    """Rehearse a service that writes when it starts, or when it is asked."""
    start = {
        "command": ["{python}", "app/service.py", "{port}"],
        "environment": {"SCRATCH": "{scratch}"},
    }
    manifest = Manifest.model_validate(
        {
            "release": {
                "phase": "S", "name": "S", "version": "1", "tag": "v1", "branch": "release"
            },
            "services": [rehearsal_tree.service("S.1", "service", start=start)],
        }
    )  # fmt: skip
    files = {"app/service.py": SERVICE.format(writes=writes, later=later)}
    look = replace(
        rehearsal_tree.look(place, manifest, files=files),
        operator=Operator(disk_mb=64, disk_files=1500),
    )
    with Rehearsal.start(look) as rehearsal:
        ends = datetime.now(UTC) + timedelta(minutes=5)
        yield (
            cast(
                "Work",
                SimpleNamespace(
                    look=look,
                    boundary=Boundary(look, "policy", ends),
                    rehearsal=lambda: rehearsal,
                ),
            ),
            rehearsal,
        )


def ask_health(work: Work) -> Evidence:
    service = work.look.manifest.services[0]
    leg = ask_leg("health", service.id, lambda run: probe_health(work.look, service, run))
    (evidence,) = rehearsed(work, [leg])
    return evidence


@pytest.mark.parametrize("fills", FILLS)
def test_a_service_fills_the_disk_before_it_listens(fills: str, tmp_path: Path) -> None:
    with rehearsing(tmp_path, FILLS[fills], later=False) as (work, _):
        evidence = ask_health(work)
    assert evidence.answer is Answer.UNKNOWN, evidence.reason
    assert f"it ended at {LIMIT}" in evidence.reason


def test_a_service_fills_what_all_share(tmp_path: Path) -> None:
    """None of them has a first state then."""
    with (
        pytest.raises(ProbeFault, match=re.escape(LIMIT)),
        rehearsing(tmp_path, SHARED, later=False),
    ):
        pass
    assert list((tmp_path / "scratch").iterdir()) == []  # nothing of it stays


def test_folders_too_deep_to_be_weighed(write_deep: WriteDeep, tmp_path: Path) -> None:
    """What lies there would be in nobody's sum."""
    deep, log = tmp_path / "deep", tmp_path / "log"
    deep.mkdir()
    run = Sandbox([]).start(
        ["/bin/sleep", "60"],
        directory=tmp_path,
        writable=[tmp_path],
        environment={},
        log=log,
        room=Room.beside([tmp_path], 64, 10_000),
    )
    try:
        write_deep(deep, 450)
        until(lambda: not run.alive())
        assert run.ending()[1] == "disk"
    finally:
        run.stop(0)


def test_a_disk_that_is_nearly_full_ends_what_writes_there(tmp_path: Path) -> None:
    """Whoever filled it, and by files that no folder names."""
    run = Sandbox([]).start(
        ["/bin/sleep", "60"],
        directory=tmp_path,
        writable=[tmp_path],
        environment={},
        log=tmp_path / "log",
        room=replace(Room.beside([tmp_path], 64, 1000), least_free_mb=1 << 40),
    )
    try:
        until(lambda: not run.alive())
        assert run.ending()[1] == "disk"
    finally:
        run.stop(0)


@pytest.mark.parametrize("megabytes", [40, 90])
def test_what_writes_too_much_and_ends_at_once_met_the_limit_too(
    megabytes: int, tmp_path: Path
) -> None:
    """It is over before anybody looks; the honest twin stays below the limit."""
    place = tmp_path / "written"
    place.mkdir(mode=0o777)
    place.chmod(0o777)
    run = Sandbox([]).start(
        ["/usr/bin/head", "-c", f"{megabytes}M", "/dev/zero"],
        directory=place,
        writable=[place],
        environment={},
        log=place / "log",
        room=Room.beside([place], 64, 1000),
    )
    try:
        until(lambda: not run.alive())
        assert run.ending()[1] == ("disk" if megabytes > 64 else None)
    finally:
        run.stop(0)


def test_what_was_written_counts_though_others_removed_as_much(tmp_path: Path) -> None:
    """The disk as a whole did not grow."""
    place, beside = tmp_path / "written", tmp_path / "beside"
    place.mkdir()
    beside.write_bytes(bytes(8 << 20))
    written = Disk(Room((place,), 4, 100).plain())
    (place / "much").write_bytes(bytes(8 << 20))
    beside.unlink()
    assert written.met_at_last()


@pytest.mark.slow
def test_a_log_too_long_to_be_looked_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gate held all of it in its memory, several times."""
    monkeypatch.setattr(service_logs, "_LONGEST", 50_000)
    for words, long in (("print('x' * 900, flush=True)", False), ("print('x' * 60_000)", True)):
        place = tmp_path / str(long)
        place.mkdir()
        with rehearsing(place, f"{words}; sys.stdout.flush()", later=False) as (_, rehearsal):
            if long:
                with pytest.raises(ProbeFault, match=r"log of S\.1 has more than"):
                    rehearsal.log_of("S.1")
            else:
                assert b"x" * 900 in rehearsal.log_of("S.1")


def test_what_services_wrote_is_read_a_file_at_a_time(tmp_path: Path) -> None:
    """All of it was held in the gate's memory before its size was looked at."""
    for number in range(5):
        with (tmp_path / f"{number}").open("wb") as file:
            file.truncate(100 << 20)
    tracemalloc.start()
    try:
        with pytest.raises(ProbeFault, match="wrote more than"):
            read_files(tmp_path, ["model"], [])
        assert tracemalloc.get_traced_memory()[1] < 450 << 20
    finally:
        tracemalloc.stop()


def test_without_namespaces_what_a_run_writes_is_bounded_too(tmp_path: Path) -> None:
    place = tmp_path / "work"
    place.mkdir()
    sandbox = Sandbox([], namespaces="none", accounts=("no-such-user",))
    limits = Limits(wall=30, cpu=20, memory_mb=512, file_mb=32)
    loop = "while :; do head -c 1000000 /dev/zero > $$-$(date +%N); done"
    done = sandbox.run(
        ["/bin/sh", "-c", loop],
        directory=place,
        writable=[place],
        environment={"PATH": "/usr/bin:/bin"},
        limits=limits,
        network=True,
    )
    assert done.met_limit == "disk"


def test_a_service_fills_the_disk_once_it_is_asked(tmp_path: Path) -> None:
    """That it no longer answers is the limit's doing, and no failure of the release."""
    with rehearsing(tmp_path, FILLS["beside its code"], later=True) as (work, rehearsal):
        evidence = ask_health(work)
        assert evidence.answer is Answer.UNKNOWN, evidence.reason
        assert f"service-S_1 met {LIMIT}; so this does not count" in evidence.reason
        assert rehearsal.limits_met(0) == {}  # told once, and no later user's excuse


@pytest.mark.parametrize("later", [False, True])
def test_a_service_that_writes_what_services_write_is_well(tmp_path: Path, *, later: bool) -> None:
    with rehearsing(tmp_path, LITTLE, later=later) as (work, _):
        evidence = ask_health(work)
    assert evidence.answer is Answer.YES, evidence.reason


def test_a_service_that_breaks_off_by_itself_has_failed(tmp_path: Path) -> None:
    """The control: what no limit ended is not excused."""
    with rehearsing(tmp_path, "os._exit(3)", later=True) as (work, _):
        evidence = ask_health(work)
    assert evidence.answer is Answer.NO, evidence.reason
