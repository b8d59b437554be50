"""A run that began and never decided is RED in the history; one that still runs is left alone.

And no line can be taken out.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path

import pytest

from atom_release.errors import StoreError
from atom_release.gate.decision.decide import decide
from atom_release.gate.vocabulary import Answer
from atom_release.records import signing
from atom_release.records.history import History
from atom_release.records.liveness import Process
from atom_release_tests.fixtures.cases import COMMIT, NOW, all_good, case_of, evidence_for
from atom_release_tests.fixtures.failures import OCCASION, failed, history, path_of

SOON = NOW + timedelta(hours=1)
_BEGIN = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from atom_release.records.history import History
from atom_release.records.history_entries import Occasion
from atom_release.records.history_lines import FileLines
from atom_release.records.signing_keys import ensure_key
folder, commit, tree, manifest, environment, when, deadline = sys.argv[1:]
occasion = Occasion(commit, tree, manifest, environment)
lines = FileLines(Path(folder) / "history" / f"{occasion.name}.jsonl")
kept = History(lines, ensure_key(Path(folder) / "keys" / "gate.pem"))
kept.begin(occasion, "killed", datetime.fromisoformat(when), datetime.fromisoformat(deadline))
os.kill(os.getpid(), signal.SIGKILL)
"""


def killed(folder: Path) -> None:
    """Let a process of its own begin a run and be killed at once."""
    arguments = [str(folder), *asdict(OCCASION).values(), NOW.isoformat(), SOON.isoformat()]
    done = subprocess.run(
        [sys.executable, "-c", _BEGIN, *arguments],
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == -signal.SIGKILL


@pytest.mark.slow
def test_a_run_whose_process_died_is_red(tmp_path: Path) -> None:
    """Ended before it decided.

    The next that begins writes it down, once, and it stands among the earlier decisions.
    """
    kept = history(tmp_path)
    killed(tmp_path)
    assert kept.decisions(COMMIT) == []
    kept.begin(OCCASION, "next", NOW, SOON)
    kept.begin(OCCASION, "after", NOW, SOON)
    (line,) = kept.decisions(COMMIT)
    assert (line["run"], line["verdict"], line["reason"][:4]) == ("killed", "RED", "died")
    assert kept.describe_earlier_runs("next").startswith("1 earlier decisions, sha256:")


def test_a_run_that_still_runs_is_left_alone(tmp_path: Path) -> None:
    """Two runs at once: neither declares the other dead, whatever the clock says."""
    kept = history(tmp_path)
    kept.begin(OCCASION, "first", NOW, SOON)
    kept.begin(OCCASION, "second", NOW + timedelta(days=9), SOON)
    assert kept.decisions(COMMIT) == []
    assert (kept.describe_earlier_runs("first"), kept.describe_earlier_runs("second")) == (
        "none",
        "none",
    )


def test_a_decision_closes_its_run(tmp_path: Path) -> None:
    """What decided did not die."""
    kept = history(tmp_path)
    kept.begin(OCCASION, "first", NOW, SOON)
    kept.add(decide(case_of(all_good())), OCCASION, "first", NOW)
    kept.begin(OCCASION, "second", NOW, SOON)
    assert [(decision["run"], decision["verdict"]) for decision in kept.decisions(COMMIT)] == [
        ("first", "GREEN")
    ]


@pytest.mark.parametrize(
    ("later", "closed"), [(timedelta(minutes=59), False), (timedelta(minutes=60), True)]
)
def test_a_run_elsewhere_is_over_when_its_timebox_is(
    later: timedelta,
    closed: bool,  # noqa: FBT001 - a table
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another machine's processes cannot be seen from here; its timebox can."""
    kept = history(tmp_path)
    elsewhere = replace(Process.here(), machine="elsewhere")
    with monkeypatch.context() as patched:
        patched.setattr(Process, "here", classmethod(lambda _: elsewhere))
        kept.begin(OCCASION, "there", NOW, SOON)
    kept.begin(OCCASION, "here", NOW + later, SOON)
    assert bool(kept.decisions(COMMIT)) is closed


def test_a_process_of_an_earlier_boot_or_with_a_reused_pid_has_ended() -> None:
    """A pid alone says nothing."""
    here = Process.here()
    assert [
        here.ended,
        replace(here, boot="another").ended,
        replace(here, started=here.started - 60).ended,
    ] == [False, True, True]


def _named(queue: multiprocessing.Queue[int]) -> None:
    queue.put(Process.here().pid)


@pytest.mark.slow
def test_a_worker_names_the_process_that_started_it() -> None:
    """A run lives as long as the process that runs its steps, not as one step's."""
    context = multiprocessing.get_context("spawn")
    queue: multiprocessing.Queue[int] = context.Queue()
    worker = context.Process(target=_named, args=(queue,))
    worker.start()
    try:
        assert queue.get(timeout=60) == os.getpid()
    finally:
        worker.join(60)


@pytest.mark.parametrize("out", [0, 1])
def test_no_line_can_be_taken_out(out: int, tmp_path: Path) -> None:
    """A signed line that is gone is missed by the next one."""
    kept = history(tmp_path)
    for run in ("first", "second", "third"):
        kept.add(decide(case_of(failed("health"))), OCCASION, run, NOW)  # type: ignore[arg-type]
    lines = path_of(kept).read_bytes().splitlines(keepends=True)
    path_of(kept).write_bytes(b"".join(line for number, line in enumerate(lines) if number != out))
    with pytest.raises(StoreError, match="a line was taken out or moved"):
        kept.failures(OCCASION)


def test_a_failure_keeps_the_fingerprint_that_a_waiver_names(tmp_path: Path) -> None:
    """A later pass is flaky, and what was waived of the failure covers its echo.

    What nobody can waive stays so.
    """
    kept = history(tmp_path)
    decision = decide(case_of(failed("health")))  # type: ignore[arg-type]
    kept.add(decision, OCCASION, "first", NOW)
    again = decide(replace(case_of(all_good()), history=kept.failures(OCCASION))).criterion("P-4")
    assert (again.flaky, again.failure) == (True, decision.criterion("P-4").failure)
    bad = decide(
        case_of(
            [evidence for evidence in all_good() if evidence.leg != ("signing", "key")]
            + [evidence_for(("signing", "key"), Answer.NO)]
        )
    )
    kept.add(bad, OCCASION, "second", NOW)
    assert (
        "cannot be waived"
        in decide(replace(case_of(all_good()), history=kept.failures(OCCASION)))
        .criterion("P-2")
        .unwaivable
    )


@pytest.mark.slow
def test_the_history_says_what_kind_each_line_is(tmp_path: Path) -> None:
    """A line is a beginning, a decision or an end without one."""
    kept: History = history(tmp_path)
    killed(tmp_path)
    kept.begin(OCCASION, "next", NOW, SOON)
    kept.add(decide(case_of(all_good())), OCCASION, "next", NOW)
    lines = [signing.unverified(line) for line in path_of(kept).read_bytes().splitlines()]
    assert [(line["kind"], line["run"]) for line in lines] == [
        ("started", "killed"),
        ("died", "killed"),
        ("started", "next"),
        ("decided", "next"),
    ]
    assert json.dumps(lines)
