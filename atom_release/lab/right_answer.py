"""Whether an HTTP answer is the right one: its status, and what its body says of itself.

Many services answer 200 and put a refusal or an error into the body: GraphQL, JSON-RPC, envelopes
with a code. Such an answer is fast and shows nothing of what was asked for, and a token that it
refuses is not accepted. Who writes the manifest can name what a right answer `has`, by JSON
pointers: then that decides. Without it, a body that says it failed leaves open what the answer is
worth, and no rule may take it for a yes or for the release's fault.

Pure, over a status and the bytes of a body. What a question makes of it is the question's own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from atom_release.gate.json_pointer import resolve_pointer
from atom_release.gate.manifest import Request
from atom_release.lab.http_messages import Answered, json_of
from atom_release.lab.store_health import find_store_away

_LONGEST_ERROR = 256 * 1024
"""No error is told at such length (bytes), and reading more would take the time of others."""

_LONGEST_KEPT = 16 * 1024  # bytes of a body whose reading is remembered

_ERROR_KEYS = frozenset({"error", "errors", "exception", "fault", "errmsg", "errormessage"})
_SUCCESS_KEYS = frozenset({"success", "succeeded", "ok"})
_STATUS_KEYS = frozenset({"status", "code", "statuscode", "errcode", "errorcode", "retcode"})
_FAILED = frozenset(
    {"down", "error", "exception", "fail", "failed", "failure", "outofservice", "unhealthy"}
)
_TOLD = re.compile(
    r"^\s*(?:[\w./-]+\s*[:=]\s*)?"  # what is asked of, as in `db: down`
    r"(down|error|exception|fail(?:ed|ure|ing)?|out[ _-]of[ _-]service|unhealthy|unavailable"
    r"|not (?:ok|ready|healthy|well))\b[\s:=,.-]*(.*)$",
    re.IGNORECASE | re.MULTILINE,
)
_INPUT = re.compile(rb"<input\b", re.IGNORECASE)
_PASSWORD = re.compile(rb"\btype\s*=\s*[\"']?password\b", re.IGNORECASE)
_FIGURE = re.compile(r"(?:^|[\s:=])\d+(?:\.\d+)?\s*%?$|^\d+\b")
_ELEMENT = re.compile(r"<(status|state|health)\b[^>]*>([^<]{1,40})</", re.IGNORECASE)
_WELL_KEYS = frozenset({"healthy", "alive", "live", "ready", "up"})
_STATE_KEYS = frozenset({"state", "health"})
_LONGEST_WORDS = 4 * 1024  # of a text about health
_NO_ERROR = frozenset({"", "0", "false", "no", "none", "null", "ok", "success"})
_HTTP_ERRORS = range(400, 600)
_HTTP_ERROR_TEXTS = frozenset(map(str, _HTTP_ERRORS))  # no number of any length is computed


class Worth(StrEnum):
    """What an answer shows."""

    RIGHT = "right"
    WRONG = "wrong"
    """Another status than a right answer's, or nothing of what a right answer has."""
    REFUSED = "refused"
    """The status of a right answer, and a body that says it failed and lacks what one has."""
    DOUBTFUL = "doubtful"
    """The status of a right answer, a body that says it failed, and nothing that decides."""


@dataclass(frozen=True)
class Reading:
    """What an answer is worth, and its status with what is amiss, as a part of a sentence."""

    worth: Worth
    words: str


def read_answer(
    status: int, body: bytes, *, expect: Collection[int], has: Sequence[str] = ()
) -> Reading:
    """Return what an answer is worth to a request with this `expect` and `has`."""
    if status not in expect:
        return Reading(Worth.WRONG, str(status))
    look = _look if len(body) <= _LONGEST_KEPT else _look.__wrapped__
    lacking, error = look(body, tuple(has))
    if status in _HTTP_ERRORS:
        error = ""  # the manifest itself calls an error the right answer
    suffix = f" with an error in its body ({error})" if error else ""
    if lacking:
        worth = Worth.REFUSED if error else Worth.WRONG
        return Reading(worth, f"{status}{suffix or f' without {lacking}'}")
    if error and not has:
        return Reading(Worth.DOUBTFUL, f"{status}{suffix}")
    return Reading(Worth.RIGHT, str(status))


def read_reply(request: Request, answered: Answered) -> Reading:
    """Return what the answer to a request of the manifest is worth."""
    return read_answer(answered.status, answered.body, expect=request.expect, has=request.has)


@lru_cache(maxsize=256)
def _look(body: bytes, has: tuple[str, ...]) -> tuple[str, str]:
    """Return the first pointer that leads to nothing, and where the body says that it failed."""
    if not has and (len(body) > _LONGEST_ERROR or not body.lstrip().startswith(b"{")):
        return "", ""
    document = json_of(body)
    lacking = next((pointer for pointer in has if not _leads(document, pointer)), "")
    return lacking, find_error(document)


def _leads(document: Any, pointer: str) -> bool:  # noqa: ANN401 - any JSON
    try:
        return resolve_pointer(document, pointer) is not None
    except LookupError:
        return False


def find_error(document: Any) -> str:  # noqa: ANN401 - any JSON
    """Return the member by which a JSON object says that it failed, or nothing."""
    if not isinstance(document, dict):
        return ""
    for key, value in document.items():
        name = _plain(key)
        if name in _ERROR_KEYS and _is_error(value):
            return f"`{key}`"
        if name in _SUCCESS_KEYS and value is False:
            return f"`{key}` false"
        if name in _STATUS_KEYS and _is_failure(value):
            return f"`{key}` {value}"
    return ""


def find_unwell(body: bytes) -> str:
    """Return the words by which an answer about health says that something is unwell, or nothing.

    Beside what every body says (`find_error`): a line of text, a JSON text, a member such as
    `healthy` that is false, an element of XML that is a status. A line that ends in a figure is a
    count (`failed: 0`). A page to sign in stands before the health and says nothing of it.
    """
    if _signs_in(body[:_LONGEST_ERROR]):
        return "a page to sign in"
    if len(body) > _LONGEST_WORDS:
        return ""
    text, begins = body.decode("utf-8", "replace"), body.lstrip()[:1]
    if begins == b"<":
        element = _ELEMENT.search(text)
        failed = element is not None and _is_failure(element[2].strip())
        return f"`{element[1]}` {element[2].strip()}" if element and failed else ""
    if begins in (b"{", b"[", b'"'):
        return _unwell_member(json_of(body))
    for match in _TOLD.finditer(text):
        rest = match[2].strip()
        if _plain(rest) not in _NO_ERROR - {""} and not _FIGURE.search(rest):
            return f"`{match[0].strip()[:60]}`"
    return ""


def _signs_in(page: bytes) -> bool:
    """Return whether a page asks for a password; each tag is read once."""
    tags = ((part, _INPUT.search(part)) for part in page.split(b">"))
    return any(tag and _PASSWORD.search(part, tag.end()) for part, tag in tags)


def _unwell_member(document: Any) -> str:  # noqa: ANN401 - any JSON
    """Return the member of an object, or the text, that says it is unwell."""
    if isinstance(document, str):
        return f'`"{document}"`' if _is_failure(document) else ""
    for key, value in document.items() if isinstance(document, dict) else ():
        if _plain(key) in _WELL_KEYS and value is False:
            return f"`{key}` false"
        if _plain(key) in _STATE_KEYS and _is_failure(value):
            return f"`{key}` {value}"
    return find_store_away(document)


def _plain(text: str) -> str:
    return text.casefold().replace("_", "").replace("-", "").replace(" ", "")


def _is_error(value: Any) -> bool:  # noqa: ANN401 - any JSON
    """Return whether a member that is called an error holds one; a number may be a figure."""
    if isinstance(value, str):
        return _plain(value) not in _NO_ERROR
    if isinstance(value, dict):
        return any(
            _is_error(inner)
            or (_plain(key) in _STATUS_KEYS and _plain(str(inner)) not in _NO_ERROR)
            for key, inner in value.items()
        )
    return value is True or (isinstance(value, list) and bool(value))


def _is_failure(value: Any) -> bool:  # noqa: ANN401 - any JSON
    """Return whether a status is a word of failure, or an HTTP error's number."""
    if isinstance(value, str):
        return _plain(value) in _FAILED or value in _HTTP_ERROR_TEXTS
    return isinstance(value, int) and value in _HTTP_ERRORS
