"""One run of a release's graph through Dagster, in this process, and what it came to."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
from upath import UPath

from atom_release.errors import Interrupted, Refused
from atom_release.gate.decision.decision import Decision
from atom_release.graph.acts import ACTS, is_refusal
from atom_release.graph.blueprint import Blueprint
from atom_release.graph.building import build_definitions
from atom_release.graph.resource import ReleaseResource
from atom_release.records.names import ArtifactNames
from atom_release.records.paths import place
from atom_release.release import progress, released, stored_decision
from atom_release.release.grounds import grounds_of
from atom_release.release.subject import Subject
from atom_release.source.manifest_file import parse_manifest

if TYPE_CHECKING:
    from atom_release.acts.tag import RemoteTag, TagFacts
    from atom_release.gate.documents.description import Grounds

_ALREADY = "already released: nothing was asked again, nothing was changed"
_LOOKED_AT = 20  # newest runs among which the last whole one is looked for
_INSTANCE = """\
storage:
  custom:
    module: atom_release.graph.home_storage
    class: HomeStorage
    config:
      base_dir: {folder}
telemetry:
  enabled: false
nux:
  enabled: false
# Steps print nothing: what they have to say is in their log events. Capturing output would start
# four processes a step.
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
concurrency:
  pools:
    default_limit: 1
    granularity: op
"""


@dataclass(frozen=True)
class RunResult:
    """What a run came to.

    `acted` is False where the decision was GREEN and an act failed, `notes` what the acts announced
    and why steps failed, `page` empty where none was made, `grounds` what the decision rests on.
    """

    decision: Decision
    artifacts: Mapping[str, str]
    tag: TagFacts | None
    acted: bool
    notes: tuple[str, ...]
    page: str = ""
    grounds: Grounds | None = None


@contextmanager
def instance_at(home: Path, *, shared: bool = False) -> Iterator[dg.DagsterInstance]:
    """Return the Dagster instance whose history lies in this folder.

    Telemetry and the welcome window are off. Its settings are written anew each time, since they
    may name any function of Python: only in a `shared` folder, which DAGSTER_HOME names, are those
    of its owner kept.
    """
    with _opened(home, shared=shared) as instance:
        yield instance


def _opened(home: Path, *, shared: bool) -> dg.DagsterInstance:
    """Open the instance, or make it.

    One process at a time, since Dagster makes its tables in a folder that it finds empty without a
    lock.
    """
    home.mkdir(parents=True, exist_ok=True)
    configuration = home / "dagster.yaml"
    with (home / "opening.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared and configuration.exists()):
            folder = json.dumps(str(home.absolute()))
            place(UPath(configuration), _INSTANCE.format(folder=folder).encode())
        instance = dg.DagsterInstance.from_config(str(home))
        _ = instance.run_storage, instance.event_log_storage, instance.schedule_storage
    return instance


def run(subject: Subject, *, acts: bool) -> RunResult:
    """Run the whole graph (without acts: up to the gate and the audit bundle) in this process.

    Args:
        subject: the release to judge, as opened from the settings.
        acts: whether the acts belong to the run.

    Returns:
        What the run came to.

    Raises:
        Misuse: the output folder is not usable; nothing was written.
        Refused: the run ended without a decision that can be trusted; the sentence says why.
    """
    subject.store.require_writable()
    before = released.find_released(subject)
    done, sentences = execute(subject, acts=acts)
    answer = released.ask_remote(subject, before) if before is not None else None
    return _result(subject, done, (_ALREADY,) if before is not None else sentences, answer)


def execute(
    subject: Subject, *, acts: bool, only: Collection[str] = ()
) -> tuple[dg.ExecuteInProcessResult, tuple[str, ...]]:
    """Run a release's job in this process, and give what its acts announced beside it.

    Args:
        subject: the release to judge.
        acts: whether the acts belong to the run.
        only: the assets to run, named as in the catalogue, with all that they stand on; by default
            those of the job.
    """
    settings = subject.settings
    blueprint = Blueprint(parse_manifest(subject.manifest_bytes, "release.yaml"), settings.manifest)
    definitions = build_definitions([blueprint], settings=settings)
    name = blueprint.job_name if acts and not subject.external else blueprint.audit_job_name
    resource = ReleaseResource.from_settings(settings).model_dump()
    config = {
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
        "resources": {blueprint.resource: {"config": resource}},  # so that it can be run again
    }
    sentences: list[str] = []
    with (
        instance_at(settings.dagster_home, shared=settings.dagster_is_shared) as instance,
        _rehearsal_ends(),
        _hearing_acts(sentences),
    ):
        job = definitions.resolve_job_def(name)
        selected = _with_upstream(definitions, [blueprint.key_of(asset) for asset in only])
        progress.plan(
            len(selected) or len(job.nodes), None if only else _last_seconds(instance, name)
        )
        done = job.execute_in_process(
            instance=instance,
            run_config=config,
            raise_on_error=False,
            asset_selection=selected or None,
        )
    return done, tuple(sentences)


def _with_upstream(definitions: dg.Definitions, keys: Sequence[dg.AssetKey]) -> list[dg.AssetKey]:
    """Return assets and all that they stand on; nothing for none."""
    wanted = dg.AssetSelection.assets(*keys).upstream()
    return sorted(wanted.resolve(definitions.resolve_asset_graph())) if keys else []


def _last_seconds(instance: dg.DagsterInstance, job: str) -> float | None:
    """Return how long the newest whole run of a job took that came to its end, in seconds."""
    ended = dg.RunsFilter(
        job_name=job, statuses=[dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE]
    )
    for record in instance.get_run_records(ended, limit=_LOOKED_AT):
        whole = not record.dagster_run.asset_selection
        if whole and record.start_time and record.end_time:
            return record.end_time - record.start_time
    return None


@contextmanager
def _hearing_acts(sentences: list[str]) -> Iterator[None]:
    """Collect what the acts announce.

    Above all why they did not act and what they would have done.
    """

    def hear(event: progress.Event) -> None:
        if event.stage is progress.Stage.DOES and event.step in ACTS:
            sentences.append(f"{event.step}: {event.message}")

    stop = progress.listen(hear)
    try:
        yield
    finally:
        stop()


@contextmanager
def _rehearsal_ends() -> Iterator[None]:
    """End the suites, the rehearsal and the scenario's servers that this run may have started.

    Elsewhere they end with their process.
    """
    from atom_release.lab.rehearsal import close_all
    from atom_release.reference import (
        surroundings,
    )
    from atom_release.release.suites_beside import ended_with_block

    try:
        with ended_with_block():
            yield
    finally:
        close_all()
        surroundings.close_all()


def _result(
    subject: Subject,
    done: dg.ExecuteInProcessResult,
    notes: tuple[str, ...],
    answer: RemoteTag | None,
) -> RunResult:
    from atom_release.acts.tag import RemoteTagState, describe_tag

    if _was_interrupted(subject, done):
        raise Interrupted(
            "A signal ended the run before it had decided; nothing was acted on.",
            "Run the same command again.",
        )
    failures = failures_of(done)
    if subject.external:
        notes = ("external manifest: judged only, nothing may be acted on", *notes)
    recorded = released.find_released(subject)
    try:
        record = recorded.record if recorded else stored_decision.newest_record(subject)
    except Refused as error:
        raise Refused(" ".join((error.message, *failures)), error.remedy) from error
    release = subject.manifest.release
    tag = (
        describe_tag(subject.tree.repository, release.tag, judged=subject.commit)
        if recorded
        else None
    )
    held = answer is None or answer.state is RemoteTagState.HELD
    if answer is not None and not any(answer.sentence in failure for failure in failures):
        notes = (*notes, f"{answer.sentence} {answer.remedy}".strip())
    return RunResult(
        record.decision,
        record.artifacts,
        tag,
        done.success and held,
        notes + failures,
        _page(subject),
        grounds_of(record.decision, record.manifest, record.evidence, subject.tree),
    )


def _page(subject: Subject) -> str:
    """Return the path of the page that the newest run on the commit made."""
    run, name = subject.store.newest_complete(subject.commit), ArtifactNames(subject.manifest).page
    return f"{subject.store.location}/{name}" if run is not None and name in run.names() else ""


def _was_interrupted(subject: Subject, done: dg.ExecuteInProcessResult) -> bool:
    """Return whether a signal ended a step before the acts, which tell their end themselves."""
    blueprint = Blueprint(subject.manifest)
    acts = {blueprint.key(name).to_python_identifier() for name in ACTS}
    return any(
        event.is_step_failure
        and event.step_key not in acts
        and (error := event.step_failure_data.error) is not None
        and error.cls_name == dg.DagsterExecutionInterruptedError.__name__
        for event in done.all_events
    )


def failures_of(done: dg.ExecuteInProcessResult) -> tuple[str, ...]:
    """Return a sentence for each step that failed, but for a refusal: its table says it better."""
    return tuple(
        _failure(event)
        for event in done.all_events
        if event.is_step_failure and not is_refusal(event)
    )


def _failure(event: dg.DagsterEvent) -> str:
    failure = event.step_failure_data.user_failure_data
    if failure is not None and failure.description:
        return f"{event.step_key}: {failure.description}"
    error = event.step_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    return f"{event.step_key}: {error.message.strip() if error else 'failed'}"
