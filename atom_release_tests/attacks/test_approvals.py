"""Two pairs of eyes, and how an author tries to be both: nicknames, bots, earlier commits, haste.

Each story has its honest twin, whose approval counts.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from atom_release.gate.rules.legs import Leg
from atom_release.gate.vocabulary import Outcome, Verdict
from atom_release_tests.benchmarks.bypass import MANIFEST
from atom_release_tests.fixtures import attempts
from atom_release_tests.fixtures.people import Someone, approve, decided, someone, under_operator
from atom_release_tests.fixtures.released import release as release_as
from atom_release_tests.fixtures.tiny import Tiny

pytestmark = pytest.mark.slow  # whole runs of a release, each in a repository of its own

BOT = "bot@ci.example.org"


@pytest.fixture
def ada(tmp_path: Path) -> Someone:
    """Who writes the release, under two addresses."""
    return someone(tmp_path, "ada", "ada@example.org", "ada@home.example")


@pytest.fixture
def bea(tmp_path: Path) -> Someone:
    """Who looks at it."""
    return someone(tmp_path, "bea")


@pytest.fixture
def release(tmp_path: Path, ada: Someone, bea: Someone) -> Tiny:
    """A release whose operator asks for one approval and names ada and bea; v0 lies before it."""
    made = under_operator(attempts.make(tmp_path / "r"), ada, bea, approvals=1)
    release_as(made, "v0")
    made.git("push", "-q", "origin", "main", "--tags")
    return made


def write(release: Tiny, author: str, path: str = "src/one.py", committer: str = "") -> None:
    """Commit a change as somebody."""
    place = release.repository / path
    place.write_text(place.read_text() + f"# by {author}\n" if place.exists() else author)
    release.git("add", "-A")
    as_committer(release, committer or author, "commit", "-q", "--author", named(author), "-mx")


def as_committer(release: Tiny, address: str, *arguments: str) -> None:
    who = ("-c", f"user.name={address}", "-c", f"user.email={address}")
    release.git(*who, *arguments)


def named(address: str) -> str:
    return f"{address.partition('@')[0]} <{address}>"


def approval(release: Tiny) -> Leg:
    """Return what became of the approvals."""
    (leg,) = (
        leg
        for criterion in decided(release).criteria
        for leg in criterion.legs
        if (leg.question, leg.subject) == ("approval", "commit")
    )
    return leg


def test_another_person_approves_and_the_release_is_tagged(
    release: Tiny, ada: Someone, bea: Someone
) -> None:
    """The twin of all below, through to the tag; before the approval it is refused."""
    write(release, ada.addresses[0])
    before = attempts.judge(release, "first")
    assert before is not None
    assert before.verdict is Verdict.RED
    approve(release, bea)
    decision = attempts.judge(release, "second")
    assert decision is not None
    assert decision.verdict is Verdict.GREEN, decision.reason
    attempts.act(release, "second")
    assert any("v1-phaseX" in name for name in release.tags())


def test_the_author_approves_under_another_address_of_their_own(
    release: Tiny, ada: Someone
) -> None:
    """The person is all their addresses."""
    write(release, ada.addresses[1])
    approve(release, ada)
    leg = approval(release)
    assert leg.outcome is Outcome.INCONCLUSIVE
    assert "ada wrote or committed all that is to be approved" in leg.reason


@pytest.mark.parametrize("bound", [False, True])
def test_the_authors_key_lies_under_a_nickname(
    bound: bool,  # noqa: FBT001 - a table
    tmp_path: Path,
    ada: Someone,
) -> None:
    """A key whose owner's addresses nobody knows approves of nothing.

    The twin: the release before binds the nickname to an address, and somebody else wrote.
    """
    made = under_operator(attempts.make(tmp_path / "n"), approvals=1)
    made.commit("release-keys/thunder.pub", ada.pem)
    if bound:
        made.commit("release-keys/people.yaml", "thunder: [ada@example.org, ada@home.example]\n")
    release_as(made, "v0")
    made.git("push", "-q", "origin", "main", "--tags")
    write(made, "bea@example.org" if bound else ada.addresses[0])
    approve(made, ada)
    leg = approval(made)
    assert leg.outcome is (Outcome.PASS if bound else Outcome.INCONCLUSIVE), leg.reason
    assert bound or "no address is bound to thunder" in leg.reason


def test_one_key_under_two_names_is_one_person(tmp_path: Path, ada: Someone) -> None:
    """A second name neither makes a second approver nor loses the addresses of the first."""
    made = under_operator(attempts.make(tmp_path / "n"), approvals=1)
    for name in ("ada@example.org", "other@example.org"):
        made.commit(f"release-keys/{name}.pub", ada.pem)
    release_as(made, "v0")
    made.git("push", "-q", "origin", "main", "--tags")
    write(made, ada.addresses[0])
    approve(made, ada)
    leg = approval(made)
    assert leg.outcome is Outcome.INCONCLUSIVE
    assert "ada@example.org = other@example.org wrote or committed" in leg.reason


def test_the_authors_change_lies_one_commit_earlier_under_a_bots_empty_commit(
    release: Tiny, ada: Someone, bea: Someone
) -> None:
    """Every commit since the release before is looked at, not the last one; the twin is bea."""
    write(release, ada.addresses[0])
    as_committer(release, BOT, "commit", "-q", "--allow-empty", "-m", "ready")
    approve(release, ada)
    leg = approval(release)
    assert leg.outcome is Outcome.INCONCLUSIVE
    assert "by ada@example.org by people who neither wrote nor committed it" in leg.reason
    approve(release, bea)
    assert approval(release).outcome is Outcome.PASS


@pytest.mark.parametrize("role", ["committer", "co-author"])
def test_who_committed_or_wrote_along_is_no_other_person(
    role: str, release: Tiny, ada: Someone, bea: Someone
) -> None:
    if role == "committer":
        write(release, "guest@example.net", committer=ada.addresses[0])
    else:
        message = f"x\n\nCo-authored-by: Ada <{ada.addresses[1].upper()}>\n"
        as_committer(release, BOT, "commit", "-q", "--allow-empty", "-m", message)
    approve(release, ada)
    assert approval(release).outcome is Outcome.INCONCLUSIVE
    approve(release, bea)
    assert approval(release).outcome is Outcome.PASS


def test_two_people_wrote_one_commit_each_and_approve_of_each_other(
    release: Tiny, ada: Someone, bea: Someone
) -> None:
    """For one approval that is enough: each commit has somebody who did not make it."""
    write(release, ada.addresses[0])
    write(release, bea.addresses[0])
    approve(release, ada)
    assert approval(release).outcome is Outcome.INCONCLUSIVE
    approve(release, bea)
    assert approval(release).outcome is Outcome.PASS


def test_something_is_slipped_in_after_it_was_looked_at(
    release: Tiny, ada: Someone, bea: Someone
) -> None:
    """An approval names what was looked at and falls with it."""
    write(release, ada.addresses[0])
    approve(release, bea)
    assert approval(release).outcome is Outcome.PASS
    write(release, ada.addresses[0], "src/later.py")
    assert approval(release).outcome is Outcome.INCONCLUSIVE


def test_the_range_grows_although_the_commit_is_the_same(
    release: Tiny, ada: Someone, bea: Someone
) -> None:
    """The release before turned out to be an older one: more is to be looked at than was."""
    release.git("checkout", "-q", "-b", "work")
    write(release, ada.addresses[0])
    release_as(release, "v0.5")
    release.git("push", "-q", "origin", "work:main", "--tags")
    write(release, ada.addresses[0], "src/later.py")
    approve(release, bea)
    assert approval(release).outcome is Outcome.PASS
    release.git("push", "-q", "origin", ":refs/tags/v0.5")
    release.git("tag", "-d", "v0.5")
    leg = approval(release)
    assert leg.outcome is Outcome.INCONCLUSIVE
    assert "it names something else than what is to be released" in leg.reason


def test_one_person_approves_twice_where_two_are_asked(
    release: Tiny, ada: Someone, bea: Someone, tmp_path: Path
) -> None:
    """The twin: a third person."""
    cem = someone(tmp_path, "cem")
    two = under_operator(release, ada, bea, cem, approvals=2)
    write(two, ada.addresses[0])
    approve(two, bea)
    approve(two, bea)
    leg = approval(two)
    assert leg.outcome is Outcome.INCONCLUSIVE
    assert "bea approved already" in leg.reason
    approve(two, cem)
    assert approval(two).outcome is Outcome.PASS


def test_where_nobody_is_left_to_approve_the_remedy_says_so(
    release: Tiny, ada: Someone, bea: Someone
) -> None:
    """Both made the commit together; while somebody is left, the remedy names them."""
    write(release, ada.addresses[0])
    assert approval(release).remedy.startswith("1 of bea: look at the commits")
    write(release, ada.addresses[0], "src/both.py", committer=bea.addresses[0])
    assert approval(release).remedy.startswith("Nobody else is left who could approve ")
    assert "Add people to the operator's file" in approval(release).remedy


@pytest.mark.parametrize("since", [False, True])
def test_before_a_first_release_all_commits_count_or_those_since_the_operators(
    since: bool,  # noqa: FBT001 - a table
    tmp_path: Path,
    ada: Someone,
    bea: Someone,
) -> None:
    """The history before a repository came under the gate is the operator's to leave aside."""
    made = attempts.make(tmp_path / "n")
    write(made, bea.addresses[0], "src/old.py")
    start = made.git("rev-parse", "HEAD")
    write(made, ada.addresses[0])
    fields = {"approvals": 1, **({"since": start} if since else {})}
    under = under_operator(made, ada, bea, **fields)
    approve(under, bea)
    leg = approval(under)
    assert leg.outcome is (Outcome.PASS if since else Outcome.INCONCLUSIVE), leg.reason


def test_a_cut_history_hides_who_wrote(
    release: Tiny, ada: Someone, bea: Someone, tmp_path: Path
) -> None:
    """Which commits there are is not known, so nothing is approved; made whole, it is."""
    write(release, ada.addresses[0])
    release.git("push", "-q", "origin", "main")
    approve(release, bea)
    shallow = tmp_path / "shallow"
    release.git("clone", "-q", "--depth", "1", f"file://{release.origin}", str(shallow))
    release.git("fetch", "-q", str(release.repository), "refs/atom/*:refs/atom/*", at=shallow)
    clone = Tiny(shallow, release.origin, release.settings.with_options(repository=shallow))
    leg = approval(clone)
    assert (leg.outcome, leg.remedy) == (Outcome.INCONCLUSIVE, "git fetch --unshallow --tags")
    release.git("fetch", "-q", "--unshallow", "--tags", at=shallow)
    assert approval(clone).outcome is Outcome.PASS


def test_the_manifest_asks_for_approvals_too_and_the_larger_number_holds(
    tmp_path: Path, ada: Someone, bea: Someone
) -> None:
    made = attempts.make(
        tmp_path / "n",
        manifest=MANIFEST.replace("criteria: {", "criteria: {AC5: {approvals: 1}, "),
    )
    under = under_operator(made, ada, bea)
    assert approval(under).outcome is Outcome.INCONCLUSIVE
    approve(under, bea)
    assert approval(under).outcome is Outcome.PASS
