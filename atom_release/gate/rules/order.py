"""What the order of commits, tags and dates speaks against: a pure function of the facts.

Only what no later rewriting can explain is named: margins stand for clocks, time zones and work
that was done before it was committed. A cut history names nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from shlex import quote
from typing import TYPE_CHECKING

from atom_release.gate.claims.moments import span_of
from atom_release.gate.facts.contradiction import Contradiction, Place
from atom_release.gate.facts.order import OrderFacts
from atom_release.gate.rules.recheck import Recheck

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from atom_release.gate.facts.evidence import Evidence
    from atom_release.gate.facts.order import (
        ErrorText,
        Lacking,
        StandingTag,
        StatedDate,
        TagPromise,
    )
    from atom_release.gate.vocabulary import Answer

TAG_BEFORE = "tag-before-evidence"
TAG_LACKS = "tag-without-evidence"
TAG_UNLIKE = "tag-not-as-promised"
PULL_REQUEST = "pull-request-from-nowhere"
DATE_BEFORE = "dated-before-history"
DATE_BEFORE_SUBJECT = "dated-before-its-subject"
DATE_AFTER = "dated-after-its-commit"
ERROR_INSIDE = "passed-over-an-error"
"""What a finding is called in a manifest and in a ledger."""

_LATE = timedelta(hours=48)
_UNCOMMITTED = timedelta(days=7)
"""Work may lie about for some days before it is committed."""
_STEPS, _IMPORT = 10, timedelta(days=1)
"""A history that begins with fewer commits, within a day, may be a project brought in by steps."""
_SHORT = 9


def judge(evidence: Evidence, deciding: Collection[str]) -> tuple[Answer, str]:
    """Hold tags and dates against history again; the kinds in `deciding` are a no, too."""
    return Recheck(
        OrderFacts,
        contradictions,
        unreadable="the order of commits, tags and documents cannot be read",
        unlike="what is out of order is not what the history shows",
    ).judge(evidence, deciding)


def contradictions(facts: OrderFacts) -> list[Contradiction]:
    """Return what the order of things speaks against, tags first."""
    entries = [*_tags(facts), *_promises(facts), *_errors(facts), *_pull_requests(facts)]
    return [*entries, *_dates(facts)]


def _tags(facts: OrderFacts) -> Iterator[Contradiction]:
    """Yield for each tag what was made after it, and what else its commit lacks."""
    for tag in facts.tags:
        later = [lacking for lacking in tag.lacking if lacking.after]
        other = [lacking for lacking in tag.lacking if not lacking.after]
        if later:
            first = later[0]
            ago = _lapse(_moment(first.added) - _moment(tag.when))
            yield _of_tag(
                TAG_BEFORE,
                tag,
                first,
                f"was made before {_count(later, tag)} that its documents stand on: {first.path}"
                f" ({first.cited}) was added {ago} later, by {first.commit[:_SHORT]}",
            )
        if other:
            first = other[0]
            yield _of_tag(
                TAG_LACKS,
                tag,
                first,
                f"lacks {_count(other, tag)} that its documents stand on: {first.path}"
                f" ({first.cited})",
            )


def _count(lacking: list[Lacking], tag: StandingTag) -> str:
    return f"{len(lacking)} of {tag.evidence} files"


def _of_tag(kind: str, tag: StandingTag, lacking: Lacking, speaks: str) -> Contradiction:
    made = "tagged" if tag.annotated else "a commit of"
    return Contradiction(
        id=kind,
        subject=tag.name,
        sentence=(
            f"tag {tag.name} ({tag.commit[:_SHORT]}, {made} {_moment(tag.when):%Y-%m-%d %H:%M} UTC)"
            f" {speaks}"
        ),
        first=lacking.cited,
        second=Place(path=lacking.path, line=0, text=lacking.commit[:_SHORT]),
        decides=tag.own,
        show=(
            f"git ls-tree -r --name-only {quote(tag.name)} -- {quote(lacking.path)};"
            f" git log --all --diff-filter=A --format='%h %ci' -- {quote(lacking.path)}"
        ),
    )


def _promises(facts: OrderFacts) -> Iterator[Contradiction]:
    """Yield the tags that are not what a document says that they are, each once."""
    tags = {tag.name: tag for tag in facts.tags}
    seen = set[tuple[str, str]]()
    for promise in facts.promises:
        tag = tags.get(promise.tag)
        key = (promise.tag, promise.promised)
        if tag is None or key in seen or _is_kept(tag, promise):
            continue
        seen.add(key)
        like = "lightweight" if not tag.annotated else "not signed"
        yield Contradiction(
            id=TAG_UNLIKE,
            subject=tag.name,
            sentence=f"{promise.place} says that {tag.name} is {promise.promised}; it is {like}",
            first=promise.place,
            show=f"git cat-file -t {quote(tag.name)}; git cat-file tag {quote(tag.name)}",
        )


def _is_kept(tag: StandingTag, promise: TagPromise) -> bool:
    return tag.annotated if promise.promised == "annotated" else tag.signed


def _errors(facts: OrderFacts) -> Iterator[Contradiction]:
    for error in facts.errors:
        yield _of_error(error)


def _of_error(error: ErrorText) -> Contradiction:
    return Contradiction(
        id=ERROR_INSIDE,
        subject=error.subject,
        sentence=(
            f"{error.cited.path}:{error.cited.line} says that {error.subject or 'it'} passed and"
            f" cites {error.place.path}, which holds {error.problem} ({error.place})"
        ),
        first=error.cited,
        second=error.place,
        show=error.place.command,
    )


def _pull_requests(facts: OrderFacts) -> Iterator[Contradiction]:
    if facts.history:
        return
    for entry in facts.announcements:
        yield Contradiction(
            id=PULL_REQUEST,
            subject=entry.branch,
            sentence=(
                f"{entry.place} says that a pull request was opened from {entry.branch}, which is"
                " no branch of this repository and which no commit's message names"
            ),
            first=entry.place,
            show=(
                f"git for-each-ref | grep -F {quote(entry.branch)};"
                f" git log --all --oneline -F --grep {quote(entry.branch)}"
            ),
        )


def _dates(facts: OrderFacts) -> Iterator[Contradiction]:
    if facts.history:
        return
    for date in facts.dates:
        speaks = _speaks_against(date)
        if speaks is not None:
            kind, why = speaks
            yield Contradiction(
                id=kind,
                subject=date.place.path,
                sentence=f"{date.place} is dated {date.stated}, {why}",
                first=date.place,
                show="git log --reverse --format='%h %ai %s' --"
                f" {quote(date.subject or date.place.path)}",
            )


def _speaks_against(date: StatedDate) -> tuple[str, str] | None:
    """Return what a date cannot be, and why, or None where nothing speaks against it."""
    span = span_of(date.stated)
    if span is None:
        return None
    written, first = _moment(date.written), _moment(date.first)
    if span[0] - written > _LATE:
        return DATE_AFTER, f"{_lapse(span[0] - written)} after {date.commit[:_SHORT]} wrote it"
    in_steps = date.before < _STEPS and _moment(date.authored) - first < _IMPORT
    if date.imported or in_steps:
        return None
    if first - span[1] > _LATE:
        when = f"{first:%Y-%m-%d}"
        return (
            DATE_BEFORE,
            (
                f"{_lapse(first - span[1])} before the first commit of all ({when}), and"
                f" {date.commit[:_SHORT]} wrote it on {written:%Y-%m-%d}"
            ),
        )
    if date.subject_added and (early := _moment(date.subject_added) - span[1]) > _UNCOMMITTED:
        return (
            DATE_BEFORE_SUBJECT,
            f"{_lapse(early)} before {date.subject}, which it reports on, was added",
        )
    return None


def _moment(value: str) -> datetime:
    return datetime.fromisoformat(value)


def _lapse(lapse: timedelta) -> str:
    """Return a length of time in the largest unit of which there are two."""
    minutes = lapse.total_seconds() / 60
    for unit, size in (("days", 1440), ("hours", 60)):
        if minutes >= 2 * size:
            return f"{minutes / size:.0f} {unit}"
    return f"{minutes:.0f} minutes"
