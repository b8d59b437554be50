"""The words of a command that makes a file: its script, what the commit lacks, another argument."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from atom_release.gate.manifest import Release

_INTERPRETER = re.compile(
    r"(?:python|pypy)[\d.]*|\{python\}|(?:ba|da|z)?sh|node|ruby|perl|tsx|ts-node|php"
)
_SCRIPT = re.compile(r".*\.(?:py|sh|bash|[cm]?[jt]sx?|rb|pl|php)")
_OPTION = re.compile(r"(--?[\w-]+=)(.*)", re.DOTALL)


@dataclass(frozen=True)
class MakingCommand:
    """A command as it is run in a folder of the tree."""

    words: Sequence[str]
    directory: str
    held: Container[str]  # the paths of the judged tree

    @cached_property
    def script(self) -> str:
        """The path, in the tree, of the script that the command runs; empty where it has none."""
        module = self._module()
        if module:
            return module
        word = self._script_word()
        return self.path_of(word) if word else ""

    @property
    def lacking(self) -> list[str]:
        """The script, where the commit does not hold it."""
        outside = not self.script or self.script.startswith("../")
        return [] if outside or self.script in self.held else [self.script]

    @property
    def own_files(self) -> set[str]:
        """The files of the tree that the command names: the script and what it is given."""
        paths = {self.path_of(word.rpartition("=")[2]) for word in self.words}
        return {path for path in {*paths, self.script} if path in self.held}

    def path_of(self, word: str) -> str:
        """Return the path in the tree that a word may be."""
        return os.path.normpath(PurePosixPath(self.directory) / word)

    def with_another_argument(self, release: Release) -> tuple[str, tuple[str, ...]] | None:
        """Return the word that names the release's phase or version, and the command with another.

        None where no word does.
        """
        start = max(1, self._place_of_script() + 1)
        for place, word in enumerate(self.words[start:], start):
            option = _OPTION.fullmatch(word)
            lead, value = option.groups() if option else ("", word)
            other = _another(value, release)
            if other and self.path_of(value) not in self.held:
                words = (*self.words[:place], f"{lead}{other}", *self.words[place + 1 :])
                return value, words
        return None

    def _place_of_script(self) -> int:
        word = self._script_word()
        return self.words.index(word) if word else 0

    def _script_word(self) -> str:
        if not self.words:
            return ""
        first = self.words[0]
        if _INTERPRETER.fullmatch(PurePosixPath(first).name):
            after = next((word for word in self.words[1:] if not word.startswith("-")), "")
            options = set(self.words[1 : self.words.index(after)]) if after else set()
            return after if _SCRIPT.fullmatch(after) and not options & {"-m", "-c", "-e"} else ""
        return first if "/" in first and not first.startswith("/") else ""

    def _module(self) -> str:
        """Return the file of the module that Python is told to run, where the tree holds it."""
        words = list(self.words)
        if "-m" not in words[:-1]:
            return ""
        place = words[words.index("-m") + 1].replace(".", "/")
        candidates = (self.path_of(f"{place}.py"), self.path_of(f"{place}/__main__.py"))
        return next((path for path in candidates if path in self.held), "")


def _another(value: str, release: Release) -> str:
    """Return a value for another phase or version; nothing where it names neither."""
    phase, version = release.phase, release.version
    other = "Q" if phase.upper() != "Q" else "R"
    if value.casefold() == phase.casefold():
        return other if value.isupper() else other.lower()
    if value.removeprefix("v") == version.removeprefix("v"):
        return f"{'v' if value.startswith('v') else ''}99.98.97"
    named = re.compile(rf"(phase[-_ ]?){re.escape(phase)}(?![a-z0-9])", re.IGNORECASE)
    return named.sub(rf"\g<1>{other}", value) if named.search(value) else ""
