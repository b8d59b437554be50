"""The variables that a release's services read: their names, never a value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from atom_release.drafting.files import Files
from atom_release.drafting.findings import Deployment, Place, Seen
from atom_release.drafting.settings_files import EXAMPLE

_FILE = re.compile(rf"(?:.*/)?(?:\.?env|{EXAMPLE.pattern})", re.IGNORECASE)
_LINE = re.compile(r"^[ \t]*+(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=", re.MULTILINE)
_SECRET = re.compile(
    r"SECRET|PASSWORD|PASSWD|TOKEN|PRIVATE|CREDENTIAL|API_?KEY|(?:^|_)KEY$|DATABASE_URL|DSN",
    re.IGNORECASE,
)

_MEASURE = re.compile(
    r"_(?:(?:MILLI)?SECONDS?|SECS?|MS|MINUTES?|MINS?|HOURS?|DAYS?|WEEKS?|TTL|LENGTH|SIZE|COUNT|LIMIT|MIN|MAX"
    r"|EXPIR\w*|LIFETIME|ALGORITHM|ISSUER|AUDIENCE|ENABLED|ROUNDS|COST)$",
    re.IGNORECASE,
)


def variables(files: Files, deployments: Iterable[Deployment]) -> Iterator[Seen[str]]:
    """Yield every variable's name once, files of examples before deployments."""
    taken: set[str] = set()
    for seen in (
        *_of_files(files),
        *(seen for deployment in deployments for seen in deployment.variables),
    ):
        if seen.value not in taken:
            taken.add(seen.value)
            yield seen


def _of_files(files: Files) -> Iterator[Seen[str]]:
    for path in filter(_FILE.fullmatch, files.paths):
        text = files.text(path)
        for match in _LINE.finditer(text):
            yield Seen(match[1], Place(path, text.count("\n", 0, match.start(1)) + 1))


def is_secret(name: str) -> bool:
    """Return whether a variable's name says that its value is a secret."""
    return bool(_SECRET.search(name)) and not _MEASURE.search(name)
