"""What a manifest says of a suite's environment."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from atom_release.gate.manifest import Install, Suite


def test_auto_is_enough() -> None:
    """One word asks for what the files have."""
    suite = Suite.model_validate({"paths": ["tests"], "install": "auto"})
    assert suite.install == "auto"


def test_parts_can_be_named() -> None:
    """What is named is taken as it stands; the rest is found."""
    suite = Suite.model_validate({"paths": ["tests"], "install": {"groups": ["test"]}})
    assert suite.install == Install(groups=("test",))


@pytest.mark.parametrize("other", [{"interpreter": "/usr/bin/python3"}, {"requirements": "r.txt"}])
def test_a_suite_has_one_python(other: dict[str, str]) -> None:
    """Two places that say which Python runs a suite are a contradiction, and alone each is fine."""
    assert Suite.model_validate({"paths": ["tests"], **other})
    with pytest.raises(ValidationError, match="one Python"):
        Suite.model_validate({"paths": ["tests"], "install": "auto", **other})


@pytest.mark.parametrize(
    "parts", [{"groups": ["--index-url=x"]}, {"extras": ["a b"]}, {"folder": "../up"}]
)
def test_no_part_is_an_option_or_leaves_the_repository(parts: dict[str, Any]) -> None:
    """Names are names and paths stay inside."""
    with pytest.raises(ValidationError):
        Suite.model_validate({"paths": ["tests"], "install": parts})
