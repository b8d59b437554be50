"""What is told beside the answers of rehearsed services: what each was run by."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.vocabulary import Answer, Assurance
from atom_release.lab.rehearsal.toolchains import Toolchain
from atom_release.release.ask_rehearsal import tell_runtimes

BROUGHT = Toolchain(runtime="Node.js 10.24.1, brought")
NEAREST = Toolchain(
    runtime="Node.js 20.1.0, of this machine", instead_of={"Node.js 10 (Dockerfile)": "why"}
)


def answered(answer: Answer, assurance: Assurance = Assurance.REHEARSED) -> Evidence:
    return Evidence(
        question="health",
        subject="C.1",
        answer=answer,
        reason="GET /health answers 500",
        commit="0" * 40,
        tree="0" * 40,
        observed_at=datetime(2026, 1, 1, tzinfo=UTC),
        assurance=assurance,
    )


@pytest.mark.parametrize("answer", list(Answer))
def test_an_answer_says_which_node_ran_the_service(answer: Answer) -> None:
    """A live one was run by nobody here, and another service's is its own."""
    (evidence,) = tell_runtimes({"C.1": BROUGHT}, [answered(answer)])
    assert (evidence.answer, evidence.tools) == (answer, {"node": "Node.js 10.24.1, brought"})
    live = answered(answer, Assurance.LIVE)
    assert tell_runtimes({"C.1": BROUGHT}, [live]) == [live]
    assert tell_runtimes({"C.2": BROUGHT}, [answered(answer)]) == [answered(answer)]


def test_a_no_of_a_service_that_another_node_ran_does_not_count() -> None:
    """What goes well does."""
    (no,) = tell_runtimes({"C.1": NEAREST}, [answered(Answer.NO)])
    assert no.answer is Answer.UNKNOWN
    assert "its authors have Node.js 10 (Dockerfile)" in no.reason
    lacking = Toolchain(runtime="Node.js 20.1.0", unbuilt=frozenset({"bcrypt"}))
    (no,) = tell_runtimes({"C.1": lacking}, [answered(Answer.NO)])
    assert (no.answer, "without bcrypt" in no.reason) == (Answer.UNKNOWN, True)
    (yes,) = tell_runtimes({"C.1": NEAREST}, [answered(Answer.YES)])
    assert yes.answer is Answer.YES


def test_a_yes_of_a_service_says_what_stands_in_a_packages_place() -> None:
    """And which Python it was; one that has all it asks is told nothing of."""
    stood = "psycopg2==2.7.5 (psycopg2-binary 2.9.9 in its place)"
    runs = Toolchain(language="python", runtime="Python 3.11.7", unbuilt=frozenset({stood}))
    (yes,) = tell_runtimes({"C.1": runs}, [answered(Answer.YES)])
    assert (yes.answer, yes.tools) == (Answer.YES, {"python": "Python 3.11.7"})
    assert f"it was run without {stood}" in yes.reason
    (no,) = tell_runtimes({"C.1": runs}, [answered(Answer.NO)])
    assert no.answer is Answer.UNKNOWN
    assert tell_runtimes({"C.1": Toolchain()}, [answered(Answer.YES)]) == [answered(Answer.YES)]
