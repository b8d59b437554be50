"""Plug-ins: found by their entry point, asked of the tree and of a known-bad one, and held to it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

from atom_release.errors import ProbeFault
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.facts.own_probe import OwnProbeFacts
from atom_release.gate.manifest import Manifest
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.release.ask import Boundary
from atom_release.release.check_questions import question_of
from atom_release_tests.fixtures.environment_site import EnvironmentSite, stand_for_a_registry
from atom_release_tests.fixtures.package_folder import write_wheel

EXAMPLE = Path(__file__).parents[2] / "examples" / "licence_probe"
OWN = """
from pydantic import Field
from atom_release.gate.vocabulary import Answer
from atom_release.probes.own_probe import Facts, PlugIn, Reply

class Told(Facts):
    files: int

def ask(subject):
    bad = [path for path in subject.paths if b"print" in subject.read(path)]
    return Reply(Answer.NO if bad else Answer.YES, f"{bad or 'none'} prints", Told(files=len(bad)))

def with_print(subject):
    return subject.with_file("src/bad.py", b"print(1)")

def by_command(subject):
    run = subject.run("sh", "-c", "! grep -rn print src")
    return Reply(Answer.NO if run.status else Answer.YES, run.text or "none", Told(files=0))

def raising(subject):
    raise ValueError("it broke")

def other(subject):
    return "yes"

def made(ask, spoil=with_print):
    return PlugIn(asks="x", facts=Told, ask=ask, spoil=spoil, spoiled="print added", remedy="mend")

PRINTS, COMMAND = made(ask), made(by_command)
BLIND, RAISING, OTHER = made(ask, lambda subject: subject), made(raising), made(other)
"""
NAMES = ("prints", "command", "blind", "raising", "other")

Ask = Callable[..., Evidence]


@pytest.fixture
def site(tmp_path: Path) -> EnvironmentSite:
    files = {"src/app.py": "def fee():\n    return 1\n", "requirements.txt": ""}
    return EnvironmentSite(tmp_path, tmp_path / "packages", files=files)


@pytest.fixture
def ask(site: EnvironmentSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Return what asks a plug-in of a package that is installed beside the gate."""
    folder = tmp_path / "beside"
    written = folder / "own_1-1.dist-info"
    written.mkdir(parents=True)
    (folder / f"own_{tmp_path.name}.py").write_text(OWN)
    points = "".join(f"{name} = own_{tmp_path.name}:{name.upper()}\n" for name in NAMES)
    (written / "entry_points.txt").write_text(f"[atom_release.probes]\n{points}")
    (written / "METADATA").write_text("Metadata-Version: 2.1\nName: own\nVersion: 1\n")
    monkeypatch.syspath_prepend(str(folder))

    def ask_probe(probe: str, **settings: Any) -> Evidence:  # noqa: ANN401 - the plug-in's settings
        return ask_of(site, probe, **settings)

    return ask_probe


def ask_of(site: EnvironmentSite, probe: str, **settings: Any) -> Evidence:  # noqa: ANN401 - the same
    look = site.look()
    check = {"id": "P-7", "title": "t", "asks": "a", "probe": probe, "settings": settings}
    document = look.manifest.model_dump(mode="json", exclude_defaults=True)
    look = replace(look, manifest=Manifest.model_validate({**document, "checks": [check]}))
    boundary = Boundary(look, "own_checks", look.clock() + timedelta(hours=1))
    (evidence,) = boundary.ask(question_of(look, look.manifest.checks[0]))
    return evidence


def test_a_plug_in_is_asked_of_the_tree_and_of_a_known_bad_one(
    ask: Ask, site: EnvironmentSite
) -> None:
    """Its control is the same question, asked by the gate; its facts are those it declared."""
    evidence = ask("prints")
    assert (evidence.answer, evidence.tools["plug-in"]) == (Answer.YES, "own 1")
    assert evidence.control is not None
    assert evidence.control.state is ControlState.ALIVE
    facts = OwnProbeFacts.read(evidence.facts)
    assert facts is not None
    assert (facts.facts, facts.control) == ({"files": 0}, {"files": 1})
    site.files["src/more.py"] = "print(2)\n"
    bad = ask("prints")
    assert (bad.answer, "src/more.py" in bad.reason, bad.remedy) == (Answer.NO, True, "mend")


def test_a_plug_in_runs_commands_over_the_tree_and_over_the_bad_one(ask: Ask) -> None:
    """In the sandbox; what was put in place for the control is there for its command."""
    evidence = ask("command")
    assert evidence.answer is Answer.YES
    assert evidence.control is not None
    assert evidence.control.state is ControlState.ALIVE
    assert "src/bad.py" in evidence.control.found


def test_a_plug_in_that_is_never_red_has_a_dead_control(ask: Ask) -> None:
    """What it says of its control is not asked: the gate asks it."""
    evidence = ask("blind")
    assert evidence.control is not None
    assert evidence.control.state is ControlState.DEAD


@pytest.mark.parametrize(
    ("probe", "says"),
    [
        ("raising", "it broke"),
        ("other", "not with its own facts"),
        ("nowhere", "no package here names a probe"),
    ],
)
def test_what_a_plug_in_raises_is_evidence(ask: Ask, probe: str, says: str) -> None:
    """It is errored, and so nobody's fault but the gate's circumstances."""
    evidence = ask(probe)
    assert (evidence.errored, evidence.answer) == (True, Answer.UNKNOWN)
    assert says in evidence.reason


@pytest.mark.parametrize(
    ("licence", "gpl"),
    [
        ("GPL-3.0-only", True),
        ("AGPL-3.0-or-later", True),
        ("GNU General Public License v2 (GPLv2)", True),
        ("GPL-2.0-only WITH Classpath-exception-2.0", True),
        ("MIT AND GPL-3.0-only", True),
        ("MIT OR GPL-2.0-only", False),
        ("LGPL-2.1-or-later", False),
        ("GNU Lesser General Public License v3 (LGPLv3)", False),
        ("Apache-2.0", False),
    ],
)
def test_the_example_tells_the_gpl_from_what_only_sounds_like_it(
    licence: str, gpl: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A choice that has another part is none of it; the lesser one is not it."""
    monkeypatch.syspath_prepend(str(EXAMPLE))
    from licence_probe import is_gpl  # type: ignore[import-not-found]

    assert is_gpl(licence) is gpl


def _write_metadata(folder: Path) -> None:
    """Write what an installer would make of the example's project file."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
    written = folder / f"licence_probe-{project['version']}.dist-info"
    written.mkdir(parents=True)
    points = project["entry-points"]["atom_release.probes"]
    lines = "".join(f"{name} = {value}\n" for name, value in points.items())
    (written / "entry_points.txt").write_text(f"[atom_release.probes]\n{lines}")
    metadata = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (written / "METADATA").write_text(metadata)


@pytest.mark.slow
def test_the_example_is_installed_and_asked_over_a_made_environment(
    site: EnvironmentSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As its own metadata has it; CI runs this with the example installed by pip."""
    if not entry_points(group="atom_release.probes", name="licences"):
        _write_metadata(tmp_path / "beside")
        monkeypatch.syspath_prepend(str(tmp_path / "beside"))
        monkeypatch.syspath_prepend(str(EXAMPLE))
    folder = stand_for_a_registry(tmp_path / "registry", monkeypatch)
    write_wheel(folder, "good", "1", {"good.py": ""})
    site.files["requirements.txt"] = "good==1\n"
    untold = ask_of(site, "licences")
    assert (untold.answer, "no licence is stated" in untold.reason) == (Answer.UNKNOWN, True)
    stated = ask_of(site, "licences", told=["good"])
    assert stated.answer is Answer.YES, stated.reason
    assert stated.control is not None
    assert stated.control.state is ControlState.ALIVE
    assert stated.tools["plug-in"] == "licence-probe 0.1.0"


def test_no_environment_is_no_answer(site: EnvironmentSite) -> None:
    """A release that installs nothing has no packages to look at."""
    from atom_release.probes.own_probe.installed import installed_packages

    del site.suite["install"]
    with pytest.raises(ProbeFault, match="no environment is made"):
        installed_packages(site.look())
