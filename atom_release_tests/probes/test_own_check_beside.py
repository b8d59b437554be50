"""A check beside running services, and one whose control is another environment: run for real."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from atom_release.errors import ProbeFault
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.facts.own_check import OwnCheckFacts
from atom_release.gate.manifest import Manifest
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.probes.own_check import Beside, probe_own_check
from atom_release_tests.fixtures import package_folder
from atom_release_tests.fixtures.environment_site import EnvironmentSite, stand_for_a_registry
from atom_release_tests.fixtures.serving import serving

ASK = (
    "import os, sys, urllib.request\n"
    "answer = urllib.request.urlopen(os.environ['ADDRESS'] + '/value', timeout=9).read().decode()\n"
    "print('the value is', answer, 'for', os.environ.get('KEY', ''))\nsys.exit(answer != '1')\n"
)
PINNED = (
    "import importlib.metadata, sys\nversion = importlib.metadata.version('greeting')\n"
    "print('greeting is', version)\nsys.exit(version == '3.0')\n"
)


class _Value(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1")
        self.end_headers()
        self.wfile.write(b"1")

    def log_message(self, *_: Any) -> None:  # noqa: ANN401 - untyped where it comes from
        pass


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving(_Value) as place:
        yield f"http://{place}"


@pytest.fixture
def site(tmp_path: Path) -> EnvironmentSite:
    return EnvironmentSite(tmp_path, tmp_path / "packages", files={"ask.py": ASK})


def ask(site: EnvironmentSite, beside: Beside | None, **fields: Any) -> Evidence:  # noqa: ANN401
    look = site.look()
    check = {"id": "L-1", "title": "t", "asks": "a", "run": ["{python}", "ask.py"], **fields}
    document = look.manifest.model_dump(mode="json", exclude_defaults=True)
    document["services"][0]["start"] = {"command": ["true"]}
    look = replace(look, manifest=Manifest.model_validate({**document, "checks": [check]}))
    return probe_own_check(look, look.manifest.checks[0], beside)


def beside(**addresses: str) -> Beside:
    def fill(text: str) -> str:
        for name, address in addresses.items():
            text = text.replace(f"{{url:{name.replace('_', '.')}}}", address)
        if "{secret:none}" in text:
            raise ProbeFault("there is no such secret")
        return text.replace("{secret:key}", "not-to-be-shown")

    return Beside({name.replace("_", "."): address for name, address in addresses.items()}, fill)


WITH_C1 = {"services": ["C.1"], "environment": {"ADDRESS": "{url:C.1}", "KEY": "{secret:key}"}}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["refusing", "answering"])
def test_a_check_that_needs_the_service_is_red_where_another_answers(
    site: EnvironmentSite, address: str, kind: str
) -> None:
    """In its place 503, or 200 with another body; what it was given is not shown."""
    evidence = ask(site, beside(C_1=address), **WITH_C1, control={"services": {"C.1": kind}})
    assert evidence.answer is Answer.YES, evidence.reason
    assert evidence.control is not None
    assert evidence.control.state is ControlState.ALIVE, evidence.control.found
    assert "in place of C.1" in evidence.control.changed
    facts = OwnCheckFacts.read(evidence.facts)
    assert facts is not None
    assert facts.services == ["C.1"]
    assert "not-to-be-shown" not in f"{evidence.model_dump_json()}{site.logs}"


@pytest.mark.slow
def test_a_check_that_never_asks_the_service_has_a_dead_control(
    site: EnvironmentSite, address: str
) -> None:
    """It is as green with whatever answers there."""
    command = ["{python}", "-c", "print('all is well')"]
    control = {"services": {"C.1": "answering"}}
    evidence = ask(site, beside(C_1=address), **WITH_C1, run=command, control=control)
    assert evidence.control is not None
    assert (evidence.answer, evidence.control.state) == (Answer.YES, ControlState.DEAD)


def test_a_service_that_did_not_start_is_not_the_checks_fault(site: EnvironmentSite) -> None:
    """Nothing is run; a variable that cannot be filled is told by its name."""
    control = {"services": {"C.1": "refusing"}}
    down = ask(site, beside(), **WITH_C1, control=control)
    assert (down.answer, "C.1" in down.reason) == (Answer.UNKNOWN, True)
    unfilled = {"services": ["C.1"], "environment": {"KEY": "{secret:none}"}}
    lacking = ask(site, beside(C_1="http://127.0.0.1:9"), **unfilled, control=control)
    assert (lacking.answer, "KEY could not be given" in lacking.reason) == (Answer.UNKNOWN, True)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("version", "state"), [("3.0", ControlState.ALIVE), ("2.2", ControlState.DEAD)]
)
def test_a_control_may_be_another_environment(
    site: EnvironmentSite, monkeypatch: pytest.MonkeyPatch, version: str, state: ControlState
) -> None:
    """The same check, run with a package that it has to find; and with one that is harmless."""
    folder = stand_for_a_registry(site.packages, monkeypatch)
    for number in ("2.1", version):
        package_folder.write_wheel(folder, "greeting", number, {"greeting.py": "WORD = 'hi'\n"})
    site.files |= {
        "pinned.py": PINNED,
        "requirements.txt": "greeting==2.1\n",
        "bad/requirements.txt": f"greeting=={version}\n",
    }
    control = {"install": {"folder": "bad"}}
    evidence = ask(site, None, run=["{python}", "pinned.py"], install="auto", control=control)
    assert evidence.control is not None, evidence.reason
    assert (evidence.answer, evidence.control.state) == (Answer.YES, state), evidence.control
    facts = OwnCheckFacts.read(evidence.facts)
    assert facts is not None
    assert facts.control_environment is not None
    assert facts.control_environment.packages["greeting"] == version
