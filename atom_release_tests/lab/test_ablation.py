"""Ablation: bodies go, everything that can be seen of a function from outside stays."""

from __future__ import annotations

import asyncio
import inspect
import os
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from atom_release.lab.ablation import ablate
from atom_release.lab.rewriting import Rewritten

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SOURCE = '''
from functools import wraps
from typing import Protocol

def outer(function):
    """Kept: called by the import."""
    @wraps(function)
    def inner(*args):
        return function(*args)
    return inner

@outer
def plain(a, b=1, *, c: int = 2) -> int:
    """Say it."""
    return a + b + c

def one_line(x): return x

def steps():
    yield 1

def passes_on():
    yield from steps()

async def waits():
    return 1

async def streams():
    yield 1

def not_a_generator():
    def within():
        yield 1
    return within

class Thing(Protocol):
    size = 3

    def nothing(self) -> None: ...

    def only_said(self) -> None:
        """Say only."""

    def passing(self):
        pass

    @property
    def large(self):
        return self.size > 2
'''


def made(
    tmp_path: Path, source: str = SOURCE, keep: set[tuple[str, int, str]] | None = None
) -> tuple[Rewritten, Any]:
    (tmp_path / "svc").mkdir(exist_ok=True)
    path = tmp_path / "svc" / "code.py"
    path.write_text(source)
    ablated = ablate(
        tmp_path,
        ["svc"],
        tests=["tests"],
        keep={("svc/code.py", 5, "outer")} if keep is None else keep,
    )
    names: dict[str, Any] = {}
    exec(compile(path.read_text(), str(path), "exec"), names)  # noqa: S102 - the test's own text
    return ablated, SimpleNamespace(
        **{name: value for name, value in names.items() if not name.startswith("__")}
    )


WORD = r"^[0-9a-f]{16}$"


def refuses(action: Callable[[], object]) -> None:
    with pytest.raises(RuntimeError, match=WORD):
        action()


def test_every_kind_of_function_raises_and_stays_what_it_is(tmp_path: Path) -> None:
    ablated, code = made(tmp_path)
    refuses(lambda: code.plain(1))
    refuses(lambda: code.one_line(1))
    refuses(lambda: list(code.steps()))
    refuses(lambda: list(code.passes_on()))
    refuses(lambda: asyncio.run(code.waits()))
    refuses(code.not_a_generator)
    assert inspect.isgeneratorfunction(code.steps)
    assert inspect.isgeneratorfunction(code.passes_on)
    assert inspect.iscoroutinefunction(code.waits)
    assert inspect.isasyncgenfunction(code.streams)
    assert not inspect.isgeneratorfunction(code.not_a_generator)
    assert ablated.functions == 9
    assert ablated.files == ("svc/code.py",)


def test_names_signatures_decorators_and_docstrings_stay(tmp_path: Path) -> None:
    _, code = made(tmp_path)
    assert str(inspect.signature(code.plain)) in {
        "(a, b=1, *, c: int = 2) -> int",
        "(a, b=1, *, c: 'int' = 2) -> 'int'",
    }
    assert code.plain.__doc__ == "Say it."
    assert code.plain.__wrapped__
    assert isinstance(inspect.getattr_static(code.Thing, "large"), property)


def test_what_has_no_body_is_left_alone(tmp_path: Path) -> None:
    _, code = made(tmp_path, SOURCE.replace("(Protocol)", ""))
    thing = code.Thing()
    assert (thing.nothing(), thing.only_said(), thing.passing()) == (None, None, None)
    refuses(lambda: thing.large)


def test_kept_functions_are_whole_and_named_and_what_lies_within_is_not(tmp_path: Path) -> None:
    ablated, code = made(tmp_path)
    assert ablated.kept == ("svc/code.py:5 outer",)
    refuses(lambda: code.outer(len)("x"))


def test_without_the_kept_function_the_module_cannot_be_imported(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=WORD):
        made(tmp_path, keep=set())


def test_test_files_are_untouched(tmp_path: Path) -> None:
    body = "def helper():\n    return 1\n"
    names = [
        "checks/helper.py",
        "svc/test_a.py",
        "svc/a_test.py",
        "svc/conftest.py",
        "svc/tests/deep/helper.py",
    ]
    for name in [*names, "svc/contest.py"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(body)
    ablated = ablate(tmp_path, ["svc", "checks"], tests=["checks"], keep=())
    assert ablated.files == ("svc/contest.py",)
    assert all((tmp_path / name).read_text() == body for name in names)


@pytest.mark.parametrize(
    "source",
    [
        b"def broken(:\n",
        b"\x00",
        b"# coding: no-such\n",
        b"def f():\n    return " + b"(" * 5000 + b")" * 5000,
        b"x = " + b"-" * 20000 + b"1",
        b"\xff\xfe",
    ],
)
def test_what_is_not_python_is_noted_and_left(tmp_path: Path, source: bytes) -> None:
    (tmp_path / "bad.py").write_bytes(source)
    (tmp_path / "good.py").write_text("def f():\n    return 1\n")
    ablated = ablate(tmp_path, ["."], tests=[], keep=())
    assert (ablated.unread, ablated.files) == (("bad.py",), ("good.py",))
    assert (tmp_path / "bad.py").read_bytes() == source


def test_encodings_are_honoured(tmp_path: Path) -> None:
    (tmp_path / "old.py").write_bytes(
        "# -*- coding: latin-1 -*-\nNAME = 'é'\ndef f():\n    return NAME\n".encode("latin-1")
    )
    ablate(tmp_path, ["old.py"], tests=[], keep=())
    names: dict[str, Any] = {}
    exec((tmp_path / "old.py").read_text(encoding="utf-8"), names)  # noqa: S102 - the test's own text
    assert names["NAME"] == "é"


def test_files_are_replaced_and_never_written_through(tmp_path: Path) -> None:
    """The control's copy shares its files with the judged copy, and a link may lead anywhere."""
    judged, copy, outside = tmp_path / "judged.py", tmp_path / "copy", tmp_path / "outside.py"
    for path in (judged, outside):
        path.write_text("def f():\n    return 1\n")
    copy.mkdir()
    os.link(judged, copy / "code.py")
    (copy / "link.py").symlink_to(outside)
    ablated = ablate(copy, ["."], tests=[], keep=())
    assert ablated.files == ("code.py",)
    assert judged.read_text() == outside.read_text() == "def f():\n    return 1\n"
