"""What several modules of probes' tests share because it is costly to make."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from atom_release_tests.fixtures.tenancy_release import started

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atom_release.lab.rehearsal.postgres import Postgres


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A PostgreSQL for all tests of tenancy.

    Each asks in a database of its own, and leaves no role behind.
    """
    from atom_release.lab.rehearsal import postgres

    embedded = next(kind for kind in postgres.servers() if kind.origin == "embedded")
    with started(tmp_path_factory.mktemp("server"), embedded) as running:
        yield running
