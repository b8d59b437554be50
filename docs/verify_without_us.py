"""Verify an audit bundle with python3 and openssl alone.

Python3 verify_without_us.py BUNDLE.zip PUBLIC_KEY.pem

Checks that the decision is signed by this key, that the bundle holds every file that the decision
names with the bytes that it names, and nothing else but a README and a copy of the key. It does not
derive the decision again from its evidence: `atom-release verify` does. Exit status: 0 verified
(whatever the decision says), 1 not.
"""

import base64
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile
import zipfile

UNSIGNED = {"README.md", "gate.pem.pub"}


def need(holds: bool, otherwise: str) -> None:
    if not holds:
        sys.exit(f"not verified: {otherwise}")


def files_of(bundle: str) -> dict[str, bytes]:
    with zipfile.ZipFile(bundle) as archive:
        entries = archive.infolist()
        names = [entry.filename for entry in entries]
        need(len(set(names)) == len(names), "a name stands twice in the bundle")
        need(
            all(entry.compress_type == zipfile.ZIP_STORED for entry in entries),
            "a file is compressed",
        )
        need(
            not any("/" in name or "\\" in name or name.startswith(".") for name in names),
            "a name leaves the bundle",
        )
        return {name: archive.read(name) for name in names}


def is_signed(message: bytes, signature: bytes, key: str) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        signed, mark = pathlib.Path(folder, "signed"), pathlib.Path(folder, "signature")
        signed.write_bytes(message)
        mark.write_bytes(signature)
        ecdsa = ["openssl", "dgst", "-sha256", "-verify", key, "-signature", mark, signed]
        ed25519 = [
            "openssl",
            "pkeyutl",
            "-verify",
            "-pubin",
            "-inkey",
            key,
            "-rawin",
            "-in",
            signed,
            "-sigfile",
            mark,
        ]
        return any(
            subprocess.run(way, capture_output=True, check=False).returncode == 0
            for way in (ecdsa, ed25519)
        )


bundle, key = sys.argv[1:]
files = files_of(bundle)
(decision,) = [name for name in files if name.endswith("_Decision.dsse.json")]
envelope = json.loads(files[decision])
payload, kind = (
    base64.b64decode(envelope["payload"], validate=True),
    envelope["payloadType"].encode(),
)
signature = base64.b64decode(envelope["signatures"][0]["sig"], validate=True)
need(
    is_signed(b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload), signature, key),
    "this key did not sign the decision",
)
said = json.loads(payload)
named = {
    one["name"]: one["digest"]["sha256"] for one in said["subject"] if "sha256" in one["digest"]
}
need(
    set(files) == named.keys() | UNSIGNED | {decision},
    "the bundle holds other files than the decision names",
)
for name, digest in named.items():
    need(hashlib.sha256(files[name]).hexdigest() == digest, f"{name} is not what was signed")
need(
    files["gate.pem.pub"].split() == pathlib.Path(key).read_bytes().split(),
    "the bundle names another key",
)
sys.stdout.write(
    f"verified: {said['predicate']['verificationResult']},"
    f" {said['subject'][0]['digest']['gitCommit']}, {len(named)} files\n"
)
