"""Every scenario, judged for real.

Its whole outcome vector is green's but for exactly what it declares.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from atom_release.errors import Misuse
from atom_release.gate.decision.decision import Decision
from atom_release.gate.vocabulary import Outcome, Verdict
from atom_release.git import Git
from atom_release.graph.running import RunResult
from atom_release.reference.scenarios import SCENARIOS, find
from atom_release.reference.scenarios.scenario import MESSY
from atom_release_tests.fixtures import judged
from atom_release_tests.fixtures.judged import GREEN, MESSY_GREEN, judge_unstarved

# Defects that do not meet share a run: they turn different criteria, none is what another is shown
# by, and one that must turn nothing stands with none that turns the criterion it is read by. What
# each turns is then held against the union of their declarations. `make matrix` judges each alone.
TOGETHER = (
    "vault-sealed+jwt-no-tenant+accuracy-overclaimed+workflow-automatic",
    "vault-absent+suite-hostile+auto-activation+fast-404+report-missing",
    "regressed+suite-flaky+pii-in-export+suite-vacuous+rls-not-forced+metrics-constant+default-key-in-code",
    "service-down+suite-overclaimed+secret-committed+report-self-contradicts+rls-missing-policy",
    "probe-errors+key-not-from-vault+plugin-missing+extension-missing+branch-diverged",
    "bimodal-tail+tag-conflict+secret-in-history+rls-view-leak",
    "accuracy-below-baseline+metrics-json+model-signed-with-tree-key",
    "budget-loosened+deliverable-missing+secret-export-ignored+jwt-override+report-utf16",
    "slow-endpoint+model-unverified+integration-vacuous+pii-in-fixture+route-not-served",
    "error-rate+migration-broken+own-checks+own-check-blind",
    "messy+messy-twins",
    "+".join(name for name in SCENARIOS if name.startswith("messy-") and name != "messy-twins"),
)
ALONE = tuple(
    name
    for name in SCENARIOS
    if name != "green" and name not in {part for names in TOGETHER for part in names.split("+")}
)
REF = "refs/tags/v3.0.0-phaseC"
STANDING = {
    "tag-conflict": [REF],
    "branch-diverged": ["refs/heads/prod-review/PhaseC-Finalization"],
}  # what stood at the origin before

pytestmark = pytest.mark.live


def check(name: str, folder: Path) -> None:
    """Judge a scenario and hold the outcomes against what it declares."""
    result, place = judge_unstarved(name, folder, expected(name))
    hold(name, result.decision, place)


def expected(name: str) -> dict[str, str]:
    """Return every criterion's outcome as the scenario declares it."""
    turned = {criterion: outcome.value for criterion, outcome in find(name).expects.items()}
    return {**(MESSY_GREEN if find(name).release == MESSY else GREEN), **turned}


def hold(name: str, decision: Decision, place: Path) -> None:
    """Hold what was judged there against what the scenario declares."""
    scenario, declared = find(name), expected(name)
    reasons = {criterion.id: criterion.reason for criterion in decision.criteria}
    outcomes = judged.outcomes(decision)
    assert outcomes == declared, {
        name: reasons[name] for name in outcomes if outcomes[name] != declared[name]
    }
    holds = all(outcome is Outcome.PASS for outcome in scenario.expects.values())
    changed = set(declared.values()) - {"PASS"} if scenario.expects else set()
    assert (decision.verdict is Verdict.GREEN) == holds, changed
    shown = [entry.sentence for entry in decision.contradictions]
    assert {entry.id for entry in decision.contradictions} >= set(scenario.finds), shown
    if not scenario.finds:
        assert shown == []
    if scenario.earlier is not None:
        assert list((place / "reports").glob("PhaseC_Trend_*.svg")), (
            "p95 over the releases is drawn where there is one before"
        )
    if not holds:
        standing = [ref for part in name.split("+") for ref in STANDING.get(part, [])]
        assert judged.release_refs(place, name) == standing
    bundles = list((place / "reports" / "releases").glob("v*/Phase*_AuditBundle.zip"))
    assert len(bundles) == 1


@pytest.mark.slow
@pytest.mark.xdist_group("green")
def test_green_is_tagged_at_the_origin(green: tuple[RunResult, Path]) -> None:
    """The positive control of every scenario.

    GREEN, a tag on R whose first parent is S, branch and tag at the origin, all artifacts there.
    """
    result, place = green
    hold("green", result.decision, place)
    assert set(judged.release_refs(place, "green")) == {
        REF,
        "refs/heads/prod-review/PhaseC-Finalization",
    }
    names = {path.name for path in (place / "reports").iterdir()}
    services = {f"PhaseC_Evidence_C_{number}.json" for number in range(1, 6)}
    reports = {
        f"PhaseC_{rest}"
        for rest in (
            "Aggregated.md",
            "Aggregated.json",
            "InfraSimulation.log",
            "InfraSimulation.json",
            "CrossService.json",
        )
    }
    reports |= {
        f"PhaseC_{rest}"
        for rest in (
            "PolicyCheck.md",
            "PolicyCheck.json",
            "PolicyCheck.sarif",
            "PerfSummary.json",
            "Snapshot.json",
            "Decision.dsse.json",
        )
    }
    assert names >= services | reports | {"PhaseC_PullRequest.md", "PhaseC_Receipt.dsse.json"}
    beside = {
        f"PhaseC_{kind}_C_{number}.{ending}"
        for number in range(1, 6)
        for kind, ending in (("Samples", "parquet"), ("Latency", "svg"))
    }
    beside |= {"PhaseC_Report.html"}
    assert names >= beside
    listed = Git(place / "home" / "reference" / "green" / "origin.git").line(
        "ls-tree", "-r", "--name-only", REF
    )
    assert not {name for name in beside if name in listed}, (
        "no raw sample, no picture and no page belongs to the release commit"
    )
    snapshot = json.loads((place / "reports" / "PhaseC_Snapshot.json").read_text())
    assert snapshot["decision"]["verdict"] == "GREEN"


@pytest.mark.slow
@pytest.mark.parametrize("name", [*ALONE, *TOGETHER])
def test_a_scenario_turns_what_it_declares(name: str, tmp_path: Path) -> None:
    """Defects that do not meet: the declared change sets, and nothing else."""
    check(name, tmp_path)


@pytest.mark.slow
@pytest.mark.matrix
@pytest.mark.parametrize("name", [name for names in TOGETHER for name in names.split("+")])
def test_a_scenario_by_itself_turns_what_it_declares(name: str, tmp_path: Path) -> None:
    """The defects that otherwise share a run, each alone."""
    check(name, tmp_path)


def test_scenarios_that_turn_the_same_do_not_stand_together() -> None:
    with pytest.raises(Misuse, match=r"more than one turns P-2"):
        find("secret-committed+model-unverified")
    with pytest.raises(Misuse, match=r"more than one changes what stands beside the files"):
        find("tag-conflict+branch-diverged")
    with pytest.raises(Misuse, match=r"There is no scenario 'other'"):
        find("green+other")
