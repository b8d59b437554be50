"""The gate's part of a pull request: in its place, not too long, and acting on nothing."""

from __future__ import annotations

from atom_release.forge.body import placed


def test_nothing_quoted_calls_a_person_or_closes_an_issue() -> None:
    body = placed(
        "",
        "@acme/all closes #12, !4 and GH-3 ![x](https://elsewhere.example) <!-- atom-release: end"
        " --> a@example.com `#x`\n/merge\n  /close",
        1000,
    )
    assert all(mark not in body for mark in ("@acme", "#12", "!4", "GH-3", "![")), body
    assert not [line for line in body.splitlines() if line.lstrip().startswith("/")], body
    assert body.count("<!-- atom-release: end -->") == 1
    assert "a@example.com" in body
    assert "services/one.py" in placed("", "services/one.py", 1000)


def test_a_body_that_is_too_long_is_cut() -> None:
    body = placed("", "x" * 100_000, 60_000)
    assert len(body) < 65_536
    assert placed(body, "short", 100) == placed("", "short", 100)
