"""A corpus of passes that nobody earned.

A release in which everything holds, and each of its artifacts spoilt in each way that loses what it
showed.

Whatever is spoilt is derived as the gate derives it: evidence out of the artifacts' bytes, the
decision out of the evidence. `python -m atom_release_tests.benchmarks.unearned` counts how many of
them pass, with the bound that such a count gives.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from atom_release.errors import StoreError
from atom_release.gate.catalogue import leg_specs
from atom_release.gate.decision.decide import decide
from atom_release.gate.decision.decision import Decision
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.manifest import Manifest
from atom_release.gate.rules.case import Case
from atom_release.gate.statistics import quantile_interval
from atom_release.gate.vocabulary import Answer, Verdict
from atom_release.lab import junit
from atom_release.lab.junit import UnreadableResults
from atom_release.probes.scanned import _answer
from atom_release.probes.suite.run import Run
from atom_release.probes.suite.trial import Trial
from atom_release.records import canonical, record
from atom_release.records.conditions import with_terms
from atom_release.records.signing_keys import PublicKey
from atom_release.source.scan import Scan
from atom_release_tests.fixtures.cases import COMMIT, NOW, TREE, evidence_for

MANIFEST = Manifest.model_validate(
    {
        "release": {
            "phase": "X",
            "name": "Example",
            "version": "v1",
            "tag": "v1",
            "branch": "review/v1",
        },
        "services": [
            {
                "id": "X.1",
                "name": "one",
                "source": ["src"],
                "report": "r.md",
                "health": "/health",
                "metrics": "/metrics",
                "endpoints": [{"name": "predict", "path": "/predict"}],
                "accuracy": {
                    "data": "d.csv",
                    "label": "y",
                    "request": {"path": "/predict"},
                    "answer": "/y",
                    "minimum": 0.8,
                },
            }
        ],
        "integration": [{"name": "together", "paths": ["integration"]}],
        "left_out": dict.fromkeys(("X.1", "P-5", "P-6"), "not part of this matrix"),
    }
)
_SAMPLES = quantile_interval([10.0] * 400, 0.95, 0.0125)
LATENCY: dict[str, Any] = {
    "load": {"model": "single", "rate": 20.0},
    "endpoints": [
        {
            "name": "predict",
            "requests": 400,
            "errors": 0,
            "p95": 10.0,
            "low": _SAMPLES.low,
            "high": _SAMPLES.high,
            "alpha": 0.0125,
            "looks": 1,
        },
    ],
    "noop": {"requests": 50, "errors": 0, "p95": 2.0, "high": 3.0},
}
ACCURACY: dict[str, Any] = {"n": 200, "correct": 180, "unanswered": 0, "majority": 0.5}
_SYSTEMS = (
    ("vault", "vault"),
    ("signing", "key"),
    ("prometheus", "prometheus"),
    ("tag", "repository"),
    ("remote", "origin"),
    ("forge", "forge"),
)
_LEGS: dict[str, dict[tuple[str, str], dict[str, Any]]] = {
    "Evidence_X_1": {("report", "X.1"): {"state": "one", "paths": ["r.md"]}},
    "InfraSimulation": {leg: {} for leg in _SYSTEMS},
    "CrossService": {("integration", "together"): {}},
    "PerfSummary": {
        ("latency", "X.1"): LATENCY,
        ("accuracy", "X.1"): ACCURACY,
        ("regression", "X.1"): {"not_applicable": "no release before"},
    },
}
_LEGS["PolicyCheck"] = {
    leg: {}
    for leg in sorted(
        leg_specs.asked_legs(MANIFEST) - {leg for legs in _LEGS.values() for leg in legs}
    )
}
KINDS = tuple(_LEGS)
Spoilt = bytes | None


def artifacts() -> dict[str, bytes]:
    """Return the artifacts of a release in which everything holds."""
    documents = {
        f"PhaseX_{kind}.json": _document(
            [evidence_for(leg, facts=facts) for leg, facts in legs.items()]
        )
        for kind, legs in _LEGS.items()
    }
    return {
        **documents,
        record.MANIFEST: (
            json.dumps(MANIFEST.model_dump(mode="json", exclude_defaults=True)).encode()
        ),
    }


def _document(evidence: list[Evidence]) -> bytes:
    return canonical.encode(
        {"schema": "x", "evidence": [piece.model_dump(mode="json") for piece in evidence]}
    )


def derive(documents: Mapping[str, bytes], public: PublicKey) -> Decision | None:
    """Decide on what stands in these artifacts, as the gate does.

    None where it refuses to read them.
    """
    try:
        case = Case(MANIFEST, COMMIT, TREE, NOW, record.evidence_in(documents))
        return decide(with_terms(case, documents, public))
    except StoreError:
        return None


def _each(change: Callable[[dict[str, Any]], object]) -> Callable[[bytes], bytes]:
    """Spoil each piece of evidence in an artifact."""

    def spoil(content: bytes) -> bytes:
        document = json.loads(content)
        for entry in document["evidence"]:
            change(entry)
        return json.dumps(document).encode()

    return spoil


def _set(**fields: object) -> Callable[[bytes], bytes]:
    return _each(lambda entry: entry.update(fields))


def _without(name: str) -> Callable[[bytes], bytes]:
    return _each(lambda entry: entry.pop(name))


_DEAD = {"state": "DEAD", "changed": "x", "found": "y"}
DEFECTS: dict[str, Callable[[bytes], Spoilt]] = {
    "absent": lambda _: None,
    "empty": lambda _: b"",
    "truncated": lambda content: content[: len(content) // 2],
    "the last brace lost": lambda content: content.rstrip()[:-1],
    "not JSON": lambda _: b"# PASS\n",
    "not UTF-8": lambda content: b"\xff\xfe" + content,
    "null": lambda _: b"null",
    "a list": lambda content: b"[" + content + b"]",
    "all keys missing": lambda _: b"{}",
    "no evidence in it": lambda _: b'{"evidence": []}',
    "evidence without keys": lambda _: b'{"evidence": [{}]}',
    "evidence is null": lambda _: b'{"evidence": null}',
    "evidence is a word": lambda _: b'{"evidence": "PASS"}',
    "another schema": _set(verdict="PASS"),
    "an unknown answer": _set(answer="PASS"),
    "an unknown control": _set(control={**_DEAD, "state": "fine"}),
    "an unknown assurance": _set(assurance="certified"),
    "another commit": _set(commit="c" * 40),
    "another tree": _set(tree="c" * 40),
    "no commit": _without("commit"),
    "yesterday's": _set(observed_at=(NOW - timedelta(hours=25)).isoformat()),
    "tomorrow's": _set(observed_at=(NOW + timedelta(hours=1)).isoformat()),
    "without a zone": _set(observed_at="2026-11-20T11:59:00"),
    "a moment that is NaN": _set(observed_at=float("nan")),
    "the probe raised": _set(errored=True),
    "no control": _set(control=None),
    "a dead control": _set(control=_DEAD),
    "a weak control": _set(control={**_DEAD, "state": "WEAK"}),
    "a vacuous control": _set(control={**_DEAD, "state": "VACUOUS"}),
    "only claimed": _set(assurance="claimed"),
    "only simulated": _set(assurance="simulated"),
    "of another subject": _set(subject="X.2"),
    "of another question": _set(question="asked"),
}


def _facts(kind: str, **facts: object) -> Callable[[dict[str, Any]], object]:
    return lambda entry: entry["facts"].update(facts) if entry["question"] == kind else None


def _endpoint(**facts: object) -> Callable[[dict[str, Any]], object]:
    return _facts("latency", endpoints=[{**LATENCY["endpoints"][0], **facts}])


_NAN = float("nan")
FACTS: dict[str, Callable[[dict[str, Any]], object]] = {
    "latency: no facts": lambda entry: (
        entry.update(facts={}) if entry["question"] == "latency" else None
    ),
    "latency: no endpoints": _facts("latency", endpoints=[]),
    "latency: another endpoint": _endpoint(name="health"),
    "latency: no requests": _endpoint(requests=0, p95=None, low=None, high=None),
    "latency: three requests": _endpoint(requests=3),
    "latency: p95 is NaN": _endpoint(p95=_NAN),
    "latency: the interval is NaN": _endpoint(low=_NAN, high=_NAN),
    "latency: no upper end": _endpoint(high=None),
    "latency: negative": _endpoint(p95=-1.0, low=-2.0, high=-1.0),
    "latency: fewer than no errors": _endpoint(errors=-1),
    "latency: all errors": _endpoint(errors=400),
    "latency: under another load": _facts("latency", load={"model": "open", "rate": 100.0}),
    "latency: under no load": _facts("latency", load=None),
    "latency: every interval is certain": _endpoint(alpha=1.0),
    "latency: no no-op": _facts("latency", noop={}),
    "accuracy: no facts": lambda entry: (
        entry.update(facts={}) if entry["question"] == "accuracy" else None
    ),
    "accuracy: no rows": _facts("accuracy", n=0, correct=0),
    "accuracy: more right than rows": _facts("accuracy", correct=400),
    "accuracy: as good as always the same": _facts("accuracy", majority=0.9),
    "accuracy: NaN": _facts("accuracy", majority=_NAN),
    "accuracy: none right": _facts("accuracy", correct=0),
    "report: twice": _facts("report", state="several"),
    "report: unread": _facts("report", state="unread"),
    "report: no state": lambda entry: entry["facts"].pop("state", None),
}


@dataclass(frozen=True)
class Unearned:
    """One spoilt thing; `passes` says whether the gate lets it through."""

    name: str
    passes: Callable[[PublicKey], bool]


def _spoilt(name: str, spoil: Callable[[bytes], Spoilt]) -> Callable[[PublicKey], bool]:
    def passes(public: PublicKey) -> bool:
        documents = artifacts()
        content = spoil(documents.pop(name))
        decision = derive(documents if content is None else {**documents, name: content}, public)
        return decision is not None and decision.verdict is Verdict.GREEN

    return passes


def earned_by(xml: bytes, status: int = 0) -> bool:
    """Whether the verdict on a suite that wrote this is a pass.

    The collection before it is one that agrees with whatever stands there.
    """
    try:
        results = junit.read(xml)
    except UnreadableResults:
        return False
    run = Run(1, status, results, "", {}, None, "", ("none",))
    collection = Run(0, 0, None, "", {}, None, "", cases=tuple(results.cases))
    return Trial(collection, [run], 1, {}).verdict.answer is Answer.YES


SUITES = {
    "empty": b"",
    "truncated": b'<testsuite tests="1"><testcase classname="t" name="a"',
    "zero tests": b"<testsuites><testsuite/></testsuites>",
    "zero tests, and a header that counts 8": b'<testsuite tests="8" failures="0"/>',
    "all skipped": b'<testsuite><testcase classname="t" name="a"><skipped/></testcase></testsuite>',
    "not JUnit": b"<html>8 passed</html>",
    "JSON": b'{"passed": 8}',
}
SCANS = {
    "zero files of none": Scan(0),
    "zero files of 3": Scan(3),
    "2 files of 3": Scan(3, files=2),
    "one unread": Scan(3, files=3, unread={"a": "lost"}),
}


def corpus() -> Iterator[Unearned]:
    """Return every spoilt thing."""
    for kind in KINDS:
        for defect, spoil in DEFECTS.items():
            yield Unearned(f"{kind}: {defect}", _spoilt(f"PhaseX_{kind}.json", spoil))
    for name, change in FACTS.items():
        kind = "Evidence_X_1" if name.startswith("report") else "PerfSummary"
        yield Unearned(name, _spoilt(f"PhaseX_{kind}.json", _each(change)))
    for name, xml in SUITES.items():
        yield Unearned(f"suite: {name}", lambda _, xml=xml: earned_by(xml))  # type: ignore[misc]
    for name, scan in SCANS.items():
        yield Unearned(f"scan: {name}", lambda _, scan=scan: _answer(scan, "x")[0] is Answer.YES)  # type: ignore[misc]


def bound(tried: int, risk: float = 0.05) -> float:
    """Return the greatest rate of passes that none in this many does not exclude (Clopper and Pearson, one-sided)."""
    return float(1 - risk ** (1 / tried))


def figure(public: PublicKey) -> str:
    """Try the corpus and say what came of it."""
    tried = list(corpus())
    passed = [attempt.name for attempt in tried if attempt.passes(public)]
    rate = f"below {bound(len(tried)):.1%} at 95 %" if not passed else ", ".join(passed)
    return f"unearned passes: {len(passed)} of {len(tried)} ({rate})"


if __name__ == "__main__":
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from atom_release.records.signing_keys import ensure_key

    with TemporaryDirectory() as folder:
        print(figure(ensure_key(Path(folder) / "gate.pem").public))  # noqa: T201 - the figure is what this is run for
