"""Files and the commands that are said to make them: real scripts, run in the sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from atom_release.gate.facts.artifact import ArtifactFacts
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.manifest import Manifest
from atom_release.gate.rules import artifacts as rule
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.look import Look
from atom_release.probes.artifact import (
    content,
    named_commands,
    outside,
    probe_artifact,
    probe_artifacts,
)
from atom_release.source.commit import open_tree
from atom_release_tests.fixtures.proving import checked

pytestmark = pytest.mark.xdist_group("artifact")  # what the module makes is costly

MEASURING = """\
import datetime, json, sys, time, uuid
sys.path.insert(0, "services")
from fees import fee
began = time.time()
state = "PASS" if fee(5000) == 50 else "FAIL"
out = {
    "phase": sys.argv[1], "P-6": state, "run_id": str(uuid.uuid4()), "fee": fee(5000),
    "generated_at": datetime.datetime.now().isoformat(), "duration_ms": (time.time() - began) * 1e3,
}
json.dump(out, open("FILE", "w"), indent=2)
"""
MADE = """\
{"phase": "M", "P-6": "PASS", "run_id": "0b0e7a52-2f1c-4f7a-9d55-1a2b3c4d5e6f", "fee": 50,
 "generated_at": "2025-11-18T10:00:00", "duration_ms": 0.25}
"""
CONSTANT = """\
import datetime, json
out = {"phase": "M", "P-6": "PASS", "generated_at": datetime.datetime.now().isoformat()}
json.dump(out, open("FILE", "w"))
"""
GATHERING = """\
import json
reports = [open(f"reports/{name}.md").read() for name in ("one", "two")]
passed = all("PASS" in report for report in reports)
json.dump({"all": "PASS" if passed else "FAIL"}, open("FILE", "w"))
"""
SCANNING = """\
import json, pathlib
files = sorted(pathlib.Path("services").rglob("*.py"))
bad = [str(path) for path in files if "@example" in path.read_text()]
json.dump({"addresses": len(bad), "P-1": "FAIL" if bad else "PASS"}, open("FILE", "w"))
"""
LISTING = """\
import importlib.metadata, json
bad = [d.name for d in importlib.metadata.distributions() if d.metadata["License"] == "AGPL"]
json.dump({"licences": "FAIL" if bad else "PASS"}, open("FILE", "w"))
"""
RELEASE = {"phase": "M", "name": "x", "version": "1", "tag": "v1", "branch": "r/x"}
MOMENT = "2025-11-18T16:00:00Z"
FILES = {
    "services/fees.py": "def fee(amount):\n    return amount // 100\n",
    "reports/one.md": "# One\n\n**Status:** PASS\n",
    "reports/two.md": "# Two\n\n**Status:** PASS\n",
}


@dataclass(frozen=True)
class Made:
    """A script, what was committed as its output, and what is to be found of the two."""

    script: str
    committed: str
    answer: Answer
    kinds: frozenset[str] = frozenset()
    command: str = "python SCRIPT M"


ARTIFACTS = {
    "measured": Made(MEASURING, MADE, Answer.YES),
    "gathered": Made(GATHERING, '{"all": "PASS"}\n', Answer.YES, command="python SCRIPT"),
    "scanned": Made(
        SCANNING, '{"addresses": 0, "P-1": "PASS"}', Answer.YES, command="python SCRIPT"
    ),
    "listed": Made(LISTING, '{"licences": "PASS"}', Answer.YES, command="python SCRIPT"),
    "constant": Made(
        CONSTANT,
        '{"phase": "M", "P-6": "PASS", "generated_at": "2025-11-18T10:00:00"}\n',
        Answer.NO,
        frozenset({rule.CONSTANT, rule.IGNORES}),
    ),
    "constant-of-another": Made(
        CONSTANT,
        '{"P-6": "PASS", "fee": 50}\n',
        Answer.UNKNOWN,
        frozenset({rule.CONSTANT, rule.DIFFERS}),
        "python SCRIPT",
    ),
    "unnamed": Made("", MADE, Answer.UNKNOWN, frozenset({rule.NOT_MADE}), ""),
    "absent": Made("", MADE, Answer.UNKNOWN, frozenset({rule.ABSENT}), "python tools/other.py M"),
    "another-phase": Made(
        "open('evidence/perf_L.json', 'w').write('{}')\n",
        MADE,
        Answer.UNKNOWN,
        frozenset({rule.ANOTHER}),
    ),
    "unwritten": Made("print('PASS')\n", MADE, Answer.UNKNOWN, frozenset({rule.NOT_MADE})),
    "failing": Made("raise SystemExit('no route to host')\n", MADE, Answer.UNKNOWN),
    "updating": Made(
        "text = open('FILE').read()\nopen('FILE', 'w').write(text)\n", MADE, Answer.UNKNOWN
    ),
    "another-figure": Made(
        MEASURING, MADE.replace("50", "40"), Answer.YES, frozenset({rule.DIFFERS})
    ),
    "fixed-time": Made(
        MEASURING.replace("datetime.datetime.now().isoformat()", f'"{MOMENT}"'),
        MADE.replace("2025-11-18T10:00:00", MOMENT),
        Answer.YES,
        frozenset({rule.FIXED_TIME}),
    ),
}


@pytest.fixture(scope="module")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Evidence]:
    """Ask all of them, in one commit."""
    folder, files, artifacts = tmp_path_factory.mktemp("made"), dict(FILES), []
    for name, made in ARTIFACTS.items():
        file, script = f"evidence/{name}.json", f"make_{name}.py"
        files[file] = made.committed
        if made.script:
            files[script] = made.script.replace("FILE", file)
        command = made.command.replace("SCRIPT", script)
        artifacts.append({"file": file, "made_by": command, "evidence_for": ["P-6"]})
    place = checked(folder, files)
    manifest = Manifest.model_validate(
        {
            "release": RELEASE,
            "services": [{"id": "M.1", "name": "fees", "source": ["services"]}],
            "artifacts": artifacts,
        }
    )
    tree = open_tree(place.repository, "HEAD")
    look = Look(manifest, tree, folder, lambda: datetime.now(UTC))
    evidence = probe_artifacts(look, manifest.artifacts, {})
    return dict(zip(ARTIFACTS, evidence, strict=True))


def facts_of(evidence: Evidence) -> ArtifactFacts:
    facts = ArtifactFacts.read(evidence.facts)
    assert facts is not None, evidence.reason
    return facts


@pytest.mark.parametrize("name", ARTIFACTS)
def test_what_makes_a_file_is_told(name: str, pieces: Mapping[str, Evidence]) -> None:
    """Only a constant decides; what is made of the code, or of committed reports, is silent."""
    evidence, made = pieces[name], ARTIFACTS[name]
    facts = facts_of(evidence)
    kinds = frozenset(entry.id for entry in facts.contradictions)
    assert (evidence.answer, kinds) == (made.answer, made.kinds), evidence.reason
    assert rule.findings_of(facts) == facts.contradictions
    assert rule.answer_of(facts) == (evidence.answer, evidence.reason)
    decides = [entry.id for entry in facts.contradictions if entry.decides]
    assert decides == ([rule.CONSTANT] if made.answer is Answer.NO else [])


ASKS = {
    "import requests\n": True,
    "from importlib.metadata import version\n": True,
    'subprocess.run(["docker", "ps"])': True,
    "out=$(curl -s localhost:8000)\n": True,
    'states = {"redis": "up", "docker": "ok"}': False,
    "# requests per second are measured elsewhere\n": False,
}


@pytest.mark.parametrize("script", ASKS)
def test_what_asks_beside_the_tree_is_seen_by_its_words(script: str) -> None:
    assert bool(outside.asks_outside(script)) == ASKS[script]


def test_where_git_stands_is_no_history() -> None:
    assert not outside.reads_history('subprocess.run(["git", "rev-parse", "HEAD"])')
    assert outside.reads_history('subprocess.run(["git", "log", "-p"])')


def test_what_was_set_aside_is_said(pieces: Mapping[str, Evidence]) -> None:
    """Moments, ids and durations; and the run without the code shows that it could differ."""
    evidence = pieces["measured"]
    assert evidence.answer is Answer.YES
    assert {content.TIMES, content.IDS, content.FIGURES} <= set(facts_of(evidence).set_aside)
    assert evidence.control is not None
    assert evidence.control.state is ControlState.ALIVE


def test_what_is_gathered_is_also_asked_without_its_data(pieces: Mapping[str, Evidence]) -> None:
    parts = [run.part for run in facts_of(pieces["gathered"]).runs]
    assert parts == ["as it is", "without code", "without data"]


SAME = {
    "other keys' order": (b'{"a": 1, "b": 2}', b'{"b": 2, "a": 1}', 0),
    "rounding": (b'{"a": 0.8181818}', b'{"a": 0.81818181}', 0),
    "a time of day": (
        b"done at 10:00:01\n4 passed in 0.02s\n",
        b"done at 11:30:59\n4 passed in 1.50s\n",
        0,
    ),
    "a count": (b"4 passed in 0.02s\n", b"5 passed in 0.02s\n", 1),
    "an outcome": (b'{"P-1": "PASS"}', b'{"P-1": "FAIL"}', 1),
    "an accuracy": (b'{"accuracy": 0.81}', b'{"accuracy": 0.61}', 1),
    "a path": (b"wrote /home/me/x/out.json\n", b"wrote /tmp/run-1/out.json\n", 0),
    "no text": (b"\x00\x01\x02" * 40, b"\x00\x01\x03" * 40, 0),
}


@pytest.mark.parametrize("case", SAME)
def test_what_two_runs_may_differ_in_is_set_aside(case: str) -> None:
    before, after, places = SAME[case]
    assert len(content.differences(before, after).places) == places


def test_what_was_measured_tells_two_runs_apart() -> None:
    """Between the committed file and a new one it is set aside, between two runs it is not."""
    assert content.is_same(b"at 2025-01-01 10:00:00 ok", b"at 2026-01-01 11:00:00 ok")
    assert not content.is_same(b'{"p95_ms": 11.5}', b'{"p95_ms": 12.5}')
    assert content.is_alike(b'{"p95_ms": 11.5}', b'{"p95_ms": 12.5}')
    assert not content.is_alike(b"\x00\x01" * 40, b"\x00\x02" * 40)


PASSES = {
    '{"status": "PASS", "failed": 0, "errors": []}': True,
    "4 passed, 0 failed": True,
    "3 passed, 1 failed": False,
    '{"status": "down", "note": "passed"}': False,
    '{"fee": 50}': False,
}


@pytest.mark.parametrize("text", PASSES)
def test_what_says_that_all_is_well(text: str) -> None:
    assert content.says_pass(text.encode()) == PASSES[text]


def test_commands_that_documents_name_are_run_for_the_files_they_cite(tmp_path: Path) -> None:
    """What they show is told with the place; a script that names no cited file is not run."""
    report = (
        "# One\n\n**Status:** PASS\n\nSee `evidence/PhaseM_perf.json`.\n\n"
        "```\n$ python tools/perf.py --phase M\n$ python tools/other.py\n```\n"
    )
    script = CONSTANT.replace('"FILE"', '"evidence/PhaseM_perf.json"')
    place = checked(
        tmp_path,
        {
            **FILES,
            "reports/one.md": report,
            "tools/perf.py": script,
            "tools/other.py": "raise SystemExit('not to be run')\n",
            "evidence/PhaseM_perf.json": '{"phase": "M", "P-6": "PASS"}\n',
        },
    )
    service = {"id": "M.1", "name": "x", "source": ["services"], "report": "reports/one.md"}
    manifest = Manifest.model_validate({"release": RELEASE, "services": [service]})
    tree = open_tree(place.repository, "HEAD")
    look = Look(manifest, tree, tmp_path, lambda: datetime.now(UTC))
    (named,) = named_commands(look)
    assert named.place == "reports/one.md:8"
    evidence = probe_artifact(look, named.artifact, [], named.place)
    kinds = {entry.id for entry in facts_of(evidence).contradictions}
    assert kinds == {rule.CONSTANT, rule.IGNORES, rule.DIFFERS}
    assert not any(entry.decides for entry in facts_of(evidence).contradictions)
