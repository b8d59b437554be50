"""What every probe is given: the judged tree, the manifest, a scratch folder and a clock.

A probe is a function of a `Look` (and of the rehearsal, where it asks rehearsed services) that
returns evidence. It never decides what its answer means for the release, never imports dagster, and
never reads the environment itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from atom_release.gate.facts.evidence import Evidence
from atom_release.gate.manifest import Manifest
from atom_release.gate.operator import Operator
from atom_release.gate.vocabulary import Answer, Assurance
from atom_release.lab.sandbox import Sandbox
from atom_release.source.commit import JudgedTree


@dataclass(frozen=True)
class Look:
    """The surroundings of one run's probes."""

    manifest: Manifest
    tree: JudgedTree
    scratch: Path
    clock: Callable[[], datetime]
    environment: Mapping[str, str] = field(
        default_factory=dict, repr=False
    )  # values of the variables that the manifest names; may hold secrets
    hidden: tuple[
        Path, ...
    ] = ()  # folders that the subject's code must not see: home, store, key, repository, remote
    readable: tuple[Path, ...] = ()  # what the operator shows the subject beside what it needs
    external: bool = False  # whether the manifest is a draft, or comes from outside the commit
    keep: Callable[[str, str], None] = field(
        default=lambda _heading, _text: None, repr=False, compare=False
    )  # takes what the subject's tests wrote in one run, under a heading
    operator: Operator = field(default_factory=Operator)
    tell: Callable[[str, float], None] = field(
        default=lambda _what, _share: None, repr=False, compare=False
    )  # what is done now, and how much of it
    ended: threading.Event = field(
        default_factory=threading.Event, repr=False, compare=False
    )  # once set, the run is over, and tests that run beside its steps end

    def sandbox(self, *readable: Path) -> Sandbox:
        """Return how the subject is kept apart, those paths shown to it beside the operator's."""
        return Sandbox(
            self.hidden,
            (*self.readable, *readable),
            accepted=self.operator.isolation,
            ended=self.ended,
        )

    @cached_property
    def labelled_rows(self) -> frozenset[str]:
        """The paths of the rows that services are scored by, under whatever name.

        No service gets these.
        """
        return self.tree.same_content(
            service.accuracy.data for service in self.manifest.services if service.accuracy
        )

    def found(
        self,
        question: str,
        subject: str,
        answer: Answer,
        reason: str,
        *,
        assurance: Assurance = Assurance.REHEARSED,
        **rest: Any,  # noqa: ANN401
    ) -> Evidence:
        """Return evidence dated now and bound to the judged commit.

        `rest` are further fields of `Evidence`.
        """
        return Evidence(
            question=question,
            subject=subject,
            answer=answer,
            reason=reason,
            commit=self.tree.commit,
            tree=self.tree.tree,
            observed_at=self.clock(),
            assurance=assurance,
            **rest,
        )
