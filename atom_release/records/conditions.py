"""What a decision is made under beside the evidence.

What people signed, the manifest of the release before, and the operator's file; read back from the
artifacts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from pydantic import ValidationError

from atom_release.errors import StoreError
from atom_release.gate.manifest.former import read_stored
from atom_release.gate.operator import Operator
from atom_release.gate.rules.case import NO_OPERATOR, Case
from atom_release.gate.rules.ratchet import Baseline
from atom_release.records import canonical, consents, names, signing_keys
from atom_release.records.names import OPERATOR
from atom_release.yaml_text import YamlTextError, read_yaml

_OPERATOR_SCHEMA = "atom-release/operator-record/v1"


def with_terms(
    case: Case, artifacts: Mapping[str, bytes], producer: signing_keys.PublicKey
) -> Case:
    """Return the case with what stands in these artifacts.

    Without them it has no waivers, no approvals, no baseline and no operator's floor: so it was
    before there were any.

    Raises:
        StoreError: one of them cannot be read.
    """
    prefix = case.manifest.release.prefix
    waivers, baseline = (
        artifacts.get(f"{prefix}_{names.WAIVERS}"),
        artifacts.get(f"{prefix}_{names.BASELINE}"),
    )
    if waivers is not None:
        given = consents.read_consents(waivers, producer)
        case = replace(
            case,
            waivers=given.waivers,
            approvals=given.approvals,
            review=given.review,
            people=given.people,
            trust=given.source,
        )
    case = _under_operator(case, artifacts.get(f"{prefix}_{OPERATOR}"))
    return case if baseline is None else replace(case, baseline=_baseline(baseline))


def operator_document(operator: Operator, digest: str) -> bytes:
    """Return the artifact with what of the operator's file a decision can depend on.

    Args:
        operator: what the file says, or the defaults.
        digest: SHA-256 of the file, empty where there is none.
    """
    return canonical.encode(
        {
            "schema": _OPERATOR_SCHEMA,
            "digest": digest,
            "operator": operator.deciding.model_dump(mode="json"),
        }
    )


def _under_operator(case: Case, content: bytes | None) -> Case:
    if content is None:
        return replace(case, operator=NO_OPERATOR)
    try:
        document = json.loads(content)
        operator = Operator.model_validate_json(json.dumps(document["operator"]))
        return replace(case, operator=operator, operator_digest=str(document["digest"]))
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"What the operator decided cannot be read: {type(error).__name__}.",
            "Run the audit again.",
        ) from error


@lru_cache(maxsize=8)
def _baseline(content: bytes) -> Baseline:
    """Read a baseline; every step of a run is held to the same."""
    try:
        document = json.loads(content)
        origin, manifest, unreadable = (
            str(document["told"]),
            document["manifest"],
            document.get("unreadable", False),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(
            f"The baseline cannot be read: {type(error).__name__}.", "Run the audit again."
        ) from error
    if manifest is None:
        return Baseline(None, origin, unreadable=unreadable is True)
    try:
        return Baseline(read_stored(read_yaml(str(manifest).encode())), origin)
    except (YamlTextError, ValidationError):
        # Not taken for none: whether this release is looser is then not known.
        return Baseline(
            None,
            f"{origin} cannot be read by this version: whether this release asks less is not known",
            unreadable=True,
        )
