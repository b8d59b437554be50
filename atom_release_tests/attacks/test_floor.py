"""What the operator asks of every release cannot be left out by the one who asks for a tag."""

from __future__ import annotations

from pathlib import Path

import pytest

from atom_release.gate.decision.decision import Decision
from atom_release.gate.vocabulary import Verdict
from atom_release.release import sign_consent
from atom_release_tests.benchmarks.bypass import MANIFEST
from atom_release_tests.fixtures import attempts
from atom_release_tests.fixtures.people import Someone, someone, under_operator
from atom_release_tests.fixtures.tiny import Tiny

pytestmark = pytest.mark.slow  # whole runs of a release, each in a repository of its own

_TENANCY = next(line for line in MANIFEST.splitlines() if line.startswith("tenancy:"))
WITHOUT_TENANTS = MANIFEST.replace("ACTS", "on").replace(
    _TENANCY, "left_out: {P-5: there are no tenants}"
)


def asked_by(release: Tiny, *people: Someone, floor: tuple[str, ...]) -> Tiny:
    """Return the release under an operator who names these people and asks this."""
    return under_operator(release, *people, floor=list(floor))


def waive(release: Tiny, key: Path, name: str) -> None:
    statement = sign_consent.Said(name, "2099-01-01T00:00:00Z", None, "no tenants yet", "T-1")
    sign_consent.waive(release.settings, ["P-5"], statement, key, None)


def judged(release: Tiny, run: str) -> Decision:
    """Judge, all systems answering well, and tag what is GREEN."""
    decision = attempts.judge(release, run)
    assert decision is not None
    if decision.verdict is Verdict.GREEN:
        attempts.act(release, run)
    return decision


def test_a_reason_in_the_commit_leaves_nothing_out_below_the_floor(tmp_path: Path) -> None:
    """The twin is the same manifest under an operator who does not ask it."""
    release = asked_by(attempts.make(tmp_path / "r", WITHOUT_TENANTS), floor=("P-5",))
    assert judged(release, "asked").verdict is not Verdict.GREEN
    assert not release.tags()
    honest = asked_by(attempts.make(tmp_path / "twin", WITHOUT_TENANTS), floor=("P-1",))
    assert judged(honest, "unasked").verdict is Verdict.GREEN
    assert any("v1-phaseX" in name for name in honest.tags())


def test_only_somebody_who_is_trusted_lets_it_be_left_out(tmp_path: Path) -> None:
    """Neither the gate's own key, which whoever starts a run has, nor a stranger's."""
    ada, mallory = someone(tmp_path, "ada"), someone(tmp_path, "mallory")
    release = asked_by(attempts.make(tmp_path / "r", WITHOUT_TENANTS), ada, floor=("P-5",))
    assert judged(release, "first").verdict is not Verdict.GREEN
    own = release.settings.home / "keys" / "gate.pem"
    for key, name in ((own, "gate"), (mallory.key, "mallory")):
        waive(release, key, name)
        decision = judged(release, name)
        assert decision.verdict is not Verdict.GREEN, (name, decision.reason)
        assert not release.tags()
    waive(release, ada.key, "ada")
    decision = judged(release, "ada")
    assert decision.verdict is Verdict.GREEN, decision.reason
    assert any("v1-phaseX" in name for name in release.tags())
