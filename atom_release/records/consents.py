"""What people signed about a release, waivers and approvals, as it is written.

Read and kept beside the decision.

The artifact `Waivers.json` holds every envelope that was handed in, as it was, with the keys that
were trusted and where those are from: so who has only the artifacts can check every signature
again. What a waiver is worth is the gate's to say (`gate.consents.waivers`,
`gate.consents.approvals`).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import JsonValue, ValidationError

from atom_release.errors import StoreError
from atom_release.gate.consents.approvals import Approval, Shown
from atom_release.gate.consents.review import Review, Signatory
from atom_release.gate.consents.signed import Signature
from atom_release.gate.consents.waivers import Presented, Waiver
from atom_release.records import canonical, signing, signing_keys

SCHEMA = "atom-release/waivers/v2"
WAIVER_TYPE = "application/vnd.atom-release.waiver+json"
APPROVAL_TYPE = "application/vnd.atom-release.approval+json"
_KINDS: Mapping[str, type[Waiver | Approval]] = {WAIVER_TYPE: Waiver, APPROVAL_TYPE: Approval}


@dataclass(frozen=True)
class Trust:
    """Whose signatures count, each person with addresses and keys; `source` says where that is."""

    source: str
    people: tuple[Signatory, ...] = ()


@dataclass(frozen=True)
class Consents:
    """What was handed in, with what was established about each signature."""

    waivers: tuple[Presented, ...] = ()
    approvals: tuple[Shown, ...] = ()
    review: Review = field(default_factory=Review)
    people: tuple[Signatory, ...] = ()
    source: str = ""


def sign(consent: Waiver | Approval, key: signing_keys.KeyPair) -> bytes:
    """Return the signed envelope, one line.

    Raises:
        StoreError: the key does not sign.
    """
    return signing.sign(
        canonical.encode(consent),
        WAIVER_TYPE if isinstance(consent, Waiver) else APPROVAL_TYPE,
        key,
    )


def document(envelopes: Iterable[bytes], trust: Trust, review: Review) -> bytes:
    """Return the bytes of the artifact that keeps all this beside the decision."""
    texts: list[JsonValue] = [
        *sorted({envelope.decode("utf-8", "replace").strip() for envelope in envelopes} - {""})
    ]
    people: list[JsonValue] = [person.model_dump(mode="json") for person in trust.people]
    trusted: dict[str, JsonValue] = {"source": trust.source, "people": people}
    return canonical.encode(
        {
            "schema": SCHEMA,
            "trusted": trusted,
            "review": review.model_dump(mode="json"),
            "envelopes": texts,
        }
    )


def read_consents(content: bytes, producer: signing_keys.PublicKey) -> Consents:
    """Check every signature in the artifact again.

    Args:
        content: the artifact's bytes.
        producer: the key that signs decisions; what it signs itself is solo, and approves nothing.

    Raises:
        StoreError: this is not such an artifact.
    """
    try:
        stored = json.loads(content)
        source = str(stored["trusted"]["source"])
        people = tuple(Signatory.model_validate(person) for person in stored["trusted"]["people"])
        review = Review.model_validate(stored["review"])
        envelopes = [str(envelope) for envelope in stored["envelopes"]]
        keys = {
            key.keyid: (key, person.name)
            for person in people
            for key in (signing_keys.public_from_pem(pem.encode()) for pem in person.keys)
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(
            f"The waivers cannot be read: {type(error).__name__}.", "Run the audit again."
        ) from error
    checked = [_checked(envelope.encode(), keys, producer) for envelope in envelopes]
    return Consents(
        waivers=tuple(consent for consent in checked if isinstance(consent, Presented)),
        approvals=tuple(consent for consent in checked if isinstance(consent, Shown)),
        review=review,
        people=people,
        source=source,
    )


def _checked(
    envelope: bytes,
    keys: Mapping[str, tuple[signing_keys.PublicKey, str]],
    producer: signing_keys.PublicKey,
) -> Presented | Shown:
    digest = canonical.digest(envelope)
    kind, keyid, claimed = _opened(envelope)
    waiver = claimed if isinstance(claimed, Waiver) else None
    signature, signer = (
        _signature(envelope, kind, keyid, keys, producer)
        if claimed is not None
        else (Signature.UNREADABLE, keyid)
    )
    if kind == APPROVAL_TYPE:
        return Shown(
            digest=digest,
            approval=claimed if isinstance(claimed, Approval) else None,
            signature=signature,
            signer=signer,
        )
    return Presented(digest=digest, waiver=waiver, signature=signature, signer=signer)


def _opened(envelope: bytes) -> tuple[str, str, Waiver | Approval | None]:
    """Return payload type, key id and what the payload claims to be.

    For telling, not for believing.
    """
    try:
        document: dict[str, Any] = json.loads(envelope)
        kind, keyid = str(document["payloadType"]), str(document["signatures"][0]["keyid"])
        return kind, keyid, _KINDS[kind].model_validate_json(base64.b64decode(document["payload"]))
    except (ValueError, KeyError, IndexError, TypeError, ValidationError, RecursionError):
        return "", "", None  # also what is nested deeper than anything that was signed


def _signature(
    envelope: bytes,
    kind: str,
    keyid: str,
    keys: Mapping[str, tuple[signing_keys.PublicKey, str]],
    producer: signing_keys.PublicKey,
) -> tuple[Signature, str]:
    """Return whose signature it is.

    The producer's own key counts as solo: where others are trusted, only if they name it too.
    """
    if keyid in keys:
        key, name = keys[keyid]
    elif not keys and keyid == producer.keyid:
        key, name = producer, "the producer"
    else:
        return Signature.UNKNOWN_KEY, keyid
    try:
        signing.verify(envelope, key, kind)
    except StoreError:
        return Signature.BAD, name
    return (Signature.SOLO if keyid == producer.keyid else Signature.TRUSTED), name
