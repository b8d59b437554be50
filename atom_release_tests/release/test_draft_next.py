"""The next phase's manifest in a repository: only from a released one, and over nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from atom_release.errors import Misuse
from atom_release.release.draft_next import draft_next
from atom_release_tests.fixtures import tiny
from atom_release_tests.fixtures.tiny import Tiny


@pytest.fixture
def released(tmp_path: Path) -> Tiny:
    """Return a release whose tag carries what a decision's file would be named."""
    release = tiny.make(tmp_path)
    decision = release.repository / "releases" / "v1" / "PhaseX_Decision.dsse.json"
    decision.parent.mkdir(parents=True)
    decision.write_text("{}")
    release.git("add", "-A")
    release.git("commit", "-q", "-m", "evidence")
    return release


ANSWERS = {"version": "v2"}


def test_it_is_written_over_the_released_manifest(released: Tiny) -> None:
    released.git("tag", "-a", "v1-phaseX", "-m", "released")
    written, following = draft_next(released.repository, "Y", ANSWERS)
    assert written.read_text() == following.text
    assert following.names.fields["tag"] == "v2-phaseY"
    assert following.absent == ("reports/Y.1.md",)
    with pytest.raises(Misuse, match="is not the file that v1-phaseX released"):
        draft_next(released.repository, "Y", ANSWERS)
    released.git("commit", "-qam", "next")
    with pytest.raises(Misuse, match="of phase Y already"):
        draft_next(released.repository, "Y", ANSWERS)


def test_a_tag_that_is_absent_or_no_release_is_told(released: Tiny) -> None:
    before = (released.repository / "release.yaml").read_text()
    with pytest.raises(Misuse, match="v1-phaseX is not here"):
        draft_next(released.repository, "Y", ANSWERS)
    released.git("tag", "v1-phaseX", "HEAD^")
    with pytest.raises(Misuse, match="carries no decision"):
        draft_next(released.repository, "Y", ANSWERS)
    assert (released.repository / "release.yaml").read_text() == before


def test_a_link_in_its_place_is_not_followed(released: Tiny, tmp_path: Path) -> None:
    released.git("tag", "v1-phaseX")
    target = released.repository / "release.yaml"
    target.rename(tmp_path / "elsewhere.yaml")
    target.symlink_to(tmp_path / "elsewhere.yaml")
    with pytest.raises(Misuse, match="is not the file"):
        draft_next(released.repository, "Y", ANSWERS)
