"""Ask git in which order evidence, documents and tags came to be, and what the documents say of it.

What follows from an order is `gate.rules.order`. Nothing is fetched; where history is cut, dates
and branches say nothing, and neither do tags.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from atom_release.gate.facts.contradiction import Place
from atom_release.gate.facts.order import Announcement, ErrorText, Event, EventKind, OrderFacts
from atom_release.gate.rules.order import contradictions
from atom_release.gate.vocabulary import Answer, Assurance
from atom_release.git import GitError
from atom_release.probes.documents.cited import own_status
from atom_release.probes.order.control import later_evidence
from atom_release.probes.order.standing_tags import TagLook
from atom_release.probes.order.stated_dates import DateLook
from atom_release.probes.order.written import Written, read_written
from atom_release.probes.unrunnable import unread
from atom_release.reader.error_text import find_problem
from atom_release.reader.pull_request_statements import opened_requests
from atom_release.source import chronicle
from atom_release.source.objects import MissingBlob

if TYPE_CHECKING:
    from atom_release.gate.facts.evidence import Evidence
    from atom_release.git import Git
    from atom_release.lab.look import Look
    from atom_release.source.chronicle import Dated

QUESTION, SUBJECT = "order", "release"
_MOST_EVENTS = 200
_KEPT_APART = b"filter=lfs"


def probe_order(look: Look) -> Evidence:
    """Ask whether what documents stand on was there when it was tagged and dated."""
    try:
        written = read_written(look)
    except MissingBlob as error:
        return unread(look, QUESTION, SUBJECT, error.message)
    facts = _gather_or_say_why(look, written)
    facts = facts.model_copy(update={"contradictions": contradictions(facts)})
    deciding = [entry for entry in facts.contradictions if entry.decides]
    return look.found(
        QUESTION,
        SUBJECT,
        Answer.NO if deciding else Answer.YES,
        deciding[0].sentence if deciding else _told(facts, written),
        remedy="Tag a commit that holds what the release stands on; a tag is never moved."
        if deciding
        else "",
        assurance=Assurance.LIVE,  # the repository itself was asked, nothing stands in for it
        control=later_evidence(look),
        facts=facts.to_json(),
        sources={text.path: look.tree.digest(text.path) for text in written},
    )


def _gather_or_say_why(look: Look, written: Sequence[Written]) -> OrderFacts:
    """Return the facts; of a clone that lacks what git has to read, that the order is not known."""
    try:
        return _gather(look, written)
    except GitError as error:
        why = f"the order is not known: {error.message}"
        return OrderFacts(history=error.message, not_applicable=why)


def _gather(look: Look, written: Sequence[Written]) -> OrderFacts:
    errors = [*_errors(look, written)]
    cut = next(iter(look.tree.gaps), "")
    if cut:
        return OrderFacts(
            history=cut, not_applicable=f"the order is not known: {cut}", errors=errors
        )
    git = look.tree.objects.git
    commits = {entry.commit: entry for entry in chronicle.commits(git, look.tree.commit)}
    tags = TagLook(look, written, chronicle.tags(git), commits)
    standing = [*tags.standing()]
    return OrderFacts(
        events=[*_events(look, written, commits)],
        tags=standing,
        promises=[*tags.promises(standing)],
        dates=[*DateLook(look, written, commits).stated()],
        announcements=[*_announcements(git, written)],
        errors=errors,
    )


def _events(
    look: Look, written: Sequence[Written], commits: Mapping[str, Dated]
) -> Iterator[Event]:
    """Yield when each file was first added, and the judged commit; at most `_MOST_EVENTS`."""
    kinds: dict[str, EventKind] = {
        cited.path: "evidence" for text in written for cited in text.cited
    }
    kinds |= {text.path: "report" if text.service else "document" for text in written}
    paths = sorted(kinds)[:_MOST_EVENTS]
    git = look.tree.objects.git
    for path, added in chronicle.first_additions(git, look.tree.commit, paths).items():
        when = added.authored.isoformat()
        yield Event(kind=kinds[path], name=path, commit=added.commit, when=when)
    judged = commits[look.tree.commit]
    yield Event(
        kind="commit",
        name="the judged commit",
        commit=judged.commit,
        when=judged.authored.isoformat(),
    )


def _told(facts: OrderFacts, written: Sequence[Written]) -> str:
    if facts.history:
        return facts.not_applicable
    tags = ", ".join(tag.name for tag in facts.tags) or "no tag"
    count = len(facts.contradictions)
    return (
        f"{len(written)} documents and reports were held against their commits, {tags} against what"
        f" they stand on; {count or 'nothing'} out of order"
    )


def _announcements(git: Git, written: Sequence[Written]) -> Iterator[Announcement]:
    """Yield the pull requests that were opened from a branch of which nothing here knows."""
    statements = [
        (text.path, opened)
        for text in written
        for opened in opened_requests(text.document, text.record)
        if opened.branch
    ]
    if (
        not statements
        or not chronicle.follows_all_branches(git)
        or chronicle.knows_pull_requests(git)
    ):
        return
    for path, opened in statements:
        if not chronicle.names_branch(git, opened.branch):
            place = Place(path=path, line=opened.line, text=opened.text[:160])
            yield Announcement(place=place, branch=opened.branch)


def _errors(look: Look, written: Sequence[Written]) -> Iterator[ErrorText]:
    """Yield the files that passed rows cite and that hold an error, without saying so."""
    seen = set[str]()
    for cited in (entry for text in written for entry in text.cited if entry.passed):
        if cited.path in seen or own_status(look, cited.path)[0] == "refuted":
            continue
        seen.add(cited.path)
        if look.tree.entries[cited.path].oid in look.tree.objects.missing:
            continue
        problem = find_problem(cited.path, look.tree.read(cited.path))
        if problem is None or (problem.pointer and _keeps_large_files(look)):
            continue
        place = Place(path=cited.path, line=problem.line, text=problem.text)
        yield ErrorText(
            cited=cited.place, subject=cited.subject, place=place, problem=problem.problem
        )


def _keeps_large_files(look: Look) -> bool:
    """Return whether the repository says that git-lfs keeps some of its files."""
    attributes = [*look.tree.glob(".gitattributes"), *look.tree.glob("**/.gitattributes")]
    return any(_KEPT_APART in look.tree.read(path) for path in attributes)
