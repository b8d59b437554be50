"""Literals that code hands to what signs, encrypts or logs in, whatever they are called.

`jwt.sign(payload, "literal")` needs no name that asks for a secret: its place says what it is.
What only compares or names (algorithms, headers, issuers) stands in other places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from atom_release.probes.default_secrets.configuration import Default, is_usable
from atom_release.source.secret_forms.plausible import is_random
from atom_release.source.text import Text

_VALUE = (
    r"(?:\[\]byte\(|[bB](?=[\"'])|[@uU](?=[\"'])|&?\*?)\s*"
    r"(?P<quote>[\"'`])(?P<value>[^\"'`\n]{3,512})(?P=quote)"
)
_BYTES = r"(?:[\w.:]{0,60}(?:GetBytes|getBytes|from|fromString|new|decode)\(\s*)?"
_ARGUMENT = r"(?:[^(){}\n,]|\{[^{}]{0,400}\}|\([^()]{0,200}\)){1,400}?"
_SIGNS = re.compile(
    r"(?<![\w$])(?P<use>"
    rf"(?:jwt|JWT|jsonwebtoken|jose|Jwt|JsonWebToken)(?:\.|::)(?:sign|verify|encode|decode)\(\s*{_ARGUMENT},"
    r"|(?:new\s+)?SymmetricSecurityKey\(|Algorithm\.HMAC\d+\(|hmacShaKeyFor\(|setSigningKey\("
    r"|signWith\(\s*[\w.]+\s*,|SignedString\(|(?:En|De)codingKey::from_secret\("
    r"|(?:new\s+)?Fernet\(|(?:sessions|cookie)\.New(?:Cookie)?Store\(|cookieParser\("
    rf"|AES\.(?:en|de)crypt\(\s*{_ARGUMENT},"
    rf"|getConnection\(\s*{_ARGUMENT},\s*[\"'][^\"'\n]*[\"']\s*,"
    r"|createCipheriv\(\s*[\"'][\w-]+[\"']\s*,"
    rf")\s*{_BYTES}{_VALUE}"
)
_MACS = re.compile(
    r"(?<![\w$])(?P<use>createHmac\(\s*[\"']\w+[\"']\s*,|hmac\.new\(|hmac\.New\(\s*[\w.]+\s*,"
    rf"|hash_hmac\(\s*[\"']\w+[\"']\s*,\s*{_ARGUMENT},|HMAC\.(?:hex)?digest\(\s*{_ARGUMENT},"
    rf")\s*{_BYTES}{_VALUE}"
)
_OPTIONS = re.compile(
    r"(?<![\w$])(?P<use>secretOrKey|secretOrPrivateKey|[sS]ession\w*\(\s*\{(?:[^{}]|\{[^{}]*\}){0,400}?\bsecret)"
    rf"\s*:\s*\[?\s*{_VALUE}"
)
# Words of which a text holds one, or it is not searched for the forms above.
_SPEAKS_OF_SIGNS = (
    "jwt", "JWT", "jsonwebtoken", "jose", "Jwt", "JsonWebToken", "SecurityKey(", "Algorithm.HMAC",
    "hmacSha", "setSigningKey(", "signWith(", "SignedString(", "codingKey::", "Fernet(", "Store(",
    "cookieParser(", "AES.", "getConnection(", "createCipheriv(",
)  # fmt: skip
_SPEAKS_OF_MACS = ("createHmac(", "hmac.new(", "hmac.New(", "hash_hmac(", "HMAC.")
_SPEAKS_OF_OPTIONS = ("secretOr", "ession")
_SAYS_KEY = re.compile(r"secret|key|pass|token|salt", re.IGNORECASE)


def defaults(text: Text) -> Iterator[Default]:
    """Find the literals; a code of authentication may take a public constant, which is spared."""
    for pattern, words in ((_SIGNS, _SPEAKS_OF_SIGNS), (_OPTIONS, _SPEAKS_OF_OPTIONS)):
        for match in pattern.finditer(text.text) if text.holds(*words) else ():
            if is_usable(match["value"]):
                yield _default(text, match)
    for match in _MACS.finditer(text.text) if text.holds(*_SPEAKS_OF_MACS) else ():
        value = match["value"]
        if is_usable(value) and (is_random(value) or _SAYS_KEY.search(value)):
            yield _default(text, match)


def _default(text: Text, match: re.Match[str]) -> Default:
    name = re.split(r"[(\s]", match["use"].removeprefix("new "), maxsplit=1)[0]
    return text.line_of(match.start("value")), name, match["value"], "the literal given to"
