"""What services are said to be about, and what of the release shows it: real commits."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from atom_release.gate.facts.focus import FocusFacts
from atom_release.gate.manifest import Manifest
from atom_release.gate.rules.focus import NOT_SHOWN, findings_of
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.look import Look
from atom_release.probes.focus import probe_focus, services_with_focus
from atom_release.source.commit import open_tree
from atom_release_tests.fixtures.proving import checked

FILES = {
    "src/a.py": "X = 1\n",
    "tests/test_a.py": "def test_rows_of_another_tenant_stay_hidden():\n    pass\n",
    "docs/runbook.md": (
        "# Runbook\n\n| Task | Focus | Output |\n|---|---|---|\n| M.1 | retries, CSV exports | x |\n"
    ),
}


@pytest.fixture(scope="module")
def look(tmp_path_factory: pytest.TempPathFactory) -> Look:
    folder = tmp_path_factory.mktemp("focus")
    place = checked(folder, FILES)
    endpoint = {"name": "export", "path": "/export.csv"}
    manifest = Manifest.model_validate(
        {
            "release": {"phase": "M", "name": "x", "version": "1", "tag": "v1", "branch": "r/x"},
            "documents": ["docs/*.md"],
            "services": [
                {
                    "id": "M.1",
                    "name": "alpha",
                    "source": ["src"],
                    "focus": ["csv export", "RLS", "PDF signing"],
                    "suite": {"paths": ["tests"]},
                    "endpoints": [endpoint],
                },
                {"id": "M.2", "name": "beta", "source": ["src"]},
            ],
        }
    )
    return Look(manifest, open_tree(place.repository, "HEAD"), folder, lambda: datetime.now(UTC))


def test_what_something_shows_is_silent(look: Look) -> None:
    """An endpoint, the name of a test; the document's column is read as the manifest is."""
    evidence = probe_focus(look, look.manifest.service("M.1"))
    facts = FocusFacts.read(evidence.facts)
    assert facts is not None
    assert evidence.answer is Answer.YES
    assert evidence.control is not None
    assert evidence.control.state is ControlState.ALIVE
    shown = {word.text: bool(word.shown_by) for word in facts.words}
    assert shown == {
        "csv export": True,
        "RLS": True,
        "PDF signing": False,
        "retries": False,
        "CSV exports": True,
    }


def test_what_nothing_shows_is_told_with_its_place(look: Look) -> None:
    facts = FocusFacts.read(probe_focus(look, look.manifest.service("M.1")).facts)
    assert facts is not None
    assert facts.contradictions == findings_of(facts)
    assert [(entry.id, str(entry.first)) for entry in facts.contradictions] == [
        (NOT_SHOWN, "release.yaml"),
        (NOT_SHOWN, "docs/runbook.md:5 (retries)"),
    ]


def test_a_service_of_which_nothing_is_said_is_not_asked(look: Look) -> None:
    assert [service.id for service in services_with_focus(look)] == ["M.1"]
