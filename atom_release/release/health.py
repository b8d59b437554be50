"""Read the histories of this gate's home, and say what they show of each criterion."""

from __future__ import annotations

from collections.abc import Iterator

from atom_release.errors import Misuse
from atom_release.gate.decision.health import CriterionHealth, Past, health_of
from atom_release.gate.vocabulary import Outcome
from atom_release.records.history import History
from atom_release.records.history_lines import FileLines
from atom_release.records.signing_keys import load_key
from atom_release.settings import Settings


def criteria_health(settings: Settings) -> tuple[CriterionHealth, ...]:
    """Return the health of the criteria of every release that was judged here.

    Raises:
        Misuse: nothing was judged here.
        StoreError: a history was changed by someone else.
    """
    files = sorted((settings.home / "history").glob("*.jsonl"))
    if not files:
        raise Misuse(
            f"There is no history below {settings.home}.",
            "Audit a release first, or name another home in ATOM_RELEASE_HOME.",
        )
    key = load_key(settings.key_path)
    return health_of(past for path in files for past in _past(History(FileLines(path), key)))


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
