"""The words and signs by which people write a status, and what they amount to.

PASS needs a word or a tick that says so; "(Ready)" has neither and is nothing. The first clause
speaks, what follows only qualifies it: "PASS (BLOCKED external dependencies)" is PASS. Simulation
is the exception, because it is never a PASS.
"""

from __future__ import annotations

import re
from functools import lru_cache

from atom_release.gate.claims.record import ReportStatus

_TICK = re.compile("[✅✔☑🟢🎉]")
_CROSS = re.compile("[❌✖✗✘🔴]")
_STOP = re.compile("[⛔🚫]")
_CAUTION = re.compile("[⚠🟡🔶🟠🔄⏳🚧🟨]")
_CLAUSE = re.compile(
    r"\(|\[|\s[-\u2013—]\s|;|,\s|\.\s|\swith\s|\sbut\s|\sexcept\s|\safter\s|\|", re.IGNORECASE
)
_CHOICE = re.compile(
    r"\b(?:pass|fail|blocked|partial)\w*\s*(?:/|\||\bor\b)\s*(?:pass|fail|blocked|partial)",
    re.IGNORECASE,
)
_SIMULATED = re.compile(r"^\W*(?:\w+\s)?(?:simulat\w+|mock(?:ed)?|dry.run|stub(?:bed)?)\b")
_NOTHING = re.compile(
    r"\b(?:n/?a|not"
    r" (?:applicable|started|run|tested|checked|assessed|evaluated|reviewed|executed)"
    r"|tbd|unknown|skipped|pass"
    r" rate|to be)\b"
)
_UNFINISHED = re.compile(
    r"\b(?:partial\w*|in.progress|incomplete|wip|pending|ongoing|mostly|draft|unfinished|almost|nearly|not"
    r" (?:yet )?(?:complete\w*|done|finished|ready))\b"
)
_FAILED = re.compile(
    r"\b(?:fail\w*|errors?|errored|broken|rejected|red|not (?:yet )?pass\w*|non.?compliant|not"
    r" compliant|violat\w+|unsuccessful\w*)\b"
)
_BLOCKED = re.compile(r"\b(?:blocked|blocking)\b")
_PASSED = re.compile(
    r"\b(?:pass|passed|passes|passing|complete|completed|success|successful|successfully|succeeded|done|ok|okay|green|finished|compliant|satisfied|"
    r"verified|delivered|achieved|met)\b"
)
_NEGATED = re.compile(r"\b(?:not|never|no|cannot|can't|without|isn't)\b")
_SHARE = re.compile(r"(\d{1,7})\s*/\s*(\d{1,7})|(\d{1,3})(?:\.\d+)?\s*%")
_TROUBLE = re.compile(r"(?<!no )(?<!0 )(?<!zero )(?<!without )\b(?:fail(?:ed|ures?|ing)|errors)\b")
_BARE = re.compile(
    r"[^a-z]*(?:(?:fully|partially|not|in|currently|all) )?(?:pass|passed|passes|"
    r"passing|fail|fails|failed|failing|blocked|partial|complete|completed|compliant|"
    r"non.?compliant|done|ok|met|satisfied|verified|violated|pending|progress|simulated|simulation|success|successful)[^a-z]*"
)
LONGEST = 300


@lru_cache(maxsize=8192)
def status_of(raw: str) -> ReportStatus | None:
    """Give the status that these words state, or None where they state none."""
    text = " ".join(raw[:LONGEST].split())
    if not text or _CHOICE.search(text):
        return None
    lowered = text.lower()
    clause = _CLAUSE.search(lowered)
    head = lowered[: clause.start()] if clause else lowered
    rest = lowered[clause.end() :] if clause else ""
    if not head.strip():
        return None
    if _SIMULATED.search(head) or _SIMULATED.search(rest):
        return ReportStatus.SIMULATED
    found = _head(head)
    return (
        ReportStatus.PARTIAL
        if found is ReportStatus.PASS and _TROUBLE.search(rest) and " with " in f" {lowered} "
        else found
    )


def _head(head: str) -> ReportStatus | None:
    words = _words(head)
    signs = _signs(head)
    if words is None and not _said(head):
        return signs[0] if len(signs) == 1 else None
    if words is None:
        return (
            signs[0]
            if len(signs) == 1 and not _NOTHING.search(head) and not _NEGATED.search(head)
            else None
        )
    if words is ReportStatus.PASS and signs == [ReportStatus.PARTIAL]:
        return ReportStatus.PARTIAL
    opposed = {words, *signs} >= {ReportStatus.PASS, ReportStatus.FAIL}
    return (
        None if opposed else words
    )  # a cross beside "PASS" says nothing that one could hold against anyone


def _said(head: str) -> bool:
    return any(character.isalpha() for character in head)


def _words(head: str) -> ReportStatus | None:
    if _NOTHING.search(head):
        return None
    if _UNFINISHED.search(head) or _unfinished_share(head):
        return ReportStatus.PARTIAL
    failed = _FAILED.search(head)
    passed = _PASSED.search(_FAILED.sub("", head))
    if _BLOCKED.search(head):
        return None if passed or failed or _NEGATED.search(head) else ReportStatus.BLOCKED
    if failed:
        return (
            None
            if passed or (_NEGATED.search(head) and not failed[0].startswith("not"))
            else ReportStatus.FAIL
        )
    if passed and not _NEGATED.search(head):
        return ReportStatus.PASS
    return None


def _unfinished_share(head: str) -> bool:
    """Say whether it names a share of the whole that is less than all of it.

    As in "80 % complete".
    """
    share = _SHARE.search(head)
    if share is None:
        return False
    return int(share[1]) < int(share[2]) if share[1] else int(share[3]) < 100  # noqa: PLR2004 - percent


def _signs(head: str) -> list[ReportStatus]:
    signs = (
        (_TICK, ReportStatus.PASS),
        (_CROSS, ReportStatus.FAIL),
        (_STOP, ReportStatus.BLOCKED),
        (_CAUTION, ReportStatus.PARTIAL),
    )
    return [status for sign, status in signs if sign.search(head)]


def bare(text: str) -> bool:
    """Say whether the first clause is a status and nothing else.

    "PASS (see below)", not "Complete isolation".
    """
    clause = _CLAUSE.search(text)
    head = (text[: clause.start()] if clause else text).lower()
    return _BARE.fullmatch(head[:LONGEST]) is not None


def ticked(text: str) -> bool | None:
    """Say whether a line begins with a tick (True) or a cross (False), or with neither (None)."""
    if _TICK.match(text):
        return True
    return False if _CROSS.match(text) else None


def unsigned(text: str) -> str:
    """Give the text without the signs that stand at its ends."""
    for sign in (_TICK, _CROSS, _STOP, _CAUTION):
        text = sign.sub("", text)
    return " ".join(text.split())
