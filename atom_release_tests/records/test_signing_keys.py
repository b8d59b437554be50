"""A key is made once, is used only when nobody else can read it, and may lie in a Vault."""

from __future__ import annotations

import multiprocessing
import os
import signal
import stat
import subprocess
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from atom_release.errors import StoreError
from atom_release.records import signing, signing_keys
from atom_release_tests.fixtures.openbao import with_signing_key

TYPE = "application/vnd.example+json"
PAYLOAD = b'{"verdict":"GREEN"}'


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> signing_keys.KeyPair:
    return signing_keys.ensure_key(tmp_path_factory.mktemp("home") / "keys" / "gate.pem")


def test_the_key_is_made_once_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "new" / "keys" / "gate.pem"
    made, again = signing_keys.ensure_key(path), signing_keys.ensure_key(path)
    assert (
        made.public
        == again.public
        == signing_keys.load_public(tmp_path / "new" / "keys" / "gate.pem.pub")
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert sorted(file.name for file in path.parent.iterdir()) == ["gate.pem", "gate.pem.pub"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601])
def test_a_key_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "gate.pem"
    signing_keys.ensure_key(path)
    path.chmod(mode)
    with pytest.raises(StoreError) as refused:
        signing_keys.ensure_key(path)
    assert refused.value.remedy == f"chmod 600 {path}"


def test_a_public_half_of_another_key_is_refused(tmp_path: Path) -> None:
    signing_keys.ensure_key(tmp_path / "gate.pem")
    signing_keys.ensure_key(tmp_path / "other.pem")
    (tmp_path / "other.pem.pub").replace(tmp_path / "gate.pem.pub")
    with pytest.raises(StoreError, match="not the public half"):
        signing_keys.ensure_key(tmp_path / "gate.pem")


def test_a_file_that_is_no_key_is_refused_without_quoting_it(tmp_path: Path) -> None:
    path = tmp_path / "gate.pem"
    path.write_bytes(b"hunter2-not-a-key")
    path.chmod(0o600)
    with pytest.raises(StoreError) as refused:
        signing_keys.ensure_key(path)
    assert "hunter2" not in repr(refused.value)
    assert refused.value.__cause__ is None


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError, match="cannot be made"):
        signing_keys.ensure_key(tmp_path / "file" / "keys" / "gate.pem")


@pytest.mark.parametrize(
    "content", [b"", b"garbage", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"]
)
def test_what_is_no_public_key_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.pub").write_bytes(content)
    with pytest.raises(StoreError, match="not a public key"):
        signing_keys.load_public(tmp_path / "x.pub")
    with pytest.raises(StoreError, match="cannot be read"):
        signing_keys.load_public(tmp_path / "missing.pub")


def test_the_private_key_does_not_show(key: signing_keys.KeyPair) -> None:
    assert "PRIVATE" not in repr(key)
    assert "signer" not in repr(key)


def _keyid(path: Path) -> str:
    return signing_keys.ensure_key(path).public.keyid


@pytest.mark.slow
def test_many_processes_make_one_key(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=multiprocessing.get_context("spawn")) as pool:
        keyids = list(pool.map(_keyid, [tmp_path / "keys" / "gate.pem"] * 8))
    assert len(set(keyids)) == 1
    assert len(list((tmp_path / "keys").iterdir())) == 2


def test_a_key_file_can_be_named_by_uri(tmp_path: Path) -> None:
    made = signing_keys.ensure_key(tmp_path / "gate.pem")
    named = signing_keys.signer_from_uri(f"file2:{tmp_path / 'gate.pem'}")
    assert signing.verify(signing.sign(PAYLOAD, TYPE, named), made.public, TYPE) == PAYLOAD


def test_an_unknown_uri_is_refused(key: signing_keys.KeyPair) -> None:
    with pytest.raises(StoreError, match="cannot be used"):
        signing_keys.signer_from_uri("nothing:here", key.public)
    with pytest.raises(StoreError, match="needs its public key"):
        signing_keys.signer_from_uri("nothing:here")


@pytest.fixture
def transit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A real OpenBao with a signing key in its transit engine."""
    with with_signing_key(monkeypatch, tmp_path) as server:
        yield server


@pytest.mark.live
def test_a_key_that_never_leaves_the_vault_signs(transit: subprocess.Popen[bytes]) -> None:
    named = signing_keys.signer_from_uri("hv:release/1")
    envelope = signing.sign(PAYLOAD, TYPE, named)
    assert signing.verify(envelope, signing_keys.public_from_pem(named.public.pem), TYPE) == PAYLOAD
    with pytest.raises(StoreError, match="cannot be used"):
        signing_keys.signer_from_uri("hv:nothing/1")
    os.killpg(transit.pid, signal.SIGKILL)
    transit.wait()
    with pytest.raises(StoreError, match="did not sign") as refused:
        signing.sign(PAYLOAD, TYPE, named)
    assert refused.value.__cause__ is None
    assert "planted-root" not in str(refused.value)
