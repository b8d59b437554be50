"""Secrets handed to a call by their place: no name says what they are, the function does.

Users and passwords of clients, and keys that tokens are signed with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from atom_release.source.secret_forms.keys import Found
from atom_release.source.secret_forms.own_files import is_given
from atom_release.source.secret_forms.plausible import is_random
from atom_release.source.text import Text

_WORD = r"[bruf@]?[\"'][^\"'\n]{0,200}[\"']"
_VALUE = r"[bru@]?(?P<quote>[\"'`])(?P<value>[^\"'`\s\\]{8,300})(?P=quote)"
_ARGUMENT = r"[^,()\n]{1,300}"
_CLIENTS = (
    r"(?:\w*BasicAuth|HTTPDigestAuth|basic_auth|basicAuth\w*|\w*Credentials?"
    r"|PasswordAuthentication|login)"
)
# Each form with words of which a text holds one, or it is not searched for the form.
_PASSWORDS = (
    (("auth",), rf"\bauth\s*=\s*\(\s*{_WORD}\s*,\s*{_VALUE}\s*\)"),
    (
        ("uth(", "asicAuth", "basic_auth", "redential", "PasswordAuthentication", "login("),
        rf"\b{_CLIENTS}\(\s*{_WORD}\s*,\s*{_VALUE}\s*[,)]",
    ),
    (("getConnection(",), rf"\bgetConnection\(\s*{_ARGUMENT},\s*{_WORD}\s*,\s*{_VALUE}"),
    (("PDO(",), rf"\bnew\s+PDO\(\s*{_ARGUMENT},\s*{_WORD}\s*,\s*{_VALUE}"),
    (
        ("mysql",),
        rf"\b(?:mysqli?_connect|new\s+mysqli|pymysql\.connect)\(\s*{_ARGUMENT},\s*{_WORD}\s*,\s*{_VALUE}",
    ),
)
_SIGNING = (
    (("jwt.",), rf"\bjwt\.(?:sign|verify|encode|decode)\(\s*{_ARGUMENT},\s*{_VALUE}"),
    (("JWT.",), rf"\bJWT\.(?:encode|decode)\(\s*{_ARGUMENT},\s*{_VALUE}"),
    (("HMAC",), rf"\bHMAC(?:256|384|512)\(\s*{_VALUE}"),
    (("hmac.new(",), rf"\bhmac\.new\(\s*{_VALUE}"),
    (("createHmac(",), rf"\bcreateHmac\(\s*{_WORD}\s*,\s*{_VALUE}"),
    (
        ("jwt.Parse",),
        rf"\bjwt\.Parse\w*\([^\n]{{1,200}}\n?[^\n]{{0,200}}return\s+\[\]byte\({_VALUE}",
    ),
    (("SignedString(",), rf"\bSignedString\(\s*\[\]byte\({_VALUE}"),
    (("hmacShaKeyFor(",), rf"\bhmacShaKeyFor\(\s*{_VALUE}"),
    (("cookieParser(",), rf"\bcookieParser\(\s*{_VALUE}"),
)
_FORMS = tuple(
    (held, re.compile(pattern), description)
    for forms, description in (
        (_PASSWORDS, "a password handed to a call"),
        (_SIGNING, "a key that tokens are signed with"),
    )
    for held, pattern in forms
)


def arguments(text: Text) -> Iterator[Found]:
    """Find random literals in a place of a call that is for a secret."""
    for held, pattern, description in _FORMS:
        for match in pattern.finditer(text.text) if text.holds(*held) else ():
            value = match["value"]
            if is_given(value) and is_random(value):
                yield text.line_of(match.start("value")), "phrase", description, value, True
