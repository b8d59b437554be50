"""Several releases in one deployment: each is judged from its own commit, and tagged alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest
import yaml

from atom_release.errors import Misuse
from atom_release.graph.building import build_definitions
from atom_release.graph.component import Release
from atom_release.release.subject import open_subject
from atom_release.settings import Settings
from atom_release_tests.fixtures import tiny
from atom_release_tests.fixtures.asking import NO_FLOOR
from atom_release_tests.fixtures.tiny import Tiny


@dataclass(frozen=True)
class Deployment:
    """Two repositories whose manifests have the same key, and what one operator deploys of them."""

    shop: Tiny
    bank: Tiny
    settings: Settings

    def definitions(self) -> dg.Definitions:
        """Return what Dagster loads."""
        return build_definitions(settings=self.settings)


def deploy(folder: Path, **more: Mapping[str, object]) -> Deployment:
    """Write the operator's file for both; `more` is said of one of them."""
    shop, bank = tiny.make(folder / "shop"), tiny.make(folder / "bank")
    bank.commit("src/bank.py", "INTEREST = 3\n")
    releases = [
        {"repository": str(shop.repository), "out": str(folder / "out" / "shop")},
        {"repository": str(bank.repository), "out": str(folder / "out" / "bank"), "key": "bank"},
    ]
    for entry, name in zip(releases, ("shop", "bank"), strict=True):
        entry.update(more.get(name, {}))  # type: ignore[arg-type]
    operator = folder / "operator.yaml"
    operator.write_text(NO_FLOOR + yaml.safe_dump({"releases": releases}))
    return Deployment(shop, bank, Settings(home=folder / "home", operator=operator))


@pytest.fixture
def deployment(tmp_path: Path) -> Deployment:
    return deploy(tmp_path)


def run(deployment: Deployment, job: str, instance: dg.DagsterInstance) -> bool:
    """Run a job, and say whether it succeeded."""
    resolved = deployment.definitions().resolve_job_def(job)
    return resolved.execute_in_process(instance=instance, raise_on_error=False).success


def green_checks(key: str, instance: dg.DagsterInstance) -> int:
    """Return how many evaluations stand in the history of a release's own check."""
    check = dg.AssetCheckKey(dg.AssetKey([key, "gate"]), "green")
    return len(instance.event_log_storage.get_asset_check_execution_history(check, limit=10))


def test_each_release_is_judged_and_tagged_alone_and_has_a_history_of_its_own(
    deployment: Deployment,
) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        assert run(deployment, "bank_release", instance)
        assert (len(deployment.bank.tags()), deployment.shop.tags()) == (2, {})
        assert (green_checks("bank", instance), green_checks("phase_x", instance)) == (1, 0)
        assert run(deployment, "phase_x_release", instance)
        assert (green_checks("bank", instance), green_checks("phase_x", instance)) == (1, 1)
    for release, name in ((deployment.shop, "shop"), (deployment.bank, "bank")):
        runs = deployment.settings.home.parent / "out" / name / "runs"
        assert [path.name for path in runs.iterdir()] == [release.git("rev-parse", "HEAD")]
        assert len(release.tags()) == 2


def test_a_run_over_both_acts_for_neither(deployment: Deployment) -> None:
    definitions = deployment.definitions()
    everything = dg.define_asset_job("everything", dg.AssetSelection.all())
    job = dg.Definitions.merge(definitions, dg.Definitions(jobs=[everything])).resolve_job_def(
        "everything"
    )
    with dg.DagsterInstance.ephemeral() as instance:
        assert not job.execute_in_process(instance=instance, raise_on_error=False).success
    assert (deployment.shop.tags(), deployment.bank.tags()) == ({}, {})


def test_two_releases_of_one_key_are_told_what_to_name(tmp_path: Path) -> None:
    with pytest.raises(Misuse, match="share the key phase_x") as caught:
        deploy(tmp_path, bank={"key": None}).definitions()
    assert "`key` in the operator's file" in caught.value.remedy


def test_two_releases_in_one_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Misuse, match="two releases put their artifacts"):
        deploy(tmp_path, bank={"out": str(tmp_path / "out" / "shop")}).definitions()


def test_a_release_whose_repository_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misuse, match="release in /nowhere: There is no repository"):
        deploy(tmp_path, bank={"repository": "/nowhere"}).definitions()


def test_a_release_has_a_forge_of_its_own_by_the_names_of_variables(tmp_path: Path) -> None:
    forge = {"address": "BANK_FORGE_URL", "token": "BANK_FORGE_TOKEN"}
    deployment = deploy(tmp_path, bank={"forge": forge})
    for release, variable in (
        (deployment.shop, "ATOM_FORGE_TOKEN"),
        (deployment.bank, "BANK_FORGE_TOKEN"),
    ):
        settings = deployment.settings.with_options(repository=release.repository)
        operator = open_subject(settings, create=True).operator.operator
        assert operator.forge.token == variable


def test_a_repository_that_the_environment_names_is_the_only_release(
    deployment: Deployment,
) -> None:
    settings = deployment.settings.with_options(repository=deployment.shop.repository)
    keys = build_definitions(settings=settings).resolve_all_asset_specs()
    assert {spec.key.path[0] for spec in keys} == {"phase_x"}


def test_two_components_stand_in_one_code_location(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each with its own settings, whose resources do not meet."""
    monkeypatch.setenv("ATOM_RELEASE_HOME", str(tmp_path / "home"))
    shop = tiny.make(tmp_path / "shop")
    bank = tiny.make(tmp_path / "bank", manifest=tiny.MANIFEST.replace("phase: X", "phase: Y"))
    both = dg.Definitions.merge(
        *(
            build_definitions(
                settings=Release(
                    repository=str(release.repository),
                    out=str(tmp_path / "out" / release.repository.parent.name),
                    operator=str(release.settings.operator),
                ).settings(tmp_path),
                hosted=True,
            )
            for release in (shop, bank)
        )
    )
    dg.Definitions.validate_loadable(both)
    with dg.DagsterInstance.ephemeral() as instance:
        job = both.resolve_job_def("phase_y_release")
        assert job.execute_in_process(instance=instance, raise_on_error=False).success
    assert (shop.tags(), len(bank.tags())) == ({}, 2)
