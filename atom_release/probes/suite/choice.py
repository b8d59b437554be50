"""Whether the manifest's own words choose among a suite's tests.

Options of the runners, as arguments or in the variables that the runners read as arguments. What
the project's own configuration chooses is told by the run itself, and is not looked for here.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_AS_ARGUMENTS = ("PYTEST_ADDOPTS", "NODE_OPTIONS")
_OF_PYTEST = re.compile(
    r"-[vqxsl]*[km].*|--(?:deselect|ignore|ignore-glob|lf|last-failed|ff|sw|stepwise)(?:[=-].*)?"
)
_SETTINGS = re.compile(
    r"(?:addopts|testpaths|norecursedirs|collect_imported_tests|python_(?:files|classes|functions))\s*="
)
_OF_SCRIPTS = re.compile(
    r"-[tgo]|--(?:testNamePattern|test-?name-?pattern|test-skip-pattern|test-only|grep|fgrep|invert"
    r"|shard|changed|changedSince|onlyChanged|onlyFailures|lastCommit)(?:=.*)?"
)  # by name or by what changed; which files there are is `paths`, too


def chooses(arguments: Sequence[str], environment: Mapping[str, str], *, by_pytest: bool) -> bool:
    """Return whether any of the manifest's words leaves tests out."""
    words = [*arguments, *_words(environment)]
    if not by_pytest:
        return any(_OF_SCRIPTS.fullmatch(word) for word in words)
    return any(_OF_PYTEST.fullmatch(word) for word in words) or any(
        _SETTINGS.match(setting) for setting in _settings(words)
    )


def _words(environment: Mapping[str, str]) -> Iterator[str]:
    for name in _AS_ARGUMENTS:
        text = environment.get(name, "")
        try:
            yield from shlex.split(text)
        except ValueError:
            yield from text.split()


def _settings(words: Sequence[str]) -> Iterator[str]:
    """Yield what takes the place of the project's configuration, as `name=value`."""
    for number, word in enumerate(words):
        if word in {"-o", "--override-ini"}:
            yield from words[number + 1 : number + 2]
        elif match := re.match(r"(?:-o|--override-ini=)(.+)", word):
            yield match[1]
