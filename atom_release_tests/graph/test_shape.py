"""The graph's shape, held as a snapshot.

Assets, upstreams, checks, and that each is described for a person.
"""

from __future__ import annotations

import dagster as dg
import pytest

from atom_release.gate.manifest import slug
from atom_release.graph.blueprint import Blueprint
from atom_release.graph.building import build_definitions
from atom_release.release.subject import manifest_for_loading
from atom_release.settings import Settings

EVIDENCE = {f"service_evidence/C_{number}" for number in range(1, 6)}
SHAPE = {
    **{f"service_report/C_{number}": set() for number in range(1, 6)},
    **{f"service_evidence/C_{number}": {f"service_report/C_{number}"} for number in range(1, 6)},
    "infra_simulation": set(),
    "cross_service": {"infra_simulation"},
    "perf_summary": {"infra_simulation", "cross_service"},
    "policy_check": {*EVIDENCE, "infra_simulation", "cross_service", "perf_summary"},
    "aggregated": {*EVIDENCE, "cross_service", "perf_summary", "policy_check"},
    "snapshot": {
        *EVIDENCE,
        "infra_simulation",
        "cross_service",
        "perf_summary",
        "policy_check",
        "aggregated",
    },
    "gate": {"snapshot"},
    "audit_bundle": {"snapshot"},
    "commit_status": {"snapshot"},
    "release_tag": {"gate"},
    "pull_request": {"release_tag"},
}
CHECKS = {
    *((f"service_evidence/C_{number}", f"C_{number}") for number in range(1, 6)),
    *(("policy_check", f"P_{number}") for number in range(1, 7)),
    ("policy_check", "AC3"),
    ("perf_summary", "AC4"),
    ("cross_service", "AC2"),
    ("perf_summary", "T5"),
    ("aggregated", "AC1"),
    ("snapshot", "AC5"),
    ("snapshot", "AC6"),
    ("gate", "green"),
}


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    settings = Settings()
    return build_definitions([Blueprint(manifest_for_loading(settings))], settings=settings)


def name(key: dg.AssetKey) -> str:
    assert key.path[0] == "phase_c"
    return "/".join(key.path[1:])


def test_assets_and_their_upstreams(definitions: dg.Definitions) -> None:
    """Exactly the graph that is documented."""
    upstreams = {
        name(spec.key): {name(dep.asset_key) for dep in spec.deps}
        for spec in definitions.resolve_all_asset_specs()
    }
    assert upstreams == SHAPE


def test_checks_stand_where_they_are_documented(definitions: dg.Definitions) -> None:
    """One check for each criterion, and one that shows the decision."""
    graph = definitions.resolve_asset_graph()
    assert {(name(key.asset_key), key.name) for key in graph.asset_check_keys} == CHECKS
    blocking = {key.name for key in graph.asset_check_keys if graph.get_check_spec(key).blocking}
    assert blocking == {"green"}


def test_everything_says_what_it_is_for(definitions: dg.Definitions) -> None:
    """Each asset has a sentence, an owner, a group and a kind; each check and sensor a sentence."""
    for spec in definitions.resolve_all_asset_specs():
        assert spec.description, spec.key
        assert spec.description.endswith("."), spec.key
        assert spec.owners, spec.key
        assert spec.kinds, spec.key
        assert spec.group_name in {
            f"phase_c_{stage}" for stage in ("services", "evidence", "decision", "acts")
        }, spec.key
    graph = definitions.resolve_asset_graph()
    checks = {key: graph.get_check_spec(key).description for key in graph.asset_check_keys}
    sensors = {sensor.name: sensor.description for sensor in definitions.sensors or ()}
    for descriptions in (checks, sensors):
        assert descriptions
        assert all(descriptions.values()), descriptions


def test_no_act_has_an_automation_condition(definitions: dg.Definitions) -> None:
    """Nothing may materialize a tag by itself."""
    assert not [
        spec.key
        for spec in definitions.resolve_all_asset_specs()
        if spec.automation_condition is not None
    ]


def test_the_audit_job_ends_before_the_acts(definitions: dg.Definitions) -> None:
    """An audit cannot act, whatever is loaded."""
    job = definitions.resolve_job_def("phase_c_audit")
    selected = {name(key) for key in job.asset_layer.selected_asset_keys}
    assert selected == set(SHAPE) - {"commit_status", "release_tag", "pull_request"}


def test_services_run_in_the_manifests_order() -> None:
    """Not in that of their names, by which C.10 comes before C.2."""
    manifest = manifest_for_loading(Settings())
    (service, *_) = manifest.services
    ids = [f"C.{number}" for number in range(1, 12)]
    services = tuple(service.model_copy(update={"id": name}) for name in ids)
    blueprint = Blueprint(manifest.model_copy(update={"services": services}))
    places = [
        int(blueprint.order(f"service_evidence/{slug(name)}")["dagster/priority"]) for name in ids
    ]
    assert places == sorted(places, reverse=True)
    assert len(set(places)) == len(ids)
    by_celery = [
        int(blueprint.order(name)["dagster-celery/priority"])
        for name in (*(f"service_evidence/{slug(name)}" for name in ids), "aggregated")
    ]
    assert by_celery == sorted(by_celery, reverse=True)
    assert min(by_celery) == 9  # a broker has one queue for it and all that is greater
    assert "dagster/priority" not in blueprint.order("aggregated")
