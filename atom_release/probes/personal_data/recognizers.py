"""Recognizers of numbers that belong to a person.

Those with a check digit can decide; which surroundings they need is stated with each.

Published test numbers (card networks', payment providers', registries' examples) are nobody's and
are not found.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from atom_release.probes.personal_data.mail import MANY
from atom_release.probes.personal_data.nearby_words import NearbyWords
from atom_release.probes.personal_data.published import CARDS, IBANS, IDS

_END = r"(?:\.0{1,2}(?!\d))?(?![\w/=]|[.-]\d)"  # a table of numbers writes 4111...1111.0
_CARD = re.compile(
    r"(?<![\w.+/-])(?:"
    r"\d{4}(?P<a>[ .\u200b_-]|[ ]{2})\d{4}(?P=a)\d{4}(?P=a)\d{4}(?:(?P=a)\d{1,3})?"
    r"|3\d{3}(?P<b>[ .\u200b_-]|[ ]{2})\d{6}(?P=b)\d{5}"
    rf"|[2-6]\d{{12,18}}){_END}"
)
_SPACES = {
    ord(letter): " "
    for letter in "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
}
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d"), "-")
_WIDE = {letter + 0xFEE0: chr(letter) for letter in range(ord("0"), ord("z") + 1)}
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"), "\u200b")
# letter by letter, so that places stay the same
_PLAIN = {**_WIDE, **_SPACES, **_DASHES, **_INVISIBLE}
_CARD_CONTEXT = re.compile(
    r"(?<!dis)(?<!wild)(?<!score)card(?!inal)|\bpan\b|credit|debit|visa|master|amex|maestro|payment(?![_ -]?(?:id|ref|reference|intent|uuid|key|batch|run))|\bcc[_n]|kreditkarte|tarjeta",
    re.IGNORECASE,
)
_IBAN = re.compile(
    r"(?<![A-Za-z0-9])(?:IBAN)?[A-Za-z]{2}\d{2}(?:[A-Za-z0-9]{11,30}"
    r"|(?P<a>[ .\u200b_-]|[ ]{2})[A-Za-z0-9]{4}(?:(?P=a)[A-Za-z0-9]{4}){1,6}(?:(?P=a)[A-Za-z0-9]{1,4})?)(?![A-Za-z0-9])"
)
_PHONE = re.compile(
    r"(?<![\w.+/-])(?:\+[1-9]\d{0,2}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{2,4}(?:["
    r" .-]?\d{2,4}){2,3}|\(\d{3}\) ?\d{3}-\d{4})(?![\w=]|[.-]\d)"
)
_BRANDS = (
    (re.compile(r"4"), {16}),
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), {16}),
    (re.compile(r"3[47]"), {15}),
    (re.compile(r"6011|65|64[4-9]|62"), {16}),
    (re.compile(r"35(2[89]|[3-8])"), {16}),
    (re.compile(r"30[0-5]|36|38"), {14}),
)


@dataclass(frozen=True)
class Match:
    """A number that has the form of someone's, and whether it decides.

    The value never leaves the probe.
    """

    start: int
    kind: str
    description: str
    value: str
    decides: bool


@dataclass(frozen=True)
class _NationalId:
    kind: str
    pattern: re.Pattern[str]
    module: str
    context: re.Pattern[str]
    checked: bool = True


def _id(kind: str, pattern: str, module: str, context: str, *, checked: bool = True) -> _NationalId:
    return _NationalId(
        kind,
        re.compile(rf"(?<![\w.+/-])(?:{pattern})(?![\w/=]|[.-]\d)"),
        module,
        re.compile(context, re.IGNORECASE),
        checked,
    )


_IDS = (
    _id("de-tax-id", r"[1-9]\d ?\d{3} ?\d{3} ?\d{3}", "de.idnr", r"steuer|idnr|tax.?id|\btin\b"),
    _id("es-dni", r"\d{8}-?[A-Z]", "es.dni", r"\bdni\b|\bnif\b|documento"),
    _id("es-nie", r"[XYZ]-?\d{7}-?[A-Z]", "es.nie", r"\bnie\b|\bnif\b|extranjero"),
    _id("nl-bsn", r"\d{9}|\d{4}\.\d{2}\.\d{3}", "nl.bsn", r"\bbsn\b|burgerservice|sofi"),
    _id(
        "fr-nir",
        r"[12] ?\d{2} ?\d{2} ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}",
        "fr.nir",
        r"\bnir\b|insee|s[ée]cu|social",
    ),
    _id(
        "it-codice-fiscale",
        r"[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]",
        "it.codicefiscale",
        r"",
    ),
    _id("pl-pesel", r"\d{11}", "pl.pesel", r"pesel"),
    _id(
        "be-national-number",
        r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}|\d{11}",
        "be.nn",
        r"rijksregister|registre national|national.?number|\bnrn\b|\binsz\b|\bniss\b",
    ),
    _id("gb-nhs", r"\d{3}[ -]?\d{3}[ -]?\d{4}", "gb.nhs", r"\bnhs\b"),
    _id("br-cpf", r"\d{3}\.\d{3}\.\d{3}-\d{2}|\d{11}", "br.cpf", r"\bcpf\b"),
    _id(
        "se-personnummer",
        r"(?:\d{2})?\d{6}[-+]?\d{4}",
        "se.personnummer",
        r"personnummer|personal.?(id|identity)",
    ),
    _id("fi-hetu", r"\d{6}[-+A]\d{3}[0-9A-Y]", "fi.hetu", r"hetu|henkil|personal.?(id|identity)"),
    _id(
        "ch-ahv", r"756\.?\d{4}\.?\d{4}\.?\d{2}", "ch.ssn", r"\bahv|\bavs\b|social|sozial|versicher"
    ),
    _id("us-ssn", r"\d{3}-\d{2}-\d{4}", "us.ssn", r"\bssn\b|social.?security", checked=False),
)
UNCHECKED = frozenset(form.kind for form in _IDS if not form.checked)
"""Ids without a check digit: one alone may be any number of its form."""
_ANY_ID = re.compile("|".join(form.pattern.pattern for form in _IDS))
# Where one may begin: a set of letters first is what makes the search fast.
_ID_BEGINS = re.compile(
    r"[\dA-Z](?<![\w.+/-].)(?=(?<=\d) ?\d[\d .-]{0,2}\d|(?<=[XYZ])-?\d{7}|[A-Z]{5}\d{2})"
)


def find(place: NearbyWords) -> Iterator[Match]:
    """Find every number of a known form with a right check digit, and phone numbers."""
    text = place.text.translate(_PLAIN)
    if not any(map(str.isdigit, text)):
        return
    yield from _cards(place, text)
    yield from _ibans(text)
    # the form is cheaper to look for than the words around it
    holds = any(_ANY_ID.match(text, begin.start()) for begin in _ID_BEGINS.finditer(text))
    for form in _IDS if holds else ():
        if form.pattern.search(text) and (
            form.context.search(text) or form.context.search(place.heading)
        ):
            yield from _national(place, form, text)
    for match in _PHONE.finditer(text):
        if not _is_fictitious_phone(match[0]):
            yield Match(match.start(), "phone", "a phone number", _digits(match[0]), decides=False)


def are_many_ids(matches: Iterable[Match]) -> bool:
    """Return whether ids without a check digit are so many that they come from a register."""
    return len({match.value for match in matches if match.kind in UNCHECKED}) >= MANY


def _cards(place: NearbyWords, text: str) -> Iterator[Match]:
    """Find cards.

    Digits without groups, or parted by dots, underscores or two blanks, need surroundings that speak of one, for every
    thirtieth number of an id has a card's form. Where most numbers of as many digits in the same
    column have it not, they are ids, whatever the column is called.
    """
    matches = [*_CARD.finditer(text)]
    numbers = [_without_fraction(match[0]) for match in matches]
    columns = [place.column(match.start()) for match in matches]
    usual = _card_columns(columns, numbers)
    for match, number, column in zip(matches, numbers, columns, strict=True):
        if _is_card(number) and number not in CARDS:
            grouped = any(sign in match[0] for sign in " -\u200b") and "  " not in match[0]
            speaks = _CARD_CONTEXT.search(place.around(*match.span())) is not None
            decides = usual[column] and (grouped or speaks)
            yield Match(match.start(), "card", "a card number", number, decides)


def _card_columns(columns: list[str], numbers: list[str]) -> dict[str, bool]:
    """Return of each column whether at least half of its numbers of such a length are cards."""
    counts: dict[str, list[int]] = {}
    for column, number in zip(columns, numbers, strict=True):
        cards, all_ = counts.setdefault(column, [0, 0])
        counts[column] = [cards + _is_card(number), all_ + 1]
    return {column: 2 * cards >= all_ for column, (cards, all_) in counts.items()}


def _is_card(number: str) -> bool:
    return (
        len(set(number)) > 3  # noqa: PLR2004 - as repetitive as test numbers are
        and _has_brand(number)
        and _is_valid("luhn", number)
    )


def _without_fraction(text: str) -> str:
    """Return the digits, without the `.0` that a table of numbers adds."""
    return _digits(re.sub(r"(?<=\d{5})\.0{1,2}$|(?<=[ .-]\d{4})\.0{1,2}$", "", text))


def _ibans(text: str) -> Iterator[Match]:
    for match in _IBAN.finditer(text):
        number = re.sub(r"[^A-Za-z0-9]", "", match[0]).upper().removeprefix("IBAN")
        if number not in IBANS and _is_valid("iban", number):
            yield Match(match.start(), "iban", "an IBAN", number, decides=True)


def _national(place: NearbyWords, form: _NationalId, text: str) -> Iterator[Match]:
    """Find national ids where the surroundings speak of one.

    Elsewhere every tenth number of so many digits has its form.
    """
    for match in form.pattern.finditer(text):
        number = re.sub(r"[ .-]", "", match[0])
        made_up = number in IDS or len(set(number)) <= 2  # noqa: PLR2004 - 111111111 is nobody's
        if (
            not made_up
            and _is_valid(form.module, match[0])
            and form.context.search(place.around(*match.span()))
        ):
            yield Match(
                match.start(), form.kind, f"a national id ({form.kind})", number, form.checked
            )


def _has_brand(number: str) -> bool:
    return any(prefix.match(number) and len(number) in lengths for prefix, lengths in _BRANDS)


def _is_fictitious_phone(number: str) -> bool:
    digits = _digits(number)
    return "55501" in digits or "5550" in digits or len(set(digits)) <= 3 or "123456" in digits  # noqa: PLR2004 - as repetitive as made-up numbers are


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


@cache
def _validator(module: str) -> Callable[[str], bool]:
    from importlib import import_module

    validator: Callable[[str], bool] = import_module(f"stdnum.{module}").is_valid
    return validator


def _is_valid(module: str, number: str) -> bool:
    return _validator(module)(number)


def made_up_card() -> str:
    """Make a well-formed card number that is not published anywhere.

    It is nobody's that we know, and never leaves the process.
    """
    from stdnum import luhn

    body = "4" + "".join(str(secrets.randbelow(10)) for _ in range(14))
    return body + str(luhn.calc_check_digit(body)) if len(set(body)) > 4 else made_up_card()  # noqa: PLR2004 - else taken for a test number


def made_up_iban() -> str:
    """Make a well-formed IBAN of a bank code that no bank has."""
    body = "".join(str(secrets.randbelow(10)) for _ in range(18))
    return f"DE{98 - int(body + '131400') % 97:02d}{body}"
