"""The earlier release of a scenario is one that the gate itself would believe.

And made again where another key signs.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from atom_release.gate.vocabulary import Verdict
from atom_release.git import Git
from atom_release.records import canonical, rederive
from atom_release.release import compare_releases, previous_release
from atom_release.release.subject import open_subject
from atom_release.settings import Settings


def test_it_is_decided_by_the_rule_and_signed_with_the_key_of_this_gate(tmp_path: Path) -> None:
    settings = Settings(scenario="regressed", out=str(tmp_path / "reports"), home=tmp_path / "home")
    subject = open_subject(settings, create=True)
    release_before = previous_release.find_previous_release(subject).release
    assert release_before is not None
    assert (release_before.tag, release_before.judged) == (
        "v2.9.0-phaseC",
        Git(subject.tree.repository).line("rev-parse", "main^1"),
    )
    envelope = Git(subject.tree.repository).output(
        "cat-file", "blob", f"{release_before.commit}:releases/v2.9.0/PhaseC_Decision.dsse.json"
    )
    assert (
        rederive.rederive(release_before.artifacts, envelope, subject.key.public).decision.verdict
        is Verdict.GREEN
    )
    baseline, _ = compare_releases.baseline_of(previous_release.find_previous_release(subject))
    assert baseline is not None
    assert (baseline.name, baseline.digest) == (
        "PhaseC_PerfSummary.json",
        canonical.digest(release_before.artifacts["PhaseC_PerfSummary.json"]),
    )
    again = previous_release.find_previous_release(open_subject(settings, create=True)).release
    assert again is not None
    assert again.commit == release_before.commit
    shutil.rmtree(tmp_path / "home" / "keys")
    other = previous_release.find_previous_release(open_subject(settings, create=True)).release
    assert other is not None
    assert other.commit != release_before.commit
