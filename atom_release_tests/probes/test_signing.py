"""The signing leg is red where the key does not sign, where a tampered copy passes.

And where the key lies in the tree.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from atom_release.errors import StoreError
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.probes.signing import probe_artifact_signing
from atom_release.records import signing, signing_keys
from atom_release_tests.fixtures.planted import look_at

TYPE = "application/vnd.example+json"


@pytest.fixture
def key(tmp_path: Path) -> signing_keys.KeyPair:
    return signing_keys.ensure_key(tmp_path / "keys" / "gate.pem")


def _signer(key: signing_keys.KeyPair) -> Callable[[bytes], bytes]:
    return lambda payload: signing.sign(payload, TYPE, key)


def _verifier(key: signing_keys.KeyPair) -> Callable[[bytes], bytes]:
    return lambda envelope: signing.verify(envelope, key.public, TYPE)


def test_a_key_that_signs_passes_with_a_live_control(
    tmp_path: Path, key: signing_keys.KeyPair
) -> None:
    evidence = probe_artifact_signing(
        look_at(tmp_path, {"a": "b"}), _signer(key), _verifier(key), key.public.pem
    )
    assert evidence.answer is Answer.YES
    assert evidence.control is not None
    assert evidence.control.state is ControlState.ALIVE
    assert evidence.facts["tampered_copies"] == 6


def test_a_verifier_that_accepts_anything_is_found_out(
    tmp_path: Path, key: signing_keys.KeyPair
) -> None:
    payloads: list[bytes] = []

    def sign(payload: bytes) -> bytes:
        payloads.append(payload)
        return signing.sign(payload, TYPE, key)

    evidence = probe_artifact_signing(look_at(tmp_path, {"a": "b"}), sign, lambda _: payloads[0])
    assert evidence.answer is Answer.NO
    assert "another signature" in evidence.reason
    assert evidence.control is not None
    assert evidence.control.state is ControlState.DEAD


def test_another_payload_than_was_signed_is_refused(
    tmp_path: Path, key: signing_keys.KeyPair
) -> None:
    evidence = probe_artifact_signing(
        look_at(tmp_path, {"a": "b"}), lambda _: signing.sign(b"other", TYPE, key), _verifier(key)
    )
    assert evidence.answer is Answer.NO


def test_a_key_of_somebody_else_leaves_the_question_open(
    tmp_path: Path, key: signing_keys.KeyPair
) -> None:
    other = signing_keys.ensure_key(tmp_path / "other.pem")
    assert (
        probe_artifact_signing(look_at(tmp_path, {"a": "b"}), _signer(key), _verifier(other)).answer
        is Answer.UNKNOWN
    )


def test_a_key_that_cannot_be_used_leaves_the_question_open_and_says_the_remedy(
    tmp_path: Path, key: signing_keys.KeyPair
) -> None:
    def sign(_: bytes) -> bytes:
        raise StoreError("The Vault is sealed.", "Unseal it.")

    evidence = probe_artifact_signing(look_at(tmp_path, {"a": "b"}), sign, _verifier(key))
    assert (evidence.answer, evidence.remedy) == (Answer.UNKNOWN, "Unseal it.")


@pytest.mark.parametrize(
    "wrap", [lambda pem: pem, lambda pem: b"\0\1" + pem + b"\0", lambda pem: b"# my key\n" + pem]
)
def test_a_key_whose_private_half_lies_in_the_tree_is_refused(
    tmp_path: Path, key: signing_keys.KeyPair, wrap: Callable[[bytes], bytes]
) -> None:
    files: dict[str, bytes | str] = {
        "a": "b",
        "tests/keys/release.pem": wrap((tmp_path / "keys/gate.pem").read_bytes()),
    }
    evidence = probe_artifact_signing(
        look_at(tmp_path, files), _signer(key), _verifier(key), key.public.pem
    )
    assert evidence.answer is Answer.NO
    assert "tests/keys/release.pem" in evidence.reason


def test_other_keys_in_the_tree_do_not_matter_here(
    tmp_path: Path, key: signing_keys.KeyPair
) -> None:
    signing_keys.ensure_key(tmp_path / "other.pem")
    files: dict[str, bytes | str] = {
        "x.pem": (tmp_path / "other.pem").read_bytes(),
        "y.pem": b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        "z": key.public.pem,
    }
    assert (
        probe_artifact_signing(
            look_at(tmp_path, files), _signer(key), _verifier(key), key.public.pem
        ).answer
        is Answer.YES
    )
