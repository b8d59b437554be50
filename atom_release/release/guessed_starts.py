"""What answers are worth that come from a service whose start is only guessed.

`init` writes how a service starts where its files say it, and marks that as a guess. A guess may
lack what the service needs, so nothing that goes wrong then is held against the release. Nor does
what goes well count in a manifest that is the release's own, until a person takes the mark away: an
author could else keep it, and try again whatever fails.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from atom_release.gate.first_few import first_few
from atom_release.gate.vocabulary import Answer, Assurance
from atom_release.lab.rehearsal.templates import services_asked

if TYPE_CHECKING:
    from atom_release.gate.facts.evidence import Evidence
    from atom_release.gate.manifest import Manifest
    from atom_release.lab.look import Look


def without_guesses(look: Look, answers: Sequence[Evidence]) -> list[Evidence]:
    """Return the answers, those by a guessed start without what they cannot show."""
    guessed = {
        service.id
        for service in look.manifest.services
        if service.start is not None and service.start.is_guess
    }
    if not guessed:
        return [*answers]
    return [_without_guess(look, evidence, guessed) for evidence in answers]


def _without_guess(look: Look, evidence: Evidence, guessed: Collection[str]) -> Evidence:
    named = ", ".join(
        look.manifest.service(service_id).name
        for service_id in dict.fromkeys(_asked(look.manifest, evidence))
        if service_id in guessed
    )
    if not named or evidence.assurance is not Assurance.REHEARSED:
        return evidence
    made = _made(look.manifest, evidence)
    if evidence.answer is Answer.NO:
        how = f", with made values of {first_few(made)}" if made else ""
        why = f"how {named} is started is a guess{how}, so this does not count: {evidence.reason}"
        remedy = f"Write how {named} is started under `start`, and take `guessed` away."
        if made:
            remedy = (
                f"Name {first_few(made)} under `start`, `environment` with values that are right,"
                " and take them from `guessed_variables`; then take `guessed` away."
            )
    elif evidence.answer is Answer.YES and not look.external:
        why = f"well, but how {named} is started is still marked as a guess: {evidence.reason}"
        marks = "`guessed` and `guessed_variables`" if made else "`guessed`"
        remedy = f"Take {marks} from the start of {named} if it is as it should be, and commit."
    else:
        return evidence
    return evidence.model_copy(update={"answer": Answer.UNKNOWN, "reason": why, "remedy": remedy})


def _made(manifest: Manifest, evidence: Evidence) -> list[str]:
    """Return the variables that services were started with made values of, where it counts."""
    starts = [manifest.service(each).start for each in dict.fromkeys(_asked(manifest, evidence))]
    return [name for start in starts if start for name in start.guessed_variables]


def _asked(manifest: Manifest, evidence: Evidence) -> Iterator[str]:
    """Yield the services whose start an answer hangs on."""
    ids = [service.id for service in manifest.services]
    if evidence.question == "integration":
        yield from ids  # what the tests are told says little of what they ask
    for check in manifest.checks:
        if evidence.subject == check.id:
            yield from check.services
    if evidence.subject in ids:
        yield evidence.subject
        start = manifest.service(evidence.subject).start
        yield from sorted(services_asked(start)) if start is not None else ()
