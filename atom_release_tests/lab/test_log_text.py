"""What is kept of a log."""

from __future__ import annotations

import hashlib

import pytest

from atom_release.lab.log_text import kept_log, without_values

VALUE = hashlib.sha256(b"the same in every process that collects").hexdigest()[:32]
_DASHES = "-" * 5


@pytest.mark.parametrize(
    "line",
    [
        f"API_KEY = '{VALUE}'",
        f'{{"access_token": "{VALUE}", "expires": 3}}',
        f"Authorization: Bearer {VALUE}",
        f"amqp://guest:{VALUE}@queue:5672/",
        f"got eyJ{VALUE}.{VALUE}.{VALUE} back",
        f"{_DASHES}BEGIN EC PRIVATE KEY{_DASHES}\n{VALUE}\n{_DASHES}END EC PRIVATE KEY{_DASHES}",
        f"{_DASHES}BEGIN PRIVATE KEY{_DASHES}\n{VALUE}\nand it breaks off",
    ],
)
def test_what_looks_secret_is_not_kept(line: str) -> None:
    kept = kept_log(f"before\n{line}\nafter\n")
    assert VALUE not in kept
    assert kept.startswith("before\n")


@pytest.mark.parametrize(
    "line",
    [
        "==== 12 passed, 1 skipped in 0.31s ====",
        "E   assert password_is_valid('abc') is True",
        "tests/test_tokens.py::test_expired PASSED",
        "https://example.org:8080/a@b",
        "-----BEGIN CERTIFICATE-----",
    ],
)
def test_what_tests_say_is_kept(line: str) -> None:
    assert kept_log(line) == line


def test_of_a_long_log_the_end_is_kept() -> None:
    kept = kept_log("x" * 70_000 + "the end")
    assert kept.endswith("the end")
    assert kept.startswith("[4471 characters before this are left out]\n")


def test_what_would_act_on_a_terminal_is_written_out() -> None:
    """`cat` of the artifact must not clear the screen, set its title or turn the direction."""
    kept = kept_log("a\x1b[2Jb\x1b]0;owned\x07c\u202ed\x9b31me\r\nend\n")
    assert kept == "a\\x1b[2Jb\\x1b]0;owned\\x07c\\u202ed\\x9b31me\nend\n"


@pytest.mark.parametrize(
    "form",
    ['a<b&"c', "a&lt;b&amp;&quot;c", 'a&lt;b&amp;"c', 'a<b&\\"c'],
    ids=["as it is", "in an attribute", "in an element", "in JSON"],
)
def test_a_value_is_taken_out_also_as_results_and_documents_write_it(form: str) -> None:
    assert without_values(f"x {form} y".encode(), ["", 'a<b&"c']) == b"x [redacted] y"


def test_what_is_no_value_stays() -> None:
    assert without_values(b"nothing of it", ["value"]) == b"nothing of it"
