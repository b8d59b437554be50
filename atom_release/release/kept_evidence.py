"""What an earlier run on the same commit showed of a suite, and this one need not ask again.

A suite with its controls is most of what an audit costs. Where nothing that its answer rests on has
changed, the evidence of the run before stands: with the moment at which it was observed, so that
freshness counts from there, and signed anew by the run that keeps it. All of this has to hold:

- the store's signed index vouches for it, on the very commit;
- it was asked under the same `conditions`: manifest, operator's file, the gate's own code, its
  Python with all packages, the programs that suites are run with, and the user that runs it;
- the answer was yes, and its control was seen to be red. Whatever else came out is asked again;
- it is younger than half of what the manifest lets it be, so that it does not go stale before the
  release is tagged.

What is measured, or depends on a system outside, is always asked again.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import atom_release
from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.facts.suite import SuiteFacts
from atom_release.gate.vocabulary import Answer, ControlState
from atom_release.records import canonical, record
from atom_release.release.clock import now

if TYPE_CHECKING:
    from atom_release.gate.manifest import Service
    from atom_release.records.run_store import RunStore
    from atom_release.release.work import Work
    from atom_release.settings import Settings

CONDITIONS = "conditions"
KEPT_FROM = "suite_kept_from"
_LOOKED_AT = 5  # newest runs among which one is looked for
_PROGRAMS = ("git", "uv", "node", "npm", "pnpm", "yarn", "postgres", "redis-server", "bao", "vault")


@dataclass(frozen=True)
class KeptSuite:
    """The evidence of a suite, the log of its runs, and which run made both."""

    evidence: Evidence
    log: bytes
    run: str

    @property
    def origin(self) -> str:
        """Where it is from, in a line."""
        return f"kept, observed {self.evidence.observed_at:%Y-%m-%d %H:%M} UTC in run {self.run}"


@dataclass(frozen=True)
class _EarlierRun:
    """Another run on the commit, and what its indexes name."""

    run: RunStore
    artifacts: frozenset[str]


_earlier: dict[tuple[str, Settings], list[_EarlierRun]] = {}


def find_kept_suite(work: Work, service: Service) -> KeptSuite | None:
    """Return the suite's evidence of an earlier run, if it can stand for another asking.

    Raises:
        StoreError: an index of this commit is not this key's.
    """
    if work.settings.fresh:
        return None
    conditions = conditions_of(work)
    kept = (_kept(work, service, earlier, conditions) for earlier in _earlier_runs(work))
    return next(filter(None, kept), None)


def conditions_of(work: Work) -> str:
    """Return the SHA-256 of all that a suite's answer rests on beside the commit itself."""
    subject = work.subject
    return canonical.digest(
        canonical.encode(
            {
                "manifest": canonical.digest(subject.manifest_bytes),
                "external": subject.external,
                "operator": subject.operator.digest,
                "gate": _own_code(),
                "packages": _packages(),
                "programs": _programs(),
                "python": f"{platform.python_implementation()} {sys.version}",
                "platform": platform.platform(),
                "user": os.geteuid(),
            }
        )
    )


def _earlier_runs(work: Work) -> list[_EarlierRun]:
    """Return the other runs on the commit, newest first; read once a run in each process.

    A release of many services has as many indexes in each of them.
    """
    occasion = (work.run_id, work.settings)
    if occasion not in _earlier:
        _earlier.clear()
        store, commit = work.subject.store, work.subject.commit
        names = [name for name in store.runs(commit) if name != work.run.name]
        runs = [store.run(commit, name) for name in reversed(names[-_LOOKED_AT:])]
        _earlier[occasion] = [_EarlierRun(run, frozenset(run.names())) for run in runs]
    return _earlier[occasion]


def _kept(work: Work, service: Service, earlier: _EarlierRun, conditions: str) -> KeptSuite | None:
    artifacts = work.names.evidence_artifact(service), work.names.log_artifact(service)
    if not earlier.artifacts.issuperset(artifacts):
        return None
    content, log = earlier.run.read_all(artifacts).values()
    document = json.loads(content)
    if document.get(CONDITIONS) != conditions:
        return None
    suites = (
        evidence
        for evidence in record.evidence_in({artifacts[0]: content}).values()
        if evidence.leg == ("suite", service.id) and _stands(work, evidence)
    )
    run_name = document.get(KEPT_FROM, earlier.run.name)
    return next((KeptSuite(evidence, log, run_name) for evidence in suites), None)


def _stands(work: Work, evidence: Evidence) -> bool:
    """Return whether this evidence says yes, could have said no, and is young enough."""
    suite = SuiteFacts.read(evidence.facts)
    return (
        suite is not None
        and not (suite.at_report and suite.at_report.problem)
        and evidence.answer is Answer.YES
        and not evidence.errored
        and evidence.control is not None
        and evidence.control.state is ControlState.ALIVE
        and evidence.tree == work.subject.tree.tree
        and now() - evidence.observed_at < _shortest_freshness(work) / 2
    )


def _shortest_freshness(work: Work) -> timedelta:
    manifest = work.manifest
    own = [policy.freshness for policy in manifest.criteria.values() if policy.freshness]
    return min([manifest.freshness, *own])


@lru_cache(maxsize=1)
def _own_code() -> str:
    """Return the digest of the gate's own files, whatever version they say they are."""
    root = Path(atom_release.__file__).parent
    files = sorted(path for path in root.rglob("*") if path.suffix != ".pyc" and path.is_file())
    digests = {
        path.relative_to(root).as_posix(): canonical.digest(path.read_bytes()) for path in files
    }
    return canonical.digest(canonical.encode(digests))


@lru_cache(maxsize=1)
def _packages() -> str:
    """Return the digest of what is installed, told by each package's folder of metadata.

    It is named after the package and its version, and made anew when that is installed again.
    """
    installed = sorted(
        f"{entry.name} {entry.stat().st_mtime_ns}"
        for place in set(sys.path)
        for entry in Path(place).glob("*-info")
    )
    return canonical.digest("\n".join(installed).encode())


@lru_cache(maxsize=1)
def _programs() -> dict[str, str]:
    """Return where each program that suites are run with lies, and when it was put there."""
    places = {name: shutil.which(name) for name in _PROGRAMS}
    return {
        name: f"{os.path.realpath(place)} {Path(place).stat().st_mtime_ns}"
        for name, place in places.items()
        if place
    }
