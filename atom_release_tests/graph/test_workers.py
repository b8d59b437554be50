"""A release by two workers of Celery, of which one is killed while it pushes the tag.

With real servers, as `benchmarks.faults` has it, which tries a dozen more.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from atom_release_tests.benchmarks import faults
from atom_release_tests.fixtures import workers

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
