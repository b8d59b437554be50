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
_PASSWORDS = (
    rf"\bauth\s*=\s*\(\s*{_WORD}\s*,\s*{_VALUE}\s*\)",
    rf"\b{_CLIENTS}\(\s*{_WORD}\s*,\s*{_VALUE}\s*[,)]",
    rf"\bgetConnection\(\s*{_ARGUMENT},\s*{_WORD}\s*,\s*{_VALUE}",
    rf"\bnew\s+PDO\(\s*{_ARGUMENT},\s*{_WORD}\s*,\s*{_VALUE}",
    rf"\b(?:mysqli?_connect|new\s+mysqli|pymysql\.connect)\(\s*{_ARGUMENT},\s*{_WORD}\s*,\s*{_VALUE}",
)
_SIGNING = (
    rf"\bjwt\.(?:sign|verify|encode|decode)\(\s*{_ARGUMENT},\s*{_VALUE}",
    rf"\bJWT\.(?:encode|decode)\(\s*{_ARGUMENT},\s*{_VALUE}",
    rf"\bHMAC(?:256|384|512)\(\s*{_VALUE}",
    rf"\bhmac\.new\(\s*{_VALUE}",
    rf"\bcreateHmac\(\s*{_WORD}\s*,\s*{_VALUE}",
    rf"\bjwt\.Parse\w*\([^\n]{{1,200}}\n?[^\n]{{0,200}}return\s+\[\]byte\({_VALUE}",
    rf"\bSignedString\(\s*\[\]byte\({_VALUE}",
    rf"\bhmacShaKeyFor\(\s*{_VALUE}",
    rf"\bcookieParser\(\s*{_VALUE}",
)
_FORMS = (
    *((re.compile(pattern), "a password handed to a call") for pattern in _PASSWORDS),
    *((re.compile(pattern), "a key that tokens are signed with") for pattern in _SIGNING),
)
_SPEAKS = re.compile(
    r"[Aa]uth|login|Credential|onnect|PDO|[Jj][Ww][Tt]|[Hh]mac|HMAC|Signed|cookieP"
)


def arguments(text: Text) -> Iterator[Found]:
    """Find random literals in a place of a call that is for a secret."""
    if not _SPEAKS.search(text.text):
        return
    for pattern, description in _FORMS:
        for match in pattern.finditer(text.text):
            value = match["value"]
            if is_given(value) and is_random(value):
                yield text.line_of(match.start("value")), "phrase", description, value, True
