"""Every built-in question can be answered with yes, and stands with the test that shows it.

A probe that stands down and never passes is as blind as one that never fails.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from atom_release.gate.facts.by_question import MODELS

TESTS = Path(__file__).parent
PASSES = {
    "accuracy": "accuracy::test_the_judged_codes_answers_are_scored",
    "addresses": "addresses::test_what_a_service_serves_is_silent",
    "approval": "approval::test_an_action_that_waits_for_a_person_and_is_recorded_passes",
    "artifact": "artifact::test_what_was_set_aside_is_said",
    "claims": "claims::test_a_report_that_is_there_once_and_passed_is_yes",
    "default-secrets": "default_secrets::test_honest_code_is_not_accused",
    "documents": "documents::test_documents_that_agree_are_answered_with_yes",
    "focus": "focus::test_what_something_shows_is_silent",
    "forge": "forge::test_a_token_that_may_push_may_open_a_pull_request",
    "health": "health::test_a_healthy_service_is_found_so_and_the_control_is_alive",
    "histogram": "prometheus_histogram::test_a_real_server_tells_fast_slow_anew_and_gone_apart",
    "integration": "integration::test_passes_against_the_services_and_fails_against_stand_ins",
    "isolation": "tenancy_schemas::test_right_schema_raises_no_alarm_and_the_control_lives",
    "latency": "latency::test_fast_endpoints_pass_and_every_request_is_kept",
    "metrics": "metrics::test_a_counter_that_moves_with_requests_passes",
    "migrations": "tenancy_schemas::test_right_schema_raises_no_alarm_and_the_control_lives",
    "order": "order::test_a_release_in_order_is_answered_with_yes",
    "own-check": "own_check::test_a_check_that_finds_the_change_answers_yes",
    "own-probe": "own_probe::test_a_plug_in_is_asked_of_the_tree_and_of_a_known_bad_one",
    "personal-data": "personal_data::test_a_tree_of_look_alikes_is_clean",
    "postgres": "postgres::test_postgres_unset_is_rehearsed",
    "privacy": "privacy::test_a_person_who_stays_in_passes",
    "prometheus": "prometheus::test_prometheus_that_scrapes_the_service_holds",
    "pull-requests": "pull_requests::test_a_request_that_is_there_is_silent",
    "remote": "remote::test_a_new_branch_can_be_pushed_and_the_request_is_written",
    "report": "claims::test_a_report_that_is_there_once_and_passed_is_yes",
    "routes": "routes::test_what_is_served_is_seen",
    "safety-mode": "safety_mode::test_packages_that_wait_for_a_person_pass",
    "secret-history": "secret_history::test_the_history_of_the_reference_release_has_none",
    "secret-use": "secret_use::test_afterwards_every_service_works_with_the_first_secret_again",
    "secrets": "secrets::test_a_tree_of_look_alikes_is_clean",
    "signature": "signatures::test_a_signed_artifact_passes_and_its_tampered_copies_are_refused",
    "signing": "signing::test_a_key_that_signs_passes_with_a_live_control",
    "suite": "suite::test_passes_and_needs_the_code",
    "surroundings": "surroundings::test_a_suite_that_holds_only_somewhere_is_told_with_the_test",
    "tag": "remote::test_a_free_name_is_free_and_the_control_was_taken",
    "tokens": "tokens::test_a_service_that_verifies_well_passes",
    "unapproved": "unapproved::test_words_alone_contradict_nothing",
    "validator": "validator::test_a_validator_that_refuses_is_seen_to",
    "vault": "vault::test_vault_unset_is_rehearsed",
}
ELSEWHERE = {
    "measurement": "what others measured is a claim, and never counts",
    "regression": "a pure rule over two measurements: gate/test_regression.py",
    "simulated-prometheus": "shown only, and of no criterion",
    "tampered-artifact": "a yes among the parameters of a test in test_secret_use.py",
}
"""Questions whose yes is no test of a probe's, and why."""


def test_every_question_has_its_positive_control() -> None:
    """A new question brings one, or says why there is none."""
    assert set(PASSES) | set(ELSEWHERE) == set(MODELS)
    assert not set(PASSES) & set(ELSEWHERE)


@pytest.mark.parametrize("question", sorted(PASSES))
def test_the_test_that_shows_a_yes_is_there_and_asserts_it(question: str) -> None:
    """It is of the file that is named, and what it asserts holds a yes."""
    file, name = PASSES[question].split("::")
    source = (TESTS / f"test_{file}.py").read_text()
    tests = {
        node.name: node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)
    }
    asserted = [
        ast.get_source_segment(source, node) or ""
        for node in ast.walk(tests[name])
        if isinstance(node, ast.Assert)
    ]
    assert any("Answer.YES" in text for text in asserted)
