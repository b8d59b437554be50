"""The words and signs by which people write a status, and what they amount to.

PASS needs a word or a tick that says so; "(Ready)" has neither and is nothing. The first clause
speaks, what follows only qualifies it: "PASS (BLOCKED external dependencies)" is PASS. Simulation
is the exception, because it is never a PASS. Words are those of `vocabulary`.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from http import HTTPStatus

from atom_release.gate.claims.record import ReportStatus
from atom_release.reader.shares import is_unfinished
from atom_release.reader.vocabulary import Words, spelled, words

LONGEST = 300
_SIGNS = {
    ReportStatus.PASS: re.compile("[✅✔☑🟢🎉✓🎊]"),
    ReportStatus.FAIL: re.compile("[❌✖✗✘✕🔴]"),
    ReportStatus.BLOCKED: re.compile("[⛔🚫]"),
    ReportStatus.PARTIAL: re.compile("[⚠🟡🔶🟠🔄⏳🚧🟨⏸]"),
}
_ANY_SIGN = re.compile("[✅✔☑🟢🎉✓🎊❌✖✗✘✕🔴⛔🚫⚠🟡🔶🟠🔄⏳🚧🟨⏸]")
_SHORTCODE = re.compile(r":([a-z_+\-]{1,30}):")
_SHORTCODES = {
    "white_check_mark": "✅",
    "heavy_check_mark": "✔",
    "ballot_box_with_check": "☑",
    "green_circle": "🟢",
    "tada": "🎉",
    "x": "❌",
    "negative_squared_cross_mark": "❌",
    "heavy_multiplication_x": "✖",
    "red_circle": "🔴",
    "no_entry": "⛔",
    "no_entry_sign": "🚫",
    "warning": "⚠",
    "yellow_circle": "🟡",
    "construction": "🚧",
    "hourglass": "⏳",
    "hourglass_flowing_sand": "⏳",
    "arrows_counterclockwise": "🔄",
}
_BRACKETS = frozenset("([（")
# A choice between states is none of them, nor is what a server answered: `HTTP/1.1 201 Created`.
_NO_STATUS = re.compile(
    r"\b(?:pass|fail|blocked|partial)\w*\s*(?:/|\||\bor\b)\s*(?:pass|fail|blocked|partial)"
    r"|\A[\s*_`\"']{0,9}(?:http/\d(?:\.\d)?\s+)?(?:"
    + "|".join(rf"{code.value} {re.escape(code.phrase)}\b" for code in HTTPStatus)
    + ")",
    re.IGNORECASE,
)
_BY_MEANS_OF = re.compile(
    r"[通][过過](?=[\w])(?!了|率|后|度|数|项|个|件|所有|全部|验收|測試|[\w]{0,10}(?:测试|測試|审核|检查|验证|驗證|评审|验收|检验|考核|校验|编译|构建))"
)
"""The word for "passed" where it says "by means of": what follows it is no test."""
_FEW = 7
_FEW_WIDE = 6
_WIDE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7a3]")
_LETTER = re.compile(r"[^\W\d_]")


@cache
def _clause() -> re.Pattern[str]:
    """Return what matches between the clause that speaks and those that qualify it."""
    return re.compile(
        r"\(|\[|（|，|。|；|;|,\s|\.\s|\||\s[-\u2013\u2014]\s|"
        rf"\s(?=(?:{spelled('l_parting')})\s)|(?={spelled('l_parting_wide')})"
    )


@cache
def _fillers() -> re.Pattern[str]:
    """Return what matches the words beside a status that add nothing to it."""
    return re.compile(rf"{words('status_filler').pattern}|\d+\s*%?|/")


@lru_cache(maxsize=8192)
def status_of(raw: str) -> ReportStatus | None:
    """Return the status that these words state, or None where they state none."""
    text = normal(raw)
    if not text or _NO_STATUS.search(text) or text.rstrip(" *_").endswith(("?", "\uff1f")):
        return None
    head, rests = _clauses(text)
    simulated = words("simulated")
    if simulated.search(head) or any(_begins(simulated, rest) for _, rest in rests):
        return ReportStatus.SIMULATED
    stated = _head(head)
    if stated is ReportStatus.PASS and _may_wait(head, rests):
        return None
    if stated is ReportStatus.PASS and (
        _awaits(head) or any(_takes_back(sign, rest) for sign, rest in rests)
    ):
        return ReportStatus.PARTIAL
    return stated


def _awaits(head: str) -> bool:
    """Return whether a status in lower case holds only once something else does: "pass once signed"."""
    word = words("pass").search(head)
    if word is None:
        return False
    behind = head[word.end() :].lstrip(" *_`")
    condition = words("t_on_condition").search(behind)
    return condition is not None and condition.start() == 0


def _may_wait(head: str, rests: list[tuple[str, str]]) -> bool:
    """Return whether a status in lower case names an approval behind "after", and nothing else.

    "PASS after review" may say what went before or what is waited for, and nothing decides.
    """
    for clause in (head, *(rest for _, rest in rests[:1])):
        after = words("t_after").search(clause)
        if after is not None:
            rest = clause[after.end() :].strip(" .!*_`)")
            return words("n_approval").fullmatch(rest) is not None
    return False


def normal(raw: str) -> str:
    """Return the text in lower case, with shortcodes as the signs that they stand for."""
    text = " ".join(raw[:LONGEST].split()).lower()
    if "通" in text:
        text = _BY_MEANS_OF.sub(" ", text)
    if ":" in text:
        text = _SHORTCODE.sub(lambda match: _SHORTCODES.get(match[1], match[0]), text)
    return text


def _clauses(text: str) -> tuple[str, list[tuple[str, str]]]:
    """Return the clause that speaks, and those behind it with what parts each from it.

    Where the first holds a sign and no letter, the next is taken with it.
    """
    pieces: list[tuple[str, str]] = []
    begin, sign = 0, ""
    for match in _clause().finditer(text):
        pieces.append((sign, text[begin : match.start()]))
        begin, sign = match.end(), match[0].strip() or "with"
    pieces.append((sign, text[begin:]))
    head = pieces.pop(0)[1]
    while (
        pieces and not _LETTER.search(head) and (pieces[0][0] not in _BRACKETS or not head.strip())
    ):
        head = f"{head} {pieces.pop(0)[1]}"
    return head, pieces


def _begins(pattern: Words, clause: str) -> bool:
    """Return whether one of the clause's first two words is one of the pattern's."""
    match = pattern.search(clause)
    return match is not None and len(clause[: match.start()].split()) <= 1


def _takes_back(sign: str, rest: str) -> bool:
    """Return whether what follows a passed status says that it is not whole."""
    text = without_no_trouble(rest)
    if _SIGNS[ReportStatus.PARTIAL].match(text.strip()) or sign_at_start(text.strip()) in _WORSE:
        return True
    hoped = words("as_hoped").sub(" ", _EXPECTED.sub(" ", text))
    failures = _FAILURES.search(text) is not None and _OVERCOME.search(text) is None
    if failures or _begins(words("unproven"), hoped):
        return True
    if sign in _BRACKETS:
        return is_unfinished(text, bracketed=True) or _begins(words("t_left_out"), text)
    text = _NOT_SO.sub(" ", text)
    connected = sign == "with" or _begins(words("but"), text)
    if connected and words("trouble").search(text):
        return True
    taken_back = ("negation", "partial", "blocked")
    if sign == "|" and len(text.split()) <= _FEW:
        return any(words(name).search(text) for name in ("partial", "blocked"))
    return sign in {",", "，"} and any(_begins(words(name), text) for name in taken_back)


_FAILURES = re.compile(
    r"(?<![\d.,/])[1-9]\d{0,5}\s+(?:(?:known|open|remaining|minor|flaky|unrelated|tests?)\s+){0,2}"
    r"(?:fail(?:ed|ing|ures?))\b"
)
"""Failures that are counted behind a pass: "PASS (2 known failures)"."""
_EXPECTED = re.compile(r"\b\d{1,6}\s+expected\s+fail\w*")
_OVERCOME = re.compile(
    r"\b(?:fixed|resolved|mended|repaired|closed|expected|x-?fail\w*|before|previous\w*|earlier|was"
    r"|were|injected|simulated|tolerated|recovered|retried|login|attempts?)\b"
)
_NOT_SO = re.compile(
    r"^\s*not an? (?:\w+ ){0,2}(?:bug|fault|defect|error|issue|problem|regression|blocker|failure)\b"
)
"""What something was not: "Resolved - not a fault of the code"."""
_WORSE = frozenset({ReportStatus.FAIL, ReportStatus.BLOCKED})


def without_no_trouble(text: str) -> str:
    """Return the text without such as "no failures" and "0 errors", which are no trouble."""
    kept = text
    for match in words("no_trouble").finditer(text):
        behind = re.match(r"(?:\s*[\w-]+){0,2}?\s*", text[match.end() :])
        trouble = words("fail").search(text, match.end()) or words("trouble").search(
            text, match.end()
        )
        if behind and trouble and len(text[match.end() : trouble.start()].split()) <= 1:
            kept = kept.replace(text[match.start() : trouble.end()], " ", 1)
    return kept


def _head(head: str) -> ReportStatus | None:
    signs = [status for status, sign in _SIGNS.items() if sign.search(head)]
    if not _LETTER.search(head):
        return signs[0] if len(signs) == 1 else None
    if words("nothing").search(head):
        return None
    stated = _words(without_no_trouble(head))
    if stated is None:
        unclear = words("negation").search(head) or words("pass").search(head)
        return signs[0] if len(signs) == 1 and not unclear else None
    if stated is ReportStatus.PASS and signs == [ReportStatus.PARTIAL]:
        return ReportStatus.PARTIAL
    opposed = {stated, *signs} >= {ReportStatus.PASS, ReportStatus.FAIL}
    return None if opposed else stated  # a cross beside "PASS" accuses nobody


def _words(head: str) -> ReportStatus | None:
    failed = words("fail").search(head)
    rest = words("fail").sub(" ", head)
    partial = words("partial").search(rest) or is_unfinished(rest)
    rest = words("partial").sub(" ", rest)
    passed = words("pass").search(rest)
    if words("blocked").search(rest):
        return None if passed or failed or words("negation").search(rest) else ReportStatus.BLOCKED
    if failed:
        return None if passed or words("negation").search(rest) else ReportStatus.FAIL
    if partial:
        return ReportStatus.PARTIAL
    if passed:
        unclear = words("negation").search(rest) or _only_praises(head)
        return None if unclear else ReportStatus.PASS
    return None


def _only_praises(head: str) -> bool:
    """Return whether a long clause passes by no more than a word that also praises a part.

    "Good foundation, excellent progress on the parser" is no status, "Excellent" is one.
    """
    short = len(head.split()) <= _FEW and len(_WIDE.findall(head)) <= _FEW_WIDE
    return not short and words("pass").search(words("pass_weak").sub(" ", head)) is None


def bare(text: str) -> bool:
    """Return whether the first clause is a status and nothing else.

    "PASS (see below)" is, "Complete isolation" is not.
    """
    head, _ = _clauses(normal(text))
    for concept in ("fail", "partial", "pass", "blocked", "simulated"):
        head = words(concept).sub(" ", head)
    return not _LETTER.search(_fillers().sub(" ", words("negation").sub(" ", head)))


def sign_at_start(text: str) -> ReportStatus | None:
    """Return the status of the sign that a text begins with, or None."""
    return next((status for status, sign in _SIGNS.items() if sign.match(text)), None)


def ticked(text: str) -> bool | None:
    """Return True where a text begins with a tick, False with a cross, None with neither."""
    sign = sign_at_start(text)
    if sign is ReportStatus.PASS:
        return True
    return False if sign is ReportStatus.FAIL else None


def has_cross(text: str) -> bool:
    """Return whether a cross stands anywhere in the text."""
    return _SIGNS[ReportStatus.FAIL].search(text) is not None


def has_tick(text: str) -> bool:
    """Return whether a tick stands anywhere in the text, and no other sign."""
    return [status for status, sign in _SIGNS.items() if sign.search(text)] == [ReportStatus.PASS]


def has_warning(text: str) -> bool:
    """Return whether a sign other than a tick stands anywhere in the text."""
    return any(
        sign.search(text) for status, sign in _SIGNS.items() if status is not ReportStatus.PASS
    )


def unsigned(text: str) -> str:
    """Return the text without signs."""
    return " ".join(_ANY_SIGN.sub("", text).split())
