"""Passwords in the phrases of other languages: SQL, headers, connection strings, commands, XML."""

from __future__ import annotations

import re
from collections.abc import Iterator

from atom_release.source.secret_forms.asking_names import asks_for_secret
from atom_release.source.secret_forms.keys import Found
from atom_release.source.secret_forms.own_files import decoded, is_given
from atom_release.source.secret_forms.plausible import is_random, names_itself
from atom_release.source.text import Text

_LONGEST = 20_000
_SQL = re.compile(
    r"\b(?:PASSWORD|IDENTIFIED(?:\s+WITH\s+\S+)?\s+(?:BY|AS)(?:\s+PASSWORD)?)\s*=?\s*N?(['\"])(?P<value>[^'\"\n]{4,200})\1",
    re.IGNORECASE,
)
_SPEAKS_SQL = re.compile(
    r"\b(?:create|alter|set|grant)\s+(?:role|user|login|password|database\s+link|server)\b"
    r"|\buser\s+mapping\b|\bidentified\s+",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"authorization\\?[\"'`]?\]?\s*(?:(?:[:,=]|=>)\s*)?\\?[\"'`]?(?P<scheme>Bearer|Token|Basic|ApiKey)\s+(?P<value>[\w.~+/=-]{12,500})",
    re.IGNORECASE,
)
_KEYED = re.compile(  # a set of letters first is what makes the search fast
    r"[pPaAsS](?<![\w-].)(?i:(?<=p)(?:assword|wd|ass)|(?<=a)ccountkey|(?<=s)hared(?:accesskey|secret))"
    r"\s*=\s*(?P<value>[^\s;\"'`&<>,)]{6,200})"
)
_THIN = re.compile(r"jdbc:oracle:\w+:[\w$#]+/(?P<value>[^\s@\"'/$<{]{4,100})@")
_FIELD = re.compile(
    r"[\"'](?P<name>[A-Za-z][\w-]{2,40})\s*:\s*(?P<value>[\w.~+/=-]{12,500})\\?[\"']"
)
_RECORD = re.compile(
    r"\\?\"name\\?\"\s*:\s*\\?\"authorization\\?\"\s*,\s*\\?\"value\\?\"\s*:\s*\\?\""
    r"(?:Bearer|Token)\s+(?P<value>[\w.~+/=-]{12,500})",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(r"\bAC[0-9a-f]{32}[\"']?\s*,\s*[\"'](?P<value>[0-9a-f]{32})[\"']")
_SERVER = re.compile(
    r"(?<![\w-])(?:user(?:\s?(?:id|name))?|uid|server|data source|host|dbnam"
    r"e|database|initial catalog|accountname|endpoint)\s*=|jdbc:",
    re.IGNORECASE,
)
_COMMANDS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?:mysql|mysqldump|mysqladmin|mariadb)\b[^|;\n]*?\s-p(?P<value>[^\s'\"$]{6,100})",
        r"\bsshpass\s+-p\s*['\"]?(?P<value>[^\s'\"$]{4,100})",
        (
            r"\b(?:docker|podman|helm|oras|skopeo|crane)\b[^|;\n]*?\blogin\b[^|;"
            r"\n]*?\s(?:-p|--password)[ =]['\"]?(?P<value>[^\s'\"$]{6,200})"
        ),
        (
            r"\b(?:curl|wget|https?)\b[^|;\n]*?\s(?:-u|--user|--proxy-user"
            r")[ =]?['\"]?[^\s:'\"]+:(?P<value>[^\s'\"$]{6,200})"
        ),
        r"\b(?:sqlcmd|bcp|isql)\b[^|;\n]*?\s-P\s*['\"]?(?P<value>[^\s'\"$]{6,100})",
        (
            r"\b(?:mongo|mongosh|mongodump|mongorestore|mongoexport)\b[^|;\n]*?\s-p[ =]?['\"]?"
            r"(?P<value>[^\s'\"$]{6,100})"
        ),
        r"\baz\b[^|;\n]*?\blogin\b[^|;\n]*?\s-p[ =]['\"]?(?P<value>[^\s'\"$]{6,200})",
        (
            r"\becho\s+(?:-n\s+)?['\"]?(?P<value>[^\s'\"$|]{6,300})['\"]?\s*"
            r"\|[^|\n]*(?:--password-stdin|--with-token)"
        ),
        r"\becho\s+(?:-n\s+)?['\"]?(?P<value>[^\s'\"$|]{6,200})['\"]?\s*\|\s*sudo\s[^|\n]*-\w*S",
        (
            r"\b(?P<name>\w{3,60})=[\"'`]?\$?\(?\s*echo\s+(?:-n\s+)?['\"]?"
            r"(?P<value>[A-Za-z0-9+/]{12,400}={0,2})['\"]?\s*\|\s*base64\s+-"
        ),
        (
            r"\b(?:sqlplus|sqlldr|expdp|impdp)\b[^|;\n]*?\s['\"]?[\w$#]+"
            r"/(?P<value>[^\s@'\"/$<{&]{6,100})@"
        ),
        (
            r"[?&](?P<name>[A-Za-z]+(?:[_-][A-Za-z]+)+|apikey|secret|password)"
            r"=(?P<value>[^\s&'\"`#<>{}$%()+]{12,300})"
        ),
        r"\bopenssl\s+enc\b[^|;\n]*\s-[kK]\s+['\"]?(?P<value>[^\s'\"$]{8,200})",
        r"-pass(?:in|out)?\s+['\"]?pass:(?P<value>[^\s'\"$]{4,200})",
        (
            r"\s--(?:from-literal|set|set-string)[ =]['\"]?(?:[\w-]+\.)*(?P<name>[\w-]{3,60})"
            r"=['\"]?(?P<value>[^\s'\"$,{]{6,300})"
        ),
        (
            r"\bhtpasswd\b(?:\s+-\w*b\w*)(?:\s+-\w+)*\s+\S+\s+\S+\s+['\"]?"
            r"(?P<value>[^\s'\"$]{6,100})"
        ),
        r"\becho\s+['\"]?\w+:(?P<value>[^\s'\"$|]{6,200})['\"]?\s*\|\s*(?:sudo\s+)?chpasswd",
        r"\bnet\s+use\b[^\n]*?/user:\S+\s+(?P<value>[^\s%*/]{6,100})",
        r"\bldap\w+\b[^|;\n]*?\s-w\s*['\"]?(?P<value>[^\s'\"$]{6,100})",
        r"\bredis-cli\b[^|;\n]*?\s(?:-a|--pass)\s+['\"]?(?P<value>[^\s'\"$]{6,100})",
        (
            r"\s--?(?:\w+-)*(?:password|passwd|api-key|secret|secret-key|access-token"
            r"|auth-token|token)[ =]['\"]?(?P<value>[^\s'\"$,\])]{8,200})"
        ),
        (
            r"(?:^|[\s;&\"'])(?:set |export |setx |ENV |ARG )?(?P<name>[A-Z][A-Z0"
            r"-9_]{2,60})[= ]['\"]?(?P<value>[^\s'\"$%;|&<>()]{8,300})"
        ),
        r"ConvertTo-SecureString\s+(?:-String\s+)?[\"'](?P<value>[^\"'$]{4,200})[\"'][^\n]*-AsPlainText",
        r"#define\s+(?P<name>\w{3,60})\s+\"(?P<value>[^\"\s]{8,300})\"",
        r"\bansible_(?:ssh_|become_|sudo_)?pass(?:word)?\s*=\s*['\"]?(?P<value>[^\s'\"{]{4,100})",
    )
)
_SPEAKS = re.compile(  # of a line in lower case
    r"pass|pwd?|secret|token|key|cred|-(?<=\s-)[pwautk]|login|sudo|sqlplus|sqlldr|expdp|impdp|mysql"
    r"|ldap|redis-cli|curl|wget|http|net use"
)
_ELEMENT = re.compile(
    r"<(?P<name>[A-Za-z_][\w.:-]{0,60})(?:\s[^<>]*)?>\s*(?P<value>[^<>\s]{6,512})\s*</(?P=name)>"
)
_PAIR = re.compile(
    r"\b(?:name|key|id)=[\"'](?P<name>[\w.:-]{2,80})[\"']\s+(?:\w+=[\"'][^\"']*[\"']\s+)*value=[\"'](?P<value>[^\"'\s]{6,512})[\"']"
)
_PLIST = re.compile(
    r"<key>(?P<name>[\w.:-]{2,80})</key>\s*<string>(?P<value>[^<>\s]{6,512})</string>"
)
_LARAVEL = re.compile(r"[\"'=]base64:(?P<value>[A-Za-z0-9+/]{43}=)")


def values(text: Text) -> Iterator[Found]:
    """Find passwords by the phrase that they stand in."""
    yield from _sql(text)
    yield from _headers(text)
    yield from _fields(text)
    yield from _connections(text)
    yield from _commands(text)
    yield from _markup(text)
    for match in _LARAVEL.finditer(text.text):
        yield text.line_of(match.start()), "phrase", "an application key", match["value"], True


def _sql(text: Text) -> Iterator[Found]:
    """Find the passwords of roles; one that is a word warns, for it may be a local database's."""
    if _SPEAKS_SQL.search(text.text):
        for match in _SQL.finditer(text.text):
            value = match["value"]
            if is_given(value) and not any(map(str.isspace, value)):
                line = text.line_of(match.start())
                yield line, "phrase", "the password of a database role", value, is_random(value)


def _headers(text: Text) -> Iterator[Found]:
    for match in _HEADER.finditer(text.text):
        basic = match["scheme"].lower() == "basic"
        value = (decoded(match["value"]) or "").partition(":")[2] if basic else match["value"]
        if not value or not is_given(value):
            continue
        token = value.startswith("eyJ")  # a JSON Web Token expires
        if basic or token or is_random(value):
            description = f"a credential in a header ({match['scheme']})"
            yield (
                text.line_of(match.start()),
                "phrase",
                description,
                value,
                not token and is_random(value),
            )


def _fields(text: Text) -> Iterator[Found]:
    """Find credentials in a field of a header that is not `Authorization`, and in recorded ones."""
    for match in _FIELD.finditer(text.text):
        if _asks(match["name"], match["value"]) and _is_password(match["value"]):
            description = f"a credential in a header ({match['name']})"
            yield text.line_of(match.start()), "phrase", description, match["value"], True
    for pattern, description in (
        (_RECORD, "a credential in a header (Bearer)"),
        (_ACCOUNT, "the token of a Twilio account"),
        (_THIN, "a password in a connection string"),
    ):
        for match in pattern.finditer(text.text):
            if _is_password(match["value"]) and not match["value"].startswith("eyJ"):
                yield text.line_of(match.start()), "phrase", description, match["value"], True


def _connections(text: Text) -> Iterator[Found]:
    for match in _KEYED.finditer(text.text):
        line = text.line_at(match.start())
        if len(line) <= _LONGEST and _SERVER.search(line) and _is_password(match["value"]):
            place = text.line_of(match.start())
            yield place, "phrase", "a password in a connection string", match["value"], True


def _commands(text: Text) -> Iterator[Found]:
    lines = zip(text.text.split("\n"), text.lower.split("\n"), strict=True)
    for number, (line, lower) in enumerate(lines, 1):
        if len(line) > _LONGEST or not _SPEAKS.search(lower):
            continue
        for pattern in _COMMANDS:
            for match in pattern.finditer(line):
                name = match.groupdict().get("name")
                if (name is None or _asks(name, match["value"])) and _is_password(match["value"]):
                    description = (
                        f"a literal under the name {name}" if name else "a password in a command"
                    )
                    yield number, "phrase", description, match["value"], True


def _markup(text: Text) -> Iterator[Found]:
    for pattern in (_ELEMENT, _PAIR, _PLIST) if "<" in text.text else ():
        for match in pattern.finditer(text.text):
            if _asks(match["name"], match["value"]) and _is_password(match["value"]):
                description = f"a literal under the name {match['name']}"
                yield text.line_of(match.start()), "phrase", description, match["value"], True


def _asks(name: str, value: str) -> bool:
    return asks_for_secret(name, loose=True) and not names_itself(name, value)


def _is_password(value: str) -> bool:
    return is_given(value) and is_random(value)
