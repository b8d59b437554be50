"""The acts on git.

What is made is exact, what is pushed goes together or not at all, and nothing here moves before it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from atom_release.acts.push import Wanted, push
from atom_release.acts.release_commit import (
    Identity,
    Onto,
    Signature,
    identity_of,
    make_release_commit,
    make_tag_object,
    still_fits,
)
from atom_release.acts.tag import describe_tag, find_release
from atom_release.errors import ActFailed, ProbeFault
from atom_release_tests.fixtures import grown
from atom_release_tests.fixtures.acts_repository import (
    ARTIFACTS,
    GATE,
    SAID,
    WHEN,
    judged,
    made,
    never,
    origin,
    repository,
)
from atom_release_tests.fixtures.grown import git

__all__ = ["repository"]  # the fixture


def test_the_commit_stands_on_the_judged_one_and_differs_only_in_the_artifacts(
    repository: Path,
) -> None:
    before = grown.state(repository)
    commit = make_release_commit(repository, judged(repository), ARTIFACTS, SAID)
    assert git(repository, "show", "-s", "--format=%P", commit) == judged(repository)
    assert git(
        repository, "diff-tree", "-r", "--name-status", judged(repository), commit
    ).splitlines() == [f"A\t{path}" for path in ARTIFACTS]
    for path, content in ARTIFACTS.items():
        assert git(repository, "rev-parse", f"{commit}:{path}") == grown.blob(repository, content)
    assert (
        git(repository, "show", "-s", "--format=%an <%ae> %cn <%ce> %at %ct%n%B", commit)
        == "atom-release <gate@example.org> atom-release <gate@example.org>"
        f" {int(WHEN.timestamp())} {int(WHEN.timestamp())}\nRelease X v1\n\nGREEN"
    )
    assert git(repository, "fsck", "--strict", "--no-dangling", commit) == ""
    assert grown.state(repository) == before


def test_the_same_arguments_give_the_same_objects(repository: Path) -> None:
    assert made(repository) == made(repository)


def test_whatever_is_configured_the_identity_is_the_given_one(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = made(repository)
    git(repository, "config", "user.useConfigOnly", "true")
    git(repository, "config", "commit.gpgSign", "true")
    git(repository, "config", "gpg.program", "/bin/false")
    git(repository, "config", "i18n.commitEncoding", "latin1")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Mallory")
    assert made(repository) == first


def test_a_file_that_was_there_is_replaced_and_a_nested_folder_kept(repository: Path) -> None:
    commit = make_release_commit(
        repository, judged(repository), {"releases/notes.md": b"new\n", "top.json": b"{}"}, SAID
    )
    changed = git(
        repository, "diff-tree", "-r", "--name-status", judged(repository), commit
    ).splitlines()
    assert changed == ["M\treleases/notes.md", "A\ttop.json"]


@pytest.mark.parametrize(
    "path", ["a.txt/x.json", "releases", "link/x.json", "link", "module/x.json"]
)
def test_what_stands_in_the_way_is_not_overwritten(repository: Path, path: str) -> None:
    git(
        repository,
        "update-index",
        "--add",
        "--cacheinfo",
        f"120000,{grown.blob(repository, b'/etc')},link",
    )
    git(repository, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},module")
    git(repository, "commit", "-qm", "links")
    with pytest.raises(ActFailed, match="in the way"):
        make_release_commit(repository, judged(repository), {path: b"{}"}, SAID)


@pytest.mark.parametrize(
    "path", ["../x", "/x", "a//b", ".git/config", "x/.GIT/y", "a\nb", "", ".", "a\\b", "a\0b"]
)
def test_a_path_that_leaves_the_tree_is_refused(repository: Path, path: str) -> None:
    with pytest.raises(ActFailed, match="not a path"):
        make_release_commit(repository, judged(repository), {path: b"{}"}, SAID)


def test_names_that_are_not_text_survive(repository: Path) -> None:
    listing = (
        git(repository, "ls-tree", "-z", "HEAD").encode()
        + f"100644 blob {grown.blob(repository, b'x')}\t".encode()
        + b"caf\xe9\n\0"
    )
    odd = grown.commit_of_entries(repository, listing)
    commit = make_release_commit(repository, odd, ARTIFACTS, SAID)
    assert git(repository, "diff-tree", "-r", "--name-only", odd, commit).splitlines() == list(
        ARTIFACTS
    )


def test_the_tag_is_annotated_and_names_the_release_commit(repository: Path) -> None:
    wanted = made(repository)
    assert (
        git(repository, "cat-file", "tag", wanted.tag_object)
        == f"object {wanted.commit}\ntype commit\ntag v1\ntagger atom-release <gate@example.org>"
        f" {int(WHEN.timestamp())} +0000\n\nRelease X v1\n\nGREEN"
    )
    assert git(repository, "tag", "--list") == ""
    with pytest.raises(ActFailed, match="tag could not be made"):
        make_tag_object(repository, "two\nlines", wanted.commit, SAID)


def test_an_identity_cannot_write_further_lines_into_the_objects(repository: Path) -> None:
    odd = Signature(Identity("A\nparent 1 <x>", "e>\n@x"), WHEN, "m")
    commit = make_release_commit(repository, judged(repository), ARTIFACTS, odd)
    assert (
        git(repository, "show", "-s", "--format=%an|%ae|%P", commit)
        == f"Aparent 1 x|e@x|{judged(repository)}"
    )
    assert "tagger Aparent 1 x <e@x>" in git(
        repository, "cat-file", "tag", make_tag_object(repository, "v1", commit, odd)
    )


def test_the_identity_is_the_configured_one_or_the_default(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    assert identity_of(repository, GATE) == GATE
    git(repository, "config", "user.name", "Ada")
    assert identity_of(repository, GATE) == GATE
    git(repository, "config", "user.email", "ada@example.org")
    assert identity_of(repository, GATE) == Identity("Ada", "ada@example.org")


def test_the_push_brings_branch_and_tag_and_then_the_local_references(repository: Path) -> None:
    wanted = made(repository)
    work = {
        path: content
        for path, content in grown.state(repository).items()
        if not path.startswith((".git/", "refs"))
    }
    index = (repository / ".git/index").read_bytes()
    pushed = push(repository, wanted)
    for place in (origin(repository), repository):
        assert git(place, "rev-parse", "refs/heads/review/v1", "refs/tags/v1").splitlines() == [
            wanted.commit,
            wanted.tag_object,
        ]
    assert pushed.notes == ()
    assert {
        path: content
        for path, content in grown.state(repository).items()
        if not path.startswith((".git/", "refs"))
    } == work
    assert (repository / ".git/index").read_bytes() == index
    assert git(repository, "symbolic-ref", "HEAD") == "refs/heads/main"


def test_pushing_again_changes_nothing(repository: Path) -> None:
    wanted = made(repository)
    push(repository, wanted)
    before = grown.state(repository), grown.state(origin(repository))
    push(repository, wanted)
    assert (grown.state(repository), grown.state(origin(repository))) == before


def test_a_bare_judged_repository_is_as_good(repository: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(repository), "bare.git")
    bare = tmp_path / "bare.git"
    git(bare, "remote", "set-url", "origin", str(origin(repository)))
    wanted = made(bare)
    push(bare, wanted)
    assert (
        git(origin(repository), "rev-parse", "v1^{commit}")
        == git(bare, "rev-parse", "review/v1")
        == wanted.commit
    )


def test_a_partial_clone_can_release(repository: Path, tmp_path: Path) -> None:
    git(origin(repository), "config", "uploadpack.allowFilter", "true")
    git(
        tmp_path,
        "clone",
        "-q",
        "--no-checkout",
        "--filter=blob:none",
        f"file://{origin(repository)}",
        "partial",
    )
    wanted = made(tmp_path / "partial")
    push(tmp_path / "partial", wanted)
    assert git(origin(repository), "show", "v1:releases/notes.md") == "n"
    git(origin(repository), "fsck", "--strict")


def test_a_sha256_repository_is_as_good(tmp_path: Path) -> None:
    repository = grown.new(tmp_path / "r", {"a.txt": b"a\n"}, "--object-format=sha256")
    git(tmp_path, "init", "-q", "--bare", "--object-format=sha256", "origin.git")
    git(repository, "remote", "add", "origin", str(tmp_path / "origin.git"))
    wanted = made(repository)
    push(repository, wanted)
    assert git(tmp_path / "origin.git", "rev-parse", "v1^{commit}") == wanted.commit


def test_an_earlier_release_of_the_gates_own_is_merged(repository: Path) -> None:
    first = made(repository)
    push(repository, first)
    git(repository, "commit", "-qm", "more")
    with pytest.raises(ActFailed, match="nor the gate's own") as caught:
        make_release_commit(
            repository, judged(repository), ARTIFACTS, SAID, Onto("origin", "review/v1", never)
        )
    assert "git merge FETCH_HEAD" in caught.value.remedy
    commits_asked: list[str] = []

    def own(tip: str) -> bool:
        commits_asked.append(tip)
        return True

    commit = make_release_commit(
        repository, judged(repository), ARTIFACTS, SAID, Onto("origin", "review/v1", own)
    )
    assert commits_asked == [first.commit]
    assert (
        git(repository, "show", "-s", "--format=%P", commit)
        == f"{judged(repository)} {first.commit}"
    )
    assert git(
        repository, "diff-tree", "-r", "--name-only", judged(repository), commit
    ).splitlines() == list(ARTIFACTS)
    push(
        repository,
        Wanted(
            "origin", "review/v1", commit, "v2", make_tag_object(repository, "v2", commit, SAID)
        ),
    )
    assert git(origin(repository), "rev-parse", "review/v1") == commit


def test_an_earlier_commit_fits_until_the_branch_goes_elsewhere(repository: Path) -> None:
    wanted, onto = made(repository), Onto("origin", "review/v1", never)
    assert still_fits(repository, wanted.commit, onto)
    assert not still_fits(repository, "1" * 40, onto)
    push(repository, wanted)
    assert still_fits(repository, wanted.commit, onto)
    other = git(repository, "commit-tree", "HEAD^{tree}", "-p", wanted.commit, "-m", "meanwhile")
    git(repository, "push", "-q", "origin", f"{other}:refs/heads/review/v1")
    assert not still_fits(repository, wanted.commit, onto)


def test_doubt_about_whose_the_tip_is_stops_the_act(repository: Path) -> None:
    push(repository, made(repository))

    def unknown(_: str) -> bool:
        raise ProbeFault("It is signed by an unknown key.", "Get the key.")

    with pytest.raises(ActFailed, match="unknown key") as caught:
        make_release_commit(
            repository, judged(repository), ARTIFACTS, SAID, Onto("origin", "review/v1", unknown)
        )
    assert caught.value.remedy == "Get the key."


def test_a_branch_that_holds_an_ancestor_is_not_merged(repository: Path) -> None:
    git(repository, "push", "-q", "origin", "main:refs/heads/review/v1")
    git(repository, "commit", "-qm", "more")
    commit = make_release_commit(
        repository, judged(repository), ARTIFACTS, SAID, Onto("origin", "review/v1", never)
    )
    assert git(repository, "show", "-s", "--format=%P", commit) == judged(repository)


def test_a_release_is_found_here_and_on_the_remote(repository: Path, tmp_path: Path) -> None:
    assert find_release(repository, "origin", "v1", judged(repository)) is None
    wanted = made(repository)
    push(repository, wanted)
    existing = find_release(repository, "origin", "v1", judged(repository))
    assert existing is not None
    assert (existing.object, existing.commit, existing.where) == (
        wanted.tag_object,
        wanted.commit,
        "here",
    )
    git(
        tmp_path,
        "clone",
        "-q",
        "--no-tags",
        "--single-branch",
        f"file://{origin(repository)}",
        "fresh",
    )
    before = grown.state(tmp_path / "fresh")
    there = find_release(
        tmp_path / "fresh",
        "origin",
        "v1",
        wanted_parent := git(repository, "rev-parse", f"{wanted.commit}^"),
    )
    assert there is not None
    assert (there.object, there.commit, there.where) == (
        wanted.tag_object,
        wanted.commit,
        "on the remote",
    )
    assert git(tmp_path / "fresh", "cat-file", "-t", wanted.commit) == "commit"
    assert grown.state(tmp_path / "fresh") == before
    facts = describe_tag(tmp_path / "fresh", "v1", remote_name="origin")
    assert facts is not None
    assert (facts.name, facts.object, facts.commit, facts.judged) == (
        "v1",
        wanted.tag_object,
        wanted.commit,
        wanted_parent,
    )
    assert describe_tag(tmp_path / "fresh", "v1") is None
    assert find_release(repository, "origin", "v1", "1" * 40) is None


def test_a_tag_on_the_judged_commit_itself_is_found(repository: Path) -> None:
    git(repository, "tag", "v1")
    existing = find_release(repository, "origin", "v1", judged(repository))
    assert existing is not None
    assert existing.commit == existing.object == judged(repository)
    git(repository, "tag", "file", "HEAD:a.txt")
    assert find_release(repository, "origin", "file", judged(repository)) is None


def test_a_remote_that_does_not_answer_has_no_release(repository: Path) -> None:
    git(repository, "remote", "set-url", "origin", str(repository / "gone"))
    assert find_release(repository, "origin", "v1", judged(repository)) is None
    with pytest.raises(ActFailed, match="could not be read"):
        made(repository)
    with pytest.raises(ActFailed, match="no remote 'upstream'"):
        make_release_commit(
            repository, judged(repository), ARTIFACTS, SAID, Onto("upstream", "b", never)
        )


def test_a_moment_with_a_zone_is_the_same_moment(repository: Path) -> None:
    local = replace(SAID, when=WHEN.astimezone())
    assert (
        make_release_commit(repository, judged(repository), ARTIFACTS, local)
        == made(repository).commit
    )
