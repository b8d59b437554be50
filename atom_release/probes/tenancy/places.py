"""Where in the migrations a table, view or function was made.

So that a leak can be read at its line.

A name is looked for as SQL writes it; it decides nothing, and a name that is not found has no
place.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from atom_release.lab.migrations.statements import statements

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from atom_release.probes.tenancy.faults import Leak

_WORD = r'(?:"(?:[^"]|"")+"|[\w$]+)'
_MADE = re.compile(
    r"(?:create|alter)\s+(?:or\s+replace\s+)?(?:unlogged\s+|global\s+|local\s+|temp(?:orary)?\s+|materialized\s+|recursive\s+)*"
    r"(?:table|view|function|procedure|role|user)\s+(?:if\s+(?:not\s+)?exists\s+)?(?:only\s+)?"
    rf"(?P<name>(?:{_WORD}\s*\.\s*)?{_WORD})",
    re.IGNORECASE,
)


def placed(leaks: Iterable[Leak], files: Sequence[tuple[str, bytes]]) -> list[Leak]:
    """Return the leaks, each with the file and line that made what leaks, where there is one."""
    made = _made(files)
    return [_placed(leak, made) for leak in leaks]


def _placed(leak: Leak, made: dict[str, tuple[str, int]]) -> Leak:
    label = leak.where.partition("(")[0]
    path, line = made.get(_plain(label)) or made.get(_plain(label.rpartition(".")[2])) or ("", 0)
    return replace(leak, path=path, line=line)


def _made(files: Sequence[tuple[str, bytes]]) -> dict[str, tuple[str, int]]:
    """Return the first place of each name.

    That is where it was made, for nothing can be altered before.
    """
    made: dict[str, tuple[str, int]] = {}
    for path, content in files:
        text = content.decode("utf-8-sig", "replace")
        for statement in statements(text):
            match = _MADE.match(statement.text)
            if match:
                made.setdefault(
                    _plain(match["name"]),
                    (path, text.count("\n", 0, statement.start + match.start()) + 1),
                )
    return made


def _plain(name: str) -> str:
    """Return a name without its quotes, in lower case.

    Reports write it as the catalog has it, migrations as they like.
    """
    parts = re.findall(r'"((?:[^"]|"")+)"|([\w$]+)', name)
    return ".".join(quoted.replace('""', '"') or plain for quoted, plain in parts).lower()
