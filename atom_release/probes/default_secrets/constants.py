"""Secrets that code in other languages than Python binds to a name: constants and fields.

Stricter than for what stands in for the environment: front ends keep the names of stored items,
headers and actions in constants that sound like secrets, so a name must say password, secret or a
key that signs or encrypts, and the literal must not repeat or extend it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from atom_release.probes.default_secrets.configuration import Default, is_usable
from atom_release.source.secret_forms.asking_names import words
from atom_release.source.secret_forms.plausible import names_itself
from atom_release.source.text import Text

_VALUE = (
    r"(?:\[\]byte\(|[bB](?=\")|@(?=\")|String::from\()?"
    r"(?P<quote>[\"'`])(?P<value>[^\"'`\s]{4,200})(?P=quote)"
)
_TYPE = r"(?:\s*:\s*[&'A-Za-z_][\w.&'<>\[\] ]{0,40}?|\[\]|[ \t]+As[ \t]+\w+|\s+string)?"
_DECLARED = re.compile(
    r"(?<![\w.])(?:const|constexpr|let|var|val|final|static|[sS]tring|std::string|char|auto|def|local|my"
    r"|our|Dim|private|public|internal|protected|readonly|define|param)\b[^\n=;\"'(){}:]{0,60}?"
    rf"[\s*&$(]\$?(?P<name>[A-Za-z_]\w{{3,60}}){_TYPE}\s*=\s*{_VALUE}"
)
_SHORT = re.compile(rf"(?<![\w.])\$?(?P<name>[A-Za-z_]\w{{3,60}})\s*(?::=|<-)\s*{_VALUE}")
_BLOCK = re.compile(
    rf"^[ \t]*\$?(?P<name>[A-Za-z_]\w{{3,60}}){_TYPE}[ \t]*=[ \t]*{_VALUE}", re.MULTILINE
)
_PROPERTY = re.compile(
    rf"\bstring\??\s+(?P<name>[A-Za-z_]\w{{3,60}})\s*\{{[^{{}}\n]{{0,60}}\}}\s*=\s*{_VALUE}"
)
_DEFINED = re.compile(
    r"(?:#define\s+|\(def\w*\s+|\bdefine\(\s*[\"'])(?P<name>[A-Za-z_][\w-]{3,60})[\"']?\s*,?\s+"
    + _VALUE
)
_CODE = frozenset(
    {".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".go", ".rb", ".java", ".kt", ".kts", ".scala"}
    | {".cs", ".vb", ".fs", ".php", ".rs", ".swift", ".dart", ".c", ".h", ".cc", ".cpp", ".hpp"}
    | {".ino", ".pl", ".pm", ".lua", ".r", ".ex", ".exs", ".groovy", ".gradle", ".bicep", ".clj"}
    | {".jsx", ".tsx", ".ps1"}
)
_BLOCKS = frozenset({".go", ".rb", ".php", ".ps1", ".gradle", ".groovy"})
_SURE = frozenset({"secret", "password", "passwd", "passphrase", "pwd"})
_KEY_OF = frozenset(
    {"secret", "api", "signing", "private", "encryption", "jwt", "hmac", "fernet", "aes", "master"}
)
_NAMED_ELSEWHERE = frozenset(
    {"tls", "ssl", "ca", "cert", "certificate", "pull", "image", "k8s", "kube", "kubernetes"}
    | {"existing", "forgot", "reset", "change", "confirm", "invalid", "wrong", "missing", "new"}
    | {"old", "repeat", "show", "hide", "toggle", "update", "type", "grant", "by", "with", "public"}
    | {"current", "error", "enter", "no", "is", "test", "mock", "fake", "dummy", "example"}
)
_HEADER = re.compile(r"x-[\w-]+|[\w-]+[./:][\w./:-]+", re.IGNORECASE)


def defaults(path: str, text: Text) -> Iterator[Default]:
    """Find the constants and fields of one text of code that hold a secret."""
    suffix = PurePosixPath(path.lower()).suffix
    if suffix not in _CODE:
        return
    patterns = (_DECLARED, _SHORT, _PROPERTY, _DEFINED, *([_BLOCK] if suffix in _BLOCKS else []))
    seen: set[int] = set()
    for pattern in patterns:
        for match in pattern.finditer(text.text):
            place = match.start("value")
            if place not in seen and _is_secret(match["name"], match["value"]):
                seen.add(place)
                yield text.line_of(place), match["name"], match["value"], "the constant"


def _is_secret(name: str, value: str) -> bool:
    parts = words(name)
    if len(parts) == 1 or _NAMED_ELSEWHERE.intersection(parts):  # one word is a field's
        return False
    sure = parts[-1] in _SURE or (parts[-1] == "key" and _KEY_OF.intersection(parts[:-1]))
    return bool(sure) and is_usable(value) and not _is_name(name, value)


def _is_name(name: str, value: str) -> bool:
    """Return whether the literal names something: a header, an action, an item that is kept."""
    return names_itself(name, value) or bool(_HEADER.fullmatch(value))
