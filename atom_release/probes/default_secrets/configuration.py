"""Default secrets in what is not Python.

`${NAME:-literal}` anywhere, and literals under a secret's name in configuration files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from atom_release.source.secret_forms.asking_names import asks_for_secret, words
from atom_release.source.secret_forms.plausible import (
    is_placeholder,
    is_reference,
    is_sealed,
    names_itself,
)
from atom_release.source.text import Text, is_translation

Default = tuple[int, str, str, str]  # line, name, value, how

_SHELL = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*):?[-=]([^}\n]*)\}")
_LOOKUP = re.compile(
    r"""(?:getenv|environ\.get|environ\.setdefault)\(\s*["']([A-Za-z_]\w*)["']\s*,\s*["']([^"'\n]*)["']"""
)
_ASSIGNED = re.compile(
    r"""^[ \t]*(?:-[ \t]+)?["']?([A-Za-z_][\w.-]*)["']?[ \t]*[:=](?!=)[ \t]*"""
    r"""(?:"([^"\n]*)"|'([^'\n]*)'|([^\s#"',{\[][^\s#,]*))"""
    r"""[ \t]*,?[ \t]*(?:#.*)?$""",
    re.MULTILINE,
)
_IMAGE = re.compile(
    r"^[ \t]*(?:ENV|ARG)[ \t]+([A-Za-z_]\w*)[ =][ \t]*[\"']?([^\s\"']+)",
    re.MULTILINE | re.IGNORECASE,
)
_IMAGE_MORE = re.compile(r"^[ \t]*ENV[ \t](?:[^\n]*\\\r?\n)+[^\n]*", re.MULTILINE | re.IGNORECASE)
_PAIR = re.compile(r"(?<![\w.-])([A-Za-z_]\w*)=[\"']?([^\s\"',\\]+)")
_UNIT = re.compile(r"(?<=environment=)[^\n]+", re.IGNORECASE)
_UNSET = re.compile(
    r"-z\s+[\"']?\$\{?(\w+)(?::?-)?\}?[\"']?\s*\]{1,2}\s*(?:;\s*then\b|&&|\bthen\b)\s*(?:export\s+)?\1="
    r"[\"']?([^\s\"'$;]+)"
)
_WITH = re.compile(r"--(requirepass|masterauth)[ =][\"']?([^\s\"',$<>{}\[\]]+)")
_PROPERTY = re.compile(
    r"<(?:property|add|param|env-entry|setting|entry)\b[^<>]*?\b(?:name|key)=\"([\w.:-]+)\""
    r"[^<>]*?\bvalue=\"([^\"\n]+)\""
)
_SETTINGS = frozenset(
    {".yaml", ".yml", ".ini", ".cfg", ".conf", ".toml", ".properties", ".tfvars", ".cnf"}
    | {".hcl", ".nomad"}
)
_JSON = re.compile(r"config|settings|credentials|secrets", re.IGNORECASE)
_JSON_FOLDERS = frozenset({"config", "configs", "conf", "settings"})
_PROSE = frozenset({".md", ".rst", ".txt", ".html", ".svg", ".csv", ".log"})
_LEAST = 3
_WEAK = frozenset({"password", "secret", "token"})
_SHORT = frozenset({"pass", "pw", "psk"})
_REFERS = frozenset(
    {"existing", "tls", "ssl", "ca", "cert", "certificate", "pull", "image", "basic"}
)
_MEANS = re.compile(
    r"(?:string|str|text|varchar|uuid|integer|boolean|error|warn|warning|off|on|always|never|file|env"
    r"|header|cookie|optional|required|include|omit|same-origin|bcrypt|argon2\w*|scrypt|todo|fixme|tbd"
    r"|n/?a)",
    re.IGNORECASE,
)
_MESSAGE = re.compile(r"\b(not set|missing|required|must be|is empty|undefined)\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?:[^\W\d]\S*[ ]+){2,}\S+")
_AROUND, _FEWEST = 4, 5  # settings before and after one; those of them that are sentences
_SEALED_DOCUMENT = re.compile(r"kind:\s*[\"']?SealedSecret|^sops[:_]|\"sops\":", re.MULTILINE)


def defaults(path: str, text: Text) -> Iterator[Default]:
    """Find the default secrets of one text that is not Python with a syntax tree.

    Prose is not read, it only speaks of them.
    """
    name = PurePosixPath(path.lower())
    if is_prose(path):
        return
    for pattern in (_SHELL, _LOOKUP, _UNSET):
        for match in pattern.finditer(text.text):
            if asks_for_secret(match[1], loose=True) and is_usable(match[2]):
                yield text.line_of(match.start()), match[1], match[2], "the default of the variable"
    yield from _by_kind(path, name, text)


def _by_kind(path: str, name: PurePosixPath, text: Text) -> Iterator[Default]:
    """Find literals under a secret's name as this kind of file sets them."""
    if name.name.startswith("dockerfile") or name.suffix == ".dockerfile":
        yield from _assigned(_IMAGE, text)
        yield from _listed(_IMAGE_MORE, text)
    elif name.suffix in {".service", ".timer"}:
        yield from _listed(_UNIT, text)
    elif name.suffix in {".xml", ".config"}:
        yield from _assigned(_PROPERTY, text)
    elif _SEALED_DOCUMENT.search(text.text) or is_translation(path):
        return
    elif name.suffix in _SETTINGS or is_settings_json(path):
        yield from _assigned(_ASSIGNED, text)
        yield from _listed(_UNIT, text)
        for match in _WITH.finditer(text.text):
            if is_usable(match[2]):
                yield text.line_of(match.start()), match[1], match[2], "the literal given as"


def _listed(pattern: re.Pattern[str], text: Text) -> Iterator[Default]:
    """Read the pairs `NAME=value` of each passage that the pattern finds."""
    for passage in pattern.finditer(text.text):
        for match in _PAIR.finditer(passage[0]):
            if names_secret(match[1]) and is_usable(match[2]):
                line = text.line_of(passage.start() + match.start())
                yield line, match[1], match[2], "the value of the variable"


def _assigned(pattern: re.Pattern[str], text: Text) -> Iterator[Default]:
    settings = [
        (match[1], next((group for group in match.groups()[1:] if group is not None), ""), match)
        for match in pattern.finditer(text.text)
    ]
    for place, (name, value, match) in enumerate(settings):
        if (
            names_secret(name)
            and is_usable(value, weak=name.isupper())
            and not repeats(name, value)
            and (
                name.isupper()
                or not _SENTENCE.fullmatch(value)
                or not _in_messages(settings, place)
            )
        ):
            yield text.line_of(match.start(1)), name, value, "the literal under"


def _in_messages(settings: Sequence[tuple[str, str, re.Match[str]]], place: int) -> bool:
    """Return whether the settings around one are texts for people, as in a file of messages."""
    around = (
        *settings[max(0, place - _AROUND) : place],
        *settings[place + 1 : place + 1 + _AROUND],
    )
    return sum(bool(_SENTENCE.fullmatch(value)) for _, value, _ in around) >= _FEWEST


def names_secret(name: str) -> bool:
    """Return whether a setting of this name holds a secret, and not the name of one.

    `existingSecret` and `tls.secret` name an object of the cluster.
    """
    parts = words(name)
    if parts[-1:] == ["secret"] and _REFERS.intersection(parts[:-1]):
        return False
    short = name.isupper() and len(parts) > 1 and parts[-1] in _SHORT
    return short or asks_for_secret(name, bare=False)


def is_settings_json(path: str) -> bool:
    """Return whether the path is that of a program's settings in JSON, by name or folder."""
    name = PurePosixPath(path.lower())
    return name.suffix == ".json" and bool(
        _JSON.search(name.name) or _JSON_FOLDERS.intersection(name.parts[:-1])
    )


def is_prose(path: str) -> bool:
    """Return whether the path is that of a text for people."""
    return PurePosixPath(path.lower()).suffix in _PROSE


def is_usable(value: str, *, weak: bool = True) -> bool:
    """Return whether a program can run with this literal as its secret.

    Args:
        value: the literal.
        weak: whether `password` and `secret` can be one; in configuration they mostly are a name.
    """
    if value.lower() in _WEAK and weak:
        return True
    return len(value) >= _LEAST and not (
        is_placeholder(value)
        or is_reference(value)
        or is_sealed(value)
        or _MEANS.fullmatch(value)
        or _MESSAGE.search(value)
    )


def repeats(name: str, value: str) -> bool:
    """Return whether the literal repeats its name; a variable is given what it then is.

    `POSTGRES_PASSWORD: postgres` starts a database with that password.
    """
    return words(name) == words(value) if name.isupper() else names_itself(name, value)
