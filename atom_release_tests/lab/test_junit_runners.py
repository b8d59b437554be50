"""JUnit XML as the runners write it, form by form, and what each says of its cases."""

from __future__ import annotations

from pathlib import Path

import pytest

from atom_release.lab import junit
from atom_release.lab.junit import UnreadableResults

_PATH = Path(__file__).parents[1] / "fixtures" / "junit_forms.txt"


def _forms() -> dict[str, tuple[str, str]]:
    """Return the file and the outcomes of its cases, by runner."""
    forms = {}
    for part in _PATH.read_text("utf-8").split("\n=== ")[1:]:
        head, _, xml = part.partition("\n")
        runner, _, expected = head.partition(" | ")
        forms[runner] = (xml, expected)
    return forms


FORMS = _forms()
WORDS = {"passed": "pass", "skipped": "skip", "failed": "fail"}


def outcomes(xml: str | bytes) -> str:
    """Return the outcomes of a file's cases in its order, in the words of the table."""
    results = junit.read(xml if isinstance(xml, bytes) else xml.encode())
    words = [case.outcome.word for case in results.cases.values()]
    return " ".join(WORDS.get(word, word) for word in words)


@pytest.mark.parametrize("form", FORMS)
def test_what_a_runner_writes_is_read_as_it_means_it(form: str) -> None:
    xml, expected = FORMS[form]
    assert outcomes(xml) == expected


@pytest.mark.parametrize("root", ["assemblies", "test-run", "TestRun", "events", "checkstyle"])
def test_other_formats_are_refused_by_their_root(root: str) -> None:
    """xUnit.net, NUnit, Visual Studio (which has results of its own below), JUnit 5, a linter."""
    if root == "TestRun":
        xml = f"<{root}><Results><UnitTestResult outcome='Passed'/></Results></{root}>"
        assert outcomes(xml).startswith("unknown")
        return
    with pytest.raises(UnreadableResults, match=f"<{root}>"):
        outcomes(f"<{root}/>")


TEXT = (
    '<?xml version="1.0" encoding="{}"?><testsuite name="x"><testcase name="{}" classname="c"/>'
    '<testcase name="b" classname="c"><failure message="{}"/></testcase></testsuite>'
)


@pytest.mark.parametrize(
    ("declared", "codec", "letters", "mark"),
    [
        ("UTF-8", "utf-8", "\u00fc", b"\xef\xbb\xbf"),
        ("UTF-16", "utf-16", "\u00fc", b""),
        ("utf-8", "utf-16", "\u00fc", b""),
        ("utf-8", "utf-16-le", "\u00fc", b""),
        ("utf-8", "utf-16-be", "\u00fc", b"\xfe\xff"),
        ("ISO-8859-1", "latin-1", "\u00fc", b""),
        ("windows-1252", "cp1252", "\u20ac", b""),
        ("windows-1251", "cp1251", "\u0444", b""),
        ("Shift_JIS", "shift_jis", "\u30c6", b""),
        ("GBK", "gbk", "\u4e2d", b""),
        ("EUC-KR", "euc_kr", "\ud55c", b""),
    ],
)
def test_encodings_are_read(declared: str, codec: str, letters: str, mark: bytes) -> None:
    xml = mark + TEXT.format(declared, letters, letters).encode(codec)
    results = junit.read(b"\r\n" * (codec == "gbk") + xml)
    assert [case.id for case in results.cases.values()] == [f"c::{letters}", "c::b"]
    assert results.cases["c::b"].message == letters


@pytest.mark.parametrize("encoding", ["no-such", "base64", "shift_jis"])
def test_an_encoding_that_is_none_is_not_guessed(encoding: str) -> None:
    with pytest.raises(UnreadableResults):
        junit.read(TEXT.format(encoding, "a", "b").encode() + b"\xff\xff\xff")
