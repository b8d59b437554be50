"""Secrets in the judged tree (P-2).

Dotenv files, private keys, issuers' tokens, passwords in addresses, literals under a secret's name.

What stands in tests and examples warns and does not decide; so do values that somebody would have
to guess to be secret. The commit's own blobs are read, never a checkout. Nothing is sent anywhere
to find out whether a token still works.
"""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Iterator
from importlib.metadata import version

from atom_release.gate.facts.evidence import Evidence
from atom_release.lab.look import Look
from atom_release.probes.scanned import conclude
from atom_release.probes.secrets import assigned, dotenv, issued
from atom_release.source.scan import Finding, Fingerprints, Scanner, control, scan
from atom_release.source.text import decode, is_example, is_lock, is_test

_REMEDY = "Revoke the secret, remove it from the tree, and read it from Vault or the environment."
HELD = "HMAC-SHA256, key held by the gate"
ONCE = "HMAC-SHA256, key of this run only"


def probe_secrets(look: Look, fingerprint_key: bytes | None = None) -> Evidence:
    """Ask whether the judged tree holds a secret.

    Args:
        look: the run's surroundings.
        fingerprint_key: key of the findings' fingerprints; with one that is kept, equal secrets
            have equal fingerprints in every run.
    """
    scanner = scanner_of(Fingerprints(fingerprint_key or os.urandom(32)))
    checked = control(
        scanner, canaries(), "a private key, a dotenv file, an access key and a password"
    )
    return conclude(
        look,
        "secrets",
        scan(look.tree, scanner),
        checked,
        thing="secrets in the tree",
        remedy=_REMEDY,
        facts={"fingerprints": HELD if fingerprint_key else ONCE},
        tools={"detect-secrets": version("detect-secrets")},
    )


def scanner_of(fingerprints: Fingerprints) -> Scanner:
    """Give the scanner.

    Each rule's findings in one blob, weakened to warnings in tests and examples, one for each
    place.
    """

    def scanner(path: str, content: bytes) -> Iterator[Finding]:
        exempt = is_test(path) or is_example(path)
        seen: set[tuple[int, str]] = set()
        for line, rule, what, value, decides in _found(path, content):
            fingerprint = fingerprints.of("secret", value)
            if (line, fingerprint) not in seen:
                seen.add((line, fingerprint))
                yield Finding(path, line, rule, what, decides and not exempt, fingerprint)

    return scanner


def _found(path: str, content: bytes) -> Iterator[issued.Found]:
    text = decode(content)
    if text is None:
        yield from issued.in_binary(content)
        return
    yield from issued.private_keys(text)
    if is_lock(path):
        return
    if dotenv.is_dotenv(path):
        yield from dotenv.values(text)
    yield from issued.tokens(text)
    yield from assigned.in_addresses(text)
    yield from assigned.literals(path, text)


def canaries() -> dict[str, bytes]:
    """Make files that hold fresh secrets of each kind; they never leave the process."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    form = serialization.PrivateFormat.PKCS8
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, form, serialization.NoEncryption()
    )
    word = "Zq7" + "".join(
        secrets.choice("bcdfghjkmnpqrtvwxz23456789") for _ in range(24)
    )  # spells nothing by chance
    return {
        "canary/deploy.pem": pem,
        "canary/blob.bin": b"\0\1\2\0" + pem,
        "canary/.env": f"DEBUG=0\nJWT_SECRET={word}\n".encode(),
        "canary/aws.py": (
            b'client = connect("AKIA' + base64.b32encode(os.urandom(10)).upper() + b'")\n'
        ),
        "canary/settings.yaml": f"database:\n  password: {word}\n".encode(),
        "canary/wide.ini": f"db_password = {word}\n".encode("utf-16"),
        "canary/connect.py": f'DSN = "postgresql://app:{word}@db.corp.net/app"\n'.encode(),
    }
