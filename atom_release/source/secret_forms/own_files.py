"""Passwords in the files of tools that keep them: each in that tool's own form."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from atom_release.source.secret_forms.asking_names import asks_for_secret
from atom_release.source.secret_forms.keys import Found
from atom_release.source.secret_forms.plausible import (
    is_placeholder,
    is_reference,
    is_sealed,
    is_worded,
)
from atom_release.source.text import Text

_NETRC = re.compile(r"(?:^|\s)password\s+(?P<value>\S+)")
_PGPASS = re.compile(r"^(?!#)(?:(?:\\.|[^:\n])*:){4}(?P<value>[^\n\r]+)", re.MULTILINE)
_NPMRC = re.compile(
    r"(?:^|:)(?P<name>_auth|_authToken|_password)[ \t]*=[ \t]*(?P<value>\S+)", re.MULTILINE
)
_MAIL = re.compile(r"^[ \t]*pass(?:word)?[ \t]+\"?(?P<value>[^\s\"]+)", re.MULTILINE)
_RAILS = re.compile(r"^(?P<value>[0-9a-f]{32,64})\s*$", re.MULTILINE)
_SHARE = re.compile(r"^[ \t]*password[ \t]*=[ \t]*(?P<value>\S+)", re.MULTILINE)
_COMPOSER = re.compile(
    r"\"(?:gitlab|github|bitbucket)-(?:token|oauth)\"\s*:\s*\{[^{}]{0,400}?\"[\w.-]+\"\s*:\s*\""
    r"(?P<value>[^\"\s]{8,200})\""
)
_GENERATED_PASSWORD = re.compile(
    r"\"type\"\s*:\s*\"random_password\"(?s:.{0,4000}?)\"result\"\s*:\s*\"(?P<value>[^\"\n]{6,200})\""
)
_REDIS = re.compile(
    r"^[ \t]*(?:requirepass|masterauth|user\s+\S+\s+on\s+>?)[ \t]+\"?(?P<value>[^\s\"]+)",
    re.MULTILINE,
)
_WPA = re.compile(r"^[ \t]*(?:psk|sae_password|password)=\"(?P<value>[^\"\n]+)\"", re.MULTILINE)
_NAMED: tuple[tuple[re.Pattern[str], re.Pattern[str], str], ...] = (
    (re.compile(r"[._]netrc|netrc"), _NETRC, "a password in a netrc file"),
    (re.compile(r"\.pgpass|pgpass\.conf|\.?pgpass"), _PGPASS, "a password in a pgpass file"),
    (re.compile(r"\.npmrc|npmrc|\.yarnrc"), _NPMRC, "a registry's token in .npmrc"),
    (re.compile(r"\.(msmtp|fetchmail|mail|get-?mail)rc|msmtprc"), _MAIL, "a password of mail"),
    (re.compile(r"master\.key|(production|staging)\.key"), _RAILS, "the master key of Rails"),
    (
        re.compile(r".*\.?(smb|cifs)[\w.-]*credentials?|\.?(smb|cifs)cred\w*"),
        _SHARE,
        "a share's password",
    ),
    (re.compile(r"auth\.json"), _COMPOSER, "a token of Composer"),
    (re.compile(r".*\.tfstate(\.backup)?"), _GENERATED_PASSWORD, "a password in Terraform's state"),
    (re.compile(r".*redis.*\.(conf|acl)|.*sentinel.*\.conf"), _REDIS, "the password of Redis"),
    (re.compile(r".*wpa.*\.conf|.*\.nmconnection"), _WPA, "the key of a wireless network"),
)
_REGISTRY = "user and password of a registry"
_DOCKER = re.compile(r"\"auth\"\s*:\s*\"(?P<value>[A-Za-z0-9+/]{8,}={0,2})\"")
_FILEZILLA = re.compile(r"<Pass(?: encoding=\"(?P<how>base64)\")?>(?P<value>[^<]+)</Pass>")
_SECRET = re.compile(r"^[ \t]*(?:- )?kind:[ \t]*[\"']?Secret[\"']?[ \t]*(?:#.*)?\r?$", re.MULTILINE)
_DATUM = re.compile(
    r"^[ \t]+[\"']?(?P<name>[\w.-]+)[\"']?:[ \t]*[\"']?(?P<v"
    r"alue>[A-Za-z0-9+/]{4,}={0,2})[\"']?[ \t]*\r?$",
    re.MULTILINE,
)
_DATA = re.compile(r"^(?P<indent>[ \t]*)data:[ \t]*\r?$", re.MULTILINE)
_PRINTABLE = re.compile(r"[\x20-\x7e\r\n\t]{3,}")


def values(path: str, text: Text) -> Iterator[Found]:
    """Find what the file's own tool would take for a password."""
    name = PurePosixPath(path.lower()).name
    for named, pattern, description in _NAMED:
        if named.fullmatch(name):
            for match in pattern.finditer(text.text):
                if is_given(match["value"]):
                    yield (
                        text.line_of(match.start("value")),
                        "own-file",
                        description,
                        match["value"],
                        True,
                    )
    if '"auth"' in text.text:
        yield from _docker(text, name)
    if "<Pass" in text.text:
        yield from _filezilla(text)
    if _SECRET.search(text.text):
        yield from _kubernetes(text)


def is_given(value: str) -> bool:
    """Return whether a value in a password's place is one: no reference, ciphertext, stand-in."""
    value = value.strip("\"'")
    return len(value) > 2 and not (  # noqa: PLR2004 - too short for a password
        is_placeholder(value) or is_sealed(value) or is_worded(value) or is_reference(value)
    )


def decoded(value: str) -> str | None:
    """Return the text that base64 stands for, or None if it stands for none."""
    try:
        text = base64.b64decode(value + "=" * (-len(value) % 4), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None
    return text if _PRINTABLE.fullmatch(text) else None


def _docker(text: Text, name: str) -> Iterator[Found]:
    if '"auths"' not in text.text and "docker" not in name:
        return
    for place, word in _registry_passwords(text.text):
        yield text.line_of(place), "own-file", _REGISTRY, word, True


def _registry_passwords(text: str) -> Iterator[tuple[int, str]]:
    for match in _DOCKER.finditer(text):
        user, colon, word = (decoded(match["value"]) or "").partition(":")
        if user and colon and is_given(word):
            yield match.start(), word


def _filezilla(text: Text) -> Iterator[Found]:
    for match in _FILEZILLA.finditer(text.text):
        word = decoded(match["value"]) if match["how"] else match["value"]
        if word and is_given(word):
            yield text.line_of(match.start()), "own-file", "a password of FileZilla", word, True


def _kubernetes(text: Text) -> Iterator[Found]:
    """Read `data` of the documents that are a Secret; a SealedSecret is another kind."""
    start = 0
    for document in re.split(r"(?<=\n)---[ \t]*(?:#.*)?\r?\n", text.text):
        if _SECRET.search(document):
            for section in _DATA.finditer(document):
                yield from _section(text, start, document, section)
        start = text.text.find(document, start) + len(document)


def _section(text: Text, start: int, document: str, section: re.Match[str]) -> Iterator[Found]:
    for match in _DATUM.finditer(document, section.end()):
        indent = len(match[0]) - len(match[0].lstrip(" \t"))
        if indent <= len(section["indent"]):
            return
        word = decoded(match["value"])
        name = match["name"]
        if word and name in {".dockerconfigjson", ".dockercfg"}:
            line = text.line_of(start + match.start("value"))
            for _, password in _registry_passwords(word):
                yield line, "own-file", _REGISTRY, password, True
        if word and asks_for_secret(name.replace(".", "_"), loose=True) and is_given(word):
            description = f"the datum {name} of a Kubernetes Secret"
            yield text.line_of(start + match.start("value")), "own-file", description, word, True
