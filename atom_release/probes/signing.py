"""The question `signing` (P-2): does the key sign and verify, is every tampered copy refused?

Its private half must not be in the tree.

How a signature is made is not known here: the two callables come from whoever holds the key.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from atom_release.errors import AtomReleaseError
from atom_release.gate.facts.evidence import Evidence, NegativeControl
from atom_release.gate.facts.signing import SigningFacts
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.look import Look
from atom_release.probes.signature.private_halves import private_keys_in
from atom_release.probes.signature.verification import load_public

_REMEDY = "Check signing_key in release.yaml, or make a new key with `atom-release keygen`."


def probe_artifact_signing(
    look: Look,
    sign: Callable[[bytes], bytes],
    verify: Callable[[bytes], bytes],
    public_pem: bytes = b"",
) -> Evidence:
    """Ask whether the key signs, and whether what it signed can be told from what it did not.

    Args:
        look: the run's surroundings.
        sign: gives the envelope of a payload.
        verify: gives the payload of an envelope, or raises an error of this project.
        public_pem: the key's public half; with it the tree is searched for its private one.
    """
    payload = json.dumps(
        {"commit": look.tree.commit, "at": look.clock().isoformat()}, sort_keys=True
    ).encode()
    try:
        envelope = sign(payload)
        verified = verify(envelope)
    except AtomReleaseError as error:
        return look.found(
            "signing",
            "key",
            Answer.UNKNOWN,
            f"the signing key could not be used: {error.message}",
            remedy=error.remedy or _REMEDY,
        )
    accepted = [
        change for change, copy in _tampered(envelope).items() if _is_accepted(verify, copy)
    ]
    checked = _control(accepted)
    in_tree = private_keys_in(look.tree).holders_of(load_public(public_pem)) if public_pem else []
    facts = SigningFacts(
        bytes=len(envelope),
        tampered_copies=len(_tampered(envelope)),
        accepted=tuple(accepted),
        private_half_in_tree=tuple(in_tree),
    ).to_json()
    if verified != payload:
        return look.found(
            "signing",
            "key",
            Answer.NO,
            "the verified payload is not the one that was signed",
            control=checked,
            facts=facts,
            remedy=_REMEDY,
        )
    if accepted:
        reason = f"a tampered copy was accepted: {', '.join(accepted)}"
        return look.found(
            "signing", "key", Answer.NO, reason, control=checked, facts=facts, remedy=_REMEDY
        )
    if in_tree:
        reason = f"the private half of the signing key is in the tree: {in_tree[0]}"
        return look.found(
            "signing",
            "key",
            Answer.NO,
            reason,
            control=checked,
            facts=facts,
            remedy="Make a new key outside the repository and revoke this one.",
        )
    return look.found(
        "signing",
        "key",
        Answer.YES,
        "the key signs, verifies, and refuses every tampered copy",
        control=checked,
        facts=facts,
    )


def _tampered(envelope: bytes) -> dict[str, bytes]:
    """Return copies of the envelope, each with one thing changed."""
    copies = {"an empty envelope": b"", "bytes behind the envelope": envelope + b"{}"}
    document = json.loads(envelope)
    signature = document["signatures"][0]
    changes = {
        "another payload": {**document, "payload": _other(document["payload"])},
        "another type": {**document, "payloadType": document["payloadType"] + "x"},
        "another signature": {
            **document,
            "signatures": [{**signature, "sig": _other(signature["sig"])}],
        },
        "no signature": {**document, "signatures": []},
    }
    return copies | {change: json.dumps(changed).encode() for change, changed in changes.items()}


def _other(text: str) -> str:
    """Change one character in the middle of base64, so that it stays base64."""
    middle = len(text) // 2
    return text[:middle] + ("A" if text[middle] != "A" else "B") + text[middle + 1 :]


def _is_accepted(verify: Callable[[bytes], bytes], envelope: bytes) -> bool:
    try:
        verify(envelope)
    except AtomReleaseError:
        return False
    return True


def _control(accepted: list[str]) -> NegativeControl:
    state = ControlState.DEAD if accepted else ControlState.ALIVE
    outcome = f"accepted {', '.join(accepted)}" if accepted else "refused each"
    return NegativeControl(
        state=state,
        changed="changed payload, type and signature, removed the signature, added bytes",
        found=outcome,
    )
