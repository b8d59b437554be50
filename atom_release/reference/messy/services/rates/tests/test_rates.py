"""M.2."""

import pytest

from rates import convert


def test_there():
    assert convert(100, "EUR", "USD") == 110


def test_and_back():
    assert convert(110, "USD", "EUR") == 100


def test_unknown():
    with pytest.raises(KeyError):
        convert(1, "EUR", "XXX")
