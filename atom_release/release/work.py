"""The work of one step: open the subject, read what upstream steps stored, ask, store, judge.

Knows no Dagster: `graph.step` makes one from an asset's context. Every step reads its inputs from
the store, and steps share nothing else but git.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING

from atom_release import settings as environment
from atom_release.gate.manifest import Manifest
from atom_release.records import conditions, names
from atom_release.records.names import ArtifactNames
from atom_release.release import progress, timebox
from atom_release.release.agreed_commit import agree
from atom_release.release.clock import now
from atom_release.release.open_look import open_look
from atom_release.release.subject import Subject, open_subject

if TYPE_CHECKING:
    from atom_release.gate.facts.evidence import Evidence
    from atom_release.gate.rules.case import Case
    from atom_release.lab.look import Look
    from atom_release.lab.rehearsal import Rehearsal
    from atom_release.records.history import History
    from atom_release.records.history_entries import Occasion
    from atom_release.records.run_store import RunStore
    from atom_release.release.ask import Boundary
    from atom_release.release.released import Standing


_LOG = logging.getLogger("atom_release")
_opened: dict[tuple[str, environment.Settings], Subject] = {}
_verified: dict[tuple[str, str], dict[str, bytes]] = {}
_terms: dict[tuple[str, str], Mapping[str, bytes]] = {}
_asked: dict[tuple[str, str], Standing | None] = {}


@dataclass(frozen=True)
class Work:
    """One step of one run; `started` is when its run began, `log` hears what people should know."""

    settings: environment.Settings
    name: str
    run_id: str
    started: datetime
    log: logging.Logger = field(default=_LOG, compare=False)
    anew: bool = False
    beside: frozenset[str] = field(default=frozenset(), compare=False)
    """The steps that this process takes in this run, as far as it is known to take them all."""

    @cached_property
    def subject(self) -> Subject:
        """What is judged; the reference release is built here where it is not there yet.

        Opened once a run in each process, so that all of a run judges one commit. The acts open it
        `anew`: what has moved since is what they refuse by.
        """
        occasion = (self.run_id, self.settings)
        if self.anew or occasion not in _opened:
            _opened.clear()
            _opened[occasion] = open_subject(agree(self.settings, self.run_id), create=True)
        return _opened[occasion]

    @property
    def standing(self) -> Standing | None:
        """Whether the commit was released before this run began, asked once a run in each process.

        The acts ask for themselves.
        """
        from atom_release.release import released

        occasion = (self.run_id, self.subject.commit)
        if occasion not in _asked:
            _asked.clear()
            _asked[occasion] = released.find_released(self.subject)
        return _asked[occasion]

    @property
    def manifest(self) -> Manifest:
        """The manifest at the judged commit."""
        return self.subject.manifest

    @property
    def names(self) -> ArtifactNames:
        """The names of this release's artifacts."""
        return ArtifactNames(self.manifest)

    @cached_property
    def run(self) -> RunStore:
        """Where this run's artifacts are."""
        return self.subject.store.run(self.subject.commit, self.run_id)

    @cached_property
    def look(self) -> Look:
        """What this step's probes are given."""
        return replace(
            open_look(self.subject, self.settings), tell=partial(progress.announce, self.name)
        )

    @cached_property
    def boundary(self) -> Boundary:
        """How this step asks its probes."""
        from atom_release.release.ask import Boundary

        deadline = timebox.latest_end(self.started, self.manifest, self.look.operator)
        return Boundary(self.look, self.name, deadline)

    def rehearsal(self) -> Rehearsal:
        """Return the rehearsal of this process, started at first use."""
        from atom_release.lab.rehearsal import current

        return current(self.look)

    def inputs(self, names: Iterable[str]) -> dict[str, bytes]:
        """Read artifacts of this run, or of the newest run on this commit that has them.

        The missing are left out.
        """
        return self._collect(names, whole=True)

    def inputs_seen(self, names: Iterable[str]) -> dict[str, bytes]:
        """Return what `inputs` does, for what a step shows before all are done.

        An index that this process verified before is not looked at again.
        """
        return self._collect(names, whole=False)

    def _collect(self, names: Iterable[str], *, whole: bool) -> dict[str, bytes]:
        lacking = list(names)
        contents: dict[str, bytes] = {}
        for run in self._runs():
            if whole:
                run.names()
            contents |= self._read(run, run.seen(lacking))
            lacking = [name for name in lacking if name not in contents]
            if not lacking:
                break
        return contents

    def _read(self, run: RunStore, signed: Mapping[str, str]) -> dict[str, bytes]:
        """Read artifacts, those that this run read before in this process from memory.

        By their digests: what was verified once is what the index names.
        """
        occasion = (self.run_id, self.subject.commit)
        if occasion not in _verified:
            _verified.clear()
            _verified[occasion] = {}
        kept = _verified[occasion]
        fresh = [name for name, digest in signed.items() if digest not in kept]
        kept |= {signed[name]: content for name, content in run.read_all(fresh).items()}
        return {name: kept[digest] for name, digest in signed.items()}

    def _runs(self) -> Iterator[RunStore]:
        """Yield this run, then the others on this commit, newest first.

        The others are not even listed unless something is missing.
        """
        yield self.run
        for name in reversed(self.subject.store.runs(self.subject.commit)):
            if name != self.run.name:
                yield self.subject.store.run(self.subject.commit, name)

    def case(self, artifacts: Mapping[str, bytes]) -> Case:
        """Return the case that stands in these artifacts, as of now."""
        from atom_release.gate.rules.case import Case
        from atom_release.records.conditions import (
            with_terms,
        )
        from atom_release.records.record import (
            evidence_in,
        )

        case = Case(
            self.manifest,
            self.subject.commit,
            self.subject.tree.tree,
            now(),
            evidence_in(artifacts),
        )
        remembered = self.history.describe_earlier_runs(self.run_id)
        return with_terms(
            replace(
                case,
                history=self.history.failures(self.occasion, self.run_id),
                remembered=remembered,
            ),
            self.terms,
            self.subject.key.public,
        )

    @property
    def terms(self) -> Mapping[str, bytes]:
        """What people and the release before have to say.

        As the artifacts that keep it beside the decision; read once a run in each process.
        """
        occasion = (self.run_id, self.subject.commit)
        if occasion not in _terms:
            _terms.clear()
            _terms[occasion] = self._read_terms()
        return _terms[occasion]

    def _read_terms(self) -> Mapping[str, bytes]:
        from atom_release.release import trusted_keys

        before = trusted_keys.release_before(self.subject)
        return {
            self.names.artifact(names.WAIVERS): trusted_keys.waivers_document(self.subject, before),
            self.names.artifact(names.BASELINE): trusted_keys.baseline_document(before),
            self.names.artifact(names.OPERATOR): conditions.operator_document(
                self.subject.operator.operator, self.subject.operator.digest
            ),
        }

    @cached_property
    def history(self) -> History:
        """What earlier runs decided about this commit, whatever their output folder was."""
        from atom_release.release.attempts import history_of

        return history_of(self.subject)

    @property
    def occasion(self) -> Occasion:
        """What a failure sticks to: this commit, this manifest, this environment."""
        from atom_release.release.attempts import occasion_of

        return occasion_of(self.subject)

    def signed(self) -> Mapping[str, bytes] | None:
        """Return what this step signed in this run before: a worker that then died had it.

        None where it did not come so far.
        """
        if self._step not in self.run.steps():
            return None
        artifacts = self.run.read_all(self.run.index(self._step).artifacts)
        self._publish(artifacts)
        return artifacts

    def write(self, artifacts: Mapping[str, bytes]) -> Mapping[str, bytes]:
        """Store what this step made, with a signed index of it, and return what is stored.

        That is what another worker signed where one took this step too, and was faster.
        """
        before = self.signed()
        if before is not None:
            return before
        signed = self.run.seen(artifacts)
        own = {name: content for name, content in artifacts.items() if name not in signed}
        self.run.write(self._step, own, now())
        self._publish(own)
        return artifacts

    @property
    def _step(self) -> str:
        return self.name.replace("/", ".")

    def _publish(self, names: Iterable[str]) -> None:
        prefix = self.manifest.release.prefix
        self.subject.store.publish_copies(
            self.run, [name for name in names if name.startswith(prefix)]
        )


def evidence_document(evidence: Iterable[Evidence], **rest: object) -> dict[str, object]:
    """Return the JSON form of an artifact that carries evidence."""
    return {**rest, "evidence": [piece.model_dump(mode="json") for piece in evidence]}
