"""Variables that a repository's own lines set where they run its tests: `APP_ENV=test pytest`.

Makefiles, scripts, pipelines and compose files have such lines. A value that only a shell would
know is left out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from atom_release.drafting.pipelines import runs_tests, tests_begin

if TYPE_CHECKING:
    from collections.abc import Iterable

_SET = re.compile(
    r"(?<![\w$\-./])(?P<name>[A-Za-z_]\w*+)="
    r"(?:\"(?P<double>[^\"]*+)\"|'(?P<single>[^']*+)'|(?P<plain>[^\s;&|\"'`<>()]*+))(?=[\s;&]|$)"
)
_LONGEST = 2000  # characters of a line that people write


def variables(texts: Iterable[str]) -> dict[str, str]:
    """Return what is set before the tests on the lines that run them; the first line counts."""
    stated: dict[str, str] = {}
    for text in texts:
        for line in map(str.strip, text.splitlines()):
            if "=" not in line or len(line) > _LONGEST or not runs_tests(line.lstrip("@-")):
                continue
            for match in _SET.finditer(line[: tests_begin(line)]):
                value = match["double"] or match["single"] or match["plain"] or ""
                if value and "$" not in value and "`" not in value:
                    stated.setdefault(match["name"], value)
    return stated
