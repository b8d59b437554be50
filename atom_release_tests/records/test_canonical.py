"""One way to write JSON, and one to write it so that nothing in it acts on who looks at it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atom_release.gate.printable import acts
from atom_release.records.canonical import artifact, encode

ACTING = "\x07\x1b\x7f\x85\u061c\u200b\u2028\u202e\u2066\ufeff\U000e0041"
TEXTS = st.text(st.characters(codec="utf-8")) | st.text(ACTING + 'a"\\é')


@pytest.mark.slow
@given(st.recursive(TEXTS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner)))
def test_an_artifact_is_the_same_document_and_acts_on_nobody(document: object) -> None:
    """Its canonical bytes, by which it is known, follow from it as before."""
    written = artifact(document)
    assert not acts(written.decode())
    assert encode(json.loads(written)) == encode(document)


@pytest.mark.parametrize("mark", ACTING)
def test_what_acts_is_written_as_its_escape(mark: str) -> None:
    assert artifact([f"a{mark}b"]) == f'["a{json.dumps(mark)[1:-1]}b"]\n'.encode()


def test_what_people_write_stays_as_it_is() -> None:
    text = 'naïve "日本語" 🚀\tand\nmore'
    assert artifact([text]) == encode([text])
