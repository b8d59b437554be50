"""A release by two workers of Celery: one is killed while it pushes the tag; who comes when.

With real servers, as `benchmarks.faults` has it, which tries a dozen more.
"""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from atom_release_tests.benchmarks import faults
from atom_release_tests.fixtures import many_services, workers

pytestmark = [pytest.mark.slow, pytest.mark.live]


@pytest.mark.parametrize("moment", ["before the remote took", "after the remote took"])
def test_a_worker_that_is_killed_in_the_act_leaves_one_tag_and_no_secret(
    moment: str, tmp_path: Path
) -> None:
    """The other ends what it began; what Dagster shows of all that holds no password."""
    with faults.opened(tmp_path) as site:
        happens = faults.FAULTS[f"a worker killed in the act, {moment} the tag"]
        came = faults.attempt(site, happens, "v2")
        shown = site.team.shown()
    assert (came.ended, came.next, came.tags_before, came.tags) == ("SUCCESS", "SUCCESS", 1, 1)
    assert b"phase_x" in shown
    assert not [secret for secret in workers.SECRETS if secret.encode() in shown]


def test_services_come_in_the_manifest_s_order_from_a_queue(tmp_path: Path) -> None:
    """As its two workers begin them: X.10 after X.9, and neighbours at once."""
    made = many_services.make(tmp_path / "release", 11)
    with workers.deployment(
        tmp_path / "team",
        made.origin,
        "phase_x_audit",
        monitoring={"enabled": True},
        ATOM_RELEASE_OPERATOR=str(made.settings.operator),
    ) as team:
        team.start_all()
        run = team.launch()
        team.ended(run)
        begun = team.steps(run, dg.DagsterEventType.STEP_START)
    for kind in ("report", "evidence"):
        steps = [step for step in begun if f"__service_{kind}__" in step]
        numbers = [int(step.rpartition("_")[2]) for step in steps]
        assert sorted(numbers) == list(range(1, 12))
        assert all(abs(number - place) <= 1 for place, number in enumerate(numbers, 1)), numbers
