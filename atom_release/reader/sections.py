"""What a section's title says of its lines: whose they are, of when, and what they speak of.

A number under "Next steps" or "Example" is not this service's result, what stands under an older
version or under "Before" is history, and a policy's status is read only under "Compliance".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from functools import cache, lru_cache

from atom_release.reader.vocabulary import concepts, name_of, words
from atom_release.reader.words import has_tick

_LONG_TITLE = 9
_LONG_FILES = 7
_VERSIONED = re.compile(
    r"\W*(?:(?:version|release)\s+)?\[?v?\d{1,4}\.\d{1,4}(?:\.\d{1,6})?(?:[-+.][\w.]{1,20})?\]?"
    r"(?:\s*[-\u2013\u2014(:].*)?\W*",
    re.IGNORECASE,
)
_NUMBERED_VERSION = re.compile(
    r"\[\d|\bv\d|(?:version|release)\s|\d+\.\d+\.\d+|\d+\.\d+\W+\(?\d{4}-", re.IGNORECASE
)


@cache
def _tainted() -> re.Pattern[str]:
    """Return what matches that what stands below a title was simulated."""
    bracketed = words("simulation").pattern
    return re.compile(
        rf"[(\[]\s*(?:\w+\s)?(?:{bracketed})|{words('simulation_of').pattern}", re.IGNORECASE
    )


@dataclass(frozen=True)
class Topic:
    """What one title says."""

    foreign: bool = False
    history: bool = False
    now: bool = False
    compliance: bool = False
    testing: bool = False
    files: bool = False
    environment: bool = False
    verdict: bool = False
    conclusion: bool = False
    budget: bool = False
    wanted: bool = False
    coverage: bool = False
    tainted: bool = False
    gone: bool = False
    made: bool = False
    finished: bool = False

    @property
    def speaks(self) -> bool:
        """Whether the title hands its lines to a subject or to someone else.

        So that it cannot be the report's own title.
        """
        return self.foreign or self.compliance or self.testing or self.files or self.environment


@dataclass(frozen=True, eq=False)
class Section:
    """A heading.

    `header` is true before the second heading that has text above it and after a rule, `inherited`
    is its topic with those of the titles above it.
    """

    title: str
    level: int
    line: int
    topic: Topic
    parent: Section | None = None
    header: bool = False
    foot: bool = False
    inherited: Topic = field(init=False)
    own: bool = field(init=False)

    def __post_init__(self) -> None:
        """Take the topics of the titles above once, since every line asks for them."""
        object.__setattr__(
            self,
            "inherited",
            self.topic if self.parent is None else _both(self.topic, self.parent.inherited),
        )
        object.__setattr__(self, "own", self._is_own())

    def _is_own(self) -> bool:
        """Return whether its lines speak of this release; below "Deliverables" a title names a group."""
        above = self.parent
        group = above is not None and (
            above.topic.files or (above.topic.made and self.topic.finished)
        )
        if above is not None and group:
            return above.own and not self.topic.gone
        return not (self.topic.foreign or self.topic.history) and (above is None or above.own)

    def is_below(self, other: Section) -> bool:
        """Return whether it is the other section, or stands below it."""
        at: Section | None = self
        while at is not None and at is not other:
            at = at.parent
        return at is other

    @property
    def path(self) -> tuple[str, ...]:
        """The titles from the outermost down to this one."""
        above = self.parent.path if self.parent is not None else ()
        return (*above, self.title) if self.title else above


@lru_cache(maxsize=4096)
def _both(same: Topic, other: Topic) -> Topic:
    return Topic(
        **{
            topic.name: getattr(same, topic.name) or getattr(other, topic.name)
            for topic in fields(Topic)
        }
    )


def start() -> Section:
    """Return the section of the lines before any heading."""
    return Section("", 0, 0, Topic(), header=True)


def is_version(title: str) -> bool:
    """Return whether a title is a version and nothing else, as a changelog's sections are."""
    return bool(_VERSIONED.fullmatch(title[:200]) and _NUMBERED_VERSION.search(title[:200]))


def says_made(lowered: str, noun: str) -> bool:
    """Return whether a text in lower case says of files, or of parts, that they were made.

    Whatever the order of its words: "8 documents created", "neue Dateien".
    """
    return (
        words("verb_made").search(lowered) is not None
        and words(noun).search(lowered) is not None
        and words("t_not_made").search(lowered) is None
    )


def says_it_made(lowered: str) -> bool:
    """Return whether a title in lower case says by a verb that what it names was made.

    "Automated tools created", "What was implemented".
    """
    if words("t_work_open").search(lowered) or words("t_not_made").search(lowered):
        return False
    return words("verb_made").search(lowered) is not None or _answers_what(lowered)


def _says_work_done(lowered: str) -> bool:
    """Return whether a text in lower case says of pieces of work that they are done.

    Whatever the order of its words: "Tareas completadas", "Applied fixes".
    """
    done = words("t_work_done").search(lowered)
    if done is None or words("t_work_open").search(lowered):
        return False
    before = lowered[: done.start()]
    rest = f"{before} {lowered[done.end() :]}"
    part = before if done[0] == "complete" else rest  # "complete documentation" says nothing
    return (words("n_part").search(part) or words("n_work").search(rest)) is not None


def _says_reached(lowered: str) -> bool:
    """Return whether a text in lower case says of goals that they were reached: "SLA targets (all met)"."""
    if words("t_reached").search(lowered):
        return True
    return (
        words("n_goal").search(lowered) is not None
        and words("t_met").search(lowered) is not None
        and words("t_work_open").search(lowered) is None
    )


def is_wanted(lowered: str) -> bool:
    """Return whether a text in lower case says what should hold, so that a bound in it is no result."""
    return words("t_wanted").search(lowered) is not None and words("t_met").search(lowered) is None


def _says_delivered(lowered: str) -> bool:
    """Return whether a text in lower case says of deliveries that they were made."""
    return (
        words("n_delivery").search(lowered) is not None
        and words("t_work_done").search(lowered) is not None
        and words("t_work_open").search(lowered) is None
    )


def _is_task(lowered: str) -> bool:
    """Return whether a text in lower case, which a tick calls done, is a task or names changes."""
    if words("t_work_open").search(lowered):
        return False
    return words("verb_make").search(lowered) is not None or (
        words("t_changes").search(lowered) is not None
    )


def _answers_what(lowered: str) -> bool:
    """Return whether a text in lower case announces what was done: "Ce qui a été créé"."""
    answer = words("t_what").search(lowered)
    if answer is None or words("t_work_open").search(lowered):
        return False
    return any(
        words(name).search(lowered, answer.end()) is not None
        for name in ("t_work_done", "verb_made")
    )


@lru_cache(maxsize=4096)
def topic(title: str) -> Topic:
    """Read a title."""
    lowered = title.lower()[:200].replace("next.js", "nextjs")  # a product, and no step to come
    name = name_of(lowered)
    head = name.split(":")[0].strip()
    named = concepts(head)
    short = len(head.split()) <= _LONG_FILES
    verb = short and words("verb_made").search(lowered) is not None
    files = "made" in named or (
        short
        and bool(
            words("t_files").search(lowered)
            or (verb and says_made(lowered, "n_file"))
            or _says_delivered(lowered)
        )
        and not words("t_files_looked_at").search(lowered)
        and "gone" not in named
    )
    made_alone = short and bool(
        words("t_made").search(lowered)
        or (verb and says_made(lowered, "n_part"))
        or _says_work_done(lowered)
        or _answers_what(lowered)
        or (has_tick(title) and _is_task(lowered))
    )
    now = bool(words("t_now").search(lowered))
    reached = _says_reached(lowered)
    concluding = words("t_conclusion").fullmatch(head) is not None
    return Topic(
        foreign="gone" in named
        or (
            bool(words("t_foreign").search(lowered))
            and not concluding
            and not reached
            and not (short and _says_work_done(lowered))
        ),
        history=is_version(title) or (bool(words("t_history").search(lowered)) and not now),
        now=now,
        compliance=bool(words("t_policies").search(lowered)),
        testing=bool(words("t_tests").search(lowered)),
        files=files,
        environment=bool(words("t_environment").search(lowered)),
        verdict=len(head.split()) <= _LONG_TITLE and bool(words("t_verdict").search(head)),
        conclusion=concluding
        or any(
            words("t_conclusion").fullmatch(part)
            for part in re.split(r"\s(?:and|&|et|y|e|und)\s|/", head)
        ),
        budget=bool(words("t_budget").search(lowered)) and not reached,
        wanted=is_wanted(lowered),
        coverage=bool(words("t_coverage").search(lowered)),
        tainted=bool(_tainted().search(lowered)),
        gone="gone" in named
        or words("t_planned").search(lowered) is not None
        or words("t_unchanged").search(lowered) is not None,
        made=made_alone and not files,
        finished=has_tick(title),
    )
