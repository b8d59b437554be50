"""Two phases are compared service by service, whatever each phase calls them."""

from __future__ import annotations

from importlib.resources import files

import pytest
import yaml

from atom_release.drafting.next_phase import move_on
from atom_release.gate.manifest import Manifest
from atom_release.gate.rules.manifest_diff import changes_of_unknown_direction
from atom_release.gate.rules.ratchet import loosenings
from atom_release.gate.rules.renamed_services import in_later_ids

TEXT = (files("atom_release.reference") / "tree" / "release.yaml").read_text()
BEFORE = Manifest.model_validate(yaml.safe_load(TEXT))


def later(former: str = "", fresh: str = "") -> Manifest:
    """Return phase D of the reference release with all its reports, one part of it replaced."""
    text = move_on(TEXT, BEFORE, "D", {}, lambda _: True).text
    assert former in text
    return Manifest.model_validate(yaml.safe_load(text.replace(former, fresh) if former else text))


def test_a_phase_that_only_moved_on_is_no_looser() -> None:
    now = later()
    before = in_later_ids(BEFORE, now)
    assert before is not None
    assert [service.id for service in before.services] == ["D.1", "D.2", "D.3", "D.4", "D.5"]
    assert loosenings(before, now) == ()
    assert [change.sentence for change in changes_of_unknown_direction(before, now)] == []


@pytest.mark.parametrize(
    ("former", "fresh", "criterion"),
    [
        ("minimum: 0.85", "minimum: 0.5", "T5"),
        (
            "suite: {paths: [services/authz/tests], repeats: 3}",
            "suite: {paths: [services/authz/tests], repeats: 1}",
            "D.3",
        ),
        ("name: authz", "name: another", "D.3"),
    ],
)
def test_what_the_later_phase_asks_less_is_found_all_the_same(
    former: str, fresh: str, criterion: str
) -> None:
    """Also of a service that is another one now: what it was asked is not asked any more."""
    now = later(former, fresh)
    before = in_later_ids(BEFORE, now)
    assert before is not None
    loosened = {loosening.criterion for loosening in loosenings(before, now)}
    assert criterion.replace("D.3", "C.3" if "another" in fresh else "D.3") in loosened


def test_within_one_phase_names_are_not_looked_at() -> None:
    renamed = yaml.safe_load(TEXT.replace("id: C.1\n", "id: C.9\n"))
    now = BEFORE.model_copy(
        update={
            "services": (
                BEFORE.services[0].model_copy(update={"id": renamed["services"][0]["id"]}),
                *BEFORE.services[1:],
            )
        }
    )
    assert in_later_ids(BEFORE, now) is None
