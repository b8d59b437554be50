"""Validators of releases, run against servers that are not well: real scripts and real servers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.facts.validator import ValidatorFacts
from atom_release.gate.manifest import Manifest
from atom_release.gate.rules import validators as rule
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.lab.look import Look
from atom_release.probes.validator import probe_validator
from atom_release.source.commit import open_tree
from atom_release_tests.fixtures.proving import checked

pytestmark = pytest.mark.xdist_group("validator")  # what the module makes is costly

STRICT = """\
import sys, time, urllib.request
began = time.monotonic()
urllib.request.urlopen(sys.argv[1] + "/health", timeout=5).read()
p95_ms = (time.monotonic() - began) * 1000
sys.exit(0 if p95_ms < 800 else "too slow")
"""
FAST_IS_WELL = """\
import sys, time, urllib.error, urllib.request
BUDGET_MS = 800
began = time.monotonic()
try:
    urllib.request.urlopen(sys.argv[1] + "/health", timeout=5).read()
except urllib.error.URLError:
    pass
p95_ms = (time.monotonic() - began) * 1000
print("within budgets" if p95_ms <= BUDGET_MS else "too slow")
sys.exit(p95_ms > BUDGET_MS)
"""
WRITES = """\
import json, sys, urllib.request
try:
    urllib.request.urlopen(sys.argv[1] + "/health", timeout=1).read()
    state = "PASS"
except OSError:
    state = "FAIL"
json.dump({"status": state}, open("out.json", "w"))
"""


@dataclass(frozen=True)
class Kept:
    """A validator, and the servers that are not well and that it passes."""

    script: str
    passes: frozenset[str]
    answer: Answer
    kinds: frozenset[str] = frozenset()


VALIDATORS = {
    "strict": Kept(STRICT, frozenset(), Answer.YES),
    "writes": Kept(WRITES, frozenset(), Answer.YES),
    "fast-is-well": Kept(
        FAST_IS_WELL,
        frozenset({"404", "dead"}),
        Answer.UNKNOWN,
        frozenset({rule.CANNOT_REFUSE, rule.BOUNDARY}),
    ),
    "says-pass": Kept(
        "print('PASS')\n",
        frozenset({"404", "dead", "slow"}),
        Answer.UNKNOWN,
        frozenset({rule.CANNOT_REFUSE}),
    ),
    "broken": Kept("import no_such_module\n", frozenset(), Answer.YES),
}


@pytest.fixture(scope="module")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Evidence]:
    """Ask all of them, in one commit."""
    folder = tmp_path_factory.mktemp("validators")
    files = {f"{name}.py": kept.script for name, kept in VALIDATORS.items()}
    place = checked(folder, {**files, "src/a.py": "X = 1\n"})
    manifest = Manifest.model_validate(
        {
            "release": {"phase": "M", "name": "x", "version": "1", "tag": "v1", "branch": "r/x"},
            "services": [{"id": "M.1", "name": "fees", "source": ["src"]}],
            "validators": [
                {"name": name, "run": f"python {name}.py {{url}}"} for name in VALIDATORS
            ],
        }
    )
    look = Look(manifest, open_tree(place.repository, "HEAD"), folder, lambda: datetime.now(UTC))
    return {entry.name: probe_validator(look, entry) for entry in manifest.validators}


@pytest.mark.parametrize("name", VALIDATORS)
def test_what_a_validator_passes_is_told(name: str, pieces: Mapping[str, Evidence]) -> None:
    """One that says no in any way is silent, also where it says no to everything."""
    evidence, kept = pieces[name], VALIDATORS[name]
    facts = ValidatorFacts.read(evidence.facts)
    assert facts is not None, evidence.reason
    passed = frozenset(str(run.server) for run in facts.runs if run.passed) - {"well"}
    assert (passed, evidence.answer) == (kept.passes, kept.answer), evidence.reason
    assert frozenset(entry.id for entry in facts.contradictions) == kept.kinds
    assert rule.judge(evidence, ()) == (evidence.answer, evidence.reason)


def test_a_validator_that_refuses_is_seen_to(pieces: Mapping[str, Evidence]) -> None:
    """And it passes the server that is well."""
    evidence = pieces["strict"]
    facts = ValidatorFacts.read(evidence.facts)
    assert facts is not None
    assert evidence.answer is Answer.YES
    assert [run.server for run in facts.runs if run.passed] == ["well"]
    assert evidence.control is not None
    assert evidence.control.state is ControlState.ALIVE


def test_a_kind_is_a_no_where_it_is_to_decide(pieces: Mapping[str, Evidence]) -> None:
    piece = pieces["fast-is-well"]
    assert rule.judge(piece, (rule.BOUNDARY,))[0] is Answer.NO
    hidden = piece.model_copy(update={"facts": {**piece.facts, "contradictions": []}})
    assert "cannot be read" in rule.judge(hidden, ())[1]
