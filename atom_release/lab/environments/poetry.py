"""What Poetry's own tables in pyproject.toml ask for, said as other tools say it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_CARET = re.compile(r"\^\s*(\d+)(?:\.(\d+))?(?:\.(\d+))?(.*)")
_TILDE = re.compile(r"~\s*(\d+)(?:\.(\d+))?(?:\.(\d+))?(.*)")


def groups(tool: Mapping[str, Any]) -> list[str]:
    """Return the names of the dependency groups."""
    poetry = _table(tool, "poetry")
    named = [canonicalize_name(name) for name in _table(poetry, "group")]
    return [*named, *(["dev"] if "dev-dependencies" in poetry and "dev" not in named else [])]


def group(tool: Mapping[str, Any], name: str) -> list[str]:
    """Return the requirements of one group."""
    poetry = _table(tool, "poetry")
    tables = [
        _table(table, "dependencies")
        for key, table in _table(poetry, "group").items()
        if canonicalize_name(key) == name and isinstance(table, dict)
    ]
    if name == "dev":
        tables.append(_table(poetry, "dev-dependencies"))
    return [line for table in tables for line in _lines(table)]


def dependencies(tool: Mapping[str, Any]) -> list[str]:
    """Return the project's own dependencies, where they stand in Poetry's table."""
    return list(_lines(_table(_table(tool, "poetry"), "dependencies")))


def requires_python(tool: Mapping[str, Any]) -> str:
    """Return what it says of Python's version, or nothing."""
    value = _table(_table(tool, "poetry"), "dependencies").get("python")
    return specifier(value) if isinstance(value, str) else ""


def specifier(text: str) -> str:
    """Return a version constraint of Poetry's as a standard specifier."""
    if "||" in text or text.strip() == "*":
        return ""
    return ",".join(_part(part.strip()) for part in text.split(",") if part.strip())


def _part(part: str) -> str:
    if match := _CARET.fullmatch(part):
        return _range(match, _after_caret)
    if match := _TILDE.fullmatch(part):
        return _range(match, _after_tilde)
    return part if part[0] in "<>=!" else f"=={part}"


def _range(match: re.Match[str], after: Any) -> str:  # noqa: ANN401 - one of the two below
    numbers = [int(number) for number in match.groups()[:3] if number is not None]
    least = ".".join(map(str, numbers)) + match[4].strip()
    return f">={least},<{'.'.join(map(str, after(numbers)))}"


def _after_caret(numbers: list[int]) -> list[int]:
    place = next((at for at, number in enumerate(numbers) if number), len(numbers) - 1)
    return [*numbers[:place], numbers[place] + 1]


def _after_tilde(numbers: list[int]) -> list[int]:
    return [numbers[0] + 1] if len(numbers) == 1 else [numbers[0], numbers[1] + 1]


def _lines(table: Mapping[str, Any]) -> Iterator[str]:
    for name, value in table.items():
        for entry in value if isinstance(value, list) else [value]:
            if name != "python" and (line := _line(name, entry)):
                yield line


def _line(name: str, value: object) -> str:
    if isinstance(value, str):
        return f"{name}{specifier(value)}"
    if not isinstance(value, dict) or value.get("optional"):
        return ""
    extras = f"[{','.join(value['extras'])}]" if isinstance(value.get("extras"), list) else ""
    if isinstance(value.get("path"), str):
        return f"./{value['path']}{extras}"
    if address := value.get("git") or value.get("url"):
        return f"{name} @ {address}"
    marker = f" ; {value['markers']}" if isinstance(value.get("markers"), str) else ""
    return f"{name}{extras}{specifier(str(value.get('version', '*')))}{marker}"


def _table(value: Mapping[str, Any], name: str) -> dict[str, Any]:
    inner = value.get(name)
    return inner if isinstance(inner, dict) else {}
