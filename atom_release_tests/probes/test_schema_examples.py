"""What describes an interface by an example is no secret that anything runs with (P-2)."""

from __future__ import annotations

import os

import pytest

from atom_release.probes import default_secrets, secrets
from atom_release.source.scan import Fingerprints

EXAMPLE = '{"username": "johndoe", "password": "testpass123"}'
DESCRIBED = {
    "a dictionary": f'class A(B):\n    model_config = {{"json_schema_extra": {{"example": {EXAMPLE}}}}}\n',
    "an argument": f"class A(B):\n    model_config = ConfigDict(json_schema_extra={{'a': {EXAMPLE}}})\n",
    "a class": f"class A(B):\n    class Config:\n        schema_extra = {{'example': {EXAMPLE}}}\n",
    "a parameter": f"def a(b: B = Body(example={EXAMPLE})): ...\n",
    "its module": f"def a(b: B = fastapi.Body(openapi_examples={{'a': {EXAMPLE}}})): ...\n",
}
RUN_WITH = {
    "a plain dictionary": f"LOGIN = {EXAMPLE}\n",
    "a key of that name": f'LOGIN = {{"example": {EXAMPLE}}}\n',
    "an argument of another": f"connect(example={EXAMPLE})\n",
    "beside an example": f'A = {{"json_schema_extra": {{}}}}\nLOGIN = {EXAMPLE}\n',
    "no Python": f'A = {{"json_schema_extra": {EXAMPLE}}} (\n',
}


def decides(text: str) -> set[bool]:
    """Return whether the findings of both questions decide."""
    key = Fingerprints(os.urandom(32))
    scanners = (secrets.scanner_of(key, {}), default_secrets.scanner_of(key, []))
    content = text.encode()
    return {each.decides for scanner in scanners for each in scanner("shop/schemas.py", content)}


@pytest.mark.parametrize("text", DESCRIBED.values(), ids=DESCRIBED)
def test_an_example_of_an_interface_warns(text: str) -> None:
    assert decides(text) == {False}


@pytest.mark.parametrize("text", RUN_WITH.values(), ids=RUN_WITH)
def test_what_only_looks_like_one_decides(text: str) -> None:
    assert True in decides(text)


def test_a_password_of_an_address_in_an_example_decides_all_the_same() -> None:
    """Its form says what it is, wherever it stands."""
    address = f"postgresql://me:{'aB3' + 'xkQ9mWvTz7Rp'}@rows.shop.net:5432/shop"
    assert True in decides(f'A = {{"json_schema_extra": {{"url": "{address}"}}}}\n')
