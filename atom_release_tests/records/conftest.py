"""A store in each kind of place, with one run in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from atom_release.records import signing_keys
from atom_release.records.run_store import RunStore
from atom_release.records.store import Store
from atom_release_tests.fixtures import object_store

S = "a" * 40
WHEN = datetime(2031, 5, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> signing_keys.KeyPair:
    return signing_keys.ensure_key(tmp_path_factory.mktemp("keys") / "gate.pem")


@pytest.fixture(scope="session")
def s3() -> Iterator[int]:
    with object_store.started() as port:
        yield port


@pytest.fixture(params=["folder", "url", "objects", "s3"])
def store(
    request: pytest.FixtureRequest,
    key: signing_keys.KeyPair,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Store]:
    """The same contract holds for a folder.

    A file URL, something that is no file system of this machine, and a server of objects.
    """
    if request.param == "s3":
        for name, value in object_store.environment(request.getfixturevalue("s3")).items():
            monkeypatch.setenv(name, value)
    roots = {
        "s3": f"s3://{object_store.BUCKET}/{tmp_path.parent.name}/{tmp_path.name}",
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
