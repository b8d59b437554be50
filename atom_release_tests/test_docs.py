"""The documents tell the truth: generated pages are current, and what the README shows exists."""

from __future__ import annotations

import re
from pathlib import Path

from atom_release.cli.app import app
from atom_release_tests.fixtures.docs_pages import PAGE, criteria_page

ROOT = Path(__file__).parent.parent


def test_the_page_of_criteria_is_current() -> None:
    """Made again, it is the same."""
    assert PAGE.read_text() == criteria_page(), (
        "run: python -m atom_release_tests.fixtures.docs_pages"
    )


def test_commands_in_the_documents_exist() -> None:
    """Each `atom-release COMMAND` that a document names is one."""
    commands = {
        command.name or command.callback.__name__
        for command in app.registered_commands
        if command.callback
    }
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        named = set(re.findall(r"atom-release ([a-z]+)", page.read_text()))
        assert named <= commands, page


def test_links_in_the_documents_lead_somewhere() -> None:
    """Relative links point at files that are there."""
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), (page, target)


def test_every_make_target_of_the_readme_exists() -> None:
    """The two commands, and the others."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    assert set(re.findall(r"make ([a-z]+)", (ROOT / "README.md").read_text())) <= targets
