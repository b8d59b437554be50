"""Read the histories of this gate's home, and say what they show of each criterion."""

from __future__ import annotations

from collections.abc import Iterator

from atom_release.errors import Misuse
from atom_release.gate.decision.health import CriterionHealth, Past, health_of
from atom_release.gate.vocabulary import Outcome
from atom_release.records.history import History
from atom_release.release import gate_key, state
from atom_release.settings import Settings
from atom_release.source.operator_file import read_operator


def criteria_health(settings: Settings) -> tuple[CriterionHealth, ...]:
    """Return the health of the criteria of every release that was judged here.

    Raises:
        Misuse: nothing was judged here.
        StoreError: a history was changed by someone else.
    """
    shelf = state.histories_at(settings)
    names = shelf.names()
    if not names:
        raise Misuse(
            f"There is no history {_where(settings)}.",
            "Audit a release first, or name another home in ATOM_RELEASE_HOME.",
        )
    operator = read_operator(settings.operator).operator
    key = gate_key.open_key(settings, operator, may_act=True, make=False)
    believed = gate_key.believed_gates(operator)
    histories = (History(shelf.lines(name), key, believed) for name in names)
    return health_of(past for history in histories for past in _past(history))


def _where(settings: Settings) -> str:
    return f"in {settings.state}" if settings.state else f"below {settings.home}"


def _past(history: History) -> Iterator[Past]:
    """Yield every decision of one history, with what its run took."""
    for decided, seconds in history.decided():
        kept = decided.get("outcomes")
        outcomes = kept if kept is not None else dict.fromkeys(decided["failed"], "FAIL")
        yield Past(
            decided.get("release", "before releases were kept"),
            decided["occasion"]["tree"],
            {name: Outcome(outcome) for name, outcome in outcomes.items()},
            tuple(decided.get("left_out", ())),
            dict(seconds),
            whole=kept is not None,
        )
