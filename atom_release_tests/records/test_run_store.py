"""Nothing of a run is read that no signed index of that very commit, run and step vouches for."""

from __future__ import annotations

from pathlib import Path

import pytest

from atom_release.errors import StoreError
from atom_release.records import canonical, signing, signing_keys
from atom_release.records.paths import place
from atom_release.records.run_store import INDEX_TYPE, RunStore
from atom_release.records.store import Store
from atom_release_tests.records.conftest import WHEN, S

OTHER = "b" * 40


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


def test_a_step_can_be_repeated_and_no_other_takes_its_artifact(run: RunStore) -> None:
    run.write("policy_check", {"PhaseC_PolicyCheck.json": b"[]"}, WHEN)
    assert run.names() == {"PhaseC_PolicyCheck.json": canonical.digest(b"[]")}
    with pytest.raises(StoreError, match="already wrote"):
        run.write("snapshot", {"PhaseC_PolicyCheck.json": b"{}"}, WHEN)


@pytest.mark.usefixtures("run")
def test_a_store_without_a_key_does_not_write(store: Store, key: signing_keys.KeyPair) -> None:
    with pytest.raises(StoreError, match="without a signing key"):
        Store(store.location, public=key.public).run(S, "r").write("s", {"x": b""}, WHEN)
    with pytest.raises(StoreError, match="No public key"):
        Store(store.location).run(S, "run-1").names()


def test_nothing_but_artifacts_is_left_behind(key: signing_keys.KeyPair, tmp_path: Path) -> None:
    store = Store(tmp_path / "out", key)
    store.run(S, "r").write("s", {"x.json": b"1"}, WHEN)
    files = sorted(
        str(path.relative_to(tmp_path / "out"))
        for path in (tmp_path / "out").rglob("*")
        if path.is_file()
    )
    assert files == [f"runs/{S}/r/index/s.dsse.json", f"runs/{S}/r/x.json"]


def test_an_index_that_was_replaced_after_it_was_read_is_read_again(
    run: RunStore, store: Store, tmp_path: Path
) -> None:
    """What this process verified before does not hide what lies there now."""
    assert run.names()
    stranger = Store(store.location, signing_keys.ensure_key(tmp_path / "stranger.pem"))
    forged = stranger.run(S, "run-2").write("policy_check", {"x.json": b"{}"}, WHEN)
    assert forged.step == "policy_check"
    index = run.folder / "index" / "policy_check.dsse.json"
    index.write_bytes((stranger.run(S, "run-2").folder / "index" / index.name).read_bytes())
    with pytest.raises(StoreError, match="signed by key"):
        run.names()


def test_an_index_that_was_removed_after_it_was_read_names_nothing(run: RunStore) -> None:
    assert run.names()
    (run.folder / "index" / "policy_check.dsse.json").unlink()
    assert run.names() == {}
    with pytest.raises(StoreError, match="No signed index"):
        run.read("evidence/a.json")


def test_an_index_edited_in_place_is_seen_by_whoever_reads_what_it_vouches_for(
    run: RunStore, store: Store, tmp_path: Path
) -> None:
    """Also where the steps between took it as this process verified it."""
    assert run.seen(["evidence/a.json", "never.json"]) == {
        "evidence/a.json": canonical.digest(b"[1]")
    }
    stranger = Store(store.location, signing_keys.ensure_key(tmp_path / "stranger.pem"))
    forged = stranger.run(S, "run-2")
    forged.write("policy_check", {"evidence/a.json": b"[2]"}, WHEN)
    index = run.folder / "index" / "policy_check.dsse.json"
    index.write_bytes((forged.folder / "index" / index.name).read_bytes())
    (run.folder / "evidence/a.json").write_bytes(b"[2]")
    for ask in (lambda: run.read("evidence/a.json"), run.names):
        with pytest.raises(StoreError, match="signed by key"):
            ask()


def test_what_another_process_signed_for_a_step_since_is_what_is_read(
    run: RunStore, key: signing_keys.KeyPair, tmp_path: Path
) -> None:
    """Whether it is the first index of that step or not."""
    other = Store(tmp_path / "elsewhere", key).run(S, run.name)
    assert run.seen(["b.json"]) == {}
    for content in (b"[1]", b"[2]"):
        other.write("snapshot", {"b.json": content}, WHEN)
        for name in ("b.json", "index/snapshot.dsse.json"):
            place(run.folder / name, (other.folder / name).read_bytes())
        assert run.read("b.json") == content
        assert run.seen(["b.json"]) == {"b.json": canonical.digest(content)}
        assert run.complete


def test_what_two_steps_wrote_is_refused(run: RunStore, key: signing_keys.KeyPair) -> None:
    """Two processes that did not see each other."""
    other = Store(run.root.parent / "elsewhere", key).run(S, run.name)
    other.write("snapshot", {"evidence/a.json": b"[1]"}, WHEN)
    name = "index/snapshot.dsse.json"
    place(run.folder / name, (other.folder / name).read_bytes())
    for ask in (run.names, lambda: run.seen(["evidence/a.json"])):
        with pytest.raises(StoreError, match="Two steps"):
            ask()
    (run.folder / name).unlink()
    assert run.read("evidence/a.json") == b"[1]"
