"""Code that runs and gives wrong results."""

from __future__ import annotations

import asyncio
import builtins
import re
from pathlib import Path
from typing import Any

import pytest

from atom_release.lab.distortion import distort
from atom_release_tests.fixtures.loaded import load_module

CODE = '''"""A module."""
from __future__ import annotations

def answer(value):
    return value

async def later(value):
    return value

def nothing(box):
    box.append(1)
    return

def none():
    return None

def numbers():
    yield 1
    return 2

def kept():
    return 5

class Thing:
    def __init__(self):
        self.value = 3

    @property
    def shown(self):
        return self.value

    def outer(self):
        def inner():
            return 1
        box = inner()
        return [box]
'''


def noted() -> list[str]:
    """Return what code that gave wrong results has left, by the names that nobody knows."""
    return [name for name in vars(builtins) if re.fullmatch(r"_[0-9a-f]{16}", name)]


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401 - made at run time
    (tmp_path / "m.py").write_text(CODE)
    (tmp_path / "test_m.py").write_text("def helper():\n    return 1\n")
    line = CODE.splitlines().index("def kept():") + 1
    changed = distort(tmp_path, ["."], tests=["tests"], keep={("m.py", line, "kept")})
    assert (changed.files, changed.functions) == (("m.py",), 5)
    assert changed.kept == (f"m.py:{line} kept",)
    assert (tmp_path / "test_m.py").read_text() == "def helper():\n    return 1\n"
    for name in noted():
        monkeypatch.delattr(builtins, name)
    return load_module(tmp_path / "m.py")


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        (True, False),
        (False, True),
        (1, 2),
        (0.5, 1.5),
        (1e300, 0),
        ("a", "a~"),
        (b"a", b"a~"),
        ([1], []),
        ([], [None]),
        ((), (None,)),
        ((200, {"a": 1}), (201, {"a": 2})),
        ((1, None), (2, None)),
        ((None,), ()),
        ({"a": 1, "b": None}, {"a": 2, "b": None}),
        ({"a": None}, {}),
        ({}, {None: None}),
        (object(), None),
        (None, None),
    ],
)
def test_every_kind_of_value_becomes_another_of_its_kind(
    module: Any,  # noqa: ANN401 - made at run time
    value: object,
    wrong: object,
) -> None:
    assert module.answer(value) == wrong


def test_so_it_is_of_what_is_awaited(module: Any) -> None:  # noqa: ANN401 - made at run time
    assert asyncio.run(module.later("a")) == "a~"


def test_a_mapping_is_empty_every_other_time(module: Any) -> None:  # noqa: ANN401 - made at run time
    """One test looks a value up, another looks whether the key is there."""
    assert [module.answer({"a": 1}) for _ in range(4)] == [{"a": 2}, {}] * 2


def test_what_returns_nothing_generates_or_is_kept_is_left_as_it_is(
    module: Any,  # noqa: ANN401 - made at run time
) -> None:
    box: list[int] = []
    module.nothing(box)
    assert (box, module.none(), list(module.numbers()), module.kept()) == ([1], None, [1], 5)
    assert not noted()
    assert module.Thing().shown == 4
    assert noted()
    assert module.Thing().outer() == []
