# ruff: noqa: ANN401 - keys are of one of cryptography's many kinds
"""Signed artifacts.

Red where one is unsigned, changed, signed by somebody else, or by a key that lies in the tree in
whatever form.
"""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from atom_release.errors import ProbeFault
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.manifest import Signed
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.look import Look
from atom_release.probes.signature import probe_committed
from atom_release.probes.signature.probe import check
from atom_release.probes.signature.verification import signature_of, verifies
from atom_release_tests.fixtures.planted import look_at

_P256 = ec.generate_private_key(ec.SECP256R1())
_ED = ed25519.Ed25519PrivateKey.generate()
_RSA = rsa.generate_private_key(65537, 2048)
KEYS: dict[str, Any] = {"p256": _P256, "ed25519": _ED, "rsa": _RSA}
OPENSSL = shutil.which("openssl") or "openssl"
MODEL = json.dumps({"weights": [1, 2, 3]}).encode()
SIGNED = Signed.model_validate(
    {"name": "model", "paths": ["models/*.json"], "public_key": "keys/model.pub"}
)


def sign(content: bytes, key: Any) -> bytes:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(content, ec.ECDSA(hashes.SHA256()))
    return (
        key.sign(content, padding.PKCS1v15(), hashes.SHA256())
        if isinstance(key, rsa.RSAPrivateKey)
        else bytes(key.sign(content))
    )


def written(content: bytes, key: Any) -> bytes:
    return base64.b64encode(sign(content, key)) + b"\n"


def public(key: Any) -> bytes:
    return bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def private(
    key: Any, form: PrivateFormat = PrivateFormat.PKCS8, encoding: Encoding = Encoding.PEM
) -> bytes:
    return bytes(key.private_bytes(encoding, form, NoEncryption()))


def scalar(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_numbers().private_value.to_bytes(32, "big")


def files(key: Any = _P256, **more: bytes) -> dict[str, bytes | str]:
    return {
        "models/a.json": MODEL,
        "models/a.json.sig": written(MODEL, key),
        "keys/model.pub": public(key),
        **more,
    }


def ask_signature(
    folder: Path, given: Mapping[str, bytes | str], signed: Signed = SIGNED
) -> Evidence:
    return probe_committed(look_at(folder, given), signed)


@pytest.mark.parametrize("kind", KEYS)
def test_a_signed_artifact_passes_and_its_tampered_copies_are_refused(
    tmp_path: Path, kind: str
) -> None:
    evidence = ask_signature(tmp_path, files(KEYS[kind]))
    assert evidence.answer is Answer.YES, evidence.reason
    assert evidence.control is not None
    assert evidence.control.state is ControlState.ALIVE
    assert evidence.facts["tampered_copies"] == 5
    assert evidence.facts["artifacts"] == {"models/a.json": {"signature": "models/a.json.sig"}}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"models/a.json": MODEL.replace(b"1", b"9")}, "does not verify"),
        (
            {"models/a.json.sig": written(MODEL, ec.generate_private_key(ec.SECP256R1()))},
            "does not verify",
        ),
        ({"models/a.json.sig": b""}, "does not verify"),
        ({"models/a.json.sig": b"{" * 5000}, "does not verify"),
        ({"models/b.json": b"{}"}, "no signature"),
    ],
    ids=["changed", "another key", "empty", "not JSON", "unsigned"],
)
def test_what_is_not_signed_by_that_key_is_refused(
    tmp_path: Path, change: dict[str, bytes], words: str
) -> None:
    evidence = ask_signature(tmp_path, {**files(), **change})
    assert evidence.answer is Answer.NO
    assert words in evidence.reason
    assert "cosign sign-blob" in evidence.remedy


def test_what_git_lfs_keeps_elsewhere_was_signed_by_nobody_here(tmp_path: Path) -> None:
    """The signature is of the thing, and the commit holds its name."""
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 9\n"
    with pytest.raises(ProbeFault, match=r"models/a\.json: a pointer of Git LFS"):
        ask_signature(tmp_path, {**files(), "models/a.json": pointer})


def test_a_glob_that_matches_nothing_is_not_a_pass(tmp_path: Path) -> None:
    assert ask_signature(tmp_path, {"keys/model.pub": public(_P256)}).answer is Answer.NO


def test_a_verifier_that_accepts_anything_is_found_out() -> None:
    class Gullible:
        """Takes whatever it is given, as a key whose `verify` was replaced."""

        def verify(self, *_: object) -> None:
            """Refuse nothing."""

    control = check({"a": b"x", "a.sig": written(b"x", _P256)}, Gullible()).control
    assert control is not None
    assert control.state is ControlState.DEAD


_LEGACY = PrivateFormat.TraditionalOpenSSL
_OPENSSH = PrivateFormat.OpenSSH
HIDDEN: dict[str, tuple[str, bytes]] = {
    "PKCS8 among tests": ("tests/keys/model.pem", private(_P256)),
    "SEC1": ("deploy/key.txt", b"# ours\n" + private(_P256, _LEGACY)),
    "OpenSSH": ("deploy/id", private(_P256, _OPENSSH)),
    "DER": ("deploy/key.der", private(_P256, PrivateFormat.PKCS8, Encoding.DER)),
    "in a binary": ("deploy/key.bin", b"\0\1\2" + private(_P256) + b"\0"),
    "UTF-16": ("deploy/key.ps1", private(_P256).decode().encode("utf-16")),
    "JSON": ("config.json", json.dumps({"signing": {"key": private(_P256).decode()}}).encode()),
    "dotenv": (".env", b'COSIGN_KEY="' + private(_P256).replace(b"\n", b"\\n") + b'"\n'),
    "YAML block": (
        "config.yaml",
        b"key: |\n" + b"".join(b"  " + line + b"\n" for line in private(_P256).splitlines()),
    ),
    "Python": (
        "settings.py",
        b"KEY = (\n"
        + b"".join(b'    "%s\\n"\n' % line for line in private(_P256).splitlines())
        + b")\n",
    ),
    "base64 of PEM": (".env", b"COSIGN_PRIVATE_KEY=" + base64.b64encode(private(_P256)) + b"\n"),
    "base64 of DER": (
        "ci.yaml",
        b"key: " + base64.b64encode(private(_P256, PrivateFormat.PKCS8, Encoding.DER)) + b"\n",
    ),
    "hexadecimal": ("settings.py", b'KEY = 0x%s\nOTHER = "x"\n' % scalar(_P256).hex().encode()),
    "JWK": (
        "key.jwk",
        b'{"kty":"EC","crv":"P-256","d":"%s"}'
        % base64.urlsafe_b64encode(scalar(_P256)).rstrip(b"="),
    ),
}


@pytest.fixture(scope="module")
def everywhere(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """One tree that holds the key in every form."""
    return ask_signature(
        tmp_path_factory.mktemp("everywhere"),
        {
            **files(),
            **{f"{number}/{path}": form for number, (path, form) in enumerate(HIDDEN.values())},
        },
    )


@pytest.mark.parametrize("form", HIDDEN)
def test_the_private_half_is_found_in_the_tree_in_whatever_form(
    everywhere: Evidence, form: str
) -> None:
    held = everywhere.facts["private_half_in_tree"]
    assert isinstance(held, list)
    assert f"{list(HIDDEN).index(form)}/{HIDDEN[form][0]}" in held


def test_a_private_half_in_the_tree_is_refused_and_never_shown(everywhere: Evidence) -> None:
    assert everywhere.answer is Answer.NO
    assert (
        "the private half of the key that signs model is in the tree: 0/tests/keys/model.pem"
        in everywhere.reason
    )
    shown = everywhere.model_dump_json()
    assert scalar(_P256).hex() not in shown
    assert base64.b64encode(scalar(_P256)).decode()[:-1] not in shown


def test_a_bare_seed_of_ed25519_is_found(tmp_path: Path) -> None:
    seed = _ED.private_bytes_raw()
    assert (
        ask_signature(
            tmp_path, {**files(_ED), "conf.ini": b"seed = " + base64.b64encode(seed)}
        ).answer
        is Answer.NO
    )


def test_other_keys_and_digests_are_nobodys_business(tmp_path: Path) -> None:
    """A tree is full of numbers of 32 bytes, and may hold keys that sign something else."""
    others = {
        "other.pem": private(ec.generate_private_key(ec.SECP256R1())),
        "digests.txt": b"\n".join(b"%064x" % (7**n) for n in range(1, 60)),
    }
    broken = {
        "broken.pem": (
            b"-----BEGIN PRIVATE KEY-----\nAAAAAAAAAAAAAAAAAAAAAAAA\n-----END PRIVATE KEY-----\n"
        ),
        "zeros": b"0" * 64,
        "n": b"f" * 64,
    }
    evidence = ask_signature(tmp_path, {**files(), **others, **broken})
    assert evidence.answer is Answer.YES
    assert evidence.facts["numbers_tried"] == 61


def _protected(label: bytes = b"ENCRYPTED SIGSTORE PRIVATE KEY") -> bytes:
    """A key as cosign keeps it: JSON with scrypt and secretbox inside the block."""
    body = base64.b64encode(
        json.dumps(
            {
                "kdf": {"name": "scrypt"},
                "cipher": {"name": "nacl/secretbox"},
                "ciphertext": "x" * 80,
            }
        ).encode()
    )
    return b"-----BEGIN " + label + b"-----\n" + body + b"\n-----END " + label + b"-----\n"


@pytest.mark.parametrize(
    ("pem", "beside", "answer"),
    [
        (_protected(), _P256, Answer.NO),
        (_protected(b"ENCRYPTED COSIGN PRIVATE KEY"), _P256, Answer.NO),
        (
            bytes(
                _P256.private_bytes(
                    Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"word")
                )
            ),
            _P256,
            Answer.NO,
        ),
        (_protected(), _ED, Answer.YES),
        (_protected(), None, Answer.UNKNOWN),
    ],
    ids=["sigstore", "cosign", "PKCS8", "another key's", "no public key beside it"],
)
def test_a_key_under_a_passphrase_is_told_by_the_public_key_beside_it(
    tmp_path: Path, pem: bytes, beside: Any, answer: Answer
) -> None:
    more: dict[str, bytes | str] = {"deploy/cosign.key": pem}
    if beside is not None:
        more["deploy/cosign.pub"] = public(beside)
    evidence = ask_signature(tmp_path, {**files(), **more})
    assert (evidence.answer, "deploy/cosign.key" in evidence.reason) == (
        answer,
        answer is not Answer.YES,
    )


def test_bundles_of_cosign_are_read() -> None:
    signature = sign(MODEL, _P256)
    text = base64.b64encode(signature).decode()
    for document in (
        {"base64Signature": text, "cert": "", "rekorBundle": {}},
        {"messageSignature": {"signature": text}},
    ):
        assert signature_of(json.dumps(document).encode()) == signature
    assert signature_of(b'{"base64Signature": 7}') is None
    assert signature_of(signature) == signature
    checked = check(
        {"a": MODEL, "a.bundle": json.dumps({"base64Signature": text}).encode()}, _P256.public_key()
    )
    assert checked.verified == {"a": "a.bundle"}


@pytest.mark.parametrize("kind", KEYS)
def test_openssl_says_the_same(tmp_path: Path, kind: str) -> None:
    """Of the genuine artifact and of a changed one; and what openssl signed verifies here."""
    key = KEYS[kind]
    paths = {
        name: tmp_path / name for name in ("artifact", "changed", "sig", "pub", "key", "theirs")
    }
    for name, content in (
        ("artifact", MODEL),
        ("changed", MODEL + b" "),
        ("sig", sign(MODEL, key)),
        ("pub", public(key)),
        ("key", private(key)),
    ):
        paths[name].write_bytes(content)
    pure = kind == "ed25519"  # openssl's dgst does not know it

    def openssl(*words: str | Path) -> bool:
        return subprocess.run([OPENSSL, *words], capture_output=True, check=False).returncode == 0

    for artifact in ("artifact", "changed"):
        words: list[str | Path] = [
            "dgst",
            "-sha256",
            "-verify",
            paths["pub"],
            "-signature",
            paths["sig"],
            paths[artifact],
        ]
        if pure:
            words = [
                "pkeyutl",
                "-verify",
                "-rawin",
                "-pubin",
                "-inkey",
                paths["pub"],
                "-sigfile",
                paths["sig"],
                "-in",
                paths[artifact],
            ]
        assert openssl(*words) is verifies(
            paths[artifact].read_bytes(), paths["sig"].read_bytes(), key.public_key()
        )
    words = ["dgst", "-sha256", "-sign", paths["key"], "-out", paths["theirs"], paths["artifact"]]
    if pure:
        words = [
            "pkeyutl",
            "-sign",
            "-rawin",
            "-inkey",
            paths["key"],
            "-in",
            paths["artifact"],
            "-out",
            paths["theirs"],
        ]
    assert openssl(*words)
    assert verifies(MODEL, paths["theirs"].read_bytes(), key.public_key())


def _external(look: Look, value: str | None) -> Evidence:
    signed = SIGNED.model_copy(update={"public_key": None, "public_key_variable": "MODEL_PUB"})
    return probe_committed(replace(look, environment={"MODEL_PUB": value} if value else {}), signed)


def test_a_public_key_from_outside_is_given_as_text_or_by_its_file(tmp_path: Path) -> None:
    look = look_at(
        tmp_path, {path: content for path, content in files().items() if path != "keys/model.pub"}
    )
    (tmp_path / "model.pub").write_bytes(public(_P256))
    assert _external(look, public(_P256).decode()).answer is Answer.YES
    assert _external(look, str(tmp_path / "model.pub")).answer is Answer.YES
    assert _external(look, public(_ED).decode()).answer is Answer.NO
    assert (_external(look, None).answer, "MODEL_PUB is unset" in _external(look, None).reason) == (
        Answer.ABSENT,
        True,
    )


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"public_key": "a", "public_key_variable": "B"},
        {"public_key_from": "model"},
        {"public_key": "a", "produce": [{"path": "/train"}]},
        {
            "public_key": "a",
            "consumer": {
                "deploy": [{"path": "/x", "service": "C.1"}],
                "use": {"path": "/y", "service": "C.1"},
            },
        },
    ],
    ids=[
        "no key",
        "two keys",
        "a secret without a rehearsal",
        "a request without its service",
        "a consumer of nothing",
    ],
)
def test_a_manifest_that_cannot_mean_it_is_refused(fields: dict[str, object]) -> None:
    validate: Callable[[object], Signed] = Signed.model_validate
    with pytest.raises(ValueError, match=r"name the public key|produce|its service"):
        validate({"name": "model", "paths": ["*.json"], **fields})
