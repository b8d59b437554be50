"""An object store is written to by others too, is away at times, and is told of in a sentence."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from upath import UPath

from atom_release.errors import Misuse, StoreError
from atom_release.records import object_store, paths, signing_keys
from atom_release.records.store import Store
from atom_release_tests.fixtures import object_store as server
from atom_release_tests.fixtures.shared_state import Wire
from atom_release_tests.records.conftest import WHEN, S

_ELSEWHERE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from atom_release.records.signing_keys import load_key
from atom_release.records.store import Store
run = Store(sys.argv[1], load_key(Path(sys.argv[2]))).run(sys.argv[3], "run-1")
run.write("elsewhere", {"B.json": b"{}"}, datetime.now(UTC))
"""


@pytest.fixture
def wire(s3: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    """A way to the server that can be cut."""
    wire = Wire(s3)
    wire.mend()
    once = {"AWS_MAX_ATTEMPTS": "1"}
    for name, value in {**server.environment(wire.port), **once}.items():
        monkeypatch.setenv(name, value)
    yield wire
    wire.cut()


@pytest.fixture
def bucket(wire: Wire, tmp_path_factory: pytest.TempPathFactory) -> UPath:
    """A place in the bucket that no other test has, by a client of its own."""
    place = f"s3://{server.BUCKET}/{tmp_path_factory.mktemp('place').name}-{wire.port}"
    return UPath(place, skip_instance_cache=True)


def test_what_another_process_wrote_is_seen_at_once(
    bucket: UPath, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Also where the folder was listed a moment before."""
    place = tmp_path_factory.mktemp("keys") / "gate.pem"
    store = Store(bucket, signing_keys.ensure_key(place))
    run = store.run(S, "run-1")
    run.write("here", {"A.json": b"{}"}, WHEN)
    assert (run.steps(), store.get("commits/a.pack")) == (["here"], None)
    words = [sys.executable, "-c", _ELSEWHERE, str(bucket), str(place), S]
    subprocess.run(words, check=True)
    assert run.steps() == ["elsewhere", "here"]
    assert run.read("B.json") == b"{}"
    store.put("commits/a.pack", b"pack")
    assert store.get("commits/a.pack") == b"pack"


def test_an_index_is_read_once_and_again_when_it_was_written_anew(
    bucket: UPath, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The objects' tags tell, so that every step does not read the indexes of all before it."""
    key = signing_keys.ensure_key(tmp_path_factory.mktemp("keys") / "gate.pem")
    run = Store(bucket, key).run(S, "run-1")
    run.write("here", {"A.json": b"{}"}, WHEN)
    before = paths.looks_of(run.folder / "index")
    assert before == paths.looks_of(run.folder / "index")
    run.write("here", {"A.json": b"[1]"}, WHEN)
    assert before != paths.looks_of(run.folder / "index")
    assert run.read("A.json") == b"[1]"


def test_a_store_that_comes_back_is_asked_again(wire: Wire, bucket: UPath) -> None:
    object_store.write(bucket / "one", b"1")
    wire.cut()
    mending = threading.Timer(1.0, wire.mend)
    mending.start()
    assert object_store.read(bucket / "one") == b"1"
    mending.join()


def test_a_store_that_stays_away_is_no_missing_artifact(
    wire: Wire, bucket: UPath, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_store, "PATIENCE", 0.1)
    object_store.write(bucket / "one", b"1")
    wire.cut()
    for ask in (lambda: paths.read(bucket / "one"), lambda: paths.children(bucket)):
        with pytest.raises(StoreError, match=r"s3://releases\) does not answer: Could not"):
            ask()
    with pytest.raises(Misuse, match=r"written to s3://releases.*does not answer"):
        paths.require_usable(bucket)


def test_a_bucket_is_not_made(wire: Wire) -> None:
    """A name that was mistyped would be a new, empty history of artifacts."""
    del wire
    elsewhere = UPath("s3://relaeses/team", skip_instance_cache=True)
    for _ in range(2):
        with pytest.raises(Misuse, match="Nothing can be written to s3://relaeses/team"):
            paths.require_usable(elsewhere)


def test_a_refusal_is_told_at_once(wire: Wire, bucket: UPath) -> None:
    del wire

    def refuse() -> None:
        raise PermissionError("Access Denied")

    with pytest.raises(StoreError, match="refuses: Access Denied") as caught:
        object_store.ask(bucket, refuse)
    assert "list, read and write" in caught.value.remedy


def test_a_library_that_is_lacking_is_named() -> None:
    with pytest.raises(Misuse, match="What speaks with gs:// is not installed") as caught:
        Store("gs://elsewhere/team").require_writable()
    assert "atom-release[s3]" in caught.value.remedy
