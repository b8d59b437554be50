"""What holds for all tests: which are left to `.ci/run`, and which stay together on one worker."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from atom_release_tests.fixtures.costs import Costs
from atom_release_tests.fixtures.groups import write_groups

# How fast inputs come says how busy the machine is, and nothing about the code.
settings.register_profile("any-load", suppress_health_check=[HealthCheck.too_slow], deadline=None)
settings.load_profile("any-load")

_SHARING = {"graph", "cli"}  # folders whose files stay together
# Each of their tests runs a suite many times over, builds an environment, judges a release several
# times, or starts servers for itself alone.
_MANY_PROCESSES = (
    "attacks/test_environments.py",
    "attacks/test_lies.py",
    "attacks/test_out_of_the_sandbox.py",
    "attacks/test_reports.py",
    "attacks/test_retry.py",
    "attacks/test_suites.py",
    "lab/test_environments.py",
    "lab/test_rehearsal_ends.py",
    "graph/test_releases.py",
    "probes/test_approval_by_program.py",
    "probes/test_artifact.py",
    "probes/test_integration.py",
    "probes/test_script_suite.py",
    "probes/test_suite*.py",
    "probes/test_surroundings.py",
    "probes/test_validator.py",
    "reference/test_release.py",
    "test_costs.py",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--costs",
        type=int,
        default=0,
        metavar="N",
        help="name the N modules whose tests took the most processor time",
    )


def pytest_configure(config: pytest.Config) -> None:
    if count := config.getoption("costs"):
        config.pluginmanager.register(Costs(count), "costs")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Group the files whose tests share something costly, so that it is made once, not per worker.

    Leave those of which each test starts many processes to `.ci/run`.
    """
    for item in items:
        path = Path(item.path)
        if _SHARING & set(path.parts) or _shares_a_fixture(item):
            item.add_marker(pytest.mark.xdist_group(str(path)))
        if _starts_many_processes(path):
            item.add_marker(pytest.mark.slow)
    if getattr(config.option, "loadgroup", False):  # in a worker of xdist alone
        write_groups(items)


@cache  # a file has many tests
def _starts_many_processes(path: Path) -> bool:
    return any(path.match(name) for name in _MANY_PROCESSES)


def _shares_a_fixture(item: pytest.Item) -> bool:
    """Return whether a test wants what its module makes once, and is in no group of its own."""
    if item.get_closest_marker("xdist_group") or item.get_closest_marker("slow"):
        return False
    wanted = item._fixtureinfo.name2fixturedefs if isinstance(item, pytest.Function) else {}
    return any(
        definition.scope == "module" and definition.baseid
        for definitions in wanted.values()
        for definition in definitions
    )
