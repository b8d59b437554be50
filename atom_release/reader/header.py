"""Whose report this is, of when, and on which branch."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePosixPath

from atom_release.gate.claims.record import Claim, ClaimKind
from atom_release.reader.document import Document, Field

_TASK = re.compile(r"(?<![\w.])([A-Z]{1,3}\.\d{1,3}(?:\.\d{1,3})*)(?![\w]|\.\d)")
_TASK_KEY = re.compile(r"(?:task|task id|id|ticket|work item|service id)")
_NAMED = re.compile(r"[A-Za-z0-9]{1,20}(?:\.[A-Za-z0-9]{1,20}){0,4}")
_FILE_TASK = re.compile(r"0?([A-Z]\.\d{1,3}(?:\.\d{1,3})?)[_\- ]")
_SERVICE_KEY = re.compile(r"(?:service|service name|component|module)")
_BRANCH_KEY = re.compile(r"(?:git |feature |release |source |working )?branch(?: name)?")
_DATE_KEY = re.compile(
    r"(?:report |completion |execution |creation )?date|generated(?: at| on)?|created(?: at|"
    r" on)?|completed(?: at| on)?|timestamp|(?:last )?updated(?: at| on)?"
)
_BRANCH = re.compile(r"(?!/|-)[^\s~^:?*\[\\,;()]{1,200}(?<![/.,])")
_ISO = re.compile(
    r"(\d{4})[-/.](\d{2})[-/.](\d{2})(?:[T"
    r" ](\d{2}:\d{2}(?::\d{2})?(?:\.\d{1,9})?)\s?(Z|UTC|[+-]\d{2}:?\d{2})?)?(?!\d)"
)
_MONTHS = {
    name: index
    for index, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)  # noqa: SIM905 - reads better
}
_WORDED = re.compile(
    r"(?:(\d{1,2})(?:st|nd|rd|th)?\.? ([a-z]{3,9})\.?,? (\d{4})|([a-z]{3,9})\.?"
    r" (\d{1,2})(?:st|nd|rd|th)?,? (\d{4}))",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class HeaderRead:
    """What the head of the report says."""

    task_id: str | None
    service: str | None
    branch: str | None
    date: str | None
    claims: tuple[Claim, ...]
    findings: tuple[str, ...]


def task_id(document: Document, path: str) -> tuple[str | None, tuple[str, ...]]:
    """Give the task the report names.

    In its own field, else in its title, else in its file's name; and what disagrees.
    """
    named = _field_task(document)
    titled = next(iter(_TASK.findall(document.title or "")), None)
    findings = (
        (f"the report is of task {named[0]} on line {named[1]} and of {titled} in its title",)
        if named and titled and named[0] != titled
        else ()
    )
    filed = _FILE_TASK.match(PurePosixPath(path).name)
    return (named[0] if named else titled or (filed[1] if filed else None)), findings


def _field_task(document: Document) -> tuple[str, int] | None:
    for field in document.fields:
        if not (field.line.section.header and _TASK_KEY.fullmatch(field.key)):
            continue
        match = _TASK.search(field.value)
        if match:
            return match[1], field.line.number
        if field.key.endswith("id") and _NAMED.fullmatch(field.value):
            return field.value, field.line.number
    return None


def read(document: Document) -> HeaderRead:
    """Read service, branch and date from the fields of the header."""
    fields = [
        field
        for field in document.fields
        if field.line.section.header
        or (field.line.section.own and field.line.section.topic.verdict)
    ]
    branch = next(
        (
            (field, match[0])
            for field in fields
            if _BRANCH_KEY.fullmatch(field.key) and (match := _branch(field.value))
        ),
        None,
    )
    dated = _date(fields)
    service = next(
        (
            field.value
            for field in fields
            if field.line.section.header
            and _SERVICE_KEY.fullmatch(field.key)
            and len(field.value) <= 100  # noqa: PLR2004 - a name
        ),
        None,
    )
    claims = []
    if branch:
        claims.append(document.claim(ClaimKind.BRANCH, branch[1], branch[0].line.number))
    if dated:
        claims.append(document.claim(ClaimKind.DATE, dated[1], dated[0].line.number))
    return HeaderRead(
        None, service, branch[1] if branch else None, dated[1] if dated else None, tuple(claims), ()
    )


def _branch(value: str) -> re.Match[str] | None:
    match = _BRANCH.match(value)
    rest = value[match.end() :].strip() if match else ""
    return (
        match
        if match
        and (not rest or rest[0] in "(,;-\u2013—@→")
        and match[0].lower() not in {"n/a", "none", "tbd"}
        else None
    )


def _date(fields: list[Field]) -> tuple[Field, str] | None:
    dated = [
        (field, said)
        for field in fields
        if _DATE_KEY.fullmatch(field.key) and (said := iso(field.value))
    ]
    explicit = [one for one in dated if "date" in one[0].key.split()]
    return next(iter(explicit or dated), None)


def iso(value: str) -> str | None:
    """Give a date or moment in ISO 8601, or None where it is none or could be read two ways."""
    match = _ISO.match(value.strip())
    if match:
        day = _day(int(match[1]), int(match[2]), int(match[3]))
        if day is None or not match[4]:
            return day
        moment = f"{day}T{match[4]}{'Z' if match[5] in {'Z', 'UTC'} else match[5] or ''}"
        return moment if is_moment(moment) else day
    worded = _WORDED.match(value.strip())
    if worded:
        number, name, year = (
            (worded[1], worded[2], worded[3]) if worded[1] else (worded[5], worded[4], worded[6])
        )
        return _day(int(year), _MONTHS.get(name[:3].lower(), 0), int(number))
    return None


def is_moment(text: str) -> bool:
    """Say whether this is an ISO 8601 moment that exists."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _day(year: int, month: int, number: int) -> str | None:
    try:
        return date(year, month, number).isoformat()
    except ValueError:
        return None
