"""The page in a real browser: what opening it takes, what it asks for, what axe finds in it.

    python -m atom_release_tests.benchmarks.page [--services 200] [--keep FOLDER]

Needs a Chromium (`apt-get install chromium-headless-shell`, or `chromium`) and, for what axe finds, npm
(`npm install axe-core` is done in a scratch folder). Nothing is asserted; figures are
printed, with those of a page in which a request, a picture without words and pale text are planted.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from atom_release.gate.catalogue import criteria, leg_specs
from atom_release.gate.catalogue.lineage import upstreams
from atom_release.gate.claims.ledger import LedgerRow
from atom_release.gate.decision.claims_summary import Account
from atom_release.gate.decision.decide import decide
from atom_release.gate.documents import matrix
from atom_release.gate.manifest import Manifest
from atom_release.gate.vocabulary import Answer
from atom_release.pages.diff import Compared, diff_page
from atom_release.pages.html import Observed, Told, page
from atom_release_tests.fixtures.cases import MANIFEST, case_of, evidence_for

_SERVICES = (5, 200)
_CLAIMS = 15
_MAKERS = {"update.googleapis.com", "clients2.google.com", "redirector.gvt1.com"}
"""Hosts that a whole Chromium asks now and then, not each time that it starts."""
_BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
_START = datetime(2026, 1, 1, tzinfo=UTC)
_TIMING = """
addEventListener("load", () => setTimeout(() => {
  const shown = document.createElement("pre");
  shown.id = "measured";
  const navigation = performance.getEntriesByType("navigation")[0];
  shown.textContent = JSON.stringify({ms: navigation.loadEventEnd,
    elements: document.querySelectorAll("*").length,
    resources: performance.getEntriesByType("resource").map((entry) => entry.name)});
  document.body.append(shown);
}));
"""
_PLANTED = (
    "<html><head><title>planted</title></head><body>"
    '<img src="http://planted.invalid/picture"><p style="color:#ccc">pale</p></body></html>'
)
_USED = """
addEventListener("load", () => setTimeout(() => {
  const search = document.querySelector("input[type=search]");
  search.value = "service-2 ";
  search.dispatchEvent(new Event("input"));
  const rows = document.getElementById("told").textContent;
  search.value = "";
  search.dispatchEvent(new Event("input"));
  const head = document.querySelector("table.sortable th[aria-sort]");
  head.querySelector("button").click();
  const cells = [...head.closest("table").tBodies[0].rows].map((row) => row.cells[0].textContent);
  const shown = document.createElement("pre");
  shown.id = "measured";
  shown.textContent = JSON.stringify([rows, head.getAttribute("aria-sort"), cells.slice(0, 3)]);
  document.body.append(shown);
}));
"""
_AXE = """
addEventListener("load", () => axe.run(document, {resultTypes: ["violations"]}).then((done) => {
  const shown = document.createElement("pre");
  shown.id = "measured";
  shown.textContent = JSON.stringify(done.violations.map((violation) => ({
    id: violation.id, impact: violation.impact, help: violation.help,
    nodes: violation.nodes.slice(0, 3).map((node) => node.html.slice(0, 200))})));
  document.body.append(shown);
}));
"""


def main() -> None:
    """Measure the page of a small and of a large release."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--services", type=int, nargs="*", default=_SERVICES)
    parser.add_argument("--keep", type=Path, help="Where the pages are left.")
    options = parser.parse_args()
    browser = next((path for name in _BROWSERS if (path := shutil.which(name))), None)
    if browser is None:
        raise SystemExit("There is no headless Chromium: apt-get install chromium-headless-shell.")
    with tempfile.TemporaryDirectory() as scratch:
        place = options.keep or Path(scratch)
        place.mkdir(parents=True, exist_ok=True)
        for number in options.services:
            written = place / f"page-{number}.html"
            written.write_bytes(page(content_of(number)))
            sys.stdout.write(f"{number} services: {_opened(browser, written)}\n")
            sys.stdout.write(f"  filtered, sorted: {measured(browser, written, _USED)}\n")
        compared = place / "diff.html"
        compared.write_bytes(diff_page(_two_decisions()))
        sys.stdout.write(f"diff: {_opened(browser, compared)}\n")
        planted = place / "planted.html"
        planted.write_text(_PLANTED)
        sys.stdout.write(
            f"planted request: {', '.join(requests_of(browser, planted)) or 'MISSED'}\n"
        )
        if axe := axe_source(Path(scratch)):
            misses = [entry["id"] for entry in measured(browser, planted, axe + _AXE)]
            sys.stdout.write(f"axe, planted: {', '.join(misses) or 'MISSED'}\n")
            for written in (place / f"page-{min(options.services)}.html", compared):
                _tell_violations(browser, written, axe)


def _tell_violations(browser: str, written: Path, axe: str) -> None:
    for scheme in ("light", "dark"):
        violations = measured(browser, written, axe + _AXE, scheme)
        sys.stdout.write(f"axe, {written.stem}, {scheme}: {len(violations)} violations\n")
        for violation in violations:
            sys.stdout.write(f"  {violation}\n")


def _opened(browser: str, written: Path) -> str:
    """Return what opening a page takes, how large it is, and what it asks for."""
    timing = measured(browser, written, _TIMING)
    requests = [*timing["resources"], *requests_of(browser, written)]
    return (
        f"{written.stat().st_size / 1e6:.2f} MB, {timing['elements']} elements, loaded in"
        f" {timing['ms'] / 1000:.2f} s, requests: {', '.join(requests) or 'none'}"
    )


def content_of(services: int) -> Told:
    """Return what a page tells of a release with so many services, every tenth of them failing."""
    document = MANIFEST.model_dump(mode="json", exclude_unset=True)
    service = document["services"][0]
    document["services"] = [
        {**service, "id": f"X.{number}", "name": f"service-{number}"}
        for number in range(1, services + 1)
    ]
    manifest = Manifest.model_validate(document)
    evidence = [
        evidence_for(
            leg, Answer.NO if number % 10 == 0 else Answer.YES, reason=f"was asked, {number}"
        )
        for number, leg in enumerate(_legs(manifest))
    ]
    case = case_of(evidence, manifest)
    decision = decide(case)
    policies = [result for result in decision.criteria if result.asset == "policy_check"]
    return Told(
        title="X Example v1",
        tag="v1",
        decision=decision,
        accounts=[_account(service.id, number) for number, service in enumerate(manifest.services)],
        cells=matrix.cells(manifest, policies),
        digests={f"PhaseX_Evidence_{number}.json": f"{number:064x}" for number in range(services)},
        names={service.id: service.name for service in manifest.services},
        pictures={},
        floor=("P-1", "P-2"),
        lineage=upstreams(manifest),
        observed={
            digest: Observed(piece.question, piece.subject, _START + timedelta(seconds=number))
            for number, (digest, piece) in enumerate(case.evidence.items())
        },
    )


def _two_decisions() -> Compared:
    """Return the decision of a small release before and after everything was mended."""
    failing = content_of(min(_SERVICES)).decision
    mended = [evidence_for(leg, Answer.YES) for leg in _legs(MANIFEST)]
    return Compared(failing, decide(case_of(mended)), ("before", "after"), verified=False)


def _legs(manifest: Manifest) -> list[tuple[str, str]]:
    return sorted(
        {
            (leg.question, leg.subject)
            for criterion in criteria.expected(manifest)
            for leg in leg_specs.legs(manifest, criterion.id)
            if leg.applies
        }
    )


def _account(service: str, number: int) -> Account:
    rows = tuple(
        LedgerRow.model_validate(
            {
                "kind": "tests",
                "said": f"{line} passed",
                "found": f"{line} of {line}",
                "verdict": "CONTRADICTED" if (number + line) % 7 == 0 else "VERIFIED",
                "where": f"reports/{service}.md:{line}",
                "decides": True,
                "reason": "in 3 of 3 runs; source and tests are as they were",
                "evidence": (f"{number:064x}",),
            }
        )
        for line in range(1, _CLAIMS + 1)
    )
    return Account(service=service, rows=rows, lines=120, unexamined=60)


def measured(browser: str, page_file: Path, script: str, scheme: str = "light") -> Any:  # noqa: ANN401 - what the script wrote
    """Return what a script that was put into a copy of the page wrote there."""
    text = re.sub(
        "script-src '[^']*'", "script-src 'unsafe-inline'", page_file.read_text(), count=1
    )
    copy = page_file.with_suffix(".measured.html")
    copy.write_text(text.replace("</head>", f"<script>{script}</script></head>", 1))
    dark = (
        ["--force-dark-mode", "--blink-settings=preferredColorScheme=0"] if scheme == "dark" else []
    )
    dumped = _run(browser, *dark, "--virtual-time-budget=60000", "--dump-dom", copy.as_uri())
    match = re.search(r'<pre id="measured">(.*?)</pre>', dumped, re.DOTALL)
    if match is None:
        raise SystemExit(f"The browser measured nothing: {dumped[-300:]}")
    return json.loads(unescape(match[1]))


def requests_of(browser: str, page_file: Path) -> list[str]:
    """Return the addresses that the browser asked for because of the page, beside its own file.

    A whole Chromium asks its makers' hosts whatever it shows: those of an empty page are left out.
    """
    log, empty = page_file.with_suffix(".netlog.json"), page_file.with_name("empty.html")
    empty.write_text("<title>empty</title>")
    addresses: dict[Path, set[str]] = {}
    for shown in (empty, page_file):
        _run(browser, f"--log-net-log={log}", "--dump-dom", shown.as_uri())
        addresses[shown] = set(_addresses(log.read_text()))
    makers = {urlsplit(address).hostname for address in addresses[empty]} | _MAKERS
    return sorted(name for name in addresses[page_file] if urlsplit(name).hostname not in makers)


def _addresses(log: str) -> Iterator[str]:
    for address in re.findall(r'"url":"([^"]+)"', log):
        if not address.startswith(("file:", "data:", "chrome", "about:")):
            yield address


def axe_source(scratch: Path) -> str:
    """Return axe as npm's registry has it; nothing where there is no npm."""
    npm = shutil.which("npm")
    if npm is None:
        sys.stdout.write("axe: not asked, there is no npm\n")
        return ""
    subprocess.run(
        [npm, "install", "--silent", "--no-audit", "--no-fund", "axe-core@4"],
        cwd=scratch,
        check=True,
    )
    return (scratch / "node_modules" / "axe-core" / "axe.min.js").read_text()


def _run(browser: str, *arguments: str) -> str:
    with tempfile.TemporaryDirectory() as profile:
        done = subprocess.run(
            [
                browser,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                f"--user-data-dir={profile}",
                *arguments,
            ],
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
    return done.stdout


if __name__ == "__main__":
    main()
