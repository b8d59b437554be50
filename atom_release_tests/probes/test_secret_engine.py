"""What the engine's rules see of a token, whatever stands behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from atom_release.probes.secrets import engine
from atom_release_tests.fixtures.made_secrets import word


@pytest.mark.parametrize("after", [", region: eu", "}", "]", ")", "|", "<", "&x=1"])
def test_what_ends_a_token_in_code_and_in_flow_style_hides_none(tmp_path: Path, after: str) -> None:
    token = "sk_li" + "ve_" + word(24)
    content = f"first: 1\ncall: {{pay: {token}{after}\nlast: 2\n".encode()
    hits = engine.read_contents([content], tmp_path / "scratch")[engine.digest(content)]
    assert [(hit.line, token in hit.value) for hit in hits] == [(2, True)]


def test_a_token_that_is_seen_at_once_is_told_once(tmp_path: Path) -> None:
    token = "sk_li" + "ve_" + word(24)
    content = f"pay('{token}', other_number_1234567890abcdef)\n".encode()
    assert len(engine.read_contents([content], tmp_path / "s")[engine.digest(content)]) == 1


def test_a_long_line_is_read_once(tmp_path: Path) -> None:
    """As minified code and pictures in base64 are; read anew from each letter it has no end."""
    content = b"a1" * 500_000 + b"\n"
    assert engine.read_contents([content], tmp_path / "scratch")[engine.digest(content)] == []
