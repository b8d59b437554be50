"""What the probes that judge a subject are given.

The release, its tree, and which variables and paths they may see.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from atom_release import settings as environment
from atom_release.release.clock import now
from atom_release.release.subject import Subject

if TYPE_CHECKING:
    from atom_release.lab.look import Look


def open_look(subject: Subject, settings: environment.Settings) -> Look:
    """Return the surroundings of probes that judge this subject."""
    from atom_release.lab.look import Look
    from atom_release.lab.throwaway import hold

    infrastructure = subject.manifest.infrastructure
    names = [
        infrastructure.vault,
        infrastructure.vault_token,
        infrastructure.prometheus,
        infrastructure.postgres,
        subject.operator.operator.forge.address,
        subject.operator.operator.forge.token,
    ]
    names += [
        *(service.address for service in subject.manifest.services),
    ]
    names += [signed.public_key_variable for signed in subject.manifest.signed]
    scratch = settings.scratch / subject.commit[:12]
    hold(scratch)
    hidden = (
        Path.home(),
        settings.key_path.parent,
        subject.tree.repository,
        settings.home,
        *_local(settings.out),
        *_named_files(settings),
        *(Path(rows) for rows in subject.operator.operator.labelled.values()),
    )
    return Look(
        subject.manifest,
        subject.tree,
        scratch,
        now,
        _values(names, settings),
        tuple(dict.fromkeys(hidden)),
        readable=tuple(Path(place) for place in subject.operator.operator.readable),
        external=subject.external,
        operator=subject.operator.operator,
    )


def _values(names: Iterable[str | None], settings: environment.Settings) -> dict[str, str]:
    """Return what the named variables hold; a scenario of the reference sets some itself."""
    values = environment.values_of(names)
    if settings.is_reference:
        from atom_release.reference import (
            surroundings,
        )

        values |= surroundings.environment(settings.scenario)
    return values


def _named_files(settings: environment.Settings) -> Iterator[Path]:
    """Yield the files of the operator's that the settings name, wherever they lie."""
    if settings.operator is not None:
        yield settings.operator
    if settings.tag_key is not None and settings.tag_key.startswith("ssh:"):
        yield Path(settings.tag_key.removeprefix("ssh:"))


def _local(out: str) -> Iterator[Path]:
    if "://" not in out:
        yield Path(out)
