"""M.1."""

import pytest

from fees import fee


def test_a_hundredth():
    assert fee(5000) == 50


def test_one_at_least():
    assert fee(10) == 1


@pytest.mark.parametrize("amount", [0, -1])
def test_no_amount(amount):
    with pytest.raises(ValueError):
        fee(amount)
