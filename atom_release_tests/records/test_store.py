"""Runs are ordered by what they signed, and what is put or copied stays below OUT."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from atom_release.errors import Misuse, StoreError
from atom_release.records import signing_keys
from atom_release.records.run_store import RunStore
from atom_release.records.store import Store
from atom_release_tests.records.conftest import WHEN, S


@pytest.mark.parametrize(
    ("commit", "name"),
    [("HEAD", "r"), ("a" * 39, "r"), ("../" + "a" * 37, "r"), (S, ".."), (S, "a/b"), (S, "")],
)
def test_a_run_has_a_commit_and_a_name(store: Store, commit: str, name: str) -> None:
    with pytest.raises(StoreError):
        store.run(commit, name)


@pytest.mark.parametrize("folder", ["..", "a/../b", ".git"])
def test_copies_stay_below_out(run: RunStore, store: Store, folder: str) -> None:
    with pytest.raises(StoreError):
        store.publish_copies(run, folder=folder)


def test_runs_are_ordered_by_what_they_signed(store: Store) -> None:
    """Names and file times say the contrary."""
    for name, minutes in (("c", 1), ("a", 3), ("b", 2)):
        store.run(S, name).write(
            "snapshot", {"s.json": name.encode()}, WHEN + timedelta(minutes=minutes)
        )
    store.run(S, "later").write("policy_check", {"p.json": b""}, WHEN + timedelta(hours=1))
    assert store.runs(S) == ["c", "b", "a", "later"]
    newest = store.newest_complete(S)
    assert newest is not None
    assert newest.name == "a"
    store.run(S, "c").write("receipt", {"r.json": b""}, WHEN + timedelta(hours=2))
    assert store.runs(S) == ["c", "b", "a", "later"]


def test_where_nothing_was_run_there_is_nothing(store: Store) -> None:
    assert store.runs(S) == []
    assert store.newest_complete(S) is None
    assert store.run(S, "x").names() == {}


def test_copies_are_of_the_run_and_verified_first(run: RunStore, store: Store) -> None:
    assert store.publish_copies(run) == ["PhaseC_PolicyCheck.json", "evidence/a.json"]
    assert (store.root / "evidence/a.json").read_bytes() == b"[1]"
    store.publish_copies(run, ["evidence/a.json"], "releases/v3.0.0")
    assert (store.root / "releases/v3.0.0/evidence/a.json").read_bytes() == b"[1]"
    run.write("policy_check", {"PhaseC_PolicyCheck.json": b"new", "evidence/a.json": b"new"}, WHEN)
    (run.folder / "evidence/a.json").write_bytes(b"edited")
    with pytest.raises(StoreError):
        store.publish_copies(run)
    assert (store.root / "PhaseC_PolicyCheck.json").read_bytes() == b"{}"


def test_an_unwritable_place_is_misuse_before_anything_is_written(
    key: signing_keys.KeyPair, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"kept")
    store = Store(tmp_path / "file" / "out", key)
    for ask in (store.require_writable, lambda: store.run(S, "r").write("s", {"x": b""}, WHEN)):
        with pytest.raises(Misuse) as refused:
            ask()
        assert "--out" in refused.value.remedy
    assert (tmp_path / "file").read_bytes() == b"kept"


def test_a_reader_never_sees_half_a_file(key: signing_keys.KeyPair, tmp_path: Path) -> None:
    """A copy that is replaced while it is read is one of the two, whole."""
    store = Store(tmp_path / "out", key)
    bodies = {bytes([letter]) * 400_000 for letter in b"ab"}
    runs = [store.run(S, name) for name in ("one", "two")]
    for stored, body in zip(runs, sorted(bodies), strict=True):
        stored.write("s", {"x.json": body}, WHEN)
    store.publish_copies(runs[0])
    done, seen = threading.Event(), set()

    def read() -> None:
        while not done.is_set():
            seen.add((tmp_path / "out/x.json").read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for turn in range(40):
            store.publish_copies(runs[turn % 2])
    finally:
        done.set()
        reader.join()
    assert seen <= bodies
