"""Default secrets in what is not Python.

`${NAME:-literal}` anywhere, and literals under a secret's name in configuration files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from atom_release.source.secret_forms.plausible import (
    asks_for_secret,
    is_placeholder,
    is_reference,
    is_sealed,
    names_itself,
    words,
)
from atom_release.source.text import Text

Default = tuple[int, str, str, str]  # line, name, value, how

_SHELL = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*):?[-=]([^}\n]*)\}")
_LOOKUP = re.compile(
    r"""(?:getenv|environ\.get|environ\.setdefault)\(\s*["']([A-Za-z_]\w*)["']\s*,\s*["']([^"'\n]*)["']"""
)
_ASSIGNED = re.compile(
    r"""^[ \t]*(?:-[ \t]+)?["']?([A-Za-z_][\w.-]*)["']?[ \t]*[:=][ \t]*"""
    r"""(?:"([^"\n]*)"|'([^'\n]*)'|([^\s#"',{\[][^\s#,]*))"""
    r"""[ \t]*,?[ \t]*(?:#.*)?$""",
    re.MULTILINE,
)
_IMAGE = re.compile(
    r"^[ \t]*(?:ENV|ARG)[ \t]+([A-Za-z_]\w*)[ =][ \t]*[\"']?([^\s\"']+)",
    re.MULTILINE | re.IGNORECASE,
)
_SETTINGS = frozenset(
    {".yaml", ".yml", ".ini", ".cfg", ".conf", ".toml", ".properties", ".tfvars", ".cnf"}
)
_JSON = re.compile(r"config|settings|credentials|secrets", re.IGNORECASE)
_PROSE = frozenset({".md", ".rst", ".txt", ".html", ".svg", ".csv", ".log"})
_LEAST = 3
_WEAK = frozenset({"password", "secret", "token"})
_MESSAGE = re.compile(r"\b(not set|missing|required|must be|is empty|undefined)\b", re.IGNORECASE)
_SEALED_DOCUMENT = re.compile(r"kind:\s*[\"']?SealedSecret|^sops[:_]|\"sops\":", re.MULTILINE)


def defaults(path: str, text: Text) -> Iterator[Default]:
    """Find the default secrets of one text that is not Python with a syntax tree.

    Prose is not read, it only speaks of them.
    """
    name = PurePosixPath(path.lower())
    if is_prose(path):
        return
    for pattern in (_SHELL, _LOOKUP):
        for match in pattern.finditer(text.text):
            if asks_for_secret(match[1], loose=True) and is_usable(match[2]):
                yield text.line_of(match.start()), match[1], match[2], "the default of the variable"
    if name.name.startswith("dockerfile") or name.suffix == ".dockerfile":
        yield from _assigned(_IMAGE, text)
    elif _SEALED_DOCUMENT.search(text.text):
        return
    elif name.suffix in _SETTINGS or (name.suffix == ".json" and _JSON.search(name.name)):
        yield from _assigned(_ASSIGNED, text)


def _assigned(pattern: re.Pattern[str], text: Text) -> Iterator[Default]:
    for match in pattern.finditer(text.text):
        value = next((group for group in match.groups()[1:] if group is not None), "")
        if (
            asks_for_secret(match[1], bare=False)
            and is_usable(value, weak=match[1].isupper())
            and not _repeats(match[1], value)
        ):
            yield text.line_of(match.start(1)), match[1], value, "the literal under"


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
        is_placeholder(value) or is_reference(value) or is_sealed(value) or _MESSAGE.search(value)
    )


def _repeats(name: str, value: str) -> bool:
    """Return whether the literal repeats its name; a variable is given what it then is.

    `POSTGRES_PASSWORD: postgres` starts a database with that password.
    """
    return words(name) == words(value) if name.isupper() else names_itself(name, value)
