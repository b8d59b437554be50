"""The branch and the date of a report that no field names: told in a line, in the title, or alone."""

from __future__ import annotations

import re

from atom_release.reader.dates import iso
from atom_release.reader.facts import Document, Kind
from atom_release.reader.vocabulary import words

Value = tuple[str, int]
_TOLD_BRANCH = re.compile(
    r"(?:\bbranch|zweig|\brama|\bramo|\bbranche|分支|ブランチ|브랜치|\bветк[аеу])\W{0,8}`([^`\s]{2,120})`",
    re.IGNORECASE,
)
_OTHER_BRANCH = re.compile(
    r"\b(?:into|from|base|target|delete\w*|merge\w*|upstream|default|old|protected|against)\b"
)
_TELLING_BRANCH = re.compile(r"(?=.*[/\-_\d])[\w./\-#]{2,120}")
_TRUNKS = frozenset({"main", "master", "develop", "dev", "trunk"})
_TITLE_DATE = re.compile(
    r"(?:[(（\[]|\s[-\u2013\u2014|·]\s|\s)(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{4}年\d{1,2}月\d{1,2}日)(?:\s\d{1,2}:\d{2}(?::\d{2})?)?\W*$"
)
_DATE_WORDS = re.compile(
    r"\b(?:de|del|of|the|at|um|uhr|à|utc|gmt|cet|cest|jst|[ap]m|est|pst|st|nd|rd|th|"
    r"mon\w*|tue\w*|wed\w*|thu\w*|fri\w*|sat\w*|sun\w*)\b|(?<=\d)(?:st|nd|rd|th|er|t)\b|[^\W\d_]{3,12}(?=\.?\s+\d)|(?<=\d)\.?\s+(?:de\s+)?[^\W\d_]{3,12}|[年月日号]",
    re.IGNORECASE,
)
_LONGEST_DATE = 40
_TOLD_ON = re.compile(
    r"\b(?:generated|created|updated|completed|finished|validated|verified|tested|checked|measured|executed|performed|"
    r"conducted|prepared|published|recorded|audited|reviewed|run)\s(?:on|at)\s|\bas of\s|(?P<other>"
    r"\b(?:erstellt|abgeschlossen|geprüft|getestet|durchgeführt|aktualisiert|fertiggestellt)\sam\s|\bstand(?:\svom|:)?\s|"
    r"\b(?:generado|completado|validado|verificado|probado|actualizado|finalizado|realizado)s?\s(?:el|a)\s|"
    r"\b(?:gerado|concluído|validado|verificado|testado|atualizado|finalizado|realizado)s?\s(?:em|a)\s|"
    r"\b(?:généré|terminé|validé|vérifié|testé|réalisé|établi|mis à jour)e?s?\sle\s|\ben date du\s|"
    r"\b(?:generato|completato|verificato|testato)\sil\s|生成|作成)",
    re.IGNORECASE,
)
"""What a line says of the report or of its work before the day on which it was so."""
_SUBJECT = re.compile(
    r"\W*(?:(?:this|the|a|dieser|der|este|esta|el|la|o|ce|cet|le)\s)?(?:[\w-]+\s)?(?:report|document|summary|work|validation|tests?|suite|"
    r"bericht|dokument|informe|documento|relatório|rapport)?\s?(?:was|were|is|wurde|fue|foi|a été|last)?\W*",
    re.IGNORECASE,
)
_DAY_SPAN = 34
_AS_OF = re.compile(
    r"\b(?:as of|stand(?: vom)?|à la date du|a fecha de)\b|時点|現在|截至", re.IGNORECASE
)
_TITLE_PARTS = re.compile(r"\s[-\u2013\u2014|·]\s|[(（\[:：)）\]]")
_DATE_KEY = re.compile(
    r"\bdate\b|datum|fecha|\bdata\b|дата|日期|时间|時間|日時|日付|日$|날짜|일자|일$|tarih|tanggal|ngày"
)
_SPAN_KEY = re.compile(
    r"\b(?:from|since|until|through|start\w*|begin\w*|began|range|period|window|cut-?off|expir\w*|valid|"
    r"von|ab|seit|bis|beginn|zeitraum|desde|hasta|inicio|in[ií]cio|até|per[ií]odo|depuis|jusqu\w*|d[ée]but|"
    r"с|до|начало|период)\b|从|自|至|截止|开始|期间|期間|から|まで|開始|부터|까지|시작|기간",
    re.IGNORECASE,
)
"""Of what the day is the beginning or the end: of data, of a validity, of the work."""
_DATED_LINES = 12
_NEAR = 8
_YEAR = re.compile(r"\d{4}")
_TAIL = 8


def told_branch(document: Document) -> Value | None:
    """Return the one branch that lines name in code marks behind the word, and nothing is cut from."""
    named: dict[str, int] = {}
    for fact in document.lines:
        if not fact.section.own or "`" not in fact.raw:
            continue
        for match in _TOLD_BRANCH.finditer(fact.raw):
            if not _OTHER_BRANCH.search(fact.raw[: match.start()].lower()[-24:]):
                named.setdefault(match[1], fact.line)
    names = [name for name in named if name not in _TRUNKS and _TELLING_BRANCH.fullmatch(name)]
    return (names[0], named[names[0]]) if len(named) == len(names) == 1 else None


def told_date(document: Document) -> Value | None:
    """Return the day of "Generated on 2026-07-18 by ..." in the first or last lines.

    Little stands before it, and the day directly behind it: the line speaks of the report's work.
    """
    for fact in (*document.lines[:_NEAR], *document.lines[-_TAIL:]):
        match = _TOLD_ON.search(fact.text[:120]) if _YEAR.search(fact.text) else None
        before = fact.text[: match.start()] if match else ""
        if match is None or not (len(before.split()) <= 2 or _SUBJECT.fullmatch(before)):  # noqa: PLR2004 - "Report"
            continue
        if words("to_come").search(before.lower()):
            continue
        value = iso(fact.text[match.end() :][:_DAY_SPAN], english=match["other"] is None)
        if value and _begins_with_day(fact.text[match.end() :]):
            return value, fact.line
    return None


def _begins_with_day(text: str) -> bool:
    """Return whether a text begins with a day and not with what happened then."""
    digit = re.search(r"\d", text)
    return digit is not None and len(text[: digit.start()].split()) <= 2  # noqa: PLR2004 - "Monday, March"


def lone_date(document: Document) -> Value | None:
    """Return the date that one field of the header, or the line below its heading, only consists of.

    Its name need not be one of dates; a day that is still to come is none.
    """
    dated: dict[str, int] = {}
    heading = False
    for fact in document.lines[:_DATED_LINES]:
        as_of = fact.kind is Kind.HEADING and _AS_OF.search(fact.text)
        if as_of and (value := _whole_date(_AS_OF.sub(" ", fact.text))):
            dated.setdefault(value, fact.line)
        if heading and fact.kind is not Kind.HEADING and (value := _whole_date(fact.text)):
            dated.setdefault(value, fact.line)
        heading = fact.kind is Kind.HEADING and not words("to_come").search(fact.text.lower())
    tail = {fact.line for fact in document.lines[-_TAIL:]}
    for fact in document.fields:
        section = fact.section
        value = _whole_date(fact.text)
        if value is None:
            continue
        near = (section.header and not section.foot) or (
            fact.line in tail and _DATE_KEY.search(fact.key) is not None
        )
        if near and not (words("to_come").search(fact.key) or _SPAN_KEY.search(fact.key)):
            dated.setdefault(value, fact.line)
    return next(iter(dated.items())) if len(dated) == 1 else None


def _whole_date(text: str) -> str | None:
    """Return the date that a text is, with nothing beside it but a time of day."""
    value = iso(text) if len(text) <= _LONGEST_DATE and _YEAR.search(text) else None
    if value is None:
        return None
    return value if not re.search(r"[^\W\d_]{2,}", _DATE_WORDS.sub(" ", text)) else None


def titled_date(document: Document) -> Value | None:
    """Return the date at the end of the report's title, or in a bracket of it."""
    for fact in document.lines[:3]:
        if fact.kind is Kind.HEADING and fact.section.level == 1:
            match = _TITLE_DATE.search(fact.text)
            parts = [part.strip() for part in _TITLE_PARTS.split(fact.text)[1:]]
            dates = {value for part in parts if part and (value := _whole_date(part))}
            value = iso(match[1]) if match else dates.pop() if len(dates) == 1 else None
            return (value, fact.line) if value else None
    return None
