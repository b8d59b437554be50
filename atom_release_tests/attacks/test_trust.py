"""Whose word counts is not for the judged commit to say: branches, keys, old policies, clones.

Each story ends before a tag, and has an honest twin that is tagged or believed.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from atom_release.errors import Misuse, Refused
from atom_release.gate.decision.decision import Decision
from atom_release.gate.vocabulary import Outcome, Verdict
from atom_release.records import signing_keys
from atom_release.release import released, sign_consent
from atom_release_tests.benchmarks.bypass import MANIFEST
from atom_release_tests.fixtures import attempts
from atom_release_tests.fixtures.people import (
    Someone,
    decided,
    someone,
    trusted_names,
    under_operator,
)
from atom_release_tests.fixtures.released import release as release_as
from atom_release_tests.fixtures.tiny import Tiny

pytestmark = pytest.mark.slow  # whole runs of a release, each in a repository of its own

HONEST = MANIFEST.replace("ACTS", "on")
LOOSE = HONEST.replace("minimum: 0.8", "minimum: 0.1")


@pytest.fixture
def first(tmp_path: Path) -> Tiny:
    """A repository that nothing was released of yet, under an operator without a floor."""
    return under_operator(attempts.make(tmp_path / "r"))


@pytest.fixture
def second(first: Tiny) -> Tiny:
    """The same with a release v0 on the default branch, pushed, and one commit after it."""
    release_as(first, "v0")
    first.commit("src/one.py", "def one() -> int:\n    return 2\n")
    push(first)
    return first


def push(release: Tiny, branch: str = "main") -> None:
    release.git("push", "-q", "origin", branch, "--tags")


def tried(release: Tiny) -> Decision:
    """Judge, all systems answering well, and try to tag whatever came out."""
    decision = attempts.judge(release, "only")
    assert decision is not None
    if decision.verdict is Verdict.GREEN:
        attempts.act(release, "only")
    else:
        with pytest.raises(Refused):
            attempts.act(release, "only")
    return decision


def ratchet_of(decision: Decision) -> list[tuple[Outcome | None, str]]:
    return [
        (leg.outcome, leg.reason)
        for criterion in decision.criteria
        for leg in criterion.legs
        if leg.question == "ratchet"
    ]


def made_the_tag(release: Tiny) -> bool:
    return any("v1-phaseX" in name for name in release.tags())


def test_an_honest_second_release_is_tagged(second: Tiny) -> None:
    """The twin of the stories below: it asks what the release before asked."""
    decision = tried(second)
    assert decision.verdict is Verdict.GREEN, decision.reason
    assert made_the_tag(second)
    assert decision.baseline.startswith("the manifest of v0 (")


def test_a_manifest_that_asks_less_is_no_second_release(second: Tiny) -> None:
    second.commit("release.yaml", LOOSE)
    assert tried(second).verdict is Verdict.RED
    assert not made_the_tag(second)


def test_the_manifest_names_an_evil_branch_as_base(second: Tiny, tmp_path: Path) -> None:
    """On it lie the attacker's keys and a looser "release" that the attacker signed."""
    mallory = someone(tmp_path, "mallory")
    second.git("checkout", "-q", "-b", "evil")
    second.commit("release-keys/gates/mallory.pub", mallory.pem)
    second.commit("release-keys/mallory@example.org.pub", mallory.pem)
    evil = LOOSE.replace("base: main", "base: evil")
    second.commit("release.yaml", evil)
    release_as(second, "v0.9", key=signing_keys.ensure_key(mallory.key))
    second.commit("src/one.py", "def one() -> int:\n    return 666\n")
    push(second, "evil")
    decision = tried(second)
    assert (decision.verdict, made_the_tag(second)) == (Verdict.RED, False)
    assert decision.baseline.startswith("the manifest of v0 (")
    assert any("minimum" in reason for _, reason in ratchet_of(decision))
    assert trusted_names(second) == []


def test_the_manifest_names_a_fork_as_its_remote(second: Tiny, tmp_path: Path) -> None:
    """The fork's default branch is the attacker's: what counts is what `origin` shows."""
    fork = tmp_path / "fork.git"
    second.git("clone", "-q", "--bare", str(second.origin), str(fork))
    second.git("update-ref", "-d", "refs/tags/v0", at=fork)
    second.git("remote", "add", "fork", str(fork))
    second.commit("release.yaml", LOOSE + "infrastructure: {remote: fork}\n")
    second.git("push", "-q", "fork", "main")
    assert decided(second).baseline.startswith("the manifest of v0 (")
    assert tried(second).verdict is Verdict.RED
    assert not second.git("tag", at=fork)


def test_an_old_policy_that_was_valid_once_is_played_back(first: Tiny) -> None:
    """A commit on top of a release that asked less, long after a stricter one was made."""
    first.commit("release.yaml", LOOSE)
    release_as(first, "v0.1")
    old = first.git("rev-parse", "HEAD")
    first.commit("release.yaml", HONEST)
    release_as(first, "v0.2")
    push(first)
    first.git("checkout", "-q", "-b", "again", old)
    first.commit("src/one.py", "def one() -> int:\n    return 2\n")
    decision = tried(first)
    assert (decision.verdict, made_the_tag(first)) == (Verdict.RED, False)
    assert decision.baseline.startswith("the manifest of v0.2 (")


def test_a_release_on_top_of_the_newest_is_compared_with_it_although_it_is_not_merged_yet(
    second: Tiny,
) -> None:
    """The honest twin: v0.5 was released from a branch on top of v0, and tightened."""
    second.git("checkout", "-q", "-b", "next")
    second.commit("release.yaml", HONEST.replace("minimum: 0.8", "minimum: 0.9"))
    release_as(second, "v0.5")
    second.commit("src/one.py", "def one() -> int:\n    return 3\n")
    decision = tried(second)
    assert decision.verdict is Verdict.GREEN, decision.reason
    assert decision.baseline.startswith("the manifest of v0.5 (")


def waive(release: Tiny, person: Someone, criterion: str = "P-6") -> None:
    statement = sign_consent.Said(person.name, "2099-01-01T00:00:00Z", None, "why", "T-1")
    sign_consent.waive(release.settings, [criterion], statement, person.key, None)


def refused_then_waived(release: Tiny, person: Someone) -> Decision:
    """Judge with P-6 failing, hand in the person's waiver of it, judge again and try to tag."""
    attempts.judge(release, "first", "P-6")
    for criterion in ("P-6", "T5"):
        waive(release, person, criterion)
    decision = attempts.judge(release, "second", "P-6")
    assert decision is not None
    if decision.verdict is Verdict.GREEN:
        attempts.act(release, "second")
    return decision


def test_a_commit_brings_a_key_and_a_waiver_signed_with_it(second: Tiny, tmp_path: Path) -> None:
    """Also where the key came to the default branch meanwhile: it is newer than the release."""
    mallory = someone(tmp_path, "mallory")
    second.commit("release-keys/mallory@example.org.pub", mallory.pem)
    second.commit("release-keys/people.yaml", "mallory: [mallory@example.org]\n")
    push(second)
    decision = refused_then_waived(second, mallory)
    assert (decision.verdict, made_the_tag(second)) == (Verdict.RED, False)
    assert len(decision.waivers) == 2
    assert all("its key is not one that is trusted here" in use.why for use in decision.waivers)


def test_a_waiver_by_a_key_that_the_release_before_had_counts(first: Tiny, tmp_path: Path) -> None:
    """The honest twin: the key came with the release before, which the gate signed."""
    ada = someone(tmp_path, "ada")
    first.commit("release-keys/ada@example.org.pub", ada.pem)
    release_as(first, "v0")
    first.commit("src/one.py", "def one() -> int:\n    return 2\n")
    push(first)
    decision = refused_then_waived(first, ada)
    assert (decision.verdict, made_the_tag(first)) == (Verdict.GREEN, True), decision.reason
    assert decision.trust.startswith("the release tag v0 (")


def test_a_release_of_a_side_branch_brings_the_keys_of_whoever_made_it(
    second: Tiny, tmp_path: Path
) -> None:
    """The gate itself released it, and nobody who keeps the default branch took it."""
    mallory = someone(tmp_path, "mallory")
    second.git("checkout", "-q", "-b", "side")
    second.commit("release-keys/mallory@example.org.pub", mallory.pem)
    release_as(second, "v0.5")
    second.commit("src/one.py", "def one() -> int:\n    return 3\n")
    push(second, "side")
    assert trusted_names(second) == []
    assert refused_then_waived(second, mallory).verdict is Verdict.RED
    assert not made_the_tag(second)
    second.git("push", "-q", "origin", "side:main")  # the twin: it was merged
    assert trusted_names(second) == ["mallory@example.org"]


def test_the_operators_file_names_people_and_the_tree_has_no_say(
    second: Tiny, tmp_path: Path
) -> None:
    """Neither a key of the release before nor one of S counts beside it."""
    ada, bob = someone(tmp_path, "ada"), someone(tmp_path, "bob")
    second.commit("release-keys/bob@example.org.pub", bob.pem)
    release_as(second, "v0.5")
    second.commit("src/one.py", "def one() -> int:\n    return 3\n")
    push(second)
    assert trusted_names(second) == ["bob@example.org"]
    assert trusted_names(under_operator(second, ada)) == ["ada"]


def test_a_first_release_stands_on_the_operators_key_alone_and_says_so(first: Tiny) -> None:
    """No baseline, and that alone keeps nobody from releasing."""
    decision = tried(first)
    assert (decision.verdict, made_the_tag(first)) == (Verdict.GREEN, True), decision.reason
    assert "; no baseline: no tag marks a release before " in decision.reason
    assert decision.reason.endswith("; the gate's own key alone is trusted")


@pytest.mark.parametrize("without", ["a remote", "a commit at the remote's HEAD"])
def test_without_a_default_branch_the_operators_key_alone_counts(
    without: str, first: Tiny, tmp_path: Path
) -> None:
    """Whatever keys lie about: that is said, and no criterion is open for that alone."""
    mallory = someone(tmp_path, "mallory")
    first.commit("release-keys/mallory@example.org.pub", mallory.pem)
    if without == "a remote":
        first.git("remote", "remove", "origin")
        why = "the repository has no remote"
    else:
        first.git("symbolic-ref", "HEAD", "refs/heads/unborn", at=first.origin)
        why = "the remote origin has no commit on its default branch yet"
    decision = decided(first)
    assert (trusted_names(first), ratchet_of(decision)) == ([], [])
    assert "; no baseline: " in decision.reason
    assert why in decision.reason
    assert "the gate's own key alone is trusted" in decision.reason


def test_a_shallow_clone_hides_the_release_before(second: Tiny, tmp_path: Path) -> None:
    """It is not taken for a first release; the twin, made whole, is compared with v0."""
    second.commit("release.yaml", LOOSE)
    push(second)
    shallow = tmp_path / "shallow"
    second.git("clone", "-q", "--depth", "1", f"file://{second.origin}", str(shallow))
    clone = Tiny(shallow, second.origin, second.settings.with_options(repository=shallow))
    ((outcome, reason),) = ratchet_of(decided(clone))
    assert outcome is Outcome.INCONCLUSIVE
    assert "git fetch --unshallow --tags" in reason
    second.git("fetch", "-q", "--unshallow", "--tags", at=shallow)
    assert decided(clone).baseline.startswith("the manifest of v0 (")


def test_a_clone_without_tags_hides_the_release_before(second: Tiny, tmp_path: Path) -> None:
    """The remote is asked for its tags: what a clone left out does not make a first release."""
    second.commit("release.yaml", LOOSE)
    push(second)
    bare = tmp_path / "bare"
    second.git("clone", "-q", "--no-tags", str(second.origin), str(bare))
    clone = Tiny(bare, second.origin, second.settings.with_options(repository=bare))
    decision = decided(clone)
    assert decision.baseline.startswith("the manifest of v0 (")
    assert [outcome for outcome, _ in ratchet_of(decision)] == [Outcome.FAIL]
    assert not second.git("tag", at=bare)


def test_a_forged_tag_is_signed_with_a_key_that_the_manifest_names(
    first: Tiny, tmp_path: Path
) -> None:
    """`signing_key` of S vouches for nothing: such a manifest is refused."""
    mallory = someone(tmp_path, "mallory")
    first.commit("release.yaml", f"{HONEST}signing_key: file2:{mallory.key}\n")
    with pytest.raises(Misuse, match="signing_key"):
        first.subject()


def test_the_gates_own_tag_is_already_released(first: Tiny) -> None:
    """The honest twin: the operator's key signed it."""
    assert tried(first).verdict is Verdict.GREEN
    assert released.find_released(first.subject()) is not None
    assert attempts.act(first, "again").before
