"""A suite that needs another service of the release beside it."""

from __future__ import annotations

import pytest

from atom_release.gate.vocabulary import Answer, ControlState
from atom_release_tests.fixtures.suite_site import Site, control, facts, site

__all__ = ["site"]  # the fixture

_RATES = """
import http.server, os, sys

class Rates(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"50")

if os.path.exists(".git"):
    sys.exit("a service has no .git")
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Rates).serve_forever()
"""
_CODE = """
import os, urllib.request

def fee(amount):
    rate = int(urllib.request.urlopen(os.environ["RATES"] + "/rate").read())
    return amount / rate
"""
_TESTS = """
from svc.fees import fee

def test_fee():
    assert fee(100) == 2
"""


@pytest.fixture
def with_rates(site: Site) -> Site:
    """A service that asks another one for its rate."""
    site.files |= {"svc/fees.py": _CODE, "tests/test_fees.py": _TESTS, "rates/serve.py": _RATES}
    start = {"command": ["{python}", "rates/serve.py", "{port}"], "ready": "30s"}
    site.others = [{"id": "C.2", "name": "rates", "source": ["rates"], "start": start}]
    site.suite |= {"needs": ["service:C.2"], "environment": {"RATES": "{url:C.2}"}}
    return site


@pytest.mark.slow
def test_every_run_and_the_control_have_the_service_beside_them(with_rates: Site) -> None:
    evidence = with_rates.ask()
    assert (evidence.answer, control(evidence)) == (Answer.YES, ControlState.ALIVE), evidence
    assert facts(evidence, "control")["still_passing"] == []
    assert facts(evidence, "world")["services"] == ["C.2"]


def test_a_service_that_does_not_start_is_not_the_failure_of_the_suite(with_rates: Site) -> None:
    with_rates.files["rates/serve.py"] = "raise SystemExit('no rates today')\n"
    evidence = with_rates.ask()
    assert evidence.answer is Answer.UNKNOWN
    assert "C.2, which they need beside them, did not start" in evidence.reason
    assert "no rates today" in evidence.reason


@pytest.mark.parametrize(
    ("needs", "environment", "trouble"),
    [
        (["service:C.3"], {}, "needs C.3, which nothing starts"),
        (["service:C.1"], {}, "needs its own service"),
        ([], {"RATES": "{url:C.2}"}, "asks for the address of service:C.2"),
    ],
)
def test_a_suite_names_another_service_that_starts(
    with_rates: Site, needs: list[str], environment: dict[str, str], trouble: str
) -> None:
    with_rates.suite |= {"needs": needs, "environment": environment}
    with pytest.raises(ValueError, match=trouble):
        with_rates.look()
