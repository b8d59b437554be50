"""The status that a report gives itself: one decision over ranked facts.

Only where it is asserted of the report as a whole: a field of the header, a heading of its own, a
field of a section such as "Conclusion" or of the foot, then the title, then the first line of the
conclusion that is a status and nothing else. "Implementation Status", a component's status or a
status cell in some table is not the report's. A status that is stated and not understood is
UNREAD, and nothing below its rank speaks in its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum

from atom_release.gate.claims.record import Claim, ClaimKind, ReportStatus
from atom_release.reader.document_kinds import is_decision_record, is_plan, only_agrees
from atom_release.reader.facts import Document, Fact, Kind
from atom_release.reader.sections import topic
from atom_release.reader.vocabulary import concepts, name_of, words
from atom_release.reader.words import LONGEST, bare, status_of, unsigned

_LAST_LINES = 5
_FIRST_LINES = 15
_SHORT_KEY = 8
_SIGNED = re.compile(r"[^\w\s*]{1,3}\s*\*\*")
_BOLD = re.compile(r"\W*\*\*.*\*\*\W*")
_SENTENCE_END = re.compile(r"(?<=\w)[.!?](?:\s|$)|[。！？]")
_SHALLOW = 2
_BARE_WORDS = 8
_SENTENCE = 12
_TWO_CLAUSES = 24
_LONG_SENTENCE = 40
_UNIT = re.compile(
    r"^(?:phase|task|sprint|step|milestone|stage|fase|etapa|schritt|étape|阶段|フェーズ)\s[\w.]{1,8}\s"
)
_TITLE_PARTS = re.compile(r"\s[-\u2013\u2014|]\s|[:：]\s?|[-\u2013\u2014]{2}")
_TITLE_END = re.compile(
    r".{0,120}\b(?:build|implementation|phase [\w.]{1,6}|sprint \d{1,3}|task [\w.]{1,8}|migration|"
    r"integration|project|setup|refactor(?:ing)?|work|week \d{1,2}|deployment|upgrade|optimi[sz]ation|"
    r"fix(?:es)?|feature|cleanup|development|milestone [\w.]{1,6}|step \d{1,2}|all \w+)"
    r"\s(complete|completed|done|finished)\W*",
    re.IGNORECASE,
)


class Rank(IntEnum):
    """How directly a fact speaks of the whole report; lower speaks first."""

    HEADER = 0
    HEADING = 1
    CONCLUSION = 2
    FOOT = 3
    TITLE = 4
    SENTENCE = 5


_REASONS = {
    Rank.HEADER: "a field of the header",
    Rank.HEADING: "a heading of its own",
    Rank.CONCLUSION: "a field of the conclusion",
    Rank.FOOT: "a field at the foot",
    Rank.TITLE: "the title",
    Rank.SENTENCE: "the conclusion's first line",
}


@dataclass(frozen=True)
class Stated:
    """A status as one place states it; None where it is not understood."""

    raw: str
    line: int
    status: ReportStatus | None
    rank: Rank


@dataclass(frozen=True)
class StatusRead:
    """The status, its words, each line that states it, the reason, and what disagrees."""

    status: ReportStatus
    raw: str | None
    claims: tuple[Claim, ...]
    findings: tuple[str, ...]
    reason: str = ""
    line: int = 0


def read_status(document: Document, task_id: str | None, path: str = "") -> StatusRead:
    """Read the report's own status; MISSING where it gives none, UNREAD where it is not clear."""
    if is_decision_record(document, path):
        return StatusRead(
            ReportStatus.MISSING, None, (), (), "a decision record's status is the decision's"
        )
    statements = sorted(
        _of_the_work(document, task_id), key=lambda stated: (stated.rank, stated.line)
    )
    fields = [stated for stated in statements if stated.rank < Rank.TITLE]
    speaking = fields or statements[:1]
    if not speaking:
        return StatusRead(ReportStatus.MISSING, None, (), ())
    lead = speaking[0]
    understood = [stated for stated in speaking if stated.status is not None]
    if all(stated.rank > lead.rank for stated in understood):
        return StatusRead(
            ReportStatus.UNREAD,
            lead.raw,
            (),
            (),
            f"{_REASONS[lead.rank]}, line {lead.line}",
            lead.line,
        )
    lead = understood[0]
    claims = tuple(
        document.claim(ClaimKind.STATUS, stated.status.value, stated.line)
        for stated in sorted(understood, key=lambda stated: stated.line)
        if stated.status is not None
    )
    return StatusRead(
        lead.status or ReportStatus.UNREAD,
        lead.raw,
        claims,
        tuple(_disagreements(lead, understood)),
        f"{_REASONS[lead.rank]}, line {lead.line}",
        lead.line,
    )


_OPPOSED = frozenset({ReportStatus.FAIL, ReportStatus.BLOCKED})


def _disagreements(lead: Stated, understood: list[Stated]) -> Iterator[str]:
    """Yield where the report calls itself passed in one place and failed in another."""
    for stated in understood:
        pair = {lead.status, stated.status}
        if ReportStatus.PASS in pair and pair & _OPPOSED:
            yield (
                f"the status is {lead.raw!r} on line {lead.line} and {stated.raw!r} on line"
                f" {stated.line}"
            )


def _of_the_work(document: Document, task_id: str | None) -> Iterator[Stated]:
    """Yield the statements; that a plan was agreed upon is a status nobody needs to understand."""
    plan = is_plan(document)
    for stated in _statements(document, task_id):
        agreed = plan and stated.status is ReportStatus.PASS and only_agrees(stated.raw)
        yield replace(stated, status=None) if agreed else stated


def _statements(document: Document, task_id: str | None) -> Iterator[Stated]:
    tail = _tail(document)
    for fact in document.fields:
        rank = _rank(fact, task_id, tail)
        if rank is not None and len(fact.text) <= LONGEST:
            yield Stated(fact.text, fact.line, _status(fact, fact.text), rank)
    yield from _below_its_heading(document)
    yield from _title(document)
    yield from _conclusion(document)
    yield from _concluding_words(document, tail)


def _status(fact: Fact, text: str) -> ReportStatus | None:
    """Return the status of a text, as the titles above it taint it."""
    status = status_of(text)
    tainted = fact.section.inherited.tainted
    return ReportStatus.SIMULATED if status is ReportStatus.PASS and tainted else status


def _tail(document: Document) -> set[int]:
    return {fact.line for fact in document.lines[-_LAST_LINES:]}


def _named(key: str) -> bool:
    """Return whether a key names a status, also that of "Phase 6"."""
    return "status" in concepts(key) or "status" in concepts(_UNIT.sub("", key))


def _rank(fact: Fact, task_id: str | None, tail: set[int]) -> Rank | None:
    section = fact.section
    strong = fact.key not in _WEAK
    if not section.own:
        last = fact.line in tail and not fact.item and not section.inherited.history
        return Rank.FOOT if last and (strong or _is_bold(fact.raw)) and _named(fact.key) else None
    if "progress" in concepts(fact.key):
        partly = status_of(fact.text) is ReportStatus.PARTIAL
        return Rank.HEADER if partly and section.header and not section.foot else None
    if not _named(fact.key):
        if _ends_in_status(fact):
            return Rank.HEADER
        return Rank.CONCLUSION if _is_of_task(fact, task_id) else None
    if fact.heading:
        return Rank.HEADING if _is_shallow(fact) and _heading_speaks(fact) else None
    clear = strong or status_of(fact.text) is not None
    return _place(fact, tail, strong=strong) if clear else None


def _ends_in_status(fact: Fact) -> bool:
    """Return whether a key of the header ends in the word, as those of some scripts do."""
    section = fact.section
    return (
        section.header
        and not section.foot
        and len(fact.key) <= _SHORT_KEY
        and fact.key.endswith(("状态", "狀態", "ステータス"))
        and status_of(fact.text) is not None
    )


def _is_shallow(fact: Fact) -> bool:
    """Return whether a heading may speak of the whole: one level deeper only if it says so."""
    level = fact.section.level
    return level <= _SHALLOW or (
        level == _SHALLOW + 1 and words("whole").search(fact.key) is not None
    )


def _is_bold(raw: str) -> bool:
    """Return whether a whole line is bold."""
    return _BOLD.fullmatch(raw.strip()) is not None


def _place(fact: Fact, tail: set[int], *, strong: bool) -> Rank | None:
    section = fact.section
    if section.header and not section.foot:
        return Rank.HEADER
    apart = _elsewhere(fact) and not words("whole").search(fact.key)
    if (section.topic.conclusion or section.topic.verdict) and not apart:
        return Rank.CONCLUSION
    at_the_end = fact.line in tail and not fact.item
    return Rank.FOOT if (section.foot or at_the_end) and strong else None


_WEAK = frozenset(
    {
        "conclusion", "decision", "overall", "result", "results", "ergebnis", "resultado", "resultat",
        "résultat", "结果", "结论", "测试结果", "验证结果", "結果", "テスト結果", "結論", "判定", "情况",
        "状况", "fazit", "conclusión", "conclusão", "readiness", "decisión", "decisão", "décision",
        "检验结果", "hasil", "kesimpulan", "slutsats", "avis", "bilan", "检查结果", "verdict", "结果总览",
        "现状", "検証結果", "testergebnis", "estado", "état", "etat", "completion", "outcome", "发布决定",
    }
)  # fmt: skip


def _heading_speaks(fact: Fact) -> bool:
    return status_of(fact.text) is not None or len(fact.text.split()) <= _BARE_WORDS


def _elsewhere(fact: Fact) -> bool:
    above = fact.section.inherited
    return above.testing or above.compliance or above.environment or above.files


def _is_of_task(fact: Fact, task_id: str | None) -> bool:
    """Return whether the key is this task by name, as in "Phase C.2 Performance Profiler: COMPLETE"."""
    return (
        task_id is not None
        and fact.section.topic.verdict
        and re.match(
            rf"(?:phase |task )?{re.escape(task_id.lower())}\b(?! (?:tests?|and|to|through)\b)",
            fact.key,
        )
        is not None
        and status_of(fact.text) is not None
    )


def _below_its_heading(document: Document) -> Iterator[Stated]:
    """Read a heading "Status" by the first line below it.

    If that line is a status and nothing else.
    """
    heading: Fact | None = None
    for fact in document.lines:
        if heading is not None and fact.kind is not Kind.HEADING and _speaks(fact):
            yield Stated(fact.text, fact.line, _status(fact, fact.text), Rank.HEADING)
        heading = fact if _is_status_heading(fact) else None


def _is_status_heading(fact: Fact) -> bool:
    return (
        fact.kind is Kind.HEADING
        and fact.section.own
        and fact.section.level <= _SHALLOW
        and "status" in concepts(name_of(fact.text))
    )


def _is_bare(text: str) -> bool:
    short = len(text.split()) <= _BARE_WORDS
    return ":" not in text and short and status_of(text) is not None and bare(text)


def _speaks(fact: Fact) -> bool:
    """Return whether a line below a heading "Status" is a status, with words of its own behind it."""
    first = _TITLE_PARTS.split(fact.text)[0]
    return _is_bare(fact.text) or (_is_bare(first) and len(fact.text.split()) <= _TWO_CLAUSES)


def _title(document: Document) -> Iterator[Stated]:
    """Read a title that ends in a status: "Phase 11: Documentation - COMPLETE"."""
    heading = next((fact for fact in document.lines if fact.kind is Kind.HEADING), None)
    if heading is None:
        return
    title = heading.text
    last = _TITLE_PARTS.split(title)[-1].strip()
    ended = _TITLE_END.fullmatch(title)
    text = last if last != title.strip() and _is_bare(last) else ended[1] if ended else None
    text = text or _done_at_the_end(title)
    if text is not None:
        yield Stated(text, heading.line, _status(heading, text), Rank.TITLE)


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
            status = _status(fact, fact.text)
            if status is not None:
                yield Stated(fact.text, fact.line, status, Rank.SENTENCE)
                return


def _concluding_words(document: Document, tail: set[int]) -> Iterator[Stated]:
    """Read a conclusion's first sentence, or the last lines, that call the whole work done.

    Its subject is the project, the migration or the like, and the verb says that it is done whole:
    "The migration was completed successfully".
    """
    seen: set[int] = set()
    for fact in document.lines:
        section = fact.section
        if fact.kind is Kind.HEADING or not section.own:
            continue
        concluded = section.topic.conclusion and section.line not in seen
        if concluded:
            seen.add(section.line)
        if (concluded or fact.line in tail) and _says_done(fact.text):
            status = _status(fact, "completed")
            yield Stated(fact.text, fact.line, status, Rank.SENTENCE)
            return


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
    return back is None and len(between.split()) <= _BARE_WORDS and "," not in between


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
    early = fact.line <= _FIRST_LINES and fact.section.level <= _SHALLOW and not subject
    return early and _is_bold(fact.raw) and _is_bare(fact.text)


def _emphatic(fact: Fact) -> bool:
    """Return whether a whole line is bold, or begins with a sign, and is no long sentence."""
    raw = fact.raw.strip()
    bold = raw.strip("✅🎉🌟❌⚠️ ").startswith("**") and raw.rstrip(" .!！。").endswith("**")
    bold = bold or (_SIGNED.match(raw) is not None and _begins_with_status(fact.text))
    if len(fact.text.split()) > _SENTENCE or words("conditioned").search(fact.text.lower()):
        return False
    return bold and not topic(fact.text).foreign
