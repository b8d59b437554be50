"""Images of systems that stand beside a release's code, pulled or built on nothing but them.

A folder whose Dockerfile takes the database's image and lays a script into it is that database.
"""

from __future__ import annotations

import re

from atom_release.drafting.files import Files, folder_of

IMAGES = {
    "postgres": re.compile(r"(?:^|/)(?:postgres|postgis|pgvector|timescaledb)[\w.-]*(?::|$|@)"),
    "redis": re.compile(r"(?:^|/)(?:redis|valkey|keydb|redis-stack)[\w.-]*(?::|$|@)"),
    "vault": re.compile(r"(?:^|/)(?:vault|openbao)(?::|$|@)"),
}
_OTHERS = re.compile(
    r"(?:^|/)(?:mysql|mariadb|mongo|rabbitmq|memcached|elasticsearch|opensearch|kafka|minio)"
    r"[\w.-]*(?::|$|@)"
)
_FROM = re.compile(r"^[ \t]*+FROM\s+(?:--\S+\s+)*(\S+)", re.IGNORECASE | re.MULTILINE)
_CODE = re.compile(r".*\.(?:py|tsx?|jsx|go|rs|java|kt|rb|php|cs)|(?:.*/)?package\.json")


def system_built(files: Files, dockerfile: str) -> str:
    """Return the image of a system that a Dockerfile is built on; nothing where code is added."""
    stages = _FROM.findall(files.text(dockerfile))
    image = stages[-1] if stages else ""
    patterns = [*IMAGES.values(), _OTHERS]
    folder = folder_of(dockerfile)
    beside = files.below(folder) if folder else []
    if not folder or any(_CODE.fullmatch(path) for path in beside):
        return ""
    return image if any(pattern.search(image) for pattern in patterns) else ""
