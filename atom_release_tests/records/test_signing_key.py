"""A release signed by a key that never leaves its Vault.

Tagged, and its decision verified by openssl, which knows nothing of this gate.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from atom_release.errors import Misuse, StoreError
from atom_release.records import signing_keys
from atom_release_tests.fixtures import tiny
from atom_release_tests.fixtures.asking import NO_FLOOR
from atom_release_tests.fixtures.openbao import with_signing_key
from atom_release_tests.fixtures.routes import execute
from atom_release_tests.fixtures.tiny import Tiny

pytestmark = [pytest.mark.live, pytest.mark.slow]


@pytest.fixture
def vault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A real OpenBao whose transit engine holds the key `release`."""
    with with_signing_key(monkeypatch, tmp_path) as server:
        yield server


def signed_by(place: Path, uri: str) -> Tiny:
    release = tiny.make(place)
    (place / "operator.yaml").write_text(f"{NO_FLOOR}signing_key: {uri}\n")
    return release


def openssl_takes(envelope: bytes, public: bytes, folder: Path) -> bool:
    """Say whether openssl finds the signature right, over the bytes that DSSE says are signed."""
    document = json.loads(envelope)
    payload, kind = base64.b64decode(document["payload"]), document["payloadType"].encode()
    (folder / "pae").write_bytes(b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload))
    (folder / "sig").write_bytes(base64.b64decode(document["signatures"][0]["sig"]))
    (folder / "pub").write_bytes(public)
    command = [
        "openssl",
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        "pub",
        "-rawin",
        "-in",
        "pae",
        "-sigfile",
        "sig",
    ]
    return subprocess.run(command, cwd=folder, check=False, capture_output=True).returncode == 0


def test_a_release_is_signed_in_the_vault(vault: subprocess.Popen[bytes], tmp_path: Path) -> None:
    """Tagged; the signature is the Vault's and not the gate's file's.

    Without the Vault nothing is signed, and nothing of its token is said.
    """
    release = signed_by(tmp_path / "release", "hv:release/1")
    with dg.DagsterInstance.ephemeral() as instance:
        assert execute(release, instance)
    assert len(release.tags()) == 2
    envelope = (Path(release.settings.out) / "PhaseX_Decision.dsse.json").read_bytes()
    key = release.subject().key.public
    own = signing_keys.load_public(Path(f"{release.settings.key_path}.pub"))
    assert json.loads(envelope)["signatures"][0]["keyid"] == key.keyid != own.keyid
    assert openssl_takes(envelope, key.pem, tmp_path)
    assert not openssl_takes(
        envelope, signing_keys.ensure_key(tmp_path / "other.pem").public.pem, tmp_path
    )
    assert not openssl_takes(
        envelope.replace(b'"payload":"eyJ', b'"payload":"eyK'), key.pem, tmp_path
    )
    os.killpg(vault.pid, signal.SIGKILL)
    vault.wait()
    with pytest.raises(StoreError, match="cannot be used") as refused:
        release.subject()
    assert "planted-root" not in str(refused.value)


def test_a_key_file_named_by_the_operator_signs(tmp_path: Path) -> None:
    """The file's key signs, and not the gate's own.

    One that is not there, or a second one in the settings, is misuse.
    """
    made = signing_keys.ensure_key(tmp_path / "named.pem")
    release = signed_by(tmp_path / "release", f"file2:{tmp_path / 'named.pem'}")
    with dg.DagsterInstance.ephemeral() as instance:
        assert execute(release, instance)
    envelope = (Path(release.settings.out) / "PhaseX_Decision.dsse.json").read_bytes()
    assert json.loads(envelope)["signatures"][0]["keyid"] == made.public.keyid
    assert len(release.tags()) == 2
    both = Tiny(
        release.repository,
        release.origin,
        release.settings.with_options(key=tmp_path / "another.pem"),
    )
    with pytest.raises(Misuse, match="another"):
        both.subject()
    (tmp_path / "named.pem").unlink()
    with pytest.raises(Misuse, match="cannot be read"):
        release.subject()
