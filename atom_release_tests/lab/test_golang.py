"""Functions of Go: where their bodies begin, what they return, and which run first."""

from __future__ import annotations

from pathlib import Path

import pytest

from atom_release.lab import golang
from atom_release.lab.golang.parsing import Unreadable, parse


@pytest.mark.parametrize(
    ("head", "results", "names"),
    [
        ("func f()", (), False),
        ("func f() int", ("int",), False),
        ("func (r *Rate) f(a, b int) (int, error)", ("int", "error"), False),
        ("func f[T any](values []T) map[string]T", ("map [ string ] T",), False),
        ("func f() (n int, err error)", ("n int", "err error"), True),
        ("func f() (a, b int)", ("a", "b int"), True),
        ("func f(x interface{ M() }) interface{}", ("interface { }",), False),
        ("func f() struct{ x int }", ("struct { x int }",), False),
        ("func f() (func(int) (string, error), chan<- int)", None, False),
        (
            "func f() (http.Handler, []byte, *big.Int)",
            ("http . Handler", "[ ] byte", "* big . Int"),
            False,
        ),
        ("func f(\n\ta int, // one {\n\tb string, /* two } */\n) error", ("error",), False),
    ],
)
def test_the_body_of_a_function_is_found_behind_its_types(
    head: str, results: tuple[str, ...] | None, *, names: bool
) -> None:
    text = f"package p\n\nvar brace = `}}` + \"{{\" + string('{{')\n\n{head} {{ return }}\n"
    (function,) = parse(text).functions
    assert text[function.start - 1 :] == "{ return }\n"
    assert function.names_results is names
    assert results is None or function.results == results


def test_a_declaration_without_a_body_and_a_literal_are_none() -> None:
    text = "package p\n\nfunc fast(a int) int\n\nvar f = func() int { return 1 }\n\nfunc g() {}\n"
    assert [function.name for function in parse(text).functions] == ["g"]


def test_brackets_that_do_not_match_are_unreadable() -> None:
    with pytest.raises(Unreadable):
        parse("package p\n\nfunc f() {\n")


CODE = """package p

var table = build(size)

func build(count int) []int { return fill(count) }

func fill(count int) []int { return make([]int, count) }

func init() { prepare() }

func prepare() {}

func Later() int { return 1 }

func size() int { return 2 }
"""


def test_what_runs_while_a_package_is_initialised_is_left_whole(tmp_path: Path) -> None:
    """Initial values, `init`, what they call, and a function that is handed on by its name."""
    (tmp_path / "p.go").write_text(CODE)
    (tmp_path / "p_test.go").write_text("package p\n\nfunc helper() {}\n")
    rewritten = golang.ablate(tmp_path, ["."], tests=[], keep=())
    assert (rewritten.files, rewritten.functions) == (("p.go",), 1)
    text = (tmp_path / "p.go").read_text()
    assert text.count(f'panic("{rewritten.mark}")') == 1
    assert "func Later() int { if len(" in text
    assert (tmp_path / "p_test.go").read_text() == "package p\n\nfunc helper() {}\n"


def test_idle_code_returns_what_is_nothing_of_its_type(tmp_path: Path) -> None:
    code = "package p\n\nfunc A() (int, error) { return 1, nil }\n\nfunc B() (n int) { return 1 }\n"
    (tmp_path / "p.go").write_text(code)
    golang.idle(tmp_path, ["p.go"], tests=[], keep=())
    text = (tmp_path / "p.go").read_text()
    assert "return *new(int), *new(error) }" in text
    assert "return  };" in text
    assert text.count(golang.IDLE) == 2
