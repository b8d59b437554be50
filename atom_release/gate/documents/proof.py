"""What `prove` shows of one check: one document, and the same as an in-toto test result.

Source: https://in-toto.io/attestation/test-result/v0.1
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from atom_release.gate.documents.attestation import TEST_RESULT
from atom_release.gate.documents.vsa import STATEMENT_TYPE
from atom_release.gate.facts.own_check import OwnCheckFacts, Part
from atom_release.gate.rules.proof import Proved

PROOF_ID = "urn:atom-release:schema:proof:1"

_RESULTS = {Proved.PROVEN: "PASSED", Proved.WEAK: "WARNED"}
_NAMES: dict[Part, str] = {
    "as it is": "green as it is",
    "control": "red with the known-bad change",
    "harmless": "green with a harmless change",
}


class ProofDocument(BaseModel):
    """The answer of `prove`, with every run that it rests on."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    id: str = Field(default=PROOF_ID, alias="$id")
    state: Proved
    reason: str
    remedy: str
    commit: str
    tree: str = Field(description="the tree that was run: of a changed work tree, its own")
    changed: list[str] = Field(description="what the work tree has otherwise than the commit")
    isolation: list[str]
    check: OwnCheckFacts

    def to_json(self) -> dict[str, JsonValue]:
        """Return it as JSON with its `$id`."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)

    def statement(self, digest: str) -> dict[str, JsonValue]:
        """Return the in-toto statement about the tree that was run.

        Args:
            digest: SHA-256 of this document's canonical JSON.
        """
        subject: dict[str, JsonValue] = (
            {"name": "work tree", "digest": {"gitTree": self.tree}}
            if self.changed
            else {"name": "commit", "digest": {"gitCommit": self.commit}}
        )
        return {
            "_type": STATEMENT_TYPE,
            "subject": [subject],
            "predicateType": TEST_RESULT,
            "predicate": self._test_result(digest),
        }

    def _test_result(self, digest: str) -> dict[str, JsonValue]:
        wanted = {"as it is": "green", "control": "red", "harmless": "green"}
        held: dict[str, bool] = {}
        for run in self.check.runs:
            name = _NAMES.get(run.part)
            if name is not None:
                held[name] = held.get(name, True) and run.state == wanted[run.part]
        weak = self.state is Proved.WEAK
        named: dict[str, JsonValue] = {
            "passedTests": [name for name in held if held[name]],
            "warnedTests": [self.reason] if weak else [],
            "failedTests": [name for name in held if not held[name]],
        }
        proven: list[JsonValue] = [{"name": "proof", "digest": {"sha256": digest}}]
        return {"result": _RESULTS.get(self.state, "FAILED"), "configuration": proven, **named}


def proof_schema() -> dict[str, Any]:
    """Return the JSON schema of the document, with its `$id`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **ProofDocument.model_json_schema(by_alias=True),
        "$id": PROOF_ID,
    }
