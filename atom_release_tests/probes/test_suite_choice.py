"""Which of a manifest's words leave tests out of a suite."""

from __future__ import annotations

import pytest

from atom_release.probes.suite.choice import chooses

CHOOSING = (
    ["-k", "not area"],
    ["-knot area"],
    ["-qk", "not area"],
    ["-xvm", "fast"],
    ["--deselect=tests/test_a.py::test_b"],
    ["--ignore", "tests/test_a.py"],
    ["--ignore-glob=*"],
    ["-o", "addopts=-k area"],
    ["-opython_functions=easy"],
    ["--override-ini=testpaths=easy"],
    ["--lf"],
)
OTHERS = (
    ["-q"],
    ["-x", "-vv", "--tb=short"],
    ["-p", "no:randomly"],
    ["-o", "asyncio_mode=auto"],
    ["--log-cli-level=debug"],
    ["-W", "error"],
    ["--strict-markers"],
)


@pytest.mark.parametrize("words", CHOOSING, ids=" ".join)
def test_options_that_leave_tests_out_are_seen_wherever_they_stand(words: list[str]) -> None:
    """The variable was the way round: pytest takes its words as arguments, and nobody was told."""
    assert chooses(words, {}, by_pytest=True)
    quoted = " ".join(f"'{word}'" for word in words)
    assert chooses([], {"PYTEST_ADDOPTS": f"-q {quoted}"}, by_pytest=True)
    assert not chooses([], {"OTHER": quoted}, by_pytest=True)


@pytest.mark.parametrize("words", OTHERS, ids=" ".join)
def test_other_options_are_nobody_s_choice(words: list[str]) -> None:
    assert not chooses(words, {"PYTEST_ADDOPTS": " ".join(words)}, by_pytest=True)


@pytest.mark.parametrize(
    "words",
    [
        ["-t", "easy"],
        ["--testNamePattern=easy"],
        ["--grep", "easy"],
        ["--test-name-pattern=easy"],
        ["--shard=1/9"],
    ],
    ids=" ".join,
)
def test_options_of_javascript_runners_are_seen(words: list[str]) -> None:
    assert chooses(words, {}, by_pytest=False)
    assert chooses([], {"NODE_OPTIONS": " ".join(words)}, by_pytest=False)


@pytest.mark.parametrize(
    "words",
    [
        ["-i"],
        ["--exclude", "e2e/**"],
        ["--runInBand"],
        ["--experimental-vm-modules"],
        ["--reporter=dot"],
    ],
    ids=" ".join,
)
def test_other_options_of_javascript_runners_are_nobody_s_choice(words: list[str]) -> None:
    assert not chooses(words, {"NODE_OPTIONS": " ".join(words)}, by_pytest=False)
