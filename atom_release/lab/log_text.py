"""What the subject's code wrote, as it may be kept: the end of it, without what looks secret.

Values that the gate gave itself are taken out where they are known; here are taken out those that
the subject may have had from elsewhere and printed. It is a net with holes, and no reason to print
secrets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from xml.sax.saxutils import escape

from atom_release.gate.printable import printable

_LONGEST = 65_536
_KEY = re.compile(
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----"
    r".*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\Z)",
    re.DOTALL,
)
_NAMED = re.compile(
    r"(?i)((?:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|authorization"
    r"|credential)\w*[\"']?\s*[:=]\s*(?:bearer\s+|basic\s+)?)([\"']?)[^\s\"',;&)]{4,}\2"
)
_IN_ADDRESS = re.compile(r"(://[^/\s:@]*:)[^/\s@]+(@)")
_WEB_TOKEN = re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*")
_MARK = "[redacted]"


def without_values(output: bytes, values: Iterable[str]) -> bytes:
    """Return what was written without these values, as they are and as XML and JSON write them."""
    for value in sorted(filter(None, values), key=len, reverse=True):
        in_attribute, in_json = escape(value, {'"': "&quot;"}), json.dumps(value)[1:-1]
        forms = {value, in_attribute, escape(value), in_json}
        for form in sorted(forms, key=len, reverse=True):
            output = output.replace(form.encode(), _MARK.encode())
    return output


def kept_log(text: str) -> str:
    """Return the last 64 KiB of a log without private keys, passwords and tokens.

    What would act on a terminal that shows the file is written out.
    """
    for pattern, mark in (
        (_KEY, _MARK),
        (_NAMED, rf"\1{_MARK}"),
        (_IN_ADDRESS, rf"\1{_MARK}\2"),
        (_WEB_TOKEN, _MARK),
    ):
        text = pattern.sub(mark, text)
    text = printable(text)
    if len(text) <= _LONGEST:
        return text
    return f"[{len(text) - _LONGEST} characters before this are left out]\n{text[-_LONGEST:]}"
