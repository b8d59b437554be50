"""Which literals look generated: also those of letters alone."""

from __future__ import annotations

import random
import string

import pytest

from atom_release.source.secret_forms.plausible import is_random

NAMES = [
    "getUserByNameAndTenant",
    "MyDatabasePassword",
    "HTTPServerRequestHandler",
    "PostgreSQLConnection",
    "passwordResetRequested",
    "OAuthClientCredentials",
    "databasepasswordofreporting",
    "REPORTINGDATABASEPASSWORD",
]


def test_generated_letters_are_random_with_and_without_a_digit_among_them() -> None:
    """A generator that happens to draw no digit has made a password all the same."""
    draw = random.Random(20)  # noqa: S311 - values that are the same in every run, and nobody's
    values = ["".join(draw.choices(string.ascii_letters, k=20)) for _ in range(500)]
    assert sum(map(is_random, values)) > 0.9 * len(values)
    assert all(is_random(f"{value[:9]}7{value[9:]}") for value in values)


@pytest.mark.parametrize("name", NAMES)
def test_words_written_together_are_not(name: str) -> None:
    assert not is_random(name)
