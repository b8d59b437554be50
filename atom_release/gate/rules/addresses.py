"""Which URLs of the release's scripts and documents a service of it does not serve.

Said only of a service that tells its own paths, which the manifest names, from one that cannot
exist. One that answers both alike hides what it serves, and shows nothing.
"""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING

from atom_release.gate.facts.addresses import AddressesFacts
from atom_release.gate.facts.contradiction import Contradiction
from atom_release.gate.rules.recheck import Recheck
from atom_release.gate.vocabulary import Answer

if TYPE_CHECKING:
    from collections.abc import Collection

    from atom_release.gate.facts.evidence import Evidence

NOT_SERVED = "address-not-served"
_NOT_FOUND = 404


def judge(evidence: Evidence, deciding: Collection[str]) -> tuple[Answer, str]:
    """Look again which addresses are not served; that is a no only where it is to decide."""
    return Recheck(
        AddressesFacts,
        findings_of,
        unreadable="what the service answered at the written addresses cannot be read",
        answer_of=answer_of,
    ).judge(evidence, deciding)


def answer_of(facts: AddressesFacts) -> tuple[Answer, str]:
    """Return whether the written addresses could be held against the service, and why."""
    if facts.not_applicable:
        return Answer.YES, facts.not_applicable
    if not facts.declared:
        return Answer.UNKNOWN, (
            f"no path of {facts.name} that the manifest names was answered, so nothing tells its"
            " 404 from another's"
        )
    if not tells_paths_apart(facts):
        return Answer.UNKNOWN, (
            f"{facts.name} answers alike at the paths that the manifest names and at one that"
            " cannot exist, so its 404 shows nothing"
        )
    lacking = len(findings_of(facts))
    return Answer.YES, (
        f"{facts.name} was asked at {len(facts.written)} written addresses of port {facts.port};"
        f" {lacking or 'none'} of them not served"
    )


def tells_paths_apart(facts: AddressesFacts) -> bool:
    """Return whether the service answers otherwise at each path that the manifest names."""
    return bool(facts.declared) and all(path.served for path in facts.declared)


def findings_of(facts: AddressesFacts) -> list[Contradiction]:
    """Return the addresses whose path the service answers like one that cannot exist."""
    if not tells_paths_apart(facts):
        return []
    return [
        Contradiction(
            id=NOT_SERVED,
            subject=facts.service,
            sentence=(
                f"{address.place.path}:{address.place.line} names {address.path} on port"
                f" {facts.port}, which is that of {facts.service} ({facts.name}): there the"
                f" rehearsed service answers {address.status}, whatever the method"
            ),
            first=address.place,
            second=facts.port_place,
            show=f"curl -si {quote(f'http://localhost:{facts.port}{address.path}')} | head -n 1",
        )
        for address in facts.written
        if address.status == _NOT_FOUND and not address.served
    ]
