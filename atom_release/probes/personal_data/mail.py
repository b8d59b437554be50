"""E-mail addresses of persons: not of roles, nor reserved domains, nor a file's author."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

MANY = 5
_ADDRESS = re.compile(
    r"(?<![\w.+/:@-])[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,18}(?![\w@-])"
)
_RESERVED = re.compile(
    r"(^|[.@])(example|test|invalid|localhost|local|internal|lan|corp)$"
    r"|(^|[.-])(example|sample|dummy|fake|yourdomain|yourcompany|mycompany|acme|foo|bar|placeholder|testing)\.[a-z.]+$"
    r"|^(domain|company|email|mail|host|server|site|tenant[\w-]*|tests?|demo|none|nowhere|somewhere|corp|org|your-?\w+|my-?\w+)\.[a-z.]+$"
    r"|(^|\.)noreply\.",
    re.IGNORECASE,
)
_ROLES = frozenset(
    """admin administrator info support help helpdesk contact hello hi sales team security abuse postmaster webmaster hostmaster noreply no-reply
    donotreply do-not-reply root git user username users me you someone somebody nobody test tester testuser dev devnull dev-null developer developers
    ops devops alerts alert billing office press legal privacy service services system bot ci build release releases notifications notification news
    newsletter feedback jobs hr it api mail email name first.last firstname.lastname""".split()  # noqa: SIM905 - so many read best as words
)
_AUTHORSHIP = re.compile(
    r"licen[cs]e.*|copying.*|notice.*|authors.*|contributors.*|maintainers.*|codeowners|credits.*|thanks.*|changelog.*|changes.*|history.*|news.*"
    r"|\.mailmap|package(-lock)?\.json|pyproject\.toml|setup\.(py|cfg)|cargo\.toml|composer\.(json|lock)|pom\.xml|metadata|pkg-info"
    r"|.*\.(gemspec|nuspec|podspec|po|pot)|security\.(md|txt)|code_of_conduct.*|citation\.cff",
    re.IGNORECASE,
)


def is_authorship(path: str) -> bool:
    """Return whether the file is one in which people name themselves as authors."""
    return bool(_AUTHORSHIP.fullmatch(PurePosixPath(path).name))


def addresses(text: str) -> Iterator[tuple[int, str]]:
    """Find addresses that could be a person's, with their offsets."""
    if "@" not in text:
        return
    for match in _ADDRESS.finditer(text):
        local, _, domain = match[0].rpartition("@")
        if (
            not _RESERVED.search(domain)
            and re.sub(r"[\d+].*$", "", local.lower()) not in _ROLES
            and not domain.lower().endswith((".py", ".js", ".md"))
        ):
            yield match.start(), match[0]


def are_many(mails: Iterable[str]) -> bool:
    """Return whether these addresses are so many that they come from a register of people."""
    return len({address.lower() for address in mails}) >= MANY
