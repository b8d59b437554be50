"""An envelope is believed only when it is exactly what the expected key signed."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from atom_release.errors import StoreError
from atom_release.records import signing, signing_keys

TYPE = "application/vnd.example+json"
PAYLOAD = b'{"verdict":"GREEN"}'


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> signing_keys.KeyPair:
    return signing_keys.ensure_key(tmp_path_factory.mktemp("home") / "keys" / "gate.pem")


def test_what_was_signed_is_verified(key: signing_keys.KeyPair) -> None:
    envelope = signing.sign(PAYLOAD, TYPE, key)
    assert signing.verify(envelope, key.public, TYPE) == PAYLOAD


def test_openssl_accepts_the_signature(key: signing_keys.KeyPair, tmp_path: Path) -> None:
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
def test_a_changed_envelope_is_refused(key: signing_keys.KeyPair, change: Any, says: str) -> None:  # noqa: ANN401 - any of the functions above
    document = json.loads(signing.sign(PAYLOAD, TYPE, key))
    change(document)
    with pytest.raises(StoreError, match=says):
        signing.verify(json.dumps(document).encode(), key.public, TYPE)


def test_a_type_that_was_signed_cannot_be_swapped(key: signing_keys.KeyPair) -> None:
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
    key: signing_keys.KeyPair,
    spoil: Any,  # noqa: ANN401 - a function of bytes
    says: str,
) -> None:
    with pytest.raises(StoreError, match=says):
        signing.verify(spoil(signing.sign(PAYLOAD, TYPE, key)), key.public, TYPE)


def test_another_key_is_refused_also_under_our_keyid(
    key: signing_keys.KeyPair, tmp_path: Path
) -> None:
    other = signing_keys.ensure_key(tmp_path / "other.pem")
    document = json.loads(signing.sign(PAYLOAD, TYPE, other))
    document["signatures"][0]["keyid"] = key.public.keyid
    with pytest.raises(StoreError, match="does not fit"):
        signing.verify(json.dumps(document).encode(), key.public, TYPE)
