"""One asset's work: open the subject, read what upstream steps stored, ask, store, and show the criteria.

Dagster dependencies carry order, never values: every step reads its inputs from the store, and steps share nothing else but git.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg

from atom_release import settings as environment
from atom_release.gate.manifest import Manifest
from atom_release.graph import progress
from atom_release.graph.blueprint import Blueprint
from atom_release.graph.subject import Subject, open_subject

if TYPE_CHECKING:
    from atom_release.evidence.look import Look
    from atom_release.evidence.rehearsal import Rehearsal
    from atom_release.gate.evidence import Evidence
    from atom_release.gate.legs import Case
    from atom_release.graph.boundary import Boundary
    from atom_release.graph.standing import Standing
    from atom_release.publish.history import History, Occasion
    from atom_release.publish.store import RunStore


class ReleaseResource(dg.ConfigurableResource[None]):
    """Where the release, its store and the gate's home are; the settings of this process, shown in the launchpad."""

    manifest: str = ""
    repository: str = ""
    revision: str = "HEAD"
    out: str = "reports"
    scenario: str = "green"
    home: str = ".atom"
    key: str = ""
    waivers: str = ""
    tag_key: str = ""
    dry_run: bool = False

    @classmethod
    def of(cls, settings: environment.Settings) -> ReleaseResource:
        """Give the resource that carries these settings."""
        return cls(
            manifest=str(settings.manifest or ""),
            repository=str(settings.repository or ""),
            revision=settings.revision,
            out=settings.out,
            scenario=settings.scenario,
            home=str(settings.home),
            key=str(settings.key or ""),
            waivers=str(settings.waivers or ""),
            tag_key=settings.tag_key or "",
            dry_run=settings.dry_run,
        )

    def settings(self, location: Path | None = None) -> environment.Settings:
        """Give the settings back; `location` is the manifest's file where the definitions were loaded with one."""
        manifest = location or (Path(self.manifest) if self.manifest else None)
        return environment.Settings(
            manifest=manifest,
            repository=Path(self.repository) if self.repository else None,
            revision=self.revision,
            out=self.out,
            scenario=self.scenario,
            home=Path(self.home),
            key=Path(self.key) if self.key else None,
            waivers=Path(self.waivers) if self.waivers else None,
            tag_key=self.tag_key or None,
            dry_run=self.dry_run,
        )


_begun: set[str] = set()
_terms: dict[tuple[str, str], Mapping[str, bytes]] = {}
_asked: dict[tuple[str, str], Standing | None] = {}


@dataclass(frozen=True)
class Step:
    """One asset of one run."""

    context: dg.AssetExecutionContext
    blueprint: Blueprint
    settings: environment.Settings
    name: str

    @cached_property
    def subject(self) -> Subject:
        """What is judged; the reference release is built here where it is not there yet."""
        return open_subject(self.settings, create=True)

    @property
    def standing(self) -> Standing | None:
        """Whether the commit was released before this run began, asked once a run in each process; the acts ask for themselves."""
        from atom_release.graph import standing  # noqa: PLC0415 - heavy imports stay inside

        occasion = (self.context.run.run_id, self.subject.commit)
        if occasion not in _asked:
            _asked.clear()
            _asked[occasion] = standing.of(self.subject)
        return _asked[occasion]

    @property
    def manifest(self) -> Manifest:
        """The manifest at the judged commit."""
        return self.subject.manifest

    @cached_property
    def run(self) -> RunStore:
        """Where this run's artifacts are."""
        return self.subject.store.run(self.subject.commit, self.context.run.run_id)

    @cached_property
    def look(self) -> Look:
        """What this step's probes are given."""
        return replace(look_of(self.subject, self.settings), tell=partial(progress.announce, self.name))

    @cached_property
    def boundary(self) -> Boundary:
        """How this step asks its probes."""
        from atom_release.graph.boundary import Boundary  # noqa: PLC0415 - heavy imports stay inside

        started = self.context.instance.get_run_record_by_id(self.context.run.run_id)
        began = datetime.fromtimestamp(started.start_time, UTC) if started is not None and started.start_time else now()
        return Boundary(self.look, self.name, began + self.manifest.release.timebox)

    def rehearsal(self) -> Rehearsal:
        """Give the rehearsal of this process, started at first use."""
        from atom_release.evidence.rehearsal import current  # noqa: PLC0415 - heavy imports stay inside

        return current(self.look)

    def inputs(self, names: Iterable[str]) -> dict[str, bytes]:
        """Read artifacts of this run, or of the newest run on this commit that has them; the missing are left out."""
        wanted = list(names)
        found: dict[str, bytes] = {}
        for run in self._runs():
            signed = run.names()
            found |= {name: run.read(name) for name in wanted if name not in found and name in signed}
            if len(found) == len(wanted):
                break
        return found

    def _runs(self) -> Iterator[RunStore]:
        """Give this run, then the others on this commit, newest first; the others are not even listed unless something is missing."""
        yield self.run
        for name in reversed(self.subject.store.runs(self.subject.commit)):
            yield self.subject.store.run(self.subject.commit, name)

    def case(self, artifacts: Mapping[str, bytes]) -> Case:
        """Give the case that stands in these artifacts, as of now."""
        from atom_release.gate.legs import Case  # noqa: PLC0415 - heavy imports stay inside
        from atom_release.publish.record import evidence_in  # noqa: PLC0415 - heavy imports stay inside
        from atom_release.publish.terms import with_terms  # noqa: PLC0415 - heavy imports stay inside

        case = Case(self.manifest, self.subject.commit, self.subject.tree.tree, now(), evidence_in(artifacts))
        remembered = self.history.told(self.context.run.run_id)
        return with_terms(replace(case, history=self.history.failures(self.occasion), remembered=remembered), self.terms, self.subject.key.public)

    @property
    def terms(self) -> Mapping[str, bytes]:
        """What people and the release before have to say, as the artifacts that keep it beside the decision; read once a run in each process."""
        occasion = (self.context.run.run_id, self.subject.commit)
        if occasion not in _terms:
            _terms.clear()
            _terms[occasion] = self._read_terms()
        return _terms[occasion]

    def _read_terms(self) -> Mapping[str, bytes]:
        from atom_release.graph import consenting  # noqa: PLC0415 - heavy imports stay inside
        from atom_release.publish import terms  # noqa: PLC0415 - heavy imports stay inside

        before = consenting.release_before(self.subject)
        return {
            self.blueprint.artifact(terms.WAIVERS): consenting.waivers_document(self.subject, before),
            self.blueprint.artifact(terms.BASELINE): consenting.baseline_document(before),
        }

    def begin(self) -> None:
        """Write down that this run asks now, once a run, so that ending it before it decides hides nothing."""
        run = self.context.run.run_id
        if run not in _begun:
            _begun.add(run)
            self.history.begin(self.occasion, run, now(), self.boundary.deadline)

    @cached_property
    def history(self) -> History:
        """What earlier runs decided about this repository, whatever their output folder was."""
        from atom_release.publish.history import History  # noqa: PLC0415 - heavy imports stay inside

        return History(self.settings.home / "history" / f"{self.subject.tree.root}.jsonl", self.subject.key)

    @property
    def occasion(self) -> Occasion:
        """What a failure sticks to: this commit, this manifest, this environment."""
        from atom_release.publish.history import Occasion  # noqa: PLC0415 - heavy imports stay inside

        return Occasion.here(self.subject.commit, self.subject.manifest_bytes)

    def write(self, artifacts: Mapping[str, bytes]) -> None:
        """Store what this step made, with a signed index of it."""
        own = {name: content for name, content in artifacts.items() if self.run.names().get(name) is None}
        self.run.write(self.name.replace("/", "."), own, now())
        self.subject.store.publish_copies(self.run, [name for name in own if name.startswith(self.manifest.release.prefix)])


def now() -> datetime:
    """Give the moment, in UTC: the one clock of the graph."""
    return datetime.now(UTC)


def look_of(subject: Subject, settings: environment.Settings) -> Look:
    """Give the surroundings of probes that judge this subject."""
    from atom_release.evidence.look import Look  # noqa: PLC0415 - heavy imports stay inside

    infrastructure = subject.manifest.infrastructure
    names = [infrastructure.vault, infrastructure.vault_token, infrastructure.prometheus, infrastructure.postgres, infrastructure.forge]
    names += [infrastructure.forge_token, *(service.address for service in subject.manifest.services)]
    names += [signed.public_key_variable for signed in subject.manifest.signed]
    scratch = settings.scratch / subject.commit[:12]
    scratch.mkdir(parents=True, exist_ok=True)
    hidden = (Path.home(), settings.key_path.parent, subject.tree.repository, settings.home / "reference", *_local(settings.out))
    return Look(subject.manifest, subject.tree, scratch, now, _values(names, settings), tuple(dict.fromkeys(hidden)))


def _values(names: Iterable[str | None], settings: environment.Settings) -> dict[str, str]:
    """Give what the named variables hold; a scenario of the reference release sets some itself."""
    found = environment.values_of(names)
    if settings.is_reference:
        from atom_release.reference import surroundings  # noqa: PLC0415 - only the reference release has scenarios

        found |= surroundings.environment(settings.scenario)
    return found


def _local(out: str) -> Iterator[Path]:
    if "://" not in out:
        yield Path(out)


def evidence_document(evidence: Iterable[Evidence], **rest: object) -> dict[str, object]:
    """Give the JSON form of an artifact that carries evidence."""
    return {**rest, "evidence": [one.model_dump(mode="json") for one in evidence]}
