"""A status in words that stand for themselves: a title, a heading's first line, a conclusion's sentence.

They speak where no field does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from atom_release.reader.announcements import stated_in_headings
from atom_release.reader.facts import Document, Fact, Kind
from atom_release.reader.sections import topic
from atom_release.reader.status_fields import (
    BARE_WORDS,
    SHALLOW,
    Rank,
    Stated,
    is_bold,
    last_lines,
    status_as_tainted,
)
from atom_release.reader.vocabulary import concepts, name_of, words
from atom_release.reader.words import bare, has_tick, status_of, unsigned

_FIRST_LINES = 15
_WIDE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7a3]")
_SIGNED = re.compile(r"[^\w\s*]{1,3}\s*\*\*")
_SENTENCE_END = re.compile(r"(?<=\w)[.!?](?:\s|$)|[。！？]")
_SENTENCE = 12
_TWO_CLAUSES = 24
_LONG_SENTENCE = 40
_TITLE_PARTS = re.compile(r"\s[-\u2013\u2014|]\s|[:：]\s?|[-\u2013\u2014]{2}")


@cache
def _title_end() -> re.Pattern[str]:
    """Return what matches a title that ends in a unit of the work and that it is done."""
    done, every = words("numbered_done").pattern, words("all_alone").pattern
    return re.compile(
        rf".{{0,120}}(?:(?:{words('n_numbered_title').pattern}|{words('n_calendar').pattern})\s[\w.]{{1,8}}|"
        rf"(?:{words('n_title_subject').pattern})|(?:{every})\s\w+)\s({done})\W*",
        re.IGNORECASE,
    )


@cache
def _all_done() -> re.Pattern[str]:
    """Return what matches, in lower case, that all units of the work are done, and no more."""
    return re.compile(
        rf"(?:{words('all_alone').pattern})\s(?:{words('n_all_units').pattern})(?:\s(?:have\s)?(?:{words('copula').pattern}))?"
        rf"(?:\s(?:{words('l_successfully').pattern}))?\s({words('n_all_done').pattern})"
        rf"(?:\s(?:{words('l_successfully').pattern}))?\W*"
    )


@cache
def _numbered() -> re.Pattern[str]:
    """Return what matches a numbered unit of the work: "phase 2"."""
    return re.compile(rf"(?:{words('n_numbered_title').pattern})\s[\d.]{{1,6}}\b")


def stated_in_words(document: Document) -> Iterator[Stated]:
    """Yield what titles, headings and sentences say of the whole report's status."""
    yield from _below_its_heading(document)
    yield from _title(document)
    yield from stated_in_headings(document)
    yield from _conclusion(document)
    yield from _concluding_words(document)


def _below_its_heading(document: Document) -> Iterator[Stated]:
    """Read a heading "Status" by the first line below it.

    If that line is a status and nothing else.
    """
    heading: Fact | None = None
    for fact in document.lines:
        if heading is not None and fact.kind is not Kind.HEADING:
            text = fact.text if _speaks(fact) else _of_the_unit(fact, document.title or "")
            if text is not None:
                yield Stated(text, fact.line, status_as_tainted(fact, text), Rank.HEADING)
        heading = fact if fact.kind is Kind.HEADING and _is_status_heading(fact) else None


def _is_status_heading(fact: Fact) -> bool:
    return (
        fact.section.own
        and fact.section.level <= SHALLOW
        and "status" in concepts(name_of(fact.text))
    )


def _is_bare(text: str) -> bool:
    short = len(text.split()) <= BARE_WORDS
    return ":" not in text and short and status_of(text) is not None and bare(text)


def _speaks(fact: Fact) -> bool:
    """Return whether a line below a heading "Status" is a status, with words of its own behind it."""
    first = _TITLE_PARTS.split(fact.text)[0]
    return _is_bare(fact.text) or (_is_bare(first) and len(fact.text.split()) <= _TWO_CLAUSES)


def _of_the_unit(fact: Fact, title: str) -> str | None:
    """Return the status of a bold line that names the whole work: "Phase 2 Clean-up: COMPLETE"."""
    name, sign, text = fact.text.replace("：", ":").rpartition(":")
    lowered = name.lower()
    if not sign or fact.item or not is_bold(unsigned(fact.raw)) or not _is_bare(text):
        return None
    unit = _numbered().search(lowered)
    if unit is None and words("t_subject").search(lowered) is None:
        return None  # of a part
    named = [unit[0]] if unit else lowered.split()
    return text.strip() if all(word in title.lower() for word in named) else None


def _title(document: Document) -> Iterator[Stated]:
    """Read a title that ends in a status: "Phase 11: Documentation - COMPLETE"."""
    heading = next((fact for fact in document.lines if fact.kind is Kind.HEADING), None)
    if heading is None:
        return
    title = heading.text
    last = _TITLE_PARTS.split(title)[-1].strip()
    ended = _title_end().fullmatch(title)
    text = last if last != title.strip() and _is_bare(last) else ended[1] if ended else None
    if text is None and has_tick(title) and not words("t_work_open").search(title.lower()):
        text = _last_word_done(title.lower())
    ending = _done_at_the_end(title) if text is None else None
    text = ending if ending and status_of(ending) is not None else text
    if text is not None:
        yield Stated(text, heading.line, status_as_tainted(heading, text), Rank.TITLE)


def _last_word_done(lowered: str) -> str | None:
    """Return the word that calls something finished, where a title in lower case ends in it."""
    text = lowered.rstrip(" .!\uff01\u3002*_✅🎉🚀")
    words_done = (match for match in words("t_finished").finditer(text) if match.start())
    return next((match[0] for match in words_done if match.end() == len(text)), None)


def _done_at_the_end(title: str) -> str | None:
    """Return the words by which a title ends that call its subject completed."""
    lowered = title.lower().rstrip(" .!\uff01\u3002*_✅🎉🚀")
    return next(
        (
            match[0]
            for match in words("t_done_last").finditer(lowered)
            if match.end() == len(lowered)
        ),
        None,
    )


def _conclusion(document: Document) -> Iterator[Stated]:
    """Read the first line of a conclusion, where it is short and of the whole.

    Of a heading in it, or of a line in bold, that is a status and hardly more.
    """
    for fact in document.lines:
        section = fact.section
        if fact.kind is Kind.ITEM or not section.own or "：" in fact.raw[:30]:
            continue
        concluded = section.topic.conclusion or (
            section.parent is not None and section.parent.topic.conclusion
        )
        concluded = concluded or _stands_out_early(fact)
        if concluded and fact.kind is not Kind.HEADING and _emphatic(fact) and ":" not in fact.text:
            status = status_as_tainted(fact, fact.text)
            if status is not None:
                yield Stated(fact.text, fact.line, status, Rank.SENTENCE)
                return


def _concluding_words(document: Document) -> Iterator[Stated]:
    """Read a conclusion's first sentence, or the last lines, that call the whole work done.

    Its subject is the project, the migration or the like, and the verb says that it is done whole:
    "The migration was completed successfully".
    """
    tail = last_lines(document)
    title = (document.title or "").lower()
    seen: set[int] = set()
    for fact in document.lines:
        section = fact.section
        if fact.kind is Kind.HEADING or not section.own:
            continue
        first = section.line not in seen
        seen.add(section.line)
        concluded = (first and section.topic.conclusion) or fact.line in tail
        summed_up = first and section.topic.verdict and section.level <= SHALLOW
        of_all = concluded or (summed_up and _of_title(fact.text.lower(), title))
        if of_all and _says_done(fact.text):
            status = status_as_tainted(fact, "completed")
            yield Stated(fact.text, fact.line, status, Rank.SENTENCE)
            return
    for fact in document.lines:
        if fact.line in tail and fact.kind is Kind.LINE and (ending := _ends_done(fact)):
            status = status_as_tainted(fact, ending)
            yield Stated(fact.text, fact.line, status, Rank.SENTENCE)
            return
    for fact in document.lines:
        if fact.line in tail and fact.kind is Kind.LINE and _is_ready_alone(fact):
            status = status_as_tainted(fact, "production ready")
            yield Stated(fact.text, fact.line, status, Rank.SENTENCE)
            return


def _is_ready_alone(fact: Fact) -> bool:
    """Return whether a line says that all is ready for production, and nothing else."""
    text = unsigned(fact.text).lower().strip(" .!\uff01\u3002*_✨🎉🚀🎊")
    return fact.section.own and words("t_ready").fullmatch(text) is not None


def _ends_done(fact: Fact) -> str | None:
    """Return the words by which a bold line with a tick calls all of the work completed."""
    if (
        not (is_bold(fact.raw.strip("✅🎉🎊✓ ")) and has_tick(fact.raw))
        or fact.section.inherited.history
    ):
        return None
    text = unsigned(fact.text)
    ended = _title_end().fullmatch(text) or _all_done().fullmatch(text.lower())
    return ended[1] if ended and status_of(fact.text) is not None else None


def _of_title(sentence: str, title: str) -> bool:
    """Return whether a numbered unit of which a sentence speaks, if any, is the title's: "Phase 3"."""
    unit = _numbered().search(sentence)
    return unit is None or unit[0] in title


def _says_done(text: str) -> bool:
    """Return whether a sentence says of its subject, the whole work, that it is done."""
    sentence = _SENTENCE_END.split(text.lower())[0]
    if len(sentence.split()) > _LONG_SENTENCE or words("conditioned").search(sentence):
        return False
    done = words("t_done").search(sentence)
    subject = words("t_subject").search(sentence[: done.start()]) if done else None
    if done is None or subject is None:
        return False
    between = sentence[subject.end() : done.start()]
    back = words("t_takes_back").search(text.lower())
    near = len(between.split()) <= BARE_WORDS and len(_WIDE.findall(between)) <= BARE_WORDS
    return back is None and near and "," not in between


def _begins_with_status(text: str) -> bool:
    """Return whether a text's first word is one of a status, its sign apart."""
    bare_text = unsigned(text).lower()
    return any(
        (match := words(concept).search(bare_text)) is not None and match.start() == 0
        for concept in ("pass", "fail", "partial", "blocked")
    )


def _stands_out_early(fact: Fact) -> bool:
    """Return whether a line near the top is a status in bold and nothing else."""
    above = fact.section.inherited
    subject = above.testing or above.files or above.compliance or above.environment
    early = fact.line <= _FIRST_LINES and fact.section.level <= SHALLOW and not subject
    return early and is_bold(fact.raw) and _is_bare(fact.text)


def _emphatic(fact: Fact) -> bool:
    """Return whether a whole line is bold, or begins with a sign, and is no long sentence."""
    raw = fact.raw.strip()
    bold = raw.strip("✅🎉🌟❌⚠️ ").startswith("**") and raw.rstrip(" .!！。").endswith("**")
    bold = bold or (_SIGNED.match(raw) is not None and _begins_with_status(fact.text))
    lowered = fact.text.lower()
    if len(lowered.split()) > _SENTENCE or words("conditioned").search(lowered):
        return False
    if words("t_only_after").search(lowered):
        return False  # what it waits for is not told to be done
    return bold and not topic(fact.text).foreign
