"""Whether what a report says around a file is that it was made or changed, and is there now.

The words of an item before and behind its file, of a label over a list, and of a section's title.
"""

from __future__ import annotations

import re

from atom_release.reader.facts import Fact
from atom_release.reader.paths import path_of
from atom_release.reader.sections import Section, says_made
from atom_release.reader.vocabulary import words
from atom_release.reader.words import has_cross, has_tick, ticked

_CODED = re.compile(
    r"[:：*]{0,3}\s*(?:(?:an?|the|un|una|une|le|la|el|o|a|um|uma|eine?|der|die|das|new|nuevo|novo|nouveau|\w{0,12}"
    r"(?:file|script|module|component|document|archivo|fichero|arquivo|fichier|datei|skript|файл|文件|ファイル|파일))\s+){0,3}"
    r"(?:\*\*)?`([^`]{1,200})`",
    re.IGNORECASE,
)
_VERB_LONG = 90
_LABEL_LONG = 48
_KANA = re.compile("[\u3040-\u30ff]")
_RANGE = re.compile(r"[`*]*\s(?:to|through|到|至|bis|hasta|até|から)\s")
_FROM_TO = re.compile(
    r"\.\w{1,8}[`*]{0,3}\s?(?:到|至|から|\u2013|to\s|through\s|bis\s|hasta\s|até\s|à\s)\s?[`*]{0,3}[\w/.\-]{1,80}\.\w"
)
"""From one file to another: which are between them is anybody's guess."""
_FURTHER = 80
_BRACKET = re.compile(r"[(（]([^()（）]{1,60})[)）]")
_LEADING = re.compile(r"^[^\w]{1,12}")
_SHORT = 4


def told_path(raw: str) -> tuple[str, int] | None:
    """Return the file that an item says was made, and where it ends: "Created script `a.py`"."""
    text = raw.lstrip(" -*+0123456789.)✅✓✔☑[]xX")
    match = words("verb_made").match(text.lower())
    coded = _CODED.match(text, match.end()) if match else None
    path = path_of(coded[1]) if coded else None
    if coded is None or path is None:
        return None
    return path, len(raw) - len(text) + coded.end()


def says_made_behind(behind: str) -> bool:
    """Return whether a description begins or ends with the verb: "a.md - Entry hinzugefügt".

    In Japanese it only ends with it, what begins with it is a compound.
    """
    text = behind.lower().strip(" *_`)(:：-\u2013\u2014.。!✅")
    verb = words("verb_made")
    if verb.match(text) and not _KANA.search(text):
        return True
    return len(text) <= _VERB_LONG and any(
        match.end() == len(text) for match in verb.finditer(text)
    )


def is_name(text: str) -> bool:
    """Return whether a label is a name and no clause."""
    return len(text) <= _LABEL_LONG and not re.search("[,，、;；]", text)


def says_changed(lowered: str) -> bool:
    """Return whether a label in lower case says that what stands below it was changed."""
    return words("t_made").search(lowered) is not None or says_made(lowered, "n_part")


def lists_work(section: Section) -> bool:
    """Return whether ticks in a section may stand for work that was done.

    Not where it tells where files are, that they were checked, or which documents there are.
    """
    return not _is_looked_at(section) and not (_is_index_of_all(section))


def _is_index_of_all(section: Section) -> bool:
    above = section.parent
    documents = is_index(section) or (above is not None and is_index(above))
    title = section.title.lower()
    finished = has_tick(title) or words("pass").search(title) or words("t_whole").search(title)
    return documents and not finished


def is_index(section: Section) -> bool:
    """Return whether a section tells which documents there are, and not that they were made."""
    title = section.title.lower()
    documents = words("t_documents").search(title) is not None
    return documents and not (section.topic.made or words("verb_made").search(title))


def _is_looked_at(section: Section) -> bool:
    """Return whether a section, or one above it, tells where files are or that they were checked."""
    title = section.title.lower()
    looked = any(
        words(name).search(title) for name in ("t_files_looked_at", "t_not_made", "t_looked")
    )
    return looked or (section.parent is not None and _is_looked_at(section.parent))


def of_what_was_made(section: Section) -> bool:
    """Return whether a section, or the one above it, is about what was made or changed."""
    above = section.parent
    return section.topic.made or (above is not None and above.topic.made)


def delivers(fact: Fact, begin: int, end: int) -> bool:
    """Return whether an item says that its file is there now."""
    if ticked(fact.text) is False or has_cross(fact.text):
        return False
    if _FROM_TO.search(fact.raw[begin : end + _FURTHER]):
        return False
    removed = words("removed")
    before = fact.raw[:end].lower()
    behind = fact.raw[end:].lower()
    if removed.search(re.sub(r"`[^`]*`", " ", before)):
        return False
    if _RANGE.match(behind) or _is_gone(behind):
        return False
    if any(there_before(bracket[1]) for bracket in _BRACKET.finditer(behind)):
        return False
    match = removed.search(behind)
    return match is None or len(re.findall(r"\w+", behind)) > _SHORT or begin > end


def there_before(text: str) -> bool:
    """Return whether a remark says that its file was there before: "exists", "unchanged"."""
    bare = text.lower().strip(" *_`✓✅✔.-\u2013\u2014")
    return words("there_before").match(bare) is not None


def _is_gone(behind: str) -> bool:
    """Return whether what stands behind a path says first that its file is gone.

    "deleted from the old folder" does, "removed two imports" speaks of what is in it.
    """
    text = _LEADING.sub("", behind)
    gone = words("gone_now").match(text)
    if gone is None:
        return False
    rest = text[gone.end() :].lstrip()
    return not rest or rest[0] in ",;.:()（）。，—-" or words("gone_why").match(rest) is not None
