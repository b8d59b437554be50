"""The previous release is the nearest one in the history that a trusted key signed GREEN.

Anything less is none, and says why.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from atom_release.errors import Refused
from atom_release.gate.vocabulary import Answer, Verdict
from atom_release.git import Git
from atom_release.records import canonical, signing_keys
from atom_release.release import compare_releases, previous_release, trusted_keys, verified_release
from atom_release.release.ask import Boundary
from atom_release.release.open_look import open_look
from atom_release_tests.fixtures.asking import asking
from atom_release_tests.fixtures.people import under_operator
from atom_release_tests.fixtures.released import release
from atom_release_tests.fixtures.tiny import ASKED, MANIFEST, Tiny, make

SUMMARY = {"PhaseX_PerfSummary.json": b'{"evidence":[]}\n'}

SERVED = MANIFEST.replace("ACTS", "on").replace(
    "report: reports/X.1.md}",
    "report: reports/X.1.md, start: {command: [serve]}, endpoints: [{name: a, path: /}]}",
)
SERVED = SERVED.replace(ASKED, asking("AC1", "AC5", "T5"))


@pytest.fixture
def tiny(tmp_path: Path) -> Tiny:
    return make(tmp_path)


def test_a_first_release_has_none(tiny: Tiny) -> None:
    lookup = previous_release.find_previous_release(tiny.subject())
    assert lookup.release is None
    assert lookup.reason.startswith("no tag marks a release before ")


def test_the_nearest_in_the_history_is_taken_whatever_its_name(tiny: Tiny) -> None:
    """v9 was released first; a name or a date would take it."""
    release(tiny, "v9", artifacts=SUMMARY)
    second = tiny.commit("src/one.py", "ONE = 2\n")
    made = release(tiny, "v2", artifacts=SUMMARY)
    tiny.commit("src/one.py", "ONE = 3\n")
    release_before = previous_release.find_previous_release(tiny.subject()).release
    assert release_before is not None
    assert (release_before.tag, release_before.commit, release_before.judged) == (
        "v2",
        made,
        second,
    )
    assert release_before.artifact("PerfSummary.json") == (
        "PhaseX_PerfSummary.json",
        SUMMARY["PhaseX_PerfSummary.json"],
    )
    assert release_before.artifact("Aggregated.json") is None
    assert release_before.manifest == MANIFEST.replace("ACTS", "on").encode()
    envelope = Git(tiny.repository).output(
        "cat-file", "blob", f"{made}:releases/v2/PhaseX_Decision.dsse.json"
    )
    assert release_before.decision_digest == canonical.digest(envelope)


def test_a_merged_release_is_found_too_and_its_folder_is_not_the_next_ones(tiny: Tiny) -> None:
    """Once merged, an earlier release's decision lies in the tree of every later release commit."""
    first = release(tiny, "v1")
    tiny.git("merge", "-q", "--no-ff", "--no-edit", first)
    second = tiny.commit("src/one.py", "ONE = 2\n")
    release(tiny, "v2")
    tiny.commit("src/one.py", "ONE = 3\n")
    release_before = previous_release.find_previous_release(tiny.subject()).release
    assert release_before is not None
    assert (release_before.tag, release_before.judged) == ("v2", second)


def test_this_commits_own_release_is_not_before_it(tiny: Tiny) -> None:
    release(tiny, "v1")
    assert previous_release.find_previous_release(tiny.subject()).release is None


def test_a_tag_beside_the_history_is_none(tiny: Tiny) -> None:
    """Released from a branch that this commit does not stand on."""
    tiny.git("checkout", "-q", "-b", "aside")
    tiny.commit("src/one.py", "ONE = 2\n")
    release(tiny, "v1")
    tiny.git("checkout", "-q", "main")
    tiny.commit("src/one.py", "ONE = 3\n")
    assert previous_release.find_previous_release(tiny.subject()).release is None


def test_a_tag_without_a_decision_is_not_even_passed_over(tiny: Tiny) -> None:
    tiny.git("tag", "-a", "-m", "by hand", "v0")
    tiny.commit("src/one.py", "ONE = 2\n")
    lookup = previous_release.find_previous_release(tiny.subject())
    assert (lookup.release, lookup.passed_over) == (None, ())


UNBELIEVABLE = {
    "red": ({"verdict": Verdict.RED}, "its decision is RED, not GREEN"),
    "edited": (
        {"artifacts": SUMMARY, "committed": {"PhaseX_PerfSummary.json": b'{"evidence":[1]}\n'}},
        "PhaseX_PerfSummary.json is not what was signed",
    ),
    "elsewhere": ({"about": "0" * 40}, "its decision is not about its first parent"),
}


@pytest.mark.parametrize("wrong", sorted(UNBELIEVABLE))
def test_what_cannot_be_believed_is_passed_over_for_an_older_one(tiny: Tiny, wrong: str) -> None:
    released_with, why = UNBELIEVABLE[wrong]
    release(tiny, "v1", artifacts=SUMMARY)
    tiny.commit("src/one.py", "ONE = 2\n")
    release(tiny, "v2", **released_with)  # type: ignore[arg-type]
    tiny.commit("src/one.py", "ONE = 3\n")
    lookup = previous_release.find_previous_release(tiny.subject())
    assert lookup.release is not None
    assert lookup.release.tag == "v1"
    assert [reason for reason in lookup.passed_over if reason.startswith(f"v2: {why}")]


def test_another_key_is_believed_only_where_it_is_trusted(tiny: Tiny, tmp_path: Path) -> None:
    other = signing_keys.ensure_key(tmp_path / "other" / "gate.pem")
    release(tiny, "v1", key=other)
    tiny.commit("src/one.py", "ONE = 2\n")
    subject = tiny.subject()
    lookup = previous_release.find_previous_release(subject)
    assert lookup.release is None
    assert "v1: its decision is not signed by a trusted key" in lookup.reason
    assert (
        previous_release.find_previous_release(subject, [subject.key.public, other.public]).release
        is not None
    )


def naming(tag: str) -> str:
    return MANIFEST.replace("ACTS", "on").replace(
        "tag: v1-phaseX", f"tag: v1-phaseX, previous: {tag}"
    )


@pytest.mark.parametrize(
    ("named", "disputed"),
    [
        ("v2", ""),
        ("v1", "names v1 as the release before, and the history says: v2"),
        ("v7", "names v7"),
    ],
)
def test_what_the_manifest_names_chooses_nothing_and_is_held_against_the_history(
    tiny: Tiny, named: str, disputed: str
) -> None:
    """An older, slower or looser release would be the one to name."""
    release(tiny, "v1")
    tiny.commit("src/one.py", "ONE = 2\n")
    release(tiny, "v2")
    tiny.commit("release.yaml", naming(named))
    lookup = trusted_keys.release_before(tiny.subject())
    assert lookup.release is not None
    assert lookup.release.tag == "v2"
    assert (disputed in lookup.disputed, bool(lookup.disputed)) == (True, bool(disputed))


def test_a_named_release_that_there_is_not_is_disputed_too(tiny: Tiny) -> None:
    tiny.commit("release.yaml", naming("v7"))
    lookup = trusted_keys.release_before(tiny.subject())
    assert lookup.release is None
    assert lookup.disputed.startswith(
        "the manifest names v7 as the release before, and the history says: no tag marks a release"
    )


def test_figures_are_compared_with_the_release_that_the_ratchet_stands_on(
    tiny: Tiny, tmp_path: Path
) -> None:
    """Also where another gate made it, whose key the operator's file names.

    A disputed one is compared with nothing, and that is no pass.
    """
    other = signing_keys.ensure_key(tmp_path / "other" / "gate.pem")
    tiny = under_operator(tiny, gates=[other.public.pem.decode()])
    release(tiny, "v1", key=other, artifacts=SUMMARY)
    tiny.commit("release.yaml", SERVED)
    assert compared(tiny) == (Answer.YES, "no baseline: v1 measured no latency of one")
    tiny.commit("release.yaml", SERVED.replace("tag: v1-phaseX", "tag: v1-phaseX, previous: v0"))
    answer, reason = compared(tiny)
    assert (answer, "v0 as the release before, and the history says: v1" in reason) == (
        Answer.UNKNOWN,
        True,
    )


def compared(tiny: Tiny) -> tuple[Answer, str]:
    subject = tiny.subject()
    look = open_look(subject, tiny.settings)
    step = SimpleNamespace(
        subject=subject,
        manifest=subject.manifest,
        look=look,
        boundary=Boundary(look, "perf_summary", look.clock() + timedelta(hours=1)),
    )
    (evidence,) = compare_releases.regressions(step, [])  # type: ignore[arg-type]
    return evidence.answer, evidence.reason


def test_a_decision_that_is_no_json_is_refused(tiny: Tiny) -> None:
    tiny.commit("releases/v1/PhaseX_Decision.dsse.json", "{")
    commit, judged = tiny.git("rev-parse", "HEAD", "HEAD^").split()
    with pytest.raises(Refused, match="not signed by a trusted key"):
        verified_release.verify_release(
            tiny.repository, "v1", commit, judged, [tiny.subject().key.public]
        )
