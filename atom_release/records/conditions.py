"""What a decision is made under beside the evidence.

What people signed, and the manifest of the release before; read back from the artifacts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import yaml
from pydantic import ValidationError

from atom_release.errors import StoreError
from atom_release.gate.manifest import Manifest
from atom_release.gate.rules.legs import Case
from atom_release.gate.rules.ratchet import Baseline
from atom_release.records import consents, signing

WAIVERS = "Waivers.json"
BASELINE = "Baseline.json"


def with_terms(case: Case, artifacts: Mapping[str, bytes], producer: signing.PublicKey) -> Case:
    """Give the case with what stands in these artifacts.

    Without them it has no waivers, no approvals and no baseline.

    Raises:
        StoreError: one of them cannot be read.
    """
    prefix = case.manifest.release.prefix
    waivers, baseline = artifacts.get(f"{prefix}_{WAIVERS}"), artifacts.get(f"{prefix}_{BASELINE}")
    if waivers is not None:
        given = consents.read(waivers, producer)
        case = replace(
            case, waivers=given.waivers, approvals=given.approvals, authors=given.authors
        )
    return case if baseline is None else replace(case, baseline=_baseline(baseline))


def _baseline(content: bytes) -> Baseline:
    try:
        said = json.loads(content)
        told, manifest, unreadable = (
            str(said["told"]),
            said["manifest"],
            said.get("unreadable", False),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(
            f"The baseline cannot be read: {type(error).__name__}.", "Run the audit again."
        ) from error
    if manifest is None:
        return Baseline(None, told, unreadable=unreadable is True)
    try:
        return Baseline(Manifest.model_validate(yaml.safe_load(manifest)), told)
    except (yaml.YAMLError, ValidationError, AttributeError):
        # Not taken for none: whether this release is looser is then not known.
        return Baseline(
            None,
            f"{told} cannot be read by this version: whether this release asks less is not known",
            unreadable=True,
        )
