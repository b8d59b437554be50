"""What a gate holds is given back at the end of its process, whoever started that."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from atom_release.lab.closing import at_process_end


def _end(place: Path, *, called_off: bool) -> None:
    cancel = at_process_end(lambda: place.write_text("closed"))
    if called_off:
        cancel()


@pytest.mark.parametrize("called_off", [False, True])
def test_a_process_of_multiprocessing_closes_too(tmp_path: Path, called_off: bool) -> None:  # noqa: FBT001
    """As Dagster's runs and steps are, which run no `atexit` functions."""
    place = tmp_path / "closed"
    process = multiprocessing.get_context("fork").Process(
        target=_end, args=(place,), kwargs={"called_off": called_off}
    )
    process.start()
    process.join(30)
    assert place.exists() is not called_off
