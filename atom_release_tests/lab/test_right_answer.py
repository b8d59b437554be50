"""What an answer is worth whose status is right and whose body may say that it failed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atom_release.lab.right_answer import Worth, find_error, find_unwell, read_answer

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("document", "member"),
    [
        ({"error": "unauthorized"}, "`error`"),
        ({"errors": [{"message": "not allowed"}], "data": None}, "`errors`"),
        ({"jsonrpc": "2.0", "error": {"code": -32600, "message": "no"}, "id": 1}, "`error`"),
        ({"code": 401, "msg": "token expired", "data": None}, "`code` 401"),
        ({"statusCode": "503", "message": "busy"}, "`statusCode` 503"),
        ({"success": False, "reason": "x"}, "`success` false"),
        ({"ok": False, "error_code": 401}, "`ok` false"),
        ({"status": "error", "message": "no such tenant"}, "`status` error"),
        ({"status": "DOWN", "components": {}}, "`status` DOWN"),
        ({"status": "OUT_OF_SERVICE"}, "`status` OUT_OF_SERVICE"),
        ({"error": True}, "`error`"),
        ({"errcode": 500, "errmsg": "x"}, "`errcode` 500"),
    ],
)
def test_a_body_that_says_it_failed_is_known_by_its_member(document: Any, member: str) -> None:  # noqa: ANN401
    assert find_error(document) == member
    reading = read_answer(200, json.dumps(document).encode(), expect=[200])
    assert reading.worth is Worth.DOUBTFUL
    assert reading.words == f"200 with an error in its body ({member})"


@pytest.mark.parametrize(
    "document",
    [
        {"status": "ok"},
        {"status": "UP"},
        {"status": "pass", "warnings": ["x"]},
        {"code": 0, "msg": "success", "data": []},
        {"code": 200, "data": {}},
        {"errcode": 0, "errmsg": "ok"},
        {"errors": [], "data": {"me": 1}},
        {"error": None, "result": 7},
        {"error": "none"},
        {"error": {"code": 0, "message": ""}},
        {"error": {"code": "SUCCESS", "status": None, "message": "OK"}},
        {"error": 0.03, "accuracy": 0.97},
        {"requests": 900, "errors": 3},
        {"errors": {"4xx": 0, "5xx": 0}},
        {"status": 12},
        {"success": True},
        {"jobs": [{"status": "failed"}]},
        [{"error": "x"}],
        "error",
        401,
        None,
    ],
)
def test_figures_names_and_parts_are_no_errors(document: Any) -> None:  # noqa: ANN401
    assert read_answer(200, json.dumps(document).encode(), expect=[200]).worth is Worth.RIGHT


@pytest.mark.parametrize(
    ("status", "document", "worth", "words"),
    [
        (200, {"data": {"me": 1}}, Worth.RIGHT, "200"),
        (200, {"data": {"me": 1}, "errors": ["one field"]}, Worth.RIGHT, "200"),
        (200, {"data": {"me": None}}, Worth.WRONG, "200 without /data/me"),
        (200, {"data": {}}, Worth.WRONG, "200 without /data/me"),
        (200, {"errors": ["x"]}, Worth.REFUSED, "200 with an error in its body (`errors`)"),
        (401, {"data": {"me": 1}}, Worth.WRONG, "401"),
    ],
)
def test_what_a_right_answer_has_decides_where_it_is_named(
    status: int,
    document: Any,  # noqa: ANN401
    worth: Worth,
    words: str,
) -> None:
    reading = read_answer(status, json.dumps(document).encode(), expect=[200], has=["/data/me"])
    assert (reading.worth, reading.words) == (worth, words)


@given(_JSON)
def test_any_json_is_read_and_another_status_is_wrong_whatever_it_says(document: Any) -> None:  # noqa: ANN401
    body = json.dumps(document).encode()
    assert read_answer(404, body, expect=[200]).worth is Worth.WRONG
    doubtful = bool(find_error(document))
    worth = read_answer(200, body, expect=[200]).worth
    assert worth is (Worth.DOUBTFUL if doubtful else Worth.RIGHT)


@given(st.binary())
def test_bytes_that_are_no_json_say_nothing(body: bytes) -> None:
    assert read_answer(200, b"<" + body, expect=[200]).worth is Worth.RIGHT


def test_where_the_manifest_calls_an_error_right_its_body_may_say_so() -> None:
    body = b'{"error": "no such model"}'
    assert read_answer(404, body, expect=[404]).worth is Worth.RIGHT
    assert read_answer(404, body, expect=[404], has=["/data"]).worth is Worth.WRONG


def test_no_error_is_looked_for_in_what_is_longer_than_one() -> None:
    long = json.dumps({"error": "x" * 300_000}).encode()
    assert read_answer(200, long, expect=[200]).worth is Worth.RIGHT
    assert read_answer(200, long, expect=[200], has=["/data"]).worth is Worth.REFUSED


def test_a_number_of_any_length_is_read_and_none_is_computed() -> None:
    """Python refuses to compute such a number: the reading would end in an error."""
    body = b'{"status": "' + b"9" * 5000 + b'"}'
    assert read_answer(200, body, expect={200}).worth is Worth.RIGHT
    assert read_answer(200, b'{"status": "503"}', expect={200}).worth is Worth.DOUBTFUL


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (b"<form><INPUT name='p' type = \"password\"></form>", "a page to sign in"),
        (b"<input name='p'><b type=password>", ""),
        (b"<inputs type=password>", ""),
        (b"<input " * 37_000, ""),
    ],
    ids=["a field of a password", "of another tag", "another tag", "tags without an end"],
)
def test_a_page_to_sign_in_has_a_field_of_a_password(page: bytes, words: str) -> None:
    """Each tag is read once: a page is a service's to choose, and as long as an answer may be."""
    assert find_unwell(page) == words
