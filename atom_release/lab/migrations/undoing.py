"""Does a file take back everything that it made? Then one half of it is a way back.

Statements are read by their first words only. What is not understood counts as lasting work, so
that a file is doubted only where all that it did is seen to be undone.
"""

from __future__ import annotations

import re

from atom_release.lab.migrations.statements import statements

_NAME = r'(?:(?:"(?:[^"]|"")+"|[\w$]+)(?:\s*\.\s*(?:"(?:[^"]|"")+"|[\w$]+))*)'
_KIND = (
    r"(?P<kind>table|materialized\s+view|view|function|procedure|type|domain|sequence|index|schema"
    r"|policy|trigger|rule)"
)
_CREATE = re.compile(
    rf"create\s+(?:or\s+replace\s+|unlogged\s+|unique\s+|recursive\s+|constraint\s+)*{_KIND}\s+"
    rf"(?:concurrently\s+)?(?:if\s+not\s+exists\s+)?(?P<name>{_NAME})(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_DROP = re.compile(
    rf"drop\s+{_KIND}\s+(?:concurrently\s+)?(?:if\s+exists\s+)?(?P<name>{_NAME})(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_ON = re.compile(rf"\bon\s+(?:only\s+)?(?P<table>{_NAME})", re.IGNORECASE)
_ALTER = re.compile(
    rf"alter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?(?P<table>{_NAME})\s+(?P<action>.+)",
    re.IGNORECASE | re.DOTALL,
)
_SWITCHES = (
    (r"(?P<on>enable)\s+row\s+level\s+security", r"(?P<off>disable)\s+row\s+level\s+security"),
    (r"(?P<on>force)\s+row\s+level\s+security", r"(?P<off>no\s+force)\s+row\s+level\s+security"),
    (
        rf"add\s+(?:column\s+)?(?:if\s+not\s+exists\s+)?(?P<on>{_NAME})\s.*",
        rf"drop\s+(?:column\s+)?(?:if\s+exists\s+)?(?P<off>{_NAME}).*",
    ),
    (
        rf"alter\s+(?:column\s+)?(?P<on>{_NAME})\s+set\s+not\s+null",
        rf"alter\s+(?:column\s+)?(?P<off>{_NAME})\s+drop\s+not\s+null",
    ),
)
_RIGHT = re.compile(
    r"(?P<verb>grant|revoke)\s+(?P<what>.+?)\s+(?:to|from)\s+(?P<who>.+)", re.IGNORECASE | re.DOTALL
)
_NO_WORK = re.compile(
    r"(?:set|reset|comment\s+on|begin|start\s+transaction|commit|end|analyze)\b", re.IGNORECASE
)
_SEEDING = re.compile(rf"insert\s+into\s+(?P<name>{_NAME})", re.IGNORECASE)

Mark = tuple[str, str]


def undoes_itself(text: str) -> bool:
    """Return whether the file's last word on everything that it changes is to take it back."""
    state: dict[Mark, bool] = {}  # what was changed -> whether the change stands
    for statement in statements(text):
        marks = _marks(statement.text, state)
        if marks is None:
            return False
        for mark, made in marks:
            state[mark] = made if mark not in state or made else False
    dropped = {mark[1] for mark, stands in state.items() if not stands and mark[0] == "object"}
    return bool(dropped or _switched_back(state)) and not any(
        stands and not _gone_with(mark, dropped) for mark, stands in state.items()
    )


def _switched_back(state: dict[Mark, bool]) -> bool:
    return any(not stands for mark, stands in state.items() if mark[0] != "object")


def _gone_with(mark: Mark, dropped: set[str]) -> bool:
    """Return whether a right or a switch of an object went with the object itself."""
    words = set(re.findall(r"[\w$.]+", mark[1]))
    return mark[0] != "object" and any(name in words for name in dropped)


def _marks(text: str, state: dict[Mark, bool]) -> list[tuple[Mark, bool]] | None:
    """Return what a statement makes (True) or takes back (False); None where its work lasts."""
    if _NO_WORK.match(text):
        return []
    if match := _CREATE.match(text):
        return [(_object(match), True)]
    if match := _DROP.match(text):
        mark = _object(match)
        return [(mark, False)] if mark in state else []
    if match := _ALTER.match(text):
        return _altered(match, state)
    if match := _RIGHT.match(text):
        mark = ("right", _plain(f"{match['what']} : {match['who']}"))
        granted = match["verb"].lower() == "grant"
        return [(mark, granted)] if granted or mark in state else None
    seeded = _SEEDING.match(text)
    return [] if seeded and ("object", _plain(seeded["name"])) in state else None


def _object(match: re.Match[str]) -> Mark:
    place = (
        _ON.search(match["rest"])
        if match["kind"].lower() in {"policy", "trigger", "rule"}
        else None
    )
    return "object", _plain(match["name"]) + (f" on {_plain(place['table'])}" if place else "")


def _altered(match: re.Match[str], state: dict[Mark, bool]) -> list[tuple[Mark, bool]] | None:
    """Read one action on a table; a switch may be turned first either way."""
    action, table = match["action"].strip(), _plain(match["table"])
    for number, (on, off) in enumerate(_SWITCHES):
        for pattern, group, way in ((on, "on", "+"), (off, "off", "-")):
            hit = re.fullmatch(pattern, action, re.IGNORECASE | re.DOTALL)
            if hit is None or (number == 2 and "," in action):  # noqa: PLR2004 - several columns at once
                continue
            name = _plain(hit[group]) if number > 1 else ""
            here = ("switch", f"{table} {number} {name} {way}")
            back = ("switch", f"{table} {number} {name} {'-' if way == '+' else '+'}")
            return [(back, False)] if back in state else [(here, True)]
    return None


def _plain(name: str) -> str:
    return re.sub(r"\s+", " ", name.replace('"', "")).strip().lower().removeprefix("public.")
