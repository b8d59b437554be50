"""The manifest of the next phase: what moves on, what stays, and what is left out for now."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from atom_release.drafting.next_phase import NextPhase, move_on
from atom_release.errors import Misuse
from atom_release.source.manifest_file import parse_manifest

REFERENCE = Path(__file__).parents[2] / "atom_release" / "reference" / "tree" / "release.yaml"


def moved(
    text: str, exists: Callable[[str], bool] = lambda _: False, phase: str = "D", **stated: str
) -> NextPhase:
    following = move_on(text, parse_manifest(text.encode(), "released"), phase, stated, exists)
    parse_manifest(following.text.encode(), "next")
    return following


def test_the_reference_release_moves_on_to_phase_d() -> None:
    text = REFERENCE.read_text()
    following = moved(text)
    manifest = parse_manifest(following.text.encode(), "next")
    release = manifest.release
    assert (release.phase, release.asset_key, release.version) == ("D", "phase_d", "v4.0.0")
    assert (release.tag, release.previous) == ("v4.0.0-phaseD", "v3.0.0-phaseC")
    assert release.branch == "prod-review/PhaseD-Finalization"
    assert [service.id for service in manifest.services] == ["D.1", "D.2", "D.3", "D.4", "D.5"]
    assert following.absent == tuple(f"reports/0D.{number}_*.md" for number in range(1, 6))
    assert dict(following.left_out) == {"AC1": "no report of phase D is written yet"}
    assert manifest.left_out["AC1"] == following.left_out["AC1"]
    start = manifest.services[1].start
    assert start is not None
    assert start.environment["PREDICTIVE_URL"] == "{url:D.1}"
    assert manifest.secrets[1].readers == ("D.5",)
    comments = [line for line in text.splitlines() if line.lstrip().startswith("#")]
    assert [line for line in comments if line not in following.text] == []
    changed = set(following.text.splitlines()) - set(text.splitlines())
    assert not [
        line
        for line in changed
        if "C." in line or "phaseC" in line.replace("previous: v3.0.0-phaseC", "")
    ]


def test_reports_that_are_there_stay_asked() -> None:
    following = moved(REFERENCE.read_text(), lambda pattern: "0D.2" in pattern)
    manifest = parse_manifest(following.text.encode(), "next")
    assert following.left_out == {}
    assert {service.id: service.report for service in manifest.services if service.report} == {
        "D.2": "reports/0D.2_*.md"
    }
    assert "# report: reports/0D.1_*.md  (not written yet)" in following.text


COMPACT = """\
release: {phase: "2", name: Two, version: 1.4.2, tag: shop-1.4.2, branch: release/shop-1.4.2}
services: [{id: cart, name: cart, source: [services/2.1/cart], report: docs/phase2/cart.md}]
documents: [docs/phase2/final.md]
left_out: {AC2: 2.1 is not asked}
"""


def test_a_compact_manifest_moves_on_and_its_folders_stay() -> None:
    """Ids without the phase, folders that only look like ids, and reasons are left alone."""
    following = moved(COMPACT, phase="3")
    document = yaml.safe_load(following.text)
    assert document["release"] == {
        "phase": "3",
        "name": "Two",
        "version": "1.5.0",
        "tag": "shop-1.5.0",
        "previous": "shop-1.4.2",
        "branch": "release/shop-1.5.0",
    }
    assert document["services"] == [{"id": "cart", "name": "cart", "source": ["services/2.1/cart"]}]
    assert "documents" not in document
    assert document["left_out"] == {
        "AC2": "2.1 is not asked",
        "cart": "its report is not written yet, and it names no suite",
        "AC1": "no report of phase 3 is written yet",
    }
    assert following.absent == ("docs/phase3/cart.md", "docs/phase3/final.md")


BLOCK = """\
release:
  phase: B
  name: Beta
  version: v2.3
  tag: v2.3  # signed
  branch: review/b
left_out:
  B.1: nothing is claimed
services:
  - report: reports/B.1.md
    id: B.1
    name: one
    source: [src]
"""


def test_a_key_that_comes_first_and_a_comment_behind_a_value_are_kept_apart() -> None:
    following = moved(BLOCK, phase="C")
    assert "  tag: v3.0  # signed\n  previous: v2.3\n" in following.text
    assert "  - id: C.1\n    name: one" in following.text
    assert "left_out:\n  C.1: nothing is claimed\n  AC1: no report of phase C" in following.text


def test_what_is_stated_takes_the_place_of_what_is_concluded() -> None:
    following = moved(BLOCK, phase="C", version="v9", tag="nine", name="on", branch="review/c")
    release = parse_manifest(following.text.encode(), "next").release
    assert (release.version, release.tag, release.name) == ("v9", "nine", "on")
    assert release.branch == "review/c"


@pytest.mark.parametrize(
    ("former", "fresh", "sentence"),
    [
        ("version: v2.3", "version: beta", "version after beta"),
        ("tag: v2.3", "tag: gold", "tag after gold"),
    ],
)
def test_a_name_that_cannot_be_concluded_is_asked_for(
    former: str, fresh: str, sentence: str
) -> None:
    with pytest.raises(Misuse, match=sentence):
        moved(BLOCK.replace(former, fresh), phase="C")
