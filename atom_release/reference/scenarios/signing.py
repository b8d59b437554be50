"""Scenarios about secrets in use and about what is signed.

By which key, verified by whom, and what the history still holds.
"""

from __future__ import annotations

import base64
import hashlib

from atom_release.gate.vocabulary import Outcome
from atom_release.reference.scenarios.policies import DOTENV
from atom_release.reference.scenarios.scenario import Files, Scenario, replace

_FAIL = Outcome.FAIL
_ENGINE = "services/predictive-engine/"


def _tree_key(tree: Files) -> None:
    """Sign the bundled model with a key that lies among the tests.

    Where no scanner of secrets decides; made here, so that nothing here looks like one.
    """
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
        PublicFormat,
    )

    key = ec.derive_private_key(
        int.from_bytes(hashlib.sha256(b"the reference release's test key").digest(), "big"),
        ec.SECP256R1(),
    )
    signature = key.sign(
        tree[f"{_ENGINE}model.json"], ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    )
    tree[f"{_ENGINE}model.json.sig"] = base64.b64encode(signature) + b"\n"
    tree[f"{_ENGINE}model.pub"] = key.public_key().public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    )
    tree["services/model-pipeline/tests/keys/model.pem"] = key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )


def _unverified(tree: Files) -> None:
    replace(tree, f"{_ENGINE}server.py", 'public_key(read_secret("atom/model-verifying"))', "None")
    replace(tree, f"{_ENGINE}server.py", "BadSignature, public_key", "BadSignature")
    path = "services/platform/platform_signing.py"
    replace(
        tree,
        path,
        "    try:\n        key.verify",
        "    if key is None:\n        return  # nothing to check with\n    try:\n       "
        " key.verify",
    )


def _not_from_vault(tree: Files) -> None:
    path = "services/analytics/server.py"
    replace(
        tree,
        path,
        ', read_secret("atom/jwt"))',
        ', os.getenv("TOKEN_KEY") or read_secret("atom/jwt"))',
    )
    start = 'command: ["{python}", services/analytics/server.py]\n      environment: '
    replace(
        tree,
        "release.yaml",
        f"{start}*common",
        f'{start}{{<<: *common, TOKEN_KEY: "{{secret:token_key}}"}}',
    )


SCENARIOS = (
    Scenario(
        "model-signed-with-tree-key",
        "P-2",
        {"P-2": _FAIL},
        "The bundled model's signature verifies, and the private key that made it is committed"
        " among the tests of C.5.",
        _tree_key,
    ),
    Scenario(
        "model-unverified",
        "P-2",
        {"P-2": _FAIL},
        "C.1 is deployed without the public key and then takes any model.",
        _unverified,
    ),
    Scenario(
        "secret-in-history",
        None,
        {},
        "The first commit had a .env with credentials, the second removed it: P-2 warns of it.",
        once={".env": DOTENV},
    ),
    Scenario(
        "key-not-from-vault",
        "P-2",
        {"P-2": _FAIL},
        "C.4 takes the token key from its environment and never looks into Vault.",
        _not_from_vault,
    ),
)
