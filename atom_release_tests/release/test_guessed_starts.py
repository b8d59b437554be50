"""What a guessed start shows: nothing against the release, and nothing for it once committed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from atom_release.gate.manifest import Manifest
from atom_release.gate.vocabulary import Answer, Assurance
from atom_release.release.guessed_starts import without_guesses
from atom_release_tests.fixtures.suite_site import Site, site

if TYPE_CHECKING:
    from atom_release.gate.facts.evidence import Evidence
    from atom_release.lab.look import Look

__all__ = ["site"]
YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN
RELEASE = {"phase": "C", "name": "x", "version": "1", "tag": "v1", "branch": "release/x"}


def service(name: str, *, guessed: bool, asks: str = "") -> dict[str, Any]:
    start = {"command": ["serve", *([f"{{url:{asks}}}"] if asks else [])], "guessed": guessed}
    return {"id": name, "name": name.replace(".", ""), "source": ["svc"], "start": start}


@pytest.fixture
def look(site: Site) -> Look:
    services = [
        service("C.1", guessed=True),
        service("C.2", guessed=False),
        service("C.3", guessed=False, asks="C.1"),
    ]
    made = Manifest.model_validate({"release": RELEASE, "services": services})
    return replace(site.look(), manifest=made)


def counted(look: Look, evidence: Evidence) -> Answer:
    (answer,) = without_guesses(look, [evidence])
    assert answer.reason.endswith(evidence.reason)
    assert bool(answer.remedy) is (answer.answer is not evidence.answer)
    return answer.answer


def test_a_guess_shows_nothing_against_the_release_nor_for_it(look: Look) -> None:
    """The attack: keep the mark, so that a service that fails now and then never fails for good."""
    shown = {
        subject: [counted(look, look.found("health", subject, answer, "r")) for answer in (NO, YES)]
        for subject in ("C.1", "C.2", "C.3")
    }
    assert shown == {"C.1": [UNKNOWN] * 2, "C.2": [NO, YES], "C.3": [UNKNOWN] * 2}


def test_a_draft_that_nothing_acts_on_shows_what_goes_well(look: Look) -> None:
    outside = replace(look, external=True)
    assert counted(outside, look.found("health", "C.1", YES, "r")) is YES
    assert counted(outside, look.found("health", "C.1", NO, "r")) is UNKNOWN


def test_what_no_guess_started_counts_as_it_is(look: Look) -> None:
    live = look.found("health", "C.1", NO, "r", assurance=Assurance.LIVE)
    assert counted(look, live) is NO
    for question, subject in (("isolation", "postgres"), ("vault", "vault")):
        assert counted(look, look.found(question, subject, NO, "r")) is NO
    assert counted(look, look.found("integration", "together", NO, "r")) is UNKNOWN
