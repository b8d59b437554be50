"""No run of a suite waits for another whose outcome it does not need."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from atom_release.gate.vocabulary import ControlState
from atom_release.probes.suite.series import Series
from atom_release_tests.fixtures.suite_site import Site, control, site

if TYPE_CHECKING:
    from collections.abc import Collection

    import pytest

    from atom_release.lab.rewriting import Call
    from atom_release.probes.suite.run import Run

__all__ = ["site"]  # the fixture


def test_the_run_with_wrong_results_does_not_wait_for_that_of_code_written_differently(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here that one ends only once the other has begun, or after all patience."""
    begun, met = threading.Event(), []
    twin, distorted = Series._run_twin, Series._run_distorted

    def waiting(series: Series, keep: Collection[Call], stop: threading.Event) -> Run | None:
        met.append(begun.wait(20))
        return twin(series, keep, stop)

    def beginning(series: Series, keep: Collection[Call], stop: threading.Event) -> object:
        begun.set()
        return distorted(series, keep, stop)

    monkeypatch.setattr(Series, "_run_twin", waiting)
    monkeypatch.setattr(Series, "_run_distorted", beginning)
    assert control(site.ask()) is ControlState.ALIVE
    assert met == [True]
