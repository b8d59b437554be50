"""Nothing is read from the store that a signed index of that very commit.

Run and step does not vouch for.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from atom_release.records.run_store import INDEX_TYPE, RunStore

from atom_release.errors import Misuse, StoreError
from atom_release.records import canonical, signing, signing_keys
from atom_release.records.store import Store

S = "a" * 40
OTHER = "b" * 40
WHEN = datetime(2031, 5, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> signing_keys.KeyPair:
    return signing_keys.ensure_key(tmp_path_factory.mktemp("keys") / "gate.pem")


@pytest.fixture(params=["folder", "url", "objects"])
def store(
    request: pytest.FixtureRequest, key: signing_keys.KeyPair, tmp_path: Path
) -> Iterator[Store]:
    """The same contract holds for a folder.

    A file URL and something that is no file system of this machine.
    """
    roots = {
        "folder": str(tmp_path / "out"),
        "url": f"file://{tmp_path}/out",
        "objects": f"memory://{tmp_path.name}/out",
    }
    store = Store(roots[request.param], key)
    yield store
    if request.param == "objects" and store.root.exists():
        store.root.fs.rm(store.root.path, recursive=True)


@pytest.fixture
def run(store: Store) -> RunStore:
    stored = store.run(S, "run-1")
    stored.write(
        "policy_check", {"PhaseC_PolicyCheck.json": b"{}", "evidence/a.json": b"[1]"}, WHEN
    )
    return stored


@pytest.mark.usefixtures("run")
def test_what_was_written_is_read_by_another(store: Store, key: signing_keys.KeyPair) -> None:
    reader = Store(store.location, public=key.public).run(S, "run-1")
    assert reader.read("evidence/a.json") == b"[1]"
    assert reader.names() == {
        "PhaseC_PolicyCheck.json": canonical.digest(b"{}"),
        "evidence/a.json": canonical.digest(b"[1]"),
    }
    assert reader.steps() == ["policy_check"]


def test_an_edited_artifact_is_refused(run: RunStore) -> None:
    (run.folder / "evidence/a.json").write_bytes(b"[2]")
    with pytest.raises(StoreError, match="not what was signed"):
        run.read("evidence/a.json")


def test_a_missing_artifact_is_refused(run: RunStore) -> None:
    (run.folder / "evidence/a.json").unlink()
    with pytest.raises(StoreError, match="missing from run"):
        run.read("evidence/a.json")
    with pytest.raises(StoreError, match="No signed index"):
        run.read("never.json")


def test_a_file_that_no_index_names_is_refused(run: RunStore) -> None:
    (run.folder / "stray.json").write_bytes(b"{}")
    with pytest.raises(StoreError, match="No signed index"):
        run.read("stray.json")


@pytest.mark.usefixtures("run")
def test_an_unsigned_index_is_refused(store: Store, tmp_path: Path) -> None:
    stranger = Store(store.location, signing_keys.ensure_key(tmp_path / "stranger.pem"))
    forged = stranger.run(S, "run-2")
    forged.write("snapshot", {"x.json": b"{}"}, WHEN)
    for ask in (
        lambda: store.run(S, "run-2").read("x.json"),
        lambda: store.runs(S),
        lambda: store.newest_complete(S),
    ):
        with pytest.raises(StoreError, match="signed by key"):
            ask()


@pytest.mark.parametrize(
    ("commit", "name", "step"),
    [(OTHER, "run-1", "policy_check"), (S, "run-2", "policy_check"), (S, "run-1", "snapshot")],
)
def test_an_index_carried_elsewhere_is_refused(
    run: RunStore, store: Store, commit: str, name: str, step: str
) -> None:
    """A truly signed index speaks for its own commit, run and step only."""
    target = store.run(commit, name)
    (target.folder / "index").mkdir(parents=True, exist_ok=True)
    (target.folder / "index" / f"{step}.dsse.json").write_bytes(
        (run.folder / "index/policy_check.dsse.json").read_bytes()
    )
    with pytest.raises(StoreError, match="of another place"):
        target.index(step)


def test_a_signed_document_that_is_no_index_is_refused(
    run: RunStore, key: signing_keys.KeyPair
) -> None:
    (run.folder / "index/odd.dsse.json").write_bytes(
        signing.sign(b'{"commit": 1}', INDEX_TYPE, key)
    )
    with pytest.raises(StoreError, match="is no index"):
        run.names()


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "/etc/x",
        "a/b/c",
        "a/../b",
        ".",
        "..",
        "",
        "a/",
        "a\\b",
        "a b",
        ".env",
        "index/policy_check.dsse.json",
        "evidence/.x",
        "x\n",
        "é",
    ],
)
def test_a_name_that_could_leave_is_refused(run: RunStore, store: Store, name: str) -> None:
    for ask in (
        lambda: run.write("s", {name: b""}, WHEN),
        lambda: run.read(name),
        lambda: store.publish_copies(run, [name]),
    ):
        with pytest.raises(StoreError):
            ask()
    assert run.steps() == ["policy_check"]


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


def test_a_step_can_be_repeated_and_no_other_takes_its_artifact(run: RunStore) -> None:
    run.write("policy_check", {"PhaseC_PolicyCheck.json": b"[]"}, WHEN)
    assert run.names() == {"PhaseC_PolicyCheck.json": canonical.digest(b"[]")}
    with pytest.raises(StoreError, match="already wrote"):
        run.write("snapshot", {"PhaseC_PolicyCheck.json": b"{}"}, WHEN)


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


def test_a_store_without_a_key_does_not_write(store: Store, key: signing_keys.KeyPair) -> None:
    with pytest.raises(StoreError, match="without a signing key"):
        Store(store.location, public=key.public).run(S, "r").write("s", {"x": b""}, WHEN)
    with pytest.raises(StoreError, match="No public key"):
        _ = Store(store.location).trusted


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


def test_nothing_but_artifacts_is_left_behind(key: signing_keys.KeyPair, tmp_path: Path) -> None:
    store = Store(tmp_path / "out", key)
    store.run(S, "r").write("s", {"x.json": b"1"}, WHEN)
    files = sorted(
        str(path.relative_to(tmp_path / "out"))
        for path in (tmp_path / "out").rglob("*")
        if path.is_file()
    )
    assert files == [f"runs/{S}/r/index/s.dsse.json", f"runs/{S}/r/x.json"]


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
