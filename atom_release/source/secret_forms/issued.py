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
_FORMS = tuple(
    (description, re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])"))
    for description, pattern in (
        ("a client secret of Google", r"GOCSPX-[\w-]{28}"),
        ("an API key of New Relic", r"NRAK-[A-Z0-9]{27}"),
        ("a token of PlanetScale", r"pscale_(?:tkn|pw|oauth)_[\w=.-]{32,64}"),
        ("a key of Tailscale", r"tskey-(?:auth|api|client|scim)-\w{8,}-\w{16,}"),
        ("an access key of Alibaba Cloud", r"LTAI[A-Za-z0-9]{12,20}"),
        ("an API key of Mailgun", r"key-[0-9a-f]{32}"),
        ("a bot's token of Discord", r"[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,40}"),
        (
            "a webhook of Discord",
            r"https://(?:\w+\.)?discord(?:app)?\.com/api/webhooks/\d{17,20}/[\w-]{60,80}",
        ),
        ("a storage key of Azure", r"AccountKey=[A-Za-z0-9+/]{86}=="),
        ("a client secret of Azure", r"[A-Za-z0-9_~.-]{3}\dQ~[A-Za-z0-9_~.-]{31,34}"),
        ("a bot's token of Telegram", r"\d{8,10}:AA[\w-]{33}"),
        ("a webhook's signing secret", r"whsec_[A-Za-z0-9+/=]{24,80}"),
        ("a token of Sentry", r"sntrys_eyJ[\w=/+-]{80,}"),
        ("a shared access signature of Azure", r"sv=\d{4}[\w.&%=:-]{0,300}&sig=[\w%+/=-]{40,100}"),
        ("an access key of AWS", r"(?:AKIA|ASIA)[A-Z0-9]{16}"),
        # the engine takes one in sixty for words, by what its letters spell by chance
        ("a token of Vault", r"hv[bsr]\.(?:[\w-]{90,300}|[A-Za-z0-9]{24})"),
    )
)
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
    for description, pattern in _FORMS:
        for match in pattern.finditer(text.text):
            if not _is_sample(match[0]):
                yield text.line_of(match.start()), "issued-token", description, match[0], True
    for match in _JWT.finditer(text.text):
        yield text.line_of(match.start()), "json-web-token", "a JSON Web Token", match[0], False


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
