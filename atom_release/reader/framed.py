"""From a plain text whose titles are framed to the Markdown that says the same, line by line.

Such reports draw what Markdown marks: a title between two rules or above one, a box, a list with
bullets of its own, at whatever indentation. Each line stays where it is, so that the facts, which
the one reader of Markdown makes of it, quote the report's own lines. A text with a heading of
Markdown is left alone, and so is one with fewer than two drawn titles: a rule may be just a rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from atom_release.reader.vocabulary import concepts, name_of

_ATX = re.compile(r"#{1,6}\s+\S")
_FENCE = re.compile(r"\s*(?:```|~~~\w*$)")
_RULE = re.compile(r"\s{0,40}[╔╚╠]?(?:([=\-_~*#━═─▬])\1{4,}|[╔╚╠]═{3,})[╗╝╣]?\s*")
_BOXED = re.compile(r"\s{0,40}║(.{0,200})║\s*")
_INLINE = re.compile(r"\s{0,40}([=\-━═─*])\1{2,}\s+(\D{2,80}?)\s+\1{3,}\s*")
_COLUMNS = re.compile(r"\S\s{3,}\S")
_FIELD = re.compile(r"\s*(\w[\w ]{1,40}):\s+\S")
_OWN_LIST = re.compile(
    r"(\s*)((?:[•▪▸►‣◦●○■✓✔✅☑☒✗✘❌□📄📁]|\[\s?[xX✓✔✅ ]\s?\]|[-*+]|\d{1,3}[.)])\s+)(\S.*)"
)
_STRONG = "=═━#*"
_FEWEST = 2
_MOST_TITLE_LINES = 3
_LONGEST_TITLE = 100
_HEADER_FIELDS = frozenset({"status", "date", "version", "commit", "branch"})
_CODE = 4
_DEEPEST = 6


def as_markdown(lines: Sequence[str]) -> list[str]:
    """Return the lines of a text as Markdown has them, each at its place."""
    if not any(_RULE.fullmatch(line) or _INLINE.fullmatch(line) for line in lines):
        return list(lines)
    if _has_headings(lines):
        return list(lines)
    titles = dict(_titles([_unboxed(line) for line in lines]))
    if len(titles) < _FEWEST:
        return list(lines)
    return list(_written(lines, titles))


def _has_headings(lines: Sequence[str]) -> bool:
    """Return whether a text has a heading as Markdown writes it, outside of its code."""
    fenced = False
    for line in lines:
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced and _ATX.match(line):
            return True
    return False


def _unboxed(line: str) -> str:
    match = _BOXED.fullmatch(line)
    return match[1].strip() if match else line


def _titles(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Yield the index of each title with the sign that its frame is drawn with."""
    index = 0
    while index < len(lines):
        inline = _INLINE.fullmatch(lines[index])
        if inline:
            yield index, inline[1]
        elif _RULE.fullmatch(lines[index]):
            end = _closing(lines, index)
            if end is not None and _is_title(lines[index + 1], alone=end == index + 2):
                yield index + 1, lines[index].strip(" ╔╚╠")[0]
                index = end
        elif _is_underlined(lines, index):
            yield index, lines[index + 1].strip()[0]
            index += 1
        index += 1


def _closing(lines: list[str], index: int) -> int | None:
    """Return the index of the rule that closes the frame that begins at another, if one does."""
    for end in range(index + 1, min(len(lines), index + _MOST_TITLE_LINES + 2)):
        if not lines[end].strip():
            return None
        if _RULE.fullmatch(lines[end]):
            return end if end > index + 1 else None
    return None


def _is_title(line: str, *, alone: bool) -> bool:
    """Return whether a framed line is a title, and no field of a header or a foot."""
    field = _FIELD.match(line)
    named = field is not None and bool(concepts(name_of(field[1])) & _HEADER_FIELDS)
    if len(line.strip()) > _LONGEST_TITLE or named:
        return False
    return alone or field is None


def _is_underlined(lines: list[str], index: int) -> bool:
    """Return whether a line alone has a rule below it, as a title has."""
    line = lines[index]
    if not line.strip() or index + 1 == len(lines) or not _RULE.fullmatch(lines[index + 1]):
        return False
    above = lines[index - 1] if index else ""
    alone = not above.strip() or _RULE.fullmatch(above) is not None
    drawn = _COLUMNS.search(line.strip()) or _OWN_LIST.fullmatch(line) or _FIELD.match(line)
    return alone and not drawn and len(line.strip()) <= _LONGEST_TITLE


def _written(lines: Sequence[str], titles: dict[int, str]) -> Iterator[str]:
    first, last = min(titles), max(titles)
    strong = any(sign in _STRONG for index, sign in titles.items() if index != first)
    margins: list[int] = []
    fenced = False
    for index, line in enumerate(lines):
        if _FENCE.match(line):
            fenced = not fenced
        if fenced:
            yield line
        elif index in titles:
            margins = []
            level = 1 if index == first else 2 if titles[index] in _STRONG or not strong else 3
            yield f"{'#' * level} {_title(_unboxed(line))}"
        elif _RULE.fullmatch(line):
            margins = []
            framing = index - 1 in titles or index + 1 in titles
            yield "" if framing or index < last else "***"  # only the last parts off a foot
        else:
            yield _line(_unboxed(line), margins)


def _title(line: str) -> str:
    inline = _INLINE.fullmatch(line)
    return (inline[2] if inline else line).strip()


def _line(line: str, margins: list[int]) -> str:
    """Return a line with its bullet as Markdown's, as deep as the list's margins say."""
    match = _OWN_LIST.fullmatch(line)
    if match is None:
        if line.strip() and not line[0].isspace():
            margins.clear()
        return line.lstrip() if _FIELD.match(line) and not margins else line
    margin = len(match[1].expandtabs(_CODE))
    while margins and margins[-1] >= margin:
        margins.pop()
    margins.append(margin)
    bullet, text = match[2].strip(), match[3]
    if bullet[0].isdigit() or bullet in "-*+":
        mark = bullet
    elif bullet[0] == "[" or bullet in "□☑✓✔✅☒✗✘❌":
        mark = f"- {_tick(bullet)}"
    else:
        mark = "-"
    return f"{'   ' * min(len(margins) - 1, _DEEPEST)}{mark} {text}"


def _tick(bullet: str) -> str:
    inside = bullet.strip("[] ")
    if bullet == "□" or not inside:
        return "[ ]"
    return "[x]" if inside in "xX" or bullet == "☑" else inside
