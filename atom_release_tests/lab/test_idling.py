"""Code that does nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from atom_release.lab.idling import idle
from atom_release_tests.fixtures.loaded import load_module

CODE = '''"""A module."""
from __future__ import annotations

def write(box):
    """Write."""
    box.append(1)
    return box

def refuse(value):
    raise ValueError(value)

async def later():
    raise OSError

def numbers():
    yield 1

def kept():
    return 5

class Thing:
    def __init__(self):
        self.value = 3

    @property
    def shown(self):
        return self.value

    def push(self, item):
        self.value = item
        return self
'''


@pytest.fixture
def module(tmp_path: Path) -> Any:  # noqa: ANN401 - made at run time
    (tmp_path / "m.py").write_text(CODE)
    line = CODE.splitlines().index("def kept():") + 1
    changed = idle(tmp_path, ["."], tests=["tests"], keep={("m.py", line, "kept")})
    assert (changed.files, changed.functions) == (("m.py",), 5)
    return load_module(tmp_path / "m.py")


def test_nothing_is_done_or_refused_and_what_comes_back_can_be_used(
    module: Any,  # noqa: ANN401 - made at run time
) -> None:
    box: list[int] = []
    given = module.write(box)
    assert box == []
    assert given
    assert given.any.name(1)[0] is given
    assert list(given) == []
    with given:
        pass
    module.refuse(None)
    asyncio.run(module.later())
    thing = module.Thing()
    thing.push(9)
    assert thing.value == 3


def test_what_one_function_returns_is_the_same_each_time_and_not_anothers(
    module: Any,  # noqa: ANN401 - made at run time
) -> None:
    """So a test that compares the code with itself is not taken for one that judges it."""
    assert module.write([]) == module.write([1])
    assert module.write([]) != module.refuse(None)
    assert module.write([]) != []


def test_special_methods_generators_and_what_imports_called_are_whole(
    module: Any,  # noqa: ANN401 - made at run time
) -> None:
    assert (list(module.numbers()), module.kept(), module.Thing().value) == ([1], 5, 3)
