"""The lexicon's short cut: what it rules out, no pattern finds."""

from __future__ import annotations

import ast
import re
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import atom_release.reader
from atom_release.reader.vocabulary import concepts, lexicon, may_hold, name_of, words

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


@given(
    text=st.lists(
        st.one_of(
            st.sampled_from(PHRASES).map(lambda phrase: phrase.replace("*", "en")),
            st.text(alphabet="ab é-:✅·й實(", max_size=6),
        ),
        max_size=5,
    ).map(" ".join),
    name=st.sampled_from([name for group in GROUPS for name in group]),
)
def test_a_text_in_latin_letters_is_matched_as_with_all_phrases(text: str, name: str) -> None:
    lowered = text.lower()
    whole = re.compile(words(name).pattern).search(lowered)
    match = words(name).search(lowered)
    assert (match and match.span()) == (whole and whole.span())


def test_signs_that_nobody_sees_do_not_part_a_phrase() -> None:
    parted = [name for name in lexicon().names if "\u200c" in name]
    assert parted
    for name in parted:
        assert concepts(name) == concepts(name_of(name.replace("\u200c", ""))), name


def test_a_name_may_end_in_a_mark_that_is_no_letter() -> None:
    assert "status" in concepts(name_of("**स्थिति:**"))


_READER = Path(atom_release.reader.__file__).parent
_LETTERS = re.compile(
    "[\u00c0-\u00d6\u00d8-\u024f\u0400-\u04ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]+"
)
_NO_WORDS = {
    "dates.py": {
        "年月日号",
        "年",
        "月",
        "日",
        "年년",
        "月월",
        "日号號일",
    },  # the signs of a date's parts
    "decoding.py": {"ÂÃâðï"},  # what a wrong code page makes
    "durations.py": {"è"},  # the ending of a number
    "making.py": {"\u3040", "\u30ff"},  # the bounds of a script
    "clauses.py": {"中"},  # the sign between the whole and its part
}
"""Letters beyond ASCII that are no words of a language."""
_GRAMMAR = {"words.py": {"_BY_MEANS_OF", "normal"}}
"""What a look-up in a list cannot say: how a sign is meant by what stands behind it."""


def _texts(module: ast.Module) -> list[tuple[str, str]]:
    """Return each text of a module with the name that it is assigned to or used in, docstrings left out."""
    texts: list[tuple[str, str]] = []
    for part in module.body:
        name = part.name if isinstance(part, ast.FunctionDef | ast.ClassDef) else ""
        if isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Name):
            name = part.targets[0].id
        documented = {id(node.value) for node in ast.walk(part) if isinstance(node, ast.Expr)}
        texts += [
            (name, node.value)
            for node in ast.walk(part)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in documented
        ]
    return texts


@pytest.mark.parametrize("module", sorted(_READER.glob("*.py")), ids=lambda module: module.stem)
def test_words_of_other_languages_are_in_the_data_files_alone(module: Path) -> None:
    kept = _NO_WORDS.get(module.name, set())
    foreign = [
        (name, letters)
        for name, text in _texts(ast.parse(module.read_text(encoding="utf-8")))
        for letters in _LETTERS.findall(text)
        if letters not in kept and name not in _GRAMMAR.get(module.name, set())
    ]
    assert foreign == []
