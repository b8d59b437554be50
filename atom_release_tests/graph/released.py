"""An earlier release on a tiny repository, made as the gate makes one: a release commit on the judged one, a signed decision, an annotated tag."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from atom_release.gate.decision import Decision
from atom_release.gate.statement import PAYLOAD_TYPE
from atom_release.gate.vocabulary import Verdict
from atom_release.publish import record, signing
from atom_release.publish.release_commit import Identity, Signature, make_release_commit, make_tag_object
from atom_release_tests.graph.tiny import Tiny

WHEN = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
_SAID = Signature(Identity("atom-release", "gate@example.org"), WHEN, "Release")


def release(  # noqa: PLR0913 - what may be wrong with one
    tiny: Tiny,
    tag: str,
    *,
    artifacts: Mapping[str, bytes] | None = None,
    verdict: Verdict = Verdict.GREEN,
    key: signing.KeyPair | None = None,
    about: str | None = None,
    committed: Mapping[str, bytes] | None = None,
) -> str:
    """Release HEAD as it stands now, and give the release commit; `committed` replaces artifacts after they were signed."""
    subject = tiny.subject()
    commit = about or subject.commit
    decision = Decision(
        verdict=verdict, release="X Example", version=tag, commit=commit, tree=subject.tree.tree, as_of=WHEN.isoformat(), reason="as said", criteria=()
    )
    signed = {**(artifacts or {}), record.MANIFEST: subject.manifest_bytes}
    envelope = signing.sign(record.seal(decision, signed, {}, (key or subject.key).public, version="0"), PAYLOAD_TYPE, key or subject.key)
    files = {**(artifacts or {}), **(committed or {}), "PhaseX_Decision.dsse.json": envelope}
    made = make_release_commit(tiny.repository, subject.commit, {f"releases/{tag}/{name}": content for name, content in files.items()}, _SAID)
    tiny.git("update-ref", f"refs/tags/{tag}", make_tag_object(tiny.repository, tag, made, _SAID))
    return made
