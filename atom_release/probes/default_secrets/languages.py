"""Default secrets in other languages than Python: what stands in where the environment has none.

By the forms that each language and its usual libraries have for it. A name must ask for a secret;
an empty literal, a reference, and a message of what is missing are no defaults.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from atom_release.probes.default_secrets.configuration import Default, is_prose, is_usable
from atom_release.source.secret_forms.plausible import asks_for_secret
from atom_release.source.text import Text

_GENERATED = re.compile(r"[^\n]{2000,}")  # no person wrote a line of that length
_SPEAKS = re.compile(r"secret|pass|pwd|token|key|credential", re.IGNORECASE)
_VALUE = r"(?P<quote>[\"'`])(?P<value>[^\"'`\n]{3,120})(?P=quote)"
_OTHERWISE = (
    r"(?:\)|\]|!|\s)*(?:\|\|=?|\?\?=?|\?:|\bor\b|(?<!:):(?!:)|"
    r"\.(?:orElse|or_else|getOrElse|unwrap_or|unwrap_or_else|unwrap_or_default|valueOr|else|presence)"
    r"\(|\{|do\b)\s*(?:\|\w*\|\s*|\(\)\s*->\s*|\(\)\s*=>\s*|String::from\(|return\s+)*"
)
_JS = r"(?:process\.env|import\.meta\.env|Bun\.env)"
_LOOKUP = (
    rf"(?:{_JS}\.(?P<a>\w+)|{_JS}\[[\"'](?P<b>\w+)[\"']\]"
    r"|(?:(?i:\w*env(?:iron(?:ment)?)?(?:variable|var|::var)?|\w*config(?:uration)?|settings)|env::var"
    r"|ENV|System|ENV\.fetch|std::env::var)"
    r"(?:(?:\.|::|->)\w+)*(?:\(|\[)\s*[\"'](?P<c>[\w.:-]+)[\"'])"
)
_FALLBACK = re.compile(_LOOKUP + _OTHERWISE + _VALUE)
_CALL = re.compile(
    r"(?<![\w.:$>-])(?P<callee>[\w.:$>-]{1,120}+(?:\(\)[\w.:>-]{1,60}+)?(?:<[\w.]{1,40}+>)?)\(\s*+"
    r"[\"'](?P<name>[\w.:-]{3,80}+)[\"']\s*+,\s*+" + _VALUE
)
_CALLEE = re.compile(
    r"env|conf|setting|propert|default|getvalue|getorelse|flag\.?string|stringvar|viper|param",
    re.IGNORECASE,
)
_DESTRUCTURED = re.compile(rf"\{{(?P<body>[^{{}}]*)\}}\s*=\s*{_JS}")
_BOUND = re.compile(r"\b(?P<name>[A-Za-z]\w+)\s*(?::\s*\w+\s*)?=\s*" + _VALUE)
_SCHEMA = re.compile(
    r"\b[\"']?(?P<name>[A-Za-z]\w+)[\"']?\s*:\s*[\w.]*(?:\([^()\n]*\)|\.\w+)*\.(?:default|catch|prefault)\(\s*"
    + _VALUE
)
_VALIDATED = re.compile(
    r"\b[\"']?(?P<name>[A-Za-z]\w+)[\"']?\s*:\s*\w+\(\s*\{[^{}]*\b(?:default|devDefault)\s*:\s*"
    + _VALUE
)
_OPTION = re.compile(r"\{[^{}]*\}")
_OPTION_ENV = re.compile(r"\benv\s*:\s*[\"'](?P<name>\w+)[\"']")
_OPTION_DEFAULT = re.compile(r"\bdefault\s*:\s*" + _VALUE)
_EMPTY = re.compile(
    r"\b(?:if|unless)\b\s*\(?\s*(?:!\s*(?P<a>\w+)|len\((?P<b>\w+)\)\s*==\s*0"
    r"|(?:\w+\.)?(?P<c>\w+)\s*(?:={2,3}|is|eq)\s*(?:\"\"|''|nil|null|None|undefined)"
    r"|(?:[\w.]+\()?(?P<d>\w+)(?:\.(?:isEmpty|isBlank|nil\?|empty\?|blank\?))?(?:\(\))?)\s*\)*\s*(?:\{|then)?\s*"
    r"(?:\w+\.)?(?P<var>\w+)\s*:?=\s*" + _VALUE
)
_TAG = re.compile(
    r"(?P<field>\w+)\s+string\s+`[^`\n]*\b(?:default|envDefault|env-default):\"(?P<value>[^\"\n]{3,120})\""
)
_SPRING = re.compile(r"\$\{(?P<name>[\w.-]+):(?![-=?+])(?P<value>[^}\n${]{3,120})\}")
_TERRAFORM = re.compile(
    r"\bvariable\s+\"(?P<name>[\w-]+)\"\s*\{[^{}]*?\bdefault\s*=\s*\"(?P<value>[^\"\n]{3,120})\""
)
_MAKE = re.compile(
    r"^[ \t]*(?:export\s+)?(?P<name>[A-Za-z_]\w*)[ \t]*\?=[ \t]*(?P<value>[^\s#$]{3,120})",
    re.MULTILINE,
)
_PARAMETER = re.compile(
    r"[(,]\s*(?:\w+\s+)?(?P<name>[A-Za-z_]\w*)\s*(?::\s*[Ss]tring\s*)?=\s*" + _VALUE + r"\s*[,)]"
)
_CONTAINER = re.compile(
    r"\bname:[ \t]*[\"']?(?P<name>[A-Za-z_]\w*)[\"']?[ \t]*(?:,|\r?\n)[ \t]*value:[ "
    r"\t]*[\"']?(?P<value>[^\"'\n#}]{3,120}?)[\"']?[ \t]*[,}]?\r?(?:\n|$)"
)
_CLOUD = re.compile(
    r"^(?P<indent>[ \t]++)(?P<name>\w++):[ \t]*+\r?\n"
    r"(?:(?P=indent)[ \t]++(?!Default:)[^\n]*+\n){0,8}?"
    r"(?P=indent)[ \t]++Default:[ \t]*+[\"']?(?P<value>[^\"'\n#]{3,120}?)[\"']?[ \t]*+\r?$",
    re.MULTILINE,
)
_PLAIN = (
    (_SCHEMA, "the default of"),
    (_VALIDATED, "the default of"),
    (_SPRING, "the default of the property"),
    (_TERRAFORM, "the default of the variable"),
    (_MAKE, "the default of the variable"),
    (_PARAMETER, "the default of the parameter"),
    (_CONTAINER, "the value of the variable"),
    (_CLOUD, "the default of the parameter"),
)


def defaults(path: str, text: Text) -> Iterator[Default]:
    """Find what falls back to a literal under a secret's name; prose only speaks of it."""
    if is_prose(path) or not _SPEAKS.search(text.text):
        return
    body = _GENERATED.sub(lambda line: " " * len(line[0]), text.text)
    yield from _told(text, _by_lookup(body), "what stands in for")
    yield from _told(text, _by_emptiness(body), "what stands in for")
    yield from _told(text, _by_option(body), "the default of")
    for pattern, how in _PLAIN:
        matches = (
            (match["name"], match["value"], match.start("value"))
            for match in pattern.finditer(body)
        )
        yield from _told(text, matches, how)


Match = tuple[str, str, int]  # name, value, offset


def _told(text: Text, matches: Iterator[Match], how: str) -> Iterator[Default]:
    for name, value, offset in matches:
        if asks_for_secret(name, loose=name.upper() == name) and is_usable(value):
            yield text.line_of(offset), name, value, how


def _by_lookup(text: str) -> Iterator[Match]:
    for match in _FALLBACK.finditer(text):
        name = match["a"] or match["b"] or match["c"]
        yield name, match["value"], match.start("value")
    for match in _CALL.finditer(text):
        if _CALLEE.search(match["callee"]):
            yield match["name"], match["value"], match.start("value")
    for match in _DESTRUCTURED.finditer(text):
        for bound in _BOUND.finditer(match["body"]):
            yield bound["name"], bound["value"], match.start("body") + bound.start("value")


def _by_emptiness(text: str) -> Iterator[Match]:
    """Find `if secret == "" { secret = "literal" }` as languages write it."""
    for match in _EMPTY.finditer(text):
        name = match["a"] or match["b"] or match["c"] or match["d"]
        if name == match["var"]:
            yield match["var"], match["value"], match.start("value")


def _by_option(text: str) -> Iterator[Match]:
    """Find options that name their variable and their default, as `{env: "X", default: "y"}`."""
    for match in _OPTION.finditer(text):
        named, value = _OPTION_ENV.search(match[0]), _OPTION_DEFAULT.search(match[0])
        if named and value:
            yield named["name"], value["value"], match.start() + value.start("value")
    for match in _TAG.finditer(text):
        yield match["field"], match["value"], match.start("value")
