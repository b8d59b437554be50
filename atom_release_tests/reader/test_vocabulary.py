"""The lexicon's short cut: what it rules out, no pattern finds."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atom_release.reader.vocabulary import lexicon, may_hold, words

GROUPS = [
    ("refusal", "fail", "blocked"),
    ("nothing_ran", "not_real"),
    ("failing", "n_failed", "n_errors"),
]
PHRASES = sorted(
    {phrase for group in GROUPS for name in group for phrase in lexicon().phrases[name]}
)


@given(
    text=st.lists(
        st.one_of(
            st.sampled_from(PHRASES).map(lambda phrase: phrase.replace("*", "en").split()[-1]),
            st.sampled_from(PHRASES).map(lambda phrase: phrase.replace("*", "")),
            st.text(alphabet="ab e-:*\u0307实\uc2e4(", max_size=6),
        ),
        max_size=6,
    ).map(" ".join),
    group=st.sampled_from(GROUPS),
)
def test_what_is_ruled_out_is_found_by_no_pattern(text: str, group: tuple[str, ...]) -> None:
    lowered = text.lower()
    if not may_hold(lowered, *group):
        assert not any(words(name).search(lowered) for name in group)


@pytest.mark.parametrize(("group", "ending"), list(product(GROUPS, ["", "x", " (3)"])))
def test_every_phrase_may_be_where_it_stands(group: tuple[str, ...], ending: str) -> None:
    for name in group:
        for phrase in lexicon().phrases[name]:
            text = f"then {phrase.replace('*', ending.strip(' (3)'))} came"
            assert may_hold(text, *group), (name, phrase)


def test_lines_of_a_report_that_say_no_such_thing_are_ruled_out() -> None:
    """Else the short cut saves nothing."""
    text = "the service takes what the collectors send, keeps it for thirty days and answers"
    assert not any(may_hold(text, *group) for group in GROUPS)


@pytest.mark.parametrize("ending", ["", "x"])
def test_every_phrase_of_every_concept_is_found(ending: str) -> None:
    for concept, phrases in lexicon().phrases.items():
        for phrase in phrases:
            text = f"then {phrase.replace('*', ending)} came"
            assert words(concept).search(text), (concept, phrase)
            assert words(concept).sub(" ", text) != text
