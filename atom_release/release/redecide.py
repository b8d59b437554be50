"""What a recorded decision would be at another moment or under another manifest.

And what two recorded decisions differ in.

The evidence stays as it was recorded: nothing is asked again, and nothing that comes out here can
open the way to an act.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from atom_release.errors import Misuse, Refused, StoreError
from atom_release.gate.consents.signed import Moment
from atom_release.gate.decision.decide import decide
from atom_release.gate.decision.decision import Decision
from atom_release.gate.documents.diff import compare
from atom_release.gate.vocabulary import Verdict
from atom_release.records import older, record, signing
from atom_release.release import verify_bundle
from atom_release.source.manifest_file import parse_manifest


def as_of(recorded: record.Record, moment: str) -> dict[str, Any]:
    """Return the decision as it would be at a moment.

    Freshness, waivers and approvals count as they do then.

    Raises:
        Misuse: that is no moment with a zone.
    """
    when = _moment(moment)
    then = decide(replace(recorded.decidable(), as_of=when))
    return {
        "at": when.isoformat(),
        **_told(recorded.decision, then),
        "holds": recorded.decision.verdict is then.verdict or then.verdict is Verdict.GREEN,
    }


def with_manifest(recorded: record.Record, place: Path) -> dict[str, Any]:
    """Return the decision as another manifest would have it, on the same evidence.

    Raises:
        Misuse: that is no manifest.
    """
    try:
        manifest = parse_manifest(place.read_bytes(), str(place))
    except OSError as error:
        raise Misuse(
            f"The manifest {place} cannot be read: {error.strerror}.", "Name a readable file."
        ) from error
    return {
        "manifest": str(place),
        **_told(recorded.decision, decide(replace(recorded.decidable(), manifest=manifest))),
    }


def differences(first: Path, second: Path, key: Path | None) -> dict[str, Any]:
    """Return what two recorded decisions differ in.

    With a key, both are verified first, and without one that is said.

    Raises:
        Misuse: one of the places holds no decision, or the key is none.
        Refused: one of the decisions does not verify.
    """
    former, other = (_decision(place, key) for place in (first, second))
    return {
        "verified": key is not None,
        "before": {
            "place": str(first),
            "decision": former.verdict,
            "commit": former.commit,
            "as_of": former.as_of,
            "baseline": former.baseline,
        },
        "after": {
            "place": str(second),
            "decision": other.verdict,
            "commit": other.commit,
            "as_of": other.as_of,
            "baseline": other.baseline,
        },
        "changes": _changes(former, other),
    }


def write_page(first: Path, second: Path, key: Path | None, target: Path) -> None:
    """Write two recorded decisions beside each other as one HTML page.

    Raises:
        Misuse: as `differences`, or the page cannot be written.
        Refused: one of the decisions does not verify.
    """
    from atom_release.pages.diff import Compared, diff_page

    former, other = (_decision(place, key) for place in (first, second))
    compared = Compared(former, other, (str(first), str(second)), verified=key is not None)
    try:
        target.write_bytes(diff_page(compared))
    except OSError as error:
        raise Misuse(
            f"{target} cannot be written: {error.strerror}.", "Name a file in a writable folder."
        ) from error


def _decision(place: Path, key: Path | None) -> Decision:
    if key is not None:
        return verify_bundle.record_of(place, key).decision
    _, envelope = verify_bundle.decision_in(place, verify_bundle.contents_of(place))
    try:
        return older.read_decision(signing.unverified(envelope))
    except StoreError as error:
        raise Refused(
            f"The decision in {place} cannot be read: {type(error).__name__}.",
            "Name an audit bundle, or the folder of a run.",
        ) from error


def _told(recorded: Decision, then: Decision) -> dict[str, Any]:
    return {
        "decision": then.verdict.value,
        "reason": then.reason,
        "changes": _changes(recorded, then),
    }


def _changes(before: Decision, after: Decision) -> list[Mapping[str, Any]]:
    return [change.model_dump(mode="json") for change in compare(before, after)]


def _moment(text: str) -> datetime:
    try:
        return TypeAdapter(Moment).validate_python(text)
    except ValidationError as error:
        raise Misuse(
            f"{text!r} is no moment with a zone.",
            "Write it as RFC 3339 has it, e.g. 2026-12-31T18:00:00Z.",
        ) from error
