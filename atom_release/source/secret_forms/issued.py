"""Tokens that look like what they are: by the engine's rules, and a few forms that it lacks.

A JSON Web Token expires, so it warns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from atom_release.source.secret_forms import keys
from atom_release.source.secret_forms.keys import Found
from atom_release.source.secret_forms.plausible import is_sealed, is_worded
from atom_release.source.text import Text

_JWT = re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{16,}")
# A long value has four of one letter by chance; of short ones `is_worded` tells it.
_SAMPLE = re.compile(r"example|sample|xxxxxx|0000000|1234567890|abcdefghij|\.\.\.", re.IGNORECASE)
# What each form holds, whatever its letters: a text without it is not searched for the form.
_FORMS = tuple(
    (description, held, re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])"))
    for description, held, pattern in (
        ("a client secret of Google", "GOCSPX-", r"GOCSPX-[\w-]{28}"),
        ("an API key of New Relic", "NRAK-", r"NRAK-[A-Z0-9]{27}"),
        ("a token of PlanetScale", "pscale_", r"pscale_(?:tkn|pw|oauth)_[\w=.-]{32,64}"),
        ("a key of Tailscale", "tskey-", r"tskey-(?:auth|api|client|scim)-\w{8,}-\w{16,}"),
        ("an access key of Alibaba Cloud", "LTAI", r"LTAI[A-Za-z0-9]{12,20}"),
        ("an API key of Mailgun", "key-", r"key-[0-9a-f]{32}"),
        (
            "a webhook of Discord",
            "/api/webhooks/",
            r"https://(?:\w+\.)?discord(?:app)?\.com/api/webhooks/\d{17,20}/[\w-]{60,80}",
        ),
        ("a storage key of Azure", "AccountKey=", r"AccountKey=[A-Za-z0-9+/]{86}=="),
        ("a client secret of Azure", "Q~", r"[A-Za-z0-9_~.-]{3}\dQ~[A-Za-z0-9_~.-]{31,34}"),
        ("a bot's token of Telegram", ":AA", r"\d{8,10}:AA[\w-]{33}"),
        ("a webhook's signing secret", "whsec_", r"whsec_[A-Za-z0-9+/=]{24,80}"),
        ("a token of Sentry", "sntrys_eyJ", r"sntrys_eyJ[\w=/+-]{80,}"),
        (
            "a shared access signature of Azure",
            "&sig=",
            r"sv=\d{4}[\w.&%=:-]{0,300}&sig=[\w%+/=-]{40,100}",
        ),
        ("an access key of AWS", "KIA", r"AKIA[A-Z0-9]{16}"),
        ("an access key of AWS", "ASIA", r"ASIA[A-Z0-9]{16}"),
        # the engine takes one in sixty for words, by what its letters spell by chance
        ("a token of Vault", "hv", r"hv[bsr]\.(?:[\w-]{90,300}|[A-Za-z0-9]{24})"),
    )
)
# Nothing but its letters tells it; what may not stand before it is asked behind the first of them,
# so that the search goes from one of these to the next.
_DISCORD = re.compile(r"[MNO](?<![\w-].)[\w-]{23,27}\.[\w-]{6}\.[\w-]{27,40}(?![\w-])")
_FEW = 8  # distinct characters; a long value of hexadecimal digits has no more than sixteen
_BROWSER_KEY = re.compile(
    r"firebase|authDomain|maps\.google|google-services|mobilesdk", re.IGNORECASE
)


@dataclass(frozen=True)
class Hit:
    """One place that a rule of the engine matched: line (1-based), rule, its words, the value."""

    line: int
    rule: str
    description: str
    value: str = field(repr=False)


def tokens(text: Text, hits: Iterable[Hit]) -> Iterator[Found]:
    """Find tokens in the form that their issuer gave them."""
    for hit in hits:
        if hit.rule == "private-key":  # in whatever the engine decoded; judged and named as others
            for _, rule, description, value, decides in keys.in_text(Text(hit.value)):
                yield hit.line, rule, description, value, decides
        elif _is_live(hit, text):
            yield hit.line, "issued-token", hit.description, hit.value, True
    for description, pattern in _forms_in(text):
        for match in pattern.finditer(text.text):
            if not _is_sample(match[0]):
                yield text.line_of(match.start()), "issued-token", description, match[0], True
    for match in _JWT.finditer(text.text) if text.holds(".eyJ") else ():
        yield text.line_of(match.start()), "json-web-token", "a JSON Web Token", match[0], False


def _forms_in(text: Text) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Yield the forms that this text may hold."""
    yield from ((description, pattern) for description, held, pattern in _FORMS if text.holds(held))
    yield "a bot's token of Discord", _DISCORD


def in_binary(hits: Iterable[Hit]) -> Iterator[Found]:
    """Yield what the engine matched in a blob that is not text; its line is 0."""
    for hit in hits:
        if hit.rule != "private-key" and not _is_sample(hit.value):
            yield 0, "issued-token", hit.description, hit.value, True


def _is_live(hit: Hit, text: Text) -> bool:
    """Return whether a hit is no sample, no ciphertext and no key for browsers."""
    if hit.rule == "gcp-api-key" and _BROWSER_KEY.search(text.text):
        return False
    return not (_is_sample(hit.value) or is_sealed(hit.value))


def _is_sample(value: str) -> bool:
    return (
        bool(_SAMPLE.search(value))
        or len(set(value)) <= min(len(value) // 4, _FEW)
        or (
            len(value) < 40 and is_worded(value)  # noqa: PLR2004 - in a longer one such a word comes about by chance
        )
    )
