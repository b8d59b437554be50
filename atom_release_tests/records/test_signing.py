"""An envelope is believed only when it is exactly what the expected key signed.

A key is used only when nobody else can read it.
"""

from __future__ import annotations

import base64
import json
import multiprocessing
import os
import shutil
import signal
import stat
import subprocess
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from atom_release.errors import StoreError
from atom_release.records import signing
from atom_release_tests.fixtures.openbao import with_signing_key

TYPE = "application/vnd.example+json"
PAYLOAD = b'{"verdict":"GREEN"}'


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> signing.KeyPair:
    return signing.ensure_key(tmp_path_factory.mktemp("home") / "keys" / "gate.pem")


def test_what_was_signed_is_verified(key: signing.KeyPair) -> None:
    envelope = signing.sign(PAYLOAD, TYPE, key)
    assert signing.verify(envelope, key.public, TYPE) == PAYLOAD


def test_openssl_accepts_the_signature(key: signing.KeyPair, tmp_path: Path) -> None:
    """The envelope follows DSSE and ECDSA P-256, not only our own reading of them."""
    document = json.loads(signing.sign(PAYLOAD, TYPE, key))
    (tmp_path / "pub").write_bytes(key.public.pem)
    (tmp_path / "sig").write_bytes(base64.b64decode(document["signatures"][0]["sig"]))
    (tmp_path / "pae").write_bytes(
        b"DSSEv1 %d %b %d %b" % (len(TYPE), TYPE.encode(), len(PAYLOAD), PAYLOAD)
    )
    command = [
        shutil.which("openssl") or "openssl",
        "dgst",
        "-sha256",
        "-verify",
        "pub",
        "-signature",
        "sig",
        "pae",
    ]
    assert (
        b"Verified OK"
        in subprocess.run(command, cwd=tmp_path, capture_output=True, check=True).stdout
    )


def _other_payload(document: dict[str, Any]) -> None:
    document["payload"] = base64.b64encode(PAYLOAD + b" ").decode()


def _no_signature(document: dict[str, Any]) -> None:
    document["signatures"] = []


def _second_signature(document: dict[str, Any]) -> None:
    document["signatures"].append({"keyid": "00", "sig": "AA=="})


def _other_keyid(document: dict[str, Any]) -> None:
    document["signatures"][0]["keyid"] = "00" * 32


def _bad_base64(document: dict[str, Any]) -> None:
    document["payload"] = document["payload"] + "!"


def _loose_base64(document: dict[str, Any]) -> None:
    document["payload"] = (
        document["payload"].rstrip("=") + "\n" + "=" * document["payload"].count("=")
    )


def _spare_bits(document: dict[str, Any]) -> None:
    """Set the bits that the last letter before the padding does not use: other text, same bytes."""
    body, padding = document["payload"].rstrip("="), "=" * document["payload"].count("=")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    document["payload"] = body[:-1] + letters[letters.index(body[-1]) + 1] + padding


def _payload_of_another_kind(document: dict[str, Any]) -> None:
    document["payload"] = 7


def _extra_member(document: dict[str, Any]) -> None:
    document["note"] = "trust me"


def _extra_in_signature(document: dict[str, Any]) -> None:
    document["signatures"][0]["cert"] = "x"


def _missing_type(document: dict[str, Any]) -> None:
    del document["payloadType"]


def _relabelled(document: dict[str, Any]) -> None:
    document["payloadType"] = "application/vnd.other+json"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_other_payload, "does not fit"),
        (_no_signature, "exactly one signature"),
        (_second_signature, "exactly one signature"),
        (_other_keyid, "signed by key"),
        (_bad_base64, "canonical base64"),
        (_loose_base64, "canonical base64"),
        (_spare_bits, "canonical base64"),
        (_payload_of_another_kind, "canonical base64"),
        (_extra_member, "nothing else"),
        (_extra_in_signature, "nothing else"),
        (_missing_type, "payloadType"),
        (_relabelled, "expected 'application/vnd.example\\+json'"),
    ],
)
def test_a_changed_envelope_is_refused(key: signing.KeyPair, change: Any, says: str) -> None:  # noqa: ANN401 - any of the functions above
    document = json.loads(signing.sign(PAYLOAD, TYPE, key))
    change(document)
    with pytest.raises(StoreError, match=says):
        signing.verify(json.dumps(document).encode(), key.public, TYPE)


def test_a_type_that_was_signed_cannot_be_swapped(key: signing.KeyPair) -> None:
    """The type is under the signature.

    Relabelling to the type that the reader expects does not help.
    """
    document = json.loads(signing.sign(PAYLOAD, "application/vnd.other+json", key))
    document["payloadType"] = TYPE
    with pytest.raises(StoreError, match="does not fit"):
        signing.verify(json.dumps(document).encode(), key.public, TYPE)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda text: text + b"{}", "not JSON"),
        (lambda text: text[:-3], "not JSON"),
        (lambda text: b"\xff" + text, "not JSON"),
        (lambda _: b"[" * 100_000, "not JSON"),
        (lambda _: b"", "not JSON"),
        (lambda _: b"null", "not a DSSE envelope"),
        (
            lambda text: text.replace(b'"payloadType"', b'"payloadType":"x","payloadType"', 1),
            "twice",
        ),
    ],
)
def test_bytes_that_are_no_envelope_are_refused(
    key: signing.KeyPair,
    spoil: Any,  # noqa: ANN401 - a function of bytes
    says: str,
) -> None:
    with pytest.raises(StoreError, match=says):
        signing.verify(spoil(signing.sign(PAYLOAD, TYPE, key)), key.public, TYPE)


def test_another_key_is_refused_also_under_our_keyid(key: signing.KeyPair, tmp_path: Path) -> None:
    other = signing.ensure_key(tmp_path / "other.pem")
    document = json.loads(signing.sign(PAYLOAD, TYPE, other))
    document["signatures"][0]["keyid"] = key.public.keyid
    with pytest.raises(StoreError, match="does not fit"):
        signing.verify(json.dumps(document).encode(), key.public, TYPE)


def test_the_key_is_made_once_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "new" / "keys" / "gate.pem"
    made, again = signing.ensure_key(path), signing.ensure_key(path)
    assert (
        made.public
        == again.public
        == signing.load_public(tmp_path / "new" / "keys" / "gate.pem.pub")
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert sorted(file.name for file in path.parent.iterdir()) == ["gate.pem", "gate.pem.pub"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601])
def test_a_key_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "gate.pem"
    signing.ensure_key(path)
    path.chmod(mode)
    with pytest.raises(StoreError) as refused:
        signing.ensure_key(path)
    assert refused.value.remedy == f"chmod 600 {path}"


def test_a_public_half_of_another_key_is_refused(tmp_path: Path) -> None:
    signing.ensure_key(tmp_path / "gate.pem")
    signing.ensure_key(tmp_path / "other.pem")
    (tmp_path / "other.pem.pub").replace(tmp_path / "gate.pem.pub")
    with pytest.raises(StoreError, match="not the public half"):
        signing.ensure_key(tmp_path / "gate.pem")


def test_a_file_that_is_no_key_is_refused_without_quoting_it(tmp_path: Path) -> None:
    path = tmp_path / "gate.pem"
    path.write_bytes(b"hunter2-not-a-key")
    path.chmod(0o600)
    with pytest.raises(StoreError) as refused:
        signing.ensure_key(path)
    assert "hunter2" not in repr(refused.value)
    assert refused.value.__cause__ is None


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError, match="cannot be made"):
        signing.ensure_key(tmp_path / "file" / "keys" / "gate.pem")


@pytest.mark.parametrize(
    "content", [b"", b"garbage", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"]
)
def test_what_is_no_public_key_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.pub").write_bytes(content)
    with pytest.raises(StoreError, match="not a public key"):
        signing.load_public(tmp_path / "x.pub")
    with pytest.raises(StoreError, match="cannot be read"):
        signing.load_public(tmp_path / "missing.pub")


def test_the_private_key_does_not_show(key: signing.KeyPair) -> None:
    assert "PRIVATE" not in repr(key)
    assert "_signer" not in repr(key)


def _keyid(path: Path) -> str:
    return signing.ensure_key(path).public.keyid


def test_many_processes_make_one_key(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=multiprocessing.get_context("spawn")) as pool:
        keyids = list(pool.map(_keyid, [tmp_path / "keys" / "gate.pem"] * 8))
    assert len(set(keyids)) == 1
    assert len(list((tmp_path / "keys").iterdir())) == 2


def test_a_key_file_can_be_named_by_uri(tmp_path: Path) -> None:
    made = signing.ensure_key(tmp_path / "gate.pem")
    named = signing.signer_from_uri(f"file2:{tmp_path / 'gate.pem'}")
    assert signing.verify(signing.sign(PAYLOAD, TYPE, named), made.public, TYPE) == PAYLOAD


def test_an_unknown_uri_is_refused(key: signing.KeyPair) -> None:
    with pytest.raises(StoreError, match="cannot be used"):
        signing.signer_from_uri("nothing:here", key.public)
    with pytest.raises(StoreError, match="needs its public key"):
        signing.signer_from_uri("nothing:here")


@pytest.fixture
def transit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A real OpenBao with a signing key in its transit engine."""
    with with_signing_key(monkeypatch, tmp_path) as server:
        yield server


@pytest.mark.live
def test_a_key_that_never_leaves_the_vault_signs(transit: subprocess.Popen[bytes]) -> None:
    named = signing.signer_from_uri("hv:release/1")
    envelope = signing.sign(PAYLOAD, TYPE, named)
    assert signing.verify(envelope, signing.public_from_pem(named.public.pem), TYPE) == PAYLOAD
    with pytest.raises(StoreError, match="cannot be used"):
        signing.signer_from_uri("hv:nothing/1")
    os.killpg(transit.pid, signal.SIGKILL)
    transit.wait()
    with pytest.raises(StoreError, match="did not sign") as refused:
        signing.sign(PAYLOAD, TYPE, named)
    assert refused.value.__cause__ is None
    assert "planted-root" not in str(refused.value)
