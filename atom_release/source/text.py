"""What a blob is.

Text or not, in which encoding, and whether its path says that it belongs to tests, examples or a
lock file.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from functools import cached_property
from pathlib import PurePosixPath

_TEST_FOLDERS = frozenset(
    {
        "test",
        "tests",
        "testing",
        "testdata",
        "test_data",
        "fixtures",
        "__tests__",
        "spec",
        "specs",
        "e2e",
        "mocks",
        "__mocks__",
    }
)
_TEST_FILE = re.compile(r"(^|[._-])(tests?|spec|conftest|mocks?|fixtures?)([._-]|$)", re.IGNORECASE)
_EXAMPLE = re.compile(
    r"(^|[._-])(example|sample|template|tmpl|tpl|dist|dummy)([._-]|$)", re.IGNORECASE
)
_EXAMPLE_FOLDERS = frozenset({"example", "examples", "samples", "templates"})
_VENDORED_FOLDERS = frozenset(
    {
        "node_modules",
        "bower_components",
        "jspm_packages",
        "vendor",
        "vendored",
        "third_party",
        "third-party",
        "thirdparty",
        "3rdparty",
        "site-packages",
        "dist-packages",
        "pods",
        "carthage",
        ".yarn",
        "_vendor",
    }
)
_PROSE = frozenset(
    {".md", ".mdx", ".markdown", ".rst", ".adoc", ".asciidoc", ".textile", ".org", ".pod", ".rdoc"}
)
_PROSE_IN_DOCS = frozenset({".txt", ".html", ".htm", ".tex"})
_DOCUMENTATION_FOLDERS = frozenset({"doc", "docs", "documentation", "man"})
_DOCUMENTATION = re.compile(
    r"(readme|changelog|changes|contributing|install|history|news|faq)(\..*)?"
)
_TRANSLATION_FOLDERS = frozenset(
    {"locale", "locales", "i18n", "l10n", "lang", "langs", "languages", "translations", "nls"}
)
_TRANSLATION = re.compile(
    r"(messages|strings|labels|translations?|i18n)([._-][a-z]{2,3}([._-]\w{2,4})?)?\.\w+"
    r"|(en|de|fr|es|it|pt|nl|pl|ru|uk|ja|ko|zh|sv|da|fi|nb|cs|sk|hu|tr|el|he|ar|fa|hi|vi|th|ro|bg|hr)"
    r"([_-][a-z]{2,4})?\.(json|ya?ml|properties|po|arb|strings|ts|js)"
)
_TRANSLATIONS = frozenset(
    {
        ".json",
        ".yml",
        ".yaml",
        ".properties",
        ".po",
        ".arb",
        ".strings",
        ".ts",
        ".js",
        ".php",
        ".rb",
    }
    | {".xml", ".ini", ".toml"}
)
_LOCKS = frozenset(
    {
        "package-lock.json",
        "npm-shrinkwrap.json",
        "pnpm-lock.yaml",
        "go.sum",
        "cargo.lock",
        "composer.lock",
        "gemfile.lock",
        ".secrets.baseline",
    }
)
_SAMPLE = 8192
_MOSTLY = 0.6


class Text:
    """A blob's text, with line numbers for offsets."""

    def __init__(self, text: str) -> None:
        """Keep the decoded text."""
        self.text = text

    @cached_property
    def lower(self) -> str:
        """Return the text in lower case: words are found in it without asking for each case."""
        return self.text.lower()

    def holds(self, *words: str) -> bool:
        """Return whether one of these stands in the text; far cheaper than a pattern."""
        return any(word in self.text for word in words)

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    def line_of(self, offset: int) -> int:
        """Return the 1-based line on which this offset stands."""
        return bisect_right(self._starts, offset)

    def start_of(self, offset: int) -> int:
        """Return the offset at which the line of this offset starts."""
        return self._starts[self.line_of(offset) - 1]

    def line_at(self, offset: int) -> str:
        """Return the text of the line on which this offset stands."""
        end = self.text.find("\n", offset)
        return self.text[self.start_of(offset) : end if end >= 0 else len(self.text)]


def decode(content: bytes) -> Text | None:
    """Return a blob's text, or None if it is binary.

    UTF-16 is read with or without a byte order mark.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Text(content.decode("utf-16", "replace"))
    head = content[:_SAMPLE]
    if b"\0" not in head:
        return Text(content.decode("utf-8-sig", "replace"))
    for encoding, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        if zeros.count(0) > _MOSTLY * len(zeros) and _is_readable(head.decode(encoding, "replace")):
            return Text(content.decode(encoding, "replace"))
    return None


def _is_readable(text: str) -> bool:
    odd = sum(
        not (letter.isprintable() or letter.isspace()) or letter == "\ufffd" for letter in text
    )
    return odd <= len(text) // 50


_DOMAIN = re.compile(r"(?<=/)(?:com|org|net)/example(?=/)")


def is_test(path: str) -> bool:
    """Return whether the path marks a test or a fixture."""
    parts = PurePosixPath(path.lower()).parts
    return bool(_TEST_FOLDERS.intersection(parts[:-1])) or bool(_TEST_FILE.search(parts[-1]))


def is_example(path: str) -> bool:
    """Return whether the path marks an example or a template, e.g. `.env.example`.

    A package of the JVM called `com.example` is none: the domain is what generators write.
    """
    parts = PurePosixPath(_DOMAIN.sub("", path.lower())).parts
    return bool(_EXAMPLE.search(parts[-1])) or bool(_EXAMPLE_FOLDERS.intersection(parts[:-1]))


def is_vendored(path: str) -> bool:
    """Return whether the path marks somebody else's code, copied or installed into the tree."""
    return bool(_VENDORED_FOLDERS.intersection(PurePosixPath(path.lower()).parts[:-1]))


def is_documentation(path: str) -> bool:
    """Return whether the path marks prose: what stands there is how a manual speaks."""
    name = PurePosixPath(path.lower())
    in_docs = bool(_DOCUMENTATION_FOLDERS.intersection(name.parts[:-1]))
    return (
        name.suffix in _PROSE
        or (in_docs and name.suffix in _PROSE_IN_DOCS)
        or bool(_DOCUMENTATION.fullmatch(name.name) and name.suffix not in {".py", ".sh", ".js"})
    )


def is_translation(path: str) -> bool:
    """Return whether the path marks the words of a user interface in one language."""
    name = PurePosixPath(path.lower())
    return (
        bool(_TRANSLATION_FOLDERS.intersection(name.parts[:-1]))
        or bool(_TRANSLATION.fullmatch(name.name))
    ) and name.suffix in _TRANSLATIONS


def is_lock(path: str) -> bool:
    """Return whether the path is a lock file: hashes and addresses, made by a tool."""
    name = PurePosixPath(path.lower()).name
    return name in _LOCKS or name.endswith(".lock")
