"""A tag is signed as git signs one.

Git itself finds it good with the right signer, and bad with another or when a byte is changed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from atom_release.acts.release_commit import Identity, Signature, make_tag_object
from atom_release.acts.tag_signing import TagKey, kind_of, signature
from atom_release.errors import ActFailed, Misuse
from atom_release.git import Git
from atom_release.settings import from_environment
from atom_release_tests.fixtures import grown
from atom_release_tests.fixtures.grown import git

SAID = Signature(
    Identity("Ada", "ada@example.org"),
    datetime(2031, 1, 1, tzinfo=UTC),
    "Release\n\nDecision: GREEN",
)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return grown.new(tmp_path / "r")


def ssh_key(folder: Path, *more: str) -> Path:
    subprocess.run(
        [  # noqa: S607 - whichever the machine has
            "ssh-keygen",
            "-q",
            "-t",
            "ed25519",
            "-N",
            "",
            "-C",
            "ada",
            *more,
            "-f",
            str(folder / "id"),
        ],
        check=True,
    )
    return folder / "id"


def tagged(repository: Path, key: TagKey | None) -> str:
    oid = make_tag_object(repository, "v1", git(repository, "rev-parse", "HEAD"), SAID, key)
    git(repository, "update-ref", "refs/tags/v1", oid)
    return oid


def good(repository: Path, *settings: str) -> bool:
    configured = [argument for setting in settings for argument in ("-c", setting)]
    return (
        subprocess.run(
            ["git", "-C", str(repository), *configured, "verify-tag", "v1"],  # noqa: S607
            check=False,
            capture_output=True,
        ).returncode
        == 0
    )


def signers(folder: Path, key: Path) -> str:
    (folder / "signers").write_text(f"ada@example.org {key.with_suffix('.pub').read_text()}")
    return f"gpg.ssh.allowedSignersFile={folder / 'signers'}"


def test_git_finds_the_ssh_signature_good_and_a_changed_tag_bad(
    repository: Path, tmp_path: Path
) -> None:
    key = ssh_key(tmp_path)
    oid = tagged(repository, TagKey.parse(f"ssh:{key}"))
    content = Git(repository).output("cat-file", "tag", oid)
    assert kind_of(content) == "ssh"
    allowed = signers(tmp_path, key)
    assert good(repository, allowed)
    assert "Decision: GREEN" in git(repository, "tag", "-l", "--format=%(contents)", "v1")
    forged = Git(repository).line("mktag", stdin=content.replace(b"GREEN", b"GREAT"))
    git(repository, "update-ref", "refs/tags/v1", forged)
    assert not good(repository, allowed)


def test_another_signer_is_not_good(repository: Path, tmp_path: Path) -> None:
    tagged(repository, TagKey.parse(f"ssh:{ssh_key(tmp_path)}"))
    other = tmp_path / "other"
    other.mkdir()
    assert not good(repository, signers(other, ssh_key(other)))


def test_without_a_key_there_is_no_signature(repository: Path) -> None:
    assert (
        kind_of(Git(repository).output("cat-file", "tag", tagged(repository, TagKey.parse(None))))
        == "none"
    )
    assert not good(repository)


@pytest.fixture
def gpg_home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    if shutil.which("gpg") is None:
        pytest.skip("there is no gpg on PATH: a GPG signature cannot be tried here")
    home = Path("/tmp") / f"gpg-{os.getpid()}"  # noqa: S108 - the agent's socket needs a short path
    home.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(home))
    try:
        order = [
            "gpg",
            "--batch",
            "--quiet",
            "--passphrase",
            "",
            "--quick-gen-key",
            "Ada <ada@example.org>",
            "ed25519",
            "sign",
            "never",
        ]
        subprocess.run(order, check=True, capture_output=True)
        yield home
    finally:
        subprocess.run(["gpgconf", "--kill", "gpg-agent"], check=False, capture_output=True)  # noqa: S607 - the one on PATH
        shutil.rmtree(home, ignore_errors=True)


def test_git_finds_the_gpg_signature_good(repository: Path, gpg_home: Path) -> None:
    assert gpg_home.is_dir()
    oid = tagged(repository, TagKey.parse("gpg:ada@example.org"))
    assert kind_of(Git(repository).output("cat-file", "tag", oid)) == "gpg"
    assert good(repository)


@pytest.mark.parametrize("key", ["ssh:/nowhere/id", "gpg:nobody@nowhere.invalid"])
def test_a_key_that_does_not_sign_makes_no_tag(key: str, repository: Path) -> None:
    if shutil.which(key.partition(":")[0].replace("ssh", "ssh-keygen")) is None:
        pytest.skip(f"no program signs {key} here")
    with pytest.raises(ActFailed, match="did not sign the tag") as caught:
        tagged(repository, TagKey.parse(key))
    assert "ATOM_RELEASE_TAG_KEY" in caught.value.remedy
    assert git(repository, "tag") == ""


def test_a_key_with_a_passphrase_asks_nobody(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    with pytest.raises(ActFailed, match="did not sign"):
        tagged(repository, TagKey.parse(f"ssh:{ssh_key(tmp_path, '-N', 'hunter2')}"))


def test_without_the_program_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ActFailed, match="no ssh-keygen on PATH"):
        signature(b"tag", TagKey("ssh", "/nowhere/id"))


@pytest.mark.parametrize("key_text", ["/home/ada/id", "x509:ada", "ssh:", "gpg:--homedir=/x"])
def test_what_names_no_key_is_misuse(key_text: str) -> None:
    with pytest.raises(Misuse, match="neither"):
        from_environment({"ATOM_RELEASE_TAG_KEY": key_text})


def test_the_repository_names_neither_the_checker_nor_the_signers(
    repository: Path, tmp_path: Path
) -> None:
    """A judged repository that brings its own `gpg.ssh.program` and its own trusted signers convinces nobody."""
    tagged(repository, TagKey.parse(f"ssh:{ssh_key(tmp_path)}"))
    name, _, value = signers(tmp_path, tmp_path / "id").partition("=")
    git(repository, "config", name, value)
    assert good(repository)
    git(repository, "config", "gpg.ssh.program", "/bin/true")
    assert Git(repository).call("verify-tag", "v1").status != 0
