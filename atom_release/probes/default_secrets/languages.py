"""Default secrets in other languages than Python: what stands in where the environment has none.

By the forms that each language and its usual libraries have for it. A name must ask for a secret;
an empty literal, a reference, and a message of what is missing are no defaults.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from atom_release.probes.default_secrets.configuration import Default, is_usable
from atom_release.source.secret_forms.asking_names import asks_for_secret
from atom_release.source.text import Text

_GENERATED = re.compile(r"[^\n]{2000,}")  # no person wrote a line of that length
_SPEAKS = re.compile(r"secret|pass|pwd|token|key|credential", re.IGNORECASE)
_ASKS = re.compile(r"env|conf|setting|propert|System|default|flag|param", re.IGNORECASE)
_VALUE = r"(?P<quote>[\"'`])(?P<value>[^\"'`\n]{3,120})(?P=quote)"
_OTHERWISE = (
    r"(?:\)|\]|\}|!|\s|\bas\s+\w+|<\w+>|\.(?:presence|strip|trim|ok|toString|to_s)\b(?:\(\))?)*+"
    r"(?:\|\|=?|\?\?=?|\?:|//=?(?=\s*[\"'])|\bor\b|\belse\s*\{|(?<!:):(?!:)|"
    r"\.(?:orElse|or_else|getOrElse|unwrap_or|unwrap_or_else|unwrap_or_default|valueOr|else|presence)"
    r"\(|\{|do\b)\s*(?:\|\w*\|\s*|\(\)\s*->\s*|\(\)\s*=>\s*|String::from\(|return\s+)*"
)
_JS = r"(?:process\.env|import\.meta\.env|Bun\.env)"
_LOOKUP = (
    rf"(?:{_JS}\.(?P<a>\w+)|{_JS}\[[\"'](?P<b>\w+)[\"']\]"
    r"|\$env:(?P<d>\w+)|\$ENV\{[\"']?(?P<e>\w+)[\"']?"
    r"|(?:(?i:\w*env(?:iron(?:ment)?)?(?:variable|var|::var)?"
    r"|\w*config(?:uration)?(?:service|s)?|settings)|env::var"
    r"|ENV|System|ENV\.fetch|std::env::var)"
    r"(?:(?:\.|::|->)\w+)*(?:\(|\[)\s*[\"'](?P<c>[\w.:-]+)[\"'])"
)
_FALLBACK = re.compile(_LOOKUP + _OTHERWISE + _VALUE)
_CALL = re.compile(
    r"(?<![\w.:$>-])(?P<callee>[\w.:$>-]{1,120}+(?:\(\)[\w.:>-]{1,60}+)?(?:<[\w.]{1,40}+>)?)\(\s*+"
    r"(?:&?[\w.]{1,60}+\s*+,\s*+)?[\"'](?P<name>[\w.:-]{3,80}+)[\"']\s*+,\s*+(?:\w+\s*+[:=]\s*+)?"
    + _VALUE
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
_GUARD = re.compile(
    r"\b(?:if|unless)\b(?P<condition>[^{};\n]{1,160}?)[\s{;)]+(?:then\s+)?(?:export\s+)?"
    r"(?:\w+\.|\$)?(?P<var>\w+)\s*:?=\s*(?:\[\]byte\()?" + _VALUE
)
_IS_EMPTY = re.compile(
    r"!|\bnot\b|\"\"|\'\'|\b(?:nil|null|None|undefined|NULL|len|nullptr)\b|(?i:empty|blank|unset)|\?"
)
_THEN = re.compile(
    r"(?<![\w.])(?P<var>\w+)(?:[ \t]*,[ \t]*\w+)?[ \t]*(?::[ \t]*[\w<>| ]+)?:?=[ \t]*"
    r"(?:await[ \t]+)?(?:[\w.]{1,40}(?:\.|::))?"
    + _LOOKUP
    + r"[^\n]{0,80}\n[ \t]*(?:if|unless)\b[^\n{]{0,120}?(?:\{|\bthen\b|\n|\))"
    r"\s*\$?(?P=var)\s*:?=\s*" + _VALUE
)
_ELSEWHERE = re.compile(_LOOKUP + _OTHERWISE + r"(?P<constant>[A-Za-z_][\w.]{2,60})\b(?!\s*[(.\[])")
_FIRST_OF = re.compile(
    r"(?:cmp\.Or|[cC]oalesce|firstNonEmpty|FirstNonEmpty|defaultTo|defaultIfBlank|defaultIfEmpty)\(\s*(?:[\w.]{1,40}(?:\.|::))?"
    + _LOOKUP
    + r"\s*\)?\s*,\s*"
    + _VALUE
)
_ARM = re.compile(
    r"(?:option_env!\(|env::var\(|var_os\()\s*\"(?P<name>\w+)\"\s*\)\s*\{[^{}]{0,200}?"
    r"(?:None|Err\(\w+\)|_)\s*=>\s*(?:String::from\()?" + _VALUE
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
_ANNOTATED = re.compile(
    r"\b(?:name|env|envvar|env_var)\s*=\s*[\"'](?P<name>[\w.-]+)[\"'][^)\n\]]{0,200}?"
    r"\bdefault\w*\s*=\s*" + _VALUE
)
_HASKELL = re.compile(
    r"fromMaybe\s+\"(?P<value>[^\"\n]{3,120})\"[\s<$>(]+\w*[eE]nv\s+\"(?P<name>\w+)\""
)
_LISP = re.compile(
    r"(?:System/getenv|getenv|\(env)\s+[:\"](?P<name>[\w-]+)\"?\s*\)?\s+\"(?P<value>[^\"\n]{3,120})\""
)
_TEMPLATED = re.compile(
    r"(?:\b|\.)(?P<name>[A-Za-z_]\w*)[\"']?(?:\s*\))?\s*\|\s*default\s*\(?\s*" + _VALUE
)
_HELM = re.compile(
    r"\bdefault\s+\"(?P<value>[^\"\n]{3,120})\"\s+[.$][\w.]*?\.?(?P<name>[A-Za-z_]\w*)\b(?!\.)"
)
_SERVERLESS = re.compile(r"\$\{env:(?P<name>\w+)\s*,\s*[\"']?(?P<value>[^\"'}\n{$]{3,120})[\"']?\}")
_SYMFONY = re.compile(
    r"^[ \t]*[\"']?env\((?P<name>\w+)\)[\"']?[ \t]*:[ \t]*[\"']?(?P<value>[^\s\"'#]{3,120})",
    re.MULTILINE,
)
_ENVIRONMENT = re.compile(
    r"(?:\benv\w*|\benvironment|\bdefaults)[\"']?\s*(?:=>|[:=(])\s*\{(?P<body>[^{}]{1,4000})\}"
)
_ENTRY = re.compile(r"[\"']?(?P<name>[A-Za-z_]\w{2,80})[\"']?\s*(?:=>|:|=)\s*" + _VALUE)
_OVERRIDDEN = re.compile(
    r"\b(?P<key>secret|password|key)\s*=\s*\"(?P<value>[^\"\n]{3,120})\"\s*\n\s*(?P=key)\s*=\s*"
    r"\$\{\??(?P<name>\w+)\}"
)
_PLAIN = (
    (_ARM, "what stands in for"),
    (_ANNOTATED, "the default of"),
    (_HASKELL, "what stands in for"),
    (_LISP, "what stands in for"),
    (_TEMPLATED, "the default of"),
    (_HELM, "the default of"),
    (_SERVERLESS, "the default of the variable"),
    (_SYMFONY, "the default of the variable"),
    (_OVERRIDDEN, "the default of the variable"),
    (_SCHEMA, "the default of"),
    (_VALIDATED, "the default of"),
    (_SPRING, "the default of the property"),
    (_TERRAFORM, "the default of the variable"),
    (_MAKE, "the default of the variable"),
    (_PARAMETER, "the default of the parameter"),
    (_CONTAINER, "the value of the variable"),
    (_CLOUD, "the default of the parameter"),
)


def defaults(text: Text) -> Iterator[Default]:
    """Find what falls back to a literal under a secret's name."""
    if not _SPEAKS.search(text.text):
        return
    body = _GENERATED.sub(lambda line: " " * len(line[0]), text.text)
    if _ASKS.search(body):
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
    for pattern in (_FALLBACK, _FIRST_OF, _THEN):
        for match in pattern.finditer(text):
            yield _looked_up(match), match["value"], match.start("value")
    yield from _by_constant(text)
    for match in _CALL.finditer(text):
        if _CALLEE.search(match["callee"]):
            yield match["name"], match["value"], match.start("value")
    for pattern, entry in ((_DESTRUCTURED, _BOUND), (_ENVIRONMENT, _ENTRY)):
        for passage in pattern.finditer(text):
            for match in entry.finditer(passage["body"]):
                place = passage.start("body") + match.start("value")
                yield match["name"], match["value"], place


def _looked_up(match: re.Match[str]) -> str:
    return next((name for name in map(match.group, "abcde") if name), "")


def _by_constant(text: str) -> Iterator[Match]:
    """Find a look-up that falls back to a name which the same text binds to one literal."""
    matches = [match for match in _ELSEWHERE.finditer(text) if _looked_up(match)]
    if not matches:
        return
    literals = {match["name"]: match["value"] for match in _BOUND.finditer(text)}
    for match in matches:
        value = literals.get(match["constant"].rpartition(".")[2])
        if value is not None:
            yield _looked_up(match), value, match.start("constant")


def _by_emptiness(text: str) -> Iterator[Match]:
    """Find `if secret == "" { secret = "literal" }` as languages write it."""
    for match in _GUARD.finditer(text):
        names = re.findall(r"\w+", match["condition"])
        if match["var"] in names and _IS_EMPTY.search(match["condition"]):
            yield match["var"], match["value"], match.start("value")


def _by_option(text: str) -> Iterator[Match]:
    """Find options that name their variable and their default, as `{env: "X", default: "y"}`."""
    for match in _OPTION.finditer(text):
        named, value = _OPTION_ENV.search(match[0]), _OPTION_DEFAULT.search(match[0])
        if named and value:
            yield named["name"], value["value"], match.start() + value.start("value")
    for match in _TAG.finditer(text):
        yield match["field"], match["value"], match.start("value")
