"""Whether what a report says around a file is that it was made or changed, and is there now.

The words of an item before and behind its file, of a label over a list, and of a section's title.
"""

from __future__ import annotations

import re
from functools import cache

from atom_release.reader.facts import Fact
from atom_release.reader.paths import lead_path, path_of
from atom_release.reader.sections import says_made
from atom_release.reader.vocabulary import spelled, words
from atom_release.reader.words import has_cross, ticked

_NAMED = r"(?:`([^`]{1,200})`|(?!\[[^\[\]]{1,200}\]\()([\w@./\-\[\]]{1,200}\.\w{1,8})(?![\w/]))"
_OBJECT = r"[:：*]{0,3}\s*(?:\*\*)?"
_VERB_LONG = 90
_LABEL_LONG = 48
_KANA = re.compile("[\u3040-\u30ff]")
_BECAME = re.compile(
    r"[\s*`\"')]{0,4}(?:→|=>|->)[\s*`\"']{0,4}[\w@.\-]{0,80}(?:/|\.[a-z])", re.IGNORECASE
)
_FURTHER = 80
_LIST_MARKS = " -*+0123456789.)✅✓✔☑[]xX"
_MADE_BY_RUNNING = re.compile(r"\.(?:db|sqlite3?|log)$")
_IN_BRACKETS = re.compile(
    r"[^\w`]{0,8}[^`()（）]{2,70}?\*{0,2}\s?[(（](?:`([^`]{1,200})`|([\w@./\-\[\]]{1,200}))[)）]\W{0,6}(?:[-\u2013\u2014:：].*)?$"
)
_BRACKET = re.compile(r"[(（]([^()（）]{1,60})[)）]")
_BUILD_FOLDER = re.compile(r"(?:build|dist|target|out|coverage|htmlcov|node_modules)/")
_IN_IT = re.compile(r"[(（](?:removed|removido|eliminado|entfernt)\s\w+\s\w+[^()（）]{0,60}[)）]")
_SAYS_DONE = ("verb_made", "t_work_done", "verb_we")
_LEADING = re.compile(r"^[^\w]{1,12}")
_SHORT = 4


@cache
def _compound() -> str:
    """Return what matches a word that ends in one for a file: "Testdatei"."""
    return rf"\w{{0,12}}(?:{spelled('n_file_ending')})"


@cache
def _range() -> re.Pattern[str]:
    """Return what matches that a range of files goes on behind one: "a.py to d.py"."""
    return re.compile(rf"[`*]*\s(?:{spelled('l_up_to')})\s[`*]*[\w/.\-]{{0,80}}[\w\-]\.\w")


@cache
def _from_to() -> re.Pattern[str]:
    """Return what matches one file up to another: which are between them is anybody's guess."""
    return re.compile(
        rf"\.\w{{1,8}}[`*]{{0,3}}\s?(?:\u2013|(?:{words('l_up_to').pattern})\s?)[`*]{{0,3}}[\w/.\-]{{1,80}}\.\w"
    )


@cache
def _file_noun() -> str:
    """Return what matches a word that stands for a file, or for a part of a project."""
    return f"(?:{words('n_file').pattern}|{words('n_part').pattern}|{_compound()})"


@cache
def _object() -> re.Pattern[str]:
    """Return what matches the file behind a verb, whatever its words: "a new script `a.py`"."""
    named = rf"(?:(?:[\w-]{{1,20}}\s+){{0,3}}?{_file_noun()}(?:\s*[:：]\s*|\s+))?"
    return re.compile(rf"{_OBJECT}{named}(?:\*\*)?{_NAMED}", re.IGNORECASE)


@cache
def _passive() -> re.Pattern[str]:
    """Return what matches a sentence that says of a file that it was made, or that work was done in it.

    "The file `a.py` was updated", "a script was created in `a.py`", "a file was created: `a.py`",
    "the fix was applied in the file `a.py`".
    """
    verb = rf"(?:{words('verb_made').pattern})"
    built = rf"(?:{words('t_built').pattern})"
    file = rf"(?:{words('n_file').pattern}|{_compound()})"
    place = f"(?:{spelled('l_in')})"
    return re.compile(
        rf"(?:{file}\s+(?:\*\*)?`(?P<subject>[^`]{{1,200}})`(?:\*\*)?\s+(?:[^\W\d]+\s+){{0,3}}?{verb}"
        rf"|{_file_noun()}[^`.;:]{{1,60}}?{built}\s+{place}\s+(?:\*\*)?`(?P<place>[^`]{{1,200}})`"
        rf"|(?<!\w)(?:{words('verb_we').pattern})\s(?:[^\W\d]+\s){{0,2}}?(?:{file}\s)?(?:[^\W\d]+\s){{0,2}}?`(?P<ours>[^`]{{1,200}})`"
        rf"|{file}\s[^`.;:]{{0,40}}?{verb}\s?[:：]\s*`(?P<told>[^`]{{1,200}})`"
        rf"|(?:{words('n_work').pattern})\s[^`.;:]{{1,60}}?(?:{words('t_work_done').pattern})"
        rf"(?:\s[^\W\d]+){{0,3}}?\s{place}\s(?:(?:the|la|el|o|a|le|der|dem|den)\s)?{file}\s+(?:\*\*)?`(?P<at>[^`]{{1,200}})`)",
        re.IGNORECASE,
    )


@cache
def _in_place() -> re.Pattern[str]:
    """Return what matches the place of a change: "imports in `a.py`", "a schema to models/b.py"."""
    place = f"(?:{spelled('l_into')})"
    return re.compile(
        rf"[^`.;:,]{{2,80}}?\s{place}\s+(?:\*\*)?{_NAMED}(?:\*\*)?\W*$", re.IGNORECASE
    )


def told_path(raw: str, *, done: bool = False) -> tuple[str, int] | None:
    """Return the file that a line says first was made, and where it ends: "Created script `a.py`".

    With `done`, for a line with a tick, also where it was a task: "Create `a.py`".
    """
    text = raw.lstrip(_LIST_MARKS)
    lowered = text.lower()
    verb = words("verb_made").match(lowered) or (
        words("verb_make").match(lowered) if done else None
    )
    named = _object().match(text, verb.end()) if verb else None
    path = path_of(named[1] or named[2]) if named else None
    if named is None or path is None or (named[2] and "/" not in path):
        return None
    return path, len(raw) - len(text) + named.end()


def place_path(raw: str, *, done: bool) -> tuple[str, int] | None:
    """Return the file in which a line says something was changed: "Fixed imports in `a.py`"."""
    text = raw.lstrip(_LIST_MARKS)
    lowered = text.lower()
    verb = words("verb_made").match(lowered) or (
        words("verb_make").match(lowered) if done else None
    )
    named = _in_place().match(text, verb.end()) if verb else None
    path = path_of(named[1] or named[2]) if named else None
    return (path, len(raw)) if path else None


def sentence_path(raw: str) -> tuple[str, int] | None:
    """Return the file that a sentence says was made, and where it ends; of an if or a not, none."""
    lowered = raw.lower()
    if "`" not in raw or not any(words(verb).search(lowered) for verb in _SAYS_DONE):
        return None
    passive = _passive().search(raw)
    if passive is None:
        return None
    before = raw[: passive.end()].lower()
    if words("conditioned").search(before) or words("t_work_open").search(before):
        return None
    path = path_of(next(name for name in passive.groups() if name))
    return (path, passive.end()) if path else None


def bracketed_path(raw: str) -> str | None:
    """Return the file in brackets behind the name of what was made: "**Queue** (`dock/queue.py`)"."""
    match = _IN_BRACKETS.match(raw)
    path = path_of(match[1] or match[2]) if match else None
    return path if path and not _MADE_BY_RUNNING.search(path) else None


def says_made_behind(behind: str) -> bool:
    """Return whether a description begins or ends with the verb: "a.md - Entry hinzugefügt".

    In Japanese it only ends with it, what begins with it is a compound.
    """
    text = behind.lower().strip(" *_`)(:：-\u2013\u2014.。!✅（）")
    text = words("l_already").sub(" ", text).strip()
    verb = words("verb_made")
    if verb.match(text) and not _KANA.search(text):
        return True
    return len(text) <= _VERB_LONG and any(
        match.end() == len(text) for match in verb.finditer(text)
    )


def told_behind(raw: str) -> tuple[str, int] | None:
    """Return the file in code marks that an item begins with, where the verb follows: "`a.yml` created"."""
    lead = lead_path(raw, loose=True) if "`" in raw else None
    return lead if lead and says_made_behind(raw[lead[1] :]) else None


def is_only_seen(behind: str) -> bool:
    """Return whether what stands behind a path says no more than that it was seen."""
    return words("seen_only").match(behind.lower().lstrip(" *_`)(:：-\u2013\u2014")) is not None


def is_made_by_running(path: str) -> bool:
    """Return whether a path is a folder that a build writes, or a log: no commit holds them."""
    return _BUILD_FOLDER.fullmatch(path) is not None or path.endswith(".log")


def is_name(text: str) -> bool:
    """Return whether a label is a name and no clause."""
    return len(text) <= _LABEL_LONG and not re.search("[,，、;；]", text)


def says_changed(lowered: str) -> bool:
    """Return whether a label in lower case says that what stands below it was changed."""
    return words("t_made").search(lowered) is not None or says_made(lowered, "n_part")


def delivers(fact: Fact, begin: int, end: int) -> bool:
    """Return whether an item says that its file is there now."""
    if fact.checked is False or ticked(fact.text) is False or has_cross(fact.text):
        return False
    removed = words("removed")
    before = fact.raw[:end].lower()
    behind = fact.raw[end:].lower()
    if removed.search(re.sub(r"`[^`]*`", " ", _IN_IT.sub(" ", before))) or is_gone(behind):
        return False
    if (
        _BECAME.match(behind)
        or _range().match(behind)
        or _from_to().search(fact.raw[begin : end + _FURTHER])
    ):
        return False
    brackets = _BRACKET.finditer(fact.raw[begin:].lower())
    if any(there_before(bracket[1]) for bracket in brackets):
        return False
    match = removed.search(behind)
    in_it = _IN_IT.search(behind) or words("gone_now").match(_LEADING.sub("", behind))
    if match is None or in_it:
        return True  # "removed two imports" speaks of what is in it
    return len(re.findall(r"\w+", behind)) > _SHORT or begin > end


def there_before(text: str) -> bool:
    """Return whether a remark says that its file was there before: "exists", "unchanged"."""
    bare = text.lower().strip(" *_`✓✅✔.-\u2013\u2014")
    return words("there_before").match(bare) is not None


def is_gone(behind: str) -> bool:
    """Return whether what stands behind a path says first that its file is gone.

    "deleted from the old folder" does, "removed two imports" speaks of what is in it.
    """
    text = _LEADING.sub("", behind)
    gone = words("gone_now").match(text)
    if gone is None:
        return False
    rest = text[gone.end() :].lstrip()
    return not rest or rest[0] in ",;.:()（）。，—-" or words("gone_why").match(rest) is not None
