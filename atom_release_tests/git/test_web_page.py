"""Where a commit is shown on the web, as a remote's address tells it."""

from __future__ import annotations

from pathlib import Path

import pytest

from atom_release.git import Git
from atom_release.git.remote import web_page


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("https://github.com/acme/shop.git", "https://github.com/acme/shop/commit/abc"),
        (
            "https://me:word@git.example.org/a/b/shop/",
            "https://git.example.org/a/b/shop/commit/abc",
        ),
        ("http://127.0.0.1:3000/acme/shop", "http://127.0.0.1:3000/acme/shop/commit/abc"),
        ("git@github.com:acme/shop.git", "https://github.com/acme/shop/commit/abc"),
        (
            "ssh://git@git.example.org:2222/acme/shop",
            "https://git.example.org/acme/shop/commit/abc",
        ),
        ("/srv/git/shop.git", ""),
        ("file:///srv/git/shop.git", ""),
        ("../shop.git", ""),
    ],
)
def test_a_commits_page_is_read_from_the_remote_and_holds_no_password(
    address: str, page: str, tmp_path: Path
) -> None:
    git = Git(tmp_path)
    git.output("init", "--quiet")
    git.output("remote", "add", "origin", address)
    assert web_page(tmp_path, "abc") == page


def test_a_repository_without_a_remote_has_no_page(tmp_path: Path) -> None:
    Git(tmp_path).output("init", "--quiet")
    assert web_page(tmp_path, "abc") == ""
