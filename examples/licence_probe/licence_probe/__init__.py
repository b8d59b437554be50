"""No GPL among the dependencies: a probe of its own, over the environments that the gate made.

`release.yaml` asks it as `checks: [{id: P-7, title: ..., asks: ..., probe: licences}]`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pydantic import Field

from atom_release.gate.vocabulary import Answer
from atom_release.probes.own_probe import Facts, Package, PlugIn, Reply, Subject

_GPL = re.compile(
    r"(?<![L])\bA?GPL|GNU (?:Affero )?General Public|Affero General Public", re.IGNORECASE
)
_LESSER = re.compile(r"LGPL|Lesser General Public|Library General Public", re.IGNORECASE)
_NAMED = 3


class LicenceFacts(Facts):
    """Which packages were looked at, and what their licences are."""

    packages: int
    gpl: dict[str, str] = Field(default_factory=dict, description="package -> its licence")
    untold: list[str] = Field(default_factory=list, description="packages that state none")


def is_gpl(licence: str) -> bool:
    """Return whether a package can be had under no licence but the GPL or the AGPL.

    Of an expression that offers a choice, one part without it is enough.
    """
    choices = re.split(r"\s+OR\s+|\s+or\s+|;", licence)
    return all(_GPL.search(_LESSER.sub("", choice)) for choice in choices)


def ask(subject: Subject) -> Reply[LicenceFacts]:
    """Look at what each installed package states of its licence."""
    known = set(subject.settings.get("told", ()))
    gpl = {
        package.name: package.licence
        for package in subject.packages
        if package.licence and is_gpl(package.licence)
    }
    untold = [
        package.name
        for package in subject.packages
        if not package.licence and package.name not in known
    ]
    facts = LicenceFacts(packages=len(subject.packages), gpl=gpl, untold=untold)
    if gpl:
        named = (f"{name} ({licence[:40]})" for name, licence in gpl.items())
        return Reply(Answer.NO, f"under the GPL: {_some(named)}", facts)
    if untold:
        return Reply(Answer.UNKNOWN, f"no licence is stated by {_some(untold)}", facts)
    return Reply(Answer.YES, f"none of {facts.packages} packages is under the GPL", facts)


def spoil(subject: Subject) -> Subject:
    """Return the subject with a package that must not be there."""
    return subject.with_package(Package("known-bad", "1.0", "GPL-3.0-only"))


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - _NAMED} more" if len(listed) > _NAMED else ""
    return f"{', '.join(listed[:_NAMED])}{more}"


PLUG_IN = PlugIn(
    asks="No dependency of the release is under the GPL or the AGPL.",
    facts=LicenceFacts,
    ask=ask,
    spoil=spoil,
    spoiled="a package under GPL-3.0-only was added",
    remedy="Replace the named package, or name those that state none under `settings.told`.",
)
