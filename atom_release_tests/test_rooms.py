"""The tests stand where what they test stands, and their coverage is shown by the same rooms."""

from __future__ import annotations

from pathlib import Path

from atom_release_tests.benchmarks.coverage import Covered, covered_rooms
from atom_release_tests.fixtures.imports import imports_of

TESTS = Path(__file__).parent
ROOMS = TESTS.parent / "atom_release"
NO_ROOM = {"attacks", "benchmarks", "fixtures"}
"""Stories through the whole gate, measurements, and what tests share."""


def _folders(place: Path) -> set[str]:
    return {path.name for path in place.iterdir() if path.is_dir() and path.name[0] not in "_."}


def test_each_folder_of_tests_is_a_room_and_each_room_has_tests() -> None:
    """Who looks for the tests of a module finds them under the name of its room."""
    assert _folders(TESTS) - NO_ROOM == _folders(ROOMS)
    assert {path.parent.name for path in TESTS.glob("*/test_*.py")} >= _folders(ROOMS)


def test_no_module_of_tests_imports_another() -> None:
    """What several of them need is in `fixtures/`, where a change breaks no test by its name."""
    imports = {
        f"{path.relative_to(TESTS)} imports {module}"
        for path in TESTS.rglob("*.py")
        for module in imports_of(path)
        if module.rpartition(".")[2].startswith("test_")
    }
    assert imports == set()


def test_coverage_is_summed_by_room() -> None:
    """A module beside the rooms is in a row of its own, and none is counted twice."""
    counted = {
        "num_statements": 4,
        "covered_lines": 3,
        "num_branches": 2,
        "covered_branches": 1,
    }
    report = {
        "files": {
            f"atom_release/{path}": {"summary": counted}
            for path in ("gate/units.py", "gate/rules/legs.py", "errors.py")
        }
    }
    assert covered_rooms(report) == {
        "(beside the rooms)": Covered(4, 3, 2, 1),
        "gate": Covered(8, 6, 4, 2),
    }
