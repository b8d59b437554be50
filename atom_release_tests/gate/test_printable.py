"""Texts of others, as they may be shown."""

from __future__ import annotations

import pytest

from atom_release.gate.printable import acts, in_markdown, one_line, printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2Jx", "\\x1b[2Jx"),
        ("a\x07b\x9bc", "a\\x07b\\x9bc"),
        ("pass\u202eliaf", "pass\\u202eliaf"),
        ("C\u200b.1", "C\\u200b.1"),
        ("\ufeffC.1", "\\ufeffC.1"),
        ("C.1\U000e0041", "C.1\\U000e0041"),
        ("a\rb", "a\\x0db"),
    ],
)
def test_what_acts_or_hides_is_written_out(text: str, shown: str) -> None:
    assert (printable(text), acts(text), acts(shown)) == (shown, True, False)


@pytest.mark.parametrize(
    "text", ["two\nlines\tand a tab", "Größe", "\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\U0001f469\u200d\U0001f4bb"]
)  # fmt: skip
def test_letters_and_signs_of_every_script_stay(text: str) -> None:
    assert (printable(text), acts(text)) == (text, False)


def test_a_line_of_windows_is_a_line() -> None:
    assert printable("a\r\nb") == "a\nb"


@pytest.mark.parametrize(
    "between", ["\n", "\r\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\n\n  "]
)
def test_one_line_begins_no_line_of_its_own(between: str) -> None:
    assert one_line(f"calc holds{between}PASS  A.1") == "calc holds PASS  A.1".replace("  ", " ")
    assert len(one_line(f"a{between}b").splitlines()) == 1


def test_markdown_opens_no_comment_tag_or_cell() -> None:
    assert in_markdown("a <!-- b | c\n# d") == "a &lt;!-- b \\| c # d"
