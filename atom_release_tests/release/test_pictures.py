"""What lies beside the performance summary: samples, and pictures where they can be made.

What goes wrong in them is said and stops nothing.
"""

from __future__ import annotations

import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.facts.latency import (
    BudgetFacts,
    EndpointFacts,
    LatencyFacts,
    Load,
    NoopFacts,
)
from atom_release.pages import charts
from atom_release.probes.latency import samples
from atom_release.probes.latency.sampler import Sample, Series
from atom_release.records.names import ArtifactNames
from atom_release.release import pictures as depicting
from atom_release.release.open_look import open_look
from atom_release_tests.fixtures.released import release
from atom_release_tests.fixtures.tiny import MANIFEST, Tiny, make

SERVED = MANIFEST.replace("ACTS", "on").replace(
    "report: reports/X.1.md}",
    "report: reports/X.1.md, start: {command: [serve]}, endpoints: [{name: a, path: /}]}",
)
FILES = ["PhaseX_Samples_X_1.parquet", "PhaseX_Latency_X_1.svg"]


def served(place: Path) -> Tiny:
    made = make(place)
    made.commit("release.yaml", SERVED)
    return made


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """One for all that release nothing."""
    return served(tmp_path_factory.mktemp("tiny"))


def step_of(tiny: Tiny) -> Any:  # noqa: ANN401 - as much of a step as is asked for
    subject = tiny.subject()
    return SimpleNamespace(
        subject=subject,
        manifest=subject.manifest,
        look=open_look(subject, tiny.settings),
        names=ArtifactNames(subject.manifest),
        log=logging.getLogger("depicting"),
    )


def measured(step: Any) -> Evidence:  # noqa: ANN401 - the same
    series = Series([Sample("open", place / 10, 5.0 + place, "200") for place in range(100)])
    kept_samples = samples.keep(step.look.scratch / "samples_X_1.parquet", "X.1", {"a": series})
    facts = LatencyFacts(
        load=Load(model="open", rate=10),
        endpoints=(
            EndpointFacts(name="a", requests=100, errors=0, p95=99.0, low=95.0, high=104.0),
        ),
        noop=NoopFacts(requests=100, errors=0),
        budget=BudgetFacts(p95=800.0, error_rate=0.01, requests=100, looks=1),
        samples=kept_samples,
    )
    evidence: Evidence = step.look.found("latency", "X.1", "yes", "fast", facts=facts.to_json())
    return evidence


def summary(step: Any) -> bytes:  # noqa: ANN401 - the same
    return f'{{"evidence":[{measured(step).model_dump_json()}]}}\n'.encode()


def test_a_first_release_has_samples_and_latencies_and_no_trend(tiny: Tiny) -> None:
    step = step_of(tiny)
    files = dict(depicting.beside(step, [measured(step)]))
    assert list(files) == FILES
    assert files[FILES[0]] == (step.look.scratch / "samples_X_1.parquet").read_bytes()


def test_the_trend_shows_the_release_before(tmp_path: Path) -> None:
    tiny = served(tmp_path)
    release(tiny, "v0", artifacts={"PhaseX_PerfSummary.json": summary(step_of(tiny))})
    tiny.commit("src/one.py", "ONE = 2\n")
    step = step_of(tiny)
    files = dict(depicting.beside(step, [measured(step)]))
    assert list(files) == [*FILES, "PhaseX_Trend_X_1.svg"]
    assert b"v0" in files["PhaseX_Trend_X_1.svg"]


def test_a_release_before_that_recorded_no_budget_is_held_to_todays(tmp_path: Path) -> None:
    """Its figures stand in the trend all the same."""
    tiny = served(tmp_path)
    step = step_of(tiny)
    evidence = measured(step)
    facts = {name: value for name, value in evidence.facts.items() if name != "budget"}
    before = evidence.model_copy(update={"facts": facts})
    content = f'{{"evidence":[{before.model_dump_json()}]}}\n'.encode()
    release(tiny, "v0", artifacts={"PhaseX_PerfSummary.json": content})
    tiny.commit("src/one.py", "ONE = 2\n")
    step = step_of(tiny)
    assert b"v0" in dict(depicting.beside(step, [measured(step)]))["PhaseX_Trend_X_1.svg"]


def test_a_summary_of_before_that_cannot_be_read_costs_the_trend_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It was signed, by a gate whose evidence may have been written otherwise."""
    tiny = served(tmp_path)
    release(
        tiny,
        "v0",
        artifacts={"PhaseX_PerfSummary.json": b'{"evidence":[{"question":"latency"}]}\n'},
    )
    tiny.commit("src/one.py", "ONE = 2\n")
    step = step_of(tiny)
    assert list(dict(depicting.beside(step, [measured(step)]))) == FILES
    assert "Not shown: the releases before: StoreError" in caplog.text


def test_a_picture_that_cannot_be_drawn_is_said_and_keeps_nothing_back(
    tiny: Tiny, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> bytes:
        raise ValueError("no font")

    monkeypatch.setattr(charts, "latency", broken)
    step = step_of(tiny)
    assert list(dict(depicting.beside(step, [measured(step)]))) == FILES[:1]
    assert "Not shown: PhaseX_Latency_X_1.svg: ValueError: no font" in caplog.text


def test_without_the_extra_the_samples_are_there_and_it_is_said(
    tiny: Tiny, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(charts, "drawn", lambda: False)
    step = step_of(tiny)
    assert list(dict(depicting.beside(step, [measured(step)]))) == FILES[:1]
    assert "pip install 'atom-release[pictures]'" in caplog.text


@pytest.mark.parametrize(
    "change", [lambda path: path.write_bytes(b"other"), Path.unlink], ids=["changed", "gone"]
)
def test_samples_that_are_not_what_was_written_are_left_out(tiny: Tiny, change: Any) -> None:  # noqa: ANN401 - what a test does to a file
    step = step_of(tiny)
    evidence = measured(step)
    change(step.look.scratch / "samples_X_1.parquet")
    assert dict(depicting.beside(step, [evidence])) == {}
