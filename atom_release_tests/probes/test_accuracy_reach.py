"""A scorer cannot read the labels that it is scored by: an attack, its honest twin, the control.

A real rehearsal in the sandbox, with and without namespaces.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse

from atom_release.gate.facts.accuracy import AccuracyFacts
from atom_release.gate.vocabulary import Answer
from atom_release.lab.rehearsal import Rehearsal
from atom_release.lab.rehearsal.reach import find_in_reach
from atom_release.lab.sandbox import Sandbox
from atom_release.probes.accuracy import probe_accuracy
from atom_release_tests.fixtures.stage import Rehearsed, look_at, route, service_of, serving

if TYPE_CHECKING:
    from atom_release.gate.facts.evidence import Evidence
    from atom_release.gate.manifest import Service

ROWS = [(number * 1.5, int(number % 3 == 0)) for number in range(60)]
CSV = "amount,fraud\n" + "".join(f"{amount},{fraud}\n" for amount, fraud in ROWS)
SERVER = """
import csv, http.server, json, os, pathlib, subprocess, sys

LEARNED = {learned}
def table():
    for place in ("data/labelled.csv", "app/seed.txt", "../data/labelled.csv"):
        if os.path.exists(place):
            return {{float(row["amount"]): int(row["fraud"]) for row in csv.DictReader(open(place))}}
    kept = subprocess.run(["git", "show", "HEAD:data/labelled.csv"], capture_output=True, text=True)
    return {{float(row["amount"]): int(row["fraud"]) for row in csv.DictReader(kept.stdout.split())}}

KNOWN = {{}} if LEARNED else table()
class Scorer(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        row = json.loads(self.rfile.read(int(self.headers["content-length"])))
        label = int(round(row["amount"] / 1.5) % 3 == 0) if LEARNED else KNOWN.get(row["amount"], 0)
        body = json.dumps({{"label": label}}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Scorer).serve_forever()
"""


def _service() -> Service:
    return service_of(
        source=["app"],
        start={"command": ["{python}", "app/server.py", "{port}"]},
        accuracy={
            "data": "data/labelled.csv",
            "label": "fraud",
            "request": {"method": "POST", "path": "/predict"},
            "answer": "/label",
            "minimum": 0.9,
        },
    )


def _score(folder: Path, *, learned: bool, namespaces: bool) -> Evidence:
    service = _service()
    files = {
        "data/labelled.csv": CSV,
        "app/seed.txt": CSV,  # the same rows under another name
        "app/server.py": SERVER.format(learned=learned),
    }
    look = look_at(folder, service, files)
    sandbox = None if namespaces else Sandbox((), namespaces="none")
    with Rehearsal.start(look, sandbox) as rehearsal:
        assert rehearsal.withheld == {"data/labelled.csv", "app/seed.txt"}
        return probe_accuracy(look, service, rehearsal)


@pytest.mark.slow
@pytest.mark.parametrize("namespaces", [True, False], ids=["namespaces", "none"])
def test_a_lookup_in_the_labels_finds_no_labels(tmp_path: Path, namespaces: bool) -> None:  # noqa: FBT001 - a table
    """Beside the code, under another name, or in the repository: it answers a constant."""
    evidence = _score(tmp_path, learned=False, namespaces=namespaces)
    assert evidence.answer is Answer.NO, evidence.reason
    facts = AccuracyFacts.read(evidence.facts)
    assert facts is not None
    assert facts.correct == 40
    assert facts.labels_in_reach == []


@pytest.mark.slow
@pytest.mark.parametrize("namespaces", [True, False], ids=["namespaces", "none"])
def test_the_honest_twin_that_learned_passes(tmp_path: Path, namespaces: bool) -> None:  # noqa: FBT001 - a table
    evidence = _score(tmp_path, learned=True, namespaces=namespaces)
    assert evidence.answer is Answer.YES, evidence.reason
    facts = AccuracyFacts.read(evidence.facts)
    assert facts is not None
    assert (facts.labels_in_reach, facts.reach_control) == ([], "app/server.py")
    assert [(warning.rule, warning.path) for warning in facts.warnings] == [
        ("rows-elsewhere", "app/seed.txt")
    ]
    assert "; worth knowing: 60 of 60 labelled rows stand in app/seed.txt too" in evidence.reason


@pytest.mark.parametrize(
    ("withheld", "why"),
    [
        ((), "the labels lie in reach of the scorer: data/labelled.csv"),
        (("data/labelled.csv", "src/a.py"), "src/a.py, which it has, was not found"),
    ],
)
def test_labels_in_reach_and_a_search_that_finds_nothing_leave_a_good_score_open(
    tmp_path: Path, withheld: tuple[str, ...], why: str
) -> None:
    async def answer(request: Request) -> JSONResponse:
        row = await request.json()
        return JSONResponse({"label": int(round(row["amount"] / 1.5) % 3 == 0)})

    service = _service().model_copy(update={"source": ("src",)})
    look = look_at(tmp_path, service, {"data/labelled.csv": CSV, "src/a.py": "x = 1\n"})
    with serving(route("/predict", answer, "POST")) as url:
        rehearsed = Rehearsed({service.id: url}, withheld=withheld)
        evidence = probe_accuracy(look, service, rehearsed)
    assert evidence.answer is Answer.UNKNOWN
    assert why in evidence.reason


def test_a_copy_is_found_under_any_name_and_a_repository_too(tmp_path: Path) -> None:
    import hashlib

    (tmp_path / "a" / "deep").mkdir(parents=True)
    (tmp_path / "a" / "deep" / "innocent.bin").write_bytes(b"rows")
    (tmp_path / "a" / "other").write_bytes(b"rowz")
    (tmp_path / "link").symlink_to("/")
    wanted = {"rows.csv": (4, hashlib.sha256(b"rows").hexdigest())}
    assert find_in_reach([tmp_path], wanted) == ["rows.csv"]
    (tmp_path / "a" / ".git").write_text("gitdir: elsewhere\n")
    (tmp_path / "a" / "deep" / "innocent.bin").unlink()
    assert find_in_reach([tmp_path], wanted) == [str(tmp_path / "a" / ".git")]
