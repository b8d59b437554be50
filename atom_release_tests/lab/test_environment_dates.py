"""Where no lock names versions, a commit gets what its authors could have had."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from atom_release.gate.facts.environment import EnvironmentFacts
from atom_release.gate.manifest import Install
from atom_release.lab.environments import NoEnvironment
from atom_release.lab.environments.make import make
from atom_release_tests.fixtures import package_folder
from atom_release_tests.fixtures.dated_registry import serve
from atom_release_tests.fixtures.environment_site import EnvironmentSite

EARLY, LATE = "2020-01-01T00:00:00.5Z", "2022-01-01T00:00:00Z"
BETWEEN, AFTER = "2021-06-01T12:00:00Z", "2023-06-01T12:00:00Z"


@pytest.fixture
def uploaded() -> dict[str, str]:
    """When the files of the registry were uploaded; a test may forget it."""
    return {
        "greeting-1-py3-none-any.whl": EARLY,
        "greeting-2-py3-none-any.whl": LATE,
        "tiny_backend-1-py3-none-any.whl": EARLY,
        "old_style-0.3.tar.gz": EARLY,
        "old_style-0.4.tar.gz": LATE,
    }


@pytest.fixture
def site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uploaded: dict[str, str]
) -> Iterator[EnvironmentSite]:
    folder = tmp_path / "packages"
    folder.mkdir()
    backend = {"tiny_backend.py": package_folder.BACKEND}
    package_folder.write_wheel(folder, "tiny-backend", "1", backend)
    for version in ("1", "2"):
        package_folder.write_wheel(folder, "greeting", version, {"greeting.py": "WORD = 'hello'\n"})
    for version in ("0.3", "0.4"):
        files = {"pyproject.toml": package_folder.PYPROJECT, "old_style.py": "WORD = 'x'\n"}
        package_folder.write_source(folder, "old-style", version, files)
    with serve(folder, uploaded) as address:
        settings = tmp_path / "uv.toml"
        settings.write_text(f'[[index]]\nurl = "{address}"\ndefault = true\n')
        monkeypatch.setenv("UV_CONFIG_FILE", str(settings))
        yield EnvironmentSite(tmp_path, folder, files={"requirements.txt": "greeting\n"})


def made(site: EnvironmentSite, monkeypatch: pytest.MonkeyPatch, when: str) -> EnvironmentFacts:
    monkeypatch.setenv("GIT_COMMITTER_DATE", when)
    facts = site.made().facts
    assert facts
    return facts


@pytest.mark.parametrize(("when", "version"), [(BETWEEN, "1"), (AFTER, "2")])
def test_a_range_comes_to_what_there_was_when_it_was_committed(
    site: EnvironmentSite, monkeypatch: pytest.MonkeyPatch, when: str, version: str
) -> None:
    facts = made(site, monkeypatch, when)
    assert facts.packages["greeting"] == version
    assert (
        facts.settled == f"no lock: the newest of before {when[:8]}03, the day after the commit's"
    )


def test_a_registry_that_tells_no_days_is_asked_for_the_newest(
    site: EnvironmentSite, monkeypatch: pytest.MonkeyPatch, uploaded: dict[str, str]
) -> None:
    """And so it is of a package that did not exist then; the facts say so."""
    uploaded.clear()
    facts = made(site, monkeypatch, BETWEEN)
    assert facts.packages["greeting"] == "2"
    assert facts.settled.startswith(
        "no lock: the newest of today, since those of before 2021-06-03"
    )


def test_a_source_archive_is_of_that_day_too(
    site: EnvironmentSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.files["requirements.txt"] = "old-style\n"
    assert made(site, monkeypatch, BETWEEN).packages["old-style"] == "0.3"


def test_tools_of_that_day_that_cannot_build_give_way_to_those_of_today(
    site: EnvironmentSite, monkeypatch: pytest.MonkeyPatch, uploaded: dict[str, str]
) -> None:
    """The package's own version stays that of the day."""
    uploaded["tiny_backend-1-py3-none-any.whl"] = LATE
    site.files["requirements.txt"] = "old-style\n"
    assert made(site, monkeypatch, BETWEEN).packages["old-style"] == "0.3"


def test_what_cannot_be_built_has_the_same_code_as_a_wheel(
    site: EnvironmentSite, monkeypatch: pytest.MonkeyPatch, uploaded: dict[str, str]
) -> None:
    """psycopg2 wants libraries of the machine; psycopg2-binary is its code with them."""
    fails = {"pyproject.toml": "[build-system]\nrequires = []\nbuild-backend = 'absent'\n"}
    package_folder.write_source(site.packages, "psycopg2", "2.9", fails)
    module = {"psycopg2/__init__.py": ""}
    for version in ("2.8", "2.9"):
        package_folder.write_wheel(site.packages, "psycopg2-binary", version, module)
        uploaded[f"psycopg2_binary-{version}-py3-none-any.whl"] = EARLY
    uploaded["psycopg2-2.9.tar.gz"] = EARLY
    site.files["requirements.txt"] = "psycopg2<2.9.1\n"
    packages = made(site, monkeypatch, BETWEEN).packages
    assert (packages.get("psycopg2"), packages["psycopg2-binary"]) == (None, "2.9")


@pytest.mark.parametrize("line", ["psycopg2==2.7.5", "psycopg2-binary==2.7.5"])
@pytest.mark.parametrize("others", [("2.8.6", "2.9.9"), ("2.9.9",)])
def test_what_cannot_be_had_here_is_stood_for_by_another_version_of_its_code(
    site: EnvironmentSite,
    monkeypatch: pytest.MonkeyPatch,
    uploaded: dict[str, str],
    line: str,
    others: tuple[str, ...],
) -> None:
    """The nearest that there is, whenever it was uploaded; it is named, for services as well."""
    fails = {"pyproject.toml": "[build-system]\nrequires = []\nbuild-backend = 'absent'\n"}
    name = line.partition("=")[0]
    package_folder.write_source(site.packages, name, "2.7.5", fails)
    uploaded[f"{name}-2.7.5.tar.gz"] = uploaded[f"{name.replace('-', '_')}-2.7.5.tar.gz"] = EARLY
    for version in others:
        package_folder.write_wheel(site.packages, "psycopg2-binary", version, {"psycopg2.py": ""})
        uploaded[f"psycopg2_binary-{version}-py3-none-any.whl"] = LATE
    site.files["requirements.txt"] = f"greeting\n{line}\n"
    facts = made(site, monkeypatch, BETWEEN)
    assert facts.packages == {"greeting": "1", "psycopg2-binary": others[0]}
    assert list(facts.unbuilt) == [f"{line} (psycopg2-binary {others[0]} in its place)"]
    tests = make(site.look(), Install(), whole=False).facts
    assert tests
    assert (tests.packages, list(tests.unbuilt)) == (facts.packages, list(facts.unbuilt))


def test_what_was_to_be_had_has_nothing_in_its_place(
    site: EnvironmentSite, monkeypatch: pytest.MonkeyPatch, uploaded: dict[str, str]
) -> None:
    for version in ("2.7.5", "2.9.9"):
        package_folder.write_wheel(site.packages, "psycopg2-binary", version, {"psycopg2.py": ""})
        uploaded[f"psycopg2_binary-{version}-py3-none-any.whl"] = EARLY
    site.files["requirements.txt"] = "psycopg2-binary==2.7.5\n"
    facts = made(site, monkeypatch, BETWEEN)
    assert (facts.packages["psycopg2-binary"], facts.unbuilt) == ("2.7.5", {})


@pytest.mark.parametrize(
    ("image", "has"), [("FROM python:3.11\n", True), ("FROM python:3.12\n", False), ("", False)]
)
def test_an_environment_has_what_images_of_its_python_had(
    site: EnvironmentSite,
    monkeypatch: pytest.MonkeyPatch,
    uploaded: dict[str, str],
    image: str,
    has: bool,  # noqa: FBT001
) -> None:
    """Where it is not to be had, the environment is made without it."""
    site.files["Dockerfile"] = image
    assert "setuptools" not in made(site, monkeypatch, AFTER).packages
    for version in ("65", "82"):
        package_folder.write_wheel(site.packages, "setuptools", version, {"pkg_resources.py": ""})
        uploaded[f"setuptools-{version}-py3-none-any.whl"] = EARLY
    site.files["again"] = "another commit"
    site.files["requirements.txt"] = "greeting>=1\n"
    monkeypatch.setattr(site, "name", "another")
    packages = made(site, monkeypatch, AFTER).packages
    assert packages.get("setuptools") == ("65" if has else None)


def test_tests_do_without_a_package_that_no_registry_has(
    site: EnvironmentSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a service is refused one, unless only its developers name it."""
    monkeypatch.setenv("GIT_COMMITTER_DATE", AFTER)
    site.files = {
        "pyproject.toml": '[dependency-groups]\ndev = ["greeting", "far @ git+https://x.org/y"]\n'
    }
    look = site.look()
    facts = make(look, Install(), whole=False).facts
    assert facts
    assert facts.packages["greeting"] == "2"
    assert list(facts.unbuilt) == ["far"]
    plain = make(look, Install()).facts
    assert plain
    assert (plain.groups, plain.unbuilt) == ([], {})
    with pytest.raises(NoEnvironment, match="no package registry has: 'far"):
        make(look, Install(groups=("dev",)))


def test_a_service_does_without_what_its_developers_have_and_cannot_be_built(
    site: EnvironmentSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requirements of their own are chosen for tests, and where they can be had for services."""
    monkeypatch.setenv("GIT_COMMITTER_DATE", AFTER)
    fails = {"pyproject.toml": "[build-system]\nrequires = []\nbuild-backend = 'absent'\n"}
    package_folder.write_source(site.packages, "compiled", "1", fails)
    site.files = {"requirements.txt": "greeting\n", "requirements-dev.txt": "compiled\n"}
    look = site.look()
    facts = make(look, Install()).facts
    assert facts
    assert facts.packages == {"greeting": "2"}
    with pytest.raises(NoEnvironment, match="the build of compiled 1 failed"):
        make(look, Install(requirements=("requirements.txt", "requirements-dev.txt")))
