"""A JSON document of the release: the answers of its objects that are of a service or a policy.

An object is of what its key names, or what a member such as `id` or `service` does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from atom_release.gate.facts.documents import Statement
from atom_release.reader import json_lines
from atom_release.reader.answers import accuracy_of, tests_of
from atom_release.reader.json_lines import Leaf
from atom_release.reader.subjects import Subjects
from atom_release.reader.words import status_of

_NAMING = ("id", "task", "task_id", "service", "policy", "name")
_STATUS = frozenset({"status", "result", "outcome", "verdict"})
_ASIDE = frozenset(
    {"previous", "before", "baseline", "history", "expected", "target", "budget", "example"}
)
_LONGEST = 160
Path = tuple[str | int, ...]


def read_statements(text: str, subjects: Subjects) -> list[Statement]:
    """Return the answers of a document.

    Raises:
        NotJson: it is none.
    """
    leaves, _ = json_lines.leaves(text)
    source = text.split("\n")
    objects: dict[Path, dict[str, Leaf]] = {}
    for leaf in leaves:
        if not _ASIDE & {str(key).lower() for key in leaf.path}:
            objects.setdefault(leaf.path[:-1], {})[str(leaf.path[-1])] = leaf
    return [
        Statement.model_validate(
            {
                "subject": subject,
                "question": question,
                "value": value,
                "line": leaf.line,
                "text": source[leaf.line - 1].strip()[:_LONGEST],
                "row": "/".join(map(str, leaf.path)),
            }
        )
        for path, members in objects.items()
        for subject, question, value, leaf in _answers(path, members, subjects)
    ]


def _answers(
    path: Path, members: dict[str, Leaf], subjects: Subjects
) -> Iterator[tuple[str, str, str, Leaf]]:
    for key, leaf in members.items():
        subject = subjects.of(key)
        if subject and isinstance(leaf.value, str) and (stated := status_of(leaf.value)):
            yield subject, "status", stated.value, leaf
    subject = _subject(path, members, subjects)
    if not subject:
        return
    for key, leaf in members.items():
        value = leaf.value
        if key.lower() in _STATUS and isinstance(value, str) and (stated := status_of(value)):
            yield subject, "status", stated.value, leaf
        elif key.lower() == "tests" and isinstance(value, str) and (counts := tests_of(value)):
            yield subject, "tests", counts, leaf
        elif key.lower() == "accuracy" and (number := accuracy_of(str(value))):
            yield subject, "accuracy", number, leaf
    yield from _counted(path, members, subject)


def _counted(
    path: Path, members: dict[str, Leaf], subject: str
) -> Iterator[tuple[str, str, str, Leaf]]:
    """Yield the count of tests that an object's members give, with or without the word in them."""
    counts = {_plain(key): leaf for key, leaf in members.items()}
    passed, total = _whole(counts.get("passed")), _whole(counts.get("total"))
    if passed is None:
        return
    if total is not None and passed <= total:
        yield subject, "tests", f"{passed}/{total}", counts["total"]
    elif total is None and _of_tests(path, members):
        yield subject, "tests", f"{passed} passed", counts["passed"]


def _plain(key: str) -> str:
    return re.sub(r"[_-]|tests?(?=_|-|[A-Z]|$)", "", key).lower()


def _of_tests(path: Path, members: dict[str, Leaf]) -> bool:
    """Return whether the object or its members are of tests by name."""
    return any("test" in key.lower() for key in (*map(str, path[-1:]), *members))


def _subject(path: Path, members: dict[str, Leaf], subjects: Subjects) -> str:
    """Return what an object is of: by its own key, by its `tests` member's, or by a naming member."""
    for name in _NAMING:
        leaf = members.get(name)
        if leaf is not None and isinstance(leaf.value, str) and (of := subjects.of(leaf.value)):
            return of
    keys = [key for key in path if isinstance(key, str)]
    if keys and keys[-1].lower() == "tests":
        keys.pop()
    return subjects.of(keys[-1]) if keys else ""


def _whole(leaf: Leaf | None) -> int | None:
    value = leaf.value if leaf is not None else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if float(value).is_integer() else None
