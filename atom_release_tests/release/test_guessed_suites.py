"""What a suite shows that ran with made values: nothing against the release, nor for it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from atom_release.gate.facts.suite import SuiteFacts
from atom_release.gate.vocabulary import Answer
from atom_release.probes.suite.probe import run_suite
from atom_release.release.guessed_suites import without_guessed_values
from atom_release_tests.fixtures.suite_site import Site, site

__all__ = ["site"]
YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN
NEEDS = """
    import os
    from svc.fees import fee

    def test_fee():
        assert os.environ["SEAL"] == "as-developers-have-it"
        assert fee(100) == 3
"""


def counted(site: Site, answer: Answer, *names: str, external: bool = False) -> Answer:
    environment = {"A": "1", "B": "2"}
    site.suite |= {"environment": environment, "guessed_variables": list(names)}
    look = site.look(external=external)
    evidence = look.found("suite", "C.1", answer, "what was seen")
    seen = without_guessed_values(look, look.manifest.services[0], evidence)
    assert seen.reason.endswith("what was seen")
    assert bool(seen.remedy) is (seen.answer is not answer)
    assert SuiteFacts.model_validate(seen.facts).guessed == list(names)
    assert all(name in seen.reason for name in names) is (seen.answer is not answer or not names)
    return seen.answer


@pytest.mark.parametrize(
    ("answer", "external", "names", "counts"),
    [
        (NO, False, ("A", "B"), UNKNOWN),
        (NO, True, ("A",), UNKNOWN),
        (YES, False, ("A",), UNKNOWN),  # the attack: keep the mark, and try again what fails
        (YES, True, ("A",), YES),  # a draft, on which nothing is acted
        (UNKNOWN, True, ("A",), UNKNOWN),
        (NO, False, (), NO),
        (YES, False, (), YES),
    ],
)
def test_made_values_decide_nothing_of_a_committed_manifest(
    site: Site, answer: Answer, external: bool, names: tuple[str, ...], counts: Answer  # noqa: FBT001
) -> None:  # fmt: skip
    assert counted(site, answer, *names, external=external) is counts


def test_a_test_that_fails_for_a_made_value_is_open(site: Site) -> None:
    site.files["tests/test_fees.py"] = NEEDS
    site.suite |= {"environment": {"SEAL": "{random}"}, "guessed_variables": ["SEAL"]}
    look = site.look()
    service = look.manifest.services[0]
    evidence = run_suite(look, service)
    assert evidence.answer is NO
    seen = without_guessed_values(look, service, evidence)
    assert seen.answer is UNKNOWN
    assert seen.reason.startswith("with made values of SEAL, so this does not count: ")
    assert "take the names from `guessed_variables`" in seen.remedy


def test_a_made_secret_stands_nowhere_in_what_tests_say(site: Site) -> None:
    tells = 'seal = os.environ["SEAL"]; assert False, f"{seal} seen, {len(seal)} long"'
    site.files["tests/test_fees.py"] = NEEDS.replace(
        'assert os.environ["SEAL"] == "as-developers-have-it"', tells
    )
    site.suite |= {"environment": {"SEAL": "{random}"}, "guessed_variables": ["SEAL"]}
    logs: list[str] = []
    look = replace(site.look(), keep=lambda _name, text: logs.append(text))
    evidence = run_suite(look, look.manifest.services[0])
    text = evidence.model_dump_json() + "".join(logs)
    assert "seen, 32 long" in text
    assert not re.search(r"[0-9a-f]{32} seen", text)


def test_a_guessed_variable_has_a_value(site: Site) -> None:
    site.suite |= {"environment": {}, "guessed_variables": ["A"]}
    with pytest.raises(ValueError, match="A: guessed, but not in `environment`"):
        site.look()
