"""No pass that was not earned.

A corpus of spoilt artifacts, none of which is let through, beside the whole one, which is.
"""

from __future__ import annotations

import json

import pytest

from atom_release.gate.vocabulary import Answer, Verdict
from atom_release.probes.scanned import _answer
from atom_release.records.signing_keys import PublicKey, ensure_key
from atom_release.source.scan import Scan
from atom_release_tests.benchmarks import unearned
from atom_release_tests.benchmarks.unearned import Unearned


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> PublicKey:
    return ensure_key(tmp_path_factory.mktemp("key") / "gate.pem").public


@pytest.mark.parametrize("case", list(unearned.corpus()), ids=lambda case: case.name)
def test_what_is_spoilt_does_not_pass(case: Unearned, public: PublicKey) -> None:
    assert not case.passes(public)


def test_what_is_whole_passes(public: PublicKey) -> None:
    """The positive control of every artifact.

    Unspoilt, and written anew without a change, it is GREEN.
    """
    artifacts = unearned.artifacts()
    decision = unearned.derive(artifacts, public)
    assert decision is not None
    assert decision.verdict is Verdict.GREEN, decision.reason
    for name in artifacts:
        again = unearned.derive(
            {**artifacts, name: json.dumps(json.loads(artifacts[name]), indent=3).encode()}, public
        )
        assert (again is not None and again.verdict) is Verdict.GREEN


def test_what_was_read_passes() -> None:
    """The positive controls of suites and scans."""
    assert unearned.earned_by(b'<testsuite><testcase classname="t" name="a"/></testsuite>')
    assert _answer(Scan(3, files=3), "x")[0] is Answer.YES


def test_the_figure(public: PublicKey) -> None:
    figures = unearned.figure(public)
    print(figures)  # noqa: T201 - a figure, shown by -rP
    assert figures.startswith("unearned passes: 0 of ")
    assert len(list(unearned.corpus())) >= 60
    assert (round(unearned.bound(60), 3), unearned.bound(1)) == (0.049, 0.95)
