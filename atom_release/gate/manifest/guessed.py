"""Variables whose values were concluded from code, as a draft names them beside their values."""

from __future__ import annotations

from collections.abc import Collection

GUESSED_VARIABLES = (
    "variables of `environment` whose values were made up, because only code names them: what fails"
    " with them is not held against the release, and what passes counts once they are taken away"
    " from here, with values that are right"
)


def check_guessed(names: Collection[str], environment: Collection[str]) -> None:
    """Raise ValueError unless every guessed variable has a value."""
    absent = sorted({*names} - {*environment})
    if absent:
        message = f"{', '.join(absent)}: guessed, but not in `environment`"
        raise ValueError(message)
