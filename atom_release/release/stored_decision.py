"""The decision that an act may believe: read back, verified by the gate's key, decided again.

Nothing here asks Dagster: no event, check or stored value of it can open the way to a tag.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from atom_release.errors import Refused, StoreError
from atom_release.gate.documents.vsa import PAYLOAD_TYPE
from atom_release.gate.vocabulary import Verdict
from atom_release.records import canonical, record, rederive, signing
from atom_release.records.run_store import RunStore
from atom_release.release import attempts
from atom_release.release.clock import now
from atom_release.release.released import decision_name
from atom_release.release.subject import Subject

_AGAIN = "Run `atom-release audit` on this commit."


def newest_run(subject: Subject) -> RunStore:
    """Return the newest run on the judged commit that came to a snapshot.

    Raises:
        Refused: there is none, or the store cannot be believed.
    """
    try:
        run = subject.store.newest_complete(subject.commit)
    except StoreError as error:
        raise Refused(f"The store cannot be believed: {error.message}", error.remedy) from error
    if run is None:
        raise Refused(f"No complete run has judged commit {subject.commit[:12]}.", _AGAIN)
    return run


def artifacts_of(subject: Subject, run: RunStore) -> tuple[dict[str, bytes], bytes]:
    """Read back the artifacts that a run's decision names, and the signed decision.

    Raises:
        Refused: one is missing, edited, or not signed by the gate's key.
    """
    try:
        envelope = run.read(decision_name(subject.manifest))
        signed = json.loads(signing.verify(envelope, subject.key.public, PAYLOAD_TYPE))
        names = [entry["name"] for entry in signed["subject"] if "sha256" in entry["digest"]]
        return run.read_all(names), envelope
    except StoreError as error:
        raise Refused(error.message, error.remedy) from error


def newest_record(subject: Subject) -> record.Record:
    """Return the newest decision on the judged commit, derived again as of its own time.

    Raises:
        Refused: there is none that can be believed, or it judged another commit, tree or manifest.
    """
    return _checked(subject, *artifacts_of(subject, newest_run(subject)))


def green_record(subject: Subject) -> tuple[record.Record, dict[str, bytes]]:
    """Return the newest decision with its artifacts if it is GREEN, as of its time and as of now.

    Raises:
        Refused: it is not, or cannot be believed, or the history of this commit disputes it.
    """
    artifacts, envelope = artifacts_of(subject, newest_run(subject))
    rederived = _checked(subject, artifacts, envelope)
    if rederived.decision.verdict is not Verdict.GREEN:
        raise Refused(
            f"The decision on {subject.commit[:12]} is {rederived.decision.verdict}:"
            f" {rederived.decision.reason}.",
            "Read it with `atom-release explain`.",
        )
    rederive.rederive(artifacts, envelope, subject.key.public, now=now())
    attempts.require_undisputed(subject, rederived, artifacts)
    return rederived, artifacts


def _checked(subject: Subject, artifacts: Mapping[str, bytes], envelope: bytes) -> record.Record:
    rederived = rederive.rederive(artifacts, envelope, subject.key.public)
    if (rederived.decision.commit, rederived.decision.tree) != (subject.commit, subject.tree.tree):
        raise Refused(
            f"The decision is about another commit: {rederived.decision.commit[:12]}, not"
            f" {subject.commit[:12]}.",
            _AGAIN,
        )
    if canonical.digest(artifacts[record.MANIFEST]) != canonical.digest(subject.manifest_bytes):
        raise Refused("The decision was made with another manifest.", _AGAIN)
    return rederived
