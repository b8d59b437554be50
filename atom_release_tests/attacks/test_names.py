"""A name that the author chooses must not take the place of one that has a meaning."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from typing import Any

import pytest
from pydantic import ValidationError

from atom_release.cli.explanation_lines import explanation
from atom_release.gate.catalogue import criteria
from atom_release.gate.decision.decision import CriterionResult
from atom_release.gate.documents.markdown import policy_check
from atom_release.gate.documents.rows import rows_of
from atom_release.gate.manifest import Manifest
from atom_release.gate.operator import Operator
from atom_release.gate.vocabulary import Outcome
from atom_release_tests.fixtures.cases import MANIFEST

DOCUMENT: dict[str, Any] = MANIFEST.model_dump(mode="json", exclude_defaults=True)


def calling(service_id: str) -> dict[str, Any]:
    """Return a manifest with one service more, called so."""
    another = {**DOCUMENT["services"][0], "id": service_id, "report": "another.md"}
    return {**DOCUMENT, "services": [*DOCUMENT["services"], another]}


@pytest.mark.parametrize(
    "service_id",
    ["AC1", "AC2", "AC3", "AC4", "AC5", "AC6", "T5", "t5", "P.1", "p.5", "ac2"],
)
def test_a_service_takes_the_name_of_a_criterion(service_id: str) -> None:
    """It was GREEN with "T5 PASS" for a service's suite, and accuracy was asked no more."""
    with pytest.raises(ValidationError, match=r"is a criterion of every release"):
        Manifest.model_validate(calling(service_id))


@pytest.mark.parametrize("service_id", ["AC1\n", "C.1\n", "T.6\n"])
def test_a_name_that_ends_a_line_looks_like_another(service_id: str) -> None:
    """Python's `$` also stands before a last line feed: two criteria, of one name to who reads."""
    with pytest.raises(ValidationError, match="should match pattern"):
        Manifest.model_validate(calling(service_id))


def test_no_pattern_of_a_manifest_or_of_an_operator_s_file_takes_a_last_line_feed() -> None:
    """Whatever a field is added for."""
    schemas = [Manifest.model_json_schema(), Operator.model_json_schema()]
    patterns = [*re.findall(r'"pattern": ("(?:[^"\\\\]|\\\\.)*")', json.dumps(schemas))]
    ending = [json.loads(pattern) for pattern in patterns if pattern.endswith('$"')]
    assert len(ending) > 20
    assert [pattern for pattern in ending if not pattern.endswith(r"(?!\n)$")] == []


@pytest.mark.parametrize("service_id", ["T.6", "C.5", "AC7", "P.7", "S1", "AC1.1"])
def test_a_service_of_any_other_name_is_one_criterion_more(service_id: str) -> None:
    """The honest twin."""
    manifest = Manifest.model_validate(calling(service_id))
    names = [criterion.id for criterion in criteria.catalogue(manifest)]
    assert service_id in names
    assert len(set(names)) == len(names)


TWO_LINES = "calc holds\nPASS  A.1 calc"


@pytest.mark.parametrize(
    "between", ["\n", "\r", "\t", "\x0b", "\x85", "\u2028", "\u2029", "\x1b[2K"]
)
def test_a_name_that_begins_a_line_of_its_own_is_refused(between: str) -> None:
    """It was a line of the terminal, and a paragraph of the tag: "PASS", in the author's words."""
    document = deepcopy(DOCUMENT)
    for part in (document["release"], document["services"][0]):
        honest = part["name"]
        part["name"] = f"calc holds{between}PASS  A.1 calc"
        with pytest.raises(ValidationError, match="give it one line"):
            Manifest.model_validate(document)
        part["name"] = honest
    document["release"]["name"] = " Größe & <b>co</b> \n"
    assert Manifest.model_validate(document).release.name == "Größe & <b>co</b>"


def test_a_title_and_a_release_of_two_lines_are_shown_on_one() -> None:
    """Of a decision that was made before such names were refused."""
    result = CriterionResult(
        id="A.1",
        title=TWO_LINES,
        asset="a",
        outcome=Outcome.FAIL,
        assurance=None,
        reason="r",
        legs=(),
    )
    shown = [line.text for line in explanation(rows_of([result]), 100)]
    assert shown[1] == "A.1 calc holds PASS A.1 calc"
    text = policy_check(f"{TWO_LINES}<!--", [result], [])
    assert text.startswith("# calc holds PASS A.1 calc&lt;!--: policy check")
    assert "## A.1 calc holds PASS A.1 calc\n" in text
