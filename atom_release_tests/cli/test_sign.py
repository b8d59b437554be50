"""A waiver from the failure to the tag.

Found by `explain`, signed by `waive`, taken by `run`, visible ever after.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from atom_release_tests.fixtures import tiny
from atom_release_tests.fixtures.calling import Caller, options
from atom_release_tests.fixtures.people import Someone, someone, under_operator
from atom_release_tests.fixtures.tiny import Tiny

ACCEPT = ("--reason", "printed next week", "--ticket", "REL-7", "--approver", "Ada")
LATER = ("--expires", "2030-01-01T00:00:00Z")


@pytest.fixture
def red(tmp_path: Path) -> Tiny:
    """A release whose report is not in the commit."""
    tiny_release = tiny.make(tmp_path / "red")
    tiny_release.git("rm", "-q", "reports/X.1.md")
    tiny_release.git("commit", "-q", "-m", "lose the report")
    return tiny_release


def waived(call: Caller, release: Tiny, home: Path, *more: str) -> dict[str, object]:
    done = call(
        "waive",
        "--criterion",
        "AC1",
        *ACCEPT,
        *LATER,
        *more,
        *options(release),
        "--json",
        home=home,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.slow
def test_a_waived_release_is_tagged_and_says_so_everywhere(
    red: Tiny,
    home: Path,
    call: Caller,
) -> None:
    """RED, then a solo waiver in the reference, then GREEN with the outcome before beside it.

    In the document, the tag and the reports.
    """
    assert call("run", *options(red), "--json", home=home).returncode == 1
    explained = json.loads(call("explain", *options(red), "--json", home=home).stdout)[
        "explanations"
    ]
    assert {len(result["failure"]) for result in explained} == {64}
    assert "refs/atom/waivers" in str(waived(call, red, home)["written"])
    done = call("run", *options(red), "--json", home=home)
    assert done.returncode == 0, done.stdout
    document = json.loads(done.stdout)
    (criterion,) = [result for result in document["criteria"] if result["id"] == "AC1"]
    assert (criterion["outcome"], criterion["before"], document["waivers"][0]["signature"]) == (
        "WAIVED",
        "FAIL",
        "solo",
    )
    message = red.git("for-each-ref", "--format=%(contents)", "refs/tags")
    shown = (Path(red.settings.out) / "PhaseX_Aggregated.md").read_text() + (
        Path(red.settings.out) / "PhaseX_PullRequest.md"
    ).read_text()
    for word in ("AC1 WAIVED", "was FAIL", "REL-7", "solo"):
        assert word in message
    assert shown.count("(was FAIL)") == 2


@pytest.mark.slow
def test_a_waiver_of_a_trusted_person_from_a_file(
    red: Tiny,
    home: Path,
    call: Caller,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The operator's file names people; where there are some, the producer's own counts no more."""
    ada = someone(tmp_path, "ada")
    monkeypatch.setenv("ATOM_RELEASE_OPERATOR", str(under_operator(red, ada).settings.operator))
    assert call("audit", *options(red), "--json", home=home).returncode == 1
    file = tmp_path / "waivers.jsonl"
    waived(call, red, home, "--to", str(file))
    done = call("audit", *options(red), "--waivers", str(file), "--json", home=home)
    assert (done.returncode, json.loads(done.stdout)["waivers"][0]["signature"]) == (
        1,
        "unknown key",
    )
    waived(call, red, home, "--to", str(file), "--key", str(ada.key))
    done = call("audit", *options(red), "--waivers", str(file), "--json", home=home)
    assert done.returncode == 0, done.stdout
    uses = json.loads(done.stdout)["waivers"]
    assert sorted((use["signature"], use["signer"]) for use in uses if use["counts"]) == [
        ("trusted", "ada")
    ]


@pytest.mark.slow
def test_what_cannot_count_is_not_signed(red: Tiny, home: Path, call: Caller) -> None:
    """No such criterion, nothing to waive, no zone.

    Each is said at once, and nothing is written.
    """
    call("audit", *options(red), home=home)
    for criterion, expires, words in (
        ("P-9", LATER[1], "not a criterion"),
        ("AC5", LATER[1], "nothing to waive"),
        ("AC1", "2030-01-01T00:00:00", "RFC 3339"),
    ):
        done = call(
            "waive",
            "--criterion",
            criterion,
            *ACCEPT,
            "--expires",
            expires,
            *options(red),
            home=home,
        )
        assert (done.returncode, words in done.stderr) == (2, True), done.stderr
    assert red.git("for-each-ref", "refs/atom") == ""


def test_a_missing_file_of_waivers_is_misuse(red: Tiny, home: Path, call: Caller) -> None:
    """What was named has to be there."""
    done = call("audit", *options(red), "--waivers", "/nowhere/waivers", home=home)
    assert (done.returncode, "no file of waivers" in done.stderr) == (2, True)


@pytest.mark.slow
def test_an_approval_by_another_than_the_author(
    home: Path,
    call: Caller,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Open until somebody approves; the author's own does not count."""
    release = tiny.make(
        tmp_path / "asks", manifest=tiny.MANIFEST + "criteria: {AC1: {approvals: 1}}\n"
    )
    author, ada = someone(tmp_path, "author", "test@example.com"), someone(tmp_path, "ada")
    operator = under_operator(release, author, ada).settings.operator
    monkeypatch.setenv("ATOM_RELEASE_OPERATOR", str(operator))
    assert call("audit", *options(release), "--json", home=home).returncode == 1

    def approved_by(person: Someone) -> tuple[int, dict[str, str]]:
        options_given = ("--approver", "someone", *LATER, "--key", str(person.key))
        done = call("approve", *options_given, *options(release), home=home)
        assert "approved: 1 commits since the first commit" in done.stdout
        done = call("audit", *options(release), "--json", home=home)
        return done.returncode, {
            use["signer"]: use["why"] for use in json.loads(done.stdout)["approvals"]
        }

    assert approved_by(author) == (
        1,
        {"author": "author wrote or committed all that is to be approved"},
    )
    status, uses = approved_by(ada)
    assert (status, uses["ada"]) == (0, "counts")
