"""The verdict on the forge: as the judged commit's status, and in its open pull requests.

RED and BLOCKED too, above all. Whoever is GREEN is shown in its own pull request
(`open_pull_request`); here it only replaces what an earlier refusal of the same commit left.
"""

from __future__ import annotations

from atom_release.errors import Refused
from atom_release.forge import Comment, State, Status
from atom_release.forge.choice import forge_at
from atom_release.gate.printable import in_markdown, one_line
from atom_release.gate.vocabulary import Verdict
from atom_release.release import bundle_decision, forge_place
from atom_release.release.standing_verdict import StandingVerdict, standing_verdict
from atom_release.release.work import Work

_STATES = {Verdict.GREEN: State.SUCCESS, Verdict.RED: State.FAILURE, Verdict.BLOCKED: State.ERROR}


def show_verdict(work: Work) -> tuple[str, ...] | None:
    """Show what holds of the judged commit; return where it is said in pull requests.

    One run at a time, so that nothing is said twice. None where no forge is named.

    Raises:
        Refused: no run decided on the commit, of which there is nothing to say then.
        ActFailed: the forge does not take it, no token is set, or another run acts and does not
            end.
    """
    place = forge_place.find_place(work)
    if place is None:
        return None
    if work.subject.store.newest_complete(work.subject.commit) is None:
        raise Refused(
            f"There is no decision on {work.subject.commit[:12]}.", "Run the snapshot asset first."
        )
    with bundle_decision.turn_to_act(work) as turn:
        turn.require_held()
        standing = standing_verdict(work)
        return forge_at(place.address).show(
            place,
            _status(work, standing),
            Comment(work.manifest.release.asset_key, _text(work, standing)),
            anew=not standing.is_green,
        )


def _status(work: Work, standing: StandingVerdict) -> Status:
    state = _STATES[standing.verdict] if standing.verdict else State.ERROR
    description = f"{work.manifest.release.version} {one_line(standing.sentence)}"
    return Status(work.subject.commit, forge_place.status_context(work), description, state)


def _text(work: Work, standing: StandingVerdict) -> str:
    release = work.manifest.release
    title = in_markdown(f"{release.name} {release.version}: {standing.verdict or 'no decision'}")
    parts = [f"## {title}", in_markdown(standing.sentence), f"Commit {work.subject.commit}"]
    return "\n\n".join([*parts, *filter(None, (standing.table,))])
