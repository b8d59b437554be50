"""The question `signature`: artifacts verify, tampered ones do not, no private key in the tree."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

from pydantic import JsonValue

from atom_release.gate.facts.evidence import Evidence, NegativeControl
from atom_release.gate.facts.signature import SignatureFacts, SignedArtifact
from atom_release.gate.first_few import first_few
from atom_release.gate.manifest import Signed
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.git import shown
from atom_release.lab.look import Look
from atom_release.probes.signature import committed
from atom_release.probes.signature.private_halves import PrivateKeys, digest_of, private_keys_in
from atom_release.probes.signature.verification import (
    ENDINGS,
    flipped,
    load_public,
    signature_of,
    tampered,
    verifies,
)

QUESTION = "signature"
_SIGN = (
    "Sign it: cosign sign-blob --key KEY --output-signature {path}.sig {path}, or openssl dgst"
    " -sha256 -sign KEY {path} | base64 -w0 > {path}.sig"
)
_REVOKE = (
    "Make a new key outside the repository (cosign generate-key-pair with a KMS or Vault), sign"
    " again, and revoke this one."
)


@dataclass
class Checked:
    """What became of each artifact, and of its tampered copies."""

    verified: dict[str, str] = field(default_factory=dict)  # path -> the signature's file
    unsigned: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    copies: int = 0
    accepted: list[str] = field(default_factory=list)

    @property
    def artifacts(self) -> int:
        """How many artifacts were looked at."""
        return len(self.verified) + len(self.unsigned) + len(self.wrong)

    @property
    def control(self) -> NegativeControl | None:
        """Whether copies that nobody signed were refused; None where there was nothing to copy."""
        if not self.copies:
            return None
        outcome = (
            f"accepted: {', '.join(self.accepted)}"
            if self.accepted
            else f"refused all {self.copies} copies"
        )
        state = ControlState.DEAD if self.accepted else ControlState.ALIVE
        return NegativeControl(
            state=state,
            changed="flipped a byte of each artifact and of its signature, and added one",
            found=outcome,
        )


@dataclass(frozen=True)
class Artifacts:
    """Artifacts and the signatures beside them, by path.

    `where` is how a reason calls the place in which they lie.
    """

    where: str
    files: Mapping[str, bytes]
    isolation: tuple[str, ...] = ()


def probe_committed(look: Look, signed: Signed) -> Evidence:
    """Ask about signed artifacts of the judged tree."""
    try:
        pem = committed.public_key(look, signed, {})
    except committed.Unset as unset:
        return look.found(
            QUESTION,
            signed.name,
            Answer.ABSENT,
            f"there is no public key: {unset.message}",
            remedy=unset.remedy,
        )
    return signature_evidence(
        look, signed, Artifacts("the tree", committed.files(look, signed)), pem
    )


def signature_evidence(look: Look, signed: Signed, artifacts: Artifacts, pem: bytes) -> Evidence:
    """Return the evidence about these artifacts under this public key.

    Raises:
        ProbeFault: the public key cannot be read.
    """
    key = load_public(pem)
    checked, keys = check(artifacts.files, key), private_keys_in(look.tree)
    answer, reason, remedy = _judged(
        Told(signed, artifacts.where, checked, keys, keys.holders_of(key))
    )
    return look.found(
        QUESTION,
        signed.name,
        answer,
        reason,
        remedy=remedy,
        control=checked.control,
        isolation=artifacts.isolation,
        facts=_facts(checked, keys, key),
        sources={
            shown(path): hashlib.sha256(content).hexdigest()
            for path, content in artifacts.files.items()
        },
        tools={"cryptography": version("cryptography")},
    )


def check(files: Mapping[str, bytes], key: Any) -> Checked:  # noqa: ANN401 - one of cryptography's many kinds of key
    """Verify each artifact with the signature beside it.

    And then copies of both that must be refused.
    """
    checked = Checked()
    for path, content in files.items():
        if path.endswith(ENDINGS):
            continue
        beside = next((path + ending for ending in ENDINGS if path + ending in files), None)
        signature = signature_of(files[beside]) if beside else None
        if beside is None:
            checked.unsigned.append(path)
        elif signature is None or not verifies(content, signature, key):
            checked.wrong.append(path)
        else:
            checked.verified[path] = beside
            copies = {change: (copy, signature) for change, copy in tampered(content).items()}
            copies["a byte of the signature was flipped"] = (
                content,
                flipped(signature, len(signature) // 2),
            )
            checked.copies += len(copies)
            checked.accepted += [
                f"{shown(path)} ({change})"
                for change, (copy, copy_signature) in copies.items()
                if verifies(copy, copy_signature, key)
            ]
    return checked


@dataclass(frozen=True)
class Told:
    """All that the answer rests on."""

    signed: Signed
    where: str
    checked: Checked
    keys: PrivateKeys
    held: list[str]  # paths that hold the private half


def _judged(proof: Told) -> tuple[Answer, str, str]:
    """Return the first thing that is wrong, or that nothing is."""
    checked = proof.checked
    verified = f"{len(checked.verified)} of {checked.artifacts} artifacts in {proof.where} verify"
    holds = (
        Answer.YES,
        (
            f"{verified}; {checked.copies} tampered copies are refused; no private half in"
            f" {proof.keys.files} files"
        ),
        "",
    )
    return next(_wrong(proof), None) or next(_unclear(proof), holds)


def _wrong(proof: Told) -> Iterator[tuple[Answer, str, str]]:
    checked, name = proof.checked, proof.signed.name
    if proof.held:
        yield (
            Answer.NO,
            f"the private half of the key that signs {name} is in the tree: {_listed(proof.held)}",
            _REVOKE,
        )
    if not checked.artifacts:
        globs = ", ".join(proof.signed.paths)
        yield (
            Answer.NO,
            f"nothing in {proof.where} matches {globs}: there is nothing that is signed",
            "Mend `paths`, or make the artifact.",
        )
    for paths, problem in (
        (checked.unsigned, "no signature beside it"),
        (checked.wrong, "the signature does not verify with the named public key"),
    ):
        if paths:
            yield Answer.NO, f"{_listed(paths)}: {problem}", _SIGN.format(path=shown(paths[0]))


def _unclear(proof: Told) -> Iterator[tuple[Answer, str, str]]:
    if proof.checked.accepted:
        yield Answer.UNKNOWN, f"a tampered copy was accepted: {proof.checked.accepted[0]}", ""
    named = [*proof.keys.protected, *proof.keys.unread]
    if named:
        reason = f"whether the signing key is in the tree cannot be told: {_listed(named)}"
        yield (
            Answer.UNKNOWN,
            reason,
            "Take the protected key out of the tree, or lay its public key beside it as .pub.",
        )


def _listed(paths: list[str]) -> str:
    return first_few([shown(path) for path in paths])


def _facts(checked: Checked, keys: PrivateKeys, key: Any) -> dict[str, JsonValue]:  # noqa: ANN401 - as above
    return SignatureFacts(
        artifacts={
            shown(path): SignedArtifact(signature=shown(beside))
            for path, beside in checked.verified.items()
        },
        unsigned=tuple(shown(path) for path in checked.unsigned),
        wrong=tuple(shown(path) for path in checked.wrong),
        tampered_copies=checked.copies,
        accepted=tuple(checked.accepted),
        public_key=digest_of(key),
        private_half_in_tree=tuple(shown(path) for path in keys.holders_of(key)),
        protected_keys=tuple(shown(path) for path in keys.protected),
        files_searched=keys.files,
        numbers_tried=keys.scalars,
    ).to_json()
