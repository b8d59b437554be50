"""Cross-service tests.

Run against what the rehearsal started, and once more against stand-ins with the code taken out.
"""

from __future__ import annotations

import json
import subprocess
import textwrap
import threading
import urllib.error
import urllib.request
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from atom_release.errors import ProbeFault
from atom_release.gate.manifest import Manifest
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.look import Look
from atom_release.lab.stand_in import standing_in
from atom_release.probes.integration import run_integration
from atom_release.source.commit import open_tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from atom_release.gate.facts.evidence import Evidence

TESTS = """
import json, os, urllib.request

def ask(variable):
    with urllib.request.urlopen(os.environ[variable] + "/value", timeout=5) as answer:
        return json.load(answer)["value"]

def test_one():
    assert ask("ONE") == 1
"""
ASKS_TWO = "\ndef test_two():\n    assert ask('TWO') == 1\n"
ASKS_NOTHING = "\ndef test_paths():\n    assert os.path.exists('svc/app.py')\n"
SECRET = "s.planted-token"


class _Value(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({"value": 1}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:  # noqa: ANN401 - untyped where it comes from
        pass


@pytest.fixture
def service() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Value)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


class Site:
    """A repository with two services and their tests."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files = {
            "svc/app.py": "def value():\n    return 1\n",
            "integration/test_all.py": TESTS,
        }
        self.environment = {"ONE": "{url:C.1}", "TWO": "{url:C.2}", "VAULT_TOKEN": "{vault_token}"}

    def ask(self, base_urls: Mapping[str, str], *, token: str | None = SECRET) -> Evidence:
        """Commit the files and run the tests against these services."""
        repository = self.root / "repository"
        for path, text in self.files.items():
            target = repository / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(textwrap.dedent(text))
        for command in (
            ["init", "-q", "-b", "main"],
            ["add", "-A"],
            ["-c", "user.name=n", "-c", "user.email=e@example.org", "commit", "-q", "-m", "all"],
        ):
            subprocess.run(["git", *command], cwd=repository, check=True)  # noqa: S607 - the git on the path
        integration = {"name": "cross", "paths": ["integration"], "environment": self.environment}
        services = [
            {"id": name, "name": name, "source": ["svc"], "report": "docs/*.md"}
            for name in ("C.1", "C.2")
        ]
        release = {"phase": "C", "name": "x", "version": "1", "tag": "v1", "branch": "release/x"}
        manifest = Manifest.model_validate(
            {"release": release, "services": services, "integration": [integration]}
        )
        (self.root / "scratch").mkdir()
        look = Look(
            manifest,
            open_tree(repository, "HEAD"),
            self.root / "scratch",
            lambda: datetime.now(UTC),
        )

        def fill(text: str) -> str:
            for name, url in base_urls.items():
                text = text.replace(f"{{url:{name}}}", url)
            if "{url:" in text or ("{vault_token}" in text and token is None):
                raise ProbeFault(f"there is no {text} in this rehearsal")
            return text.replace("{vault_token}", token or "")

        return run_integration(look, manifest.integration[0], base_urls=base_urls, fill=fill)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def state(evidence: Evidence) -> ControlState:
    assert evidence.control is not None, evidence.reason
    return evidence.control.state


def still(evidence: Evidence) -> Any:  # noqa: ANN401 - untyped where it comes from
    control: Any = evidence.facts["control"]
    return control["still_passing"]


def test_passes_against_the_services_and_fails_against_stand_ins(site: Site, service: str) -> None:
    site.files["integration/test_all.py"] += ASKS_TWO
    evidence = site.ask({"C.1": service, "C.2": service})
    assert (evidence.answer, state(evidence)) == (Answer.YES, ControlState.ALIVE), evidence
    assert still(evidence) == []
    assert "network:host" in evidence.isolation  # no rehearsal of its own was given


def test_tests_that_ask_no_service_are_listed(site: Site, service: str) -> None:
    site.files["integration/test_all.py"] += ASKS_NOTHING
    evidence = site.ask({"C.1": service, "C.2": service})
    assert state(evidence) is ControlState.ALIVE
    assert still(evidence) == ["integration.test_all::test_paths"]


def test_vacuous_when_no_test_needs_a_service(site: Site, service: str) -> None:
    """The field's own case: tests that only look whether paths exist."""
    site.files["integration/test_all.py"] = "import os\n" + ASKS_NOTHING
    evidence = site.ask({"C.1": service, "C.2": service})
    assert (evidence.answer, state(evidence)) == (Answer.YES, ControlState.VACUOUS)
    assert "ask the running services" in evidence.remedy


IS_THERE = """
import os, urllib.error, urllib.request

def status():
    try:
        with urllib.request.urlopen(os.environ["ONE"] + "/value", timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code

def test_it_is_there():
    assert status() != 503
"""


def test_tests_to_which_any_answer_is_right_show_nothing(site: Site, service: str) -> None:
    """The attack: a service that answers 500 to all, and a test that asks that it is not 503."""
    site.files["integration/test_all.py"] = IS_THERE
    evidence = site.ask({"C.1": service, "C.2": service})
    assert (evidence.answer, state(evidence)) == (Answer.YES, ControlState.DEAD)
    assert evidence.control is not None
    assert "any answer is right to them" in evidence.control.found


def test_one_test_that_looks_at_the_answer_is_enough_and_the_other_is_named(
    site: Site, service: str
) -> None:
    """The honest twin."""
    site.files["integration/test_more.py"] = IS_THERE
    evidence = site.ask({"C.1": service, "C.2": service})
    assert state(evidence) is ControlState.ALIVE
    assert evidence.control is not None
    assert "content with any answer: integration.test_more::test_it_is_there" in (
        evidence.control.found
    )


def test_the_code_is_taken_out_too(site: Site, service: str) -> None:
    site.files["integration/test_all.py"] = (
        "from svc.app import value\ndef test_value():\n    assert value() == 1\n"
    )
    assert state(site.ask({"C.1": service, "C.2": service})) is ControlState.ALIVE


def test_a_fixture_that_needs_a_service_keeps_the_control_alive(site: Site, service: str) -> None:
    site.files["integration/test_all.py"] = TESTS.replace(
        "import json", "import pytest, json"
    ).replace(
        'def test_one():\n    assert ask("ONE") == 1',
        "@pytest.fixture\ndef one():\n    return ask('ONE')\n\ndef test_one(one):\n    assert one"
        " == 1",
    )
    evidence = site.ask({"C.1": service, "C.2": service})
    assert (evidence.answer, state(evidence)) == (Answer.YES, ControlState.ALIVE), evidence


def test_a_failing_test_is_a_no(site: Site, service: str) -> None:
    site.files["integration/test_all.py"] = TESTS.replace("== 1", "== 2")
    assert site.ask({"C.1": service, "C.2": service}).answer is Answer.NO


def test_tests_of_a_service_that_did_not_start_are_not_decided_and_the_others_run(
    site: Site, service: str
) -> None:
    site.files["integration/test_all.py"] += ASKS_TWO
    evidence = site.ask({"C.1": service})
    runs: Any = evidence.facts["runs"]
    assert evidence.answer is Answer.UNKNOWN
    assert (runs[0]["passed"], runs[0]["failing"]) == (1, ["integration.test_all::test_two"])
    assert evidence.facts["services_down"] == ["C.2"]


def test_a_test_that_judges_a_service_that_did_not_start_is_not_decided_either(
    site: Site, service: str
) -> None:
    """The error is caught, so only the address that the test names tells what it asked."""
    site.files["integration/test_all.py"] += """
def test_two():
    try:
        up = bool(ask('TWO'))
    except OSError:
        up = False
    assert up, "no answer from " + os.environ["TWO"]
"""
    evidence = site.ask({"C.1": service})
    assert evidence.answer is Answer.UNKNOWN
    assert "C.2 did not start" in evidence.reason


def test_what_a_failing_test_was_given_tells_whom_it_asked(site: Site, service: str) -> None:
    """Its message says nothing; the argument that it has from a fixture does."""
    site.files["integration/test_all.py"] += """
@__import__("pytest").fixture
def two():
    return os.environ["TWO"]

def test_two(two):
    try:
        up = bool(ask('TWO'))
    except OSError:
        up = False
    assert up
"""
    evidence = site.ask({"C.1": service})
    assert evidence.answer is Answer.UNKNOWN
    assert "C.2 did not start" in evidence.reason


def test_a_proven_failure_beside_a_service_that_did_not_start_is_a_no(
    site: Site, service: str
) -> None:
    site.files["integration/test_all.py"] = TESTS.replace("== 1", "== 2") + ASKS_TWO
    evidence = site.ask({"C.1": service})
    assert evidence.answer is Answer.NO
    assert "run --only T3" in evidence.remedy
    assert "test_one" in evidence.reason
    assert "test_two" not in evidence.reason


def test_a_failure_is_not_held_against_the_release_where_a_value_was_lacking(
    site: Site, service: str
) -> None:
    site.files["integration/test_all.py"] += (
        "\ndef test_token():\n    assert os.environ.get('VAULT_TOKEN')\n"
    )
    evidence = site.ask({"C.1": service, "C.2": service}, token=None)
    assert evidence.answer is Answer.UNKNOWN
    assert "VAULT_TOKEN could not be given" in evidence.reason


def test_no_secret_comes_out_again(site: Site, service: str) -> None:
    site.files["integration/test_all.py"] += (
        "\ndef test_token():\n    assert os.environ['VAULT_TOKEN'] == 'x'\n"
    )
    evidence = site.ask({"C.1": service, "C.2": service})
    assert evidence.answer is Answer.NO
    assert "[redacted]" in evidence.reason
    assert SECRET not in evidence.model_dump_json()


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "BREW"])
def test_the_stand_in_answers_503_to_everything(method: str) -> None:
    with standing_in() as address:
        request = urllib.request.Request(  # noqa: S310 - a server of this test's own
            f"{address}/anything?x=1", method=method, data=b"{}" if method == "POST" else None
        )
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request, timeout=5)  # noqa: S310 - a server of this test's own
        caught.value.close()
    assert caught.value.code == 503
