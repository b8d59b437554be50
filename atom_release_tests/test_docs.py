"""The documents tell the truth: generated pages are current, and what the README shows exists."""

from __future__ import annotations

import re
from pathlib import Path

from atom_release.cli import words
from atom_release.cli.app import app
from atom_release.cli.documents import DOCUMENTS
from atom_release.gate.manifest import Manifest, Release
from atom_release.reference.scenarios import SCENARIOS
from atom_release_tests.fixtures import docs_links, docs_pictures, docs_reference
from atom_release_tests.fixtures.docs_pages import PAGE, criteria_page

ROOT = Path(__file__).parent.parent
PRODUCT = ROOT / "atom_release"
ROOMS = {place.name for place in PRODUCT.iterdir() if place.is_dir()}
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


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
    named = {
        (page, command)
        for page in PAGES
        for command in re.findall(r"atom-release ([a-z]+)", page.read_text())
    }
    assert named
    assert [place for place in named if place[1] not in commands] == []


def test_links_in_the_documents_lead_somewhere() -> None:
    """Relative links point at files that are there, and at headings that stand in them."""
    links = 0
    for page in PAGES:
        for path, anchor in re.findall(r"\]\(([^)#:\s]*)(?:#([^)\s]+))?\)", page.read_text()):
            target = (page.parent / path) if path else page
            assert target.exists(), (page, path)
            assert not anchor or anchor in _anchors(target), (page, path, anchor)
            links += 1
    assert links


def _anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as forges make them."""
    headings = re.findall(r"^#+ +(.+)$", page.read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_files_that_the_documents_name_exist() -> None:
    """A path in backticks that begins with a folder of ours is a file or folder there."""
    named = {
        ROOT / path
        for page in PAGES
        for path in re.findall(
            r"`((?:atom_release|atom_release_tests)/[\w./-]+)`", page.read_text()
        )
    }
    inside = {
        PRODUCT / path
        for page in PAGES
        for path in re.findall(r"`([\w/]+(?:\.py|/))`", page.read_text())
        if path.split("/")[0] in ROOMS
    }
    assert named
    assert inside
    assert [path for path in named | inside if not path.exists()] == []


def test_modules_that_docstrings_name_exist() -> None:
    """`gate.rules.legs` and `records/names.py` in backticks are there, with what is named in them.

    `release.previous` and its like are fields of the manifest.
    """
    named = {
        (path, reference)
        for path in PRODUCT.rglob("*.py")
        for reference in re.findall(r"`(\w+(?:[./]\w+)+)`", path.read_text())
        if re.split(r"[./]", reference)[0] in ROOMS
    }
    fields = {f"release.{name}" for name in (*Release.model_fields, "yaml")}
    assert named
    assert [(path, name) for path, name in named if not (name in fields or _is_there(name))] == []


def _is_there(reference: str) -> bool:
    """Return whether a module, a folder, or a name inside a module is called so."""
    parts = re.split(r"[./]", reference.removesuffix(".py"))
    place = PRODUCT.joinpath(*parts)
    if place.is_dir() or place.with_suffix(".py").is_file():
        return True
    module = place.parent.with_suffix(".py")
    if not module.is_file():
        module = place.parent / "__init__.py"
    return module.is_file() and bool(re.search(rf"\b{parts[-1]}\b", module.read_text()))


def test_every_test_that_the_page_on_security_names_exists() -> None:
    """A rule is held by what is there: `file::name`, relative to the tests."""
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", (ROOT / "SECURITY.md").read_text())
    assert named
    for path, name in named:
        text = (ROOT / "atom_release_tests" / path).read_text()
        assert f"def {name}(" in text, (path, name)


def test_every_decision_record_stands_in_the_index() -> None:
    """Who reads the index knows of all of them."""
    folder = ROOT / "docs" / "adr"
    listed = set(re.findall(r"\]\((\d{4}-[^)]+\.md)\)", (folder / "README.md").read_text()))
    files = {path.name for path in folder.glob("[0-9]*.md")}
    assert listed == files
    assert len({name[:4] for name in files}) == len(files), "two records have one number"


def test_the_readme_counts_the_scenarios_and_shows_the_lineage_as_it_is() -> None:
    """What is a number there is counted here; the picture is drawn anew and compared."""
    counted = re.search(r"(\d+) variants of the example release", (ROOT / "README.md").read_text())
    assert counted is not None
    assert int(counted[1]) == len(SCENARIOS)
    shown = (docs_pictures.PICTURES / "lineage.svg").read_bytes()
    assert shown == docs_pictures.lineage_picture(), (
        "python -m atom_release_tests.fixtures.docs_pictures"
    )


def test_every_make_target_of_the_readme_exists() -> None:
    """The two commands, and the others."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    assert set(re.findall(r"make ([a-z]+)", (ROOT / "README.md").read_text())) <= targets


def test_the_references_of_the_site_hold_every_field_and_command() -> None:
    """They are made from schemas and the command line, so that nothing can be missing there."""
    pages = docs_reference.reference_pages()
    for field in Manifest.model_fields:
        assert f"| `{field}` |" in pages["reference/manifest.md"], field
    for command in words.COMMANDS:
        assert f"\n## {command}\n" in pages["reference/cli.md"], command
    assert "`--only`" in pages["reference/cli.md"]
    for name in DOCUMENTS:
        assert f"\n## {name}\n" in pages["reference/json.md"]
    for path, page in pages.items():
        anchors = {heading.lower() for heading in re.findall(r"^## (\w+)$", page, re.MULTILINE)}
        assert set(re.findall(r"\(#(\w+)\)", page)) <= anchors, path


def test_links_lead_to_where_things_are_on_the_site() -> None:
    text = "[a](docs/ci.md#github) [b](SECURITY.md) [c](docs/adr) [d](https://example.org/x.md)"
    assert docs_links.linked(text, "README.md") == (
        "[a](ci.md#github) [b](security.md) [c](adr/README.md) [d](https://example.org/x.md)"
    )
    deeper = "[a](../README.md) [b](../atom_release/reference/tree/release.yaml) [c](prove.md)"
    assert docs_links.linked(deeper, "docs/own-release.md") == (
        "[a](index.md) [b](files/atom_release/reference/tree/release.yaml) [c](prove.md)"
    )
    assert docs_links.linked("[up](../../README.md)", "docs/adr/0001.md") == "[up](../index.md)"
    assert all((ROOT / path).is_file() for path in docs_links.linked_files())


def test_every_page_of_the_documents_has_a_place_on_the_site() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text()
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").glob("*.md")}
    assert sorted(page for page in pages if f": {page}" not in navigation) == []
