"""What several modules of probes' tests share because it is costly to make.

And that whatever the product writes as facts in any test here fits the model of its question.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from atom_release.gate.facts.by_question import MODELS, read_facts
from atom_release.lab.look import Look
from atom_release.lab.rehearsal import Rehearsal
from atom_release_tests.fixtures.systems import asking_look
from atom_release_tests.fixtures.tenancy_release import started as started_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atom_release.gate.facts.evidence import Evidence
    from atom_release.lab.rehearsal.postgres import Postgres

_found = Look.found


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A PostgreSQL for all tests of tenancy.

    Each asks in a database of its own, and leaves no role behind.
    """
    from atom_release.lab.rehearsal import postgres

    embedded = next(kind for kind in postgres.servers() if kind.origin == "embedded")
    with started_server(tmp_path_factory.mktemp("server"), embedded) as running:
        yield running


@pytest.fixture(scope="session")
def look(tmp_path_factory: pytest.TempPathFactory) -> Look:
    """What the systems of a release's infrastructure are asked with."""
    return asking_look(tmp_path_factory.mktemp("look"))


@pytest.fixture(scope="session")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    """A rehearsal of those systems, for the modules that ask them; each leaves it as it was."""
    with Rehearsal.start(asking_look(tmp_path_factory.mktemp("release"))) as started:
        yield started


def _checked(look: Look, question: str, *rest: Any, **fields: Any) -> Evidence:  # noqa: ANN401 - as Look.found has them
    evidence = _found(look, question, *rest, **fields)
    writer = str(sys._getframe(1).f_globals["__name__"])
    if writer.startswith("atom_release.") and question in MODELS and evidence.facts:
        read = read_facts(question, evidence.facts)
        assert read is not None, f"facts of {question} fit none of its models: {evidence.facts}"
        assert read.to_json() == evidence.facts, f"facts of {question} are not what was read"
    return evidence


@pytest.fixture(autouse=True)
def _facts_fit_their_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Look, "found", _checked)
