"""Decisions outlive the rules that made them.

`fixtures/stored/rules_1.zip` was made by a gate of rules 1, before decisions recorded a version.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from atom_release.errors import Refused
from atom_release.gate.decision.decision import RULES, Decision
from atom_release.gate.documents.vsa import EXTENSION, PAYLOAD_TYPE
from atom_release.gate.vocabulary import Verdict
from atom_release.records import older, rederive, signing, signing_keys
from atom_release.records.bundle import read_bundle
from atom_release.release import redecide, verify_bundle

STORED = Path(__file__).parents[1] / "fixtures" / "stored"
BUNDLE, KEY = STORED / "rules_1.zip", STORED / "rules_1.pub"


def test_a_bundle_of_older_rules_verifies_and_says_whose_rules_decided() -> None:
    """Signature, digests and recorded outcomes are checked; nothing is derived again."""
    document = verify_bundle.verify(BUNDLE, KEY, None)
    assert document["verified"] is True
    assert document["decision"] == "GREEN"
    assert (document["rules"], document["derived again"]) == (1, False)


def test_a_bundle_of_these_rules_is_derived_again_byte_for_byte() -> None:
    """Where this fails, a rule or a sentence changed: raise RULES, then store a bundle of it."""
    document = verify_bundle.verify(
        STORED / f"rules_{RULES}.zip", STORED / f"rules_{RULES}.pub", None
    )
    assert (document["rules"], document["derived again"]) == (RULES, True)


def test_a_decision_of_older_rules_cannot_be_decided_again() -> None:
    """Neither at another moment nor under another manifest: the rules are not here."""
    rederived = verify_bundle.record_of(BUNDLE, KEY)
    with pytest.raises(Refused, match=f"decided by rules 1; this gate decides by {RULES}"):
        redecide.as_of(rederived, "2026-12-31T18:00:00Z")


def test_an_act_wants_a_decision_of_this_gates_rules() -> None:
    """What still holds now is derived, so a decision of other rules opens the way to no act."""
    files = read_bundle(BUNDLE.read_bytes())
    _, envelope = verify_bundle.decision_in(BUNDLE, files)
    public = signing_keys.load_public(KEY)
    artifacts = {name: files[name] for name in rederive.named_in(envelope, public)}
    rederived = rederive.rederive(artifacts, envelope, public)
    assert rederived.decision.verdict is Verdict.GREEN
    with pytest.raises(Refused, match="decided by rules 1"):
        rederive.rederive(
            artifacts, envelope, public, now=datetime.fromisoformat(rederived.decision.as_of)
        )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda signed: signed["predicate"].update(verificationResult="FAILED"), "result"),
        (lambda signed: _criteria(signed)[0].update(outcome="FAIL"), "not accepted"),
        (lambda signed: _criteria(signed)[0]["legs"][0].update(evidence=["0" * 64]), "no artifact"),
    ],
)
def test_what_older_rules_recorded_must_agree_with_itself(
    change: Callable[[Any], object], says: str
) -> None:
    """Verdict, outcomes and evidence of a recorded decision, each spoilt alone."""
    files = read_bundle(BUNDLE.read_bytes())
    _, envelope = verify_bundle.decision_in(BUNDLE, files)
    signed = json.loads(signing.verify(envelope, signing_keys.load_public(KEY), PAYLOAD_TYPE))
    rederived = verify_bundle.record_of(BUNDLE, KEY)
    snapshot = json.loads(files["PhaseX_Snapshot.json"])
    older.check_recorded(
        signed, older.read_decision(signed), json.dumps(snapshot).encode(), rederived.evidence
    )
    change(signed)
    snapshot["decision"] = signed["predicate"][EXTENSION]
    with pytest.raises(Refused, match=says):
        older.check_recorded(
            signed, older.read_decision(signed), json.dumps(snapshot).encode(), rederived.evidence
        )


def test_keys_of_a_newer_gate_are_left_out_and_nothing_else() -> None:
    """A decision of a later gate is read as far as it is known here; a wrong value is refused."""
    files = read_bundle(BUNDLE.read_bytes())
    _, envelope = verify_bundle.decision_in(BUNDLE, files)
    signed = signing.unverified(envelope)
    recorded = signed["predicate"][EXTENSION]
    recorded["rules"], recorded["mood"] = RULES + 1, "new"
    recorded["criteria"][0]["colour"] = "new"
    assert isinstance(older.read_decision(signed), Decision)
    assert older.read_decision(signed).rules == RULES + 1
    recorded["verdict"] = "PURPLE"
    with pytest.raises(Refused, match="cannot be read"):
        older.read_decision(signed)


def _criteria(signed: Any) -> Any:  # noqa: ANN401 - any JSON
    return signed["predicate"][EXTENSION]["criteria"]
