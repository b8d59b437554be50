"""Which version of its product a report is of, where a field, a heading or the title says so.

The version of what it runs on, of a phase or of the document is none, nor is one that it came from.
"""

from __future__ import annotations

import re
from functools import cache

from atom_release.reader.facts import Document, Fact, Kind
from atom_release.reader.forms import Form, is_given
from atom_release.reader.vocabulary import words

Value = tuple[str, int]
_VERSION = re.compile(
    r"\W{0,4}(?:version\s|release\s)?v?\.?\s?(\d{1,4}(?:\.\d{1,5}){0,3}(?:[-+][\w.]{1,30}){0,3})(?![\w.]*\w)",
    re.IGNORECASE,
)
_PRODUCT = re.compile(
    r"[^\W\d_][\w. ]{1,30}\sv?(\d{1,4}(?:\.\d{1,5}){1,3})(?!-\w)\W*(?:[(（][^()（）]*[)）]\W*)?"
)
_VERSION_OF = re.compile(r"[^\W\d_]{5,8} (?:of|de|da|do|del|du|des|della|di)\b")
_RUNTIME = re.compile(
    r"python|node|godot|\bgut\b|gtest|runner|engine|unity|unreal|flutter|dart|swift|kotlin|laravel|symfony|electron|java\b|jdk|\bgo\b|rust|php|ruby|\.net|framework|docker|k8s|kubernetes|k3s|react|vue|angular|django|flask|"
    r"spring|postgres|mysql|redis|browser|chrome|\bos\b|schema|protocol|old|previous|spec|"
    r"tool|compiler|sdk|gradle|maven|npm|pytest|vitest|jest|playwright|min\w*|required"
)
_EDITION = re.compile(r"[A-Za-z]{2,12}")
_TWO = re.compile(r"→|->|=>")
_NUMBER = r"(\d{1,4}(?:\.\d{1,5}){1,3}(?:-[\w.]{1,20}|(?:a|b|rc)\d{0,2})?)(?![\w.]*\w)"
_NAMED_NUMBER = re.compile(
    r"(?<![\w.§#])(\w[\w+]{1,30})\s(\d{1,4}(?:\.\d{1,5}){2})(?![\w.]*\w|\s?[%/])"
)
"""Three numbers behind a name: "Acme 1.6.8"; two could be of a chapter."""
_PLATFORM = re.compile(
    r"^(?:android|ios|windows|macos|ubuntu|debian|linux|safari|firefox|bun|deno|nuxt|next|vite|webpack|tailwind\w*|bootstrap|"
    r"typescript|log4j|openssl|opencv|tensorflow|pytorch|cuda|gcc|clang|llvm|minecraft|wordpress|magento|odoo|rails|"
    r"express|fastapi|pydantic|numpy|pandas|airflow|kafka|nginx)$"
)
"""What a title may name because the product stands on it."""
_INSTALLED = re.compile(
    r"([A-Za-z][\w.-]{1,40}?)[ @]v?(\d{1,4}(?:\.\d{1,5}){1,3}(?:[-+][\w.]{1,30}){0,3})(?![\w.]*\w)"
)
_LETTERS = re.compile(r"[\W_]+")
_FIRST_LINES = 12


@cache
def _title_version() -> re.Pattern[str]:
    """Return what matches a version in a title: behind a "v" or the word."""
    return re.compile(
        r"(?<![\w.])v(\d{1,4}(?:\.\d{1,5}){1,3}(?:-[\w.]{1,20}|(?:a|b|rc)\d{0,2})?)(?![\w.]*\w)|"
        rf"(?:{words('n_version').pattern})\s?{_NUMBER}",
        re.IGNORECASE,
    )


@cache
def _worded() -> re.Pattern[str]:
    """Return what matches a version behind the word for one."""
    return re.compile(rf"(?:{words('n_version').pattern})\s?v?{_NUMBER}", re.IGNORECASE)


def _is_its_version(key: str) -> bool:
    """Return whether a key names the version of something: "version of the dock", "dock version"."""
    last = words("n_version_last").finditer(key)
    return (
        words("n_version").match(key) is not None and _VERSION_OF.match(key) is not None
    ) or any(match.end() == len(key) for match in last)


def version_of(text: str) -> str | None:
    """Return the version that a value is; not the one of something it was made with."""
    if _TWO.search(text):
        return None
    match = _VERSION.match(text)
    if match is None:
        named = _PRODUCT.fullmatch(text)
        return named[1] if named else None
    rest = text[match.end() :].strip()
    if re.match(r"\W{0,4}v", text, re.IGNORECASE) and _EDITION.fullmatch(rest):
        return match[1]
    written = "." in match[1] or re.match(r"\W{0,4}v", text, re.IGNORECASE)
    return match[1] if written and (not rest or rest[0] in "(（-\u2013—,|·✅") else None


def form_of_version(value: str, field: Fact) -> Form:
    """Return the form of a version that a field names: at the foot, "1.0" is the document's."""
    if field.section.header and not field.section.foot:
        return Form.VERSION_IN_HEADER
    return Form.VERSION_AT_FOOT if value.count(".") > 1 else Form.VERSION_OF_DOCUMENT


def version_of_product(fields: list[Fact]) -> Value | None:
    """Return the version of a field such as "Calculator version", but not of what it runs on.

    Where several such fields give several versions, nobody knows which of them is the product's.
    """
    own = [
        (value, fact.line)
        for fact in fields
        if _is_its_version(fact.key)
        and not (_RUNTIME.search(fact.key) or words("n_other_document").search(fact.key))
        and not any(_PLATFORM.match(word) for word in fact.key.split())
        and (value := version_of(fact.text))
        and is_given(form_of_version(value, fact))
    ]
    return own[0] if len({value for value, _ in own}) == 1 else None


def titled_version(document: Document) -> Value | None:
    """Return the one version that the title gives, by a "v", a word or the product's name before it."""
    for fact in document.lines[:3]:
        if fact.kind is not Kind.HEADING or fact.section.level != 1 or _TWO.search(fact.text):
            continue
        return _marked(fact) or _behind_a_name(fact)
    return None


def _marked(fact: Fact) -> Value | None:
    versions = _title_version().findall(fact.text) or _worded().findall(fact.text)
    return (versions[0][0] or versions[0][1], fact.line) if len(versions) == 1 else None


def _behind_a_name(fact: Fact) -> Value | None:
    named = _NAMED_NUMBER.findall(fact.text)
    if len(named) != 1 or words("changes_to").search(fact.text.lower()):
        return None
    word, number = named[0]
    named_other = any(at.search(word.lower()) for at in (_RUNTIME, _PLATFORM))
    own = not words("l_no_product").fullmatch(word.lower()) and not named_other
    return (number, fact.line) if own else None


def headed_version(document: Document) -> Value | None:
    """Return the version that a heading near the top gives by the word: "Status: version 1.2.1"."""
    for fact in document.lines[:_FIRST_LINES]:
        if fact.kind is Kind.HEADING and fact.section.own and not _TWO.search(fact.text):
            versions = _worded().findall(fact.text)
            if len(versions) == 1 and not words("changes_to").search(fact.text.lower()):
                return versions[0], fact.line
    return None


def installed_version(document: Document, fields: list[Fact]) -> Value | None:
    """Return the version behind the name that the title has too: "Environment: dock-web v2.1.0"."""
    title = _LETTERS.sub("", (document.title or "").lower())
    versions = {
        (match[2], fact.line)
        for fact in fields
        if fact.section.header
        for match in _INSTALLED.finditer(fact.text)
        if len(match[1]) > 3  # noqa: PLR2004 - a shorter name may stand in any word
        and _LETTERS.sub("", match[1].lower()) in title
        and not (
            _RUNTIME.fullmatch(match[1].lower())
            or words("l_no_product").fullmatch(match[1].lower())
        )
    }
    return versions.pop() if len(versions) == 1 else None
