"""What the plug-in that is loaded into a suite writes down, under the versions of pytest that there are."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from _pytest import junitxml

from atom_release.lab.witness import release_gate_witness as witness


@dataclass(frozen=True)
class RawXml:
    """A text as pytest before 6 escapes it for its JUnit file."""

    uniobj: str


@pytest.mark.parametrize("raw", [True, False])
def test_a_test_has_one_name_in_the_collection_and_in_junit(
    monkeypatch: pytest.MonkeyPatch,
    raw: bool,  # noqa: FBT001
) -> None:
    """A reader of the file has its text, whatever stands for `<` in it."""
    escaped = junitxml.bin_xml_escape
    if raw:
        monkeypatch.setattr(
            junitxml,
            "bin_xml_escape",
            lambda name: RawXml(name.replace("&", "&amp;").replace("<", "&lt;")),
        )
    else:
        monkeypatch.setattr(junitxml, "bin_xml_escape", escaped)
    node = "tests/test_a.py::TestA::test_b[x<y&z]"
    assert witness._name_in_junit(node) == "tests.test_a.TestA::test_b[x<y&z]"  # type: ignore[no-untyped-call]
