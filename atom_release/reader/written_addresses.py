"""The URLs of this machine that a text writes down, as somebody would send a request there.

A base that something is added to is not asked for by itself: `BASE` and `$BASE/health` are one URL.
Placeholders, ids of rows and lines that speak of what is absent, past or to come are left out.
Nothing is known here of services, nor of what answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_URL = re.compile(
    r"\bhttp://(?P<host>[A-Za-z][\w.-]*|[\d.]+|\[::1?\]):(?P<port>\d{2,5})"
    r"(?P<path>/[^\s\"'`|\\,;]*)?(?=(?P<after>[\"'`]?\s*.?))"
)
_NAME = r"(?:[A-Za-z_]\w*\.)*(?P<name>[A-Za-z_]\w*)"
_ASSIGNED = re.compile(
    rf"{_NAME}[\"'\]]*(?:\s*:\s*\w+)?\s*(?::?=|:|=>)\s*"
    r"(?:(?:os\.(?:environ\.get|getenv)|process\.env|getenv|env)[\w.]*\(?\s*[\"']?\w*[\"']?\s*"
    r"(?:,|\|\||\?\?)?\s*)?[fr]?[\"'`]?(?:\$\{\w+:-)?[\"'`]?$"
)
_USED = re.compile(
    rf"(?:\$[{{(]?|\{{){_NAME}[}})]?(?P<path>/[^\s\"'`|\\,;]*)(?=(?P<after>[\"'`]?\s*.?))"
    rf"|\b(?:[A-Za-z_]\w*\.)*(?P<plus>[A-Za-z_]\w*)\s*\+\s*[\"'](?P<added>/[^\s\"'`]*)"
    r"(?=(?P<rest>[\"']\s*.?))"
)
_NAMES_BASE = r"[\w.\[\]$\"']*(?:url|base|host|endpoint|addr|server|root|svc|service)[\w\[\]$\"']*"
_APPENDS = re.compile(
    rf"\{{{_NAMES_BASE}\}}[/{{$]|\${_NAMES_BASE}[/{{$]|{_NAMES_BASE}\s*\+\s*f?[\"'`\w]|\burljoin\(",
    re.IGNORECASE,
)
_BASE = re.compile(r"(?<![a-z])(?:base|root|prefix|origin|upstream)(?![a-z])", re.IGNORECASE)
_OF_OTHERS = re.compile(r"redirect|callback|referer|\bcors|allowed?_", re.IGNORECASE)
"""Words of a URL that a service gives to somebody else, and does not serve."""
_IN_CONTAINER = re.compile(r"\bCMD\b|\bHEALTHCHECK\b|^\s*test:\s*\[")
_ABSENT = (
    r"404|410|not[ _-]?found|non-?exist\w*|missing|unknown|invalid|wrong|bogus|fake|does(?: not|n't)"
    r" exist|no longer|deprecated|removed|legacy|not yet|todo"
)
_SAYS_ABSENT = re.compile(rf"\b(?:{_ABSENT})\b", re.IGNORECASE)
_SAYS_OTHERWISE = re.compile(
    rf"\b(?:{_ABSENT}|absent|formerly|old|was|were|moved|renamed|planned|future|tbd|will|later"
    r"|disabled|unavailable|n/a|example|e\.g|such as|instead of|rather than)\b",
    re.IGNORECASE,
)
_STANDS_IN = re.compile(
    r"\bhttp\.server\b|HTTPServer\(|socketserver|\.listen\(|\bwiremock\b|\bport-forward\b"
    r"|docker run\b[^\n]*-p|\bssh\b[^\n]*-L|\bnc -l",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"[{}<>$:*%()\[\]^@]|\.\.\.|…|\bYOUR_|\b[A-Z][A-Z0-9_]*\b")
_OF_ROW = re.compile(
    r"\d+|[0-9a-f]{8,}|[0-9a-f-]{32,}|\w*\d{2,}\w*|(?:my|your|some|the|a|an)[-_]\w+|\w*id",
    re.IGNORECASE,
)
_PREFIX = re.compile(r"(?:/(?:api|rest|v\d+(?:\.\d+)?))+")
_GOES_ON = re.compile(r"[\"'`]?\s*[+%$]|[\"'`]\s*[.]|[\"'`][\w{(]")
_TRAILING = ".,;:!?)]}>*_"
_NEIGHBOURS = 3
_LONGEST_LINE = 2_000


@dataclass(frozen=True)
class WrittenURL:
    """A URL with a path, and where it is written; the host is as it stands there."""

    host: str
    port: int
    path: str
    line: int
    text: str


@dataclass(frozen=True)
class _Base:
    host: str
    port: int
    path: str


def read_addresses(text: str, *, code: bool) -> Iterator[WrittenURL]:
    """Yield the URLs of a text that somebody would ask, in the order of its lines.

    Args:
        text: a script, a document or a report.
        code: whether it is a script, in which a URL may be a base that a path is added to. One that
            serves something itself says nothing of other servers.
    """
    if code and _STANDS_IN.search(text):
        return
    lines = text.splitlines()
    bases = _bases(lines) if code else {}
    names = _Names(text, bases, appends=_APPENDS.search(_without_urls(text)) is not None)
    for number, line in enumerate(lines, 1):
        is_plain = len(line) <= _LONGEST_LINE and not _OF_OTHERS.search(line)
        if is_plain and not _is_said_otherwise(lines, number - 1, code=code):
            for base, path in _in_script(line, names) if code else _in_document(line):
                yield WrittenURL(base.host, base.port, path, number, line.strip())


@dataclass(frozen=True)
class _Names:
    """What the names of a script stand for, and whether it adds paths to what names hold."""

    text: str
    bases: Mapping[str, _Base]
    appends: bool

    def is_base(self, before: str) -> bool:
        """Return whether the URL after these words is a base, or a value that only others use."""
        assigned = _ASSIGNED.search(before)
        if assigned is None:
            return False
        name = assigned["name"]
        is_key = before[assigned.end("name") :][:1] in {'"', "'", "]"}
        whole = rf"(?<![\w.]){re.escape(name)}\b[}})]?[\"']?(?!\s*[+/{{$%=:\w])"
        is_used = is_key or re.search(whole, self.text) is not None
        return self.appends or _BASE.search(name) is not None or not is_used


def _in_document(line: str) -> Iterator[tuple[_Base, str]]:
    """Yield host and port with the path of each URL of a document's line."""
    if _BASE.search(_without_urls(line)) or _IN_CONTAINER.search(line):
        return
    for match in _URL.finditer(line):
        if path := _path_of(match["path"] or "", ""):
            yield _base_of(match), path


def _in_script(line: str, names: _Names) -> Iterator[tuple[_Base, str]]:
    """Yield host and port with the whole path of what a script's line asks."""
    for match in _URL.finditer(line):
        path = _path_of(match["path"] or "", match["after"])
        if path and not names.is_base(line[: match.start()]):
            yield _base_of(match), path
    for match in _USED.finditer(line):
        base = names.bases.get(match["name"] or match["plus"])
        tail = match["path"] or match["added"]
        path = _path_of(tail, match["after"] or match["rest"] or "")
        if base is not None and path:
            yield base, base.path + path


def _bases(lines: list[str]) -> dict[str, _Base]:
    """Return the URLs that names stand for; a name that stands for two of them for none."""
    named: dict[str, set[_Base]] = {}
    for line in lines:
        for match in _URL.finditer(line):
            assigned = _ASSIGNED.search(line[: match.start()])
            if assigned:
                named.setdefault(assigned["name"], set()).add(_base_of(match))
    return {name: next(iter(urls)) for name, urls in named.items() if len(urls) == 1}


def _base_of(match: re.Match[str]) -> _Base:
    path = (match["path"] or "").rstrip(f"/{_TRAILING}")
    return _Base(match["host"].lower(), int(match["port"]), path)


def _path_of(written: str, after: str) -> str:
    """Return a path that can be asked as it stands, or nothing."""
    path = _balanced(written).partition("#")[0]
    is_whole = path.strip("/") and not _PLACEHOLDER.search(path) and not _GOES_ON.match(after)
    if not is_whole or path.endswith(("=", "&", "?", "-")):
        return ""
    segments = path.partition("?")[0].strip("/").split("/")
    if _PREFIX.fullmatch(path.rstrip("/")) or any(map(_is_of_row, segments)):
        return ""
    return path


def _is_of_row(segment: str) -> bool:
    return _OF_ROW.fullmatch(segment) is not None and not re.fullmatch(r"v\d+", segment)


def _balanced(path: str) -> str:
    """Return a path without what closes the sentence or the bracket that it stands in."""
    while path and path[-1] in _TRAILING:
        opening = {")": "(", "]": "[", "}": "{", ">": "<"}.get(path[-1], "")
        if opening and opening in path:
            break
        path = path[:-1]
    return path


def _is_said_otherwise(lines: list[str], index: int, *, code: bool) -> bool:
    """Return whether a line, or what follows it, says that nothing answers there."""
    near = _without_urls(" ".join(lines[index : index + _NEIGHBOURS]))
    own = "" if code else _without_urls(lines[index])
    return bool(_SAYS_ABSENT.search(near) or _SAYS_OTHERWISE.search(own))


def _without_urls(text: str) -> str:
    return _URL.sub(" ", text)
