"""What a script asks beside the files of the tree, by the words that it would need for it.

A check of installed packages, of a deployed system or of the history comes out the same whatever
lies in the tree, and is no constant for that.
"""

from __future__ import annotations

import re

_LIBRARIES = (
    r"importlib[._]metadata|pkg_resources|requests|urllib3?|http\.client|httpx|aiohttp|socket"
    r"|psycopg\w*|asyncpg|sqlalchemy|pymongo|redis|boto3|axios|hvac|node-fetch|pg|mysql\w*"
)
_PROGRAMS = r"pip|npm|pnpm|yarn|kubectl|docker|curl|wget|psql|redis-cli|vault|aws|gh"
_OUTSIDE = re.compile(
    rf"\b(?:import|from)\s+(?:{_LIBRARIES})\b|\brequire\(\s*[\"'](?:{_LIBRARIES})[\"']|\bfetch\("
    rf"|[\"'](?:{_PROGRAMS})[\"']\s*,|(?:^|[;&|(\"'`]\s*|-m\s+)(?:{_PROGRAMS})\s+[\w-]+",
    re.MULTILINE,
)
_HISTORY = re.compile(
    r"\bgit\b\W{1,8}(?:show|grep|log|diff|cat-file|ls-tree|archive|blame|rev-list|shortlog)\b"
    r"|\b(?:gitleaks|trufflehog|pygit2|GitPython|dulwich)\b|\bfrom git import\b|\bimport git\b"
)


def asks_outside(script: str) -> str:
    """Return the first word by which a script asks something beside the tree; or nothing."""
    match = _OUTSIDE.search(script)
    return " ".join(match[0].split()) if match else ""


def reads_history(script: str) -> bool:
    """Return whether a script reads what git keeps, and not only where it stands."""
    return bool(_HISTORY.search(script))
