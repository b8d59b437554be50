"""Where the repository of a policy check is, said to anybody: never with credentials, never a folder of this machine."""

from __future__ import annotations

import pytest

from atom_release.graph.auditing import public_uri


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://example.org/atom/atom.git", "https://example.org/atom/atom.git"),
        ("https://ci:s3cret@example.org:8443/atom.git", "https://example.org:8443/atom.git"),
        ("https://ci:p@ss@example.org/atom.git?token=s3cret", "https://example.org/atom.git"),
        ("ssh://git@example.org:22/atom.git", "ssh://example.org:22/atom.git"),
        ("git@example.org:team/atom.git", "ssh://example.org/team/atom.git"),
        ("/srv/git/atom.git", ""),
        ("file:///srv/git/atom.git", ""),
        ("../origin.git", ""),
        ("C:/git/atom.git", ""),
        ("", ""),
    ],
)
def test_an_address_is_told_without_what_is_nobody_elses_business(address: str, said: str) -> None:
    assert public_uri(address) == said
