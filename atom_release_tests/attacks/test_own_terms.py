"""An author who writes the terms: right answers that are errors, one name for two, years of time.

Each is misuse that names the place, before anything is run; what was recorded in earlier releases
stays readable. The honest twins are judged.
"""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from atom_release.errors import ManifestError
from atom_release.gate.catalogue.leg_specs import LegSpec
from atom_release.gate.manifest import Manifest
from atom_release.gate.manifest.former import read_stored
from atom_release.gate.operator import Operator
from atom_release.gate.rules.legs import judge as judge_leg
from atom_release.gate.rules.manifest_diff import changes_of_unknown_direction
from atom_release.gate.rules.ratchet import loosenings
from atom_release.release.timebox import latest_end
from atom_release.source.manifest_file import parse_manifest
from atom_release_tests.fixtures.cases import MANIFEST, case_of, evidence_for

DOCUMENT: dict[str, Any] = MANIFEST.model_dump(mode="json", exclude_defaults=True)


def with_endpoints(*endpoints: dict[str, Any]) -> dict[str, Any]:
    """Return a manifest whose first service is measured by these endpoints alone."""
    document = deepcopy(DOCUMENT)
    document["services"][0]["endpoints"] = list(endpoints)
    return document


def with_parts(name: str, *parts: dict[str, Any]) -> dict[str, Any]:
    """Return a manifest with these parts in one of its lists."""
    return {**deepcopy(DOCUMENT), name: list(parts)}


def with_names(**names: str) -> dict[str, Any]:
    """Return a manifest whose tag, branch or base is called this."""
    document = deepcopy(DOCUMENT)
    document["release"] |= names
    return document


def read(document: dict[str, Any]) -> Manifest:
    """Read it as a manifest that is to be judged."""
    return parse_manifest(json.dumps(document).encode(), "release.yaml")


LOGIN = {"name": "user", "request": {"service": "C.1", "path": "/login"}, "pointer": "/token"}
SECRET = {"name": "signing", "path": "secret/signing", "field": "key"}
TESTS = {"name": "cross", "paths": ["integration"]}
TERMS: dict[str, tuple[dict[str, Any], str]] = {
    "always 500, and that is right": (
        with_endpoints({"name": "items", "path": "/items", "expect": [200, 500]}),
        r"endpoint 'items' of .* expects 500: a server error is never a right answer",
    ),
    "the proxy's own error is right": (
        with_endpoints({"name": "items", "path": "/items", "expect": [503]}),
        "expects 503",
    ),
    "a refusal is what is fast": (
        with_endpoints({"name": "items", "path": "/items", "expect": [401, 404]}),
        r"expects nothing but errors \(401, 404\)",
    ),
    "an easy endpoint under the name of the slow one": (
        with_endpoints({"name": "items", "path": "/"}, {"name": "items", "path": "/items"}),
        "2 of them are called 'items'",
    ),
    "easy integration tests under the name of the hard ones": (
        with_parts("integration", TESTS, {**TESTS, "paths": ["easy"]}),
        "integration: 2 of them are called 'cross'",
    ),
    "a tag that git takes for the commit itself": (with_names(tag="HEAD"), "means another commit"),
    "a tag that is a sign": (with_names(tag="@"), "means another commit"),
    "a tag by its full name": (with_names(tag="refs/tags/v1"), "a full reference"),
    "a tag of a branch's name": (with_names(tag="main"), "the name of a branch"),
    "a branch that is its own base": (
        with_names(branch="main", base="main"),
        "is the base as well: the release would be pushed there unreviewed",
    ),
    "a branch that git takes for its base": (
        with_names(branch="heads/main", base="main"),
        "begins like a reference",
    ),
    "a branch that differs from its base in capitals": (
        with_names(branch="Main", base="main"),
        "in capitals alone",
    ),
    "two logins of one name": (with_parts("logins", LOGIN, LOGIN), "logins: 2 of them"),
    "two secrets of one name": (
        with_parts("secrets", SECRET, {**SECRET, "path": "secret/easy"}),
        "secrets: 2 of them",
    ),
}


@pytest.mark.parametrize("name", TERMS)
def test_terms_that_make_the_question_easy_are_misuse(name: str) -> None:
    """It was GREEN: "0 errors, p95 at most 5.7 ms" of a service that answers 500 to everybody."""
    document, sentence = TERMS[name]
    with pytest.raises(ManifestError, match=sentence) as refusal:
        read(document)
    assert refusal.value.remedy
    assert read_stored(document) == Manifest.model_validate(document)


HONEST: dict[str, dict[str, Any]] = {
    "what may be gone": with_endpoints({"name": "items", "path": "/i", "expect": [200, 404]}),
    "a redirect": with_endpoints({"name": "items", "path": "/i", "expect": [302]}),
    "two endpoints": with_endpoints({"name": "a", "path": "/i"}, {"name": "b", "path": "/i"}),
    "two suites": with_parts("integration", TESTS, {**TESTS, "name": "other"}),
    "two logins": with_parts("logins", LOGIN, {**LOGIN, "name": "admin"}),
}


@pytest.mark.parametrize("name", HONEST)
def test_honest_terms_are_judged(name: str) -> None:
    assert read(HONEST[name])


@pytest.mark.parametrize(
    ("headers", "named"),
    [({"X-Load-Test": "1"}, "X-Load-Test"), ({"Authorization": "Bearer {token:user}"}, "")],
)
def test_headers_that_only_a_load_test_sends_are_told(headers: dict[str, str], named: str) -> None:
    """They may name a fast path. The honest twin signs in as everybody does."""
    document = with_endpoints({"name": "items", "path": "/items", "headers": headers})
    document["left_out"].pop("P-6", None)
    manifest = Manifest.model_validate(document)
    figures = {"name": "items", "requests": 200, "errors": 0, "p95": 5, "low": 4, "high": 6}
    piece = evidence_for(("latency", "X.1"), facts={"endpoints": [figures]})
    reason = judge_leg(LegSpec("P-6", "latency", "X.1"), case_of([piece], manifest)).reason
    assert ("asked with headers of its own: X-Load-Test" in reason) is bool(named), reason


def test_years_of_time_are_not_the_author_s_to_take() -> None:
    """A run that may take ten years holds the machine; the operator says how long at most."""
    began = datetime(2030, 1, 1, tzinfo=UTC)
    document = deepcopy(DOCUMENT)
    document["release"]["timebox"] = "3660d"
    greedy = read(document)
    assert latest_end(began, greedy, Operator()) == began + timedelta(hours=24)
    longer = Operator(timebox=timedelta(days=3))
    assert latest_end(began, greedy, longer) == began + timedelta(days=3)
    document["release"]["timebox"] = "20m"
    assert latest_end(began, read(document), longer) == began + timedelta(minutes=20)


def with_source(*source: str, tests: str = "checks/test_one.py") -> Manifest:
    """Return a manifest whose first service has this source."""
    document = deepcopy(DOCUMENT)
    document["services"][0]["source"] = list(source)
    document["services"][0]["suite"] = {"paths": [tests]}
    return Manifest.model_validate(document)


@pytest.mark.parametrize("wider", ["checks", "checks/helpers.py", "."])
def test_a_source_that_grows_over_the_tests_own_helpers_is_shown(wider: str) -> None:
    """Taking out the helpers lets every test fail "without the code", whatever it tests."""
    before, now = with_source("src"), with_source("src", wider)
    ((change),) = changes_of_unknown_direction(before, now)
    assert "reaches the tests' own place" in change.sentence
    assert change.criteria == (before.services[0].id,)


def test_one_more_folder_of_code_needs_nobody_s_signature() -> None:
    """The honest twins: a new package, and a source that held the tests' place before."""
    assert not changes_of_unknown_direction(with_source("src"), with_source("src", "lib"))
    before, now = with_source("."), with_source(".", "lib")
    assert not changes_of_unknown_direction(before, now)
    assert not loosenings(before, now)


def test_what_was_expected_once_is_read_where_it_is_kept_and_refused_where_it_is_judged() -> None:
    """A manifest of earlier days named what it expected; silence about the rest was not seen."""
    document = deepcopy(DOCUMENT)
    del document["left_out"]
    document["expected"] = ["X.1", "AC5"]
    stored = read_stored(document)
    assert {"AC1", "P-1", "P-6"} <= stored.left_out.keys()
    assert not {"X.1", "AC5"} & stored.left_out.keys()
    with pytest.raises(ManifestError, match="expected is not part of a manifest any more") as why:
        read(document)
    assert "left_out" in why.value.remedy
