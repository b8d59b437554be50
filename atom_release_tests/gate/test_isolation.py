"""Isolation is a condition of PASS: what did not hold is named, and counts only where accepted."""

from __future__ import annotations

import pytest

from atom_release.gate.rules.isolation import common_isolation, doubt, levels_missed

ROOT = ("uid:nobody", "mount-namespace", "allow-list", "own-proc", "network:none", "rlimits")
USER = ("mount-namespace", "user-namespace", "allow-list", "own-proc", "network:own", "rlimits")
MASKED = ("mount-namespace", "user-namespace", "allow-list", "network:own")
SHARED = ("uid:nobody", "allow-list", "own-proc", "network:host")
NOTHING = ("none", "network:host", "no-new-privileges", "rlimits")


@pytest.mark.parametrize("isolation", [ROOT, USER, ()])
def test_what_this_machine_gives_root_and_a_user_counts(isolation: tuple[str, ...]) -> None:
    """And so does a question that ran no code of the release."""
    assert levels_missed(isolation) == ()
    assert doubt(isolation, ()) == ""


@pytest.mark.parametrize(
    ("isolation", "missed"),
    [
        (MASKED, ("processes:host",)),
        (SHARED, ("network:host",)),
        (NOTHING, ("files:host", "processes:host", "network:host")),
        (("none",), ("files:host", "processes:host", "network:host")),
    ],
)
def test_what_did_not_hold_is_named_and_counts_where_the_operator_accepts_it(
    isolation: tuple[str, ...], missed: tuple[str, ...]
) -> None:
    assert levels_missed(isolation) == missed
    assert all(level in doubt(isolation, ()) for level in missed)
    assert doubt(isolation, missed) == ""
    assert doubt(isolation, ("none",)) == ""


def test_accepting_one_level_accepts_no_other() -> None:
    """A shared network is not the machine's files."""
    assert "files:host" in doubt(NOTHING, ("network:host",))
    assert "network:host" not in doubt(NOTHING, ("network:host",)).partition("`")[2]
    assert doubt(SHARED, ("files:host", "processes:host"))
    assert doubt(NOTHING, ("anything", "uid:nobody"))


def test_what_held_in_one_run_alone_did_not_hold() -> None:
    """Nothing in common is the isolation `none`: no name at all would say that nothing was run."""
    assert common_isolation([ROOT, USER, MASKED]) == ("mount-namespace", "allow-list")
    assert common_isolation([("own-proc",), ("allow-list",)]) == ("none",)
    assert common_isolation([]) == ("none",)
    assert levels_missed(common_isolation([("own-proc",), ("allow-list",)]))
