"""Where the manifest is read from, and what it means that it cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from atom_release.errors import Misuse
from atom_release.source.commit import open_tree
from atom_release.source.manifest_file import manifest_at
from atom_release_tests.fixtures import grown
from atom_release_tests.fixtures.grown import git


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone that holds commits and folders, and no file."""
    repository = grown.new(tmp_path / "r", {"release.yaml": b"release: {}\n"})
    git(repository, "config", "uploadpack.allowFilter", "true")
    options = ("--no-checkout", "--filter=blob:none")
    git(tmp_path, "clone", "-q", *options, repository.as_uri(), "partial")
    return tmp_path / "partial"


def test_a_clone_without_the_manifest_is_misuse_that_says_how_to_mend_it(clone: Path) -> None:
    """Nothing was judged, and nothing is RED: the clone is not whole."""
    with pytest.raises(Misuse, match=r"release\.yaml \([0-9a-f]{12}\) is not in this clone") as no:
        manifest_at(open_tree(clone, "HEAD"), None)
    assert no.value.remedy == "Fetch it: git fetch --refetch --no-filter origin"
    git(clone, "fetch", "-q", "--refetch", "--no-filter", "origin")
    assert manifest_at(open_tree(clone, "HEAD"), None) == (b"release: {}\n", False)


@pytest.mark.parametrize(("content", "external"), [(b"release: {}\n", False), (b"x\n", True)])
def test_a_named_file_is_the_commit_s_own_by_its_content_also_where_the_blob_is_missing(
    clone: Path,
    content: bytes,
    external: bool,  # noqa: FBT001 - a table
) -> None:
    (clone / "release.yaml").write_bytes(content)
    manifest = manifest_at(open_tree(clone, "HEAD"), clone / "release.yaml")
    assert manifest == (content, external)
